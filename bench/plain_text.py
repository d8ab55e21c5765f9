"""Text of others as text: what a terminal or a browser would obey is spelt out.

Sources, names and reasons may hold control characters, and characters that turn text around so that it reads as what it is
not (Boucher and Anderson, Trojan Source, USENIX Security 2023).
"""

from __future__ import annotations

import unicodedata

_HIDDEN = ("Cc", "Cf", "Cs", "Zl", "Zp")


def plain(text: str) -> str:
    """The text with control and formatting characters, but tab and newline, as `\\u{…}`."""
    return "".join(
        f"\\u{{{ord(c):x}}}" if unicodedata.category(c) in _HIDDEN and c not in "\t\n" else c for c in text
    )
