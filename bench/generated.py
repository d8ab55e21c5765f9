"""Whether a generated source does what its requirement means: compiled, run in the sandbox, compared with NumPy.

    with Judge(requirement) as judge:
        judge(source)        # Judgement("right", …), Judgement("wrong", "y[3] is 2.0, not 4.5, for n = 5", …)

The source is foreign code: it runs in the runner process (no files, no network, limits; buffers between guard pages) in a
build with UndefinedBehaviorSanitizer. What it is compared with is the requirement's meaning on made-up inputs of several
sizes, and the examples that the requirement gives. Floating-point results may differ by rounding (`meaning.agree`), since
the order of a sum is the author's to choose; integers may not.

Left out: memory that the source allocates itself is not watched (AddressSanitizer is what `reliability --run` adds).
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from passwright.bench.call import Buffer, Call, Scalar
from passwright.bench.calling import ENTRY, SIZE_DIFFERS, by_pointer, call_source
from passwright.bench.runner import Runner
from passwright.irgen.binding import signature
from passwright.irgen.clang import TIMEOUT, Compilation, Run, find_clang
from passwright.irgen.notation.inputs import SENTINEL, draw
from passwright.irgen.notation.meaning import MeaningError, Outputs, agree, evaluate, integer
from passwright.irgen.notation.on_arrays import DTYPES
from passwright.irgen.notation.resolve import resolve
from passwright.irgen.notation.short import fronts
from passwright.irgen.notation.syntax import Declaration
from passwright.irgen.notation.types import BITS
from passwright.passes.errors import InputError

if TYPE_CHECKING:
    from passwright.irgen.requirement import Requirement

Kind = Literal["right", "wrong", "does not compile", "crashed", "timed-out", "undefined", "forbidden"]
_FLAGS = (
    "-O1",
    "-w",
    "-fsanitize=undefined,float-cast-overflow",
    "-fno-sanitize=vptr,function",
    "-ffp-contract=off",
    "-c",
)
STANDARDS = {"c": "c17", "cpp": "c++20"}
SHOWN = 12
"""Elements of the largest array that a message shows."""
_EXTENSION = {
    "bool": " zeroext",
    "i8": " signext",
    "i16": " signext",
    "u8": " zeroext",
    "u16": " zeroext",
    "char": " signext",
}
CALL_SECONDS = 2.0
"""Processor time of one call on a made-up input, which has some hundred elements."""
COMPILE_SECONDS = 20.0


@dataclass(frozen=True)
class Judgement:
    """What came of one source.

    Attributes:
        message: what went wrong, with the input; empty where nothing did.
        passed, tests: how many of the calls were right before the first that was not, and how many there are.
        diagnostics: the compiler's, where it refused the source.
    """

    kind: Kind
    message: str = ""
    passed: int = 0
    tests: int = 0
    diagnostics: str = ""

    @property
    def right(self) -> bool:
        return self.kind == "right"


@dataclass(frozen=True)
class Test:
    """A call: values of the declarations before it, outputs after it; `origin` says where it is from."""

    values: Mapping[str, Any]
    expected: Outputs
    origin: Literal["drawn", "example"] = "drawn"


class Judge:
    """Judges any number of sources against one requirement; a context manager.

    Attributes:
        tests: the calls that are made, smallest first.
    """

    def __init__(self, requirement: Requirement, *, seed: int = 1) -> None:
        """
        Raises:
            ProgramError: the requirement's program has no meaning. InputError: it has none on any input tried.
        """
        self.requirement = requirement
        self.program = requirement.program
        self.tests = tests(requirement, seed=seed)
        self._shim = call_shim(self.program.declarations)
        self._runner = Runner()

    def __enter__(self) -> Judge:
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.close()

    def __call__(self, source: str) -> Judgement:
        compiled = self._compiled(source)
        if isinstance(compiled, Judgement):
            return compiled
        try:
            self._runner.load("candidate", [compiled, self._shim], ENTRY)
        except InputError as error:
            return Judgement("does not compile", error.message, 0, len(self.tests), error.message)
        for number, test in enumerate(self.tests):
            result = self._runner.run("candidate", self._call(test), timeout=CALL_SECONDS, placement="end")
            if result.status != "ok":
                return Judgement(
                    result.status, f"{result.fault}, for {_shown(test)}", number, len(self.tests)
                )
            problem = _difference(test.expected, result.outputs, self.program.declarations)
            if SIZE_DIFFERS in result.written:
                problem = "the container that is written has another size than required"
            if problem:
                return Judgement("wrong", f"{problem}, for {_shown(test)}", number, len(self.tests))
        return Judgement("right", "", len(self.tests), len(self.tests))

    def _compiled(self, source: str) -> bytes | Judgement:
        run = compile_for_call(self.requirement, source, _FLAGS, COMPILE_SECONDS)
        if run.returncode != 0:
            lines = run.diagnostics.splitlines()
            first = next((line for line in lines if " error: " in line), run.diagnostics.strip()[:200])
            return Judgement("does not compile", first, 0, len(self.tests), run.diagnostics)
        return run.output

    def _call(self, test: Test) -> Call:
        return call(self.program.declarations, test.values)


def compile_for_call(
    requirement: Requirement, source: str, flags: Sequence[str], seconds: float = TIMEOUT
) -> Run:
    """clang on a source with `calling.ENTRY` below it; diagnostics name it `candidate.c` or `candidate.cpp`.

    Raises CompileError when it takes longer than `seconds`.
    """
    language = requirement.language
    with tempfile.TemporaryDirectory(prefix="passwright-") as folder:
        path = Path(folder) / ("candidate.c" if language == "c" else "candidate.cpp")
        path.write_text(f"{source}\n{call_source(requirement.program, signature(requirement))}")
        run = Compilation([*find_clang().argv, f"-std={STANDARDS[language]}", *flags, str(path)]).wait(
            seconds
        )
        run.diagnostics = run.diagnostics.replace(str(path), path.name)
        return run


def call(declarations: Sequence[Declaration], values: Mapping[str, Any]) -> Call:
    """The call of `calling.ENTRY` with these values; what has none (the value returned) begins as zeros."""
    slots: list[Buffer | Scalar] = []
    for declaration in declarations:
        value = values.get(declaration.name, 0)
        if not by_pointer(declaration):
            slots.append(_scalar(declaration, value))
            continue
        dtype = DTYPES[declaration.type]
        data = np.ascontiguousarray(value, dtype)
        role: Literal["in", "inout"] = "in" if declaration.role == "in" else "inout"
        element = "i8" if declaration.type == "char" else declaration.type
        slots.append(Buffer(data.tobytes(), role, element, declaration.name, np.dtype(dtype).itemsize))
    return Call(ENTRY, tuple(slots), {}, "void")


def tests(requirement: Requirement, *, seed: int = 1, count: int = 10) -> tuple[Test, ...]:
    """The requirement's own examples, then drawn inputs.  Raises InputError where an example contradicts the meaning."""
    resolved = resolve(requirement.program)
    found = [Test(values, evaluate(resolved, values), "example") for values in requirement.example_values()]
    returned = next((d for d in resolved.program.declarations if d.role == "return"), None)
    for values in draw(resolved, seed, count, requirement.least_size):
        if returned is not None and returned.shape:
            values = {**values, returned.name: _blank(requirement, returned, values)}
        with contextlib.suppress(MeaningError):
            found.append(Test(values, evaluate(resolved, values)))
    return tuple(found)


def _blank(requirement: Requirement, returned: Declaration, values: Mapping[str, Any]) -> Any:
    """Room for an array that is returned: zeros, but what stands out where a container ends before the room does."""
    returns = signature(requirement).returns
    cut = returned.name in fronts(requirement.program.statements)
    fill = SENTINEL if cut and returns is not None and returns.kind in ("vector", "string") else 0
    return np.full(tuple(integer(e, values) for e in returned.shape), fill, DTYPES[returned.type])


def _scalar(declaration: Declaration, value: Any) -> Scalar:
    if declaration.type in ("f32", "f64"):
        return Scalar("float" if declaration.type == "f32" else "double", float(value), declaration.name)
    bits = 1 if declaration.type == "bool" else BITS[declaration.type]
    return Scalar(f"i{bits}", int(value), declaration.name)


def _difference(expected: Outputs, outputs: Mapping[str, bytes], declarations: Sequence[Declaration]) -> str:
    """The first value that is not what it should be; empty where all are."""
    for declaration in declarations:
        if declaration.name not in expected:
            continue
        dtype = DTYPES[declaration.type]
        want = np.asarray(expected[declaration.name], dtype)
        got = np.frombuffer(outputs[declaration.name], dtype)[: want.size].reshape(want.shape)
        if agree(want, got, declaration.type, expected.magnitude):
            continue
        for at in np.ndindex(want.shape):
            if not agree(want[at], got[at], declaration.type, expected.magnitude):
                place = f"[{', '.join(map(str, at))}]" if at else ""
                return f"{declaration.name}{place} is {got[at]!s}, not {want[at]!s}"
        return f"{declaration.name} differs"
    return ""


def _shown(test: Test) -> str:
    """The values of a call, short."""
    parts = []
    for name, value in test.values.items():
        if np.ndim(value) == 0:
            parts.append(f"{name} = {value}")
        elif np.size(value) <= SHOWN:
            parts.append(f"{name} = {np.asarray(value).tolist()}")
    return ", ".join(parts) or "a call without arguments"


def call_shim(declarations: Sequence[Declaration]) -> bytes:
    """What the runner calls `calling.ENTRY` through."""
    from passwright import _native

    types = ["ptr" if by_pointer(d) else _scalar(d, 0).ir_type for d in declarations]
    # Small integers come extended, as clang's calling convention has it.
    extended = [
        t + _EXTENSION.get(d.type, "") if t != "ptr" else t for t, d in zip(types, declarations, strict=True)
    ]
    text = f'target triple = "{_native.host()["triple"]}"\ndefine void @{ENTRY}({", ".join(extended)}) {{\n  ret void\n}}\n'
    return bytes(_native.call_shim(_native.Module.parse(text.encode(), "call"), ENTRY).emit())
