"""Edit patterns mined from pairs of broken and fixed programs.

A pair that differs in one run of tokens gives a pattern: what stood there, what took its place, and one token on either
side, with the program's own names replaced by V0, V1, … in order of appearance and by W where the new text names something
that none of these named. A pattern is kept when several problems show it; its frequency is the candidate's prior.
"""

from __future__ import annotations

import difflib
import json
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from passwright.irgen.repair.context import Context
from passwright.irgen.repair.edits import Candidate, join, replace
from passwright.irgen.repair.names import KEYWORDS, LIBRARY
from passwright.irgen.tokens import read

LONGEST_OLD, LONGEST_NEW = 5, 9
_FEWEST = 2
"""Problems that must show a pattern."""


@dataclass(frozen=True)
class Change:
    """One run of tokens that differs: tokens [first, last) of the broken source became `new`."""

    first: int
    last: int
    new: tuple[str, ...]


def changes(broken: Sequence[str], fixed: Sequence[str]) -> list[Change]:
    """How two token sequences differ."""
    head = 0
    while head < min(len(broken), len(fixed)) and broken[head] == fixed[head]:
        head += 1
    tail = 0
    while tail < min(len(broken), len(fixed)) - head and broken[-1 - tail] == fixed[-1 - tail]:
        tail += 1
    a, b = broken[head : len(broken) - tail], fixed[head : len(fixed) - tail]
    matcher = difflib.SequenceMatcher(None, a, b, autojunk=False)
    return [
        Change(head + i, head + j, tuple(b[k:m]))
        for tag, i, j, k, m in matcher.get_opcodes()
        if tag != "equal"
    ]


def keys(left: str, old: Sequence[str], right: str) -> list[tuple[str, ...]]:
    """What a change is looked up by, the most specific first."""
    body = " ".join(old)
    if not old:
        return [("i", left, right), ("il", left), ("ir", right)]
    return [("r", left, body, right), ("rl", left, body), ("rr", body, right), ("rn", body)]


class Names:
    """Placeholders of the program's own names in order of appearance."""

    def __init__(self) -> None:
        self.numbers: dict[str, str] = {}

    def give(self, text: str, is_name: bool) -> str:
        """The placeholder of a name, other tokens as they are."""
        if not is_name or text in KEYWORDS or text in LIBRARY:
            return text
        return self.numbers.setdefault(text, f"V{len(self.numbers)}")

    def known(self, text: str, is_name: bool) -> str:
        """As `give`, with W for names that did not appear."""
        if not is_name or text in KEYWORDS or text in LIBRARY:
            return text
        return self.numbers.get(text, "W")


def _is_name(text: str) -> bool:
    return text[:1].isalpha() or text[:1] == "_"


class Patterns:
    """A table of patterns: key → new tokens → in how many problems."""

    def __init__(self, table: Mapping[tuple[str, ...], Mapping[tuple[str, ...], int]]) -> None:
        self.table = table

    @staticmethod
    def mine(pairs: Iterable[tuple[str, str, str]]) -> Patterns:
        """From (problem, broken, fixed); a problem counts once for a pattern."""
        seen: dict[tuple[str, ...], dict[tuple[str, ...], set[str]]] = defaultdict(lambda: defaultdict(set))
        for problem, broken, fixed in pairs:
            a, b = ([token.text for token in read(text).tokens] for text in (broken, fixed))
            found = changes(a, b)
            if len(found) > 3:
                continue
            for change in found:
                if change.last - change.first > LONGEST_OLD or len(change.new) > LONGEST_NEW:
                    continue
                left = a[change.first - 1] if change.first else ""
                right = a[change.last] if change.last < len(a) else ""
                names = Names()
                context = [
                    names.give(one, _is_name(one)) for one in (left, *a[change.first : change.last], right)
                ]
                new = tuple(names.known(one, _is_name(one)) for one in change.new)
                if new.count("W") > 2:
                    continue
                for key in keys(context[0], context[1:-1], context[-1]):
                    seen[key][new].add(problem)
        table = {
            key: {new: len(problems) for new, problems in news.items() if len(problems) >= _FEWEST}
            for key, news in seen.items()
        }
        return Patterns({key: news for key, news in table.items() if news})

    def to_json(self) -> str:
        """One line per key, sorted."""
        lines = [
            json.dumps([list(key), sorted((" ".join(new), count) for new, count in news.items())])
            for key, news in sorted(self.table.items())
        ]
        return "[\n" + ",\n".join(lines) + "\n]\n"

    @staticmethod
    def from_json(text: str) -> Patterns:
        """What `to_json` gave."""
        return Patterns(
            {tuple(key): {tuple(_words(new)): count for new, count in news} for key, news in json.loads(text)}
        )

    def candidates(self, context: Context, places: Iterable[int]) -> Iterator[Candidate]:
        """What the patterns say could stand at these places, each once, with the best prior."""
        source = context.source
        for place in places:
            found: dict[tuple[int, tuple[str, ...]], float] = {}
            for length in range(min(LONGEST_OLD, len(source.tokens) - place) + 1):
                old = source.tokens[place : place + length]
                if length and old[-1].text in ("{", "}") and length > 1:
                    break
                names = Names()
                left = names.give(source[place - 1], _is_name(source[place - 1])) if place else ""
                body = [names.give(token.text, token.kind == "name") for token in old]
                after = source[place + length]
                right = names.give(after, _is_name(after))
                back = {number: name for name, number in names.numbers.items()}
                for level, key in enumerate(keys(left, body, right)):
                    news = self.table.get(key)
                    if not news:
                        continue
                    total = sum(news.values())
                    for new, count in news.items():
                        prior = math.log(count / (total + 3)) - 0.7 * level
                        for words in _filled(new, back, context, place):
                            at = (place + length, words)
                            found[at] = max(found.get(at, -99.0), prior)
            for (last, words), prior in found.items():
                if words != tuple(token.text for token in source.tokens[place:last]):
                    yield _candidate(context, place, last, words, prior)


def _candidate(context: Context, first: int, last: int, words: tuple[str, ...], prior: float) -> Candidate:
    source = context.source
    if first == last:
        why = f"'{join(words)}' added"
    elif not words:
        why = f"'{source.slice(first, last - 1)}' left out"
    else:
        why = f"'{join(words)}' instead of '{source.slice(first, last - 1)}'"
    return replace(source, "mined", first, last, words, why, prior=prior)


def _filled(
    new: tuple[str, ...], back: Mapping[str, str], context: Context, place: int
) -> Iterator[tuple[str, ...]]:
    if any(one[0] == "V" and one[1:].isdigit() and one not in back for one in new if len(one) > 1):
        return
    words = tuple(back.get(one, one) for one in new)
    if "W" not in words:
        yield words
        return
    taken = set(back.values())
    near = sorted(context.names.visible(place), key=lambda one: abs(one.place - place))
    for declared in list({one.name: one for one in near if one.name not in taken}.values())[:8]:
        yield tuple(declared.name if one == "W" else one for one in words)


def _words(text: str) -> list[str]:
    """Tokens of a pattern: texts may hold blanks."""
    return [token.text for token in read(text).tokens]
