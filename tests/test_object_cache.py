"""The objects that `apply` built before: found again by content, never wrong, never too many."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from passwright import object_cache
from passwright.object_cache import Shelf
from passwright.passes.lock_text import excerpt, flags

ENTRIES = 'recipe = ["default<O3>"]'
KERNEL = """
void scale(int n, double *out, const double *in) {
    for (int i = 0; i < n; i++) out[i] = 2.0 * in[i];
}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "passwright" / "objects"


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_what_was_put_is_found() -> None:
    shelf = Shelf(ENTRIES, "obj", ())
    assert shelf.empty
    shelf.put(b"ir", b"object")
    assert not shelf.empty
    assert Shelf(ENTRIES, "obj", ()).get(b"ir") == b"object"


def test_everything_that_decides_the_bytes_is_in_the_address() -> None:
    Shelf(ENTRIES, "obj", ()).put(b"ir", b"object")
    assert Shelf(ENTRIES, "obj", ()).get(b"other ir") is None
    assert Shelf(ENTRIES, "asm", ()).empty
    assert Shelf(ENTRIES, "obj", ("-ffast-math",)).empty
    assert Shelf(ENTRIES, "obj", (), require_accepted=True).empty
    assert Shelf(ENTRIES.replace("O3", "O2"), "obj", ()).empty


def test_a_damaged_object_is_not_used(folder: Path) -> None:
    shelf = Shelf(ENTRIES, "obj", ())
    shelf.put(b"ir", b"object")
    (path,) = files(folder)
    for content in (b"", path.read_bytes()[:-1], path.read_bytes() + b"x"):
        path.write_bytes(content)
        assert shelf.get(b"ir") is None


def test_what_was_not_used_for_longest_goes_first(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(object_cache, "LIMIT", 250)
    shelf = Shelf(ENTRIES, "obj", ())
    for age, name in enumerate((b"new", b"old")):
        shelf.put(name, bytes(50))
        for path in files(folder):
            os.utime(path, (os.stat(path).st_mtime - 100 * age,) * 2)
    shelf.get(b"new")
    shelf.put(b"third", bytes(100))
    assert [shelf.get(name) is not None for name in (b"new", b"old", b"third")] == [True, False, True]


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    shelf = Shelf(ENTRIES, "obj", ())
    shelf.put(b"ir", b"object")
    assert shelf.get(b"ir") is None


def test_the_tables_of_a_source(tmp_path: Path) -> None:
    first = '\n[kernel."src/a.c".f.cpu]\nflags = ["-DN=1", "-I", "x"]\n'
    second = '\n[kernel."src/a.c".g.cpu]\nflags = []\n'
    other = '\n[kernel."src/a.cc".f.cpu]\nflags = []\n\n[kernel."src/b.c".f.cpu]\n'
    lock = f"# head\nversion = 1\n{first}{second}{other}".encode()
    path, source = str(tmp_path / "passwright.lock"), str(tmp_path / "src" / "a.c")
    assert excerpt(lock, path, source) == first + second
    assert flags(first + second) == ("-DN=1", "-I", "x") and flags(second) == ()
    assert excerpt(lock, path, str(tmp_path / "a.c")) == ""
    for odd in (lock.replace(b"version = 1", b"version = 2"), lock + b"\n<<<<<<< ours\n", lock + b"\xff"):
        assert excerpt(odd, path, source) == ""
    assert flags('\n[kernel.a.f.cpu]\nflags = ["-D\\"x\\""]\n') is None and flags("") is None


def test_apply_uses_it_and_gives_the_same_bytes(tmp_path: Path, folder: Path) -> None:
    from passwright._native import Module, llvm_version
    from passwright.irgen.frontend import lower
    from passwright.locking import fingerprint
    from passwright.passes.lock import LockEntry, update
    from passwright.passes.recipe import Recipe

    source = tmp_path / "scale.c"
    source.write_text(KERNEL)
    lowered = lower(source, debug=False)
    entry = LockEntry(
        "scale.c",
        "scale",
        lowered.march,
        fingerprint(Module.parse(lowered.bitcode, "scale.c"), "scale"),
        llvm_version(),
        Recipe.parse("default<O3> [unroll-runtime=false]"),
        (1.1, 1.05, 1.2),
        "equal",
    )
    update(tmp_path / "passwright.lock", [entry])

    def apply(*options: str, code: int = 0) -> bytes:
        command = [sys.executable, "-m", "passwright", "apply", "scale.c", *options]
        run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert run.returncode == code, run.stderr
        return (tmp_path / "scale.o").read_bytes()

    built = apply("--no-cache")
    (kept,) = files(folder)
    assert apply() == built
    kept.write_bytes(kept.read_bytes()[:40] + b"not an object")  # its digest is wrong
    assert apply() == built
    # What is kept is what is given: a kept object with a right digest is believed.
    shelf_file = files(folder)[0]
    shelf_file.write_bytes(object_cache._digest(b"believed").encode() + b"believed")
    assert apply() == b"believed"
    assert apply("--no-cache") == built
    source.write_text(KERNEL.replace("2.0", "3.0"))
    apply(code=1)  # stale: the cache does not hide it
