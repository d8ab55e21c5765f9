"""How a call's data differ from what its workload draws: a style for the values, and buffers that overlap.

Two pointers may point into one buffer where the signature lets them: neither is `restrict`, both are arrays of the
same C type whose values are free (no indices, offsets or text), and at least one of them is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

from passwright.bench.call import Alias, Buffer, Call
from passwright.bench.elements import parse_layout
from passwright.bench.styles import NO_CONSTANTS, Constants

if TYPE_CHECKING:
    from passwright.bench.workload import Workload

DISTANCES = (0, 1, -1, 5)
"""How many elements behind the first buffer's start the second one begins; negative: the other way round."""


@dataclass(frozen=True)
class Overlap:
    """The buffer of argument `second` begins `elements` elements into the buffer of `first`."""

    first: str
    second: str
    elements: int = 0

    def __str__(self) -> str:
        if not self.elements:
            return f"{self.first} and {self.second} are one buffer"
        return f"{self.second} begins {self.elements} elements into {self.first}"


@dataclass(frozen=True)
class Mutation:
    """A style of values (bench/styles.py; "" as drawn, "mixed" another one per buffer) and an overlap.

    `integers`: integers without a stated range may take any value of their type, others any of their range.
    """

    style: str = ""
    overlap: Overlap | None = None
    integers: bool = False
    constants: Constants = field(default=NO_CONSTANTS, repr=False)

    def __str__(self) -> str:
        parts = [f"{self.style} data"] if self.style else []
        return ", ".join([*parts, str(self.overlap)] if self.overlap else parts)


PLAIN = Mutation()


def overlaps(workload: Workload, signature: Mapping[str, Any]) -> Iterator[Overlap]:
    """Every overlap that the signature and the workload allow; the same buffer twice comes first."""
    arrays = [argument for argument in signature["arguments"] if _may_overlap(workload, argument)]
    pairs = [
        (one["name"], other["name"])
        for one, other in combinations(arrays, 2)
        if _element(one) == _element(other) and (_written(workload, one) or _written(workload, other))
    ]
    for distance in DISTANCES:
        for first, second in pairs:
            yield Overlap(first, second, distance) if distance >= 0 else Overlap(second, first, -distance)


def overlap(call: Call, wanted: Overlap) -> Call:
    """The call with the two buffers in one, which is as long as both need; its content is the first one's as far as
    that goes."""
    places = {slot.name: index for index, slot in enumerate(call.slots) if isinstance(slot, Buffer)}
    first, second = call.slots[places[wanted.first]], call.slots[places[wanted.second]]
    assert isinstance(first, Buffer) and isinstance(second, Buffer)
    offset = wanted.elements * parse_layout(second.element).stride
    data = bytearray(max(len(first.data), offset + len(second.data)))
    data[offset : offset + len(second.data)] = second.data
    data[: len(first.data)] = first.data
    whole = replace(first, data=bytes(data), role="inout", align=max(first.align, second.align))
    slots = list(call.slots)
    slots[places[wanted.first]] = whole
    slots[places[wanted.second]] = Alias(places[wanted.first], offset, wanted.second)
    return replace(call, slots=tuple(slots))


def _may_overlap(workload: Workload, argument: Mapping[str, Any]) -> bool:
    spec = workload.args.get(argument["name"])
    pointer = argument.get("type") or {}
    return (
        argument["ir_type"] == "ptr"
        and argument.get("pass", "value") == "value"
        and "noalias" not in argument.get("attributes", ())
        and pointer.get("kind") == "pointer"
        and pointer["to"]["kind"] in ("int", "float", "struct", "array", "bool")
        and spec is not None
        and spec.fill == "uniform"
        and not spec.fields
        and not spec.align
    )


def _element(argument: Mapping[str, Any]) -> str:
    ctype = argument["type"]["to"]
    while ctype["kind"] == "array":
        ctype = ctype["to"]
    return str(ctype["name"]).removeprefix("const ")


def _written(workload: Workload, argument: Mapping[str, Any]) -> bool:
    role = workload.args[argument["name"]].role
    return role != "in" and not (role is None and argument["type"]["to"].get("const"))
