"""The objects that `apply` built before: found again by content, never wrong, never too many."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from passwright.object_cache import ObjectCache, Shelf
from passwright.passes.lock_text import excerpt, flags

ENTRIES = 'recipe = ["default<O3>"]'
KERNEL = """
void scale(int n, double *out, const double *in) {
    for (int i = 0; i < n; i++) out[i] = 2.0 * in[i];
}
"""


@pytest.fixture(autouse=True)
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "passwright" / "objects.sqlite"


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


def test_a_damaged_object_is_not_used(path: Path) -> None:
    for change in ("data = x'00'", "data = 'text'", "digest = 'no'", "ir = 'another'", "data = zeroblob(7)"):
        shelf = Shelf(ENTRIES, "obj", ())
        shelf.put(b"ir", b"object!")
        with sqlite3.connect(path) as file:
            file.execute(f"UPDATE objects SET {change}")
        file.close()
        assert shelf.get(b"ir") is None
        shelf.put(b"ir", b"object!")
        assert shelf.get(b"ir") == b"object!"


def test_a_damaged_file_is_begun_again(path: Path) -> None:
    random = Random(7)
    begun = wrong = 0
    for _ in range(60):
        shelf = Shelf(ENTRIES, "obj", ())
        for number in range(20):
            shelf.put(b"%d" % number, b"object %d" % number * 300)
        content = bytearray(path.read_bytes())
        for _ in range(random.choice([1, 5, 200])):
            content[random.randrange(len(content))] ^= 1 << random.randrange(8)
        path.write_bytes(content[: random.choice([len(content), random.randrange(len(content))])])
        fresh = Shelf(ENTRIES, "obj", ())
        found = [fresh.get(b"%d" % number) for number in range(20)]
        wrong += sum(one not in (None, b"object %d" % number * 300) for number, one in enumerate(found))
        begun += None in found
        fresh.put(b"new", b"object")
        assert fresh.get(b"new") == b"object"
    assert begun and not wrong


def test_text_in_its_place_is_replaced(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_text("this is no database, and longer than the header of one" * 10)
    shelf = Shelf(ENTRIES, "obj", ())
    assert shelf.get(b"ir") is None
    shelf.put(b"ir", b"object")
    assert shelf.get(b"ir") == b"object"


def test_what_was_not_used_for_longest_goes_first(path: Path) -> None:
    cache = ObjectCache(limit=250)
    cache.put("aa", "01", bytes(100))
    cache.put("aa", "02", bytes(100))
    with sqlite3.connect(path) as file:
        file.execute("UPDATE objects SET used = used - 1000 * length(ir)")
    file.close()
    assert cache.get("aa", "01") == bytes(100)  # its use is written down, for it is long ago
    cache.put("aa", "03", bytes(100))
    assert [cache.get("aa", ir) is not None for ir in ("01", "02", "03")] == [True, False, True]
    assert cache.size() == (2, 200)
    cache.put("aa", "04", bytes(300))  # more than there may be of all
    assert cache.get("aa", "04") is None and cache.size() == (2, 200)


def test_many_processes_may_write_at_once(path: Path) -> None:
    script = (
        "from passwright.object_cache import ObjectCache\n"
        "import sys\n"
        "for n in range(40): c = ObjectCache(); c.put('aa', f'{n % 10:02x}', b'%d' % (n % 10) * 500); "
        "assert c.get('aa', f'{n % 10:02x}') == b'%d' % (n % 10) * 500"
    )
    processes = [subprocess.Popen([sys.executable, "-c", script]) for _ in range(6)]
    assert [process.wait() for process in processes] == [0] * 6
    assert ObjectCache().size() == (10, 5000)


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


def test_apply_uses_it_and_gives_the_same_bytes(tmp_path: Path, path: Path) -> None:
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
    assert ObjectCache().size()[0] == 1
    assert apply() == built
    path.write_bytes(path.read_bytes()[:5000])  # cut off
    assert apply() == built
    # What is kept is what is given: a kept object with a right digest is believed.
    with sqlite3.connect(path) as file:
        ((shelf, ir),) = file.execute("SELECT shelf, ir FROM objects").fetchall()
    file.close()
    ObjectCache().put(shelf, ir, b"believed")
    assert apply() == b"believed"
    assert apply("--no-cache") == built
    source.write_text(KERNEL.replace("2.0", "3.0"))
    apply(code=1)  # stale: the cache does not hide it
