"""Compiles many function bodies and tests each against the meaning of its program.

    check([Item(parse("s = sum[i](x[i]) for f64[n]"), "…", "c")]) -> [Verdict("right", "")]

A hundred bodies and more go into one compiler call (clang 19, -O0, undefined behaviour traps). A child process loads the
result and calls each function with inputs of `notation/inputs.py`, arrays lying against a page that cannot be read, by turns
with their end and their start; it has a limit of CPU time per function, and starts anew behind the one that ended it.
What C allocates is counted. Left out: a sandbox. The bodies are our own or our model's, written from a grammar without
system calls; candidates for users run in the runner.
"""

from __future__ import annotations

import ctypes
import faulthandler
import mmap
import os
import resource
import signal
import tempfile
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from passwright.irgen.clang import Compilation, find_clang
from passwright.irgen.notation.canonical import canonical
from passwright.irgen.notation.inputs import DrawError, draw
from passwright.irgen.notation.meaning import MeaningError, Outputs, agree, evaluate
from passwright.irgen.notation.on_arrays import DTYPES
from passwright.irgen.notation.resolve import ProgramError, resolve
from passwright.irgen.notation.syntax import Declaration, Program, Type
from passwright.irgen.synthesis.emit import HEADERS, Language
from passwright.irgen.synthesis.emit.code import C_TYPES

BATCH = {"c": 120, "cpp": 300}
"""Bodies in one compiler call; C++ has its headers to read each time."""
CPU_SECONDS = 2.0
"""For all calls of one function."""
DATA_LIMIT = 4 << 30
"""Bytes that the child may have in addition to what the parent has."""
PAGE = mmap.PAGESIZE
SLOT = 64 * PAGE
SLOTS = 16
"""Guarded places for arrays; an array that is larger than one lies unguarded."""

Outcome = Literal["right", "wrong", "crashed", "hung", "refused", "meaningless"]


class Item(NamedTuple):
    program: Program
    body: str
    """On canonical names."""
    language: Language


class Verdict(NamedTuple):
    outcome: Outcome
    """`refused` by the compiler; `meaningless` is a program that no input makes sense for."""
    detail: str = ""

    @property
    def right(self) -> bool:
        return self.outcome == "right"


@dataclass(frozen=True)
class _Cases:
    declarations: tuple[Declaration, ...]
    inputs: list[dict[str, Any]]
    expected: list[Outputs]


def check(
    items: Sequence[Item], seed: int = 0, inputs: int = 6, trap: bool = True, level: str = "-O1"
) -> list[Verdict]:
    """A verdict for each item, in order. `inputs`: how many each is tried on. `trap`: undefined behaviour ends the call.

    Raises:
        ToolchainError: there is no clang 19.
    """
    verdicts: list[Verdict | None] = [None] * len(items)
    known: dict[Program, _Cases | Verdict] = {}
    batches: list[list[int]] = []
    for language, size in BATCH.items():
        of = [at for at, item in enumerate(items) if item.language == language]
        batches += [of[k : k + size] for k in range(0, len(of), size)]
    for batch in batches:
        _check_batch(items, batch, verdicts, known, seed, inputs, trap, level)
    return [v if v is not None else Verdict("crashed", "not run") for v in verdicts]


def _check_batch(
    items: Sequence[Item],
    batch: Sequence[int],
    verdicts: list[Verdict | None],
    known: dict[Program, _Cases | Verdict],
    seed: int,
    inputs: int,
    trap: bool,
    level: str,
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        while batch:
            language = items[batch[0]].language
            started = _compile(items, batch, language, Path(folder), trap, level)
            for at in batch:  # while the compiler works
                if (program := items[at].program) not in known:
                    known[program] = _cases(program, seed, inputs)
            run = started.wait()
            if run.returncode == 0:
                break
            refused = _refused(run.diagnostics)
            if not refused.keys() & set(batch):
                raise RuntimeError(f"the compiler gave up:\n{run.diagnostics[:2000]}")
            for at, message in refused.items():
                verdicts[at] = Verdict("refused", message)
            batch = [at for at in batch if at not in refused]
        else:
            return
        library = Path(folder) / "bodies.so"
        library.write_bytes(run.output)
        ready: dict[int, _Cases] = {}
        for at in batch:
            cases = known[items[at].program]
            if isinstance(cases, Verdict):
                verdicts[at] = cases
            else:
                ready[at] = cases
        for at, verdict in _run(library, ready):
            verdicts[at] = verdict


def _cases(program: Program, seed: int, count: int) -> _Cases | Verdict:
    try:
        named = canonical(program).program
        resolved = resolve(named)
        inputs = draw(resolved, seed, count)
        return _Cases(named.declarations, inputs, [evaluate(resolved, v) for v in inputs])
    except (ProgramError, DrawError, MeaningError) as error:
        return Verdict("meaningless", str(error))


# compiling

_COUNTED = """static long live;
long live_blocks(void) { return live; }
static void *counted_malloc(size_t n) { void *p = malloc(n); live += p != 0; return p; }
static void *counted_calloc(size_t n, size_t s) { void *p = calloc(n, s); live += p != 0; return p; }
static void counted_free(void *p) { live -= p != 0; free(p); }
#define malloc counted_malloc
#define calloc counted_calloc
#define free counted_free
"""


def signature(declarations: Sequence[Declaration], name: str) -> str:
    """The function's head in C, its arguments under their canonical names; an array that is returned is one of them."""
    value = "void"
    arguments = []
    for d in declarations:
        kind = C_TYPES[d.type]
        if d.role == "return" and not d.shape:
            value = kind
        elif d.shape:
            arguments.append(f"{'const ' if d.role == 'in' else ''}{kind} *{d.name}")
        elif d.role in ("out", "inout"):
            arguments.append(f"{kind} *{d.name}")
        else:
            arguments.append(f"{kind} {d.name}")
    return f"{value} {name}({', '.join(arguments) or 'void'})"


@lru_cache(maxsize=512)
def _declarations(program: Program) -> tuple[Declaration, ...]:
    return canonical(program).program.declarations


def _compile(
    items: Sequence[Item], batch: Sequence[int], language: Language, folder: Path, trap: bool, level: str
) -> Compilation:
    lines = [f"#include <{header}>" for header in HEADERS[language]]
    lines.append(_COUNTED if language == "c" else 'extern "C" {\nlong live_blocks() { return 0; }')
    for at in batch:
        head = signature(_declarations(items[at].program), f"f{at}")
        lines += [f'#line 1 "f{at}"', f"{head} {{", items[at].body, "}"]
    if language == "cpp":
        lines.append("}")
    source = folder / f"bodies.{language}"
    source.write_text("\n".join(lines) + "\n")
    flags = ["-std=c17"] if language == "c" else ["--driver-mode=g++", "-std=c++17"]
    flags += ["-O0", "-w", "-fPIC", "-shared", "-ferror-limit=0"]
    if trap:
        # Shifting a negative number to the left is defined from C23 and C++20 on, and in the notation.
        flags += ["-fsanitize=undefined", "-fsanitize-trap=undefined", "-fno-sanitize=shift-base"]
    return Compilation([*find_clang().argv, *flags, str(source)])


def _refused(diagnostics: str) -> dict[int, str]:
    """Bodies with errors, and the first of each."""
    found: dict[int, str] = {}
    for line in diagnostics.splitlines():
        place, _, message = line.partition(": error: ")
        name = place.partition(":")[0]
        if message and name[:1] == "f" and name[1:].isdigit():
            found.setdefault(int(name[1:]), message)
    return found


# running


def _run(library: Path, ready: Mapping[int, _Cases]) -> Iterator[tuple[int, Verdict]]:
    """Calls the functions in child processes, a new one after each that ended its process."""
    left = list(ready)
    while left:
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            _child(library, {at: ready[at] for at in left}, writing)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            lines = pipe.read().decode().splitlines()
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        for line in lines:
            number, outcome, detail = line.split("\t", 2)
            left.remove(int(number))
            yield int(number), Verdict(outcome, detail)  # type: ignore[arg-type]  # an Outcome
        if left:
            hung = status in (-signal.SIGVTALRM, -signal.SIGXCPU, -signal.SIGALRM)
            name = signal.Signals(-status).name if status < 0 else f"exit status {status}"
            yield left.pop(0), Verdict("hung" if hung else "crashed", name)


def _child(library: Path, ready: Mapping[int, _Cases], writing: int) -> None:
    """Never returns."""
    status = 1
    try:
        faulthandler.disable()  # which pytest turns on
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_DATA, (DATA_LIMIT, DATA_LIMIT))
        functions = ctypes.CDLL(str(library))
        slots = [_Slot() for _ in range(SLOTS)]
        for at, cases in ready.items():
            signal.setitimer(signal.ITIMER_VIRTUAL, CPU_SECONDS)
            verdict = _try(functions, f"f{at}", cases, slots)
            line = f"{at}\t{verdict.outcome}\t{' '.join(verdict.detail.split())}\n"
            os.write(writing, line.encode())
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


class _Slot:
    """Memory between two pages that cannot be touched."""

    def __init__(self) -> None:
        self.memory = mmap.mmap(-1, SLOT + 2 * PAGE)
        self.start = ctypes.addressof(ctypes.c_char.from_buffer(self.memory)) + PAGE
        libc = ctypes.CDLL(None)
        for page in (self.start - PAGE, self.start + SLOT):
            libc.mprotect(ctypes.c_void_p(page), ctypes.c_size_t(PAGE), 0)

    def put(self, data: np.ndarray[Any, Any], at_end: bool) -> int:
        """The address of a copy of `data`."""
        address = self.start + (SLOT - data.nbytes if at_end else 0)
        ctypes.memmove(address, data.ctypes.data, data.nbytes)
        return address


def _try(functions: ctypes.CDLL, name: str, cases: _Cases, slots: Sequence[_Slot]) -> Verdict:
    function = functions[name]
    value = next((d for d in cases.declarations if d.role == "return" and not d.shape), None)
    function.restype = _C[value.type] if value else None
    live = functions["live_blocks"]
    for number, (given, expected) in enumerate(zip(cases.inputs, cases.expected, strict=True)):
        arguments, places = _arguments(cases.declarations, given, expected, slots, at_end=number % 2 == 0)
        got: dict[str, Any] = {}
        before = live()
        returned = function(*arguments)
        if live() != before:
            return Verdict("wrong", f"leaves {live() - before} allocated blocks")
        for name_, (address, shape, type_) in places.items():
            dtype = np.dtype(DTYPES[type_])
            size = int(np.prod(shape)) * dtype.itemsize
            got[name_] = np.frombuffer(ctypes.string_at(address, size), dtype).reshape(shape)
        if value is not None:
            got[value.name] = ord(returned) if isinstance(returned, bytes) else returned
        for d in cases.declarations:
            if d.role not in ("out", "inout", "return"):
                continue
            if not agree(expected[d.name], got[d.name], d.type, expected.magnitude):
                sizes = {k: v for k, v in given.items() if isinstance(v, int)}
                want, have = (
                    np.array2string(np.asarray(v), threshold=12) for v in (expected[d.name], got[d.name])
                )
                return Verdict("wrong", f"{d.name} is {have}, should be {want}, at {sizes}")
    return Verdict("right")


_C: dict[Type, Any] = {
    "f32": ctypes.c_float, "f64": ctypes.c_double, "i8": ctypes.c_int8, "i16": ctypes.c_int16, "i32": ctypes.c_int32,
    "i64": ctypes.c_int64, "u8": ctypes.c_uint8, "u16": ctypes.c_uint16, "u32": ctypes.c_uint32,
    "u64": ctypes.c_uint64, "bool": ctypes.c_bool, "char": ctypes.c_int8,
}  # fmt: skip
_Place = tuple[int, tuple[int, ...], Type]


def _arguments(
    declarations: Sequence[Declaration],
    given: Mapping[str, Any],
    expected: Outputs,
    slots: Sequence[_Slot],
    at_end: bool,
) -> tuple[list[Any], dict[str, _Place]]:
    """What to call with, and where the results will be."""
    arguments: list[Any] = []
    places: dict[str, _Place] = {}
    free = iter(slots)
    for d in declarations:
        if d.role in ("in", "size", "len") and not d.shape:
            arguments.append(_C[d.type](given[d.name]))
            continue
        if d.role == "return" and not d.shape:
            continue
        shape = np.shape(expected[d.name]) if d.role != "in" else np.shape(given[d.name])
        data = np.ascontiguousarray(
            given[d.name] if d.name in given else np.zeros(shape, DTYPES[d.type]), dtype=DTYPES[d.type]
        )
        slot = next(free, None)
        if slot is None or data.nbytes > SLOT:
            data = data.copy()
            arguments.append(ctypes.c_void_p(data.ctypes.data))
            arguments[-1].keep = data
            address = data.ctypes.data
        else:
            address = slot.put(data, at_end)
            arguments.append(ctypes.c_void_p(address))
        if d.role != "in":
            places[d.name] = address, shape, d.type
    return arguments, places
