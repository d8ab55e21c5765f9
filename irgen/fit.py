"""Whether a prototype fits a program, parameter by parameter, and the signature that a program has without one."""

from __future__ import annotations

import re
from dataclasses import replace

from passwright.irgen.declaration import Parameter
from passwright.irgen.notation.resolve import constant_part
from passwright.irgen.notation.syntax import Declaration, Name, Program, Type
from passwright.irgen.notation.text import declaration_text
from passwright.irgen.prototype import Language, Prototype, parse
from passwright.passes.errors import InputError

C_TYPES: dict[Type, str] = {
    "f32": "float", "f64": "double", "i8": "int8_t", "i16": "int16_t", "i32": "int", "i64": "int64_t", "u8": "uint8_t",
    "u16": "uint16_t", "u32": "uint32_t", "u64": "uint64_t", "bool": "bool", "char": "char",
}  # fmt: skip
CONTAINERS = ("vector", "span", "stdarray", "string")


class BindingError(InputError):
    """A prototype that does not fit the program."""


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
            if d.role not in ("size", "len") or size_of(d.name, program, prototype) is None:
                raise BindingError(
                    f"the prototype has no parameter {d.name}: `{prototype.text}`",
                    hint=f"add it, or use the prototype's names in the requirement; it means `{declaration_text(d)}`",
                )
            used |= set(re.findall(r"[A-Za-z_]\w*", size_of(d.name, program, prototype) or ""))
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
        raise BindingError(
            f"the prototype returns {returns.spelled}, which `{declaration_text(d)}` does not fit"
        )
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
        if p.kind in CONTAINERS or p.kind == "cstring" or p.rank > 1:
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


def usual_signature(program: Program, function: str, language: Language) -> Prototype:
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


def size_of(name: str, program: Program, prototype: Prototype) -> str | None:
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
    if p.kind in CONTAINERS and at == 0:
        return f"(int64_t){p.name}.size()"
    if p.kind == "vector" and p.rank == 2 and at == 1:
        return f"({p.name}.empty() ? 0 : (int64_t){p.name}[0].size())"
    return f"(int64_t)strlen({p.name})" if p.kind == "cstring" and at == 0 and not p.extents else None
