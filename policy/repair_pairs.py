"""Pairs of broken and fixed programs: our own mutants, and the public sets by path.

Splits follow what a program is about: our kernels by family (the held-out families of suite and corpus), Codeflaws by
problem, C-Pack-IPAs by exercise, TRACER by record. The data sets are read from `DIR/tracer.jsonl.gz`, `codeflaws.jsonl.gz`,
`cpack.jsonl.gz` and `cpack_tests.jsonl.gz`; nothing of them is kept.
"""

from __future__ import annotations

import gzip
import json
import random
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from passwright.bench.corpus.generate import generate
from passwright.bench.mutants.draw import choose
from passwright.bench.mutants.statements import OPERATORS
from passwright.bench.repair.programs import Example
from passwright.bench.suite import load_suite
from passwright.irgen.tokens import Source, read
from passwright.passes.errors import InputError

Split = Literal["train", "heldout"]
HELD_OUT = 5
"""One problem in so many is held out."""


@dataclass(frozen=True)
class Test:
    """Standard input and the output that is right; `heldout`: not shown to the repair."""

    input: str
    output: str
    heldout: bool


@dataclass(frozen=True)
class Pair:
    """A broken program and its repair.

    Attributes:
        source: "tracer", "codeflaws", "cpack", "mutant" or "syntax" (our kernels with a token changed).
        problem: what it is about; pairs of one problem stay on one side of every split.
        defect: class of defect as the set names it.
        compiles: whether the broken program is meant to compile.
        suffix: ".c" or ".cpp".
        origin: for our kernels their name or corpus seed; else the record's id.
    """

    source: str
    problem: str
    split: Split
    broken: str
    fixed: str
    defect: str
    compiles: bool
    suffix: str = ".c"
    origin: str = ""
    tests: tuple[Test, ...] = ()


def _split(problem: str) -> Split:
    return "heldout" if zlib.crc32(problem.encode()) % HELD_OUT == 0 else "train"


def _records(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    path = folder / name
    if not path.is_file():
        raise InputError(
            f"{path}: no such file", hint="name the folder with the repair data sets: --data DIR"
        )
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def tracer(folder: Path) -> Iterator[Pair]:
    """Single-line compile errors."""
    for one in _records(folder, "tracer.jsonl.gz"):
        message = re.sub(r"'[^']*'", "_", one["sourceErrorClangParse"].partition(": ")[2].partition("\n")[0])
        yield Pair(
            "tracer",
            one["id"],
            _split(one["id"]),
            one["sourceText"],
            one["targetText"],
            message,
            False,
            origin=one["id"],
        )


def codeflaws(folder: Path) -> Iterator[Pair]:
    """Programs of a contest with wrong results; split by problem."""
    for one in _records(folder, "codeflaws.jsonl.gz"):
        problem = "-".join(one["id"].split("-")[:2])
        tests = tuple(Test(test["input"], test["output"], bool(test["heldout"])) for test in one["tests"])
        defect = one["defect_class"] or "other"
        yield Pair(
            "codeflaws",
            problem,
            _split(problem),
            one["buggy"],
            one["fixed"],
            defect,
            True,
            origin=one["id"],
            tests=tests,
        )


def cpack(folder: Path) -> Iterator[Pair]:
    """Student programs; split by exercise."""
    for one in _records(folder, "cpack.jsonl.gz"):
        problem = f"{one['lab']}/{one['ex']}"
        compiles = one["kind"] == "semantically"
        origin = "/".join((one["year"], one["lab"], one["ex"], one["sub"]))
        yield Pair(
            "cpack",
            problem,
            _split(problem),
            one["broken"],
            one["fixed"],
            one["kind"],
            compiles,
            origin=origin,
        )


def sources(kernels: int, held_out: bool) -> Iterator[tuple[str, str, str, str]]:
    """(origin, family, suffix, text) of our kernels, the suite's and generated ones."""
    for suite in load_suite():
        if suite.held_out == held_out:
            yield (
                f"suite/{suite.name}",
                suite.family,
                suite.source.suffix,
                suite.source.read_text(encoding="utf-8"),
            )
    seed, found = 0, 0
    while found < kernels:
        made = generate(seed)
        seed += 1
        if made.held_out == held_out:
            found += 1
            suffix = ".c" if made.language == "c" else ".cpp"
            yield f"corpus/{made.seed}", f"corpus/{made.family}", suffix, made.source


def mutants(kernels: int, each: int, *, held_out: bool, seed: int = 0) -> Iterator[Pair]:
    """Our kernels with a planted defect; the operators are those of bench/mutants."""
    split: Split = "heldout" if held_out else "train"
    for origin, family, suffix, text in sources(kernels, held_out):
        rng = random.Random(f"{seed}:{origin}")
        seen = {text}
        for _ in range(each):
            edit = choose(text, OPERATORS, rng)
            broken = edit.apply(text) if edit is not None else text
            if edit is not None and broken not in seen:
                seen.add(broken)
                yield Pair("mutant", family, split, broken, text, edit.operator, True, suffix, origin)


def token_errors(kernels: int, each: int, *, held_out: bool, seed: int = 0) -> Iterator[Pair]:
    """Our kernels with a token left out, doubled, exchanged or misspelt; not all of them fail to compile."""
    split: Split = "heldout" if held_out else "train"
    for origin, family, suffix, text in sources(kernels, held_out):
        rng = random.Random(f"syntax:{seed}:{origin}")
        source = read(text)
        inside = list(source.inside())
        for _ in range(each):
            if inside:
                broken, defect = _token_error(source, rng.choice(inside), rng)
                if broken != text:
                    yield Pair("syntax", family, split, broken, text, defect, False, suffix, origin)


def _token_error(source: Source, place: int, rng: random.Random) -> tuple[str, str]:
    token, text = source.tokens[place], source.text
    what = rng.choice(
        ("left out", "left out", "left out", "doubled", "exchanged", "misspelt", "other bracket")
    )
    if what == "left out":
        return text[: token.start] + text[
            token.end :
        ], f"{token.text if token.kind == 'op' else token.kind} left out"
    if what == "doubled":
        return text[: token.end] + " " + token.text + text[
            token.end :
        ], f"{token.text if token.kind == 'op' else token.kind} doubled"
    if what == "exchanged" and place + 1 < len(source.tokens):
        after = source.tokens[place + 1]
        between = text[token.end : after.start]
        return text[: token.start] + after.text + between + token.text + text[after.end :], "exchanged"
    if what == "misspelt" and token.kind == "name" and len(token.text) > 2:
        at = rng.randrange(1, len(token.text))
        wrong = (
            token.text[:at] + token.text[at + 1 :]
            if rng.random() < 0.5
            else token.text[:at] + rng.choice("aeinrst") + token.text[at:]
        )
        return text[: token.start] + wrong + text[token.end :], "misspelt"
    other = {"(": "[", ")": "]", "[": "(", "]": ")", "{": "(", "}": ")", ";": ",", ",": ";"}.get(token.text)
    return (text[: token.start] + other + text[token.end :], "other bracket") if other else (text, "")


def cpack_tests(folder: Path) -> dict[str, list[Example]]:
    """The examples of each exercise, by "lab/ex"."""
    texts = {one["path"]: one["text"] for one in _records(folder, "cpack_tests.jsonl.gz")}
    found: dict[str, list[Example]] = {}
    for path in sorted(texts):
        parts = path.split("/")
        right = path.removesuffix(".in") + ".out"
        if parts[0] == "tests" and path.endswith(".in") and right in texts:
            found.setdefault("/".join(parts[1:3]), []).append(Example(parts[-1], texts[path], texts[right]))
    return found
