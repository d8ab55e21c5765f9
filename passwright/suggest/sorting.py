"""Quadratic sorts of integers (bubble, insertion, selection) → a sort in n log n steps.

Equal integers cannot be told apart, so that any sort gives the same bytes; floating-point values are left alone, because of
zeros with signs and NaN.
"""

from __future__ import annotations

from collections.abc import Iterator

from passwright.irgen.repair.context import Context
from passwright.suggest.loops import Loop, function_of, head_start, loops, match, only_loop, statement
from passwright.suggest.proposal import Proposal

_INTEGERS = ("int", "long", "short", "char", "unsigned", "signed", "size_t")
_SWAP = "$T $t = {A} [ {x} ] ; {A} [ {x} ] = {A} [ {y} ] ; {A} [ {y} ] = $t ;"
_HELPER = """/* Quicksort with the median of three, heapsort where that goes wrong, insertion below 24 elements. */
static void {name}({type} *a, long n) {{
  long low[64], high[64], depth = 0;
  low[0] = 0;
  high[0] = n - 1;
  while (depth >= 0) {{
    long first = low[depth], last = high[depth], limit = 0;
    depth--;
    for (long size = last - first + 1; size > 0; size >>= 1) limit += 2;
    while (last - first >= 24 && limit-- > 0) {{
      {type} x = a[first], y = a[first + (last - first) / 2], z = a[last];
      {type} pivot = x < y ? (y < z ? y : x < z ? z : x) : (x < z ? x : y < z ? z : y);
      long i = first, j = last;
      while (i <= j) {{
        while (a[i] < pivot) i++;
        while (pivot < a[j]) j--;
        if (i <= j) {{ {type} t = a[i]; a[i++] = a[j]; a[j--] = t; }}
      }}
      if (j - first < last - i) {{
        if (i < last) {{ low[++depth] = i; high[depth] = last; }}
        last = j;
      }} else {{
        if (first < j) {{ low[++depth] = first; high[depth] = j; }}
        first = i;
      }}
    }}
    if (last - first < 24) {{
      for (long i = first + 1; i <= last; i++) {{
        {type} key = a[i];
        long j = i - 1;
        for (; j >= first && a[j] > key; j--) a[j + 1] = a[j];
        a[j + 1] = key;
      }}
      continue;
    }}
    long count = last - first + 1;
    {type} *b = a + first;
    for (long start = count / 2, end = count; end > 1;) {{
      if (start > 0) start--;
      else {{ end--; {type} t = b[end]; b[end] = b[0]; b[0] = t; }}
      for (long root = start; 2 * root + 1 < end;) {{
        long child = 2 * root + 1;
        if (child + 1 < end && b[child] < b[child + 1]) child++;
        if (!(b[root] < b[child])) break;
        {type} t = b[root]; b[root] = b[child]; b[child] = t;
        root = child;
      }}
    }}
  }}
}}

"""


def sorts(context: Context) -> Iterator[Proposal]:
    """Sorting loops over a plain array of integers."""
    source = context.source
    for outer in loops(context):
        found = _bubble(context, outer) or _insertion(context, outer) or _selection(context, outer)
        if found is None:
            continue
        name, array, count = found
        declared = context.names.find(array, outer.first)
        body = function_of(source, outer.first)
        if declared is None or body is None or declared.rank != 1 or not outer.type:
            continue
        words = declared.words.split()
        if not set(words) & set(_INTEGERS) and not words[0].endswith("_t"):
            continue
        helper = f"passwright_sort_{declared.words.replace(' ', '_')}"
        call = f"if ({count} > 1) {helper}({array}, {count});"
        start, end = source.tokens[outer.first].start, source.tokens[outer.last].end
        text = source.text[:start] + call + source.text[end:]
        at = head_start(source, body[0])
        if helper not in source.text:
            text = text[:at] + _HELPER.format(name=helper, type=declared.words) + text[at:]
        why = (
            f"{name} of '{array}' takes steps in the square of {count}; quicksort takes n log n, and integers come out "
            "the same"
        )
        yield Proposal("sort", source.tokens[outer.first].line, why, text)


def _count(outer: Loop, bound: str) -> str:
    """n from `n`, `n - 1`."""
    text = bound.replace(" ", "")
    return text.removesuffix("-1")


def _bubble(context: Context, outer: Loop) -> tuple[str, str, str] | None:
    source = context.source
    inner = only_loop(context, outer)
    if (
        inner is None
        or inner.start != "0"
        or outer.start != "0"
        or inner.operator != "<"
        or outer.operator != "<"
    ):
        return None
    j = inner.variable
    body = statement(source, *inner.body)
    swap = _SWAP.format(A="$A", x=j, y=f"{j} + 1")
    found = match(source, *body, f"if ( $A [ {j} ] > $A [ {j} + 1 ] ) {{ {swap} }}")
    if found is None:
        found = match(source, *body, f"if ( $A [ {j} + 1 ] < $A [ {j} ] ) {{ {swap} }}")
    count = _count(outer, outer.bound)
    ends = {f"{count}-{outer.variable}-1", f"{count}-1-{outer.variable}", f"{count}-1"}
    if found is None or inner.bound.replace(" ", "") not in ends:
        return None
    return "bubble sort", found["$A"], count


def _insertion(context: Context, outer: Loop) -> tuple[str, str, str] | None:
    source = context.source
    if outer.start not in ("1", "0") or outer.operator != "<":
        return None
    i = outer.variable
    shift, store = "$A [ $j + 1 ] = $A [ $j ] ;", "$A [ $j + 1 ] = $key ;"
    key, test = f"$T $key = $A [ {i} ] ;", "$j >= 0 && $A [ $j ] > $key"
    for pattern in (
        f"{key} $U $j = {i} - 1 ; while ( {test} ) {{ {shift} $j -- ; }} {store}",
        f"{key} $U $j = {i} ; while ( $j > 0 && $A [ $j - 1 ] > $key ) {{ $A [ $j ] = $A [ $j - 1 ] ; $j -- ; }} "
        "$A [ $j ] = $key ;",
        f"{key} $U $j ; for ( $j = {i} - 1 ; {test} ; $j -- ) {shift} {store}",
        f"{key} $U $j = {i} - 1 ; for ( ; {test} ; $j -- ) {shift} {store}",
    ):
        found = match(source, *outer.body, pattern)
        if found is not None:
            return "insertion sort", found["$A"], outer.bound.replace(" ", "")
    return None


def _selection(context: Context, outer: Loop) -> tuple[str, str, str] | None:
    source = context.source
    i, first = outer.variable, outer.body[0]
    if outer.start != "0" or outer.operator != "<":
        return None
    swap = _SWAP.format(A="$A", x=i, y="$m")
    other = _SWAP.format(A="$A", x="$m", y=i)
    for exchange in (swap, other):
        least = f"for ( $V $j = {i} + 1 ; $j < $$n ; $j ++ ) if ( $A [ $j ] < $A [ $m ] ) $m = $j ;"
        pattern = f"$U $m = {i} ; {least} {exchange}"
        found = match(source, first, outer.body[1], pattern)
        if found is not None and _count(outer, outer.bound) == found["$$n"].replace(" ", ""):
            return "selection sort", found["$A"], found["$$n"]
    return None
