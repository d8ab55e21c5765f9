"""The audit log: whole lines only, in the log before in the lock, and nothing lost to other writers or a full disk."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_lock import ENTRY, small_files

from passwright.passes import audit
from passwright.passes.audit import Decision, Log, append, log_path, parse, read
from passwright.passes.errors import InputError, LockError, UsageError
from passwright.passes.lock import load, update

ROOT = Path(__file__).parent.parent
ACCEPTED = Decision.on(ENTRY, "accepted", who="Ada <ada@example.org>", human=True, why="read it")
TEXT = st.text(st.characters(blacklist_categories=["Cs"]), max_size=12)
NUMBERS = st.one_of(st.just(math.inf), st.floats(0, 100))
DECISIONS = st.builds(
    Decision,
    when=TEXT,
    who=TEXT,
    human=st.booleans(),
    what=st.sampled_from(audit.WHAT),
    source=TEXT,
    entry=TEXT,
    cpu=TEXT,
    recipe=TEXT,
    ratio=st.one_of(st.none(), st.tuples(NUMBERS, NUMBERS, NUMBERS)),
    verdict=TEXT,
    evidence=TEXT,
    why=TEXT,
)


@given(decisions=st.lists(DECISIONS, max_size=5))
def test_round_trip(tmp_path_factory: pytest.TempPathFactory, decisions: list[Decision]) -> None:
    path = str(tmp_path_factory.mktemp("log") / "passwright.audit.jsonl")
    append(path, decisions[:2])
    append(path, decisions[2:])
    assert read(path) == Log(tuple(decisions))


@pytest.mark.tiny
def test_where_it_is_and_what_a_line_says(tmp_path: Path) -> None:
    lock = tmp_path / "passwright.lock"
    assert log_path(lock) == str(tmp_path / "passwright.audit.jsonl")
    assert log_path(tmp_path / "small.lock") == str(tmp_path / "small.audit.jsonl")
    append(log_path(lock), [ACCEPTED])
    (line,) = Path(log_path(lock)).read_text().splitlines()
    assert json.loads(line) == {
        "when": ACCEPTED.when,
        "who": "Ada <ada@example.org>",
        "human": True,
        "what": "accepted",
        "source": "src/gemm.c",
        "entry": "gemm",
        "cpu": "znver4",
        "recipe": ENTRY.recipe.hash(),
        "ratio": [1.53, 1.5, 1.561],
        "verdict": "equal",
        "evidence": "",
        "why": "read it",
    }
    assert read(str(tmp_path / "none.audit.jsonl")) == Log()
    with pytest.raises(LockError, match="cannot read the audit log"):
        read(str(tmp_path))


@pytest.mark.tiny
@pytest.mark.parametrize("cut", range(1, 60))
def test_a_half_line_is_never_read_as_a_decision(tmp_path: Path, cut: int) -> None:
    """As after a power failure in a write: what comes later stands on a line of its own."""
    path = tmp_path / "passwright.audit.jsonl"
    append(str(path), [ACCEPTED, ACCEPTED])
    whole = path.read_bytes()
    path.write_bytes(whole[: -5 * cut])
    kept = whole[: -5 * cut].count(b"\n")
    assert len(read(str(path)).decisions) == kept
    append(str(path), [ACCEPTED])
    found = read(str(path))
    assert found.decisions == (ACCEPTED,) * (kept + 1) and len(found.damaged) == 1


@pytest.mark.tiny
def test_a_line_without_its_end_still_counts(tmp_path: Path) -> None:
    path = tmp_path / "passwright.audit.jsonl"
    append(str(path), [ACCEPTED])
    path.write_bytes(path.read_bytes()[:-1])
    append(str(path), [ACCEPTED])
    assert read(str(path)) == Log((ACCEPTED, ACCEPTED))


@pytest.mark.tiny
def test_what_is_no_decision_is_damaged() -> None:
    line = json.dumps(ACCEPTED.to_json())
    others = [b"3", b"[]", b"{}", b"\xff", b"[" * 5000, line.replace("true", "1").encode(), b'"\\ud800"']
    others += [line.replace("[1.53", '["x"').encode(), line.replace('"gemm"', '"\\ud800"').encode()]
    found = parse(b"\n".join([line.encode(), *others, b"", line.encode()]))
    assert found.decisions == (ACCEPTED, ACCEPTED)
    assert found.damaged == tuple(range(2, 2 + len(others)))


@pytest.mark.tiny
def test_a_write_that_fails_leaves_the_log_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "passwright.audit.jsonl"
    path.write_bytes(b"x" * 250 + b"\n")
    with small_files(), pytest.raises(LockError, match="nothing in it has changed"):
        append(str(path), [ACCEPTED])
    assert path.read_bytes() == b"x" * 250 + b"\n"


@pytest.mark.tiny
def test_no_decision_without_its_line(tmp_path: Path) -> None:
    """The log is written first: where it cannot be, the lock stays."""
    from passwright.decisions import decide

    lock = tmp_path / "passwright.lock"
    update(lock, [ENTRY])
    before = lock.read_bytes()
    (tmp_path / "passwright.audit.jsonl").mkdir()
    with pytest.raises(LockError, match="cannot write the audit log"):
        decide(lock, load(lock).entries, "accepted", by="Ada")
    assert lock.read_bytes() == before
    assert sorted(os.listdir(tmp_path)) == ["passwright.audit.jsonl", "passwright.lock"]


@pytest.mark.tiny
def test_decisions(tmp_path: Path) -> None:
    from passwright.decisions import decide

    lock = tmp_path / "passwright.lock"
    update(lock, [ENTRY, ENTRY._replace(entry="blur")])
    blur, gemm = load(lock).entries
    (decided,) = decide(lock, [gemm], "rejected", by="Ada <ada@example.org>", why=" too large ")
    assert decided == load(lock).entries[1] and load(lock).entries[0] == blur
    review = decided.review
    assert (review.state, review.by, review.why) == ("rejected", "Ada <ada@example.org>", "too large")
    ((when, who, human, what, *_, why),) = read(log_path(lock)).decisions
    assert (when, who, human, what, why) == (review.at, review.by, True, "rejected", "too large")
    with pytest.raises(UsageError, match="needs a reason"):
        decide(lock, [blur], "rejected", by="Ada", why=" ")
    with pytest.raises(UsageError, match="no decision"):
        decide(lock, [blur], "proposed", by="Ada")
    with pytest.raises(InputError, match="has changed since"):
        decide(lock, [gemm], "accepted", by="Ada")  # somebody has rejected it by now
    with pytest.raises(LockError, match="there is no lock file"):
        decide(tmp_path / "other.lock", [blur], "accepted", by="Ada")
    assert len(read(log_path(lock)).decisions) == 1


WRITER = """
import sys
from tests.test_audit import ACCEPTED
from passwright.passes.audit import append
sys.stdin.readline()
for n in range(50):
    append(sys.argv[1], [ACCEPTED._replace(why=f"{sys.argv[2]}{n} " * 200)] * 2)
"""


def test_two_processes_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "passwright.audit.jsonl"
    environment = os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), name], stdin=subprocess.PIPE, cwd=ROOT, env=environment
        )
        for name in "ab"
    ]
    for writer in writers:
        writer.communicate(b"\n", timeout=60)
        assert writer.returncode == 0
    found = read(str(path))
    assert len(found.decisions) == 200 and not found.damaged
    assert {one.why.split()[0] for one in found.decisions} == {f"{c}{n}" for c in "ab" for n in range(50)}


def test_a_full_disk(tmp_path: Path) -> None:
    """A tmpfs of three pages, in a name space of its own."""
    script = (
        "import sys\n"
        "from tests.test_audit import ACCEPTED\n"
        "from passwright.passes.audit import append, read\n"
        "from passwright.passes.errors import LockError\n"
        "path = sys.argv[1] + '/passwright.audit.jsonl'\n"
        "done = 0\n"
        "try:\n"
        "    while True: append(path, [ACCEPTED]); done += 1\n"
        "except LockError as problem: print(problem)\n"
        "found = read(path)\n"
        "print(done == len(found.decisions), found.damaged)\n"
    )
    shell = 'mount -t tmpfs -o size=12k none "$1" && exec "$2" -c "$3" "$1"'
    command = ["unshare", "-rm", "sh", "-c", shell, "sh", str(tmp_path), sys.executable, script]
    environment = os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment)
    if "unshare" in done.stderr or "mount" in done.stderr:
        pytest.skip(f"no name spaces here: {done.stderr.strip()}")
    assert "No space left" in done.stdout and "free some space" in done.stdout, done
    assert done.stdout.endswith("True ()\n"), done


def test_optimize_tells_what_it_proposes_and_drops(tmp_path: Path) -> None:
    from dataclasses import replace

    from test_cli import COLUMNS, source

    from passwright import __version__, optimize
    from passwright.locking import record
    from passwright.passes.recipe import O3, Recipe

    path, lock = source(tmp_path, COLUMNS), tmp_path / "passwright.lock"
    result = optimize(path, budget="0s", policy="o3")

    def locked_with(recipe: Recipe) -> list[tuple[str, str]]:
        (file,) = result.files
        changed = replace(file, kernels=tuple(replace(one, recipe=recipe) for one in file.kernels))
        record(replace(result, files=(changed,)), lock)
        return [(one.what, one.why) for one in read(log_path(lock)).decisions]

    assert locked_with(O3) == [] and not lock.exists()
    other = Recipe.parse("default<O2>")
    assert locked_with(other) == [("proposed", "best of 0 recipes tried")]
    (entry,) = load(lock).entries
    assert entry.features.startswith("+") and ",-" not in entry.features  # what this machine has
    assert entry.review == (
        "proposed",
        f"passwright {__version__}",
        read(log_path(lock)).decisions[0].when,
        "",
    )
    assert locked_with(other)[1:] == [
        ("proposed", "best of 0 recipes tried; the same recipe as before, which stays proposed")
    ]
    assert locked_with(O3)[2:] == [("dropped", "nothing was found that is better than -O3")]
    assert load(lock).entries == ()
    assert not any(one.human for one in read(log_path(lock)).decisions)
