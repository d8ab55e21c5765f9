"""`passwright review`: by a person at a terminal, and without one."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from test_cli import COLUMNS, locked, passwright
from test_lock import ENTRY

from passwright._native import Module, host
from passwright.bench.plain_text import plain
from passwright.bench.reliability.source import body_end
from passwright.cli.child import apart
from passwright.decisions import by_human, evidence_of, named
from passwright.evidence import assembly_diff, gather
from passwright.freshness import kernel_of, native_features, require_same
from passwright.irgen.frontend import kernels
from passwright.locking import locked as usable
from passwright.passes import audit
from passwright.passes.errors import InputError, LockError, UsageError
from passwright.passes.lock import Lock, load, update
from passwright.passes.recipe import O3, Recipe
from passwright.passes.review import Review


def git_identity(folder: Path, name: str, mail: str) -> None:
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    for key, value in (("user.name", name), ("user.email", mail)):
        subprocess.run(["git", "config", key, value], cwd=folder, check=True)


def two_entries(folder: Path) -> Path:
    """A lock with `columns` of kernel.c and another function, whose source is not there."""
    locked(folder)
    lock = folder / "passwright.lock"
    update(lock, [ENTRY])
    return lock


def states(lock: Path) -> dict[str, str]:
    return {one.entry: one.review.state for one in load(lock).entries}


# -- without a terminal -----------------------------------------------------------------------------------------------------


def test_accept_and_reject_in_one_command(tmp_path: Path) -> None:
    git_identity(tmp_path, "Ada", "ada@example.org")
    lock = two_entries(tmp_path)
    run = passwright("review", "--accept", "columns", "--why", "read it", "--json", folder=tmp_path)
    (entry,) = json.loads(run.stdout)["entries"]
    assert entry["entry"] == "columns" and entry["recipe"] == "default<O1>"
    assert entry["review"] | {"at": ""} == {
        "state": "accepted",
        "by": "Ada <ada@example.org>",
        "at": "",
        "why": "read it",
    }
    message = passwright("review", "--reject", "gemm", folder=tmp_path, code=2).stderr
    assert "a rejection needs a reason" in message and "--why" in message
    assert states(lock) == {"columns": "accepted", "gemm": "proposed"}
    passwright("review", "--reject", "src/gemm.c:gemm", "--why", "slow here", "--by", "Bob", folder=tmp_path)
    assert states(lock) == {"columns": "accepted", "gemm": "rejected"}
    run = passwright("review", "--log", "--json", folder=tmp_path)
    found = json.loads(run.stdout)
    assert [(one["what"], one["who"], one["human"], one["why"]) for one in found["decisions"]] == [
        ("accepted", "Ada <ada@example.org>", True, "read it"),
        ("rejected", "Bob", True, "slow here"),
    ]
    assert found["damaged_lines"] == []
    passwright("review", "--log", "kernel.c", folder=tmp_path)


def test_list_says_what_there_is(tmp_path: Path) -> None:
    two_entries(tmp_path)
    text = passwright("review", "--list", folder=tmp_path).stdout
    assert "kernel.c:columns" in text and "src/gemm.c:gemm" in text and "proposed" in text
    found = json.loads(passwright("review", "kernel.c", "--json", folder=tmp_path).stdout)
    assert [one["entry"] for one in found["entries"]] == ["columns"]
    assert found["entries"][0]["ratio"] == {"value": 1.1, "low": 1.0, "high": 1.2}


def test_without_a_terminal_it_says_how_else(tmp_path: Path) -> None:
    two_entries(tmp_path)
    message = passwright("review", folder=tmp_path, code=2).stderr
    for option in ("--accept ENTRY", "--reject ENTRY --why", "--list", "--json"):
        assert option in message


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--accept", "colunms"], 1, "its entries: kernel.c:columns, src/gemm.c:gemm"),
        (["--accept", "columns", "--reject", "gemm"], 2, "exclude each other"),
        (["--why", "because"], 2, "--why is for"),
        (["other.c", "--list"], 1, "no entry for other.c"),
        (["--list", "--lock", "other.lock"], 1, "there is no lock file"),
    ],
)
def test_usage(tmp_path: Path, arguments: list[str], code: int, says: str) -> None:
    lock = two_entries(tmp_path)
    before = lock.read_bytes()
    assert says in passwright("review", *arguments, folder=tmp_path, code=code).stderr
    assert lock.read_bytes() == before and not (tmp_path / "passwright.audit.jsonl").exists()


@pytest.mark.tiny
def test_names_of_entries() -> None:
    other, elsewhere = ENTRY._replace(cpu="skylake"), ENTRY._replace(source="b.c")
    assert named("gemm", [ENTRY, other]) == (ENTRY, other)
    assert named("src/gemm.c:gemm:skylake", [ENTRY, other, elsewhere]) == (other,)
    assert named("b.c:gemm", [ENTRY, elsewhere]) == (elsewhere,)
    with pytest.raises(UsageError, match="several entries") as caught:
        named("gemm", [ENTRY, elsewhere])
    assert "src/gemm.c:gemm, b.c:gemm" in caught.value.hint
    with pytest.raises(InputError, match="no entry f"):
        named("f", [])


@pytest.mark.tiny
def test_who_decides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("LOGNAME", "ada")
    assert by_human(tmp_path) == "ada"
    git_identity(tmp_path, "Ada", "ada@example.org")
    assert by_human(tmp_path) == "Ada <ada@example.org>"
    monkeypatch.setenv("PATH", "")
    assert by_human(tmp_path) == "ada"


@pytest.mark.tiny
def test_a_build_uses_accepted_ones_only() -> None:
    accepted, rejected = (
        ENTRY._replace(entry=state, review=Review(state)) for state in ("accepted", "rejected")
    )
    lock = Lock("passwright.lock", (accepted, ENTRY, rejected))
    assert usable(lock, "src/gemm.c", "znver4") == (accepted, ENTRY)
    assert usable(lock, "src/gemm.c", "znver4", require_accepted=True) == (accepted,)
    assert usable(Lock("passwright.lock", (rejected,)), "src/gemm.c", "znver4", require_accepted=True) == ()
    with pytest.raises(LockError, match="no entry is accepted"):
        usable(lock._replace(entries=(ENTRY, rejected)), "src/gemm.c", "znver4", require_accepted=True)


# -- what is looked at ------------------------------------------------------------------------------------------------------


def test_evidence_of_an_entry(tmp_path: Path) -> None:
    path = locked(tmp_path)
    lock = tmp_path / "passwright.lock"
    (entry,) = load(lock).entries
    line = audit.Decision.on(entry, "proposed", who="passwright", human=False, evidence="12 calls equal")
    found = gather(lock, entry, audit.Log((line, line._replace(recipe="another", evidence="3 calls"))))
    assert found.problems == () and found.verdict == "12 calls equal"
    assert found.source and found.source.first == 2
    assert "\n".join(found.source.lines) == COLUMNS.strip()
    (step,) = found.steps
    assert step.text == "default<O1>" and step.instructions[0] > step.instructions[1] > 0
    assert evidence_of(entry, audit.Log()) == ""
    lines = assembly_diff(found.kernel, entry.recipe, O3)
    assert lines[0].startswith("--- default<O3>") and any(line.startswith("-") for line in lines[2:])
    assert assembly_diff(found.kernel, O3, O3) == []
    path.write_text(COLUMNS.replace("2.0f", "3.0f"))
    stale = gather(lock, entry, audit.Log())
    assert "changed since" in stale.problems[0] and stale.steps
    path.unlink()
    missing = gather(lock, entry, audit.Log())
    assert "no such file" in missing.problems[0] and missing.source is None and missing.steps == ()


def test_a_recipe_that_crashes_llvm_costs_the_view_only() -> None:
    def crash() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(LockError, match="SIGKILL"):
        apart(crash, 10)


def test_features_of_the_machine_that_locked_are_given_to_clang(tmp_path: Path) -> None:
    """So that a fingerprint can be checked on another machine: one with fewer features is made up here."""
    from passwright.locking import fingerprint

    locked(tmp_path)
    lock = tmp_path / "passwright.lock"
    (entry,) = load(lock).entries
    native = kernel_of(lock, entry)
    require_same(entry, native)
    features = native_features(Module.parse(native.bitcode, "native"))
    assert set(features.split(",")) <= {*host()["features"].split(","), "+x87"}
    require_same(entry, kernel_of(lock, entry._replace(features=features)))
    lost = next(one for one in ("+adx", "+rdrnd", "+cx16") if one in features.split(","))
    fewer = features.replace(f"{lost},", "")
    other = kernel_of(lock, entry._replace(features=fewer))
    assert lost not in native_features(Module.parse(other.bitcode, "other")).split(",")
    with pytest.raises(LockError, match="changed since"):
        require_same(entry, other)
    print_ = fingerprint(Module.parse(other.bitcode, "other"), "columns")
    again = entry._replace(features=fewer, fingerprint=print_)
    require_same(again, kernel_of(lock, again))
    named_cpu = kernels(tmp_path / "kernel.c", march="x86-64-v2")[0]
    assert native_features(Module.parse(named_cpu.bitcode, "v2")) == ""


@pytest.mark.tiny
def test_where_a_body_ends() -> None:
    text = "int a;\nint f(int x) { // {\n  char c = '{';\n  puts(\"}\");\n  if (x) { return 1; }\n}\nint g() {}\n"
    assert body_end(text, 2) == 6 and body_end(text, 7) == 7
    assert body_end("int f() {\n{\n", 1) == 3


@pytest.mark.tiny
def test_what_a_terminal_would_obey_is_spelt_out() -> None:
    assert plain("a\tb\nc é ∑") == "a\tb\nc é ∑"
    assert plain("\x1b[2J\r\x9b\u202e\u2066\u200b") == "\\u{1b}[2J\\u{d}\\u{9b}\\u{202e}\\u{2066}\\u{200b}"


# -- at a terminal ----------------------------------------------------------------------------------------------------------


class Terminal:
    """`passwright review` on a terminal of its own."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.pid, self.file = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.environ.update(COLUMNS="150", TERM="xterm", PYTHONUNBUFFERED="1")
            os.execv(sys.executable, [sys.executable, "-m", "passwright", "review", *arguments])
        self.text = ""

    def until(self, what: str, seconds: float = 100) -> str:
        """What comes up to `what`."""
        start, end = len(self.text), time.monotonic() + seconds
        while what not in self.text[start:]:
            assert time.monotonic() < end, f"no {what!r} in {self.text!r}"
            if select.select([self.file], [], [], 0.5)[0]:
                try:
                    data = os.read(self.file, 65536)
                except OSError:  # the other side is closed
                    data = b""
                assert data, f"ended before {what!r}: {self.text!r}"
                self.text += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", data.decode("utf-8", "replace"))
        return self.text[start:]

    def say(self, text: str, until: str) -> str:
        os.write(self.file, text.encode())
        return self.until(until)

    def code(self) -> int:
        """The exit code, once everything was read."""
        while True:
            try:
                if not os.read(self.file, 65536):
                    break
            except OSError:
                break
        os.close(self.file)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def test_a_walk_through_the_proposals(tmp_path: Path) -> None:
    lock = two_entries(tmp_path)
    (tmp_path / "kernel.c").write_text("// \x1b[31mred\n" + COLUMNS)  # comments do not count
    terminal = Terminal(tmp_path, "--by", "Ada")
    first = terminal.until("uit: ")
    assert "kernel.c: columns" in first and "1 of 2" in first and "1.10x (1.00 to 1.20)" in first
    assert "for (int j = 0; j < m; j++)" in first and "default<O1>" in first
    assert "+++ proposed" in terminal.say("d\n", "uit: ")
    assert "uit: " in terminal.say("what?\n", "uit: ")
    terminal.say("a\n", "why (may be empty): ")
    second = terminal.say("looks right\n", "uit: ")
    assert states(lock) == {"columns": "accepted", "gemm": "proposed"}  # before the next question
    assert "no such file" in second and "2 of 2" in second
    terminal.say("r\n", "why: ")
    assert "needs a reason" in terminal.say("\n", "uit: ")
    terminal.say("r\n", "why: ")
    terminal.say("its source is gone\n", "0 left")
    assert terminal.code() == 0
    assert states(lock) == {"columns": "accepted", "gemm": "rejected"}
    assert [one.why for one in audit.read(audit.log_path(lock)).decisions] == [
        "looks right",
        "its source is gone",
    ]
    again = Terminal(tmp_path)
    again.until("nothing decided; 0 left")
    assert again.code() == 0


@pytest.mark.parametrize("how", ["\x03", "\x04"])
def test_ctrl_c_and_ctrl_d_leave_what_was_decided(tmp_path: Path, how: str) -> None:
    lock = two_entries(tmp_path)
    terminal = Terminal(tmp_path, "--by", "Ada")
    terminal.until("uit: ")
    terminal.say("a\n", "why (may be empty): ")
    terminal.say("\n", "uit: ")
    terminal.say("r\n", "why: ")
    terminal.say(how, "1 accepted; 1 left as it was")
    assert terminal.code() == (130 if how == "\x03" else 0)
    assert states(lock) == {"columns": "accepted", "gemm": "proposed"}
    assert load(lock).entries[1] == ENTRY._replace(recipe=Recipe.parse(str(ENTRY.recipe)))


def test_the_source_cannot_command_the_terminal(tmp_path: Path) -> None:
    two_entries(tmp_path)
    hostile = COLUMNS.replace("{", "{ /* \x1b]0;owned\x07 \u202e */", 1)
    (tmp_path / "kernel.c").write_text(hostile)
    terminal = Terminal(tmp_path, "kernel.c")
    raw = b""
    while b"uit: " not in raw:
        raw += os.read(terminal.file, 65536)
    assert b"\x1b]0;" not in raw and "\u202e".encode() not in raw
    assert b"u{1b}]0;owned" in re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"", raw)
    os.write(terminal.file, b"q\n")
    assert terminal.code() == 0
