"""What the tests of the native core share: compiling small sources with clang, and reading symbols."""

from __future__ import annotations

import subprocess
from pathlib import Path

from passwright._native import Module
from passwright.irgen.clang import find_clang

UNOPTIMISED = ("-Xclang", "-disable-llvm-passes", "-emit-llvm")

LOOPS = """
#include <math.h>
#include <stddef.h>
void gemm(int n, const double *restrict a, const double *restrict b, double *restrict c) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) {
      double s = 0;
      for (int k = 0; k < n; k++)
        s += a[i * n + k] * b[k * n + j];
      c[i * n + j] = s;
    }
}
float dot(int n, const float *a, const float *b) {
  float s = 0;
  for (int i = 0; i < n; i++)
    s += a[i] * b[i];
  return s;
}
void zero(char *p, size_t n) { for (size_t i = 0; i < n; i++) p[i] = 0; }
double skip(int n, const double *x) {
  double s = 0;
  for (int i = 0; i < n; i++) {
    if (x[i] < 0)
      continue;
    if (x[i] > 9)
      continue;
    s += sin(x[i]);
  }
  return s;
}
int sixteen(const int *x) { int s = 0; for (int i = 0; i < 16; i++) s ^= x[i] * i; return s; }
"""

MIXED = """
#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>
struct Table { std::vector<int> v; Table() { for (int i = 0; i < 10; i++) v.push_back(i * i); } };
static Table table;
thread_local int calls = 3;
template <class T> T total(const std::vector<T> &x) { T s = 0; for (T v : x) s += v; return s; }
int work(std::vector<double> &x, const std::string &s) {
  static std::map<std::string, int> seen;
  if (x.empty())
    throw std::runtime_error("empty");
  std::sort(x.begin(), x.end());
  try { seen.at(s)++; } catch (std::out_of_range &) { seen[s] = 1; }
  return seen[s] + total(table.v) + ++calls + int(total(x));
}
"""


def clang(source: str, output: Path, *flags: str, suffix: str = ".c") -> bytes:
    """Compile a source text at -O3 -march=native unless the flags say otherwise, and return the output."""
    file = output.with_suffix(suffix)
    file.write_text(source)
    language = ["-std=c++17"] if suffix == ".cpp" else []
    command = [
        *find_clang().argv,
        "-O3",
        "-march=native",
        *language,
        *flags,
        "-c",
        str(file),
        "-o",
        str(output),
    ]
    subprocess.run(command, check=True)
    return output.read_bytes()


def lower(source: str, folder: Path, *flags: str, suffix: str = ".c") -> Module:
    """The unoptimised module of a source text."""
    return Module.parse(
        clang(source, folder / "lowered.bc", *UNOPTIMISED, *flags, suffix=suffix), "lowered.bc"
    )


def symbols(obj: bytes, folder: Path) -> dict[str, str]:
    """The external symbols of an object file: name to nm's letter."""
    path = folder / "symbols.o"
    path.write_bytes(obj)
    listing = subprocess.run(["nm", "-g", str(path)], check=True, capture_output=True, text=True).stdout
    return {line.split()[-1]: line.split()[-2] for line in listing.splitlines()}
