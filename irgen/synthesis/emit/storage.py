"""Arrays of the body's own: `malloc` and `free` in C, with what to do when there is no memory, `std::vector` in C++."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from passwright.irgen.notation.syntax import Expr
from passwright.irgen.synthesis.emit import expressions
from passwright.irgen.synthesis.emit.code import C_TYPES, Code, times
from passwright.irgen.synthesis.emit.context import Context
from passwright.irgen.synthesis.emit.symbols import with_numbers

STACK = 4096
"""Elements of a fixed size that are put on the stack."""


def extent_of(shape: Sequence[Expr], ctx: Context) -> Code:
    """How many elements."""
    size = expressions.value(shape[0], ctx)
    for extent in shape[1:]:
        size = times(size, expressions.value(extent, ctx))
    return size


def allocate(name: str, kind: str, size: Code, ctx: Context, zero: bool = False) -> None:
    """An array of `size` elements of the C type `kind`; of unknown content unless `zero`. Outside all loops."""
    with ctx.at(0):
        _allocate(name, kind, size, ctx, zero)


def _allocate(name: str, kind: str, size: Code, ctx: Context, zero: bool) -> None:
    if ctx.cpp:
        ctx.emit(f"std::vector<{'char' if kind == 'bool' else kind}> {name}({size.text});")
        ctx.vectors.add(name)
        return
    factors = with_numbers(size.text, ctx.numbers).split(" * ")
    if all(f.isdigit() for f in factors) and prod(map(int, factors)) <= STACK:
        ctx.emit(f"{kind} {name}[{size.text}]{' = {0}' if zero else ''};")
        return
    if zero:
        ctx.emit(f"{kind} *{name} = calloc({size.text}, sizeof({kind}));")
    else:
        ctx.emit(f"{kind} *{name} = malloc({size.within(10)} * sizeof({kind}));")
    leave = [*(f"free({other});" for other in ctx.owned), "return 0;" if ctx.returns else "return;"]
    ctx.emit(f"if (!{name}) {leave[0]}" if len(leave) == 1 else f"if (!{name}) {{ {' '.join(leave)} }}")
    ctx.owned.append(name)


def allocate_local(name: str, ctx: Context, zero: bool) -> None:
    """The local array that the program has under this name."""
    ctx.declared.add(name)
    allocate(name, C_TYPES[ctx.types[name]], extent_of(ctx.shapes[name], ctx), ctx, zero)
