"""Whether arrays may overlap, and a test for it at run time.

A patch that changes the order of reads and writes is only right where what is written overlaps nothing that is read. Local
arrays and `restrict` say so; for other parameters the patch asks at run time, by how large the workload says that they are.
"""

from __future__ import annotations

import re

from passwright.bench.workload import Workload
from passwright.irgen.repair.context import Context
from passwright.suggest.loops import function_of, head_start

_HELPER = """static int passwright_apart(const void *a, long m, const void *b, long n) {
  return (const char *)a + m <= (const char *)b || (const char *)b + n <= (const char *)a;
}

"""


def test(
    context: Context, place: int, written: set[str], read: set[str], workload: Workload | None
) -> str | None:
    """A condition under which no array of `written` overlaps another one of both, for the function around `place`.

    "" where that is known, None where nothing can be said.
    """
    source = context.source
    body = function_of(source, place)
    if body is None:
        return None
    opening = source.partner.get(body[0] - 1, body[0] - 1)
    parameters, words = {}, {}
    for one in context.names.visible(body[0] + 1):
        if opening < one.place < body[0] and one.rank:
            parameters[one.name] = source[one.place - 1].strip("_") == "restrict"
            words[one.name] = one.words
    conditions = []
    for ours in sorted(written & set(parameters)):
        for theirs in sorted((read | written) & set(parameters)):
            if (
                theirs == ours
                or (theirs in written and theirs < ours)
                or parameters[ours]
                or parameters[theirs]
            ):
                continue
            spans = [_span(one, words[one], workload) for one in (ours, theirs)]
            if None in spans:
                return None
            conditions.append(f"passwright_apart({ours}, {spans[0]}, {theirs}, {spans[1]})")
    return " && ".join(conditions)


def with_helper(context: Context, place: int, condition: str, text: str) -> str:
    """The changed text with the function that the condition calls, in front of the function around `place`."""
    body = function_of(context.source, place)
    if not condition or body is None or "passwright_apart(const" in text:
        return text
    at = head_start(context.source, body[0])
    return text[:at] + _HELPER + text[at:]


def _span(name: str, words: str, workload: Workload | None) -> str | None:
    """Bytes of an array, in the function's own sizes; None where the workload does not say."""
    argument = workload.args.get(name) if workload is not None else None
    if argument is None or not argument.shape or not words:
        return None
    factors = (
        f"(long){one}" if re.fullmatch(r"\w+", str(one)) else f"(long)({one})" for one in argument.shape
    )
    return f"{' * '.join(factors)} * (long)sizeof({words})"
