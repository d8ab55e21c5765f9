"""Examples in a requirement's text: calls with their results, read as data.

    read("... f([1, 2, 3]) => 6") -> ("...", (Example((("", [1, 2, 3]),), 6, "f([1, 2, 3]) => 6"),))

Forms: `>>> f(…)` with the result on the next line, `f(…) => …` (also `->`, `==`, `returns`, `→`), `input: … output: …`
and `x = …, y = … -> …`. What cannot be read stays in the text. Values: numbers, true and false, strings, lists in any
brackets. They become extra tests of what is generated.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

Value = bool | int | float | str | list["Value"]


@dataclass(frozen=True)
class Example:
    """`arguments`: names ("" where none is given) and values, in order; `result`: of the call; `text` as written."""

    arguments: tuple[tuple[str, Value], ...]
    result: Value
    text: str


def read(text: str) -> tuple[str, tuple[Example, ...]]:
    """The text without the examples that could be read, and these."""
    found: list[tuple[int, Example]] = []
    for pattern in (_DOCTEST, _CALL, _LABELLED, _NAMED):
        at = 0
        while match := pattern.search(text, at):
            example = _example(text, match)
            if example is None:
                at = match.start() + 1
                continue
            end, whole = example
            found.append((match.start(), whole))
            # Blanks keep the places of the others.
            text = text[: match.start()] + "\0" * (end - match.start()) + text[end:]
            at = end
    found.sort(key=lambda pair: pair[0])
    rest = re.sub(r"[ \t]*\0+[ \t]*[.,;]?[ \t]*", " ", text) if found else text
    if found:
        rest = re.sub(
            r"\(?\b(for example|e\.g\.|for instance|examples?|such as)[:,]?\s*(?=\)|$|\n)\)?",
            "",
            rest,
            flags=re.I,
        )
        rest = re.sub(r"\b(and|or)\s*$", "", rest.rstrip(), flags=re.I)
        rest = re.sub(r"\n\s*\n+", "\n", rest).strip()
    return rest, tuple(example for _, example in found)


_ARROW = r"\s*(?:=>|->|→|==>?|⇒|\breturns\b|\bshould return\b|\bgives\b|\bis\b)\s*"
_DOCTEST = re.compile(r">>>\s*[A-Za-z_]\w*\s*\(")
_CALL = re.compile(r"\b[A-Za-z_]\w*\s*\((?=\s*[-+\d\[{(\"'.tTfF])")
_LABELLED = re.compile(r"\binputs?\s*[:=]\s*", re.I)
_NAMED = re.compile(r"\b(?=[A-Za-z_]\w*\s*=\s*[-+\d\[{(\"'])")


def _example(text: str, match: re.Match[str]) -> tuple[int, Example] | None:
    reader = _Values(text, match.end())
    try:
        if match.re is _DOCTEST or match.re is _CALL:
            arguments = reader.arguments(")")
            reader.need(")")
            if match.re is _DOCTEST:
                reader.need("\n", blank=" \t;")
            else:
                reader.pattern(_ARROW)
        else:
            arguments = reader.arguments("")
            if match.re is _LABELLED:
                reader.pattern(r"[\s,;.]*(?:outputs?|results?|returns?|expected)\s*[:=]?\s*|" + _ARROW)
            else:
                reader.pattern(_ARROW)
        result = reader.value()
    except _Unreadable:
        return None
    return reader.at, Example(tuple(arguments), result, text[match.start() : reader.at].strip())


class _Unreadable(Exception):
    pass


class _Values:
    """Reads values from a place in a text on."""

    _NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?[fFuUlL]*(?![\w])")
    _STRING = re.compile(r"\"((?:\\.|[^\"\\])*)\"|'((?:\\.|[^'\\])*)'")
    _NAME = re.compile(r"([A-Za-z_]\w*)\s*=\s*")
    _TRUTH = re.compile(r"(true|false)\b", re.I)

    def __init__(self, text: str, at: int) -> None:
        self.text, self.at = text, at

    def blank(self, signs: str = " \t\n*") -> None:
        while self.at < len(self.text) and self.text[self.at] in signs:
            self.at += 1

    def need(self, sign: str, blank: str = " \t\n") -> None:
        self.blank(blank)
        if not self.text.startswith(sign, self.at):
            raise _Unreadable
        self.at += len(sign)

    def pattern(self, pattern: str) -> None:
        found = re.compile(pattern, re.I).match(self.text, self.at)
        if found is None:
            raise _Unreadable
        self.at = found.end()

    def arguments(self, closing: str) -> list[tuple[str, Value]]:
        found = []
        while True:
            self.blank()
            named = self._NAME.match(self.text, self.at)
            if named:
                self.at = named.end()
            found.append((named[1] if named else "", self.value()))
            before = self.at
            self.blank()
            if not self.text.startswith(",", self.at):
                self.at = before
                return found
            self.at += 1

    def value(self) -> Value:
        self.blank()
        if number := self._NUMBER.match(self.text, self.at):
            self.at = number.end()
            if self.text[self.at - 1] == "." and self.text[self.at - 2].isdigit():
                after = self.text[self.at : self.at + 1]
                self.at -= after == "" or after.isspace()  # the sentence's full stop
            digits = self.text[number.start() : self.at].rstrip("fFuUlL")
            return int(digits) if re.fullmatch(r"[-+]?\d+", digits) else float(digits)
        if string := self._STRING.match(self.text, self.at):
            self.at = string.end()
            return re.sub(
                r"\\(.)",
                lambda m: {"n": "\n", "t": "\t", "0": "\0"}.get(m[1], m[1]),
                string[1] or string[2] or "",
            )
        if truth := self._TRUTH.match(self.text, self.at):
            self.at = truth.end()
            return truth[1].lower() == "true"
        opening = self.text[self.at : self.at + 1]
        closing = {"[": "]", "{": "}", "(": ")"}.get(opening)
        if closing is None:
            raise _Unreadable
        self.at += 1
        values: list[Value] = []
        self.blank()
        if self.text.startswith(closing, self.at):
            self.at += 1
            return values
        values = [value for _, value in self.arguments(closing)]
        self.need(closing)
        return values
