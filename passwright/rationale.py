"""What a recipe or a source patch did, in sentences with evidence: counted remarks, and what leaving a part out costs.

    hoisted 6 loads and 2 comparisons out of the loop at line 14; leaving polly=true out costs 1.40x (1.38 to 1.42)

Remarks that -O3 gives at the same place are no merit of the recipe and are left out. What a part costs was measured by
`explain` (or, in a report, by the search) for steps and knobs, not for single transformations: the sentence names the
part, the knob of the pass's own group or of Polly where one was left out, else the step where that is not -O3 itself.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from passwright.bench.measure import Ratio
from passwright.policy.genes import FAST, ROUND_PATTERN

if TYPE_CHECKING:
    from passwright.explain import LeftOut, RemarkGroup

GROUPS: Mapping[str, tuple[str, ...]] = {
    "loop-vectorize": ("vector",),
    "slp-vectorizer": ("slp",),
    "loop-unroll": ("unroll",),
    "loop-interchange": ("nest",),
    "loop-distribute": ("nest",),
    "loop-flatten": ("nest",),
    "inline": ("scalar",),
    "gvn": ("scalar",),
    "licm": ("nest", "scalar"),
}
"""Groups of knobs (`policy/genes.py`) that decide about what a pass does, the nearest first; Polly decides about all."""
NOUNS = {
    "getelementptr": "address computation",
    "icmp": "comparison",
    "fcmp": "comparison",
    "insertelement": "vector insertion",
    "shufflevector": "vector shuffle",
    "sext": "conversion",
    "zext": "conversion",
    "trunc": "conversion",
    "fpext": "conversion",
    "sitofp": "conversion",
    "uitofp": "conversion",
    "fptosi": "conversion",
    "fadd": "addition",
    "add": "addition",
    "fmul": "multiplication",
    "mul": "multiplication",
    "fsub": "subtraction",
    "sub": "subtraction",
    "fdiv": "division",
    "and": "bit operation",
    "or": "bit operation",
    "xor": "bit operation",
    "shl": "shift",
    "lshr": "shift",
    "ashr": "shift",
}
"""Opcodes as people say them; others are called by their own name."""
KINDS = 3
"""Kinds of operations that a sentence names."""


@dataclass(frozen=True)
class Rationale:
    """One transformation, said in a sentence.

    Attributes:
        part: the step, knob or patch that it belongs to.
        kind: "pass" (a pass reported it), "setting" (a step or knob that no pass reports on), "patch" (of the source).
        sentence: what was done, where, and the evidence.
        pass_name: that reported it. count: how many remarks. line: of the source, 0 where it is not known.
        effect: run time without the part / with it; None where it was not measured.
    """

    part: str
    kind: str
    sentence: str
    pass_name: str = ""
    count: int = 1
    line: int = 0
    effect: Ratio | None = None

    @staticmethod
    def of_patch(name: str, did: str, *, line: int = 0, effect: Ratio | None = None) -> Rationale:
        """Of a source patch that was tried: `did` says what it does and where; `effect` is time without / with it."""
        cost = f"; {_cost('it', effect)}" if effect else ""
        return Rationale(name, "patch", did + cost, line=line, effect=effect)


@dataclass(frozen=True)
class LoopLine:
    """A loop of the source: its function, the line that it begins at, its depth from 1."""

    function: str
    line: int
    depth: int


def rationales(
    step: str,
    purpose: str,
    instructions: tuple[int, int],
    remarks: Sequence[RemarkGroup],
    whole: LeftOut | None,
    knobs: Sequence[LeftOut],
    loops: Sequence[LoopLine] = (),
) -> tuple[Rationale, ...]:
    """The sentences about one step, those with the largest measured effect first."""
    found = [_of_pass(step, key, groups, whole, knobs) for key, groups in _by_place(remarks, loops).items()]
    told = {one.part for one in found if one.effect is not None}
    found += [
        _setting(knob.part, f"set {knob.part}", knob)
        for knob in knobs
        if knob.part not in told and knob.effect is not None and not knob.same_code
    ]
    if step not in told and (not found or (whole is not None and whole.effect is not None)):
        before, after = instructions
        did = purpose.split(". ")[0].rstrip(".") or step
        found.append(_setting(step, f"{did} ({before} to {after} IR instructions)", whole))
    return tuple(sorted(found, key=_weight))


def _weight(one: Rationale) -> tuple[float, bool, int]:
    effect = abs(one.effect.value - 1) if one.effect and not _nothing(one.effect) else 0.0
    return -effect, not one.line, -one.count


def _setting(part: str, did: str, left_out: LeftOut | None) -> Rationale:
    effect = left_out.effect if left_out else None
    return Rationale(part, "setting", did + _evidence("it", left_out), effect=effect)


Place = tuple[str, str, int]
"""Pass, what it did, line: a sentence each."""


def _by_place(
    remarks: Iterable[RemarkGroup], loops: Sequence[LoopLine]
) -> dict[Place, list[tuple[str, int]]]:
    """Messages with their counts by pass, remark and line (the loop's line where the pass names an instruction)."""
    found: dict[Place, list[tuple[str, int]]] = {}
    for group in remarks:
        if group.kind != "passed" or group.also_at_o3:
            continue
        lines = Counter(_loop_line(_line(place), loops, group.pass_name) for place in group.places or ("",))
        rest = group.count - lines.total()  # several at one place
        for line, count in lines.items():
            found.setdefault((group.pass_name, group.name, line), []).append((group.message, count + rest))
            rest = 0
    return found


def _line(place: str) -> int:
    parts = place.rsplit(":", 2)
    return int(parts[1]) if len(parts) == 3 and parts[1].isdigit() else 0


def _loop_line(line: int, loops: Sequence[LoopLine], pass_name: str) -> int:
    """For a pass that works on loops and reports instructions, the nearest loop that begins at or above the line."""
    if pass_name != "licm" or not line:
        return line
    return max((one.line for one in loops if 0 < one.line <= line), default=line)


def _of_pass(
    step: str,
    place: Place,
    messages: Sequence[tuple[str, int]],
    whole: LeftOut | None,
    knobs: Sequence[LeftOut],
) -> Rationale:
    pass_name, name, line = place
    say = _PHRASES.get((pass_name, name)) or _PHRASES.get((pass_name, ""))
    count = sum(count for _, count in messages)
    at = f" at line {line}" if line else ""
    did = say(messages, at) if say else f"{pass_name}: {_short(messages[0][0])}{_times(count)}{at}"
    part = _responsible(pass_name, step, whole, knobs)
    named = part.part if part else step
    return Rationale(
        named,
        "pass",
        did + _evidence("the step" if part is whole else named, part),
        pass_name,
        count,
        line,
        part.effect if part else None,
    )


def _responsible(
    pass_name: str, step: str, whole: LeftOut | None, knobs: Sequence[LeftOut]
) -> LeftOut | None:
    """The part that the sentence gives the cost of; see the module's docstring.

    The cost of leaving out a whole round (-O3 itself) says nothing about one of its passes, and is not given.
    """
    for group in (*GROUPS.get(pass_name, ()), "polly"):
        own = [
            one
            for one in knobs
            if FAST.group_of(one.part.partition("=")[0]) == group and one.effect and not one.same_code
        ]
        if own:
            return max(own, key=lambda one: one.effect.value if one.effect else 0.0)
    return None if re.match(ROUND_PATTERN, step) else whole


def _evidence(part: str, left_out: LeftOut | None) -> str:
    """What follows the sentence: what the part is worth, as far as that was looked at."""
    if left_out is None:
        return ""
    if left_out.same_code:
        return f"; the code is the same without {part}"
    if left_out.effect is None:
        return f"; what {part} is worth is not known ({_short(left_out.problem)})"
    return f"; {_cost(part, left_out.effect)}"


def _cost(part: str, effect: Ratio) -> str:
    if not _nothing(effect) and effect.value < 1:
        gain = Ratio(1 / effect.value, 1 / effect.high, 1 / effect.low)
        return f"leaving {part} out would gain {gain.value:.2f}x{_span(gain)}"
    if _nothing(effect):
        return f"leaving {part} out makes no difference that was measured{_span(effect)}"
    return f"leaving {part} out costs {effect.value:.2f}x{_span(effect)}"


def _span(effect: Ratio) -> str:
    return f" ({effect.low:.2f} to {effect.high:.2f})" if effect.low < effect.high else ""


def _nothing(effect: Ratio) -> bool:
    return effect.low <= 1 <= effect.high


# -- what passes say ----------------------------------------------------------------------------------

Messages = Sequence[tuple[str, int]]


def _hoisted(messages: Messages, at: str) -> str:
    counts: Counter[str] = Counter()
    for message, count in messages:
        opcode = message.split()[-1]
        counts[NOUNS.get(opcode, opcode)] += count
    return f"hoisted {_listed(counts)} out of {f'the loop{at}' if at else 'loops'}"


def _vectorized(messages: Messages, at: str) -> str:
    return _loops("vectorised", messages, at, r"width: ((?:vscale x )?\d+), interleaved count: (\d+)", _lanes)


def _lanes(width: str, interleaved: str) -> str:
    return f"{width} elements at a time" + (f", {interleaved} such in flight" if interleaved != "1" else "")


def _unrolled(messages: Messages, at: str) -> str:
    return _loops("unrolled", messages, at, r"factor of (\d+)", lambda factor: f"{factor} turns in one")


def _fully(messages: Messages, at: str) -> str:
    return _loops("unrolled", messages, at, r"with (\d+) iterations", lambda count: f"all its {count} turns")


def _loops(verb: str, messages: Messages, at: str, pattern: str, say: Callable[..., str]) -> str:
    """A loop, or several at one place, with what the message says about it."""
    total = sum(count for _, count in messages)
    details = [say(*found.groups()) for message, _ in messages if (found := re.search(pattern, message))]
    what = "the loop" if total == 1 else f"{total} loops"
    return f"{verb} {what}{at}" + (f": {'; '.join(dict.fromkeys(details))}" if details else "")


def _inlined(messages: Messages, at: str) -> str:
    names = [message.split("'")[1] for message, _ in messages if message.count("'") > 1]
    total = sum(count for _, count in messages)
    return f"inlined {', '.join(dict.fromkeys(names)) or f'{total} calls'}{at}"


def _counted(singular: str) -> Callable[[Messages, str], str]:
    """For a remark that is only counted; `{n}` is the number, `{s}` the plural's ending."""

    def say(messages: Messages, at: str) -> str:
        total = sum(count for _, count in messages)
        return singular.format(n=total, s="" if total == 1 else "s", at=at)

    return say


_PHRASES: Mapping[tuple[str, str], Callable[[Messages, str], str]] = {
    ("licm", "Hoisted"): _hoisted,
    ("licm", "PromoteLoopAccessesToScalar"): _counted(
        "kept {n} memory location{s} in registers over the loop{at}"
    ),
    ("licm", "InstSunk"): _counted("moved {n} instruction{s} behind the loop{at}"),
    ("loop-vectorize", "Vectorized"): _vectorized,
    ("loop-unroll", "PartialUnrolled"): _unrolled,
    ("loop-unroll", "FullyUnrolled"): _fully,
    ("loop-unroll", "Peeled"): _counted("took the first turns out of {n} loop{s}{at}"),
    ("loop-interchange", "Interchanged"): _counted("swapped the loop{at} with the one around it"),
    ("loop-distribute", "Distribute"): _counted("split the loop{at} in parts that can be vectorised apart"),
    ("loop-delete", ""): _counted("removed {n} loop{s} without effect{at}"),
    ("loop-idiom", ""): _counted("turned {n} loop{s} into a call of memset or memcpy{at}"),
    ("gvn", "LoadElim"): _counted("removed {n} load{s} of known values{at}"),
    ("gvn", "LoadPRE"): _counted("removed {n} load{s} that most paths had done before{at}"),
    ("slp-vectorizer", ""): _counted("put {n} group{s} of straight-line operations into vectors{at}"),
    ("inline", "Inlined"): _inlined,
    ("inline", "AlwaysInline"): _inlined,
}


def _listed(counts: Counter[str]) -> str:
    """At most KINDS of them by name, the commonest first."""
    parts = [f"{count} {noun}{'' if count == 1 else 's'}" for noun, count in counts.most_common(KINDS)]
    others = counts.total() - sum(count for _, count in counts.most_common(KINDS))
    parts += [f"{others} other operation{'' if others == 1 else 's'}"] if others else []
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _times(count: int) -> str:
    return f" ({count} times)" if count > 1 else ""


def _short(message: str) -> str:
    return message if len(message) <= 100 else message[:99] + "…"
