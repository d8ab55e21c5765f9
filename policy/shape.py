"""The anatomy of a recipe: leading attributes and loop hints, then passages and rounds in order.

A *round* is a whole -On pipeline (see `genes.py`), everything else among the pass steps is a *passage*.
`Shape` is what evolution and greedy search edit; `Shape.of(recipe).recipe() == recipe` up to the order of
leading attributes and hints.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from passwright.passes.recipe import Recipe, Step
from passwright.policy.genes import ROUND_PATTERN, round_step


@dataclass(frozen=True)
class Shape:
    """`attributes` and `hints` are the texts of leading `attr` and `hint` steps, without the first word."""

    attributes: tuple[str, ...]
    hints: tuple[str, ...]
    body: tuple[Step, ...]

    @classmethod
    def of(cls, recipe: Recipe) -> Shape:
        """The anatomy of any recipe; attributes and hints behind the first pass stay in the body."""
        first = next((n for n, step in enumerate(recipe.steps) if step.kind == "passes"), len(recipe.steps))
        lead, body = recipe.steps[:first], recipe.steps[first:]
        return cls(
            tuple(sorted(step.text for step in lead if step.kind == "attr")),
            tuple(sorted(step.text for step in lead if step.kind == "hint")),
            body,
        )

    def recipe(self) -> Recipe:
        """The recipe with this anatomy."""
        lead = [Step("attr", text) for text in self.attributes] + [Step("hint", text) for text in self.hints]
        return Recipe((*lead, *self.body))

    @property
    def rounds(self) -> tuple[int, ...]:
        """Positions of the rounds in the body."""
        return tuple(n for n, step in enumerate(self.body) if is_round(step))

    @property
    def prelude(self) -> tuple[Step, ...]:
        """Passages before the first round (all of the body when there is none)."""
        return self.body[: self.rounds[0]] if self.rounds else self.body

    @property
    def finale(self) -> tuple[Step, ...]:
        """Passages after the last round."""
        return self.body[self.rounds[-1] + 1 :] if self.rounds else ()

    @property
    def last_round(self) -> Step:
        """The last round; IndexError when there is none."""
        return self.body[self.rounds[-1]]

    def knobs(self, position: int) -> dict[str, str]:
        """Knobs of the step at `position`."""
        return dict(self.body[position].knobs)

    def with_knobs(self, position: int, knobs: dict[str, str]) -> Shape:
        """The same with other knobs on the round at `position`."""
        return self.with_step(position, round_step(self.body[position].text, knobs))

    def with_step(self, position: int, *steps: Step) -> Shape:
        """The same with `steps` (none: removed) in place of the step at `position`."""
        return replace(self, body=(*self.body[:position], *steps, *self.body[position + 1 :]))

    def inserted(self, position: int, step: Step) -> Shape:
        """The same with `step` before `position`."""
        return replace(self, body=(*self.body[:position], step, *self.body[position:]))

    def with_attribute(self, key: str, value: str | None) -> Shape:
        """Attribute set (an empty value for attributes without one), or removed with None."""
        kept = tuple(text for text in self.attributes if text.split("=")[0] != key)
        if value is None:
            return replace(self, attributes=kept)
        return replace(self, attributes=tuple(sorted((*kept, f"{key}={value}" if value else key))))

    def with_hint(self, loop: str, key: str, value: str | None) -> Shape:
        """Hint set (an empty value for hints without one), or removed with None."""
        kept = tuple(
            text
            for text in self.hints
            if not (text.split()[0] == loop and text.split()[1].split("=")[0] == key)
        )
        if value is None:
            return replace(self, hints=kept)
        return replace(
            self, hints=tuple(sorted((*kept, f"{loop} {key}={value}" if value else f"{loop} {key}")))
        )


def is_round(step: Step) -> bool:
    """Whether a step is a whole -On pipeline and nothing else."""
    return step.kind == "passes" and re.fullmatch(ROUND_PATTERN, step.text) is not None
