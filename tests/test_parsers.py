"""Whatever bytes our parsers are given, they return or raise one of our errors."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from parsers import PARSERS, Parser, attempt

PIECES = [
    b"(",
    b")",
    b"[",
    b"]",
    b'"',
    b"\\",
    b"=",
    b",",
    b"\n",
    b"\0",
    b"\xff",
    b"9" * 30,
    b"-1",
    b"1e999",
    b"nan",
]
PIECES += [
    b"{}",
    b"null",
    b"true",
    b"(" * 2000,
    b"[" * 2000,
    b"|",
    b" | ",
    b"<",
    b">",
    b"'",
    b"\xed\xa0\x80",
    b"#",
]
edits = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 12), st.one_of(st.sampled_from(PIECES), st.binary(max_size=6))),
    max_size=4,
)


@pytest.mark.tiny
@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.name)
def test_seeds_are_valid(parser: Parser) -> None:
    assert attempt(parser, parser.seed) == (parser.name != "results")


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.name)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(edits=edits)
def test_edited_inputs(parser: Parser, edits: list[tuple[float, int, bytes]]) -> None:
    data = parser.seed
    for share, removed, added in edits:
        at = int(share * len(data))
        data = data[:at] + added + data[at + removed :]
    attempt(parser, data)


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.name)
@settings(max_examples=100, deadline=None)
@given(data=st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode())))
def test_arbitrary_inputs(parser: Parser, data: bytes) -> None:
    attempt(parser, data)
