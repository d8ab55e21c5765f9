"""C, C++, `.ll`, `.bc`, llvmlite modules and numba-jitted functions → `Kernel`s.

C and C++ are lowered twice at the same time: plainly (what recipes run on and what is hashed) and with
debug info (what signatures and line numbers come from). Diagnostics are the compiler's own: warnings go to
stderr unchanged, errors into `CompileError.diagnostics`. What a kernel computes, and how to call it, is not
known here.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from passwright.irgen.kernel import Kernel, Lowered
from passwright.irgen.lowering import Lowering, language_of, resolve_march
from passwright.passes.errors import InputError

if TYPE_CHECKING:
    from passwright._native import Function, Module


def lower(
    source: Path | str, *, flags: Sequence[str] = (), march: str = "native", debug: bool = True
) -> Lowered:
    """The IR of one file; `flags` are those of a compile command.

    Without `debug` the second run of the compiler is saved and `debug_bitcode` stays empty.

    Raises:
        InputError: no such file, or a kind of file that has no front end.
        CompileError: the compiler refused the source.
        ParseError: a `.ll` or `.bc` that LLVM cannot read.
        ToolchainError: no clang 19.
    """
    if language_of(source) == "ir":
        from passwright._native import Module

        return lower_module(Module.load(str(source)), march=march)
    with Lowering(source, flags=flags, march=march) as plain:
        if not debug:
            return plain.lowered()
        with Lowering(source, flags=[*flags, "-g"], march=march, quiet=True) as extra:
            return replace(plain.lowered(), debug_bitcode=extra.bitcode())


def lower_module(module: Module, *, march: str = "native") -> Lowered:
    """IR that another producer made, with the target attributes it lacks and without the `optnone` of -O0."""
    from passwright import _native

    notes: list[str] = []
    text = module.ir()
    host = _native.host()
    if "optnone" in text:
        # clang -O0 marks every function `noinline optnone`, which switches all passes off.
        text = _without_optnone(text)
        notes.append(
            "optnone and noinline of an -O0 build were taken off (-Xclang -disable-O0-optnone avoids them)"
        )
    if module.triple.startswith("unknown") or not module.triple:
        # Generated IR often names no target; set_target gives it this machine's, data layout included.
        text = re.sub(r"(?m)^target (triple|datalayout) = .*\n", "", text)
        notes.append(f"the module names no target; taken for {host['triple']}")
    if notes:
        module = _native.Module.parse(text.encode(), module.name)
    native = march == "native"
    module.set_target(host["cpu"] if native else march, host["features"] if native else "", override=False)
    debug_bitcode = module.bitcode()
    module.strip_debug()
    return Lowered(module.bitcode(), debug_bitcode, "ir", (), resolve_march(march), notes=tuple(notes))


def kernels(
    source: Path | str | Any,
    *,
    entries: Sequence[str] = (),
    flags: Sequence[str] = (),
    march: str = "native",
    workload: Path | None = None,
    debug: bool = True,
) -> list[Kernel]:
    """The kernels of a file, of an llvmlite `ir.Module` (or `ModuleRef`), or of a numba-jitted function.

    `entries` picks functions by symbol or by their C++ name, with or without parameters; by default every
    externally visible function with a loop is taken, loops in the static functions and templates that it
    calls included. Raises what `lower` raises, and InputError when there is no loop or no such entry.
    """
    if isinstance(source, str | Path):
        path: Path | None = Path(source)
        lowered = lower(source, flags=flags, march=march, debug=debug)
        where = str(source)
    else:
        path = None
        lowered, where, named = lower_object(source, march=march)
        entries = entries or named
    for note in lowered.notes:
        print(f"{where}: note: {note}", file=sys.stderr)
    from passwright._native import Module

    module = Module.parse(lowered.bitcode, where)
    visible = [function for function in module.functions() if is_visible(function)]
    chosen = _pick(module, visible, entries, where) if entries else _with_loops(module, visible, where)
    names = [_short_name(function) for function in chosen]
    return [
        Kernel(
            name=name if names.count(name) == 1 else function.name,
            entry=function.name,
            source=path,
            language=lowered.language,
            flags=lowered.flags,
            march=lowered.march,
            bitcode=lowered.bitcode,
            debug_bitcode=lowered.debug_bitcode,
            workload=workload,
        )
        for name, function in zip(names, chosen, strict=True)
    ]


def lower_object(source: Any, *, march: str = "native") -> tuple[Lowered, str, tuple[str, ...]]:
    """IR from a Python object: the lowered module, a name for messages, and the entries that it asks for."""
    from passwright._native import Module
    from passwright.irgen.numba import is_jitted, lower_jitted

    if is_jitted(source):
        return lower_jitted(source, march=march)
    package = type(source).__module__.partition(".")[0]
    if package == "llvmlite" or isinstance(source, bytes):
        data = source if isinstance(source, bytes) else str(source).encode()
        return lower_module(Module.parse(data, "<memory>"), march=march), "<memory>", ()
    raise InputError(
        f"no front end for an object of type {type(source).__module__}.{type(source).__qualname__}",
        hint="give a path, an llvmlite module, bitcode as bytes, or a numba-jitted function",
    )


def _without_optnone(text: str) -> str:
    """IR text with `optnone`, and the `noinline` that it requires, removed from its attribute groups."""

    def strip(group: re.Match[str]) -> str:
        return re.sub(r"\b(noinline|optnone) ", "", group[0]) if "optnone" in group[0] else group[0]

    return re.sub(r"(?m)^attributes #\d+ = \{.*\}$", strip, text)


def is_visible(function: Function) -> bool:
    """Defined here for other files to call: not static, and not a copy of an inline function or template."""
    elsewhere = function.linkage.startswith(("linkonce", "available_externally"))
    return not function.is_declaration and not function.is_local and not elsewhere


def _with_loops(module: Module, visible: list[Function], where: str) -> list[Function]:
    own = {function.name for function in visible}
    chosen = [function for function in visible if function.name != "main" and has_loop(module, function, own)]
    if not chosen:
        names = ", ".join(_short_name(function) for function in visible) or "none"
        raise InputError(
            f"{where}: no externally visible function with a loop (visible functions: {names})",
            hint="a kernel is a function that other files can call and that loops; "
            "take `static` off it, or pick a function with --entry",
        )
    return chosen


def has_loop(module: Module, function: Function, visible: set[str]) -> bool:
    """Whether there is a loop in it, or in a static function, inline function or template that it calls."""
    if function.loops:
        return True
    part = module.clone().extract([function.name])
    return any(other.loops for other in part.functions() if other.name not in visible)


def _pick(module: Module, visible: list[Function], entries: Sequence[str], where: str) -> list[Function]:
    chosen: list[Function] = []
    for entry in entries:
        found = [function for function in visible if entry in _spellings(function)]
        if len(found) > 1:
            options = ", ".join(f"{function.demangled} ({function.name})" for function in found)
            raise InputError(
                f"{where}: {entry} may be any of {options}", hint="give the symbol or the parameters too"
            )
        if not found:
            _no_such_entry(module, visible, entry, where)
        if found[0] not in chosen:
            chosen.append(found[0])
    return chosen


def _no_such_entry(module: Module, visible: list[Function], entry: str, where: str) -> None:
    hidden = [
        f for f in module.functions() if not f.is_declaration and f not in visible and entry in _spellings(f)
    ]
    if hidden:
        kind = "static" if hidden[0].is_local else "an inline function or template"
        raise InputError(
            f"{where}: {entry} is {kind}, so that no other file can call its symbol",
            hint="optimise the function that calls it: what it calls comes along",
        )
    spellings = {name: function for function in visible for name in _spellings(function)}
    import difflib

    near = difflib.get_close_matches(entry, spellings, 1)
    names = ", ".join(_short_name(function) for function in visible) or "none"
    raise InputError(
        f"{where}: no function {entry} (visible functions: {names})",
        hint=f"did you mean {_short_name(spellings[near[0]])}?" if near else "choose one of them",
    )


def _spellings(function: Function) -> set[str]:
    """What a user may call the function: symbol, C++ name with parameters, without.

    And without namespaces.
    """
    short = _short_name(function)
    return {function.name, function.demangled, short, short.rpartition("::")[2]}


def _short_name(function: Function) -> str:
    """The C++ name without return type, template arguments' tail and parameters; the symbol for C."""
    name = function.demangled or function.name
    depth, end = 0, len(name)
    for position in range(len(name) - 1, -1, -1):
        depth += (name[position] == ")") - (name[position] == "(")
        if depth == 0 and name[position] == "(":
            end = position
            break
    return name[:end] if name.endswith((")", ") const")) else name
