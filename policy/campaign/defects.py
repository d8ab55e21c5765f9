"""What became of each failure: filed, known already, gone, or the program's own fault. Resumes like the campaign.

`defects.jsonl` in the campaign's folder has one line per failure, `defects/` a folder per signature.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic
from typing import Literal

from passwright.bench.runner import Runner
from passwright.bench.suite import SUITE
from passwright.passes.errors import InputError, PasswrightError
from passwright.passes.json_lines import append_line, read_lines
from passwright.passes.recipe import Recipe
from passwright.policy.campaign.filing import file
from passwright.policy.campaign.programs import Program, load
from passwright.policy.campaign.record import Tried, failures
from passwright.policy.campaign.reduction import firing, reduce_failure, same, undefined, workers
from passwright.policy.campaign.shots import WRONG_CODE, Shot, Status
from passwright.policy.campaign.signature import Signature, essence, ingredients
from passwright.policy.campaign.target import Unfit

SHRINK_SECONDS = 300.0
"""For the reduction of one program."""

_URGENCY: tuple[Status, ...] = (
    "different",
    "code crashed",
    "code timed out",
    "invalid",
    "compile crashed",
    "compile timed out",
)
"""Which failures are looked into first: wrong code matters most, and what hangs takes longest."""

Fate = Literal["filed", "known", "not reproduced", "undefined"]


@dataclass(frozen=True)
class Settled:
    """A failure that was looked into.

    Attributes:
        uri, index: the program and which of its shots.
        fate: "filed" made a folder, "known" has a signature that has one, "not reproduced" did not fail again,
            "undefined" is the program's own undefined behaviour.
        signature: for "filed" and "known".
        recipe: reduced; empty where a known defect's recipe was enough.
        fault: of the original failure.
        message: why, where there is no signature.
    """

    uri: str
    index: int
    fate: Fate
    signature: Signature | None = None
    recipe: str = ""
    fault: str = ""
    message: str = ""


def settled(folder: Path) -> list[Settled]:
    """What was looked into so far.  An unfinished last line is not counted."""
    found = []
    for fields in read_lines(folder / "defects.jsonl"):
        name = fields.pop("signature")
        found.append(Settled(**fields, signature=Signature(**name) if name else None))
    return found


def settle(
    folder: Path,
    tried: Sequence[Tried],
    tell: Callable[[Settled, int], None],
    *,
    budget: float | None = None,
    suite: Path = SUITE,
    shrink_seconds: float = SHRINK_SECONDS,
) -> None:
    """Look into every failure that was not looked into before; `tell` hears of each, with how many are left.

    Raises InputError when it cannot be written.
    """
    before = settled(folder)
    done = {(one.uri, one.index) for one in before}
    left = [(one, index) for one, index in failures(tried) if (one.uri, index) not in done]
    left.sort(key=lambda failure: _URGENCY.index(failure[0].shots[failure[1]].status))
    until = monotonic() + budget if budget else float("inf")
    for number, (one, index) in enumerate(left):
        if monotonic() > until:
            return
        result = _settle(folder, one, index, before, suite, shrink_seconds)
        append_line(folder / "defects.jsonl", asdict(result))
        before.append(result)
        tell(result, len(left) - number - 1)


def _settle(
    folder: Path, tried: Tried, index: int, before: Sequence[Settled], suite: Path, seconds: float
) -> Settled:
    shot = tried.shots[index]
    filed = [one for one in before if one.fate == "filed"]

    def result(
        fate: Fate, signature: Signature | None = None, recipe: str = "", message: str = ""
    ) -> Settled:
        return Settled(tried.uri, index, fate, signature, recipe, shot.fault, message)

    if shot.status in WRONG_CODE:
        for other in before:
            if other.uri == tried.uri and other.fate == "undefined":
                return result("undefined", message=other.message)
    for other in filed:
        if shot.status == "compile crashed" and _alike(shot, other):
            return result("known", other.signature)
    try:
        program = load(tried.uri, suite)
        if shot.status in WRONG_CODE and (found := undefined(program)):
            return result("undefined", message=found)
        if explained := _explained(program, shot, filed):
            return result("known", explained.signature)
        names = {one.signature for one in filed}
        reduced = reduce_failure(program, shot, known=names.__contains__, seconds=seconds)
    except (Unfit, InputError) as reason:
        return result("not reproduced", message=str(reason))
    if isinstance(reduced, Signature):
        return result("known", reduced)
    file(reduced, folder / "defects" / reduced.signature.name)
    return result("filed", reduced.signature, str(reduced.recipe), reduced.note)


def _alike(shot: Shot, other: Settled) -> bool:
    """Whether both failed with the same words; the name of a signal alone says too little."""
    return (
        other.signature is not None
        and other.signature.kind == shot.status
        and ":" in shot.fault
        and essence(other.fault) == essence(shot.fault)
    )


def _explained(program: Program, shot: Shot, filed: Sequence[Settled]) -> Settled | None:
    """A filed defect whose reduced recipe fails like the shot, which contains it, on this program."""
    contained = ingredients(Recipe.parse(shot.recipe))
    candidates = [
        one
        for one in filed
        if one.signature is not None
        and one.signature.kind == shot.status
        and ingredients(Recipe.parse(one.recipe)) <= contained
    ]
    if not candidates:
        return None
    with workers() as pool, Runner() as runner:
        fire = firing(program, pool, runner, run=shot.status in WRONG_CODE)
        for one in candidates:
            try:
                if same(fire(Recipe.parse(one.recipe)), shot):
                    return one
            except PasswrightError:
                continue
    return None
