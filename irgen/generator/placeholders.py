"""English as the model reads it: names, long numbers and characters as placeholders, and back.

    rewrite("Add 0.5 to every element of the array prices and store it in y.")
    -> text "add c0 to every element of the array v0 and store it in v1 .", names {v0: prices, v1: y}, numbers {c0: 0.5}

A word is a name where it is in quotes, looks like an identifier (`x1`, `row_sum`, `inData`), is a single letter that is no
article, stands in a formula, before `[`, or after a noun of storage or "called" ("the array prices"), or is a parameter of
the prototype. Words that training sentences use as words (`Words.known`) are names only where marked so. A name that is not
found stays a word; the model then does not connect it with an argument.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from passwright.irgen.notation.syntax import ARRAY_FUNCTIONS, FUNCTIONS, REDUCTIONS, ROLES, TYPES

MOST = 16
"""Names that have a placeholder; numbers and characters have ten."""


@dataclass(frozen=True)
class Words:
    """What training sentences use as words, and which of these they also use as names."""

    known: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()


@dataclass
class Rewritten:
    """The text, and for each placeholder what it stands for."""

    text: str = ""
    names: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    characters: dict[str, str] = field(default_factory=dict)

    def name(self, name: str) -> str:
        """The placeholder of `name`; the name itself where there are too many."""
        return _placeholder("v", MOST, name, self.names)

    def number(self, text: str) -> str:
        text = text.replace(",", "")
        return text if re.fullmatch(r"\d", text) else _placeholder("c", 10, text, self.numbers)

    def character(self, value: str) -> str:
        return _placeholder("k", 10, value, self.characters)

    @property
    def placeholders(self) -> dict[str, str]:
        """From names to placeholders."""
        return {name: placeholder for placeholder, name in self.names.items()}

    def literal(self, lexeme: str) -> str:
        """What a placeholder of a number or a character stands for, in the notation and in C; else the lexeme."""
        found = re.fullmatch(r"([ck]\d+)(\w*)", lexeme)
        if found and found[1] in self.numbers:
            return self.numbers[found[1]] + found[2]
        if lexeme in self.characters:
            return quoted(self.characters[lexeme])
        return lexeme


def quoted(character: str) -> str:
    escaped = {"'": "\\'", "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\0": "\\0"}.get(character, character)
    return f"'{escaped}'"


def _placeholder(letter: str, most: int, value: str, known: dict[str, str]) -> str:
    for placeholder, other in known.items():
        if other == value:
            return placeholder
    if len(known) == most:
        return value
    known[f"{letter}{len(known)}"] = value
    return f"{letter}{len(known) - 1}"


_LEXEME = re.compile(
    r"`(?P<tick>[^`\n]+)`"
    r"|'(?P<char>\\.|[^'\\])'|\"(?P<char2>\\.|[^\"\\\w])\""
    r"|'(?P<quote>[A-Za-z_]\w+)'|\"(?P<quote2>[A-Za-z_]\w*)\""
    r"|(?P<by>\d+(?:\s?[x×]\s?\d+)+)"
    r"|(?P<kind>\d+(?:st|nd|rd|th|s|a|x)\b|\d+-?D\b|\d+d\b|C\+\+(?:\d\d)?|\b(?:8|16|32|64)-?(?=[ -]?bits?\b)|C\d\d\b)"
    r"|(?P<num>\d{1,3}(?:,\d{3})+(?![\d,])|\d+\.\d+(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|\d+(?:[eE][-+]?\d+)?)"
    r"|(?P<word>[A-Za-z_]\w*)"
    r"|(?P<apostrophe>['’](?:s|re|ve|d|ll|t|m)\b)"
    r"|(?P<op><<=|>>=|\.\.|<<|>>|<=|>=|==|!=|\+=|-=|\*=|/=|&=|\|=|\^=|&&|\|\||\+\+|--|->|::|\S)"
)
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
_STORAGE = frozenset(
    [
        "array",
        "arrays",
        "vector",
        "vectors",
        "matrix",
        "matrices",
        "buffer",
        "buffers",
        "signal",
        "signals",
        "image",
        "images",
        "list",
        "lists",
        "string",
        "strings",
        "sequence",
        "sequences",
        "grid",
        "grids",
        "table",
        "tables",
        "scalar",
        "scalars",
        "named",
        "called",
    ]
)
"""What a name follows, though it be a word that stands as a word elsewhere ("the array values")."""
_WEAK = frozenset(
    [
        "input",
        "inputs",
        "output",
        "outputs",
        "function",
        "factor",
        "constant",
        "variable",
        "pointer",
        "volume",
        "tensor",
        "series",
        "container",
        "filter",
        "length",
        "size",
        "integer",
        "integers",
        "double",
        "doubles",
        "float",
        "floats",
        "weights",
        "parameter",
        "argument",
        "threshold",
        "dimension",
        "int",
        "key",
        "offset",
        "shift",
        "target",
        "limit",
    ]
)
"""What a word follows that is a name if it is no word of the language ("the factor alfa")."""
_COUNTS = frozenset(["length", "size", "dimension", "factor", "threshold"])
_COUNTED = frozenset(["elements", "entries", "items", "values", "numbers", "rows", "columns"])
_BEFORE_COUNT = frozenset(["with", "has", "of", "having", "are", "(", "the", "first", "contains"])
_ENDINGS = ("ing", "ed", "ly", "ion", "wise", "able", "est")
_AFTER_NAME = frozenset(
    [
        "and",
        "or",
        "by",
        "to",
        "of",
        "in",
        "is",
        "are",
        "times",
        "plus",
        "minus",
        "from",
        "with",
        "into",
        "at",
        "for",
        "if",
        "where",
        "on",
        "as",
        "has",
        "using",
        "over",
        "must",
        "should",
        "holds",
        "contains",
        "then",
        "becomes",
        "equals",
        "through",
        "divided",
        "multiplied",
        "so",
        "which",
        "when",
        "gives",
        "onto",
        "be",
        "per",
        "respectively",
        "here",
    ]
)
_BEFORE_NAME = frozenset(
    ["of", "in", "into", "from", "to", "and", "by", "over", "between", "with", "(", "are"]
)
_PRONOUN = frozenset(
    [
        "need",
        "want",
        "have",
        "would",
        "am",
        "wish",
        "like",
        "should",
        "could",
        "can",
        "do",
        "must",
        "was",
        "think",
        "guess",
        "will",
        "'m",
        "'d",
        "'ve",
        "'ll",
        "get",
    ]
)
_LANGUAGE = frozenset(
    [
        "string",
        "strings",
        "array",
        "arrays",
        "function",
        "functions",
        "code",
        "kernel",
        "routine",
        "program",
        "implementation",
        "version",
        "language",
        "source",
        "loop",
        "procedure",
        "subroutine",
        "style",
        "snippet",
        "method",
        "library",
    ]
)
_RESERVED = frozenset({*TYPES, *ROLES, *REDUCTIONS, *FUNCTIONS, *ARRAY_FUNCTIONS, "repeat", "seq"})
_TYPE_WORD = re.compile(
    r"(?:u?int(?:8|16|32|64)(?:_t)?|float(?:32|64)?|double|[fiu](?:8|16|32|64)|size_t|std|u?int|uint|L[012]|"
    r"[123]d|\d+d|O|NaN|CSR|CSC|COO|ELL|RGB|RGBA|FIR|IIR|DNA|ASCII|XOR|AND|OR|NOT|TODO|NOTE|LCS|GEMM|GEMV|AXPY|SAXPY|DAXPY|"
    r"BLAS|LU|FFT|DFT|DP|CRC|SIMD|OpenMP|RMS|MSE|MAE|SSE|SpMV|CPU|API|ID|IDs|ReLU|OK)",
)
_FORMULA = frozenset(
    [
        "=",
        "+=",
        "-=",
        "*=",
        "*",
        "/",
        "+",
        "<",
        ">",
        "<=",
        ">=",
        "==",
        "!=",
        "^",
        "&",
        "|",
        "%",
        "[",
        "]",
        "**",
        "<<",
        ">>",
        "&&",
        "||",
    ]
)


@dataclass
class _Token:
    kind: str
    text: str
    place: int
    end: int


def rewrite(
    english: str,
    words: Words,
    parameters: Iterable[str] = (),
    function: str = "",
) -> Rewritten:
    """English on placeholders, in lower case, lexemes apart.

    Args:
        parameters: names of the prototype's parameters, which are names in the text as well.
        function: the function's name, if it is known.
    """
    found = Rewritten()
    found.text = " ".join(_rewrite(english, words, frozenset(parameters), function, found))
    return found


def _rewrite(
    english: str, words: Words, parameters: frozenset[str], function: str, out: Rewritten
) -> Iterator[str]:
    tokens = [
        _Token(m.lastgroup or "", m[m.lastgroup or 0], m.start(), m.end()) for m in _LEXEME.finditer(english)
    ]
    called = {
        t.text for t in tokens if t.kind in ("tick", "quote", "quote2") and _IDENTIFIER.fullmatch(t.text)
    }
    names = _names(tokens, words, parameters, function, called)
    for at, token in enumerate(tokens):
        match token.kind:
            case "tick" if not _IDENTIFIER.fullmatch(token.text):
                # An expression in quotes: everything in it that may be a name is one.
                for each in _LEXEME.finditer(token.text):
                    if each.lastgroup == "word":
                        word = each[0]
                        plain = word in _RESERVED or _TYPE_WORD.fullmatch(word)
                        yield word.lower() if plain else out.name(word)
                    elif each.lastgroup == "num":
                        yield out.number(each[0])
                    elif each.lastgroup in ("char", "char2"):
                        yield out.character(_character(each[each.lastgroup]))
                    else:
                        yield from each[0].lower().split()
            case "tick" | "quote" | "quote2":
                yield token.text.lower() if _TYPE_WORD.fullmatch(token.text) else out.name(token.text)
            case "char" | "char2":
                yield out.character(_character(token.text))
            case "num":
                yield out.number(token.text)
            case "by":
                for part in re.findall(r"\d+|[x×]", token.text):
                    yield "x" if part in "x×" else out.number(part)
            case "word":
                yield out.name(token.text) if at in names else token.text.lower()
            case "kind":
                yield from re.findall(r"c\+\+\d*|c\d+|\d+|[a-z]+", token.text.lower())
            case _:
                yield token.text.lower().replace("’", "'")


def _character(text: str) -> str:
    if text[0] == "\\" and len(text) == 2:
        return {"n": "\n", "t": "\t", "0": "\0"}.get(text[1], text[1])
    return text


def _names(
    tokens: list[_Token], words: Words, parameters: frozenset[str], function: str, quoted_names: set[str]
) -> set[int]:
    """Places of the words that are names."""
    sure: set[int] = set()
    texts = [t.text for t in tokens]
    for at, token in enumerate(tokens):
        if token.kind != "word":
            continue
        listed = (
            at > 1 and len(token.text) > 1 and texts[at - 1] in ("and", "or", ",", "&") and at - 2 in sure
        )
        if _is_name(at, tokens, texts, words, parameters, function) or (
            listed and _unknown(token.text, words)
        ):
            sure.add(at)
    # What is a name in one place is one wherever the same word stands, unless it is an ordinary word.
    given = {texts[at] for at in sure} | quoted_names
    for at, token in enumerate(tokens):
        if token.kind == "word" and token.text in given and at not in sure and len(token.text) > 1:
            ordinary = token.text.lower() in words.known or token.text in _RESERVED
            if not ordinary:
                sure.add(at)
    return sure


def _is_name(
    at: int,
    tokens: list[_Token],
    texts: list[str],
    words: Words,
    parameters: frozenset[str],
    function: str,
) -> bool:
    word = texts[at]
    lower = word.lower()
    before = texts[at - 1] if at else ""
    after = texts[at + 1] if at + 1 < len(texts) else ""
    touches = at + 1 < len(tokens) and tokens[at].end == tokens[at + 1].place
    if len(word) == 1:
        return _letter_is_name(at, tokens, texts, parameters)
    if _TYPE_WORD.fullmatch(word):
        return False
    if word in _RESERVED and (after in ("(", "[") or word in words.known or lower in words.known):
        return False
    if lower in words.known and lower not in words.names:
        marked = before.lower() in ("named", "called")
        return marked or (after == "[" and touches and word not in _RESERVED)
    if lower in words.known:
        # A word and a name, as "values": a name where it is marked as one.
        assigned = after in ("=", "+=", "-=", "*=") and tokens[at + 1].kind == "op"
        kept = (before.lower() in _STORAGE or before.lower() in _COUNTS) and lower not in _STORAGE
        counts = after.lower() in _COUNTED and before.lower() in _BEFORE_COUNT
        return lower in words.names and (kept or assigned or counts or (after == "[" and touches))
    if word in parameters or word == function:
        return True
    if "_" in word or any(c.isdigit() for c in word) or re.search(r"[a-z][A-Z]", word):
        return True
    if (after == "[" and touches) or before in ("named", "called"):
        return True
    if not _unknown(word, words):
        return False
    if before.lower() in _STORAGE or before.lower() in _WEAK:
        return True
    if word.isupper():
        return True
    if _in_formula(before, after, touches):
        return True
    ends = not after or after in ".,;:()?!" or after.lower() in _AFTER_NAME or after.lower() in _COUNTED
    return before.lower() in _BEFORE_NAME and ends and bool(words.known)


def _unknown(word: str, words: Words) -> bool:
    """Whether it is no word of English as far as training has seen, and does not look like one."""
    lower = word.lower()
    return lower not in words.known and word not in _RESERVED and not lower.endswith(_ENDINGS)


def _in_formula(before: str, after: str, touches: bool) -> bool:
    return before in _FORMULA or after in _FORMULA or (after == "(" and touches)


def _letter_is_name(at: int, tokens: list[_Token], texts: list[str], parameters: frozenset[str]) -> bool:
    word = texts[at]
    before = texts[at - 1] if at else ""
    after = texts[at + 1] if at + 1 < len(texts) else ""
    starts = at == 0 or before in (".", ":", "?", "!", "//", "*", ">") or before == "/"
    name_follows = not after or not after[0].isalpha() or after.lower() in _AFTER_NAME
    if word in ("a", "A"):
        if after.startswith(("-", "'", "’")) and after != "-":
            return False
        if after == "-" and at + 2 < len(texts) and texts[at + 2][0].isalpha():
            return False
        if word == "A" and not starts and not _article_position(texts, at):
            return True
        if name_follows and not (after and after[0].isdigit()) and after not in ("`", '"'):
            return after != "(" or word == "A"
        return False
    if word == "I":
        return not (
            starts
            or after.lower() in _PRONOUN
            or after.startswith(("'", "’"))
            or before.lower() in ("that", "can", "do", "what", "which")
        )
    if word == "C":
        if "C" in parameters or after in ("[", "="):
            return True
        if after.lower() in _LANGUAGE or after == "-":
            return False
        if before.lower() in ("in", "plain", "ansi", "pure", "standard", "modern") or (
            before == "a" and after
        ):
            return before.lower() == "in" and any(t in ("A", "B") for t in texts)
        return True
    if word == "O" and after == "(":
        return False
    if word in ("D", "d") and before == "-":
        return False
    return not (word in ("s", "t", "d", "m") and before in ("'", "’"))


def _article_position(texts: list[str], at: int) -> bool:
    """An "A" that starts a sentence after a bracket or a list sign."""
    return (
        texts[at - 1] in ("(", "-", "*", "•")
        and at + 1 < len(texts)
        and texts[at + 1][0].isalpha()
        and (texts[at + 1].lower() not in _AFTER_NAME)
    )


def undo(text: str, back: Rewritten) -> str:
    """Lexemes with numbers and characters put back; names stay placeholders."""
    return " ".join(back.literal(lexeme) for lexeme in text.split())


def words_of(sentences: Iterable[str], least: int = 3) -> Words:
    """Words of sentences whose names are in braces, by whether they stand more often as words than as names."""
    plain: dict[str, int] = {}
    named: dict[str, int] = {}
    for sentence in sentences:
        for name in re.findall(r"\{(\w+)\}", sentence):
            named[name.lower()] = named.get(name.lower(), 0) + 1
        for word in re.findall(r"[A-Za-z_]\w*", re.sub(r"\{\w+\}", " ", sentence)):
            if len(word) > 1:
                plain[word.lower()] = plain.get(word.lower(), 0) + 1
    known = frozenset(w for w, count in plain.items() if count >= least and count > named.get(w, 0))
    return Words(known, frozenset(w for w in named if len(w) > 1))


def mapping_of(names: Mapping[str, str]) -> dict[str, str]:
    """From what placeholders stand for to the placeholders."""
    return {value: key for key, value in names.items()}
