"""What workload inference concluded, in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from passwright.bench.elements import type_name
from passwright.bench.growth import Growth
from passwright.bench.parameters import Parameter
from passwright.bench.sizes import Size
from passwright.bench.workload import Argument, Workload

_ROLES = {"in": "read", "out": "written", "inout": "read and written", None: "read and written"}
_ENDS = {
    "time": "sizes grew until one run was long enough to time",
    "memory": "sizes grew until the buffers were as large as allowed",
    "limit": "sizes grew as far as the kernel's arrays and types allow",
    "early": "larger sizes do not take longer on this data, so they were kept small",
    "fixed": "the kernel has no sizes that could grow",
}


def describe(
    workload: Workload, known: Sequence[Parameter], made_up: Mapping[str, str], growth: Growth, trials: int
) -> list[str]:
    """One sentence per size, argument and global, and one on the measured sizes."""
    notes = [f"{name} = {size.value}: {_size(name, size, made_up)}" for name, size in workload.sizes.items()]
    described = {**workload.args, **workload.globals}
    for parameter in known:
        spec = described[parameter.name]
        if spec.value == parameter.name and parameter.layout is None:
            continue
        kind = "global " if parameter.is_global else ""
        notes.append(f"{kind}{parameter.name}: {_argument(parameter, spec)}")
    notes.append(
        f"one run of the -O3 build took {growth.seconds * 1e3:.3g} ms on {growth.bytes / 2**20:.3g} MiB; "
        f"{_ENDS[growth.reason]} ({trials} trial runs)"
    )
    return notes


def _size(name: str, size: Size, made_up: Mapping[str, str]) -> str:
    parts = [made_up.get(name, "an integer parameter that loops or array extents follow")]
    if size.min:
        parts.append(f"at least {size.min}, below which the kernel failed or left its arrays")
    if size.at_least is not None:
        parts.append(f"at least {size.at_least}")
    if size.multiple > 1:
        parts.append(f"a multiple of {size.multiple}")
    return "; ".join(parts)


def _argument(parameter: Parameter, spec: Argument) -> str:
    if parameter.layout is None:
        if spec.value is not None:
            return f"always {spec.value}"
        return (
            f"drawn from [{spec.range[0]}, {spec.range[1]}]" if spec.range else "drawn from the default range"
        )
    extent = "".join(f"[{part}]" for part in spec.shape or ())
    element = (
        f"struct of {len(parameter.layout.fields)}"
        if parameter.layout.is_struct
        else type_name(parameter.layout.code)
    )
    pointers = "pointers to rows, " if spec.fill == "pointers" else ""
    return f"{pointers}{element}{extent}, {_ROLES[spec.role]}, {_values(spec)}"


def _values(spec: Argument) -> str:
    if spec.fields:
        limits = {str(field.below) for field in spec.fields.values() if field.below is not None}
        return f"integer fields are indices below {' and '.join(sorted(limits))}"
    match spec.fill:
        case "index":
            return f"indices below {spec.below}"
        case "offsets":
            return f"offsets from 0 to {spec.total}"
        case "iota":
            return "0, 1, 2, …"
        case "zero":
            return "zeros"
        case "text":
            return "text with a terminator" if spec.terminate else "text"
        case "constant":
            return f"always {spec.value}"
    return f"values in [{spec.range[0]}, {spec.range[1]}]" if spec.range else "values in the default range"
