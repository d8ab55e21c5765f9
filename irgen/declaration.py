"""Declarations of C and C++ parameters: a type, pointers, references, a name, array brackets.

A lexer and a descent over declarators, not clang: what may stand there is small, and refusing the rest in plain words is
the point. `prototype.py` has whole signatures.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal, NoReturn

from passwright.irgen.notation.syntax import Type
from passwright.passes.errors import InputError

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
TYPE_WORDS = (
    _BUILTIN
    | set(_INTEGERS)
    | _CONTAINERS
    | _QUALIFIERS
    | _SPECIFIERS
    | {"std", "auto", "template", "typename"}
)
NO_NAMES = {
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

NAME = re.compile(r"[A-Za-z_]\w*")
TOKEN = re.compile(r"\s*(\"C\"|\.\.\.|::|&&|[A-Za-z_]\w*|\d\w*|\S)")


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


class DeclarationReader:
    """Descends over the tokens of one declaration."""

    def __init__(self, text: str, names: dict[str, list[str]]) -> None:
        self.text, self.names = text.strip(), names
        self.tokens: list[str] = TOKEN.findall(text)
        self.at = 0

    def fail(self, what: str, hint: str = "") -> NoReturn:
        raise PrototypeError(f"cannot take the prototype's `{shortened(self.text)}`: {what}", hint=hint)

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
        if word in self.names and word not in TYPE_WORDS:
            self.at += 1
            inner = DeclarationReader(
                " ".join(self.names[word]), {k: v for k, v in self.names.items() if k != word}
            )
            return inner.type()
        if word in ("string", "string_view"):
            self.at += 1
            return Parameter("", "", "char", "char", "string", 1, const=word == "string_view")
        if word in ("vector", "span", "array"):
            return self.container(word)
        words: list[str] = []
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


def shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 80 else text[:77] + "..."
