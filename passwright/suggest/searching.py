"""Many linear searches in one array → binary searches, where the array turns out to be sorted.

The patch tests once, before the searches, whether the array is sorted; where it is not, it searches as before. The first
of several equal elements is found either way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from passwright.irgen.repair.context import Context
from passwright.suggest.loops import indent, loop_at, loops, match, mentions, statement
from passwright.suggest.proposal import Proposal


def searches(context: Context) -> Iterator[Proposal]:
    """`for q { for i if (a[i] == key) { r = i; break; } }` with an array that the outer loop leaves alone."""
    source = context.source
    for outer in loops(context):
        for place in range(outer.body[0], outer.body[1]):
            inner = loop_at(context, place)
            if inner is None or not inner.type or inner.start != "0" or inner.operator != "<":
                continue
            i = inner.variable
            body = statement(source, *inner.body)
            found = match(source, *body, f"if ( $A [ {i} ] == $$key ) {{ $$found = {i} ; break ; }}")
            if found is None:
                continue
            array, key, result = found["$A"], found["$$key"], found["$$found"]
            written = any(
                source[at] == array
                and source[at + 1] == "["
                and source[source.partner.get(at + 1, at) + 1] in ("=", "+=", "-=", "++")
                for at in range(outer.first, outer.last)
            )  # fmt: skip
            if (
                written
                or mentions(source, outer.first, outer.body[0] - 1, array)
                or re.search(rf"\b{i}\b", key)
                or re.search(rf"\b{array}\b", result)
            ):
                continue
            pad, deep = indent(source, outer.first), indent(source, inner.first)
            bound = inner.bound
            test = (
                f"int sorted_{array} = 1;\n{pad}for (long at = 1; at < (long)({bound}); at++) "
                f"sorted_{array} &= {array}[at - 1] <= {array}[at];\n{pad}"
            )
            binary = (
                f"if (sorted_{array}) {{\n{deep}  long low = 0, high = {bound};\n"
                f"{deep}  while (low < high) {{\n{deep}    long middle = low + (high - low) / 2;\n"
                f"{deep}    if ({array}[middle] < {key}) low = middle + 1;\n{deep}    else high = middle;\n{deep}  }}\n"
                f"{deep}  if (low < (long)({bound}) && {array}[low] == {key}) {result} = low;\n{deep}}} else\n{deep}  "
            )
            start, middle = source.tokens[outer.first].start, source.tokens[inner.first].start
            text = source.text[:start] + test + source.text[start:middle] + binary + source.text[middle:]
            why = (
                f"each pass searches '{array}' from its start; where it is sorted, which is tested once, a binary search "
                "finds the same element"
            )
            yield Proposal("search", source.tokens[inner.first].line, why, text)
