"""A body put into the prototype's function: canonical names, and the body's own, as what they are called there."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from passwright.irgen.c_words import free_name
from passwright.irgen.declaration import Parameter
from passwright.irgen.fit import CONTAINERS, BindingError, size_of
from passwright.irgen.layout import joined, lay_out, tokens
from passwright.irgen.notation.canonical import canonical
from passwright.irgen.notation.short import fronts
from passwright.irgen.notation.syntax import Declaration, Expr, Program, renamed
from passwright.irgen.notation.text import expr_text
from passwright.irgen.prototype import Prototype


class NotDirect(Exception):
    """The body cannot stand in the prototype's function as it is."""


def direct(program: Program, prototype: Prototype, code: Sequence[str]) -> str:
    binder = RealNames(program, prototype, code)
    lines = binder.prologue()
    body, after = binder.shrunk(code)
    body = binder.replaced(body, final=True)
    lines += lay_out(body, 2) + after
    if binder.result and body[-3:-1] != ["return", binder.result]:
        lines += [f"  return {binder.result};"]
    return f"{prototype.text} {{\n" + "\n".join(lines) + "\n}"


class RealNames:
    """What canonical names, and the body's own, become in the prototype's function."""

    def __init__(self, program: Program, prototype: Prototype, code: Sequence[str]) -> None:
        self.program, self.prototype = program, prototype
        self.names = canonical(program).names
        self.declared = {c: d for c, o in self.names.items() if (d := program.declared(o)) is not None}
        self.used = set(code)
        self.called = called_in(code)
        self.taken = {p.name for p in prototype.parameters} | self.called | {prototype.name}
        if self.called & {p.name for p in prototype.parameters}:
            raise NotDirect  # the parameter would hide the function that is called
        self.to: dict[str, str] = {}
        self.result = ""
        self.sizes: list[str] = []
        self._sizes(code)
        for c, o in self.names.items():
            if c not in self.to and (c not in self.declared or self.declared[c].role == "return"):
                self.to[c] = self.own(o)
            elif c not in self.to:
                self.to[c] = o
        for token in code:
            if token.isidentifier() and token not in self.names and token in self.taken - self.called:
                self.to.setdefault(token, self.own(token))

    def own(self, name: str) -> str:
        """A name for something of the body's own."""
        if len(name) == 1 and name in self.taken:
            name = next((c for c in "ijklpquvw" if c not in self.taken and c not in self.used), name)
        found = free_name(name, self.taken)
        self.taken.add(found)
        return found

    def _sizes(self, code: Sequence[str]) -> None:
        for c, d in self.declared.items():
            if d.role not in ("size", "len"):
                continue
            p = self.prototype.parameter(d.name)
            needed = (
                c in code
                or (self.prototype.returns is not None and self.prototype.returns.rank)
                or any(x.role == "out" for x in self.program.declarations)
            )
            if p is None:
                if needed:
                    self.to[c] = self.own(d.name)
                    value = size_of(d.name, self.program, self.prototype)
                    self.sizes.append(f"  const int64_t {self.to[c]} = {value};")
            elif p.element != "i64" and not _harmless(c, p, code):
                self.to[c] = self.own(f"{d.name}64")
                self.sizes.append(f"  const int64_t {self.to[c]} = (int64_t){p.name};")

    def prologue(self) -> list[str]:
        lines = list(self.sizes)
        for d in self.program.declarations:
            p = self.prototype.parameter(d.name)
            if d.role == "return" and d.shape:
                lines += self.returned(d)
            elif d.role == "out" and p is not None and p.kind in ("vector", "string"):
                if p.rank == 2:
                    rows, columns = (self.c(e) for e in d.shape)
                    lines.append(f"  {p.name}.assign({rows}, std::vector<{p.element_spelling}>({columns}));")
                else:
                    lines.append(f"  {p.name}.resize({self.count(d)});")
        return lines

    def returned(self, d: Declaration) -> list[str]:
        returns = self.prototype.returns
        assert returns is not None, "checked"
        self.result = self.to["r"]
        element, count = returns.element_spelling, self.count(d)
        match returns.kind:
            case "vector" if returns.rank == 2:
                rows, columns = (self.c(e) for e in d.shape)
                return [
                    f"  std::vector<std::vector<{element}>> {self.result}({rows}, std::vector<{element}>({columns}));"
                ]
            case "vector":
                return [f"  std::vector<{element}> {self.result}({count});"]
            case "string":
                return [f"  std::string {self.result}({count}, '\\0');"]
            case "stdarray":
                return [f"  std::array<{element}, {returns.extents[0]}> {self.result}{{}};"]
            case "pointer" | "cstring" if returns.rank == 1:
                # Zeros, so that elements which the program leaves alone are what they are in containers.
                cast = f"({element} *)" if self.prototype.language == "cpp" else ""
                room = f"{count} + 1" if returns.kind == "cstring" else count
                return [
                    f"  {element} *{self.result} = {cast}calloc({room}, sizeof({element}));",
                    f"  if (!{self.result})",
                    "    return 0;",
                ]
        raise BindingError(f"a value of type {returns.spelled} cannot be made")

    def count(self, d: Declaration) -> str:
        parts = [self.c(e) for e in d.shape]
        return parts[0] if len(parts) == 1 else " * ".join(f"({p})" if " " in p else p for p in parts)

    def c(self, expr: Expr) -> str:
        """A shape under the function's names."""
        back = {o: c for c, o in self.names.items()}
        text = expr_text(expr)
        if "max(" in text or "min(" in text:
            raise NotDirect
        return joined(self.replaced(tokens(expr_text(renamed(expr, back)))))

    def shrunk(self, code: Sequence[str]) -> tuple[list[str], list[str]]:
        """Containers cut to what a filter kept: by the end that the library's algorithm returns, or by the variable that
        counted what was written; the code, and what follows it."""
        code, after = list(code), []
        for c, d in self.declared.items():
            p = self.prototype.parameter(d.name) if d.role != "return" else self.prototype.returns
            if (
                d.name not in fronts(self.program.statements)
                or p is None
                or p.kind not in ("vector", "string")
            ):
                continue
            counter = next(
                (
                    code[at + 2]
                    for at in range(len(code) - 4)
                    if code[at : at + 2] == [c, "["] and code[at + 3 : at + 5] == ["++", "]"]
                ),
                "",
            )
            if counter:
                after.append(f"  {self.to[c]}.resize({self.to.get(counter, counter)});")
                continue
            for at in range(len(code) - 3):
                if (
                    code[at : at + 2] == ["std", "::"]
                    and code[at + 2] in ("copy_if", "unique_copy")
                    and code[at + 3] == "("
                ):
                    close = _closing(code, at + 3)
                    if c in code[at:close] and code[close + 1] == ";":
                        size = ["@" + c, ".", "resize", "(", *code[at : close + 1], "-", c, ")"]
                        code[at : close + 1] = size
                        break
            else:
                raise BindingError(f"it does not show how many elements of {d.name} the body writes")
        return code, after

    # replacing

    def replaced(self, code: Sequence[str], final: bool = False) -> list[str]:
        """The tokens with the function's names; `final`: with what `return;` is, too."""
        found: list[str] = []
        at = 0
        while at < len(code):
            token = code[at]
            before = code[at - 1] if at else ""
            d = self.declared.get(token) if before not in (".", "->", "::") else None
            if d is not None and d.shape:
                at = self.array(d, token, code, at, found)
                continue
            if d is not None and d.role in ("in", "out", "inout"):
                self.scalar(d, found)
            elif token == "return" and final and self.result and code[at + 1 : at + 2] == [";"]:
                found += ["return", self.result]
            elif before in (".", "->", "::"):
                found.append(token)
            elif token[0] == "@":  # the container itself
                found.append(self.to[token[1:]])
            else:
                found.append(self.to.get(token, token))
            at += 1
        return found

    def scalar(self, d: Declaration, found: list[str]) -> None:
        p = self.prototype.parameter(d.name)
        assert p is not None, "checked"
        if d.role == "in":
            found += ["(", "*", p.name, ")"] if p.kind == "pointer" else [p.name]
            return
        follows_star = found and found[-1] == "*"
        if p.kind == "reference":
            if follows_star:
                found.pop()
                found.append(p.name)
            else:
                found += ["&", p.name]
        else:
            found.append(p.name)

    def array(self, d: Declaration, token: str, code: Sequence[str], at: int, found: list[str]) -> int:
        """Adds the access to an array that begins at `at`; where it ends."""
        p = self.prototype.parameter(d.name) if d.role != "return" else self.prototype.returns
        assert p is not None, "checked"
        name = self.to[token]
        if code[at + 1 : at + 2] != ["["]:
            if p.rank > 1 or (p.kind == "vector" and p.element == "bool"):
                raise NotDirect
            found += [name, ".", "data", "(", ")"] if p.kind in CONTAINERS else [name]
            return at + 1
        close = _closing(code, at + 1)
        inside = list(code[at + 2 : close])
        found.append(name)
        if p.rank > 1:
            back = {o: c for c, o in self.names.items()}
            extents = [tokens(expr_text(renamed(e, back))) for e in d.shape]
            parts = _subscripts(inside, extents)
            if parts is None:
                raise NotDirect
        else:
            parts = [inside]
        for part in parts:
            found += ["[", *self.replaced(part), "]"]
        return close + 1


def called_in(code: Sequence[str]) -> set[str]:
    return {t for t, after in pairwise(code) if after == "(" and t.isidentifier()}


def _harmless(size: str, p: Parameter, code: Sequence[str]) -> bool:
    """Whether a size that is no int64_t does as it stands: where it only ends loops, or, signed, is not multiplied with
    what may be narrow as well."""
    for at, token in enumerate(code):
        if token != size:
            continue
        before, after = code[at - 1] if at else "", code[at + 1] if at + 1 < len(code) else ""
        if before == "<" and after == ";":
            continue
        if before in ("(", ",") and after in (",", ")"):
            return False  # an argument, of a template perhaps
        if p.element[0] == "u" or "*" in (before, after) or before == "<<" or after == "<<":
            strided = before == "*" and at >= 2 and len(code[at - 2]) == 1 and p.element[0] != "u"
            if strided and after != "*":
                continue  # i * m, where i is an index
            return False
    return True


def _closing(code: Sequence[str], opening: int) -> int:
    depth = 0
    for at in range(opening, len(code)):
        depth += (code[at] in ("[", "(")) - (code[at] in ("]", ")"))
        if depth == 0:
            return at
    raise NotDirect


def _subscripts(inside: list[str], extents: list[list[str]]) -> list[list[str]] | None:
    """`i * m + j` as `[i][j]`, given the extents; None where it is not of that form."""
    if len(extents) == 1:
        return [inside]
    if inside == ["0"]:
        return [["0"]] * len(extents)
    last = extents[-1] if len(extents[-1]) == 1 else ["(", *extents[-1], ")"]
    end = 1
    if inside[:1] == ["("] or inside[1:2] in (["["], ["("]):
        end = _closing(inside, 0 if inside[0] == "(" else 1) + 1
    row, rest = inside[:end], inside[end:]
    if rest[:1] != ["*"] or rest[1 : 1 + len(last)] != last:
        return None
    rest = rest[1 + len(last) :]
    if rest and (rest[0] != "+" or _top_level(rest[1:]) & {"?", "<", ">", "==", "&", "|", "<<", ">>"}):
        return None
    if row[0] == "(" and _closing(row, 0) == len(row) - 1:
        row = row[1:-1]
    before = _subscripts(row, extents[:-1])
    column = rest[1:] or ["0"]
    if column[0] == "(" and _closing(column, 0) == len(column) - 1:
        column = column[1:-1]
    return None if before is None else [*before, column]


def _top_level(code: Sequence[str]) -> set[str]:
    found, depth = set(), 0
    for token in code:
        depth -= token in ("]", ")")
        if depth == 0:
            found.add(token)
        depth += token in ("[", "(")
    return found
