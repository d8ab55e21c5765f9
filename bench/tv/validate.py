"""`validate`: is the target function right for every input, as far as the bound goes?

    proof = validate(source, target, "kernel", bound=4, timeout=30.0)

Modules are LLVM modules; the source is the unoptimised one. docs/translation-validation.md says what is modelled and
what is assumed. A counterexample is run in both builds before it is believed. Before the first question of a process
the whole chain is tried on a function and itself, and on one with a planted mistake.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal

from passwright.bench.runner import Runner
from passwright.bench.tv.prover import Prover
from passwright.bench.tv.replay import replay
from passwright.passes.errors import WorkerError

if TYPE_CHECKING:
    from passwright._native import Module

ProofKind = Literal["proved", "counterexample", "unknown"]

BOUND = 4
TIMEOUT = 30.0
LARGEST_FUNCTION = 4000
"""Instructions up to which a function is looked at."""


@dataclass(frozen=True)
class Proof:
    """What came out.

    Attributes:
        kind: "proved" for every input within the bound; "counterexample", which both builds were run on;
            "unknown" with the reason.
        bound: iterations of a loop, where their number depends on the input. What is proved may have a smaller one than
            was asked for; `reason` then says why.
        reason: why unknown, or what the counterexample shows. Reasons begin with a word for their class and a colon.
        inputs: the arguments and buffers of a counterexample; of an unknown, one that could not be confirmed.
        unreached: loops of the target (their headers) that no input was found to enter within the bound: they may be
            outside of what is proved.
        seconds: of wall time.
    """

    kind: ProofKind
    bound: int
    reason: str = ""
    inputs: Mapping[str, Any] | None = field(default=None, repr=False)
    unreached: tuple[str, ...] = ()
    seconds: float = 0.0

    def __str__(self) -> str:
        if self.kind == "proved":
            beyond = f"; loops not entered within it: {', '.join(self.unreached)}" if self.unreached else ""
            return f"proved to bound {self.bound} by translation validation{beyond}"
        return f"{self.kind}: {self.reason}"

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "kind": self.kind,
            "bound": self.bound,
            "reason": self.reason,
            "inputs": self.inputs,
            "unreached": list(self.unreached),
            "seconds": self.seconds,
        }


def functions_of(module: Module, entry: str) -> dict[str, dict[str, Any]]:
    """The function and everything that it calls and the module defines, by name. Raises InputError."""
    from passwright._native import dump_function

    found: dict[str, dict[str, Any]] = {}
    waiting = [entry]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found[name] = dump_function(module, name)
        for block in found[name]["blocks"]:
            waiting += [one["callee"] for one in block["instructions"] if one.get("defined")]
    return found


class Validator:
    """Answers many questions with one solver's process and one runner's. Use it as a context manager."""

    def __init__(self, *, runner: Runner | None = None, prover: Prover | None = None) -> None:
        self._stack = ExitStack()
        self._runner = runner if runner is not None else self._stack.enter_context(Runner())
        self._prover = prover if prover is not None else self._stack.enter_context(Prover())
        self._checked = False

    def __enter__(self) -> Validator:
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.close()

    def validate(
        self,
        source: Module,
        target: Module,
        function: str,
        *,
        bound: int = BOUND,
        timeout: float = TIMEOUT,
    ) -> Proof:
        """Does `function` of the target refine that of the source?

        Bounds are tried from 1 up to `bound`; `timeout` in seconds of processor time, for encoding and solving
        together. Raises InputError where one of them does not define it, ToolchainError without z3, and WorkerError
        when the check of the checker fails.
        """
        if not self._checked:
            self._check_self()
            self._checked = True
        return self._validate(source, target, function, bound, timeout)

    def _validate(self, source: Module, target: Module, function: str, bound: int, timeout: float) -> Proof:
        started = monotonic()
        dumps = functions_of(source, function), functions_of(target, function)
        size = max(sum(len(b["instructions"]) for f in dump.values() for b in f["blocks"]) for dump in dumps)
        if size > LARGEST_FUNCTION:
            return Proof("unknown", bound, f"too large: {size} instructions")
        question = {"source": dumps[0], "target": dumps[1], "entry": function, "bound": bound}
        answer = self._prover.ask(question, timeout)
        kind, reason, inputs = answer["kind"], answer["reason"], answer.get("inputs")
        if kind == "counterexample":
            assert inputs is not None
            real, seen = replay(source, target, dumps[0][function], inputs, self._runner)
            kind, reason = ("counterexample", seen) if real else ("unknown", f"unconfirmed: {seen}")
        bound = answer.get("bound", bound)
        return Proof(kind, bound, reason, inputs, tuple(answer.get("unreached", ())), monotonic() - started)

    def _check_self(self) -> None:
        from passwright._native import Module

        good, bad = (Module.parse(text.encode(), "self-check") for text in (_GOOD, _BAD))
        for target, expected in ((good, "proved"), (bad, "counterexample")):
            proof = self._validate(good, target, "f", 2, TIMEOUT)
            if proof.kind != expected:
                raise WorkerError(
                    f"the proofs' check of themselves failed: {proof} where it is {expected}",
                    hint="report this with the version of z3-solver",
                )


def validate(
    source: Module,
    target: Module,
    function: str,
    *,
    bound: int = BOUND,
    timeout: float = TIMEOUT,
    runner: Runner | None = None,
) -> Proof:
    """One question; see `Validator.validate`."""
    with Validator(runner=runner) as validator:
        return validator.validate(source, target, function, bound=bound, timeout=timeout)


_GOOD = """
target triple = "x86_64-unknown-linux-gnu"
define i32 @f(ptr noundef %p, i32 noundef %n) {
entry:
  br label %head
head:
  %i = phi i32 [ 0, %entry ], [ %next, %body ]
  %sum = phi i32 [ 0, %entry ], [ %more, %body ]
  %in = icmp slt i32 %i, %n
  br i1 %in, label %body, label %done
body:
  %wide = sext i32 %i to i64
  %at = getelementptr inbounds i32, ptr %p, i64 %wide
  %x = load i32, ptr %at, align 4
  %more = add i32 %sum, %x
  %next = add nsw i32 %i, 1
  br label %head
done:
  ret i32 %sum
}
"""
_BAD = _GOOD.replace("icmp slt i32 %i, %n", "icmp sle i32 %i, %n")
