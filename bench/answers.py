"""What the runner answers: faults, results of calls, touched memory, samples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Status = Literal["ok", "crashed", "timed-out", "forbidden", "undefined"]


@dataclass(frozen=True)
class Fault:
    """Why a call did not end well.

    Attributes:
        kind: `overrun` or `underrun` (of a buffer), `read-only`, `null`, `stack-overflow`, `wild` (an
            address that belongs to nothing), `misaligned`, `division`, `illegal-instruction`, `abort`,
            `exception`, `memory`, `function` or `system-call` (forbidden ones), `deadline`, `access-limit`,
            `killed`, `protocol` (what it wrote is no answer to the request), `undefined`.
        signal: the signal's name, empty where there was none.
        access: `read`, `write`, `execute` or empty.
        argument: index of the argument that the address belongs to, -1 for none.
        name: that argument's name.
        offset: bytes from the buffer's start to the address.
        size: the buffer's size in bytes.
        function: the kernel's function that was running, where known; `code_offset` bytes into it.
        what: the forbidden function or system call; `why` says what is wrong with it.
        detail: further text.
        variant: the build that was running.
    """

    kind: str
    signal: str = ""
    access: str = ""
    argument: int = -1
    name: str = ""
    offset: int = 0
    size: int = 0
    address: str = ""
    function: str = ""
    code_offset: int = 0
    what: str = ""
    why: str = ""
    detail: str = ""
    variant: str = ""

    def __str__(self) -> str:
        where = f" in {self.function}" if self.function else ""
        return f"{self._what_happened()}{where}"

    def _what_happened(self) -> str:
        buffer = f"'{self.name}' (argument {self.argument}, {self.size} bytes)"
        match self.kind:
            case "overrun":
                return f"{self.access} at offset {self.offset} of {buffer}, {self._beyond()} past its end"
            case "underrun":
                return f"{self.access} at offset {self.offset} of {buffer}, before its start"
            case "read-only":
                return f"write at offset {self.offset} of {buffer}, which the workload gives as input only"
            case "null":
                return f"{self.access} through a null pointer (address {self.address})"
            case "stack-overflow":
                return "stack overflow (the stack has 8 MiB)"
            case "wild":
                return f"{self.access} at address {self.address}, which belongs to no argument"
            case "misaligned":
                return "access to a misaligned or impossible address"
            case "division":
                return "integer division by zero, or overflow of a division"
            case "illegal-instruction":
                return "an instruction that this CPU does not have, or code marked as unreachable"
            case "function":
                return f"calls {self.what}(), which {self.why}"
            case "system-call":
                return f"makes the system call {self.what}"
            case "deadline":
                return "did not end in time"
            case "access-limit":
                return "made more memory accesses than allowed"
            case "killed":
                return f"the runner process ended without a report ({self.detail})"
            case _:
                return self.detail or self.kind

    def _beyond(self) -> str:
        beyond = self.offset - self.size
        return f"{beyond} bytes" if beyond else "the first byte"


@dataclass(frozen=True)
class HeapUse:
    """What a call did on the heap, of a variant that was loaded with `count_heap`.

    Attributes:
        allocations: how many calls of malloc, calloc, realloc, new and their kin gave memory.
        allocated: bytes that they asked for, in all.
        peak: the most bytes that were held at once, as the allocator rounds them.
        held: bytes that the call did not give back.
    """

    allocations: int = 0
    allocated: int = 0
    peak: int = 0
    held: int = 0


@dataclass(frozen=True)
class RunResult:
    """The outcome of one call.

    Attributes:
        seconds: wall time of the call, one cold run.
        returned: the bytes of the returned value; a returned pointer is 0 for null, otherwise
            (argument + 1) << 48 plus the byte offset, and all ones for an address outside of all buffers.
        outputs: final content of every buffer that is not of role `in`, and of the call's globals, by name.
        written: exported globals that the call changed and that the workload does not name as outputs.
        findings: what UndefinedBehaviorSanitizer and AddressSanitizer found, `file:line:column: what`.
        heap: what it allocated, where the variant was loaded to be counted.
    """

    status: Status
    seconds: float = 0.0
    returned: bytes = field(default=b"", repr=False)
    outputs: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    written: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    fault: Fault | None = None
    findings: tuple[str, ...] = ()
    heap: HeapUse | None = None


@dataclass(frozen=True)
class Touched:
    """Which bytes of one buffer, row pointer array or exported global a call touched.

    Extents are byte offsets [low, high) from the pointer; low may be negative, and both are 0 when there
    was no such access. `read_first` covers the bytes that were read before the call wrote them.
    """

    name: str
    kind: Literal["buffer", "rows", "global"]
    reads: int = 0
    writes: int = 0
    read_low: int = 0
    read_high: int = 0
    write_low: int = 0
    write_high: int = 0
    read_first_low: int = 0
    read_first_high: int = 0

    @property
    def read_before_write(self) -> bool:
        return self.read_first_low != self.read_first_high

    @property
    def accesses(self) -> int:
        return self.reads + self.writes


@dataclass(frozen=True)
class TouchResult:
    """What an instrumented call touched; complete up to the fault where there was one.

    `buffers` has every buffer of the call by its name, the exported globals that were touched by theirs,
    and the pointer array of a `T**` argument `rows` as `rows[]`. `accesses` counts all memory accesses, the
    stack's included.
    """

    status: Status
    buffers: Mapping[str, Touched]
    accesses: int
    seconds: float = 0.0
    fault: Fault | None = None


@dataclass(frozen=True)
class Fill:
    """How memory looks that `touch` commits: the element at index i of a buffer is a function of i and
    `seed`.

    kind `data`: the buffer's data, then zeros. `pattern`: the data, repeated. `integers`: uniform in [low,
    high]. `steps`: low + i * high. `floats`: uniform in [low, high). `width`: bytes per element (1, 2, 4,
    8; floats 4 or 8).
    """

    kind: Literal["data", "pattern", "integers", "steps", "floats"] = "data"
    width: int = 1
    low: float = 0
    high: float = 0
    seed: int = 0

    def header(self) -> dict[str, Any]:
        if self.kind == "floats":
            return {
                "kind": self.kind,
                "width": self.width,
                "from": self.low,
                "to": self.high,
                "seed": self.seed,
            }
        low, high = int(self.low), int(self.high)
        return {"kind": self.kind, "width": self.width, "low": low, "high": high, "seed": self.seed}


@dataclass(frozen=True)
class TimeResult:
    """Samples of an interleaved measurement, in seconds per call.

    The variants' samples are paired by position; one that was dropped early has fewer. `status` is not `ok`
    when a variant failed, and `samples` is then empty. `calls` says over how many calls each sample is the
    mean, `interrupted` how many samples other processes disturbed although they were taken again: many mean
    that the machine is busy.
    """

    status: Status
    samples: Mapping[str, list[float]]
    calls: Mapping[str, int]
    interrupted: Mapping[str, int] = field(default_factory=dict)
    cpu: int = -1
    fault: Fault | None = None
