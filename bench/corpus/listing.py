"""The text of a file around its functions: comment, headers, spelling of integer types, line breaks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from passwright.bench.corpus.scalar import INTEGERS

_HEADERS = (
    ("math.h", r"\b(sqrtf?|fabsf?|expf?)\("),
    ("stddef.h", r"\bsize_t\b"),
    ("stdint.h", r"\bu?int\d+_t\b"),
)
_CONSTANTS = r"(?m)^((?:#define|enum|constexpr) .*)\n\n(?=#define|enum|constexpr)"


def file_text(comment: str, body: str, *, plain: bool, line_comment: bool) -> str:
    """The file; `plain` spells integer types without <stdint.h>."""
    body = re.sub(_CONSTANTS, r"\1\n", body)  # constants stand together
    if plain:
        for type in INTEGERS:
            body = re.sub(rf"\b{type.fixed}\b", type.plain, body)
    includes = [f"#include <{header}>" for header, pattern in _HEADERS if re.search(pattern, body)]
    remark = f"// {comment}" if line_comment else f"/* {comment} */"
    return "\n\n".join(["\n".join([remark, *includes]), body]) + "\n"


def wrapped(head: str, parts: Sequence[str], width: int = 100) -> str:
    """`head`, the parts and `)`, in lines of at most `width`."""
    lines, current = [], head
    for number, part in enumerate(parts):
        piece = part + ("," if number + 1 < len(parts) else ")")
        if len(current) + len(piece) + 1 > width:
            lines.append(current.rstrip())
            current = " " * min(len(head), 24)
        current += piece if current.endswith(("(", "  ")) else f" {piece}"
    return "\n".join([*lines, current])
