"""Kernels for the runner's tests: the compiler, shims, and arguments of calls; `build` and `runner` are in conftest.py."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from passwright.bench.call import Buffer, Call, Scalar
from passwright.bench.runner import Runner
from passwright.irgen.clang import find_clang

Compile = Callable[..., bytes]

AXPY = """
void axpy(double *y, const double *x, double a, int n) {
  for (int i = 0; i < n; ++i) y[i] += a * x[i];
}
"""


def compiler(folder: Path) -> Compile:
    """Compiles C (or C++ where it starts with "//c++") with flags; each text and flags only once."""
    known: dict[tuple[str, tuple[str, ...]], bytes] = {}

    def compile_(source: str, *flags: str) -> bytes:
        key = (source, flags)
        if key not in known:
            path = folder / f"k{len(known)}{'.cpp' if source.startswith('//c++') else '.c'}"
            path.write_text(source)
            driver = [] if path.suffix == ".c" else ["-xc++"]
            options = [*driver, *(flags or ("-O1",)), "-w", "-c", "-o", f"{path}.o", str(path)]
            subprocess.run([*find_clang().argv, *options], check=True)
            known[key] = Path(f"{path}.o").read_bytes()
        return known[key]

    return compile_


_LOADS = {"i32": "int", "i64": "long", "double": "double", "float": "float", "ptr": "void *", "void": "void"}


def shim_source(entry: str, parameters: tuple[str, ...], returns: str = "void") -> str:
    """What `call_shim` makes, in C: slots hold the addresses of the values."""
    types = [_LOADS[kind] for kind in parameters]
    arguments = ", ".join(f"*({kind} *)slots[{index}]" for index, kind in enumerate(types))
    result = "" if returns == "void" else f"*({_LOADS[returns]} *)result = "
    declaration = f"{_LOADS[returns]} {entry}({', '.join(types) or 'void'});"
    return f"{declaration}\nvoid __pw_call_{entry}(void **slots, void *result) {{ {result}{entry}({arguments}); }}"


def load(
    runner: Runner,
    build: Compile,
    source: str,
    entry: str,
    parameters: tuple[str, ...] = (),
    returns: str = "void",
    flags: tuple[str, ...] = (),
    name: str = "",
) -> str:
    """Load a kernel with its shim; the variant's name."""
    name = name or entry
    objects = [build(source, *flags), build(shim_source(entry, parameters, returns), "-O1")]
    runner.load(name, objects, entry)
    return name


def array(name: str, values: object, role: str = "inout", kind: str = "f64") -> Buffer:
    data = np.asarray(values, dtype=np.dtype(kind[0] + str(int(kind[1:]) // 8))).tobytes()
    return Buffer(data, role, kind, name, int(kind[1:]) // 8)  # type: ignore[arg-type]


def call(
    entry: str, *slots: Buffer | Scalar | None, returns: str = "void", globals_: Mapping[str, Buffer] = {}
) -> Call:
    return Call(entry, slots, globals_, returns)


def integer(name: str, value: int) -> Scalar:
    return Scalar("i32", value, name)


def axpy_call(length: int = 100, told: int | None = None, role: str = "in") -> Call:
    y, x = np.arange(length, dtype=float), np.full(length, 3.0)
    told = length if told is None else told
    return call("axpy", array("y", y), array("x", x, role), Scalar("double", 2.0, "a"), integer("n", told))


AXPY_TYPES = ("ptr", "ptr", "double", "i32")
