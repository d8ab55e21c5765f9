"""Taking functions out of a module and putting them back: same symbols, same behaviour."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from native_support import MIXED, lower, symbols

from passwright._native import Module
from passwright.passes.errors import InputError, IRError, UsageError

C_PROGRAM = """
#include <stdio.h>
#include <stdlib.h>
static int hits;                                   /* written on both sides */
static long log_of_kernel[4];                      /* the kernel's alone */
static const int primes[5] = {2, 3, 5, 7, 11};     /* read on both sides */
const double scale[3] = {0.5, 1.5, 2.5};
static int twice(int x) { hits++; return 2 * x; }  /* called on both sides */
static int only_kernel(int x) { log_of_kernel[x & 3]++; return twice(x) + primes[x % 5]; }
static int compare(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }
static int next_id(void) { static int id = 100; return ++id; }
int plain(int x) { return x * 3 + next_id(); }
static int worker(int x) { return x + next_id(); } /* a static kernel */
int kernel(int *p, int n) {
  int s = 0;
  for (int i = 0; i < n; i++)
    s += only_kernel(p[i]) + (int)(scale[i % 3] * plain(i)) + worker(i);
  qsort(p, n, sizeof *p, compare);
  puts("sorted");
  return s;
}
int kernel_alias(int *p, int n) __attribute__((alias("kernel")));
int jump(int x) {
  static const void *const where[] = {&&a, &&b};
  goto *where[x & 1];
a: return 1;
b: return 2;
}
__attribute__((constructor)) static void start(void) { hits = 1000; }
int main(void) {
  int p[7] = {9, 4, 7, 1, 8, 2, 2};
  printf("%d\\n", kernel(p, 7));
  qsort(p, 7, sizeof *p, compare);
  printf("%d %d %d %d\\n", kernel_alias(p, 7), twice(4), worker(5), jump(3));
  printf("%d %d %d\\n", hits, p[6], primes[2]);
  int (*pointer)(const void *, const void *) = compare;
  printf("%d\\n", pointer == compare);
}
"""

CXX_PROGRAM = (
    MIXED
    + """
#include <cstdio>
template <class T> T &shared() { static T value{}; return value; }
inline int counter() { static int n = 10; return n++; }
struct Base { virtual ~Base() = default; virtual int get() const { return 1; } };
template <class T> struct Derived : Base {
  T v;
  explicit Derived(T v) : v(v) {}
  int get() const override { return int(v); }
};
__attribute__((noinline)) int kernel(std::vector<double> &x) {
  int s = 0;
  for (double v : x) { Derived<double> d(v); const Base *b = &d; s += b->get() + counter(); }
  shared<int>() += s;
  try { std::vector<double> none; s += work(none, "a"); } catch (const std::runtime_error &e) { s += e.what()[0]; }
  return s + work(x, "b");
}
int main() {
  std::vector<double> x = {5, 3, 8};
  int first = kernel(x), second = kernel(x);
  Derived<double> d(4);
  std::printf("%d %d %d %d %d\\n", first, second, counter(), shared<int>(), d.get());
}
"""
)

PROGRAMS = {
    "c": (
        C_PROGRAM,
        ".c",
        [["kernel"], ["worker"], ["jump"], ["main"], ["kernel", "plain"], ["kernel_alias"]],
    ),
    "c++": (CXX_PROGRAM, ".cpp", [["_Z6kernelRSt6vectorIdSaIdEE"], ["main"], ["_Z7counterv"]]),
}


LEFT_OVER = re.compile(r"@[^ ,()]*passwright|passwright-was")


def run(obj: bytes, folder: Path) -> str:
    (folder / "program.o").write_bytes(obj)
    subprocess.run(["g++", folder / "program.o", "-o", folder / "program"], check=True)
    return subprocess.run([folder / "program"], check=True, capture_output=True, text=True, timeout=10).stdout


def strong(table: dict[str, str]) -> dict[str, str]:
    """Symbols that every compilation has: an inline function may be kept or not, and with it what it needs."""
    return {name: letter for name, letter in table.items() if letter not in "WVUwvu"}


@pytest.mark.parametrize("language", PROGRAMS)
def test_split_and_link_is_the_same_program(language: str, tmp_path: Path) -> None:
    source, suffix, cases = PROGRAMS[language]
    base = lower(source, tmp_path, suffix=suffix)
    whole = base.clone()
    whole.run("default<O3>")
    expected, table = run(whole.emit(), tmp_path), symbols(whole.emit(), tmp_path)
    for names in cases:
        rest = base.clone()
        kernel = rest.extract(names)
        kernel.verify()
        rest.verify()
        rest.run("default<O3>")
        kernel.run("default<O2>")
        rest.link(kernel)
        rest.verify()
        made = rest.emit()
        assert run(made, tmp_path) == expected, names
        assert strong(symbols(made, tmp_path)) == strong(table), names
        assert set(symbols(made, tmp_path)) <= set(symbols(base.emit(), tmp_path)), names
        assert not LEFT_OVER.search(rest.ir()), names


def test_parts_link_as_objects_too(tmp_path: Path) -> None:
    """The halves know each other by hidden symbols, so a linker can put them together for a trial."""
    rest = lower(C_PROGRAM, tmp_path)
    whole = run(rest.emit(), tmp_path)
    kernel = rest.extract(["kernel"])
    (tmp_path / "kernel.o").write_bytes(kernel.emit())
    (tmp_path / "rest.o").write_bytes(rest.emit())
    objects = [tmp_path / "kernel.o", tmp_path / "rest.o"]
    subprocess.run(["g++", *objects, "-o", tmp_path / "program"], check=True)
    assert subprocess.run([tmp_path / "program"], capture_output=True, text=True).stdout == whole


def test_what_goes_where(tmp_path: Path) -> None:
    rest = lower(C_PROGRAM, tmp_path)
    kernel = rest.extract(["kernel"])
    there = {f.name: f for f in kernel.functions()}
    here = {f.name: f for f in rest.functions()}
    assert (there["kernel"].linkage, here["kernel"].is_declaration) == ("external", True)
    assert there["only_kernel"].linkage == "internal"
    assert "only_kernel" not in here
    assert there["twice"].linkage == here["twice"].linkage == "internal"  # a copy on each side
    assert there["plain"].linkage == "available_externally"
    assert there["compare.passwright"].linkage == "available_externally"  # its address is compared
    assert here["compare.passwright"].linkage == "external"
    data = {g.name: g for g in kernel.globals()}
    assert data["log_of_kernel"].linkage == "internal"
    assert data["hits.passwright"].is_declaration
    assert not {g.name for g in kernel.globals()} & {"llvm.global_ctors", "llvm.used"}
    assert {g.name for g in rest.globals()} >= {"hits.passwright", "llvm.global_ctors"}


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1)])
def test_several_kernels_link_in_any_order(order: tuple[int, ...], tmp_path: Path) -> None:
    base = lower(C_PROGRAM, tmp_path)
    expected = run(base.emit(), tmp_path)
    rest = base.clone()
    parts = [rest.extract([name]) for name in ("kernel", "worker", "plain")]
    for part in (*parts, rest):
        part.run("default<O3>")
    for index in order:
        rest.link(parts[index])
        rest.verify()
    assert run(rest.emit(), tmp_path) == expected
    assert not LEFT_OVER.search(rest.ir())


@pytest.mark.tiny
def test_names_that_do_not_exist() -> None:
    module = Module.parse(b"define void @f() {\n  ret void\n}\ndeclare void @g()\n@v = global i32 1")
    for name in ("g", "h", "v"):
        with pytest.raises(InputError, match=f"no function '{name}' is defined"):
            module.extract([name])
    with pytest.raises(UsageError, match="itself"):
        module.link(module)
    with pytest.raises(IRError, match="f"):
        module.link(module.clone())
