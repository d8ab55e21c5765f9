"""One way to call any generated function: C or C++ that turns plain pointers and numbers into what a prototype wants.

    extern "C" void passwright_call(double *pw_x, int64_t pw_n, double *pw_ret) {
      std::vector<double> a_x(pw_x, pw_x + (pw_n));
      *pw_ret = mean(a_x);
    }

The function takes every declaration of the requirement's program, in order: arrays and scalars that are written as
pointers, other scalars by value, sizes and lengths as `int64_t`. It is compiled together with the source under test, so
that containers of the C++ library need no ABI. An output container that comes back with another size than its declaration
says sets `passwright_size_differs`, an `int64_t` that the program under test sees as well and has no reason to know.
"""

from __future__ import annotations

from passwright.irgen.notation.short import fronts
from passwright.irgen.notation.syntax import Declaration, Expr, Name, Program, Type, renamed, walk
from passwright.irgen.notation.text import expr_text
from passwright.irgen.prototype import Parameter, Prototype
from passwright.passes.errors import InputError

ENTRY = "passwright_call"
SIZE_DIFFERS = "passwright_size_differs"
C_TYPES: dict[Type, str] = {
    "f32": "float", "f64": "double", "i8": "int8_t", "i16": "int16_t", "i32": "int32_t", "i64": "int64_t",
    "u8": "uint8_t", "u16": "uint16_t", "u32": "uint32_t", "u64": "uint64_t", "bool": "bool", "char": "char",
}  # fmt: skip


def by_pointer(declaration: Declaration) -> bool:
    return bool(declaration.shape) or declaration.role in ("out", "inout", "return")


def call_source(program: Program, prototype: Prototype) -> str:
    """The text of `passwright_call`, to stand below the source under test.

    Raises:
        InputError: a parameter that no declaration of the program has the name of.
    """
    cpp = prototype.language == "cpp"
    before: list[str] = []
    after: list[str] = []
    arguments = []
    for parameter in prototype.parameters:
        declaration = program.declared(parameter.name)
        if declaration is None:
            raise InputError(
                f"the prototype's {parameter.name} is not in the requirement", hint="give both the same names"
            )
        arguments.append(_argument(parameter, declaration, program, before, after, cpp))
    call = f"{prototype.name}({', '.join(arguments)})"
    returned = next((d for d in program.declarations if d.role == "return"), None)
    lines = [*before, *_result(call, prototype.returns, returned, fronts(program.statements)), *after]
    parameters = ", ".join(
        f"{C_TYPES[d.type]} {'*' if by_pointer(d) else ''}pw_{d.name}" for d in program.declarations
    )
    linkage = 'extern "C" ' if cpp else ""
    includes = ["<stdint.h>", "<stdbool.h>", "<stdlib.h>", "<string.h>"]
    if cpp:
        includes = ["<algorithm>", "<cstdint>", "<cstdlib>", "<string>", "<vector>", *includes]
    return "\n".join(
        [
            *(f"#include {name}" for name in includes),
            f"{linkage}int64_t {SIZE_DIFFERS};" if not cpp else f'extern "C" {{ int64_t {SIZE_DIFFERS}; }}',
            f"{linkage}void {ENTRY}({parameters}) {{",
            *(f"  {line}" for line in lines),
            "}",
            "",
        ]
    )


def _count(declaration: Declaration) -> str:
    return " * ".join(f"({_c(e)})" for e in declaration.shape) or "1"


def _c(expr: Expr) -> str:
    """A shape in C, of the call's own parameters."""
    names = {n.name: f"pw_{n.name}" for n in walk(expr) if isinstance(n, Name)}
    return expr_text(renamed(expr, names))


def _argument(
    parameter: Parameter,
    declaration: Declaration,
    program: Program,
    before: list[str],
    after: list[str],
    cpp: bool,
) -> str:
    """The argument's text; what must be built before the call and copied back after it is added to the lists."""
    given, local = f"pw_{declaration.name}", f"a_{declaration.name}"
    element = parameter.element_spelling
    count = _count(declaration)
    front = declaration.name in fronts(program.statements)
    written = declaration.role in ("out", "inout") and parameter.writable
    match parameter.kind:
        case "scalar":
            return f"({element}){given}"
        case "reference":
            before.append(f"{element} {local} = ({element})*{given};")
            after.append(f"*{given} = {local};")
            return local
        case "pointer" | "array" if parameter.rank > 1 and parameter.kind == "pointer":
            rows, columns = (_c(e) for e in declaration.shape[:2])
            before.append(f"{element} **{local} = ({element} **)malloc(({rows} + 1) * sizeof *{local});")
            before.append(
                f"for (int64_t r = 0; r < {rows}; ++r) {local}[r] = ({element} *){given} + r * ({columns});"
            )
            after.append(f"free({local});")
            return local
        case "array" if parameter.rank > 1:
            inner = "".join(f"[{extent}]" for extent in _inner_extents(parameter, declaration, cpp))
            return f"({element} (*){inner}){given}"
        case "pointer" | "array":
            return f"({element} *){given}"
        case "cstring":
            before.append(f"char *{local} = (char *)malloc({count} + 1);")
            before.append(f"memcpy({local}, {given}, {count}); {local}[{count}] = 0;")
            if written:
                after.append(f"memcpy({given}, {local}, {count});")
            after.append(f"free({local});")
            return local
        case "string":
            before.append(f"std::string {local}({given}, {given} + {count});")
            if written:
                after.extend(_copied_back(local, given, count, front))
            return local
        case "span":
            constant = "const " if parameter.const else ""
            return f"std::span<{constant}{element}>(({element} *){given}, {count})"
        case "stdarray":
            before.append(f"std::array<{element}, {parameter.extents[0]}> {local};")
            before.append(f"std::copy({given}, {given} + {count}, {local}.begin());")
            if written:
                after.append(f"std::copy({local}.begin(), {local}.end(), {given});")
            return local
        case "vector" if parameter.rank > 1:
            rows, columns = (_c(e) for e in declaration.shape[:2])
            row = f"std::vector<{element}>"
            before.append(f"std::vector<{row}> {local};")
            begin = f"{given} + r * ({columns})"
            before.append(
                f"for (int64_t r = 0; r < {rows}; ++r) {local}.push_back({row}({begin}, {begin} + ({columns})));"
            )
            if written:
                after.append(f"if ((int64_t){local}.size() != {rows}) {SIZE_DIFFERS} = 1; else")
                after.append(f"for (int64_t r = 0; r < {rows}; ++r) {{")
                after.append(
                    f"if ((int64_t){local}[r].size() != {columns}) {{ {SIZE_DIFFERS} = 1; break; }} "
                    f"std::copy({local}[r].begin(), {local}[r].end(), {begin}); }}"
                )
            return local
        case "vector":
            before.append(f"std::vector<{element}> {local}({given}, {given} + {count});")
            if written:
                after.extend(_copied_back(local, given, count, front))
            return local


def _inner_extents(parameter: Parameter, declaration: Declaration, cpp: bool) -> list[str]:
    """Of `T A[n][m]`, [m]: numbers as written; in C, where they may be variables, in the call's own names."""
    written = parameter.extents[1:]
    return list(written) if cpp else [_c(e) for e in declaration.shape[1:]]


def _copied_back(local: str, given: str, count: str, front: bool) -> list[str]:
    """`front`: the container may be shorter, what a filter kept; the rest of the room then stays as it was."""
    return [
        f"if ((int64_t){local}.size() {'>' if front else '!='} {count}) {SIZE_DIFFERS} = 1;",
        f"else std::copy({local}.begin(), {local}.end(), {given});",
    ]


def _result(
    call: str, returns: Parameter | None, returned: Declaration | None, cut: frozenset[str]
) -> list[str]:
    if returned is None:
        return [f"{call};"] if returns is None else [f"(void){call};"]
    given = f"pw_{returned.name}"
    if returns is None or returns.kind == "scalar" or (returns.kind == "reference" and not returned.shape):
        return [f"*{given} = {call};"]
    count = _count(returned)
    if returns.kind in ("pointer", "cstring"):
        return [
            f"{returns.element_spelling} *returned = {call};",
            f"for (int64_t r = 0; r < {count}; ++r) {given}[r] = returned[r];",
            "free(returned);",
        ]
    if returns.kind == "vector" and returns.rank > 1:
        rows, columns = (_c(e) for e in returned.shape[:2])
        return [
            f"auto returned = {call};",
            f"if ((int64_t)returned.size() != {rows}) {SIZE_DIFFERS} = 1;",
            f"else for (int64_t r = 0; r < {rows}; ++r) {{",
            f"  if ((int64_t)returned[r].size() != {columns}) {{ {SIZE_DIFFERS} = 1; break; }}",
            f"  std::copy(returned[r].begin(), returned[r].end(), {given} + r * ({columns}));",
            "}",
        ]
    return [f"auto returned = {call};", *_copied_back("returned", given, count, returned.name in cut)]
