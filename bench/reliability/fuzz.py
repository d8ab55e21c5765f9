"""libFuzzer on a kernel: the instrumented program, runs of it, and the calls that it found.

`FuzzBuild` compiles the source with coverage counters, AddressSanitizer and UndefinedBehaviorSanitizer, links it with
the harness (harness.py, fuzz_runtime.c) and offers four things: `fuzz` searches for inputs that reach new edges or go
wrong, `calls` turns inputs into `Call`s that the runner takes, `reports` makes any calls under the sanitizers, which
gives the place of what AddressSanitizer finds, and `count` makes them in a program that only counts, for coverage.

What the fuzzer finds is not believed here: error_rate.py makes the same calls in the runner. IR that comes without
source gets coverage counters and no sanitizer.

The fuzzed code runs in the sandbox for programs (bench/sandbox.py), in a scratch folder that is removed.
"""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic
from typing import IO, TYPE_CHECKING, Any

from passwright.bench.call import Alias, Buffer, Call, Scalar
from passwright.bench.layout import scalar_bytes
from passwright.bench.reliability.harness import RUNTIME, harness_source
from passwright.bench.resolve import describe, state_buffers
from passwright.bench.sandbox import Limits, run
from passwright.irgen.clang import find_clang
from passwright.passes.errors import CompileError, ToolchainError

if TYPE_CHECKING:
    from passwright.bench.workload import Workload
    from passwright.irgen.kernel import Kernel

MAX_LENGTH = 4096
"""Bytes of one input; elements beyond it come from its seed."""
HANG = 2
"""Seconds of wall time after which an input counts as endless."""
RESTARTS = 6
"""How often fuzzing starts again after an input ended the process."""
_NO_START = 98
"""Exit code of a replay that could not begin."""
_REPORTED = 97
"""Of a replay in which a sanitizer reported something and the call went on to its end."""
_MEMORY_MB = 2048
_SANITIZERS = "address,undefined,float-cast-overflow"


@dataclass(frozen=True)
class Ended:
    """A process that is over: its exit code (negative: the signal) or None after the deadline, and its output."""

    returncode: int | None
    output: str


@dataclass(frozen=True)
class Fuzzed:
    """What one campaign gave: the inputs that it kept, those that went wrong, and how many it tried."""

    corpus: tuple[bytes, ...] = field(repr=False)
    suspects: tuple[bytes, ...] = field(repr=False)
    executions: int
    seconds: float


@dataclass(frozen=True)
class Replayed:
    """One call in the instrumented program.

    `code` is the exit code, 99 after too long, negative for a signal. `kind` is "address" or "undefined" where a
    sanitizer reported something; `what` then says what, and `place` is file:line:column or an address.
    """

    code: int
    kind: str = ""
    what: str = ""
    place: str = ""


@dataclass(frozen=True)
class Edge:
    """A coverage counter: its address in the program, and whether a function starts with it."""

    address: int
    entry: bool


@dataclass(frozen=True)
class Counted:
    """The coverage counters of a program, and after each call one byte per counter: not 0 where this call or an
    earlier one came by."""

    edges: tuple[Edge, ...]
    reached: tuple[bytes, ...] = field(repr=False)


def run_hostile(
    command: Sequence[str], folder: Path, seconds: float, environment: Mapping[str, str] | None = None
) -> Ended:
    """Run a program that was generated, or found bugs in, until it ends or `seconds` are over.

    The one place where fuzzed code is started. Its output is cut to the last 64 KiB.
    """
    # AddressSanitizer reserves terabytes: what is resident is limited.
    limits = Limits(wall=seconds, address_space=None, memory=2 * _MEMORY_MB << 20)
    done = run(
        command,
        folder=folder,
        limits=limits,
        env={"TMPDIR": str(folder), **(environment or {})},
        strict=False,
    )
    text = (done.stdout + done.stderr)[-(64 << 10) :].decode(errors="replace")
    return Ended(None if done.status == "timed-out" else done.returncode, text)


def fuzzer_runtime() -> Path | None:
    """libFuzzer's library beside the clang in use; None where there is none, as with the PyPI front end."""
    try:
        command = [*find_clang().argv, "-print-file-name=libclang_rt.fuzzer-x86_64.a"]
        ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
    except (ToolchainError, OSError, subprocess.TimeoutExpired):
        return None
    found = Path(ended.stdout.strip())
    return found if found.is_absolute() and found.exists() else None


class FuzzBuild:
    """The instrumented program of one kernel; a context manager that owns the folder with everything in it.

    Raises CompileError where the source or the link fails, WorkloadError where workload and signature contradict
    each other, ToolchainError without libFuzzer.

    Attributes:
        sanitized: whether sanitizers are compiled in (there is a source).
        coverage: whether the kernel's file has any coverage counter.
    """

    def __init__(
        self,
        kernel: Kernel,
        workload: Workload,
        signature: Mapping[str, Any],
        shim: bytes,
        *,
        candidate: Sequence[bytes] = (),
        cap: int = 1024,
    ) -> None:
        """`candidate` are the objects of another build, whose results are compared while fuzzing."""
        from passwright import _native

        if fuzzer_runtime() is None:
            raise ToolchainError("clang has no libFuzzer", hint="apt-get install libclang-rt-19-dev")
        self.workload, self.signature = workload, signature
        self._arguments, self._variables = describe(workload, signature)
        self.sanitized = kernel.source is not None and kernel.language in ("c", "c++")
        self._holder = tempfile.TemporaryDirectory(prefix="passwright-fuzz-")
        self.folder = Path(self._holder.name)
        self._library = self.folder / "candidate.so" if candidate else None
        try:
            text = harness_source(workload, signature, shim=_native.shim_name(kernel.entry), cap=cap)
            (self.folder / "workload.c").write_text(text)
            (self.folder / "shim.o").write_bytes(shim)
            self._compile(kernel)
            if self._library is not None:
                paths = self._write("candidate", [*candidate, shim])
                flags = ["-shared", "-Wl,-Bsymbolic", "-o", str(self._library)]
                _tool([*self._driver(kernel), *paths, *flags, "-lm"], "the candidate does not link")
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> FuzzBuild:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Remove the folder."""
        self._holder.cleanup()

    @property
    def program(self) -> Path:
        """The program that counts; addresses of edges are in it."""
        return self.folder / "count"

    # -- building -----------------------------------------------------------------------------------

    def _driver(self, kernel: Kernel) -> list[str]:
        clang = find_clang().argv
        return [*clang, "--driver-mode=g++"] if kernel.language != "c" else list(clang)

    def _compile(self, kernel: Kernel) -> None:
        """The program that fuzzes, and the one that counts: sanitizers add branches that no good input takes."""
        checks = [
            f"-fsanitize={_SANITIZERS}",
            "-fno-sanitize=vptr,function",
            f"-fsanitize-recover={_SANITIZERS}",
        ]
        # At -O0 every branch of the source is one of the program.
        self.coverage = self._program(
            kernel, "count", ["-O0", "-fsanitize-coverage=inline-bool-flag,pc-table"], False
        )
        # Calls of reports that are merged have no line.
        lines = ["-mllvm", "-enable-tail-merge=false"]
        guide = ["-O1", *lines, "-fsanitize-coverage=inline-8bit-counters,pc-table,trace-cmp,indirect-calls"]
        self._program(kernel, "fuzz", [*guide, *(checks if self.sanitized else [])], self.sanitized)

    def _program(self, kernel: Kernel, name: str, code: Sequence[str], sanitized: bool) -> bool:
        """Build one of them; returns whether the kernel's file has flags of coverage."""
        clang, folder = find_clang().argv, self.folder
        unit = folder / f"{name}-kernel.o"
        if self.sanitized:
            assert kernel.source is not None
            general = ["-g", "-fno-omit-frame-pointer", "-w", "-Dmain=program_main"]
            command = [*clang, *general, *kernel.flags, f"-march={kernel.march}", *code]
            source = str(kernel.source)
        else:
            (folder / "kernel.bc").write_bytes(kernel.debug_bitcode or kernel.bitcode)
            command, source = [*clang, "-w", *code], str(folder / "kernel.bc")
        _tool([*command, "-c", source, "-o", str(unit)], "the instrumented build does not compile")
        covered = b"__sancov_bools" in unit.read_bytes()
        objects = [str(unit), str(folder / "shim.o")]
        defines = [*(["-DPW_SANITIZED"] if sanitized else []), *(["-DPW_COVERAGE"] if covered else [])]
        objects.append(str(folder / f"{name}-harness.o"))
        command = [*clang, "-O1", "-w", "-std=gnu17", f"-I{RUNTIME.parent}", *defines, "-c"]
        _tool([*command, str(folder / "workload.c"), "-o", objects[-1]], "the harness does not compile")
        link = ["-fsanitize=fuzzer" + (",address,undefined" if sanitized else "")]
        # The program exports nothing: a candidate that is loaded into it finds its own symbols.
        command = [*self._driver(kernel), *objects, *link, "-o", str(folder / name), "-lm", "-ldl"]
        _tool(command, "the fuzzer does not link")
        return covered

    def _write(self, name: str, objects: Sequence[bytes]) -> list[str]:
        paths = []
        for number, data in enumerate(objects):
            path = self.folder / f"{name}{number}.o"
            path.write_bytes(data)
            paths.append(str(path))
        return paths

    # -- running ------------------------------------------------------------------------------------

    def fuzz(self, seconds: float, *, seed: int = 1, seeds: Sequence[bytes] = ()) -> Fuzzed:
        """Search for `seconds` of wall time, from `seeds` on.

        An input that ends the process (a crash, an endless loop, a result that differs) is a suspect, and the
        search goes on without it; one that makes a sanitizer report is one too, once per place.
        """
        corpus, found = self.folder / "corpus", self.folder / "found"
        for folder in (corpus, found):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
        for number, data in enumerate(seeds):
            (corpus / f"seed{number}").write_bytes(data)
        started = monotonic()
        executions = 0
        compare = self._library is not None
        for attempt in range(RESTARTS):
            left = seconds - (monotonic() - started)
            if left < 0.5:
                break
            before = len(list(found.iterdir()))
            ended = run_hostile(
                self._fuzz_command(corpus, found, left, seed + attempt),
                self.folder,
                left + HANG + 3,
                self._environment(found, compare),
            )
            executions += _executions(ended.output)
            if ended.returncode == 0:
                break
            stopped = _artifact(ended.output)
            if stopped is None and len(list(found.iterdir())) == before:
                break  # it cannot run at all
            # The comparison ends the process with abort(), which a sanitizer's report does not.
            compare = compare and "libFuzzer: deadly signal" not in ended.output
        read = sorted(found.iterdir(), key=lambda path: (path.stat().st_size, path.name))
        suspects = dict.fromkeys(path.read_bytes() for path in read)
        kept = [path.read_bytes() for path in sorted(corpus.iterdir())]
        elapsed = monotonic() - started
        return Fuzzed(tuple(dict.fromkeys(kept)), tuple(suspects), executions, elapsed)

    def _fuzz_command(self, corpus: Path, found: Path, seconds: float, seed: int) -> list[str]:
        return [
            str(self.folder / "fuzz"),
            str(corpus),
            f"-artifact_prefix={found}/",
            f"-max_total_time={max(1, round(seconds))}",
            f"-timeout={HANG}",
            f"-rss_limit_mb={_MEMORY_MB}",
            f"-max_len={MAX_LENGTH}",
            f"-seed={seed}",
            "-len_control=20",
            "-use_value_profile=1",
            "-detect_leaks=0",
            "-print_final_stats=1",
            "-verbosity=1",
        ]

    def _environment(self, found: Path | None = None, compare: bool = False) -> dict[str, str]:
        # Reports are for the runtime's callbacks; a stack trace for each would cost a symbolizer process.
        common = "symbolize=0:print_stacktrace=0:print_module_map=0"
        environment = {
            "ASAN_OPTIONS": f"{common}:halt_on_error=0:detect_leaks=0:allocator_may_return_null=1:"
            "detect_odr_violation=0:print_legend=0:print_full_thread_history=0",
            "UBSAN_OPTIONS": f"{common}:halt_on_error=0",
        }
        if found is not None:
            environment["PW_FOUND"] = str(found)
        if compare and self._library is not None:
            environment["PW_CANDIDATE"] = str(self._library)
        return environment

    def calls(self, inputs: Sequence[bytes]) -> list[tuple[dict[str, int], Call] | None]:
        """What each input stands for: its sizes and the call; None for one that is refused."""
        if not inputs:
            return []
        folder = self.folder / "inputs"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for number, data in enumerate(inputs):
            (folder / f"{number}").write_bytes(data)
        output = self.folder / "calls"
        output.unlink(missing_ok=True)
        files = [f"inputs/{number}" for number in range(len(inputs))]
        command = [str(self.folder / "fuzz"), "pw-dump", str(output), *files]
        ended = run_hostile(command, self.folder, 60, self._environment())
        if ended.returncode != 0:
            raise CompileError(f"the harness cannot decode its inputs: {ended.output.strip()[-300:]}")
        return self._read(memoryview(output.read_bytes()), len(inputs))

    def _read(self, view: memoryview, count: int) -> list[tuple[dict[str, int], Call] | None]:
        result: list[tuple[dict[str, int], Call] | None] = []
        at = 0
        for _ in range(count):
            (refused,) = struct.unpack_from("<q", view, at)
            at += 8
            if refused:
                result.append(None)
                continue
            values = struct.unpack_from(f"<{len(self.workload.sizes)}q", view, at)
            at += 8 * len(values)
            slots: list[Buffer | Scalar] = []
            types = [argument["ir_type"] for argument in self.signature["arguments"]]
            for number, one in enumerate((*self._arguments, *self._variables)):
                rows, size = struct.unpack_from("<QQ", view, at)
                data = bytes(view[at + 16 : at + 16 + size])
                at += 16 + size
                if one.role is None:
                    slots.append(_scalar(types[number], one.layout.code, data, one.name))
                else:
                    align = one.spec.align or one.layout.align
                    slots.append(Buffer(data, one.role, one.layout.code, one.name, align, rows))
            result.append((dict(zip(self.workload.sizes, values, strict=True)), self._call(slots)))
        return result

    def _call(self, slots: Sequence[Buffer | Scalar]) -> Call:
        count = len(self._arguments)
        variables = state_buffers(self.workload, self.signature)
        for one, buffer in zip(self._variables, slots[count:], strict=True):
            assert isinstance(buffer, Buffer)
            variables[one.name] = replace(buffer, role="inout")
        entry, returns = str(self.signature["function"]), str(self.signature["returns"])
        return Call(entry=entry, slots=tuple(slots[:count]), globals=variables, returns=returns)

    def reports(self, calls: Sequence[Call], *, seconds: float = 30.0) -> list[Replayed]:
        """Make calls in the sanitized program, which starts again after one that ends it; as many as there is time for."""
        return self._replay("fuzz", calls, seconds)[0]

    def count(self, calls: Sequence[Call], *, seconds: float = 30.0) -> Counted:
        """Make calls in the program that counts, which starts again after one that ends it."""
        reports, data, table = self._replay("count", calls, seconds) if self.coverage else ([], b"", b"")
        edges = tuple(Edge(address, bool(flags & 1)) for address, flags in struct.iter_unpack("<QQ", table))
        count = len(edges)
        return Counted(edges, tuple(data[n * count : (n + 1) * count] for n in range(len(reports))))

    def _replay(
        self, program: str, calls: Sequence[Call], seconds: float
    ) -> tuple[list[Replayed], bytes, bytes]:
        """What became of each call, the reached edges after each, and the table of edges."""
        names = ("replay", "coverage", "reports", "edges", "reached", "report")
        recorded, coverage, reports, edges, reached, report = paths = [self.folder / name for name in names]
        with open(recorded, "wb") as stream:
            for call in calls:
                self._record(call, stream)
        for path in paths[1:]:
            path.write_bytes(b"")
        end, first = monotonic() + seconds, 0
        while first < len(calls) and (left := end - monotonic()) > 0:
            command = [str(self.folder / program), "pw-replay", *map(str, paths)]
            command += [str(first), str(HANG), str(int(left) + 1)]
            ended = run_hostile(command, self.folder, left + HANG + 5, self._environment())
            if ended.returncode in (0, _NO_START, None):
                break
            first = len(_lines(reports))
            if ended.returncode == _REPORTED:
                continue
            # It died of the call after the last one that it wrote about.
            first += 1
            text = report.read_bytes().partition(b"\0")[0].decode(errors="replace").replace("\n", " ")
            with open(reports, "a") as lines, open(coverage, "ab") as snapshots:
                lines.write(f"{ended.returncode}\t{text}\n")
                snapshots.write(reached.read_bytes()[:-1])
        found = [_replayed(line) for line in _lines(reports)], coverage.read_bytes(), edges.read_bytes()
        for path in paths:
            path.unlink()
        return found

    def _record(self, call: Call, stream: IO[bytes]) -> None:
        """A call as the program reads it."""
        stream.write(b"\0" * (8 + 8 * len(self.workload.sizes)))
        for slot in (*call.slots, *(call.globals[one.name] for one in self._variables)):
            assert not isinstance(slot, Alias)  # its inputs never overlap
            data = scalar_bytes(slot) if isinstance(slot, Scalar) else slot.data if slot else b""
            rows = slot.rows if isinstance(slot, Buffer) else 0
            stream.write(struct.pack("<QQ", rows, len(data)))
            stream.write(data)


def _scalar(ir_type: str, code: str, data: bytes, name: str) -> Scalar:
    import numpy as np

    from passwright.bench.fill import dtype

    kind = dtype(code)
    value = np.frombuffer(data[: kind.itemsize], kind)[0].item()
    return Scalar(ir_type, value, name)


def _replayed(line: str) -> Replayed:
    code, kind, what, detail, place = (*line.split("\t"), "", "", "", "")[:5]
    message = f"{what}: {detail}" if kind == "address" else detail
    return Replayed(int(code), kind, message, place)


def _lines(path: Path) -> list[str]:
    return path.read_text(errors="replace").splitlines() if path.exists() else []


def _executions(output: str) -> int:
    """How many inputs a run of libFuzzer tried, from its statistics or its last status line."""
    if found := re.search(r"stat::number_of_executed_units:\s*(\d+)", output):
        return int(found[1])
    lines = re.findall(r"^#(\d+)\s", output, re.MULTILINE)
    return int(lines[-1]) if lines else 0


def _artifact(output: str) -> str | None:
    """The file that libFuzzer wrote the fatal input to."""
    found = re.search(r"Test unit written to (\S+)", output)
    return found[1] if found else None


def _tool(command: Sequence[str], problem: str) -> None:
    try:
        ended = subprocess.run(
            command, capture_output=True, text=True, errors="replace", check=False, timeout=120
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CompileError(f"{problem}: {error}") from None
    if ended.returncode != 0:
        raise CompileError(
            f"{problem}: {ended.stderr.strip().partition(chr(10))[0]}", diagnostics=ended.stderr
        )
