"""Better loops: ones that follow memory, without tests inside, several statements in one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from passwright.irgen.notation.syntax import Assign, Index, Statement
from passwright.irgen.synthesis.emit.context import Context


def together(statements: Sequence[Statement], ctx: Context) -> int:
    return 1


def fused(statements: Sequence[Assign], ctx: Context) -> None:
    raise NotImplementedError


def interchanged(statement: Assign, target: Index, ctx: Context) -> bool:
    return False


def peeled(statement: Assign, target: Index, ctx: Context, write: Callable[[], None]) -> bool:
    return False
