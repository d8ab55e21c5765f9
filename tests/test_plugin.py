"""The clang plugin: the same objects as `apply`, and plain ones, byte for byte, wherever there is nothing to apply."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from passwright._native import Module, host, llvm_version, object_sections
from passwright.clang_plugin import plugin
from passwright.irgen.frontend import lower
from passwright.locking import build, fingerprint, locked
from passwright.passes.lock import Lock, LockEntry, load, render
from passwright.passes.recipe import Recipe
from passwright.passes.review import Review

PLUGIN = plugin()
CLANG = shutil.which("clang-19")
pytestmark = pytest.mark.skipif(
    PLUGIN is None or CLANG is None, reason="the plugin was not built, or there is no clang-19 to load it"
)

C = """
static int counter;
static int square(int x) { counter++; return x * x; }
int calls(void) { return counter; }
int sum(const int *p, int n) { int s = 0; for (int i = 0; i < n; i++) s += square(p[i]); return s; }
int both(const int *p, int n) { int s = 1; for (int i = 0; i < n; i++) s ^= sum(p, i); return s; }
int rest(const int *p, int n) { return both(p, n) + sum(p, n) + square(n); }
void turn(float (*restrict in)[1000], float (*restrict out)[1000], int n) {
  for (int j = 0; j < 1000; j++)
    for (int i = 0; i < n; i++) out[i][j] = 2 * in[i][j];
}
double total(const double *x, int n) { double s = 0; for (int i = 0; i < n; i++) s += x[i] * x[i]; return s; }
"""
C_MAIN = """
#include <stdio.h>
int calls(void); int rest(const int *, int); double total(const double *, int);
void turn(float (*)[1000], float (*)[1000], int);
float in[100][1000], out[100][1000];
int main(void) {
  static int p[99]; static double a[1024];
  for (int i = 0; i < 99; i++) p[i] = i * 7 % 31;
  for (int i = 0; i < 1024; i++) a[i] = i * .5;
  for (int i = 0; i < 100000; i++) in[0][i] = i;
  turn(in, out, 100);
  printf("%d %d %a %a\\n", rest(p, 99), calls(), total(a, 1024), out[77][77]);
}
"""
CPP = """
#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>
struct Table { std::vector<int> v; Table() { for (int i = 0; i < 10; i++) v.push_back(i * i); } };
static Table table;
thread_local int calls = 3;
struct Shape { virtual ~Shape() = default; virtual double area() const { return 1; } };
struct Square : Shape { double side; Square(double s) : side(s) {} double area() const override { return side * side; } };
template <class T> T total(const std::vector<T> &x) { T s = 0; for (T v : x) s += v; return s; }
inline int shared(int x) { static int kept = 5; return kept += x; }
int kernel(std::vector<int> &x, const std::string &name) {
  std::map<std::string, int> seen;
  for (int v : x) seen[name + std::to_string(v % 7)] += v + table.v[v % 10];
  std::sort(x.begin(), x.end());
  try { if (x.size() > 1000) throw std::runtime_error(name); } catch (const std::exception &e) { calls += *e.what(); }
  Square square(2.5);
  const Shape &shape = square;
  return total(x) + int(seen.size()) + shared(calls) + int(shape.area());
}
void blur(const float *in, float *out, int n) {
  for (int i = 1; i < n - 1; i++) out[i] = (in[i - 1] + in[i] + in[i + 1]) / 3.f;
}
"""
CPP_MAIN = """
#include <cstdio>
#include <string>
#include <vector>
int kernel(std::vector<int> &, const std::string &);
void blur(const float *, float *, int);
int main() {
  std::vector<int> x;
  for (int i = 0; i < 2000; i++) x.push_back(i * 37 % 911);
  std::vector<float> in(x.begin(), x.end()), out(x.size());
  blur(in.data(), out.data(), int(in.size()));
  std::printf("%d %a\\n", kernel(x, "name"), out[77]);
}
"""
KERNEL, BLUR = (
    "_Z6kernelRSt6vectorIiSaIiEERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE",
    "_Z4blurPKfPfi",
)


def write_lock(
    source: Path,
    recipes: dict[str, str],
    *,
    flags: tuple[str, ...] = (),
    lock: Path | None = None,
    **changes: str,
) -> Path:
    """A lock file for a source, with these recipes; `changes` are to every entry."""
    module = Module.parse(lower(source, flags=flags, debug=False).bitcode, str(source))
    lock = lock or source.parent / "passwright.lock"
    entries = [
        LockEntry(
            os.path.relpath(source, lock.parent),
            entry,
            host()["cpu"],
            fingerprint(module, entry),
            llvm_version(),
            Recipe.parse(recipe),
            (1.5, 1.4, 1.6),
            "equal",
            flags=flags,
        )._replace(**changes)
        for entry, recipe in recipes.items()
    ]
    lock.write_text(render(Lock(lock, tuple(entries))))
    return lock


def applied(source: Path, lock: Path, flags: tuple[str, ...] = ()) -> bytes:
    """What `passwright apply` builds."""
    entries = locked(load(lock), source, host()["cpu"])
    module = Module.parse(lower(source.name, flags=flags, debug=False).bitcode, source.name)
    return build(module, entries, flags)


def compiled(
    source: Path,
    *flags: str,
    level: str = "-O3",
    with_plugin: bool = True,
    code: int = 0,
    says: str = "",
    **variables: str,
) -> bytes:
    """What clang builds; its messages must contain `says`, or be empty."""
    output = source.parent / "out.o"
    output.unlink(missing_ok=True)
    loaded = [f"-fpass-plugin={PLUGIN}"] if with_plugin else []
    run = subprocess.run(
        [CLANG or "", level, "-march=native", *flags, *loaded, "-c", source.name, "-o", output.name],
        cwd=source.parent,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert run.returncode == code, run.stderr
    assert says in run.stderr if says else not run.stderr, run.stderr
    assert output.exists() == (code == 0)
    return output.read_bytes() if code == 0 else b""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # objects hold the source's name as it was given
    monkeypatch.delenv("PASSWRIGHT", raising=False)


@pytest.fixture
def kernel_c(tmp_path: Path) -> Path:
    path = tmp_path / "kernel.c"
    path.write_text(C)
    return path


POLLY = "default<O3> [polly=true polly-default-tile-size=16]"
SAME = [
    ({"turn": POLLY}, ()),
    ({"turn": "function(sroa,early-cse<memssa>,instcombine<max-iterations=2>) | " + POLLY}, ("-g",)),
    ({"sum": "hint sum#0 unroll.count=4 | default<O3>"}, ("-fPIC",)),
    ({"sum": "attr prefer-vector-width=512 | default<O3>"}, ("-DX=1", "-fno-exceptions")),
    (
        {
            "sum": "attr sum prefer-vector-width=128 | default<O3>",
            "both": "default<O3> [unroll-runtime=false]",
        },
        (),
    ),
    ({"turn": POLLY, "rest": "default<O2> | default<O3>", "sum": "function(sroa,instcombine)"}, ("-g",)),
    ({"total": "function(sroa) | default<O2> [enable-double-float-shrink=true]"}, ("-ffast-math",)),
    ({"total": "attr minsize | attr optsize | default<Oz>"}, ()),
]


@pytest.mark.parametrize(("recipes", "flags"), SAME)
def test_the_object_that_apply_builds(
    kernel_c: Path, recipes: dict[str, str], flags: tuple[str, ...]
) -> None:
    lock = write_lock(kernel_c, recipes, flags=flags)
    built = compiled(kernel_c, *flags)
    assert built == applied(kernel_c, lock, flags)
    assert built != compiled(kernel_c, *flags, with_plugin=False)


def test_flags_for_the_code_generator(kernel_c: Path) -> None:
    """`apply` does not have these; clang's code generator is at work here."""
    write_lock(kernel_c, {"turn": POLLY})
    sections = object_sections(compiled(kernel_c, "-ffunction-sections"))
    plain = object_sections(compiled(kernel_c, "-ffunction-sections", with_plugin=False))
    assert sections[".text.turn"] != plain[".text.turn"]
    assert ".text.sum" in sections


@pytest.mark.parametrize(
    ("recipes", "flags"),
    [
        ({KERNEL: "default<O3> [unroll-runtime=false]", BLUR: POLLY}, ()),
        ({KERNEL: "cgscc(inline),function(sroa,gvn) | default<O3>"}, ("-g", "-fPIC")),
    ],
)
def test_cpp(tmp_path: Path, recipes: dict[str, str], flags: tuple[str, ...]) -> None:
    path = tmp_path / "kernel.cpp"
    path.write_text(CPP)
    lock = write_lock(path, recipes, flags=flags)
    built = compiled(path, *flags)
    assert built == applied(path, lock, flags)
    plain = compiled(path, *flags, with_plugin=False)
    assert built != plain
    assert runs(tmp_path, CPP_MAIN, ".cpp", built) == runs(tmp_path, CPP_MAIN, ".cpp", plain)


def runs(folder: Path, main: str, suffix: str, built: bytes) -> str:
    """What a program with this object prints."""
    (folder / f"main{suffix}").write_text(main)
    (folder / "linked.o").write_bytes(built)
    subprocess.run(
        ["clang++-19" if suffix == ".cpp" else "clang-19", f"main{suffix}", "linked.o", "-o", "program"],
        cwd=folder,
        check=True,
    )
    return subprocess.run([folder / "program"], capture_output=True, text=True, check=True).stdout


def test_it_computes_the_same(kernel_c: Path) -> None:
    write_lock(kernel_c, {"turn": POLLY, "sum": "hint sum#0 unroll.count=4 | default<O3>"})
    built, plain = compiled(kernel_c), compiled(kernel_c, with_plugin=False)
    assert runs(kernel_c.parent, C_MAIN, ".c", built) == runs(kernel_c.parent, C_MAIN, ".c", plain)


def test_o2_and_other_options_of_llvm_change_nothing(kernel_c: Path) -> None:
    lock = write_lock(kernel_c, {"turn": "default<O3> [unroll-runtime=false]"})
    expected = applied(kernel_c, lock)
    assert compiled(kernel_c, level="-O2") == expected
    assert compiled(kernel_c, "-mllvm", "-unroll-count=3") == expected


@pytest.mark.parametrize("level", ["-O0", "-O1", "-Os", "-Oz"])
def test_other_levels_are_left_alone(kernel_c: Path, level: str) -> None:
    write_lock(kernel_c, {"turn": POLLY})
    assert compiled(kernel_c, level=level) == compiled(kernel_c, level=level, with_plugin=False)


def test_nothing_to_apply(kernel_c: Path) -> None:
    plain = compiled(kernel_c, with_plugin=False)
    assert compiled(kernel_c) == plain  # no lock
    other = kernel_c.with_name("other.c")
    other.write_text(C)
    write_lock(other, {"turn": POLLY})
    assert compiled(kernel_c, PASSWRIGHT="strict") == plain  # no entry
    write_lock(kernel_c, {"turn": POLLY})
    assert compiled(kernel_c, PASSWRIGHT="off") == plain
    assert compiled(kernel_c) != plain


def reviewed(lock: Path, review: str) -> None:
    lines = lock.read_text().splitlines(keepends=True)
    lock.write_text("".join(f"review = {review}\n" if line.startswith("review") else line for line in lines))


def test_reviews(kernel_c: Path) -> None:
    plain = compiled(kernel_c, with_plugin=False)
    lock = write_lock(kernel_c, {"turn": POLLY})
    for review in (
        '"accepted"',
        '{ state = "accepted", by = "Ada", why = "a \\"good\\" one" }',
        '{state="proposed"}',
    ):
        reviewed(lock, review)
        assert compiled(kernel_c, PASSWRIGHT="strict") != plain
    for review in ('"rejected"', '{ state = "rejected", why = "," }'):
        reviewed(lock, review)
        assert compiled(kernel_c, PASSWRIGHT="strict") == plain
    for review in ('"perhaps"', '{ state = "accepted"', "accepted"):
        reviewed(lock, review)
        assert compiled(kernel_c, says="review") == plain


def test_digests_of_every_length_around_a_block(kernel_c: Path) -> None:
    plain = compiled(kernel_c, with_plugin=False)

    def length(lock: Path) -> int:
        return len(lock.read_bytes().partition(b"\n\n")[2].partition(b"digest = ")[0])

    start = length(write_lock(kernel_c, {"turn": POLLY}))
    for rest in (127, 0, 1):
        lock = write_lock(kernel_c, {"turn": POLLY}, features="x" * ((rest - start) % 128))
        assert length(lock) % 128 == rest
        assert compiled(kernel_c, PASSWRIGHT="strict") != plain


def damaged(text: str) -> dict[str, tuple[str, str]]:
    """Lock files that must not be used, and what is said of them."""
    return {
        "digest": (text.replace("polly=true", "polly=tru"), "not as Passwright wrote it"),
        "merge": (text.replace("version = 1", "<<<<<<< ours\nversion = 1"), "merge conflict"),
        "format": (text.replace("version = 1", "version = 2"), "has format 2"),
        "truncated": (text[: len(text) * 2 // 3], "line"),
        "twice": (text + text.partition("\n\n")[2], "second table"),
        "key": (text.replace("flags =", "flag ="), "expected `flags"),
        "bytes": (text + "# \xff", "not UTF-8"),
        "empty": ("", "no format version"),
    }


@pytest.mark.parametrize("kind", damaged(""))
def test_damaged_lock(kernel_c: Path, kind: str) -> None:
    lock = write_lock(kernel_c, {"turn": POLLY})
    text, says = damaged(lock.read_text())[kind]
    lock.write_bytes(text.encode("latin-1"))
    plain = compiled(kernel_c, with_plugin=False)
    assert compiled(kernel_c, says=says) == plain
    compiled(kernel_c, says=says, PASSWRIGHT="strict", code=1)


def test_entries_for_something_else(kernel_c: Path) -> None:
    plain = compiled(kernel_c, with_plugin=False)
    for change, says in (
        ({"fingerprint": "0" * 32}, "have changed since"),
        ({"llvm": "19.1.0"}, "locked with LLVM 19.1.0"),
        ({"cpu": "pentium4"}, "is locked for pentium4, this build is for"),
        ({"entry": "nowhere"}, "no function 'nowhere'"),
        ({"recipe": Recipe.parse("default<O3> [polly-ignore-aliasing=true]")}, "is refused"),
        ({"recipe": Recipe.parse("function(newgvn)")}, "is refused"),
        ({"recipe": Recipe.parse("attr no-builtins | default<O3>")}, "no-builtins"),
        ({"recipe": Recipe.parse("hint turn#9 unroll.count=2 | default<O3>")}, "there is no loop"),
        ({"recipe": Recipe.parse("default<O3> [unroll-count=many]")}, "refuses the value"),
    ):
        write_lock(kernel_c, {"turn": POLLY}, **change)  # type: ignore[arg-type]
        assert compiled(kernel_c, says=says) == plain
        compiled(kernel_c, says=says, PASSWRIGHT="strict", code=1)


def test_where_the_lock_is(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "er"
    folder.mkdir(parents=True)
    source = folder / 'a "näme".c'
    source.write_text(C)
    plain = compiled(source, with_plugin=False)
    above = write_lock(source, {"turn": POLLY}, lock=tmp_path / "passwright.lock")
    built = compiled(source)
    assert built != plain
    other = above.rename(tmp_path / "deep" / "other.lock")
    assert compiled(source) == plain
    write_lock(source, {"turn": POLLY}, lock=other)
    assert compiled(source, PASSWRIGHT=f"strict,lock={other}") == built
    assert (
        compiled(
            source, "-Xclang", "-load", "-Xclang", str(PLUGIN), "-mllvm", "-passwright-lock=../other.lock"
        )
        == built
    )
    assert compiled(source, PASSWRIGHT="lock=absent.lock", says="cannot read absent.lock") == plain
    assert compiled(source, PASSWRIGHT="apply,loud", says="is not understood") == plain
    compiled(source, PASSWRIGHT="loud,strict", says="is not understood", code=1)


@pytest.mark.parametrize(
    "flags",
    [
        ("-fsanitize=address",),
        ("-fsanitize=undefined",),
        ("-fprofile-generate",),
        ("-fprofile-instr-generate",),
        ("--coverage",),
        ("-flto",),
    ],
)
def test_special_builds_are_left_alone(kernel_c: Path, flags: tuple[str, ...]) -> None:
    write_lock(kernel_c, {"turn": POLLY})
    assert compiled(kernel_c, *flags, PASSWRIGHT="strict") == compiled(kernel_c, *flags, with_plugin=False)


SLOW = """
void product(int n, const double *restrict a, const double *restrict b, double *restrict c) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) {
      double s = 0;
      for (int k = 0; k < n; k++) s += a[i * n + k] * b[k * n + j];
      c[i * n + j] = s;
    }
}
"""
"""Polly takes many seconds over it."""


def test_llvm_dying_of_a_recipe(kernel_c: Path) -> None:
    kernel_c.write_text(SLOW)
    write_lock(kernel_c, {"product": "default<O3> [polly=true]"})
    plain = compiled(kernel_c, with_plugin=False)
    limited = subprocess.run(  # clang itself needs less
        [
            "bash",
            "-c",
            f"ulimit -t 2; exec {CLANG} -O3 -march=native -fpass-plugin={PLUGIN} -c kernel.c -o limited.o",
        ],
        capture_output=True,
        text=True,
    )
    assert limited.returncode == 0 and "LLVM crashed on a locked recipe" in limited.stderr, limited.stderr
    assert Path("limited.o").read_bytes() == plain


def test_no_python_inside() -> None:
    needed = subprocess.run(["readelf", "-d", str(PLUGIN)], capture_output=True, text=True, check=True).stdout
    assert "libLLVM" in needed and "python" not in needed


def test_only_accepted_entries_where_that_is_asked(kernel_c: Path) -> None:
    lock = write_lock(kernel_c, {"turn": POLLY})
    plain = compiled(kernel_c, with_plugin=False)
    assert compiled(kernel_c, PASSWRIGHT="require-accepted", says="nobody has accepted") == plain
    (entry,) = load(lock).entries
    lock.write_text(render(Lock(lock, (entry._replace(review=Review("accepted")),))))
    assert compiled(kernel_c, PASSWRIGHT="require-accepted") == applied(kernel_c, lock) != plain
