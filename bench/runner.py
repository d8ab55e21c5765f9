"""The runner process and its client: loads object code, calls it under guard and times it.

The program `passwright-runner` (bench/native/) links objects with JITLink and runs them in a sandbox:
buffers between inaccessible guards, inputs read-only, no files, no network, no threads, no clocks, memory
and time limited. What goes wrong ends that process with a report; the client starts another one when it is
next needed and loads again what was loaded. A frame is a header in JSON and a payload of raw bytes
(bench/native/protocol.h).

Not covered: code that sets out to overwrite the runner's own memory, and addresses so far outside of a
buffer that they hit other memory than the 16 MiB of guard on each side of it. Such code can make its process say what
it likes, about variants that are loaded beside it as well; `Runner(isolated=True)` gives every variant that is called
a process in which nothing of another has run. docs/sandbox.md says what holds.
"""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, TypeVar

from passwright.bench.answers import Fault, Fill, HeapUse, RunResult, TimeResult, Touched, TouchResult
from passwright.bench.call import Alias, Buffer, Call
from passwright.bench.layout import scalar_bytes, type_size
from passwright.bench.process import Died, Process, asan_runtime, program
from passwright.passes.errors import InputError

__all__ = [
    "Fault",
    "Fill",
    "HeapUse",
    "RunResult",
    "Runner",
    "TimeResult",
    "TouchResult",
    "Touched",
    "asan_runtime",
]

_NO_ANSWER = (KeyError, TypeError, ValueError, AttributeError, OverflowError)
Placement = Literal["end", "start", "shifted"]
_LOAD_TIMEOUT = 10.0
"""Processor seconds for linking and static constructors."""
ATTEMPTS = 3
"""How often a request is made whose process somebody else killed."""
T = TypeVar("T")


@dataclass(frozen=True)
class _Variant:
    objects: tuple[bytes, ...]
    entry: str
    count_heap: bool = False


class Runner:
    """One runner process, started when first needed and again after it ended. Use it as a context manager.

    Args:
        memory: bytes that kernels and their data may use.
        asan: preload AddressSanitizer's library, for objects built with -fsanitize=address. There is no
            memory limit.
        cpu: the processor to measure on; None takes the one that the process happens to be on.
        executable: the program, for development; default is the installed one.
        isolated: `run` and `touch` use a new process (some 10 ms) whenever the one at hand has loaded another variant.
            `time` compares variants within one process, always.
    """

    def __init__(
        self,
        *,
        memory: int = 8 << 30,
        asan: bool = False,
        cpu: int | None = None,
        executable: Path | None = None,
        isolated: bool = False,
    ) -> None:
        self._memory = memory
        self._asan = asan
        self._cpu = -1 if cpu is None else cpu
        self._executable = executable
        self._lock = threading.RLock()
        self._process: Process | None = None
        self._variants: dict[str, _Variant] = {}
        self._loaded: set[str] = set()
        self._sent: Call | None = None
        self._isolated = isolated

    def __enter__(self) -> Runner:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process. What was loaded stays known, and a later command starts another process."""
        with self._lock:
            self._stop()

    @property
    def sandboxed(self) -> bool:
        """Whether system calls are filtered (the kernel has seccomp); starts the process."""
        with self._lock:
            return bool(self._running().sandboxed)

    @property
    def pid(self) -> int | None:
        """The process's id, None when none is running."""
        return self._process.pid if self._process is not None and self._process.alive() else None

    # Commands.

    def load(self, name: str, objects: Sequence[bytes], entry: str, *, count_heap: bool = False) -> None:
        """Link the objects (kernel, rest of the file, call shim) as variant `name`, replacing its old one.

        `count_heap`: results of `run` say what it allocated (`RunResult.heap`); it then runs a little slower.

        Raises `InputError` for objects that do not link, naming undefined symbols, and for static
        constructors that fail.
        """
        with self._lock:
            self.unload(name)
            variant = _Variant(tuple(bytes(data) for data in objects), entry, count_heap)
            self._load(name, variant)
            self._variants[name] = variant

    def unload(self, name: str) -> None:
        """Forget a variant; unknown names are fine."""
        with self._lock:
            self._variants.pop(name, None)
            if name in self._loaded:
                self._loaded.discard(name)
                with contextlib.suppress(Died):
                    self._exchange({"command": "unload", "name": name}, [], _LOAD_TIMEOUT)

    def run(self, name: str, call: Call, *, timeout: float = 10.0, placement: Placement = "end") -> RunResult:
        """Call a variant once. `placement` says which end of each buffer lies against its guard; "shifted" ones begin
        one unit of their alignment behind a page's start, so that they have no better alignment than that.

        `timeout` is processor time in seconds. Raises `InputError` for a call that does not fit the variant.
        """
        with self._lock:
            header = {"command": "run", "names": [name], "timeout": timeout, "placement": placement}
            answer, payload = self._call(header, call, timeout)
        findings = tuple(str(text) for text in answer.get("undefined", {}).values())
        if findings:
            # Whatever else went wrong went wrong after that.
            return RunResult(
                "undefined", fault=Fault("undefined", detail="; ".join(findings)), findings=findings
            )
        if answer["status"] != "ok":
            return RunResult(answer["status"], fault=_fault(answer))
        view = memoryview(payload)
        size = _return_size(call)
        try:
            outputs = _split(view[size:], answer["outputs"])
            rest = sum(len(data) for data in outputs.values())
            written = _split(view[size + rest :], answer["written"])
            heap = HeapUse(**answer["heap"]) if "heap" in answer else None
            return RunResult("ok", float(answer["seconds"]), bytes(view[:size]), outputs, written, heap=heap)
        except _NO_ANSWER:
            return RunResult("crashed", fault=self._not_understood())

    def touch(
        self,
        name: str,
        call: Call,
        *,
        timeout: float = 10.0,
        max_accesses: int = 0,
        fills: Mapping[str, Fill] | None = None,
        row_stride: int = 1 << 20,
    ) -> TouchResult:
        """Call an instrumented variant with gigabytes of reserved memory around each pointer.

        There are 3 GiB behind a pointer and 128 MiB before it. Memory is committed as it is touched and
        filled by `fills[buffer name]` (default: the buffer's data, then zeros). Row i of a `T**` starts
        `i * row_stride` bytes into its buffer. Accesses by C library functions count byte by byte for the
        mem… and str… functions and qsort, page by page for the others. `max_accesses` 0: no limit; beyond it
        the status is `timed-out` with the fault `access-limit`.
        """
        fills = fills or {}
        with self._lock:
            buffers = {id(slot): slot for slot in call.slots if isinstance(slot, Buffer)}.values()
            header: dict[str, Any] = {
                "command": "touch",
                "names": [name],
                "timeout": timeout,
                "row_stride": row_stride,
                "fills": [fills.get(buffer.name, Fill()).header() for buffer in buffers],
            }
            if max_accesses:
                header["max_accesses"] = max_accesses
            answer, _ = self._call(header, call, timeout)
        found = {buffer.name: Touched(buffer.name, "buffer") for buffer in buffers}
        try:
            found.update({key: Touched(key, **value) for key, value in answer.get("touched", {}).items()})
            return TouchResult(
                answer["status"],
                found,
                int(answer.get("accesses", 0)),
                answer.get("nanoseconds", 0) * 1e-9,
                _fault(answer),
            )
        except _NO_ANSWER:
            return TouchResult("crashed", {}, 0, 0.0, self._not_understood())

    def time(
        self,
        names: Sequence[str],
        call: Call,
        *,
        min_sample: float = 1e-3,
        samples: int = 15,
        warmup: int = 3,
        deadline: float = 10.0,
        stop_if_slower: float = 0.0,
        seed: int = 1,
        timeout: float | None = None,
    ) -> TimeResult:
        """Time variants round by round, each round in random order.

        It ends after `samples` rounds, or when the next round would not fit into `deadline` seconds. A sample
        is the mean over as many calls as take `min_sample` seconds; there is one round at least. What a call
        changes is put back before the next, outside of the timed part; an interrupted sample is taken again.
        `stop_if_slower` = f drops a variant whose median after three rounds is above f times that of the
        first one. `timeout` is processor time for the whole, for variants that may never end; the default is
        generous.
        """
        with self._lock:
            timeout = 2 * deadline + 10 if timeout is None else timeout
            header = {
                "command": "time",
                "names": list(names),
                "min_sample": min_sample,
                "samples": samples,
                "warmup": warmup,
                "deadline": deadline,
                "stop_if_slower": stop_if_slower,
                "cpu": self._cpu,
                "seed": seed,
                "timeout": timeout,
            }
            answer, _ = self._call(header, call, timeout)
        if answer["status"] != "ok":
            return TimeResult(answer["status"], {}, {}, fault=_fault(answer))
        try:
            found = {name: [float(value) for value in answer["samples"][name]] for name in names}
            return TimeResult("ok", found, answer["calls"], answer["interrupted"], int(answer["cpu"]))
        except _NO_ANSWER:
            return TimeResult("crashed", {}, {}, fault=self._not_understood())

    # The process.

    def _call(self, header: dict[str, Any], call: Call, timeout: float) -> tuple[dict[str, Any], bytearray]:
        """Send a command about a call; a death without a report becomes one."""
        for name in header["names"]:
            if name not in self._variants:
                raise InputError(f"no variant '{name}' is loaded")
        try:
            # Killed by somebody: perhaps not the kernel's fault. If it was, by its use of memory, it happens again.
            answer, result = _again(lambda: self._request(header, call, timeout))
        except Died as death:
            status = "timed-out" if death.late else "crashed"
            kind = "protocol" if death.forged else "killed"
            return {"status": status, "fault": {"kind": kind, "detail": death.detail}}, bytearray()
        if answer["status"] == "error":
            raise InputError(f"{call.entry}: {answer['message']}")
        return answer, result

    def _request(
        self, header: dict[str, Any], call: Call, timeout: float
    ) -> tuple[dict[str, Any], bytearray]:
        """Load what the command names, send it with the call's data and return the answer."""
        if self._isolated and not self._loaded <= set(header["names"]):
            self._stop()
        self._running()
        # Loading may take a new process, which then has none of them.
        while missing := [name for name in header["names"] if name not in self._loaded]:
            self._load(missing[0], self._variants[missing[0]])
        payload: list[bytes] = []
        # The process keeps the last call: its data are sent once for many variants.
        if self._sent is not call:
            description, payload = _describe(call)
            header = {**header, **description}
            self._sent = None
        answer, result = self._exchange(header, payload, timeout)
        if self._process is not None:
            self._sent = call
        return answer, result

    def _load(self, name: str, variant: _Variant) -> None:
        shim = "__pw_call_" + re.sub(r"[^A-Za-z0-9_]", "_", variant.entry)
        sizes = [len(data) for data in variant.objects]
        header: dict[str, Any] = {"command": "load", "name": name, "shim": shim, "sizes": sizes}
        header |= {"timeout": _LOAD_TIMEOUT, "count_heap": variant.count_heap}
        try:
            answer, _ = _again(lambda: self._exchange(header, variant.objects, _LOAD_TIMEOUT))
        except Died as death:
            raise InputError(f"{variant.entry}: loading '{name}' ended the runner: {death.detail}") from None
        if answer["status"] == "error":
            raise InputError(f"{variant.entry}: {answer['message']}")
        if answer["status"] != "ok":
            reason = _fault(answer) or answer["status"]
            raise InputError(f"{variant.entry}: a static constructor of '{name}' failed: {reason}")
        self._loaded.add(name)

    def _exchange(
        self, header: Mapping[str, Any], payload: Sequence[bytes], timeout: float
    ) -> tuple[dict[str, Any], bytearray]:
        """One request. Whatever goes wrong ends the process; the next request starts another."""
        try:
            # The program ends itself after `timeout` seconds of processor time. On the wall a busy machine
            # may need a multiple; what waits for something uses no processor time at all.
            answer, data = self._running().exchange(header, payload, 3 * timeout + 5)
        except BaseException:
            self._stop()
            raise
        if answer.get("exiting"):
            self._stop()
        return answer, data

    def _running(self) -> Process:
        # What a kernel has written for later is gone with its process.
        if self._process is None or not self._process.alive() or self._process.unasked():
            self._stop()
            self._process = Process(self._executable or program(), self._memory, self._asan)
        return self._process

    def _not_understood(self) -> Fault:
        """An answer with other content than the runner's: foreign code has written it."""
        self._stop()
        return Fault("protocol", detail="killed, since it wrote what is no answer")

    def _stop(self) -> None:
        process, self._process = self._process, None
        self._loaded.clear()
        self._sent = None
        if process is not None:
            process.kill()


def _again(request: Callable[[], T]) -> T:
    """What `request` returns; it is tried again where somebody else killed the process.  Raises Died."""
    for _ in range(ATTEMPTS - 1):
        try:
            return request()
        except Died as death:
            if not death.killed:
                raise
    return request()


# Calls as frames.


def _return_size(call: Call) -> int:
    return 0 if call.returns == "void" else type_size(call.returns)


def _describe(call: Call) -> tuple[dict[str, Any], list[bytes]]:
    """A call's header and the pieces of its payload. A buffer that is in two slots is one buffer."""
    slots: list[dict[str, Any]] = []
    payload: list[bytes] = []
    first: dict[int, int] = {}
    for index, slot in enumerate(call.slots):
        if slot is None:
            slots.append({"kind": "nothing"})
        elif isinstance(slot, Alias):
            slots.append({"kind": "alias", "of": slot.slot, "offset": slot.offset})
        elif not isinstance(slot, Buffer):
            data = scalar_bytes(slot)
            slots.append({"kind": "scalar", "size": len(data)})
            payload.append(data)
        elif id(slot) in first:
            slots.append({"kind": "alias", "of": first[id(slot)]})
        else:
            first[id(slot)] = index
            slots.append({"kind": "buffer", **_buffer_header(slot, slot.name)})
            payload.append(slot.data)
    globals_ = []
    for symbol, buffer in call.globals.items():
        globals_.append(_buffer_header(buffer, symbol))
        payload.append(buffer.data)
    header = {
        "slots": slots,
        "globals": globals_,
        "return": _return_size(call),
        "returns_pointer": call.returns.startswith("ptr"),
    }
    return header, payload


def _buffer_header(buffer: Buffer, name: str) -> dict[str, Any]:
    return {
        "name": name,
        "role": buffer.role,
        "size": len(buffer.data),
        "align": max(1, buffer.align),
        "rows": buffer.rows,
    }


def _split(view: memoryview, items: Sequence[Mapping[str, Any]]) -> dict[str, bytes]:
    """The pieces that follow each other in a payload, by name."""
    pieces: dict[str, bytes] = {}
    start = 0
    for item in items:
        end = start + int(item["size"])
        pieces[str(item["name"])] = bytes(view[start:end])
        start = end
    return pieces


def _fault(answer: Mapping[str, Any]) -> Fault | None:
    found = answer.get("fault")
    if found is None:
        return None
    return Fault(**{key: value for key, value in found.items() if key in Fault.__dataclass_fields__})
