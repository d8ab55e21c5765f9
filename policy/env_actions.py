"""The environment's actions: one number each for the action space's steps, with its parameters and loops spelt out.

0 ends the episode. Then every action of the space with each of its choices (`ActionSpace.variants`). Loop hints stand
there once for each of the first SLOTS loops of the module as it is, innermost and deepest first; a hint for a loop that
is not there is masked.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from passwright.passes.actions import Action, ActionSpace
from passwright.passes.recipe import Step

STOP = 0
SLOTS = 4
_PLACEHOLDER = "loop#0"


@dataclass(frozen=True)
class EnvAction:
    """One number's meaning; `slot` is which loop a hint is for, -1 for other steps."""

    action: Action
    template: Step
    slot: int = -1

    def step(self, loops: list[str]) -> Step | None:
        """The step on a module with these loops; None when the hint's loop is not there."""
        if self.slot < 0:
            return self.template
        if self.slot >= len(loops):
            return None
        return Step("hint", self.template.text.replace(_PLACEHOLDER, loops[self.slot]))


class EnvActions:
    """All of them, by number."""

    def __init__(self, space: ActionSpace | None = None, *, slots: int = SLOTS) -> None:
        self.space = space or ActionSpace.default()
        self.slots = slots

    def __len__(self) -> int:
        return 1 + len(self.table)

    def __getitem__(self, number: int) -> EnvAction:
        """The meaning of a number from 1 on."""
        return self.table[number - 1]

    @cached_property
    def table(self) -> tuple[EnvAction, ...]:
        """Meanings of 1, 2, …"""
        plain = [EnvAction(action, step) for action, step in self.space.variants()]
        hints = [(action, step) for action, step in self.space.variants(_PLACEHOLDER) if action.needs_loop]
        return (*plain, *(EnvAction(a, s, slot) for a, s in hints for slot in range(self.slots)))

    @cached_property
    def first_hint(self) -> int:
        """Numbers from here on are hints."""
        return 1 + sum(one.slot < 0 for one in self.table)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What each number stands for, as text."""
        return (
            "stop",
            *(str(one.template).replace(_PLACEHOLDER, f"<loop {one.slot}>") for one in self.table),
        )
