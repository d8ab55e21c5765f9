"""From the body of a kernel on canonical names to the whole source file that a requirement asks for.

    bind(requirement, "double r = 0; for (int64_t i = 0; i < n0; i++) r += a0[i]; return r;")

The signature is the prototype's, kept exactly, or the usual one for the program (`signature`). Where every parameter is a
pointer, an array, a number or a container that the body only subscripts, the body is put there under the real names, as if
written by hand; sizes that no parameter carries come from `x.size()` and `strlen`. Otherwise (rows behind pointers or in
vectors of vectors that the body goes through as one block) the body becomes a function of its own on plain pointers, and
the prototype's function calls it on copies.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from passwright.irgen.c_words import free_name, headers
from passwright.irgen.declaration import Parameter
from passwright.irgen.layout import joined, lay_out, tokens
from passwright.irgen.notation.canonical import canonical
from passwright.irgen.notation.resolve import constant_part
from passwright.irgen.notation.short import fronts
from passwright.irgen.notation.syntax import Declaration, Expr, Name, Program, Type, renamed
from passwright.irgen.notation.text import expr_text
from passwright.irgen.prototype import Language, Prototype, code_above, parse
from passwright.passes.errors import InputError

if TYPE_CHECKING:
    from passwright.irgen.requirement import Requirement

C_TYPES: dict[Type, str] = {
    "f32": "float", "f64": "double", "i8": "int8_t", "i16": "int16_t", "i32": "int", "i64": "int64_t", "u8": "uint8_t",
    "u16": "uint16_t", "u32": "uint32_t", "u64": "uint64_t", "bool": "bool", "char": "char",
}  # fmt: skip
_SIGNED_WIDE = ("i64",)
_UNQUALIFIED = re.compile(r"(?<![\w:])(vector(?=\s*<)|array(?=\s*<)|span(?=\s*<)|string(?=\s*[&\w]))")
_CONTAINERS = ("vector", "span", "stdarray", "string")


class BindingError(InputError):
    """A prototype that does not fit the program."""


def bind(requirement: Requirement, body: str) -> str:
    """The source file with `body`, which is on the canonical names of `requirement.program`.

    Raises:
        BindingError: the prototype does not fit the program.
    """
    return source(requirement.program, signature(requirement), body, requirement.prose)


def signature(requirement: Requirement) -> Prototype:
    """The prototype, or the one that the program has without: arguments in order of declaration, arrays by pointer,
    sizes `int64_t`; a length that no argument carries comes from a string or, in C++, from vectors."""
    if requirement.prototype is not None:
        return requirement.prototype
    return _usual(requirement.program, requirement.function, requirement.language)


def source(program: Program, prototype: Prototype, body: str, english: str = "") -> str:
    """The whole file; `english` becomes a comment where the prototype does not come with one."""
    check(program, prototype)
    code = tokens(body)
    try:
        text = _direct(program, prototype, code)
    except _NotDirect:
        text = _apart(program, prototype, code)
    above, opened = code_above(prototype)
    comment = "" if "/*" in above or "//" in above or not english.strip() else _comment(english)
    given = set(re.findall(r"#\s*include\s*[<\"]([^>\"]+)[>\"]", above))
    qualified = (
        _UNQUALIFIED.sub(r"std::\1", prototype.text) if prototype.language == "cpp" else prototype.text
    )
    wanted = [h for h in headers(f"{qualified} {text}", prototype.language) if h not in given]
    includes = "".join(f"#include <{h}>\n" for h in wanted)
    if qualified != prototype.text and not re.search(r"\busing\b", above):
        includes += "\nusing namespace std;\n"  # the signature is kept as it is
    if includes and not above.startswith("#"):
        includes += "\n"
    if above:
        above += "\n" if above.endswith("*/") or "//" in above.splitlines()[-1] else "\n\n"
    return f"{includes}{above}{comment}{text}\n{'}' * opened}" + ("\n" if opened else "")


def check(program: Program, prototype: Prototype) -> None:
    """Whether the prototype fits: every declaration has its parameter, by name, and every parameter its declaration.

    Raises:
        BindingError: it does not; the message says which.
    """
    used = set()
    for d in program.declarations:
        p = prototype.parameter(d.name)
        if d.role == "return":
            _check_return(d, prototype)
        elif p is None:
            if d.role not in ("size", "len") or _size(d.name, program, prototype) is None:
                raise BindingError(
                    f"the prototype has no parameter {d.name}: `{prototype.text}`",
                    hint=f"add it, or use the prototype's names in the requirement; it means `{_declared(d)}`",
                )
            used |= set(re.findall(r"[A-Za-z_]\w*", _size(d.name, program, prototype) or ""))
        else:
            used.add(p.name)
            _check_parameter(d, p, prototype)
    for p in prototype.parameters:
        if p.name not in used:
            raise BindingError(
                f"nothing is said about the parameter {p.name} of `{prototype.text}`",
                hint=f"say what {p.name} is for, or leave it out",
            )
    if prototype.returns is not None and not any(d.role == "return" for d in program.declarations):
        raise BindingError(
            f"the prototype returns {prototype.returns.spelled}, and the requirement says no value to return",
            hint="say what is returned, or make it void",
        )


def _check_return(d: Declaration, prototype: Prototype) -> None:
    returns = prototype.returns
    if returns is None:
        raise BindingError(
            f"the prototype returns nothing, and the requirement returns {d.name}",
            hint=f"give {prototype.name} a return type, or a parameter that {d.name} is written to",
        )
    rank = 0 if returns.kind in ("scalar", "reference") else returns.rank
    if bool(d.shape) != bool(rank) or rank > len(d.shape):
        raise BindingError(f"the prototype returns {returns.spelled}, which `{_declared(d)}` does not fit")
    if d.shape:
        _check_element(d, returns, prototype)


def _check_parameter(d: Declaration, p: Parameter, prototype: Prototype) -> None:
    written = d.role in ("out", "inout")
    if written and not p.writable:
        raise BindingError(
            f"{p.name} is `{p.spelled}` in the prototype, which the caller sees no change of, and is written",
            hint="take it by pointer or by reference, without const",
        )
    if not d.shape:
        if p.kind in _CONTAINERS or p.kind == "cstring" or p.rank > 1:
            raise BindingError(
                f"{p.name} is `{p.spelled}` in the prototype and one number in the requirement"
            )
        if d.role in ("size", "len") and (p.kind != "scalar" or p.element in ("f32", "f64", "bool")):
            raise BindingError(f"{p.name} is a size in the requirement and `{p.spelled}` in the prototype")
        if not written and p.kind == "pointer" and not p.const:
            raise BindingError(
                f"{p.name} is `{p.spelled}` in the prototype and one number in the requirement"
            )
        return
    if p.kind in ("scalar", "reference"):
        raise BindingError(f"{p.name} is an array in the requirement and `{p.spelled}` in the prototype")
    if p.rank > 1 and p.rank != len(d.shape):
        raise BindingError(
            f"{p.name} has {len(d.shape)} dimensions in the requirement and {p.rank} in the prototype"
        )
    _check_element(d, p, prototype)


def _check_element(d: Declaration, p: Parameter, prototype: Prototype) -> None:
    if p.element != d.type and {p.element, d.type} not in ({"char", "i8"}, {"char", "u8"}):
        raise BindingError(
            f"{d.name} has elements of type {d.type} in the requirement and {p.element_spelling} in the prototype",
            hint="use one of them in both",
        )


def _declared(d: Declaration) -> str:
    from passwright.irgen.notation.text import declaration_text

    return declaration_text(d)


# Signatures


def _usual(program: Program, function: str, language: Language) -> Prototype:
    parameters = []
    returns = "void"
    lengths = _container_lengths(program, language)
    for d in program.declarations:
        kind = C_TYPES[d.type]
        constant = "const " if d.role == "in" else ""
        if d.role == "return":
            returns = kind
            if d.shape:
                whole = f"std::vector<{kind}>" if d.type != "char" else "std::string"
                returns = whole if language == "cpp" else f"{kind} *"
        elif d.role in ("size", "len"):
            if d.name not in lengths:
                parameters.append(f"int64_t {d.name}")
        elif not d.shape:
            parameters.append(f"{kind} {'*' if d.role in ('out', 'inout') else ''}{d.name}")
        elif language == "cpp" and _has_length(d, lengths):
            whole = "std::string" if d.type == "char" else f"std::vector<{kind}>"
            parameters.append(f"{constant}{whole} &{d.name}")
        else:
            parameters.append(f"{constant}{kind} *{d.name}")
    space = "" if returns.endswith("*") else " "
    text = f"{returns}{space}{function}({', '.join(parameters) or ('void' if language == 'c' else '')})"
    return replace(parse(text), language=language)


def _container_lengths(program: Program, language: Language) -> set[str]:
    """`len` sizes that an argument of the usual signature knows: strings in C, vectors and strings in C++."""
    return {
        d.name
        for d in program.declarations
        if d.role == "len"
        and any(
            x.role in ("in", "inout") and x.shape and constant_part(x.shape[0])[0] == Name(d.name)
            and len(x.shape) == 1 and (language == "cpp" or (x.type == "char" and x.shape[0] == Name(d.name)))
            for x in program.declarations
        )
    }  # fmt: skip


def _has_length(d: Declaration, lengths: set[str]) -> bool:
    base = constant_part(d.shape[0])[0] if len(d.shape) == 1 else None
    return isinstance(base, Name) and base.name in lengths and d.type != "bool"


def _size(name: str, program: Program, prototype: Prototype) -> str | None:
    """C that computes a size from containers and extents."""
    for d in program.declarations:
        p = prototype.parameter(d.name)
        if p is None:
            continue
        for at, extent in enumerate(d.shape):
            base, offset = constant_part(extent)
            known = _extent(p, d, at) if base == Name(name) else None
            if known is not None:
                return known if not offset else f"{known} {'-' if offset > 0 else '+'} {abs(offset)}"
    return None


def _extent(p: Parameter, d: Declaration, at: int) -> str | None:
    if p.kind in ("array", "stdarray") and at < len(p.extents) and p.extents[at]:
        return p.extents[at]
    if d.role == "out":
        return None  # it has the size that it is given
    if p.kind in _CONTAINERS and at == 0:
        return f"(int64_t){p.name}.size()"
    if p.kind == "vector" and p.rank == 2 and at == 1:
        return f"({p.name}.empty() ? 0 : (int64_t){p.name}[0].size())"
    return f"(int64_t)strlen({p.name})" if p.kind == "cstring" and at == 0 and not p.extents else None


# The body under the prototype's own names


class _NotDirect(Exception):
    """The body cannot stand in the prototype's function as it is."""


def _direct(program: Program, prototype: Prototype, code: Sequence[str]) -> str:
    binder = _Names(program, prototype, code)
    lines = binder.prologue()
    body, after = binder.shrunk(code)
    body = binder.replaced(body, final=True)
    lines += lay_out(body, 2) + after
    if binder.result and body[-3:-1] != ["return", binder.result]:
        lines += [f"  return {binder.result};"]
    return f"{prototype.text} {{\n" + "\n".join(lines) + "\n}"


class _Names:
    """What canonical names, and the body's own, become in the prototype's function."""

    def __init__(self, program: Program, prototype: Prototype, code: Sequence[str]) -> None:
        self.program, self.prototype = program, prototype
        self.names = canonical(program).names
        self.declared = {c: d for c, o in self.names.items() if (d := program.declared(o)) is not None}
        self.used = set(code)
        self.called = _called(code)
        self.taken = {p.name for p in prototype.parameters} | self.called | {prototype.name}
        if self.called & {p.name for p in prototype.parameters}:
            raise _NotDirect  # the parameter would hide the function that is called
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
                    value = _size(d.name, self.program, self.prototype)
                    self.sizes.append(f"  const int64_t {self.to[c]} = {value};")
            elif p.element not in _SIGNED_WIDE and not _harmless(c, p, code):
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
            raise _NotDirect
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
                raise _NotDirect
            found += [name, ".", "data", "(", ")"] if p.kind in _CONTAINERS else [name]
            return at + 1
        close = _closing(code, at + 1)
        inside = list(code[at + 2 : close])
        found.append(name)
        if p.rank > 1:
            back = {o: c for c, o in self.names.items()}
            extents = [tokens(expr_text(renamed(e, back))) for e in d.shape]
            parts = _subscripts(inside, extents)
            if parts is None:
                raise _NotDirect
        else:
            parts = [inside]
        for part in parts:
            found += ["[", *self.replaced(part), "]"]
        return close + 1


def _called(code: Sequence[str]) -> set[str]:
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
    raise _NotDirect


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


# The body as a function of its own


def _apart(program: Program, prototype: Prototype, code: Sequence[str]) -> str:
    """A static function on plain pointers, and the prototype's that calls it."""
    called = _called(code)
    inner_name = f"{prototype.name}_flat"
    safe: dict[str, str] = {}
    for d in program.declarations:
        safe[d.name] = free_name(d.name, {*called, inner_name, *safe.values()})
    plain = renamed(program, safe)
    # What is returned as an array is one more argument here.
    plain = replace(
        plain,
        declarations=tuple(
            replace(d, role="out") if d.role == "return" and d.shape else d for d in plain.declarations
        ),
    )
    inner = _plain(plain, inner_name, prototype.language)
    names = _renumbered(program, plain, safe)
    text = _direct(plain, inner, [names.get(t, t) for t in code])
    return f"static {text}\n\n{_caller(program, prototype, inner)}"


def _renumbered(program: Program, plain: Program, safe: dict[str, str]) -> dict[str, str]:
    """From the program's canonical names to those of the plain one."""
    back = {o: c for c, o in canonical(plain).names.items()}
    return {c: back[safe.get(o, o)] for c, o in canonical(program).names.items()}


def _plain(program: Program, function: str, language: Language) -> Prototype:
    """Pointers and numbers only; spelled as the prototype's types are where they matter."""
    sizes = tuple(replace(d, role="size") if d.role == "len" else d for d in program.declarations)
    return _usual(replace(program, declarations=sizes), function, language)


def _caller(program: Program, prototype: Prototype, inner: Prototype) -> str:
    """The prototype's function: everything made plain, the call, and back."""
    names = _Names(program, prototype, list(canonical(program).names))
    lines = names.prologue()
    after: list[str] = []
    arguments = []
    for d in program.declarations:
        p = prototype.parameter(d.name) if d.role != "return" else prototype.returns
        if d.role == "return" and not d.shape:
            continue
        own = names.result if d.role == "return" else d.name
        if p is None or not d.shape:
            arguments.append(_plain_scalar(d, p, names))
        else:
            arguments.append(_flattened(d, p, own, names, lines, after))
    call = f"{inner.name}({', '.join(arguments)})"
    value = next((d for d in program.declarations if d.role == "return" and not d.shape), None)
    if value is not None and after:
        result = names.to["r"]
        lines += [f"  {C_TYPES[value.type]} {result} = {call};", *after, f"  return {result};"]
    elif value is not None:
        lines.append(f"  return {call};")
    else:
        lines += [f"  {call};", *after, *([f"  return {names.result};"] if names.result else [])]
    return f"{prototype.text} {{\n" + "\n".join(lines) + "\n}"


def _plain_scalar(d: Declaration, p: Parameter | None, names: _Names) -> str:
    canonical_name = next(c for c, o in names.names.items() if o == d.name)
    if p is None or d.role in ("size", "len"):
        return names.to[canonical_name]
    if d.role == "in":
        return f"*{p.name}" if p.kind == "pointer" else p.name
    return f"&{p.name}" if p.kind == "reference" else p.name


def _flattened(
    d: Declaration, p: Parameter, own: str, names: _Names, lines: list[str], after: list[str]
) -> str:
    """An expression for a pointer to all elements, row after row."""
    element, count = p.element_spelling, names.count(d)
    cpp = names.prototype.language == "cpp"
    if p.kind == "array" and p.rank > 1:
        return f"&{own}{'[0]' * p.rank}"
    if p.rank == 1 and not (p.kind == "vector" and p.element == "bool"):
        return f"{own}.data()" if p.kind in _CONTAINERS else own
    flat = names.own(f"{own}_flat")
    reads, writes = d.role in ("in", "inout"), d.role in ("out", "inout", "return")
    if p.rank == 1:  # vector<bool>
        lines.append(f"  std::unique_ptr<bool[]> {flat}(new bool[{count}]);")
        if reads:
            lines.append(f"  std::copy({own}.begin(), {own}.end(), {flat}.get());")
        if writes:
            after.append(f"  std::copy({flat}.get(), {flat}.get() + {count}, {own}.begin());")
        return f"{flat}.get()"
    rows, columns = (names.c(e) for e in d.shape)
    size = f"({count})" if "(" not in count and "+" in count else count
    row = f"{flat}{'.data()' if cpp else ''} + i * {columns if ' ' not in columns else f'({columns})'}"
    if cpp:
        lines.append(f"  std::vector<{element}> {flat}({count});")
    else:
        lines += [f"  {element} *{flat} = malloc({size} * sizeof({element}));"]
        after.append(f"  free({flat});")
    loop = f"  for (int64_t i = 0; i < {rows}; i++)"
    for wanted, store, to in ((reads, lines, True), (writes, after, False)):
        if not wanted:
            continue
        if cpp:
            pair = (f"&{own}[i][0]", f"&{own}[i][0] + {columns}", row)
            if not to:
                pair = (row, f"{row} + {columns}", f"&{own}[i][0]")
            copy = [loop, f"    std::copy({', '.join(pair)});"]
        else:
            ends = (row, f"{own}[i]") if to else (f"{own}[i]", row)
            wide = columns if " " not in columns else f"({columns})"
            copy = [loop, f"    memcpy({ends[0]}, {ends[1]}, {wide} * sizeof({element}));"]
        store[
            len(store) - (1 if not to and not cpp else 0) : len(store) - (1 if not to and not cpp else 0)
        ] = copy
    return f"{flat}.data()" if cpp else flat


def _comment(english: str) -> str:
    lines = [" ".join(line.split()).replace("*/", "* /") for line in english.strip().splitlines()]
    import textwrap

    wrapped = [part for line in lines for part in (textwrap.wrap(line, 92) or [""])]
    if len(wrapped) == 1:
        return f"/* {wrapped[0]} */\n"
    return "/* " + "\n * ".join(wrapped) + " */\n"
