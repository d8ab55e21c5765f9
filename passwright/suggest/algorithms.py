"""Loop nests by their algorithm: matrix products as first written, and temporaries that are not needed.

The order in which each result is summed up stays as it was, so that results stay equal bit for bit. Where arrays may
overlap, the patch keeps the original for that case when the workload says how large they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from passwright.bench.workload import Workload
from passwright.irgen.repair.context import Context
from passwright.suggest.apart import test, with_helper
from passwright.suggest.loops import (
    Loop,
    function_of,
    indent,
    loop_at,
    loops,
    match,
    mentions,
    only_loop,
    spliced,
    statement,
    texts,
)
from passwright.suggest.proposal import Proposal

BLOCK = 64


@dataclass(frozen=True)
class _Product:
    """`for i for j { target = start; for k target += term; }`; `start` None: it is accumulated to what was there."""

    i: Loop
    j: Loop
    k: Loop
    target: str
    start: str | None
    term: str


def products(context: Context, workload: Workload | None) -> Iterator[Proposal]:
    """Matrix products whose inner loop runs down a column: loops exchanged, and blocked as well."""
    source = context.source
    for outer in loops(context):
        found = _product(context, outer)
        if found is None or not _pays(found):
            continue
        guard = _apart(context, found, workload)
        if guard is None:
            continue
        line = source.tokens[outer.first].line
        pad = indent(source, outer.first)
        blanks = "the original where the arrays overlap, " if guard else ""
        made = (
            (
                "interchange",
                _interchanged(found, pad),
                "its innermost loop runs along rows instead of down columns, so that it vectorises",
            ),
            (
                "block",
                _blocked(found, pad),
                f"along rows, and in blocks of {BLOCK} rows of the second factor, which stay in the cache",
            ),
        )
        for kind, text, why in made:
            whole = _guarded(source.slice(outer.first, outer.last), text, guard, pad)
            yield Proposal(
                kind, line,
                f"a matrix product: {why}; {blanks}each sum in the same order, so that its bits stay",
                with_helper(context, outer.first, guard, spliced(source, outer.first, outer.last, whole)),
            )  # fmt: skip


def _product(context: Context, i: Loop) -> _Product | None:
    source = context.source
    j = only_loop(context, i)
    if j is None:
        return None
    k = only_loop(context, j)
    if k is not None:
        found = match(source, *statement(source, *k.body), "$$target += $$term ;")
        if found is None:
            return None
        return _Product(i, j, k, found["$$target"], None, found["$$term"])
    first, last = j.body
    end = source.statement_end(first)
    k = loop_at(context, end + 1) if end > 0 else None
    if k is None:
        return None
    inner = match(source, *statement(source, *k.body), "$$target += $$term ;")
    zero = match(source, first, end, "$type $sum = $$start ;") or match(
        source, first, end, "$$sum = $$start ;"
    )
    if inner is None or zero is None:
        return None
    name = zero.get("$sum") or zero["$$sum"]
    if inner["$$target"] != name:
        return None
    if k.last == last and "[" in name:
        return _Product(i, j, k, name, zero["$$start"], inner["$$term"])
    store = match(source, k.last + 1, last, f"$$target = {name} ;") if re.fullmatch(r"\w+", name) else None
    if store is None:
        return None
    return _Product(i, j, k, store["$$target"], zero["$$start"], inner["$$term"])


def _pays(found: _Product) -> bool:
    """Whether the term walks down a column in k and the target along a row in j; the loops must not depend on each other."""

    def has(text: str, name: str) -> bool:
        return re.search(rf"\b{name}\b", text) is not None

    i, j, k = (one.variable for one in (found.i, found.j, found.k))
    if not (has(found.target, i) and has(found.target, j)) or has(found.target, k):
        return False
    bounds = " ".join(f"{one.start} {one.bound}" for one in (found.j, found.k))
    if any(has(bounds, one) for one in (j, k)) or "(" in bounds or (found.start and has(found.start, j)):
        return False
    down = re.search(rf"\[[^\]]*\b{k}\b[^\]]*\b{j}\b[^\]]*\]|\[\s*{k}\s*\]\s*\[[^\]]*\b{j}\b", found.term)
    return down is not None and all(one.type for one in (found.j, found.k))


def _interchanged(found: _Product, pad: str) -> str:
    step = f"{pad}    {found.k.header}\n{pad}      {found.j.header} {found.target} += {found.term};\n"
    clear = "" if found.start is None else f"{pad}    {found.j.header} {found.target} = {found.start};\n"
    return f"{found.i.header} {{\n{clear}{step}{pad}  }}"


def _blocked(found: _Product, pad: str) -> str:
    i, j, k = found.i, found.j, found.k
    last = f"{k.bound}" if k.operator == "<" else f"({k.bound}) + 1"
    block, end = f"{k.variable}_block", f"{k.variable}_end"
    clear = "" if found.start is None else f"{i.header} {j.header} {found.target} = {found.start};\n{pad}  "
    return (
        f"{clear}for ({k.type} {block} = {k.start}; {block} < {last}; {block} += {BLOCK}) {{\n"
        f"{pad}    {k.type} {end} = {block} + {BLOCK} < {last} ? {block} + {BLOCK} : {last};\n"
        f"{pad}    {i.header}\n"
        f"{pad}      for ({k.type} {k.variable} = {block}; {k.variable} < {end}; {k.variable}++)\n"
        f"{pad}        {j.header} {found.target} += {found.term};\n"
        f"{pad}  }}"
    )


def _guarded(original: str, text: str, guard: str, pad: str) -> str:
    if not guard:
        return text
    return f"if ({guard}) {{\n{pad}  {text}\n{pad}}} else {{\n{pad}  {original}\n{pad}}}"


def _apart(context: Context, found: _Product, workload: Workload | None) -> str | None:
    """A condition under which the target overlaps no factor; "" where that is known, None where nothing is."""
    target = re.split(r"\W", found.target)[0]
    factors = set(re.findall(r"(\w+)\s*\[", found.term))
    return None if target in factors else test(context, found.i.first, {target}, factors, workload)


def temporaries(context: Context) -> Iterator[Proposal]:
    """`for i t[i] = e; for i out[i] = t[i];` with t used nowhere else: written where it belongs at once."""
    source = context.source
    for first in loops(context):
        second = loop_at(context, first.last + 1)
        if second is None or second.header.replace(second.variable, "?") != first.header.replace(
            first.variable, "?"
        ):
            continue
        made = match(source, *statement(source, *first.body), "$t [ $i ] = $$value ;")
        copied = match(source, *statement(source, *second.body), "$out [ $i ] = $t [ $i ] ;")
        if made is None or copied is None or made["$t"] != copied["$t"] or made["$i"] != first.variable:
            continue
        name, out = made["$t"], copied["$out"]
        body = function_of(source, first.first)
        if body is None or copied["$i"] != second.variable:
            continue
        others = [at for at in range(*body) if source[at] == name and not first.first <= at <= second.last]
        harmless = all(_only_made(context, at) for at in others)
        reads = re.findall(rf"\b{out}\s*\[([^\]]*)\]", made["$$value"])
        if (
            not harmless
            or any(one.strip() != first.variable for one in reads)
            or (mentions(source, *first.body, out) and not reads)
        ):
            continue
        pad = indent(source, first.first)
        text = f"{first.header}\n{pad}  {out}[{first.variable}] = {made['$$value']};"
        yield Proposal(
            "temporary", source.tokens[first.first].line,
            f"'{name}' only carries values to '{out}': written there at once, one pass over memory instead of two",
            spliced(source, first.first, second.last, text),
        )  # fmt: skip


def _only_made(context: Context, place: int) -> bool:
    """Whether an occurrence only declares, allocates or frees."""
    source = context.source
    declared = any(one.place == place for one in context.names.all)
    freed = texts(source, place - 2, place - 1) == ["free", "("]
    tested = source[place - 1] in ("!", "(") and source[place + 1] in (")", "==")
    return declared or freed or tested
