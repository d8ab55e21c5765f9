"""How often the generator is right on sentences that it has not seen: English → program → code, compiled and run.

    python -m passwright.irgen.generator.evaluate --split phrasing --n 200 --samples 10

The code of a reading is run against the meaning of the TRUE program (irgen/synthesis/check.py), in the order of arguments
that the sentence or its prototype gives. `pass@1`: the likeliest body of the likeliest reading. `chosen`: the first of
`--samples` bodies of the likeliest reading that does what the reading says, which is what `passwright generate` does.
`oracle`: any of as many, over all readings. `reading`: the program read is the true one to the letter; `meaning`: what the
rules write for it does what the true one says. `code`: the likeliest body for the true program is right. Splits:
`validation` (programs not trained on), `phrasing` (a wording held out), `composition`, `family`
(irgen/synthesis/splits.py), or a file of sentences that people wrote (data/requirements.txt). Rows are JSON; intervals are
Wilson's, 95 %.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import sqrt
from pathlib import Path
from typing import Any, Literal

from passwright.irgen import prototype as prototypes
from passwright.irgen.generator import signatures
from passwright.irgen.generator.dataset import is_validation
from passwright.irgen.generator.examples import all_families, plain, split_of
from passwright.irgen.generator.generator import WEIGHTS, Generator
from passwright.irgen.notation.canonical import canonical
from passwright.irgen.notation.parse import parse
from passwright.irgen.notation.syntax import Program
from passwright.irgen.synthesis.check import Item, check
from passwright.irgen.synthesis.draft import Draft
from passwright.irgen.synthesis.emit import emit
from passwright.irgen.synthesis.voice import Voice
from passwright.passes.errors import InputError

Split = Literal["validation", "phrasing", "composition", "family"]
MEASURES = ("pass@1", "chosen", "oracle", "reading", "meaning", "code")


@dataclass
class Case:
    """One sentence; bodies are filled in, then verdicts."""

    draft: Draft
    program: Program
    signature: str
    language: Literal["c", "cpp"]
    style: str
    reading: Program | None = None
    greedy: str = ""
    bodies: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    direct: str = ""
    ruled: str = ""
    seconds: tuple[float, float] = (0.0, 0.0)
    right: dict[str, bool] = field(default_factory=dict)


def wilson(right: int, count: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927)."""
    if not count:
        return 0.0, 1.0
    z, p = 1.959964, right / count
    middle, half = p + z * z / (2 * count), z * sqrt(p * (1 - p) / count + z * z / (4 * count * count))
    return (middle - half) / (1 + z * z / count), (middle + half) / (1 + z * z / count)


def draw_cases(split: Split, count: int, seed: int, most: int = 4000) -> list[Case]:
    """Cases of a split, families by turns; fewer where `most` drafts per case do not have them."""
    rng = random.Random(f"{seed} {split}")
    voice = Voice(rng, "heldout" if split == "phrasing" else "train")
    modules = list(all_families().values())
    found: list[Case] = []
    seen: set[str] = set()
    for _ in range(most * count):
        draft = modules[rng.randrange(len(modules))].draw(rng, voice)
        if not _belongs(draft, split) or draft.english in seen:
            continue
        seen.add(draft.english)
        found.append(case_of(draft, rng))
        if len(found) == count:
            break
    return found


def file_cases(path: Path) -> list[Case]:
    """Cases of a file: a sentence, and on the next line `=> ` and its program.  Raises InputError for another file."""
    found, english = [], ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("=> ") and english:
            program = parse(line[3:])
            draft = Draft("hand-written", (), english, program, (), "kernel")
            found.append(Case(draft, program, "", "c", "plain"))
            english = ""
        elif not line.startswith("#"):
            english = line.strip()
    if not found:
        raise InputError(
            f"{path}: no requirement in it", hint="a sentence, and on the next line `=> ` and its program"
        )
    return found


def _belongs(draft: Draft, split: Split) -> bool:
    own = split_of(draft)
    if split != "validation":
        return own == split
    return own == "train" and is_validation(canonical(draft.program).text)


def case_of(draft: Draft, rng: random.Random) -> Case:
    """A draft with a language, a style, and sometimes a prototype."""
    language: Literal["c", "cpp"] = rng.choice(("c", "cpp"))
    style = rng.choice(("plain", "tuned"))
    drawn = signatures.draw(rng, draft.program, draft.function) if rng.random() < 0.4 else None
    if drawn is not None:
        try:
            prototypes.parse(drawn[0])
        except InputError:
            drawn = None
    if drawn is None:
        return Case(draft, draft.program, "", language, style)
    return Case(draft, drawn[1], drawn[0], language, style)


def answer(generator: Generator, case: Case, samples: int) -> None:
    """Have the generator read and write."""
    started = time.perf_counter()
    one = prototypes.parse(case.signature) if case.signature else None
    readings = generator.parse(plain(case.draft.english), one, k=max(min(samples, 4), 1))
    middle = time.perf_counter()
    if readings:
        case.reading = readings[0][0]
        case.ruled = _by_rules(case.reading, case.language)
        greedy = generator.code(case.reading, case.language, case.style, 1)
        case.greedy = greedy[0][0] if greedy else ""
    case.seconds = (middle - started, time.perf_counter() - middle)
    if samples > 1 and case.reading is not None:
        case.bodies = [body for body, _ in generator.code(case.reading, case.language, case.style, samples)]
        for reading, _ in readings[1:]:
            case.others += [body for body, _ in generator.code(reading, case.language, case.style, 1)]
    direct = generator.code(case.program, case.language, case.style, 1)
    case.direct = direct[0][0] if direct else ""


def _by_rules(program: Program, language: Literal["c", "cpp"]) -> str:
    try:
        return emit(program, language, "plain")
    except InputError:
        return ""


def judge(cases: Sequence[Case], samples: int) -> None:
    """Fill in what is right."""
    true: list[tuple[Case, str]] = []
    read: list[tuple[Case, str]] = []
    for case in cases:
        bodies = dict.fromkeys(
            b for b in (case.greedy, *case.bodies, *case.others, case.direct, case.ruled) if b
        )
        true.extend((case, body) for body in bodies)
        if samples > 1:
            read.extend((case, body) for body in dict.fromkeys((case.greedy, *case.bodies)) if body)
    against_true = _verdicts([(c.program, b, c.language) for c, b in true])
    against_read = _verdicts([(c.reading, b, c.language) for c, b in read if c.reading is not None])
    right = {(id(c), b): v for (c, b), v in zip(true, against_true, strict=True)}
    obeys = {(id(c), b): v for (c, b), v in zip(read, against_read, strict=True)}
    for case in cases:
        candidates = list(dict.fromkeys(b for b in (case.greedy, *case.bodies) if b))
        chosen = next((b for b in candidates if obeys.get((id(case), b))), case.greedy)
        every = list(dict.fromkeys([*candidates[: max(samples - len(case.others), 1)], *case.others]))
        case.right = {
            "pass@1": right.get((id(case), case.greedy), False),
            "chosen": right.get((id(case), chosen), False),
            "oracle": any(right.get((id(case), b), False) for b in every),
            "reading": case.reading is not None
            and canonical(case.reading).text == canonical(case.program).text,
            "meaning": right.get((id(case), case.ruled), False),
            "code": right.get((id(case), case.direct), False),
        }


def _verdicts(asked: Iterable[tuple[Program, str, Literal["c", "cpp"]]]) -> list[bool]:
    items = [Item(canonical(program).program, body, language) for program, body, language in asked]
    return [verdict.right for verdict in check(items)]


def rows(cases: Sequence[Case], split: str, samples: int) -> list[dict[str, Any]]:
    """One row for all cases and one for each family."""
    found = []
    for family in ("all", *sorted({c.draft.family for c in cases})):
        own = [c for c in cases if family in ("all", c.draft.family)]
        row: dict[str, Any] = {"split": split, "family": family, "cases": len(own), "samples": samples}
        for measure in MEASURES:
            count = sum(c.right[measure] for c in own)
            low, high = wilson(count, len(own))
            row[measure] = [round(count / max(len(own), 1), 4), round(low, 4), round(high, 4)]
        for at, phase in enumerate(("parse", "code")):
            times = sorted(c.seconds[at] for c in own)
            row[f"{phase}_p50_ms"] = round(1e3 * times[len(times) // 2], 1) if times else None
        found.append(row)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m passwright.irgen.generator.evaluate",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--split", choices=("validation", "phrasing", "composition", "family"), default="validation"
    )
    parser.add_argument("--file", type=Path, help="sentences and programs of a file, in place of drawn ones")
    parser.add_argument("--n", type=int, default=200)
    parser.add_argument("--samples", type=int, default=1)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    parser.add_argument("--out", type=Path, help="also write the rows here")
    parser.add_argument("--failures", type=int, default=0, help="print as many wrong cases to stderr")
    options = parser.parse_args()
    generator = Generator.load(options.weights)
    cases = file_cases(options.file) if options.file else draw_cases(options.split, options.n, options.seed)
    for at, case in enumerate(cases):
        answer(generator, case, options.samples)
        if at % 50 == 49:
            print(f"{at + 1} answered", file=sys.stderr, flush=True)
    judge(cases, options.samples)
    found = rows(cases, str(options.file or options.split), options.samples)
    text = "\n".join(json.dumps(row) for row in found)
    print(text)
    if options.out:
        options.out.write_text(text + "\n")
    for case in [c for c in cases if not c.right["pass@1"]][: options.failures]:
        read = canonical(case.reading).text if case.reading is not None else "nothing"
        print(
            f"{plain(case.draft.english)} | {case.signature}\n  true {canonical(case.program).text}\n  read {read}\n"
            f"  {case.language} {case.style}: {case.greedy}",
            file=sys.stderr,
        )


if __name__ == "__main__":
    main()
