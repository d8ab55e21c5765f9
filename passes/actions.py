"""The action space: the steps that a policy may choose, as data.

An `Action` is a template with named parameters and optional knobs, and a sentence that says what it is for.
The table itself is `actions_table.py`, a plain ordered list; a new step is a new line there
(docs/adding-an-action.md). Which actions pay off on which kernel is the policy's business.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from random import Random

from passwright.passes.errors import UsageError
from passwright.passes.recipe import Kind, Step

TAGS = {
    "scalar": "works on straight-line code, values and memory",
    "control": "changes branches and blocks",
    "loop": "works on one loop",
    "nest": "changes the order or number of loops",
    "polyhedral": "Polly",
    "vector": "makes or improves vector code",
    "unroll": "copies loop bodies",
    "interprocedural": "works across functions",
    "cleanup": "removes what other steps leave behind",
    "macro": "a whole pipeline or a stage of one",
    "hint": "metadata on one loop",
    "attr": "an attribute of functions",
    "size": "makes code smaller rather than faster",
}
"""Every tag that an action may carry, with its meaning."""


@dataclass(frozen=True)
class Choice:
    """A parameter of the template or a knob, with its values; a knob that is not chosen keeps LLVM's
    default.
    """

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Action:
    """One entry of the action space.

    `template` is the text of a step in which `{name}` stands for a parameter. Hints have the parameter
    `loop`, whose values depend on the kernel, so that it is not among `parameters`.
    """

    name: str
    template: str
    purpose: str
    tags: tuple[str, ...]
    parameters: tuple[Choice, ...] = ()
    knobs: tuple[Choice, ...] = ()
    fixed: tuple[tuple[str, str], ...] = ()
    kind: Kind = "passes"

    @property
    def level(self) -> str:
        """Level of the pass manager that it runs at: module, cgscc, function, loop, loop-mssa or scop."""
        level: str = self.step(**({"loop": "f#0"} if self.needs_loop else {})).level
        return level

    @property
    def needs_loop(self) -> bool:
        """Whether `step` wants a loop's id."""
        return "hint" in self.tags

    @property
    def whole_pipeline(self) -> bool:
        """Whether it stands for a complete -On, such as the `default<O3>` that nearly every recipe has."""
        return self.kind == "passes" and re.fullmatch(r"[a-z-]+<O[0-3sz]>", self.template) is not None

    def step(self, **chosen: str) -> Step:
        """The step with these parameters and knobs (`-` in names written `_`); parameters default to their
        first value.

        Raises UsageError for a name or value that the action does not have.
        """
        wanted = {name.replace("_", "-"): value for name, value in chosen.items()}
        loop = wanted.pop("loop", None)
        if self.needs_loop != (loop is not None):
            raise UsageError(
                f"action {self.name} {'needs' if self.needs_loop else 'takes no'} loop", hint="loop='f#0'"
            )
        values = {choice.name: choice.values[0] for choice in self.parameters}
        knobs = dict(self.fixed)
        known = {choice.name: choice for choice in (*self.parameters, *self.knobs)}
        for name, value in wanted.items():
            if name not in known or value not in known[name].values:
                offered = (
                    "; ".join(f"{c.name}: {' '.join(c.values)}" for c in known.values())
                    or "nothing to choose"
                )
                raise UsageError(f"action {self.name} has no {name}={value}", hint=offered)
            (values if known[name] in self.parameters else knobs)[name] = value
        text = self.template
        for name, value in (*values.items(), ("loop", loop or "")):
            text = text.replace(f"{{{name}}}", value)
        return Step(self.kind, text, tuple(knobs.items()))

    def choices(self) -> Iterator[dict[str, str]]:
        """The default, then each other value of each parameter and knob once, one at a time; for `step`."""
        yield {}
        for choice in self.parameters:
            yield from ({choice.name: value} for value in choice.values[1:])
        for choice in self.knobs:
            yield from ({choice.name: value} for value in choice.values)

    def steps(self, loop: str = "") -> list[Step]:
        """A step for each of `choices`; `loop` is the id for a hint."""
        where = {"loop": loop} if self.needs_loop else {}
        return [self.step(**choice, **where) for choice in self.choices()]

    def random(self, rng: Random, loop: str = "") -> Step:
        """A step with every parameter drawn and every knob drawn or, as often as not, left alone."""
        chosen = {choice.name: rng.choice(choice.values) for choice in self.parameters}
        chosen |= {choice.name: rng.choice(choice.values) for choice in self.knobs if rng.random() < 0.5}
        return self.step(**chosen, **({"loop": loop} if self.needs_loop else {}))


@dataclass(frozen=True)
class ActionSpace:
    """An ordered list of actions with unique names; a policy's output counts them in this order."""

    actions: tuple[Action, ...]

    def __post_init__(self) -> None:
        names = [action.name for action in self.actions]
        if len(set(names)) != len(names):
            raise UsageError(f"actions share a name: {sorted({n for n in names if names.count(n) > 1})}")

    @staticmethod
    def default() -> ActionSpace:
        """Everything in `actions_table.py`."""
        from passwright.passes.actions_table import ACTIONS

        return ActionSpace(ACTIONS)

    def __len__(self) -> int:
        return len(self.actions)

    def __iter__(self) -> Iterator[Action]:
        return iter(self.actions)

    def __getitem__(self, name: str) -> Action:
        return self.by_name[name]

    @cached_property
    def by_name(self) -> Mapping[str, Action]:
        """Name → action."""
        return {action.name: action for action in self.actions}

    def select(self, *tags: str) -> ActionSpace:
        """The actions that carry every one of the tags."""
        return ActionSpace(tuple(action for action in self.actions if set(tags) <= set(action.tags)))

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Every passage: the steps of all pass actions but whole -On pipelines, with each choice, in order,
        once.
        """
        chosen = (a for a in self.actions if a.kind == "passes" and not a.whole_pipeline)
        return tuple(dict.fromkeys(step for action in chosen for step in action.steps()))

    def variants(self, loop: str = "") -> tuple[tuple[Action, Step], ...]:
        """Every action with each of its choices; hints, for `loop`, only when it is given."""
        usable = (action for action in self.actions if loop or not action.needs_loop)
        return tuple((action, step) for action in usable for step in action.steps(loop))

    def explain(self, step: Step) -> str:
        """The purpose of a step: its action's sentence, or what its parts are for; empty when nothing is
        known.
        """
        return _explain(self, step)


def _explain(space: ActionSpace, step: Step) -> str:
    """The closest action: same text and the most knobs in common; else the sentences of the passes one by
    one.
    """
    from passwright.passes import nesting

    by_text: dict[str, list[Action]] = {}
    for action in space.actions:
        if action.kind == step.kind and step.kind == "passes":
            for variant in action.steps():
                by_text.setdefault(variant.text, []).append(action)
    if step.kind == "hint" or step.kind == "attr":
        key = (step.hint if step.kind == "hint" else step.attribute)[1]
        found = [
            a for a in space.actions if a.kind == step.kind and re.split(r"[ =]", a.template)[-2:][0] == key
        ]
        found = found or [
            a for a in space.actions if a.kind == step.kind and key in re.split(r"[ =]", a.template)
        ]
        return found[0].purpose if found else ""
    if step.text in by_text:
        mine = set(step.knobs)
        ranked = max(by_text[step.text], key=lambda a: (len(mine & set(a.fixed)), -len(set(a.fixed) - mine)))
        return ranked.purpose
    single: dict[str, str] = {}
    for action in space.actions:
        if action.kind == "passes" and not action.fixed:
            words = [
                name
                for name, _ in nesting.names(action.step().text)
                if name.split("<")[0] in nesting.LEVEL_OF
            ]
            if len(words) == 1:
                single.setdefault(words[0].split("<")[0], action.purpose)
    parts = dict.fromkeys(name.split("<")[0] for name, _ in nesting.names(step.text))
    return " ".join(single[name] for name in parts if name in single)
