"""The lock file: round trip, merging, concurrent writers, and everything that can be wrong with it."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passwright.passes import lock
from passwright.passes.errors import LockError
from passwright.passes.lock import (
    Lock,
    LockEntry,
    load,
    parse,
    parse_excerpt,
    render,
    require_fresh,
    rewrite,
    update,
)
from passwright.passes.lock_text import excerpt, read, relative
from passwright.passes.recipe import O3, Recipe
from passwright.passes.review import STATES, Review, now

pytestmark = pytest.mark.tiny

ENTRY = LockEntry(
    source="src/gemm.c",
    entry="gemm",
    cpu="znver4",
    fingerprint="0f" * 16,
    llvm="19.1.7",
    recipe=Recipe.parse("attr prefer-vector-width=512 | default<O3> [polly=true polly-tiling=false]"),
    ratio=(1.53, 1.5, 1.561),
    verdict="equal",
    features="+avx2,+fma",
    flags=("-O3", "-DN=64"),
)
GOLDEN = """\
# Recipes of Passwright: what each kernel is built with.  Keep under version control; edit only `review`.
version = 1

[kernel."src/gemm.c".gemm.znver4]
fingerprint = "0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f"
features = "+avx2,+fma"
flags = ["-O3", "-DN=64"]
llvm = "19.1.7"
recipe = [
    "attr prefer-vector-width=512",
    "default<O3> [polly=true polly-tiling=false]",
]
ratio = { value = 1.53, low = 1.5, high = 1.561 }
verdict = "equal"
digest = "fdba946f47ca8a53"
review = { state = "proposed" }
"""
ACCEPTED = Review("accepted", "Ada <ada@example.org>", "2026-03-01T09:30:00Z", 'read "it"\ntwice')
TEXT = st.text(st.characters(blacklist_categories=["Cs"]), max_size=12)
TIMES = st.sampled_from(["", "2026-03-01T09:30:00Z", "1999-12-31T23:59:60Z"])
ENTRIES = st.builds(
    LockEntry,
    objective=st.sampled_from(["time", "size"]),
    source=TEXT,
    entry=TEXT,
    cpu=TEXT,
    fingerprint=TEXT,
    llvm=TEXT,
    recipe=st.sampled_from([O3, ENTRY.recipe, Recipe(())]),
    ratio=st.tuples(*[st.sampled_from([0.5, 1.0, 1.253, 12.5, 1e-3, 2345.0])] * 3),
    verdict=TEXT,
    features=TEXT,
    flags=st.lists(TEXT, max_size=3).map(tuple),
    review=st.builds(Review, state=st.sampled_from(STATES), by=TEXT, at=TIMES, why=TEXT),
)


@given(st.lists(ENTRIES, max_size=5, unique_by=lambda e: e.key))
def test_round_trip(entries: list[LockEntry]) -> None:
    written = render(Lock(Path("passwright.lock"), tuple(entries)))
    read = parse(written.encode(), Path("passwright.lock"))
    assert set(read.entries) == set(entries) and [e.key for e in read.entries] == sorted(
        e.key for e in entries
    )
    assert render(read) == written


def test_text_is_canonical(tmp_path: Path) -> None:
    path = tmp_path / "passwright.lock"
    update(path, [ENTRY])
    assert path.read_text() == GOLDEN
    before = path.read_bytes()
    update(path, [ENTRY])
    assert path.read_bytes() == before and os.listdir(tmp_path) == ["passwright.lock"]


def test_entries_merge_as_text(tmp_path: Path) -> None:
    """Two branches that add different kernels: the longer file's tables can be put into the other in any order."""
    other = ENTRY._replace(entry="blur", review=ACCEPTED)
    both = render(Lock(Path("l"), (ENTRY, other)))
    head, _, table = render(Lock(Path("l"), (other,))).partition("\n\n")
    merged = GOLDEN + "\n" + table
    assert render(parse(merged.encode(), Path("l"))) == both and both.startswith(head)


@given(st.lists(ENTRIES, max_size=5, unique_by=lambda e: e.key))
def test_what_is_read_without_tomllib_is_the_same(entries: list[LockEntry]) -> None:
    written = render(Lock("l", tuple(entries)))
    table = tomllib.loads(written)
    for source in table.get("kernel", {}):
        if "\0" in source or relative("passwright.lock", source) != source:
            continue  # no file is called that
        tables = excerpt(written.encode(), "passwright.lock", source)
        if tables:
            assert parse_excerpt(tables, "l").entries == tuple(
                e for e in parse(written.encode(), "l").entries if e.source == source
            )
            found = read(tables)
            assert found is None or found["kernel"] == {source: table["kernel"][source]}


def test_an_excerpt_is_read_without_tomllib() -> None:
    tables = excerpt(GOLDEN.encode(), "passwright.lock", "src/gemm.c")
    assert read(tables) == {"kernel": tomllib.loads(GOLDEN)["kernel"]}
    assert parse_excerpt(tables, "l").entries == (ENTRY,)
    with pytest.raises(LockError, match="edited by hand"):
        parse_excerpt(tables.replace("1.53", "2.53"), "l")
    with pytest.raises(LockError):
        parse_excerpt(tables + "odd\n", "l")


def test_an_entry_for_size_says_so() -> None:
    entry = ENTRY._replace(objective="size")
    written = render(Lock(Path("l"), (entry,)))
    assert 'objective = "size"\n' in written
    assert parse(written.encode(), "l").entries == (entry,)
    with pytest.raises(LockError, match="objective"):
        parse(written.replace('"size"', '"beauty"').encode(), "l")


@pytest.mark.parametrize(
    "change", [("1.53", "2.53"), ("polly-tiling=false", "polly-tiling=true"), (".gemm.", ".gemn.")]
)
def test_an_edited_entry_is_refused(change: tuple[str, str]) -> None:
    with pytest.raises(LockError, match="edited by hand"):
        parse(GOLDEN.replace(*change).encode(), "l")
    accepted = parse(GOLDEN.replace("proposed", "accepted").encode(), "l")
    assert accepted.entries == (ENTRY._replace(review=Review("accepted")),)


def test_a_review_is_one_line() -> None:
    written = render(Lock("l", (ENTRY._replace(review=ACCEPTED),)))
    line = (
        'review = { state = "accepted", by = "Ada <ada@example.org>", at = "2026-03-01T09:30:00Z", '
        'why = "read \\"it\\"\\ntwice" }'
    )
    assert written.splitlines()[-1] == line
    assert set(written.splitlines()) ^ set(GOLDEN.splitlines()) == {line, GOLDEN.splitlines()[-1]}
    assert parse(written.encode(), "l").entries[0].review == ACCEPTED


@pytest.mark.parametrize(
    ("old", "state"), [("unreviewed", "proposed"), ("accepted", "accepted"), ("rejected", "rejected")]
)
def test_the_old_spelling_is_read(old: str, state: str) -> None:
    found = parse(GOLDEN.replace('{ state = "proposed" }', f'"{old}"').encode(), "l")
    assert found.entries == (ENTRY._replace(review=Review(state)),)
    assert f'review = {{ state = "{state}" }}\n' in render(found)


@pytest.mark.parametrize(
    "value",
    [
        '"fine"',
        "3",
        "{}",
        '["accepted"]',
        '{ state = "fine" }',
        '{ state = ["accepted"] }',
        '{ state = "unreviewed" }',
        '{ by = "Ada" }',
        '{ state = "accepted", at = "yesterday" }',
        '{ state = "accepted", at = 2026-03-01T09:30:00Z }',
        '{ state = "accepted", by = 3 }',
        '{ state = "accepted", because = "it is" }',
    ],
)
def test_what_is_no_review(value: str) -> None:
    with pytest.raises(LockError, match="a review that is none of proposed, accepted, rejected"):
        parse(GOLDEN.replace('{ state = "proposed" }', value).encode(), "l")


def test_now_is_what_a_review_may_say() -> None:
    accepted = ACCEPTED._replace(at=now())
    assert (
        parse(render(Lock("l", (ENTRY._replace(review=accepted),))).encode(), "l").entries[0].review
        == accepted
    )


@given(st.integers(0, 8 * len(GOLDEN) - 1))
def test_a_flipped_bit_is_noticed_or_harmless(bit: int) -> None:
    data = bytearray(GOLDEN.encode())
    data[bit // 8] ^= 1 << bit % 8
    try:
        entries = parse(bytes(data), "l").entries
    except LockError:
        return
    assert entries == (ENTRY,)


def test_update_keeps_the_others_and_the_review(tmp_path: Path) -> None:
    path = tmp_path / "passwright.lock"
    other = ENTRY._replace(entry="blur")
    update(path, [ENTRY._replace(review=ACCEPTED), other])
    new = Review("proposed", "passwright 9", "2026-04-01T00:00:00Z")
    update(path, [ENTRY._replace(ratio=(2.0, 1.9, 2.1), review=new)])
    assert [(e.entry, e.review) for e in load(path).entries] == [("blur", Review()), ("gemm", ACCEPTED)]
    update(path, [ENTRY._replace(recipe=O3, review=new)], remove=[other.key])
    assert [(e.entry, e.review) for e in load(path).entries] == [("gemm", new)]
    rewrite(path, lambda old: [e._replace(review=Review("rejected")) for e in old.entries])
    assert load(path).entries[0].review.state == "rejected"


def test_sources_are_relative_to_the_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "project/src").mkdir(parents=True)
    path = tmp_path / "project/passwright.lock"
    update(path, [ENTRY, ENTRY._replace(cpu="skylake"), ENTRY._replace(entry="blur")])
    monkeypatch.chdir(tmp_path / "project/src")
    found = load(path)
    assert found.relative("gemm.c") == "src/gemm.c"
    assert lock.relative("../passwright.lock", tmp_path / "elsewhere/a.c") == "../elsewhere/a.c"
    assert [e.entry for e in found.find("gemm.c", cpu="znver4")] == ["blur", "gemm"]
    assert [e.cpu for e in found.find("gemm.c", "gemm")] == ["skylake", "znver4"]
    assert found.find("other.c") == ()


def test_a_symbolic_link_and_the_mode_stay(tmp_path: Path) -> None:
    real = tmp_path / "real.lock"
    update(real, [ENTRY])
    real.chmod(0o640)
    (tmp_path / "link.lock").symlink_to(real)
    update(tmp_path / "link.lock", [ENTRY._replace(entry="blur")])
    assert (tmp_path / "link.lock").is_symlink() and len(load(real).entries) == 2
    assert real.stat().st_mode & 0o777 == 0o640


def test_stale_entries() -> None:
    fresh = {"fingerprint": ENTRY.fingerprint, "cpu": "znver4", "llvm": "19.1.7"}
    require_fresh(ENTRY, **fresh)
    for key, what in (("fingerprint", "changed"), ("cpu", "znver4, this build"), ("llvm", "LLVM 19.1.7")):
        with pytest.raises(LockError, match=what) as caught:
            require_fresh(ENTRY, **{**fresh, key: "something else"})
        assert "src/gemm.c: gemm" in caught.value.message and "passwright optimize" in caught.value.hint


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (("version = 1", "version = 2"), "format 2"),
        (("version = 1", ""), "format None"),
        (("version = 1", "version = 1\nextra = 3"), "unknown key 'extra'"),
        (("llvm = ", "lvm = "), "gemm"),
        (('state = "proposed"', 'state = "fine"'), "review"),
        (("value = 1.53", 'value = "1.53"'), "wrong type"),
        (('flags = ["-O3", "-DN=64"]', "flags = [3]"), "wrong type"),
        (("default<O3> [", "default<O3> ("), "column"),
        (('fingerprint = "', "fingerprint = "), "not readable as TOML"),
        (("[kernel.", "<<<<<<< HEAD\n[kernel."), "not readable as TOML"),
        (('[kernel."src/gemm.c".gemm.znver4]', "[kernel.gemm]"), "not a table of tables"),
    ],
)
def test_malformed_files(change: tuple[str, str], what: str, tmp_path: Path) -> None:
    path = tmp_path / "passwright.lock"
    path.write_text(GOLDEN.replace(*change))
    before = path.read_bytes()
    assert before != GOLDEN.encode()
    for act in (lambda: load(path), lambda: update(path, [ENTRY])):
        with pytest.raises(LockError) as caught:
            act()
        assert what in caught.value.message and str(path) in caught.value.message and caught.value.hint
    assert path.read_bytes() == before
    if "<<<" in change[1]:
        assert "merge conflict" in caught.value.hint


def test_missing_and_unreadable(tmp_path: Path) -> None:
    with pytest.raises(LockError, match="there is no lock file"):
        load(tmp_path / "passwright.lock")
    assert load(tmp_path / "passwright.lock", missing_ok=True).entries == ()
    with pytest.raises(LockError, match="cannot read"):
        load(tmp_path)
    with pytest.raises(LockError, match="cannot write") as caught:
        update(tmp_path / "nowhere/passwright.lock", [ENTRY])
    assert "create the folder" in caught.value.hint


def test_twins_from_a_bad_merge_are_refused(tmp_path: Path) -> None:
    table = GOLDEN.partition("\n\n")[2]
    with pytest.raises(LockError, match="TOML"):
        parse((GOLDEN + "\n" + table).encode(), tmp_path / "l")


@contextmanager
def small_files() -> Iterator[None]:
    """Writing more than 300 bytes into a file fails, as on a full disk; pytest's own output too, so keep it short."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def test_a_write_that_fails_half_way_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "passwright.lock"
    path.write_text("version = 1\n")
    with small_files(), pytest.raises(LockError, match="nothing in it has changed"):
        update(path, [ENTRY])
    assert path.read_text() == "version = 1\n" and os.listdir(tmp_path) == ["passwright.lock"]


@pytest.mark.skipif(
    os.geteuid() == 0 and not Path("/proc/sys/kernel").exists(), reason="needs a read-only file system"
)
def test_a_folder_that_cannot_be_written_to() -> None:
    with pytest.raises(LockError, match="cannot write") as caught:  # not even root can make files there
        update("/proc/passwright.lock", [ENTRY])
    assert "--lock" in caught.value.hint


def test_a_full_disk(tmp_path: Path) -> None:
    """A tmpfs of one page, in a name space of its own."""
    script = (
        "import sys\n"
        "from passwright.passes.lock import parse, update, load\n"
        "from passwright.passes.errors import LockError\n"
        "path = sys.argv[1] + '/passwright.lock'\n"
        "(ENTRY,) = parse(sys.argv[2].encode(), path).entries\n"
        "update(path, [ENTRY])\n"
        "try: update(path, [ENTRY._replace(entry=f'f{n}' * 9) for n in range(99)])\n"
        "except LockError as problem: print(problem)\n"
        "print(len(load(path).entries))\n"
    )
    shell = 'mount -t tmpfs -o size=8k none "$1" && exec "$2" -c "$3" "$1" "$4"'
    entry = render(Lock(tmp_path / "passwright.lock", (ENTRY,)))
    command = ["unshare", "-rm", "sh", "-c", shell, "sh", str(tmp_path), sys.executable, script, entry]
    done = subprocess.run(command, capture_output=True, text=True)
    if "unshare" in done.stderr or "mount" in done.stderr:
        pytest.skip(f"no name spaces here: {done.stderr.strip()}")
    assert "free some space" in done.stdout and done.stdout.endswith("\n1\n"), done


WRITER = """
import sys
from passwright.passes.lock import parse, update
(ENTRY,) = parse(sys.argv[3].encode(), sys.argv[1]).entries
print("ready", flush=True)
sys.stdin.readline()
for n in range(10):
    update(sys.argv[1], [ENTRY._replace(entry=f"{sys.argv[2]}{n}")])
"""


def test_two_processes_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "passwright.lock"
    entry = render(Lock(path, (ENTRY,)))
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), name, entry],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("a", "b")
    ]
    for writer in writers:
        assert writer.stdout and writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin
        writer.stdin.write("\n")
        writer.stdin.flush()
    for writer in writers:
        writer.communicate()
        assert writer.returncode == 0
    assert {e.entry for e in load(path).entries} == {f"{name}{n}" for name in "ab" for n in range(10)}
    assert os.listdir(tmp_path) == ["passwright.lock"]


def test_waiting_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "WAIT", 0.05)
    with lock._alone(tmp_path), pytest.raises(LockError, match="another process"):
        update(tmp_path / "passwright.lock", [ENTRY])


def test_it_is_toml() -> None:
    assert tomllib.loads(GOLDEN)["kernel"]["src/gemm.c"]["gemm"]["znver4"]["ratio"]["low"] == 1.5
