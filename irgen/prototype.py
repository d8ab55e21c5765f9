"""C and C++ prototypes: what a requirement's function is to be called as, taken apart and kept as written.

    split("/* Sum of squares. */\\ndouble f(const double *x, int n);") -> ("Sum of squares.", Prototype(...))

A prototype is one line, or stands below comments, `#include` lines and `using` declarations, ends in `;`, `{` or nothing.
Left out, with an error each: templates, variadic functions, pointers to functions, member functions,
structures, `long double`, parameters without names. Examples in the text are `examples.py`'s.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from passwright.irgen.declaration import (
    NAME,
    NO_NAMES,
    TOKEN,
    TYPE_WORDS,
    DeclarationReader,
    Parameter,
    PrototypeError,
    shortened,
)

__all__ = [
    "Language",
    "Parameter",
    "Prototype",
    "PrototypeError",
    "code_above",
    "model_text",
    "parse",
    "split",
]

Language = Literal["c", "cpp"]

_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"", re.S)
_DIRECTIVE = re.compile(r"^[ \t]*#[^\n]*", re.M)
_CALL = re.compile(r"\b([A-Za-z_]\w*)\s*\(")


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
        if found[1] in TYPE_WORDS or found[1] in NO_NAMES:
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
    if re.search(r"\btemplate\s*<", code):
        raise PrototypeError("a template cannot be taken", hint="write the types out, one prototype for each")
    return _prose(text, None), None


def parse(text: str) -> Prototype:
    """The prototype in `text`.

    Raises:
        PrototypeError: if there is none, or one that cannot be taken.
    """
    _, prototype = split(text)
    if prototype is None:
        raise PrototypeError(
            f"no C or C++ prototype in {shortened(text)}",
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
    return "".join(f"[{NAME.sub(lambda m: rename(m[0]), extent)}]" for extent in p.extents)


def _signature(text: str, code: str, whole: str, names: dict[str, list[str]]) -> Prototype:
    """`text` as written, `code` without comments."""
    found = next(f for f in _CALL.finditer(code) if f[1] not in TYPE_WORDS)
    before = code[: found.start(1)]
    if re.search(r"\btemplate\b[^;{}]*$", whole[: max(whole.find(text), 0)]):
        raise PrototypeError(
            f"a template: `{shortened(text)}`", hint="write the types out, one prototype for each"
        )
    reader = DeclarationReader(before, names)
    returns = reader.declaration(named=False)
    parameters = []
    inside = code[found.end() : code.rindex(")")]
    if inside.strip() not in ("", "void"):
        for each in _at_commas(inside):
            parameter = DeclarationReader(each, names).declaration()
            if parameter is None:
                raise PrototypeError(f"a parameter of type void: `{shortened(text)}`")
            parameters.append(parameter)
    seen: set[str] = set()
    for parameter in parameters:
        if parameter.name in seen:
            raise PrototypeError(f'two parameters are called "{parameter.name}": `{shortened(text)}`')
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
        found[name] = TOKEN.findall(words)
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
        elif word and (token in TYPE_WORDS or token in names):
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


def code_above(prototype: Prototype) -> tuple[str, int]:
    """What stood above the signature, if it can stand above a function's definition as it is, else the code in it
    (`#include` lines, type names); and how many braces it leaves open (of `extern "C" {`)."""
    above = prototype.above
    code = _blank(_blank(above, _COMMENT), _DIRECTIVE)
    plain = re.sub(r"\b(using|typedef)\b[^;]*;|extern\s+\"C\"\s*\{|[{}\s]", "", code)
    opened = max(code.count("{") - code.count("}"), 0)
    if not plain:
        return above.strip(), opened
    kept = re.findall(r"^[ \t]*#[^\n]*|\b(?:using|typedef)\b[^;\n]*;", above, re.M)
    return "\n".join(line.strip() for line in kept), 0
