"""What a source declares, read from its tokens: enough to know which names could stand in a place.

No parser: types are the words before a name, and a declaration's scope is its function. Broken sources are read as far as
they go.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from passwright.irgen.tokens import Source, Token

TYPE_WORDS = frozenset(
    [
        "void",
        "char",
        "short",
        "int",
        "long",
        "float",
        "double",
        "signed",
        "unsigned",
        "bool",
        "_Bool",
        "size_t",
        "ssize_t",
        "ptrdiff_t",
        "int8_t",
        "int16_t",
        "int32_t",
        "int64_t",
        "uint8_t",
        "uint16_t",
        "uint32_t",
        "uint64_t",
        "FILE",
        "auto",
    ]
)
_QUALIFIERS = frozenset(
    ["const", "static", "volatile", "register", "extern", "inline", "restrict", "__restrict", "__restrict__"]
)
KEYWORDS = (
    TYPE_WORDS
    | _QUALIFIERS
    | frozenset(
        [
            "if",
            "else",
            "for",
            "while",
            "do",
            "switch",
            "case",
            "default",
            "break",
            "continue",
            "return",
            "goto",
            "sizeof",
            "struct",
            "union",
            "enum",
            "typedef",
            "true",
            "false",
            "template",
            "typename",
            "class",
            "public",
            "private",
            "using",
            "namespace",
            "new",
            "delete",
            "this",
            "operator",
            "nullptr",
            "NULL",
            "main",
        ]
    )
)

HEADERS: dict[str, str] = {
    name: header
    for header, names in {
        "stdio.h": "printf scanf puts gets fgets putchar getchar sprintf sscanf fprintf fscanf fopen fclose EOF stdin "
        "stdout stderr FILE perror fflush fputs fgetc getc putc ungetc snprintf",
        "stdlib.h": "malloc calloc realloc free abs labs llabs atoi atol atof exit qsort rand srand NULL strtol strtod "
        "bsearch EXIT_SUCCESS EXIT_FAILURE RAND_MAX",
        "string.h": "strlen strcmp strncmp strcpy strncpy strcat strncat strchr strrchr strstr memset memcpy memmove "
        "memcmp strtok strdup",
        "math.h": "sqrt sqrtf pow fabs fabsf floor ceil round sin cos tan exp log log2 log10 fmod fmin fmax cbrt hypot "
        "M_PI INFINITY NAN lround trunc atan atan2 isnan",
        "ctype.h": "isdigit isalpha isalnum isspace isupper islower toupper tolower ispunct",
        "limits.h": "INT_MAX INT_MIN LONG_MAX LONG_MIN LLONG_MAX LLONG_MIN CHAR_MAX UINT_MAX CHAR_BIT",
        "stdbool.h": "bool true false",
        "stdint.h": "int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t INT32_MAX INT64_MAX UINT32_MAX "
        "uintptr_t intptr_t SIZE_MAX",
        "stddef.h": "size_t ptrdiff_t",
        "float.h": "DBL_MAX DBL_MIN DBL_EPSILON FLT_MAX FLT_EPSILON FLT_MIN",
        "assert.h": "assert",
        "time.h": "time clock CLOCKS_PER_SEC",
    }.items()
    for name in names.split()
}
"""Where C declares what programs use; of names in several headers the last one listed."""
LIBRARY = frozenset(HEADERS)


@dataclass(frozen=True)
class Declared:
    """A variable, parameter or function.

    Attributes:
        name, words: as written; `words` is its type without qualifiers, "long long".
        rank: dimensions and stars.
        place: of the name among the tokens.
        body: number of the function it belongs to, -1 for the file.
        function: whether it is one.
    """

    name: str
    words: str
    rank: int
    place: int
    body: int
    function: bool = False

    @property
    def shape(self) -> str:
        """A rough type: names of the same shape can stand for each other."""
        kind = (
            "f" if "float" in self.words or "double" in self.words else "c" if "char" in self.words else "i"
        )
        return "function" if self.function else f"{kind}{self.rank}"


class Names:
    """The declarations of a source."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.all: tuple[Declared, ...] = tuple(_declarations(source))

    @cached_property
    def by_name(self) -> dict[str, Declared]:
        """The last declaration of each name."""
        return {one.name: one for one in self.all}

    @cached_property
    def _by_body(self) -> dict[int, tuple[Declared, ...]]:
        bodies = {one.body for one in self.all} | set(range(len(self.source.bodies)))
        return {body: tuple(one for one in self.all if one.body in (body, -1)) for body in bodies}

    def visible(self, place: int) -> tuple[Declared, ...]:
        """What may be named at a token: the file's own and its function's, wherever in it they are declared."""
        return self._by_body.get(body_of(self.source, place), self._by_body.get(-1, self.all))

    def find(self, name: str, place: int) -> Declared | None:
        """The declaration that a name at a place has, None for the library's and unknown ones."""
        found = [one for one in self.visible(place) if one.name == name]
        return found[-1] if found else None


def body_of(source: Source, place: int) -> int:
    """The number of the function whose head or body holds a token; -1 for none."""
    before = -1
    for number, (first, last) in enumerate(source.bodies):
        if before < place <= last and place >= _head(source, first):
            return number
        before = last
    return -1


def _head(source: Source, brace: int) -> int:
    """The place of the parenthesis that opens the parameters of the function whose body opens at `brace`."""
    at = brace - 1
    while at > 0 and source[at] != ")":
        at -= 1
    return source.partner.get(at, at)


def _declarations(source: Source) -> Iterator[Declared]:
    tokens = source.tokens
    known = set(TYPE_WORDS)
    for place, token in enumerate(tokens):
        if token.text == "typedef":  # its last name before the semicolon is a type from here on
            end = source.statement_end(place)
            end = end if end >= 0 else _typedef_end(source, place)
            if end > place and tokens[end - 1].kind == "name":
                known.add(tokens[end - 1].text)
    bodies = _bodies_by_place(source)
    place = 0
    while place < len(tokens):
        if not _begins_type(tokens, place, known):
            place += 1
            continue
        words, at = _type_at(tokens, place, known)
        if not words:
            place += 1
            continue
        yield from _declarators(source, words, at, bodies)
        place = max(at, place + 1)


def _typedef_end(source: Source, place: int) -> int:
    while place < len(source.tokens) and source[place] != "{":
        place += 1
    close = source.partner.get(place, place)
    while close < len(source.tokens) and source[close] != ";":
        close += 1
    return close


def _bodies_by_place(source: Source) -> list[int]:
    found = [-1] * len(source.tokens)
    for number, (first, last) in enumerate(source.bodies):
        for place in range(max(_head(source, first), 0), last + 1):
            found[place] = number
    return found


def _begins_type(tokens: tuple[Token, ...], place: int, known: set[str]) -> bool:
    text = tokens[place].text
    before = tokens[place - 1].text if place else ";"
    if before in ("sizeof", ".", "->", "typedef"):
        return False
    if text in known or text in ("struct", "union", "enum"):
        return before not in known or text in ("struct", "union", "enum")
    return False


def _type_at(tokens: tuple[Token, ...], place: int, known: set[str]) -> tuple[str, int]:
    words: list[str] = []
    at = place
    while at < len(tokens):
        text = tokens[at].text
        if text in ("struct", "union", "enum"):
            words.append(text)
            if at + 1 < len(tokens) and tokens[at + 1].kind == "name":
                words.append(tokens[at + 1].text)
                at += 1
        elif text in known and (not words or text in TYPE_WORDS):
            words.append(text)
        elif text not in _QUALIFIERS:
            break
        at += 1
    return " ".join(words), at


def _declarators(source: Source, words: str, at: int, bodies: list[int]) -> Iterator[Declared]:
    """Names after a type, up to the end of the declaration or parameter."""
    tokens = source.tokens
    while at < len(tokens):
        stars = 0
        while at < len(tokens) and tokens[at].text in (
            "*",
            "&",
            "const",
            "restrict",
            "__restrict",
            "__restrict__",
        ):
            stars += tokens[at].text == "*"
            at += 1
        if at >= len(tokens) or tokens[at].kind != "name" or tokens[at].text in KEYWORDS - {"main"}:
            return
        name, place = tokens[at].text, at
        at += 1
        if source[at] == "(":
            if source[at + 1] not in ("", ")") and bodies[place] >= 0:
                return
            yield Declared(name, words, stars, place, -1, function=True)
            return
        while source[at] == "[" and at in source.partner:
            stars += 1
            at = source.partner[at] + 1
        if source[at] not in ("=", ",", ";", ")", "{", ":", ""):
            # "int x y": a broken declaration, whose first name is one all the same
            yield Declared(name, words, stars, place, bodies[place])
            return
        yield Declared(name, words, stars, place, bodies[place])
        while at < len(tokens) and tokens[at].text not in (",", ";", ")", "}"):
            opens = tokens[at].text in ("(", "[", "{") and at in source.partner
            at = source.partner[at] + 1 if opens else at + 1
        if source[at] != ",":
            return
        at += 1
        if source[at] in TYPE_WORDS or source[at] in _QUALIFIERS or source[at] == "struct":
            return  # the next parameter
