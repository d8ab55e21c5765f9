"""From the body of a kernel on canonical names to the whole source file that a requirement asks for.

    bind(requirement, "double r = 0; for (int64_t i = 0; i < n0; i++) r += a0[i]; return r;")

The signature is the prototype's, kept exactly, or the usual one for the program (`signature`). Where every parameter is a
pointer, an array, a number or a container that the body only subscripts, the body is put there under the real names, as if
written by hand; sizes that no parameter carries come from `x.size()` and `strlen`. Otherwise (rows behind pointers or in
vectors of vectors that the body goes through as one block) the body becomes a function of its own on plain pointers, and
the prototype's function calls it on copies.
"""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING

from passwright.irgen.apart import apart
from passwright.irgen.c_words import headers
from passwright.irgen.fit import C_TYPES, BindingError, check, usual_signature
from passwright.irgen.layout import tokens
from passwright.irgen.notation.syntax import Program
from passwright.irgen.prototype import Prototype, code_above
from passwright.irgen.real_names import NotDirect, direct

if TYPE_CHECKING:
    from passwright.irgen.requirement import Requirement

__all__ = ["C_TYPES", "BindingError", "bind", "check", "signature", "source"]

_UNQUALIFIED = re.compile(r"(?<![\w:])(vector(?=\s*<)|array(?=\s*<)|span(?=\s*<)|string(?=\s*[&\w]))")


def bind(requirement: Requirement, body: str) -> str:
    """The source file with `body`, which is on the canonical names of `requirement.program`.

    Raises:
        BindingError: the prototype does not fit the program.
    """
    return source(requirement.program, signature(requirement), body, requirement.prose)


def signature(requirement: Requirement) -> Prototype:
    """The prototype, or the one that the program has without: arguments in order of declaration, arrays by pointer,
    sizes `int64_t`; a length that no argument carries comes from a string or, in C++, from vectors."""
    if requirement.prototype is not None:
        return requirement.prototype
    return usual_signature(requirement.program, requirement.function, requirement.language)


def source(program: Program, prototype: Prototype, body: str, english: str = "") -> str:
    """The whole file; `english` becomes a comment where the prototype does not come with one."""
    check(program, prototype)
    code = tokens(body)
    try:
        text = direct(program, prototype, code)
    except NotDirect:
        text = apart(program, prototype, code)
    above, opened = code_above(prototype)
    comment = "" if "/*" in above or "//" in above or not english.strip() else _comment(english)
    given = set(re.findall(r"#\s*include\s*[<\"]([^>\"]+)[>\"]", above))
    qualified = (
        _UNQUALIFIED.sub(r"std::\1", prototype.text) if prototype.language == "cpp" else prototype.text
    )
    wanted = [h for h in headers(f"{qualified} {text}", prototype.language) if h not in given]
    includes = "".join(f"#include <{h}>\n" for h in wanted)
    if qualified != prototype.text and not re.search(r"\busing\b", above):
        includes += "\nusing namespace std;\n"  # the signature is kept as it is
    if includes and not above.startswith("#"):
        includes += "\n"
    if above:
        above += "\n" if above.endswith("*/") or "//" in above.splitlines()[-1] else "\n\n"
    return f"{includes}{above}{comment}{text}\n{'}' * opened}" + ("\n" if opened else "")


def _comment(english: str) -> str:
    lines = [" ".join(line.split()).replace("*/", "* /") for line in english.strip().splitlines()]
    wrapped = [part for line in lines for part in (textwrap.wrap(line, 92) or [""])]
    if len(wrapped) == 1:
        return f"/* {wrapped[0]} */\n"
    return "/* " + "\n * ".join(wrapped) + " */\n"
