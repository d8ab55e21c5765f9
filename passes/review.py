"""What was decided about an entry of a lock file: proposed, accepted or rejected, by whom, when and why.

    review = { state = "accepted", by = "Ada <ada@example.org>", at = "2026-03-01T09:30:00Z", why = "read the assembly" }

One line, so that a decision is one line of a diff; `state` comes first and is always there, the others only where they
say something, in this order. Lock files written before had `review = "unreviewed"`, `"accepted"` or `"rejected"`, which
is read as the same state by nobody. Light to import: every `apply` reads lock files.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

STATES = ("proposed", "accepted", "rejected")
_OLD = {"unreviewed": "proposed", "proposed": "proposed", "accepted": "accepted", "rejected": "rejected"}


class Review(NamedTuple):
    """The state of an entry; `at` is a time in UTC as `now` gives it. A proposal's `by` is what proposed it."""

    state: str = "proposed"
    by: str = ""
    at: str = ""
    why: str = ""

    @property
    def proposed(self) -> bool:
        """Whether nobody has decided yet."""
        return self.state == "proposed"

    def to_json(self) -> dict[str, str]:
        """Plain values."""
        return self._asdict()


PROPOSED = Review()


def now() -> str:
    """This second, as ISO 8601 in UTC: 2026-03-01T09:30:00Z."""
    from time import gmtime, strftime

    return strftime("%Y-%m-%dT%H:%M:%SZ", gmtime())


def read_review(value: Any) -> Review | None:
    """The review that a lock file's value stands for, in either spelling; None where it is none."""
    if isinstance(value, str):
        return Review(_OLD[value]) if value in _OLD else None
    if (
        not isinstance(value, dict)
        or not value.keys() <= set(Review._fields)
        or not all(isinstance(text, str) for text in value.values())
        or value.get("state") not in STATES
        or not _is_time(value.get("at", ""))
    ):
        return None
    return Review(**value)


def review_line(review: Review, quoted: Callable[[str], str]) -> str:
    """The line of a lock file; `quoted` makes a TOML string of a text."""
    told = [(name, text) for name, text in review._asdict().items() if text]
    return f"review = {{ {', '.join(f'{name} = {quoted(text)}' for name, text in told)} }}\n"


def _is_time(text: str) -> bool:
    """Whether it is empty or of the form that `now` gives."""
    shape = "".join("0" if c.isascii() and c.isdigit() else c for c in text)
    return shape in ("", "0000-00-00T00:00:00Z")
