"""The runner process and its client: loads object code, calls it under guard and times it.

The program `passwright-runner` (bench/native/) links objects with JITLink and runs them in a sandbox: buffers between
inaccessible guards, inputs read-only, no files, no network, no threads, no clocks, memory and time limited. What goes
wrong ends that process with a report; the client starts another one when it is next needed and loads again what was
loaded. A frame is a header in JSON and a payload of raw bytes (bench/native/protocol.h).

Not covered: code that sets out to overwrite the runner's own memory, and addresses so far outside of a buffer that
they hit other memory than the 16 MiB of guard on each side of it.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import select
import struct
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

from passwright.bench.call import Buffer, Call
from passwright.bench.layout import scalar_bytes, type_size
from passwright.passes.errors import InputError, ToolchainError, WorkerError

Status = Literal["ok", "crashed", "timed-out", "forbidden", "undefined"]

_PREFIX = struct.Struct("<IQ")
_GRACE = 5.0
"""Seconds on the wall beyond three times a deadline in processor time before the client kills the process."""


@dataclass(frozen=True)
class Fault:
    """Why a call did not end well.

    Attributes:
        kind: `overrun` or `underrun` (of a buffer), `read-only`, `null`, `stack-overflow`, `wild` (an address that
            belongs to nothing), `misaligned`, `division`, `illegal-instruction`, `abort`, `exception`, `memory`,
            `function` or `system-call` (forbidden ones), `deadline`, `access-limit`, `killed`.
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
class RunResult:
    """The outcome of one call.

    Attributes:
        seconds: wall time of the call, one cold run.
        returned: the bytes of the returned value; a returned pointer is 0 for null, otherwise (argument + 1) << 48
            plus the byte offset, and all ones for an address outside of all buffers.
        outputs: final content of every buffer that is not of role `in`, and of the call's globals, by name.
        written: exported globals that the call changed and that the workload does not name as outputs.
        undefined: findings of UndefinedBehaviorSanitizer and AddressSanitizer, `file:line:column: what`.
    """

    status: Status
    seconds: float = 0.0
    returned: bytes = field(default=b"", repr=False)
    outputs: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    written: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    fault: Fault | None = None
    undefined: tuple[str, ...] = ()

    @property
    def evidence(self) -> str:
        """One line that says why the status is not `ok`; empty when it is."""
        if self.undefined:
            return "; ".join(self.undefined)
        return str(self.fault) if self.fault else ""


@dataclass(frozen=True)
class Touched:
    """Which bytes of one buffer, row pointer array or exported global a call touched.

    Extents are byte offsets [low, high) from the pointer and may be negative; None when there was no such access.
    `read_first` covers the bytes that were read before the call wrote them.
    """

    name: str
    kind: Literal["buffer", "rows", "global"]
    reads: int
    writes: int
    read: tuple[int, int] | None
    write: tuple[int, int] | None
    read_first: tuple[int, int] | None


@dataclass(frozen=True)
class TouchResult:
    """What an instrumented call touched, by name; complete up to the fault where there was one."""

    status: Status
    touched: Mapping[str, Touched]
    accesses: int
    seconds: float = 0.0
    fault: Fault | None = None


@dataclass(frozen=True)
class Fill:
    """How memory looks that `touch` commits: the element at index i of a buffer is a function of i and `seed`.

    kind `pattern`: the buffer's data, repeated. `integers`: uniform in [low, high]. `steps`: low + i * high.
    `floats`: uniform in [low, high). `width`: bytes per element (1, 2, 4, 8; floats 4 or 8).
    """

    kind: Literal["pattern", "integers", "steps", "floats"] = "pattern"
    width: int = 1
    low: float = 0
    high: float = 0
    seed: int = 0

    def header(self) -> dict[str, Any]:
        if self.kind == "floats":
            return {"kind": self.kind, "width": self.width, "from": self.low, "to": self.high, "seed": self.seed}
        low, high = int(self.low), int(self.high)
        return {"kind": self.kind, "width": self.width, "low": low, "high": high, "seed": self.seed}


@dataclass(frozen=True)
class TimeResult:
    """Samples of an interleaved measurement, in seconds per call.

    The variants' samples are paired by position; one that was dropped early has fewer. `status` is not `ok` when a
    variant failed, and `samples` is then empty. `calls` says over how many calls each sample is the mean.
    """

    status: Status
    samples: Mapping[str, list[float]]
    calls: Mapping[str, int]
    cpu: int = -1
    fault: Fault | None = None


@dataclass(frozen=True)
class _Variant:
    objects: tuple[bytes, ...]
    entry: str


class _Died(Exception):
    """The process is gone; `detail` says how."""

    def __init__(self, detail: str, *, late: bool = False) -> None:
        super().__init__(detail)
        self.detail, self.late = detail, late


def program() -> Path:
    """The runner program, beside the package; `WorkerError` when the installation lacks it."""
    import passwright

    for folder in passwright.__path__:
        path = Path(folder) / "bin" / "passwright-runner"
        if path.exists():
            return path
    from sysconfig import get_path

    path = Path(get_path("platlib")) / "passwright" / "bin" / "passwright-runner"  # editable installs
    if path.exists():
        return path
    raise WorkerError(f"the program passwright-runner is not installed (looked for {path})", hint="make native")


def asan_library() -> Path:
    """AddressSanitizer's shared run-time library, clang's or gcc's; `ToolchainError` when there is neither."""
    names = (
        (["clang-19"], "libclang_rt.asan-x86_64.so"),
        (["clang"], "libclang_rt.asan-x86_64.so"),
        (["gcc"], "libasan.so"),
    )
    for command, name in names:
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            arguments = [*command, f"-print-file-name={name}"]
            found = subprocess.run(arguments, capture_output=True, text=True, check=True, timeout=20).stdout.strip()
            if Path(found).is_absolute() and Path(found).exists():
                return Path(found).resolve()
    raise ToolchainError(
        "AddressSanitizer's library was found neither with clang nor with gcc",
        hint="install it: apt-get install libclang-rt-19-dev, or gcc",
    )


class Runner:
    """One runner process, started when first needed and again after it ended. Use it as a context manager.

    Args:
        memory: bytes that kernels and their data may use.
        asan: preload AddressSanitizer's library, for objects built with -fsanitize=address. There is no memory limit.
        cpu: the processor to measure on; None takes the one that the process happens to be on.
        executable: the program, for development; default is the installed one.
    """

    def __init__(
        self,
        *,
        memory: int = 8 << 30,
        asan: bool = False,
        cpu: int | None = None,
        executable: Path | None = None,
    ) -> None:
        self._memory = memory
        self._asan = asan
        self._cpu = -1 if cpu is None else cpu
        self._executable = executable
        self._lock = threading.RLock()
        self._process: subprocess.Popen[bytes] | None = None
        self._variants: dict[str, _Variant] = {}
        self._loaded: set[str] = set()
        self._sent: Call | None = None
        self._sandboxed = False

    def __enter__(self) -> Runner:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the process; what was loaded stays known and a later command starts it again."""
        with self._lock:
            self._stop()

    @property
    def sandboxed(self) -> bool:
        """Whether system calls are filtered (the kernel has seccomp); starts the process."""
        with self._lock:
            self._start()
            return self._sandboxed

    @property
    def pid(self) -> int | None:
        """The process's id, None when none is running."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    # Commands.

    def load(self, name: str, objects: Sequence[bytes], entry: str) -> None:
        """Links the objects (kernel, rest of the file, call shim) as variant `name`; replaces one of that name.

        Raises `InputError` for objects that do not link, naming undefined symbols, and for static constructors that
        fail.
        """
        with self._lock:
            self.unload(name)
            variant = _Variant(tuple(bytes(data) for data in objects), entry)
            self._load(name, variant)
            self._variants[name] = variant

    def unload(self, name: str) -> None:
        """Forgets a variant; unknown names are fine."""
        with self._lock:
            self._variants.pop(name, None)
            if name in self._loaded:
                self._loaded.discard(name)
                with contextlib.suppress(_Died):
                    self._exchange({"command": "unload", "name": name}, [], timeout=10.0)

    def run(
        self, name: str, call: Call, *, timeout: float = 10.0, placement: Literal["end", "start"] = "end"
    ) -> RunResult:
        """Calls a variant once. `placement` says which end of each buffer lies against its guard.

        `timeout` is processor time in seconds. Raises `InputError` for a call that does not fit the variant.
        """
        with self._lock:
            header = {"command": "run", "names": [name], "timeout": timeout, "placement": placement}
            answer, payload = self._call(header, call, timeout)
        undefined = tuple(str(text) for text in answer.get("undefined", {}).values())
        status: Status = "undefined" if undefined else answer["status"]
        if status != "ok":
            return RunResult(status, fault=_fault(answer), undefined=undefined)
        view = memoryview(payload)
        size = _return_size(call)
        outputs = _split(view[size:], answer["outputs"])
        rest = sum(len(data) for data in outputs.values())
        written = _split(view[size + rest :], answer["written"])
        return RunResult("ok", float(answer["seconds"]), bytes(view[:size]), outputs, written)

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
        """Calls an instrumented variant with 3 GiB of reserved memory behind each pointer and 128 MiB before it.

        Memory is committed as it is touched and filled by `fills[buffer name]` (default: the buffer's data, repeated).
        Row i of a `T**` starts `i * row_stride` bytes into its buffer. Accesses by C library functions count byte by
        byte for the mem… and str… functions and qsort, page by page for the others. `max_accesses` 0: no limit; beyond
        it the status is `timed-out` with the fault `access-limit`.
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
        touched = {key: _touched(key, value) for key, value in answer.get("touched", {}).items()}
        return TouchResult(
            answer["status"],
            touched,
            int(answer.get("accesses", 0)),
            answer.get("nanoseconds", 0) * 1e-9,
            _fault(answer),
        )

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
    ) -> TimeResult:
        """Times variants round by round, each round in random order, until `samples` rounds or `deadline` seconds.

        A sample is the mean over as many calls as take `min_sample` seconds; there is one round at least. What a call
        changes is put back before the next, outside of the timed part. `stop_if_slower` = f drops a variant whose
        median after three rounds is above f times that of the first one.
        """
        with self._lock:
            timeout = 2 * deadline + 10
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
        found = {name: [float(value) for value in answer["samples"][name]] for name in names}
        return TimeResult("ok", found, dict(answer["calls"]), int(answer["cpu"]))

    # The process.

    def _call(self, header: dict[str, Any], call: Call, timeout: float) -> tuple[dict[str, Any], bytearray]:
        """Sends a command about a call, loading what it names; an unreported death becomes a report."""
        missing = [name for name in header["names"] if name not in self._variants]
        if missing:
            raise InputError(f"no variant '{missing[0]}' is loaded")
        self._start()
        for name in header["names"]:
            if name not in self._loaded:
                self._load(name, self._variants[name])
        payload: list[bytes] = []
        if self._sent is not call:
            self._sent = None
            description, payload = _describe(call)
            header = {**header, **description}
        # The result's size and kind belong to the call, but the runner looks for the kind in each request.
        header["returns_pointer"] = call.returns.startswith("ptr")
        try:
            answer, result = self._exchange(header, payload, timeout)
        except _Died as death:
            status = "timed-out" if death.late else "crashed"
            return {"status": status, "fault": {"kind": "killed", "detail": death.detail}}, bytearray()
        if answer["status"] == "error":
            raise InputError(f"{call.entry}: {answer['message']}")
        if not answer.get("exiting"):
            self._sent = call
        return answer, result

    def _load(self, name: str, variant: _Variant) -> None:
        shim = "__pw_call_" + re.sub(r"[^A-Za-z0-9_]", "_", variant.entry)
        sizes = [len(data) for data in variant.objects]
        header = {"command": "load", "name": name, "shim": shim, "sizes": sizes, "timeout": 10.0}
        try:
            answer, _ = self._exchange(header, list(variant.objects), timeout=10.0)
        except _Died as death:
            raise InputError(f"{variant.entry}: loading '{name}' ended the runner process: {death.detail}") from None
        if answer["status"] == "error":
            raise InputError(f"{variant.entry}: {answer['message']}")
        if answer["status"] != "ok":
            raise InputError(f"{variant.entry}: a static constructor of '{name}' failed: {_fault(answer)}")
        self._loaded.add(name)

    def _exchange(
        self, header: Mapping[str, Any], payload: Sequence[bytes], timeout: float
    ) -> tuple[dict[str, Any], bytearray]:
        """Sends one frame and reads the answer; `_Died` when there is none."""
        self._start()
        process = self._process
        assert process is not None and process.stdin is not None and process.stdout is not None
        text = json.dumps(header).encode()
        limit = time.monotonic() + 3 * timeout + _GRACE
        try:
            with contextlib.suppress(BrokenPipeError):  # It may have answered before it went.
                process.stdin.write(_PREFIX.pack(len(text), sum(len(piece) for piece in payload)) + text)
                for piece in payload:
                    process.stdin.write(piece)
                process.stdin.flush()
            prefix = self._read(_PREFIX.size, limit)
            header_size, payload_size = _PREFIX.unpack(prefix)
            answer: dict[str, Any] = json.loads(self._read(header_size, limit))
            data = self._read(payload_size, limit)
        except _Died:
            self._stop()
            raise
        except BaseException:  # An interrupted exchange leaves the stream in the middle of a frame.
            self._stop()
            raise
        if answer.get("exiting"):
            self._stop()
        return answer, data

    def _read(self, size: int, limit: float) -> bytearray:
        process = self._process
        assert process is not None and process.stdout is not None
        descriptor = process.stdout.fileno()
        data = bytearray(size)
        view = memoryview(data)
        done = 0
        while done < size:
            ready, _, _ = select.select([descriptor], [], [], max(0.0, limit - time.monotonic()))
            if not ready:
                raise _Died("killed, since it did not answer in time", late=True)
            got = os.readv(descriptor, [view[done:]])
            if got == 0:
                code = process.wait()
                raise _Died(f"signal {-code}" if code < 0 else f"exit status {code}")
            done += got
        return data

    def _start(self) -> None:
        if self._process is not None:
            if self._process.poll() is None:
                return
            self._stop()
        command = [str(self._executable or program()), f"--memory={self._memory}"]
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=self._environment(),
                start_new_session=True,  # The terminal's Ctrl-C is for us alone.
                cwd="/",
            )
        except OSError as error:
            raise WorkerError(f"cannot start {command[0]}: {error.strerror}", hint="make native") from None
        try:
            limit = time.monotonic() + 30
            size, _ = _PREFIX.unpack(self._read(_PREFIX.size, limit))
            greeting = json.loads(self._read(size, limit))
        except _Died as death:
            self._stop()
            raise WorkerError(f"{command[0]} did not start: {death.detail}", hint="make native") from None
        except BaseException:
            self._stop()
            raise
        if greeting["status"] != "ready":
            self._stop()
            raise WorkerError(f"{command[0]} did not start: {greeting.get('message', greeting)}")
        self._sandboxed = bool(greeting["sandbox"])

    def _environment(self) -> dict[str, str]:
        """Next to nothing: no kernel may depend on the environment."""
        environment = {key: os.environ[key] for key in ("LD_LIBRARY_PATH",) if key in os.environ}
        if self._asan:
            environment["LD_PRELOAD"] = str(asan_library())
            environment["ASAN_OPTIONS"] = ":".join(
                (
                    "detect_leaks=0",
                    "symbolize=0",
                    "handle_segv=0",
                    "handle_sigbus=0",
                    "handle_sigfpe=0",
                    "handle_sigill=0",
                    "handle_abort=0",
                    "allow_user_segv_handler=1",
                    "use_sigaltstack=0",
                    "allocator_may_return_null=1",
                    "print_module_map=0",
                    "detect_odr_violation=0",  # Every variant defines the same globals.
                )
            )
        return environment

    def _stop(self) -> None:
        process, self._process = self._process, None
        self._loaded.clear()
        self._sent = None
        if process is None:
            return
        process.kill()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        process.wait()


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
    return {"slots": slots, "globals": globals_, "return": _return_size(call)}, payload


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


def _touched(name: str, value: Mapping[str, Any]) -> Touched:
    def extent(key: str) -> tuple[int, int] | None:
        return (value[f"{key}_low"], value[f"{key}_high"]) if f"{key}_low" in value else None

    return Touched(
        name,
        value["kind"],
        value["reads"],
        value["writes"],
        extent("read"),
        extent("write"),
        extent("read_first"),
    )
