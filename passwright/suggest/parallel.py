"""Outer loops whose iterations are independent → `#pragma omp parallel for`.

Independence is Polly's to prove: with its rescheduling off it moves a loop into a function of its own when no iteration
depends on another. Such a function with as many loops as the source's nest (and one that hands out iterations) means the
outermost one; debug info says which. Polly may rely on tests at run time that arrays do not overlap; the patch has them
outermost one; debug info says which. Polly may rely on tests at run time that arrays do not overlap; the patch has these

`python -m passwright.suggest.parallel BITCODE FUNCTION` is the process of its own that Polly runs in.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from passwright.bench.workload import Workload
from passwright.irgen.kernel import Kernel
from passwright.irgen.repair.context import Context
from passwright.suggest.apart import test, with_helper
from passwright.suggest.loops import Loop, indent, loop_at, loops, mentions, spliced
from passwright.suggest.proposal import Proposal

TIMEOUT = 30.0
_WRITES = frozenset(("=", "+=", "-=", "*=", "/=", "%=", "|=", "&=", "^=", "<<=", ">>=", "++", "--"))
_PREPARE = "function(sroa,early-cse,simplifycfg),default<O1>"
_KNOBS = {
    "polly": "true",
    "polly-position": "early",
    "polly-parallel": "true",
    "polly-parallel-force": "true",
    "polly-optimizer": "none",
    "polly-process-unprofitable": "true",
    "polly-detect-reductions": "false",
}


def independent(context: Context, kernel: Kernel, workload: Workload | None) -> Iterator[Proposal]:
    """Proposals for the outermost loops that Polly proves parallel."""
    source = context.source
    proved = proofs(kernel)
    if not proved:
        return
    covered = -1
    for outer in loops(context):
        if outer.first < covered or not outer.type:
            continue
        covered = outer.last
        first, last = source.tokens[outer.first].line, source.tokens[outer.last].line
        mine = [depth for lines, depth in proved if lines and all(first <= line <= last for line in lines)]
        if not any(depth > _depth(context, outer) for depth in mine) or _leaves(context, outer):
            continue
        written = {
            source[at]
            for at in range(outer.body[0], outer.body[1] + 1)
            if source[at + 1] == "[" and _assigned(context, at)
        }
        arrays = {source[at] for at in range(outer.body[0], outer.body[1] + 1) if source[at + 1] == "["}
        guard = test(context, outer.first, written, arrays, workload)
        if guard is None:
            continue
        pad = indent(source, outer.first)
        start = source.tokens[outer.first].start
        only = f" if ({guard})" if guard else ""
        text = f"{source.text[:start]}#pragma omp parallel for{only}\n{pad}{source.text[start:]}"
        alone = ", one core where the arrays overlap" if guard else ""
        yield Proposal(
            "parallel", first,
            f"Polly proves that no iteration of this loop depends on another: they run on "
            f"several cores{alone} (compile with -fopenmp)",
            with_helper(context, outer.first, guard, text),
            with_helper(context, outer.first, guard, _backwards(context, outer, guard)), openmp=True,
        )  # fmt: skip


def _assigned(context: Context, place: int) -> bool:
    """Whether the element at `name[...]...` is written."""
    source = context.source
    at = place + 1
    while source[at] == "[" and at in source.partner:
        at = source.partner[at] + 1
    return source[at] in _WRITES


def _depth(context: Context, loop: Loop) -> int:
    """Loops of a nest, itself included."""
    inner = [loop_at(context, at) for at in range(loop.body[0], loop.body[1] + 1)]
    return 1 + max((_depth(context, one) for one in inner if one is not None), default=0)


def _leaves(context: Context, loop: Loop) -> bool:
    """Whether the body writes a scalar from outside or jumps out: no plain `parallel for`."""
    source = context.source
    if any(mentions(source, *loop.body, word) for word in ("break", "return", "goto")):
        return True
    inside = {one.name for one in context.names.all if loop.first <= one.place <= loop.last}
    for at in range(loop.body[0], loop.body[1] + 1):
        writes = source[at + 1] in _WRITES
        if (
            writes
            and source.tokens[at].kind == "name"
            and source[at] not in inside
            and source[at - 1] not in (".", "->")
        ):
            return True
    return False


def _backwards(context: Context, loop: Loop, guard: str) -> str:
    """The source with the loop from its end to its start, where the guard holds."""
    source = context.source
    above = loop.bound if loop.operator == "<" else f"({loop.bound}) + 1"
    i, kind = loop.variable, loop.type
    header = f"for ({kind} {i}_left = ({above}), {i}_from = {loop.start}; {i}_left > {i}_from; {i}_left--)"
    body = source.slice(*loop.body)
    backwards = f"{header} {{ {kind} {i} = {i}_left - 1; {body} }}"
    text = (
        f"if ({guard}) {{ {backwards} }} else {source.slice(loop.first, loop.last)}" if guard else backwards
    )
    return spliced(source, loop.first, loop.last, text)


def proofs(kernel: Kernel) -> list[tuple[list[int], int]]:
    """Per parallel loop of a kernel: lines of its body, and how deep loops are nested in the function that Polly made."""
    with tempfile.TemporaryDirectory(prefix="passwright-suggest-") as folder:
        path = Path(folder) / "module.bc"
        path.write_bytes(kernel.debug_bitcode or kernel.bitcode)
        command = [sys.executable, "-P", "-m", "passwright.suggest.parallel", str(path), kernel.entry]
        try:
            run = subprocess.run(command, capture_output=True, timeout=TIMEOUT, check=False)
            return [(list(lines), int(depth)) for lines, depth in json.loads(run.stdout)]
        except (subprocess.TimeoutExpired, ValueError):
            return []  # Polly took too long or ended the process: nothing is proved


def _main(path: str, entry: str) -> None:
    from passwright._native import Module

    module = Module.parse(Path(path).read_bytes(), "suggest")
    module.run(_PREPARE, _KNOBS)
    text = module.ir()
    places = {
        one[1]: int(one[2])
        for one in re.finditer(r"(?m)^!(\d+) = (?:distinct )?!DILocation\(line: (\d+)", text)
    }
    found = []
    for function in module.functions():
        if not function.name.startswith(f"{entry}_polly_subfn"):
            continue
        body = re.search(rf"(?ms)^define [^\n]*@{re.escape(function.name)}\(.*?^\}}", text)
        lines = sorted(
            {places[one] for one in re.findall(r"!dbg !(\d+)", body[0] if body else "") if one in places}
            - {0}
        )
        depth = max((loop.depth for loop in module.loops(function.name)), default=0)
        found.append((lines, depth))
    print(json.dumps(found))


if __name__ == "__main__":
    _main(sys.argv[1], sys.argv[2])
