"""Files of one JSON object a line: whole lines, whatever happens."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from passwright.passes.errors import InputError, ParseError
from passwright.passes.json_lines import append_line, read_lines

pytestmark = pytest.mark.tiny


def test_what_is_appended_is_read(tmp_path: Path) -> None:
    path = tmp_path / "new" / "lines.jsonl"
    assert read_lines(path) == []
    append_line(path, {"a": "ä\n"})
    append_line(path, {"b": [1]})
    assert read_lines(path) == [{"a": "ä\n"}, {"b": [1]}]


@pytest.mark.parametrize("rest", ['{"cut', "x" * 200_000])
def test_an_unfinished_line_is_skipped_and_then_removed(tmp_path: Path, rest: str) -> None:
    path = tmp_path / "lines.jsonl"
    append_line(path, {"a": 1})
    with path.open("a") as file:
        file.write(rest)
    assert read_lines(path) == [{"a": 1}]
    append_line(path, {"b": 2})
    assert path.read_text() == '{"a": 1}\n{"b": 2}\n'


def test_a_broken_line_is_an_error_that_names_it(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_text('{"a": 1}\n[2]\n{"b": 3}\n')
    with pytest.raises(ParseError, match=r"lines.jsonl:2"):
        read_lines(path)


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    append_line(path, {"a": 1})
    script = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from passwright.passes.json_lines import append_line\n"
        "from passwright.passes.errors import InputError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))\n"
        "try: append_line(Path(sys.argv[1]), {'b': 'x' * 1000})\n"
        "except InputError as error: sys.exit(7)\n"
    )
    ended = subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    assert ended.returncode == 7
    assert read_lines(path) == [{"a": 1}]
    assert path.read_text() == '{"a": 1}\n'


def test_a_folder_in_its_place_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        append_line(tmp_path, {"a": 1})
    with pytest.raises(InputError):
        read_lines(tmp_path)
