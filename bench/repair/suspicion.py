"""Suspicious lines of a program that fails examples: what failing runs take and others do not, and sanitizers' reports.

Blocks and branches are marked in the source, a mark sets a byte of a file that outlives a crash, and each line gets the
Ochiai score of its innermost block (Abreu et al., On the accuracy of spectrum-based fault localization, 2007). Single
statements are not told apart within a block.
"""

from __future__ import annotations

import math
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from passwright.bench.repair.merged import build
from passwright.bench.repair.programs import Example, ProgramJudge
from passwright.bench.sandbox import offer, run
from passwright.bench.scratch import read_output, scratch
from passwright.irgen.repair.context import Context
from passwright.irgen.repair.edits import Candidate
from passwright.irgen.tokens import Splice, read

_HITS = "hits"
_MOST_RUNS = 12
_PRELUDE = """extern int open(const char *, int, ...);
extern int ftruncate(int, long);
extern void *mmap(void *, unsigned long, int, int, int, long);
static volatile unsigned char __pw_none[%(count)d], *__pw_hits = __pw_none;
__attribute__((constructor)) static void __pw_start(void) {
  int file = open("hits", 66, 384);
  if (file < 0 || ftruncate(file, %(count)d)) return;
  void *at = mmap(0, %(count)d, 3, 1, file, 0);
  if (at != (void *)-1) __pw_hits = at;
}
#line 1 "source.c"
"""


def marked(text: str) -> tuple[str, list[range]]:
    """The source with marks, and the lines that each mark stands for."""
    context = Context(read(text))
    source = context.source
    splices: list[Splice] = []
    lines: list[range] = []

    def mark(first: int, last: int) -> int:
        end = source.tokens[min(last, len(source.tokens) - 1)].line
        lines.append(range(source.tokens[min(first, len(source.tokens) - 1)].line, end + 1))
        return len(lines) - 1

    for number in source.inside():
        token = source.tokens[number]
        opens = token.text == "{" and source[number - 1] in (")", "else", "do") and number in source.partner
        if opens:
            splices.append(
                Splice(token.end, token.end, f" __pw_hits[{mark(number, source.partner[number])}] = 1;")
            )
        if token.text == "if" and number + 1 in source.partner:
            close = source.partner[number + 1]
            end = context.body_end(close + 1)
            yes = mark(close + 1, end)
            no = (
                mark(end + 2, context.body_end(end + 2))
                if source[end + 1] == "else"
                else mark(number, number)
            )
            start, stop = source.tokens[number + 1], source.tokens[close]
            splices.append(Splice(start.end, start.end, "("))
            splices.append(
                Splice(stop.start, stop.start, f") ? (__pw_hits[{yes}] = 1) : (__pw_hits[{no}] = 1, 0)")
            )
    for first, last in source.bodies:
        brace = source.tokens[first]
        splices.append(Splice(brace.end, brace.end, f" __pw_hits[{mark(first, last)}] = 1;"))
    seen = {(one.start, one.end): one for one in splices}
    body = Candidate("marks", 0, tuple(seen.values()), "").apply(text)
    return _PRELUDE % {"count": max(len(lines), 1)} + body, lines


def ochiai(failing: int, passing: int, failures: int) -> float:
    """ef / sqrt(failures * (ef + ep))."""
    return failing / math.sqrt(failures * (failing + passing)) if failing and failures else 0.0


def by_coverage(text: str, judge: ProgramJudge) -> dict[int, float]:
    """Suspicion by line; empty where the program cannot be marked or nothing failed."""
    if judge.suffix != ".c" or not judge.failing:
        return {}
    changed, lines = marked(text)
    with TemporaryDirectory(prefix="passwright-repair-") as made:
        built = build([changed], Path(made), flags=judge.flags, others=judge.others)[0]
        if built is None:
            return {}
        counts = [[0, 0] for _ in lines]
        runs = [(0, one) for one in judge.failing[:_MOST_RUNS]] + [
            (1, one) for one in judge.passing[:_MOST_RUNS]
        ]
        for side, example in runs:
            for number, hit in enumerate(_hits(built.argv, example, judge, len(lines))):
                counts[number][side] += hit
    failures = min(len(judge.failing), _MOST_RUNS)
    found: dict[int, tuple[int, float]] = {}
    for (failing, passing), span in zip(counts, lines, strict=True):
        for line in span:
            if line not in found or len(span) <= found[line][0]:
                found[line] = len(span), ochiai(failing, passing, failures)
    return {line: value for line, (_, value) in found.items() if value > 0}


def _hits(argv: tuple[str, ...], example: Example, judge: ProgramJudge, count: int) -> list[bool]:
    with scratch() as folder:
        given = folder / "stdin"
        given.write_text(example.input, encoding="utf-8")
        run(
            [*argv, *example.arguments],
            folder=folder,
            limits=judge.limits,
            stdin=given,
            bubblewrap=not offer().landlock,
        )
        data = read_output(folder, _HITS, count) or b""
    return [bool(byte) for byte in data.ljust(count, b"\0")]


def by_sanitizers(text: str, judge: ProgramJudge) -> dict[int, float]:
    """Lines that AddressSanitizer or UndefinedBehaviorSanitizer names in failing runs, at 1."""
    if not judge.failing:
        return {}
    flags = (*judge.flags, "-g", "-fsanitize=address,undefined", "-fno-sanitize=vptr,function")
    with TemporaryDirectory(prefix="passwright-repair-") as made:
        built = build(
            [text],
            Path(made),
            suffix=judge.suffix,
            flags=flags,
            others=(*judge.others, "-fsanitize=address,undefined"),
        )[0]
        if built is None:
            return {}
        limits = replace(judge.limits, address_space=None, memory=1 << 30, wall=10.0, cpu=5.0, threads=8)
        found: dict[int, float] = {}
        for example in judge.failing[:3]:
            result = judge.execute(built, example, limits)
            report = result.stderr.decode(errors="replace")
            report += _places(Path(built.argv[0]), re.findall(r"single0\+(0x[0-9a-f]+)", report))
            for line in re.findall(rf"single0{re.escape(judge.suffix)}:(\d+)", report):
                found.setdefault(int(line), 1.0)
        return found


def _places(program: Path, addresses: Sequence[str]) -> str:
    """Source lines of addresses: within the sandbox the sanitizers cannot start what looks them up."""
    tool = shutil.which("llvm-symbolizer-19") or shutil.which("addr2line")
    if tool is None or not addresses:
        return ""
    run = subprocess.run(
        [tool, "-e", program, *addresses[:20]], capture_output=True, text=True, timeout=20, check=False
    )
    return run.stdout


def suspicious(text: str, judge: ProgramJudge) -> Mapping[int, float]:
    """Both, the larger one of each line."""
    found = by_coverage(text, judge)
    for line, value in by_sanitizers(text, judge).items():
        found[line] = max(found.get(line, 0.0), value)
    return found
