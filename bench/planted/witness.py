"""A witness: one call, written down, on which a wrong build differs from the right one. It proves that a defect is one
without asking the verifier, whose inputs play no part in it.

Keys: `sizes`; `seed` (1); `special` (false); `fill` (argument: one value everywhere); `set` (argument: value, or
[[index, value], …]); `set_fields` (argument: [[index, field, value], …]); `overlap` ([first, second, elements]);
`placement` ("end").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from passwright import _native
from passwright.bench.call import Buffer, Call, Scalar
from passwright.bench.compare import wrong_result
from passwright.bench.elements import ctype_layout
from passwright.bench.fill import dtype
from passwright.bench.mutation import Overlap, overlap
from passwright.bench.reference import run_problem
from passwright.bench.runner import Runner
from passwright.bench.workload import Workload
from passwright.irgen.kernel import Kernel


def proves(
    kernel: Kernel, workload: Workload, wrong: bytes, witness: Mapping[str, Any], runner: Runner
) -> str:
    """How the object `wrong` differs from the unoptimised build on the witness; empty where it does not."""
    module = _native.Module.parse(kernel.bitcode, kernel.name)
    signature = _native.signature(_native.Module.parse(kernel.debug_bitcode, kernel.name), kernel.entry)
    shim = _native.call_shim(module, kernel.entry).emit()
    call = witness_call(workload, signature, witness)
    results = []
    for name, obj in (("right", module.emit(opt_level=0)), ("wrong", wrong)):
        runner.load(name, [obj, shim], kernel.entry)
        results.append(runner.run(name, call, placement=witness.get("placement", "end"), timeout=5.0))
        runner.unload(name)
    right, other = results
    if (problem := run_problem(right)) is not None:
        raise AssertionError(f"the right build fails on the witness: {problem}")
    return run_problem(other) or wrong_result(call, right, other) or ""


def witness_call(workload: Workload, signature: Mapping[str, Any], witness: Mapping[str, Any]) -> Call:
    """The call that a witness describes."""
    seed, special = int(witness.get("seed", 1)), bool(witness.get("special", False))
    call = workload.call(signature, witness.get("sizes", {}), seed, special)
    slots = list(call.slots)
    places = {slot.name: index for index, slot in enumerate(slots) if slot is not None}
    for name, value in witness.get("fill", {}).items():
        slots[places[name]] = _filled(slots[places[name]], value)
    for name, value in witness.get("set", {}).items():
        slots[places[name]] = _set(slots[places[name]], value)
    types = {argument["name"]: argument.get("type") for argument in signature["arguments"]}
    for name, values in witness.get("set_fields", {}).items():
        slots[places[name]] = _set_fields(slots[places[name]], types[name], values)
    call = replace(call, slots=tuple(slots))
    return overlap(call, Overlap(*witness["overlap"])) if "overlap" in witness else call


def _filled(slot: Any, value: Any) -> Buffer:
    assert isinstance(slot, Buffer)
    kind = dtype(slot.element)
    return replace(slot, data=np.full(len(slot.data) // kind.itemsize, float(value)).astype(kind).tobytes())


def _set(slot: Any, value: Any) -> Buffer | Scalar:
    if isinstance(slot, Scalar):
        return replace(slot, value=value)
    assert isinstance(slot, Buffer)
    data = np.frombuffer(slot.data, dtype(slot.element)).copy()
    for index, one in value:
        data[index] = float(one) if data.dtype.kind == "f" else int(one)
    return replace(slot, data=data.tobytes())


def _set_fields(slot: Any, ctype: Any, values: Any) -> Buffer:
    assert isinstance(slot, Buffer)
    layout = ctype_layout(ctype["to"])
    assert layout is not None
    data = bytearray(slot.data)
    for index, name, value in values:
        (field,) = (one for one in layout.fields if one.name == name)
        raw = np.array([value]).astype(dtype(field.code)).tobytes()
        start = index * layout.stride + field.offset
        data[start : start + len(raw)] = raw
    return replace(slot, data=bytes(data))
