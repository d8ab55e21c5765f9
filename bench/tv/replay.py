"""A counterexample in the real code: both functions compiled and called on it, guarded, results compared.

A small caller with the arguments built in is compiled next to each function, so that every type of argument can be
passed and pointers may point into one buffer at any distance. It takes the buffers.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from passwright.bench.call import Buffer, Call
from passwright.bench.runner import Runner
from passwright.passes.errors import PasswrightError

if TYPE_CHECKING:
    from passwright._native import Module
    from passwright.bench.answers import RunResult

CALLER = "passwright_replay"
RUN_SECONDS = 10.0


def replay(
    source: Module, target: Module, described: Mapping[str, Any], inputs: Mapping[str, Any], runner: Runner
) -> tuple[bool, str]:
    """Whether the two really differ on the inputs, and a sentence on what was seen.

    `described` is the source's function as `dump_function` gives it.
    """
    try:
        caller, call = _caller(source, described, inputs)
    except ValueError as error:
        return False, str(error)
    results: list[RunResult] = []
    try:
        from passwright._native import call_shim

        around = [caller.emit(), call_shim(caller, CALLER).emit()]
        for name, module, level in (("source", source, 0), ("target", target, 3)):
            runner.load(f"replay@{name}", [module.emit(opt_level=level), *around], CALLER)
            results.append(runner.run(f"replay@{name}", call, timeout=RUN_SECONDS))
            runner.unload(f"replay@{name}")
    except PasswrightError as error:
        return False, f"it cannot be run: {error.message}"
    return _compare(call, *results)


def _compare(call: Call, source: RunResult, target: RunResult) -> tuple[bool, str]:
    if source.status != "ok":
        return False, f"the source fails on it: {source.fault or source.status}"
    if target.status != "ok":
        return True, f"the target fails: {target.fault or target.status}"
    if _different(source.returned, target.returned):
        return True, f"returns {_shown(target.returned)} instead of {_shown(source.returned)}"
    for kind in ("outputs", "written"):
        mine, theirs = getattr(source, kind), getattr(target, kind)
        for name in {**mine, **theirs}:
            a, b = mine.get(name, b""), theirs.get(name, b"")
            if _different(a, b):
                at = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), 0)
                return (
                    True,
                    f"byte {at} of '{name}' is {b[at : at + 1].hex()} instead of {a[at : at + 1].hex()}",
                )
    return False, "both builds give the same results on it"


def _shown(data: bytes) -> str:
    return f"0x{int.from_bytes(data, 'little'):x}"


def _different(a: bytes, b: bytes) -> bool:
    """Unequal bytes, other than NaNs with other payloads, which LLVM leaves open."""
    if a == b:
        return False
    if len(a) != len(b):
        return True
    for width, code in ((4, "f"), (8, "d")):
        if len(a) % width:
            continue
        pairs = [(a[i : i + width], b[i : i + width]) for i in range(0, len(a), width)]
        if all(x == y or (_is_nan(x, code) and _is_nan(y, code)) for x, y in pairs):
            return False
    return True


def _is_nan(data: bytes, code: str) -> bool:
    value = struct.unpack(f"<{code}", data)[0]
    return bool(value != value)


def _caller(source: Module, described: Mapping[str, Any], inputs: Mapping[str, Any]) -> tuple[Module, Call]:
    """The caller's module and its call. Raises ValueError for inputs that no call can give."""
    from passwright._native import Module, host

    buffers: list[Buffer] = []
    names: dict[str, str] = {}
    globals_: dict[str, Buffer] = {}
    for name, found in inputs["objects"].items():
        data = bytes.fromhex(found["bytes"])
        if found["size"] != len(data):
            raise ValueError(f"the buffer '{name}' would have {found['size']} bytes")
        if found["global"]:
            globals_[name] = Buffer(data, "inout", "u8", name)
        else:
            names[name] = f"%m{len(buffers)}"
            buffers.append(Buffer(data, "inout", "u8", name, align=1))
    lines, passed = [], []
    for index, (argument, shape) in enumerate(zip(inputs["arguments"], described["arguments"], strict=True)):
        attributes = shape["attributes"]
        if "copy" in attributes:
            raise ValueError("arguments that are passed in memory are not replayed")
        extended = "".join(f"{key} " for key in ("zeroext", "signext") if key in attributes)
        if "object" not in argument:
            text = _constant(argument["value"], described["types"], shape["type"])
            passed.append(f"{argument['type']} {extended}{text}")
        elif argument["null"]:
            passed.append("ptr null")
        else:
            offset = argument["offset"] - (argument["offset"] >> 63 << 64)
            lines.append(f"  %p{index} = getelementptr i8, ptr {names[argument['object']]}, i64 {offset}")
            passed.append(f"ptr %p{index}")
    returns = described["types"][described["returns"]]["text"]
    if re.search(r"%", returns):
        raise ValueError(f"values of the type {returns} are not replayed")
    declared = ", ".join(_declared(shape, described["types"]) for shape in described["arguments"])
    parameters = ", ".join(f"ptr {name}" for name in names.values())
    entry = '@"' + described["name"] + '"'
    result = "" if returns == "void" else "%r = "
    leave = "ret void" if returns == "void" else f"ret {returns} %r"
    text = "\n".join(
        [
            f"declare {returns} {entry}({declared})",
            f"define {returns} @{CALLER}({parameters}) {{",
            *lines,
            f"  {result}call {returns} {entry}({', '.join(passed)})",
            f"  {leave}",
            "}",
            "",
        ]
    )
    module = Module.parse(text.encode(), "replay")
    machine = host()
    module.set_target(machine["cpu"], machine["features"], override=False)
    return module, Call(CALLER, tuple(buffers), globals_, returns)


def _declared(shape: Mapping[str, Any], types: list[Mapping[str, Any]]) -> str:
    extended = "".join(f" {key}" for key in ("zeroext", "signext") if key in shape["attributes"])
    return f"{types[shape['type']]['text']}{extended}"


def _constant(value: Any, types: list[Mapping[str, Any]], index: int) -> str:
    """A value as the text of an IR constant."""
    kind = types[index]
    if kind["kind"] == "int":
        return ("true" if value else "false") if kind["bits"] == 1 else str(value)
    if kind["kind"] == "float":
        if kind["text"] == "double":
            return f"0x{value:016X}"
        if kind["text"] == "float":
            wide = struct.unpack("<Q", struct.pack("<d", struct.unpack("<f", struct.pack("<I", value))[0]))[0]
            return f"0x{wide:016X}"
        raise ValueError(f"arguments of the type {kind['text']} are not replayed")
    parts = kind["fields"] if kind["kind"] == "struct" else [kind["of"]] * kind["count"]
    inner = ", ".join(
        f"{types[part]['text']} {_constant(one, types, part)}" for part, one in zip(parts, value, strict=True)
    )
    opening, closing = {"vector": ("<", ">"), "array": ("[", "]"), "struct": ("{", "}")}[kind["kind"]]
    return f"{opening} {inner} {closing}"
