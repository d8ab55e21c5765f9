"""A source with what the generators of candidates ask of it: names, loop headers, subscripts, depths."""

from __future__ import annotations

from functools import cached_property

from passwright.irgen.repair.edits import opens
from passwright.irgen.repair.names import Declared, Names
from passwright.irgen.tokens import Source

MOST_NAMES = 12
"""Other variables that are tried for one occurrence, the nearest declared first."""


class Context:
    """A source with what the generators ask of it: names, loop headers, subscripts, the statements' places."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.names = Names(source)

    @cached_property
    def header(self) -> list[str]:
        """Per token the part of a `for` header it is in: "init", "condition", "step", or ""."""
        found = [""] * len(self.source.tokens)
        for place, token in enumerate(self.source.tokens):
            if token.text != "for" or place + 1 not in self.source.partner:
                continue
            parts = iter(("condition", "step", "", ""))
            part, depth = "init", 0
            for at in range(place + 2, self.source.partner[place + 1]):
                text = self.source[at]
                depth += (text in "([{") - (text in ")]}")
                if text == ";" and not depth:
                    part = next(parts)
                else:
                    found[at] = part
        return found

    @cached_property
    def bracket(self) -> list[str]:
        """Per token what encloses it nearest: "[", "(" of a call, "c" of a condition, or "" for none."""
        found = [""] * len(self.source.tokens)
        stack: list[str] = []
        for place, token in enumerate(self.source.tokens):
            found[place] = stack[-1] if stack else ""
            if token.text in ("(", "["):
                before = self.source[place - 1] if place else ""
                kind = "c" if before in ("if", "while") else "h" if before == "for" else "("
                stack.append("[" if token.text == "[" else kind)
            elif token.text in (")", "]") and stack:
                stack.pop()
                found[place] = stack[-1] if stack else ""
            elif token.text in ("{", "}"):
                stack.clear()
        return found

    @cached_property
    def depth(self) -> list[int]:
        """Per token in how many loops it is, the header's own included."""
        found = [0] * len(self.source.tokens)
        for place, token in enumerate(self.source.tokens):
            if token.text in ("for", "while") and opens(self.source, place + 1):
                end = self.body_end(self.source.partner[place + 1] + 1)
                for at in range(place + 1, min(end + 1, len(found))):
                    found[at] += 1
        return found

    def body_end(self, place: int) -> int:
        """The last token of the statement that begins at `place`."""
        source, last = self.source, len(self.source.tokens) - 1
        pending: list[
            bool
        ] = []  # per header that waits for its body: whether it is an `if`, which may have an `else`
        while place <= last:
            text = source[place]
            if text in ("for", "while", "if", "switch") and opens(source, place + 1):
                pending.append(text == "if")
                place = source.partner[place + 1] + 1
                continue
            end = source.partner.get(place, last) if text == "{" else source.statement_end(place)
            end = end if end >= 0 else place
            while pending:
                if pending.pop() and source[end + 1] == "else":
                    place = end + 2
                    break
            else:
                return end
        return last

    @cached_property
    def places(self) -> tuple[int, ...]:
        """The tokens that edits go to: those of bodies and of the file's own declarations."""
        return tuple(range(len(self.source.tokens)))

    def other_names(self, place: int) -> list[Declared]:
        """Variables that could stand for the one at a place, the likeliest first: same type, then near declarations."""
        here = self.source[place]
        mine = self.names.find(here, place)
        if mine is None:
            return []
        seen = {here: True}
        out: list[Declared] = []
        candidates = [
            one for one in self.names.visible(place) if one.function == mine.function and one.place != place
        ]
        candidates.sort(key=lambda one: (one.shape != mine.shape, abs(one.place - mine.place)))
        for one in candidates:
            if one.name not in seen and (one.rank == mine.rank or mine.function):
                seen[one.name] = True
                out.append(one)
        return out[:MOST_NAMES]
