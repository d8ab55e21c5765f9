"""Two memories compared element by element: equal bits, or NaN on both sides, or within a stated bound."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from passwright.bench.call import Buffer
from passwright.bench.elements import Layout, parse_layout, scalar_layout
from passwright.bench.fill import dtype

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from passwright.bench.answers import RunResult
    from passwright.bench.call import Call

_RETURN_CODES = {"i1": "bool", "half": "f16", "float": "f32", "double": "f64"}


def return_layout(ir_type: str) -> Layout:
    """The layout of a returned value; types without a scalar code are compared byte by byte."""
    code = _RETURN_CODES.get(ir_type, ir_type if ir_type in ("i8", "i16", "i32", "i64") else "u8")
    return scalar_layout(code)


def difference(element: str | Layout, expected: bytes, actual: bytes, *, ulps: int = 0) -> str | None:
    """Where and how `actual` differs from `expected`; None when it does not.

    Elements are equal when their bits are, or when both are NaN (payloads and signs of NaN are not
    compared: C leaves them open). With `ulps` > 0 floats may differ by that many units in the last place of
    the larger of the expected element and the root mean square of the expected array, which keeps sums that
    cancel from counting as errors. Padding inside structs is not compared.
    """
    if expected == actual:
        return None
    if len(expected) != len(actual):
        return f"{len(actual)} bytes instead of {len(expected)}"
    layout = element if isinstance(element, Layout) else parse_layout(element)
    if len(expected) % layout.stride:
        layout = scalar_layout("u8")
    import numpy as np

    count = len(expected) // layout.stride
    reference = np.frombuffer(expected, np.uint8).reshape(count, layout.stride)
    candidate = np.frombuffer(actual, np.uint8).reshape(count, layout.stride)
    for number, field in enumerate(layout.fields):
        kind = dtype(field.code)
        part = slice(field.offset, field.offset + kind.itemsize)
        left = np.ascontiguousarray(reference[:, part]).view(kind).reshape(-1)
        right = np.ascontiguousarray(candidate[:, part]).view(kind).reshape(-1)
        wrong = _unequal(left, right, ulps)
        positions = np.flatnonzero(wrong)
        if len(positions):
            first = int(positions[0])
            where = f"[{first}]" + (f" field {number} (offset {field.offset})" if layout.is_struct else "")
            values = f"{_show(left[first])} expected, {_show(right[first])} computed"
            return f"{where}: {values}; {len(positions)} of {count} elements differ"
    return None


def wrong_result(call: Call, expected: RunResult, actual: RunResult, *, ulps: int = 0) -> str | None:
    """Where a run's returned value, outputs or globals differ from another's; None where they do not."""
    wrong = difference(return_layout(call.returns), expected.returned, actual.returned, ulps=ulps)
    if wrong is not None:
        return f"returned value{wrong.removeprefix('[0]').partition(';')[0]}"
    buffers = [*(slot for slot in call.slots if isinstance(slot, Buffer)), *call.globals.values()]
    elements = {buffer.name: buffer.element for buffer in buffers}
    for name, before in expected.outputs.items():
        # A static variable that the optimiser removed has no content to compare.
        after = actual.outputs.get(name)
        if after is None:
            continue
        wrong = difference(parse_layout(elements[name]), before, after, ulps=ulps)
        if wrong is not None:
            return name + wrong
    # Exported variables that changed although nothing says that the kernel uses them.
    for name in expected.written.keys() | actual.written.keys():
        if expected.written.get(name) != actual.written.get(name):
            return f"the global variable {name} ends with another content"
    return None


def _unequal(left: NDArray[Any], right: NDArray[Any], ulps: int) -> NDArray[Any]:
    import numpy as np

    if left.dtype.kind != "f":
        return np.asarray(left != right)
    bits = np.dtype(f"u{left.dtype.itemsize}")
    unequal = (left.view(bits) != right.view(bits)) & ~(np.isnan(left) & np.isnan(right))
    if ulps and unequal.any():
        with np.errstate(all="ignore"):
            wide_left, wide_right = left.astype(np.float64), right.astype(np.float64)
            finite = np.isfinite(wide_left)
            scale = float(np.sqrt(np.mean(np.square(wide_left[finite])))) if finite.any() else 0.0
            bound = ulps * np.finfo(left.dtype).eps * np.maximum(np.abs(wide_left), scale)
            # Infinities must match exactly: their difference is NaN, which is not within any bound.
            unequal &= ~(np.abs(wide_left - wide_right) <= bound) | ~finite
    return np.asarray(unequal)


def _show(value: Any) -> str:
    number = value.item()
    return float(number).hex() + f" ({number!r})" if isinstance(number, float) else str(number)
