"""Examples of a requirement as calls of its program, and whether the program gives what they say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np

from passwright.irgen.examples import Example, Value
from passwright.irgen.notation.inputs import SENTINEL
from passwright.irgen.notation.meaning import Outputs, agree, integer
from passwright.irgen.notation.on_arrays import DTYPES
from passwright.irgen.notation.resolve import constant_part
from passwright.irgen.notation.syntax import Declaration, Name, Program
from passwright.irgen.notation.types import FLOATS
from passwright.irgen.prototype import Prototype
from passwright.passes.errors import InputError


def values_of(program: Program, signature: Prototype, example: Example) -> dict[str, Any] | None:
    """The call that an example states; None where it does not say enough."""
    inputs = [d for d in program.declarations if d.role in ("in", "inout")]
    order = [program.declared(p.name) for p in signature.parameters]
    given: dict[str, Value] = {}
    unnamed = [value for name, value in example.arguments if not name]
    for name, value in example.arguments:
        if name and program.declared(name) is None:
            return None
        if name:
            given[name] = value
    for choice in (
        [d for d in order if d is not None],
        [d for d in order if d is not None and d.role != "out"],
        inputs,
        [d for d in inputs if d.shape],
    ):
        if len(choice) == len(unnamed):
            given |= {d.name: value for d, value in zip(choice, unnamed, strict=True)}
            break
    else:
        if unnamed:
            return None
    values: dict[str, Any] = {}
    for d in inputs:
        array = _array(given.get(d.name), d)
        if array is None:
            return None
        values[d.name] = array
    for name, value in given.items():
        d2 = program.declared(name)
        if d2 is not None and d2.role in ("size", "len") and isinstance(value, int):
            values[name] = value
    for d in inputs:
        for extent, length in zip(d.shape, np.shape(values[d.name]), strict=True):
            base, offset = constant_part(extent)
            if isinstance(base, Name):
                values.setdefault(base.name, length - offset)
    try:
        for d in program.declarations:
            if d.role in ("size", "len") and d.name not in values:
                return None
            if d.role == "out" or (d.role == "return" and d.shape):
                shape = tuple(integer(e, values) for e in d.shape)
                fill = 0 if d.role == "return" else True if d.type == "bool" else SENTINEL
                values[d.name] = np.full(shape, fill, DTYPES[d.type])
        for d in inputs:
            if tuple(integer(e, values) for e in d.shape) != np.shape(values[d.name]):
                return None
    except (KeyError, InputError, ValueError):
        return None
    return {d.name: values[d.name] for d in program.declarations if d.name in values}


def _array(value: Value | None, d: Declaration) -> Any:
    """A value in the declared type; None where it is of another kind."""
    if value is None:
        return None
    if isinstance(value, str):
        if d.type not in ("char", "i8", "u8") or len(d.shape) > 1 or any(ord(c) > 127 for c in value):
            return None
        codes = np.frombuffer(value.encode(), np.int8).astype(DTYPES[d.type])
        return codes if d.shape else (codes[0].item() if len(value) == 1 else None)
    try:
        array = np.array(value)
    except ValueError:
        return None
    if array.ndim == 1 and array.dtype.kind == "U" and d.type == "char":
        array = (
            np.array([ord(c) for c in cast(Sequence[str], value)])
            if all(len(str(c)) == 1 for c in array)
            else array
        )
    if array.size == 0:
        array = np.zeros((0,) * len(d.shape), np.int64)
    if array.ndim != len(d.shape) or array.dtype.kind not in "biuf":
        return None
    if array.dtype.kind == "f" and d.type not in FLOATS:
        return None
    array = array.astype(DTYPES[d.type])
    return array if d.shape else array.item()


def contradiction(program: Program, outputs: Outputs, result: Value) -> str:
    """What the program gives, where that is not what the example says."""
    written = [d for d in program.declarations if d.name in outputs]
    returned = [d for d in written if d.role == "return"] or written
    for d in returned:
        expected = _array(result, d)
        got = outputs[d.name]
        if expected is None:
            continue
        want = np.asarray(expected)
        have = np.asarray(got)
        if want.ndim == 1 and have.ndim == 1 and len(want) < len(have):
            have = have[: len(want)]  # what is filtered stands at the front
        if d.type in FLOATS:
            # Examples are written with few digits.
            near = want.shape == have.shape and np.allclose(want, have, rtol=1e-3, atol=6e-3, equal_nan=True)
        else:
            near = agree(want, have, d.type)
        if near:
            return ""
    if not any(_array(result, d) is not None for d in returned):
        return ""
    shown = np.asarray(outputs[returned[0].name])
    return str(shown.tolist()) if shown.size <= 20 else "something else"
