"""A body as a function of its own on plain pointers, and the prototype's function that calls it, on copies where rows
stand apart in memory: for what `real_names.py` cannot put there directly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from passwright.irgen.c_words import free_name
from passwright.irgen.declaration import Parameter
from passwright.irgen.fit import C_TYPES, CONTAINERS, usual_signature
from passwright.irgen.notation.canonical import canonical
from passwright.irgen.notation.syntax import Declaration, Program, renamed
from passwright.irgen.prototype import Language, Prototype
from passwright.irgen.real_names import RealNames, called_in, direct


def apart(program: Program, prototype: Prototype, code: Sequence[str]) -> str:
    """A static function on plain pointers, and the prototype's that calls it."""
    called = called_in(code)
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
    text = direct(plain, inner, [names.get(t, t) for t in code])
    return f"static {text}\n\n{_caller(program, prototype, inner)}"


def _renumbered(program: Program, plain: Program, safe: dict[str, str]) -> dict[str, str]:
    """From the program's canonical names to those of the plain one."""
    back = {o: c for c, o in canonical(plain).names.items()}
    return {c: back[safe.get(o, o)] for c, o in canonical(program).names.items()}


def _plain(program: Program, function: str, language: Language) -> Prototype:
    """Pointers and numbers only; spelled as the prototype's types are where they matter."""
    sizes = tuple(replace(d, role="size") if d.role == "len" else d for d in program.declarations)
    return usual_signature(replace(program, declarations=sizes), function, language)


def _caller(program: Program, prototype: Prototype, inner: Prototype) -> str:
    """The prototype's function: everything made plain, the call, and back."""
    names = RealNames(program, prototype, list(canonical(program).names))
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


def _plain_scalar(d: Declaration, p: Parameter | None, names: RealNames) -> str:
    canonical_name = next(c for c, o in names.names.items() if o == d.name)
    if p is None or d.role in ("size", "len"):
        return names.to[canonical_name]
    if d.role == "in":
        return f"*{p.name}" if p.kind == "pointer" else p.name
    return f"&{p.name}" if p.kind == "reference" else p.name


def _flattened(
    d: Declaration, p: Parameter, own: str, names: RealNames, lines: list[str], after: list[str]
) -> str:
    """An expression for a pointer to all elements, row after row."""
    element, count = p.element_spelling, names.count(d)
    cpp = names.prototype.language == "cpp"
    if p.kind == "array" and p.rank > 1:
        return f"&{own}{'[0]' * p.rank}"
    if p.rank == 1 and not (p.kind == "vector" and p.element == "bool"):
        return f"{own}.data()" if p.kind in CONTAINERS else own
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
