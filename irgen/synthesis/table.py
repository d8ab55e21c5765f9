"""Operations as text; `wording.py` makes drafts of them.

A family of discrete work is a text that lists its operations: names, a program of the notation, and phrases for it.

    @ count_char: char_count, occurrences        the operation, and names for the function
    = s = count[i](x[i] == k) for char[n] x, char k, len n, return CNT s
    x: string | text                             nouns for the argument x (plural with a +)
    k in 'a' 'e'                                 literals that may stand in its place
    V count the occurrences of {k} in {x}        a verb phrase; further verbs are marked, "sort {x} and ^return it"
    N the number of times {k} occurs in {x}      a noun phrase
    Q {k} occurs in {x}                          a clause that holds or does not
    S How often does {k} occur in {x}?           a whole sentence

`{x}` is a mention of the argument, however it is worded; `{x!}` needs its name, `{x~}` is "it" where x has no name;
`{x,y}` is both at once. `[a|b]` is either. NUM, INT, FLT, UNS are one type that the draw chooses (default f64, i32, f64, u32),
CNT is that of counts and indices returned, i64. VOWEL(c), LETTER(c), DIGIT(c) … are written out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

TYPES: dict[str, dict[str, float]] = {
    "NUM": {"f64": 0.58, "f32": 0.14, "i32": 0.2, "i64": 0.08},
    "INT": {"i32": 0.78, "i64": 0.18, "u8": 0.0, "i16": 0.04},
    "FLT": {"f64": 0.7, "f32": 0.3},
    "UNS": {"u32": 0.6, "u8": 0.14, "u64": 0.18, "u16": 0.08},
}
"""Types of each variable and how often; the first is what an unmentioned type means."""
_MACROS = {
    "LOWER": "{0} >= 'a' && {0} <= 'z'",
    "UPPER": "{0} >= 'A' && {0} <= 'Z'",
    "DIGIT": "{0} >= '0' && {0} <= '9'",
    "LETTER": "({0} >= 'a' && {0} <= 'z' || {0} >= 'A' && {0} <= 'Z')",
    "SMALLVOWEL": "({0} == 'a' || {0} == 'e' || {0} == 'i' || {0} == 'o' || {0} == 'u')",
    "VOWEL": "({0} == 'a' || {0} == 'e' || {0} == 'i' || {0} == 'o' || {0} == 'u' || {0} == 'A' || {0} == 'E' || {0} == 'I' "
    "|| {0} == 'O' || {0} == 'U')",
    "SPACE": "({0} == ' ' || {0} == '\\t' || {0} == '\\n')",
}
_MACRO = re.compile(rf"\b({'|'.join(_MACROS)})\(((?:[^()]|\([^()]*\))*)\)")


@dataclass(frozen=True)
class Operation:
    name: str
    functions: tuple[str, ...]
    composes: tuple[str, ...]
    text: str
    """Of the program, with type variables."""
    phrases: tuple[tuple[str, str], ...]
    nouns: dict[str, tuple[str, ...]]
    literals: dict[str, tuple[str, ...]]

    @property
    def variable(self) -> str:
        """Its type variable, if it has one."""
        found = re.search(r"\b(NUM|INT|FLT|UNS)\b", self.text)
        return found[1] if found else ""

    def program_text(self, type_: str) -> str:
        text = re.sub(r"\b(NUM|INT|FLT|UNS)\b", type_, self.text)
        return re.sub(r"\bCNT\b", "i64", text)


def read(text: str) -> tuple[Operation, ...]:
    """The operations that `text` lists.

    Raises:
        ValueError: a line that is none of those above.
    """
    found: list[Operation] = []
    for block in re.split(r"^@ ", text, flags=re.M)[1:]:
        title, *lines = [line.strip() for line in block.strip().splitlines()]
        name, _, others = title.partition(":")
        program = ""
        phrases: list[tuple[str, str]] = []
        words: dict[str, tuple[str, ...]] = {}
        literals: dict[str, tuple[str, ...]] = {}
        for line in filter(None, lines):
            mark, _, rest = line.partition(" ")
            if mark == "=" or (program and not phrases and mark == "|"):
                program = f"{program} {rest}".strip()
            elif mark in ("V", "N", "Q", "S"):
                phrases.append((mark, rest))
            elif mark.endswith(":"):
                words[mark[:-1]] = tuple(part.strip() for part in rest.split("|"))
            elif rest.startswith("in "):
                literals[mark] = tuple(re.findall(r"'(?:\\.|[^'\\])'|\S+", rest[3:]))
            else:
                raise ValueError(f"{name}: {line}")
        functions = (name.strip(), *(f.strip() for f in others.split(",") if f.strip()))
        program = _MACRO.sub(lambda m: "(" + _MACROS[m[1]].format(m[2]).strip("()") + ")", program)
        found.append(
            Operation(name.strip(), functions, (name.strip(),), program, tuple(phrases), words, literals)
        )
    return tuple(found)
