"""C and C++ prototypes: what a requirement's function is to be called as, taken apart and kept as written.

    split("/* Sum of squares. */\\ndouble f(const double *x, int n);") -> ("Sum of squares.", Prototype(...))

A prototype is one line, or stands below comments, `#include` lines and `using` declarations, ends in `;`, `{` or nothing.
It is read by a lexer and a descent over declarators, not by clang: what may stand there is small, and refusing the rest
in plain words is the point. Left out, with an error each: templates, variadic functions, pointers to functions, member
functions, structures, `long double`, parameters without names. Examples in the text are `examples.py`'s.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, NoReturn

from passwright.irgen.notation.syntax import Type
from passwright.passes.errors import InputError

Language = Literal["c", "cpp"]
Kind = Literal["scalar", "pointer", "reference", "vector", "span", "string", "cstring", "array", "stdarray"]
"""`pointer` of rank 2 is `T **`, `vector` of rank 2 `vector<vector<T>>`. `array` is `T x[n]`, `T A[n][m]` or
`T (*A)[m]`; `cstring` is `char *` or `char s[]`."""


class PrototypeError(InputError):
    """A prototype that cannot be taken."""


@dataclass(frozen=True)
class Parameter:
    """One parameter, or with an empty name the value returned.

    Attributes:
        spelled: its type as written, without name and array brackets.
        element: the scalar type in the notation, `element_spelling` as C writes it ("size_t").
        const: the elements may not be written. by_reference: a container that the caller sees changes of.
        extents: as written, outermost first, "" where nothing is.
    """

    name: str
    spelled: str
    element: Type
    element_spelling: str
    kind: Kind
    rank: int = 0
    const: bool = False
    by_reference: bool = False
    extents: tuple[str, ...] = ()

    @property
    def writable(self) -> bool:
        """Whether the caller sees what the function writes there."""
        if self.const or self.kind == "scalar":
            return False
        return self.by_reference or self.kind in ("pointer", "reference", "span", "cstring", "array")


@dataclass(frozen=True)
class Prototype:
    """A function's signature, kept exactly.

    Attributes:
        text: from the return type to the closing bracket (and `noexcept`), as written.
        above: what stood before it, as written: comments, `#include` lines, type names.
        returns: None for void. reason: what made it C or C++, in words.
    """

    text: str
    name: str
    returns: Parameter | None
    parameters: tuple[Parameter, ...]
    language: Language
    reason: str
    above: str = ""

    def parameter(self, name: str) -> Parameter | None:
        return next((p for p in self.parameters if p.name == name), None)


def split(text: str) -> tuple[str, Prototype | None]:
    """English and prototype apart: the prototype is the last signature in the text, the English all comments and prose
    around it, without comment signs, preprocessor lines and the body, if there is one.

    Raises:
        PrototypeError: for a signature that stands on lines of its own and cannot be taken.
    """
    code = _blank(text, _COMMENT)
    code = _blank(code, _DIRECTIVE)
    names = _aliases(text, code)
    for found in reversed(list(_CALL.finditer(code))):
        if found[1] in _WORDS or found[1] in _NO_NAMES:
            continue
        if member := re.search(r"\b(?!std\b)\w+\s*::\s*$", code[: found.start(1)]):
            if _start_of_type(code, member.start(), names) < member.start():
                raise PrototypeError(
                    f"{member[0]}{found[1]} is a member function", hint="write a free function"
                )
            continue
        start = _start_of_type(code, found.start(1), names)
        if start == found.start(1) or _inside_arguments(code, start):
            continue
        close = _closing(code, found.end() - 1)
        if close < 0 or _inside_body(code, start):
            continue
        # In the middle of a sentence it may well be prose ("the double sum (of ...)"), and is not refused.
        alone = not code[:start].rpartition("\n")[2].strip(" \t;}{:") or code[close:].lstrip()[:1] in (
            ";",
            "{",
        )
        try:
            signature = text[start:close]
            prototype = _signature(signature, code[start:close], text, names)
        except PrototypeError:
            if alone:
                raise
            continue
        return _english(text, code, start, close), replace(prototype, above=text[:start])
    return _prose(text, None), None


def parse(text: str) -> Prototype:
    """The prototype in `text`.

    Raises:
        PrototypeError: if there is none, or one that cannot be taken.
    """
    _, prototype = split(text)
    if prototype is None:
        raise PrototypeError(
            f"no C or C++ prototype in {_short(text)}",
            hint="write one such as `double f(const double *x, int n);`",
        )
    return prototype


def model_text(prototype: Prototype, rename: Callable[[str], str] = lambda name: name) -> str:
    """The form that the generator reads: `f64 (const f64* v0, vec<f64>& v1, i64 v2)`, return type first; `rename` gives
    the names."""
    parameters = ", ".join(
        f"{_model_type(p)} {rename(p.name)}{_brackets(p, rename)}" for p in prototype.parameters
    )
    return f"{_model_type(prototype.returns) if prototype.returns else 'void'} ({parameters})"


def _model_type(p: Parameter) -> str:
    const = "const " if p.const else ""
    changed = "" if p.const or not p.by_reference else "&"
    match p.kind:
        case "scalar":
            return p.element
        case "reference":
            return p.element if p.const else f"{p.element}&"
        case "pointer":
            return f"{const}{p.element}{'*' * p.rank}"
        case "string" | "cstring":
            return "str" if p.const or not p.writable else "str&"
        case "vector":
            return "vec<" * p.rank + p.element + ">" * p.rank + changed
        case "span":
            return f"vec<{p.element}>" + ("" if p.const else "&")
        case "array":
            return f"{const}{p.element}"
        case "stdarray":
            return f"{const}{p.element}"


def _brackets(p: Parameter, rename: Callable[[str], str]) -> str:
    if p.kind not in ("array", "stdarray"):
        return ""
    return "".join(f"[{_NAME.sub(lambda m: rename(m[0]), extent)}]" for extent in p.extents)


# Types

_INTEGERS: dict[str, Type] = {
    "int8_t": "i8", "int16_t": "i16", "int32_t": "i32", "int64_t": "i64", "uint8_t": "u8", "uint16_t": "u16",
    "uint32_t": "u32", "uint64_t": "u64", "size_t": "u64", "ssize_t": "i64", "ptrdiff_t": "i64", "intptr_t": "i64",
    "uintptr_t": "u64", "uint": "u32", "ulong": "u64", "ushort": "u16", "uchar": "u8", "byte": "u8",
}  # fmt: skip
_BUILTIN = {
    "void",
    "char",
    "short",
    "int",
    "long",
    "float",
    "double",
    "bool",
    "_Bool",
    "signed",
    "unsigned",
    "complex",
    "_Complex",
}
_CONTAINERS = {"vector", "span", "array", "string", "string_view"}
_QUALIFIERS = {"const", "volatile", "restrict", "__restrict", "__restrict__", "register", "mutable", "struct"}
_SPECIFIERS = {
    "static",
    "inline",
    "extern",
    "constexpr",
    "__inline",
    "__inline__",
    "_Noreturn",
    "noexcept",
    "consteval",
}
_WORDS = (
    _BUILTIN
    | set(_INTEGERS)
    | _CONTAINERS
    | _QUALIFIERS
    | _SPECIFIERS
    | {"std", "auto", "template", "typename"}
)
_NO_NAMES = {
    "if",
    "for",
    "while",
    "switch",
    "return",
    "sizeof",
    "main",
    "define",
    "typedef",
    "using",
    "operator",
}

_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"", re.S)
_DIRECTIVE = re.compile(r"^[ \t]*#[^\n]*", re.M)
_CALL = re.compile(r"\b([A-Za-z_]\w*)\s*\(")
_NAME = re.compile(r"[A-Za-z_]\w*")
_TOKEN = re.compile(r"\s*(\"C\"|\.\.\.|::|&&|[A-Za-z_]\w*|\d\w*|\S)")


def _scalar(words: list[str]) -> Type | None:
    """The notation's type for C's type words, in any order, as on 64-bit Linux."""
    if len(words) == 1 and words[0] in _INTEGERS:
        return _INTEGERS[words[0]]
    kinds = sorted(w for w in words if w not in ("signed", "unsigned", "int")) or ["int"]
    unsigned = "unsigned" in words
    match kinds:
        case ["char"]:
            return "u8" if unsigned else "i8" if "signed" in words else "char"
        case ["short"]:
            return "u16" if unsigned else "i16"
        case ["int"]:
            return "u32" if unsigned else "i32"
        case ["long"] | ["long", "long"]:
            return "u64" if unsigned else "i64"
        case ["float"]:
            return "f32"
        case ["double"]:
            return "f64"
        case ["bool"] | ["_Bool"]:
            return "bool"
    return None


class _Reader:
    """Descends over the tokens of one declaration."""

    def __init__(self, text: str, names: dict[str, list[str]]) -> None:
        self.text, self.names = text.strip(), names
        self.tokens = _TOKEN.findall(text)
        self.at = 0

    def fail(self, what: str, hint: str = "") -> NoReturn:
        raise PrototypeError(f"cannot take the prototype's `{_short(self.text)}`: {what}", hint=hint)

    @property
    def next(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, *tokens: str) -> str:
        if self.next in tokens and self.next:
            self.at += 1
            return self.tokens[self.at - 1]
        return ""

    def need(self, token: str) -> None:
        if not self.take(token):
            self.fail(f'expected "{token}"' + (f' where "{self.next}" stands' if self.next else ""))

    def declaration(self, named: bool = True) -> Parameter | None:
        """One parameter, or None for `void`."""
        found = self.type()
        array_pointer = bool(self.next == "(" and self.tokens[self.at + 1 : self.at + 2] == ["*"])
        if array_pointer:
            self.at += 2
            while self.take(*_QUALIFIERS):
                pass
        name = ""
        if re.match(r"[A-Za-z_]", self.next):
            name = self.take(self.next)
        spelled_end = self.at - (1 if name else 0)
        if array_pointer:
            self.need(")")
            spelled_end -= 2
        extents = [""] if array_pointer else []
        while self.take("["):
            extent = []
            while self.next and self.next != "]":
                if self.next not in ("static", *_QUALIFIERS):
                    extent.append(self.next)
                self.at += 1
            self.need("]")
            extents.append(" ".join(extent))
        if self.next == "(":
            self.fail("a function as an argument", "pass data, not functions")
        if self.next not in ("", "="):
            self.fail(f'"{self.next}" is not understood here')
        if found is None:
            if name or extents:
                self.fail("nothing has type void")
            return None
        if named and not name:
            self.fail("the parameter has no name", "name every parameter")
        found = replace(found, name=name, spelled=_spell(self.tokens[:spelled_end]))
        if extents:
            if found.kind == "pointer" and found.rank == 1 and len(extents) == 1:
                return replace(found, rank=2)  # T *A[n]
            if found.kind != "scalar":
                self.fail("an array of these")
            string = found.element == "char" and len(extents) == 1
            return replace(
                found, kind="cstring" if string else "array", rank=len(extents), extents=tuple(extents)
            )
        return found

    def type(self) -> Parameter | None:
        """A type with its pointers and references; None for `void`."""
        const = self.qualifiers()
        base = self.base()
        const = self.qualifiers() or const
        if base is None:
            if self.next in ("*", "&"):
                self.fail("void * has no element type", "say what it points to")
            return None
        base = replace(base, const=const or base.const)
        stars = 0
        while self.take("*"):
            stars += 1
            self.qualifiers()
        if stars:
            if base.kind != "scalar":
                self.fail("a pointer to a container", "take it by reference")
            if stars > 2:
                self.fail("a pointer to pointers to pointers")
            text = base.element == "char" and stars == 1
            base = replace(base, kind="cstring" if text else "pointer", rank=stars)
        if self.take("&", "&&"):
            if stars:
                self.fail("a reference to a pointer")
            self.qualifiers()
            base = replace(base, kind="reference" if base.kind == "scalar" else base.kind, by_reference=True)
        return base

    def qualifiers(self) -> bool:
        const = False
        while word := self.take(*_QUALIFIERS, *_SPECIFIERS, '"C"'):
            const = const or word == "const"
        return const

    def base(self) -> Parameter | None:
        while self.next == "std" or self.next == "::":
            self.at += 1
        word = self.next
        if word in ("template", "typename"):
            self.fail("a template", "write the types out, one prototype each")
        if word == "...":
            self.fail("a variadic function", "give an array and its length")
        if word == "auto":
            self.fail("`auto` says no type", "write the type")
        if word in self.names and word not in _WORDS:
            self.at += 1
            inner = _Reader(" ".join(self.names[word]), {k: v for k, v in self.names.items() if k != word})
            return inner.type()
        if word in ("string", "string_view"):
            self.at += 1
            return Parameter("", "", "char", "char", "string", 1, const=word == "string_view")
        if word in ("vector", "span", "array"):
            return self.container(word)
        words = []
        while self.next in _BUILTIN or self.next in _INTEGERS or (words and self.next in _QUALIFIERS):
            if self.next in _INTEGERS and words:
                break  # then it is a name
            if self.next not in _QUALIFIERS:
                words.append(self.next)
            elif self.next == "const":
                break
            self.at += 1
        if words == ["void"]:
            return None
        if not words:
            self.fail(f'no type known as "{word}"' if word else "a type is missing", _KNOWN)
        element = _scalar(words)
        if element is None:
            self.fail(f'the type "{" ".join(words)}" has no counterpart', _KNOWN)
        return Parameter("", "", element, " ".join(words), "scalar")

    def container(self, word: str) -> Parameter:
        self.at += 1
        self.need("<")
        inner = self.type()
        if inner is None:
            self.fail("a container of nothing")
        extents: tuple[str, ...] = ()
        if self.take(","):
            extents = (self.take(self.next),)
        self.need(">")
        if word == "vector" and inner.kind == "vector" and inner.rank == 1:
            return replace(inner, rank=2)
        if inner.kind != "scalar":
            self.fail(
                f"a {word} of these", "arrays of numbers and characters, and vectors of vectors are taken"
            )
        if word == "array" and not extents:
            self.fail("std::array without a length")
        kind: Kind = "stdarray" if word == "array" else "span" if word == "span" else "vector"
        return replace(inner, kind=kind, rank=1, const=inner.const, extents=extents)


_KNOWN = (
    "integers, float, double, bool, char; pointers, arrays and references of these; std::vector, std::span, "
    "std::array and std::string"
)


def _signature(text: str, code: str, whole: str, names: dict[str, list[str]]) -> Prototype:
    """`text` as written, `code` without comments."""
    found = next(f for f in _CALL.finditer(code) if f[1] not in _WORDS)
    before = code[: found.start(1)]
    if re.search(r"\btemplate\b[^;{}]*$", whole[: max(whole.find(text), 0)]):
        raise PrototypeError(
            f"a template: `{_short(text)}`", hint="write the types out, one prototype for each"
        )
    reader = _Reader(before, names)
    returns = reader.declaration(named=False)
    parameters = []
    inside = code[found.end() : code.rindex(")")]
    if inside.strip() not in ("", "void"):
        for each in _at_commas(inside):
            parameter = _Reader(each, names).declaration()
            if parameter is None:
                raise PrototypeError(f"a parameter of type void: `{_short(text)}`")
            parameters.append(parameter)
    seen: set[str] = set()
    for parameter in parameters:
        if parameter.name in seen:
            raise PrototypeError(f'two parameters are called "{parameter.name}": `{_short(text)}`')
        seen.add(parameter.name)
    language, reason = _language(code, whole)
    return Prototype(text.strip(), found[1], returns, tuple(parameters), language, reason)


def _language(code: str, whole: str) -> tuple[Language, str]:
    for pattern, reason in (
        (r"\bstd\s*::|\b(vector|span|array)\s*<", "a type of C++'s library"),
        (r"\bstring\b|\bstring_view\b", "a type of C++'s library"),
        (r"&", "a reference"),
        (r"\bconstexpr\b|\bnoexcept\b", "a word of C++"),
    ):
        if re.search(pattern, code):
            return "cpp", f"{reason} in the prototype"
    if re.search(r"\busing\s+(namespace|\w+\s*=)|^\s*#\s*include\s*<\w+>", whole, re.M):
        return "cpp", "what stands above the prototype is C++"
    return "c", "nothing in the prototype needs C++"


# Where things stand in the text


def _blank(text: str, what: re.Pattern[str]) -> str:
    """The text with every match made blanks, line ends kept, so that places stay the same."""
    return what.sub(lambda m: m[0] if m[0] == '"C"' else re.sub(r"[^\n]", " ", m[0]), text)


def _aliases(text: str, code: str) -> dict[str, list[str]]:
    """Type names that the text defines itself."""
    found = {}
    for match in re.finditer(r"\btypedef\s+([^;{}]+?)\s*\b(\w+)\s*;|\busing\s+(\w+)\s*=\s*([^;{}]+);", code):
        name, words = (match[2], match[1]) if match[2] else (match[3], match[4])
        found[name] = _TOKEN.findall(words)
    return found


def _start_of_type(code: str, at: int, names: dict[str, list[str]]) -> int:
    """Where the type that ends before `at` begins; `at` if none does."""
    tokens = [(m.start(1), m[1]) for m in re.finditer(r'\s*("C"|[A-Za-z_]\w*|\d+|\S)', code[:at])]
    start, seen_type, depth, line = at, False, 0, False
    for place, token in reversed(tokens):
        word = token[:1].isalpha() or token[:1] == "_"
        if token == ">" and not seen_type:
            depth += 1
        elif token == "<" and depth:
            depth -= 1
        elif depth and (token in ",*&:" or token.isdigit()):
            pass
        elif word and (token in _WORDS or token in names):
            seen_type = True
        elif (token in "*&" and not seen_type) or token == ":" or token == '"C"':
            pass
        elif word and not seen_type and not line and code[place + len(token) : at].strip(" \t*&:") == "":
            # An unknown type at the start of a line: part of the signature, so that it is refused by name.
            if code[:place].rpartition("\n")[2].strip():
                break
            seen_type = line = True
        else:
            break
        start = place
    if not seen_type:
        return at
    # A colon of the sentence before is none of ours.
    return start + len(code[start:at]) - len(code[start:at].lstrip(": \n\t"))


def _closing(code: str, opening: int) -> int:
    """Just after the bracket that closes the one at `opening`, with `noexcept`; -1 if none does."""
    depth = 0
    for at in range(opening, len(code)):
        depth += {"(": 1, ")": -1}.get(code[at], 0)
        if depth == 0:
            after = re.match(r"\s*noexcept\b", code[at + 1 :])
            return at + 1 + (after.end() if after else 0)
    return -1


def _inside_body(code: str, at: int) -> bool:
    return code[:at].count("{") > code[:at].count("}")


def _inside_arguments(code: str, at: int) -> bool:
    """Whether a bracket that follows a name is open there, as for a function that is a parameter."""
    depth = 0
    for place in range(at - 1, -1, -1):
        depth += {")": 1, "(": -1}.get(code[place], 0)
        if depth < 0:
            return bool(re.search(r"\w\s*$", code[:place]))
    return False


def _at_commas(text: str) -> list[str]:
    parts, depth = [""], 0
    for sign in text:
        depth += (sign in "(<[") - (sign in ")>]")
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def _english(text: str, code: str, start: int, close: int) -> str:
    """Comments and prose around a signature; of what follows, comments only once a body has opened."""
    after = text[close:]
    opening = re.match(r"\s*[;{]", code[close:])
    if opening and opening[0].endswith("{"):
        after = "\n".join(m[0] for m in _COMMENT.finditer(after) if m[0][0] == "/")
    elif opening:
        after = after[opening.end() :]
    return _prose(text[:start] + "\n" + after, code)


def _prose(text: str, code: str | None) -> str:
    """Without comment signs and, where there is a signature, without the code around it."""
    if code is not None:
        text = _DIRECTIVE.sub("", text)
        text = re.sub(r"\b(using|typedef)\b[^;\n]*;", "", text)
        text = re.sub(r"^\s*extern\s+\"C\"\s*\{?\s*$", "", text, flags=re.M)
        text = re.sub(r"^[ \t]*[{}][ \t]*$", "", text, flags=re.M)
    lines = []
    for line in text.splitlines():
        line = re.sub(r"^\s*(\*+/|/\*+!?<?|//+[!<]?|\*+(?=[\s/]|$))\s?", "", line)
        line = re.sub(r"\s*\*+/\s*$", "", line)
        line = re.sub(r"\s*\*+/\s*", " ", line) if "*/" in line else line
        lines.append(re.sub(r"\s*/\*+\s*|\s+//+\s", " ", line).rstrip() if "http" not in line else line)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _spell(tokens: list[str]) -> str:
    text = " ".join(tokens)
    for pattern, by in (
        (r"\s*::\s*", "::"),
        (r"\s*<\s*", "<"),
        (r"\s*>", ">"),
        (r"\s+,", ","),
        (r"\* \*", "**"),
    ):
        text = re.sub(pattern, by, text)
    return text


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 80 else text[:77] + "..."
