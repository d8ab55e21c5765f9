"""Programs from Csmith (Yang, Chen, Eide and Regehr, Finding and understanding bugs in C compilers, PLDI 2011).

Csmith writes C programs without undefined behaviour that add a checksum over their variables up and print it. Here the
program's `main` becomes a function that returns the checksum, so that it runs in the runner like any kernel: no process for
a run, no output to read. The options keep programs so small that an -O3 compile takes tens of milliseconds.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from passwright.bench.workload import Workload
from passwright.irgen.kernel import Kernel
from passwright.passes.errors import InputError, ToolchainError

INSTALL = "apt-get install csmith libcsmith-dev, or leave it out with --corpus"
HEADERS = ("/usr/include/csmith", "/usr/local/include/csmith", "/usr/include/csmith-2.3.0")
ENTRY = "csmith_program"
PATIENCE = 20.0
"""Seconds that Csmith may take for one program; mostly it is hundredths."""

SMALL = (
    "--no-argc",
    "--concise",
    "--quiet",
    *("--max-funcs", "4"),
    *("--max-block-depth", "3"),
    *("--max-block-size", "3"),
    *("--max-expr-complexity", "6"),
)
PROFILES: tuple[tuple[str, ...], ...] = (
    ("--no-volatiles", "--no-volatile-pointers"),
    ("--no-volatiles", "--no-volatile-pointers", "--float"),
    ("--no-volatiles", "--no-volatile-pointers", "--max-array-dim", "2", "--max-array-len-per-dim", "16"),
    ("--builtins", "--enable-builtin-kinds", "generic"),
)
"""More options; seeds take them in turn: plain, with floating-point numbers, with longer arrays, with built-ins and volatile
variables."""

_PRELUDE = f"""/* Csmith's own platform prints the checksum; this one returns it. */
#define PLATFORM_GENERIC_H
#include <stdint.h>
#define printf(...) ((void)0)
#define platform_main_begin() ((void)0)
#define platform_main_end(checksum, flag) return (int)(checksum)
#define main {ENTRY}

"""


@cache
def find_csmith() -> tuple[str, str]:
    """The program and the folder of its headers.  Raises ToolchainError that names the packages."""
    program = shutil.which("csmith")
    if program is None:
        raise ToolchainError("csmith, which makes random programs, was not found", hint=INSTALL)
    for folder in HEADERS:
        if Path(folder, "csmith.h").is_file():
            return program, folder
    raise ToolchainError("csmith is there, but its header csmith.h was not found", hint=INSTALL)


def options(seed: int) -> list[str]:
    """Csmith's options for a seed."""
    return ["--seed", str(seed), *SMALL, *PROFILES[seed % len(PROFILES)]]


def source(seed: int) -> str:
    """The program's text with our platform before it.  Raises ToolchainError, InputError when Csmith fails."""
    program, _ = find_csmith()
    with TemporaryDirectory(prefix="passwright-csmith-") as folder:  # it leaves a file where it runs
        try:
            made = subprocess.run(
                [program, *options(seed)],
                capture_output=True,
                text=True,
                timeout=PATIENCE,
                cwd=folder,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise InputError(
                f"csmith takes over {PATIENCE:g} s for seed {seed}", hint="take another seed"
            ) from None
    if made.returncode or "platform_main_end" not in made.stdout:
        said = (made.stderr or made.stdout).strip().splitlines()[-1:] or ["nothing"]
        raise InputError(f"csmith failed on seed {seed} and said: {said[0]}", hint="take another seed")
    return _PRELUDE + made.stdout


def lower(seed: int) -> tuple[Kernel, Workload, str]:
    """The program as a kernel without arguments, how to call it, and its text.  Errors as `source`, and CompileError."""
    from passwright.irgen.frontend import kernels

    text = source(seed)
    with TemporaryDirectory(prefix="passwright-csmith-") as folder:
        file = Path(folder, f"csmith_{seed}.c")
        file.write_text(text)
        kernel = kernels(file, entries=(ENTRY,), flags=("-w", f"-I{find_csmith()[1]}"), debug=False)[0]
    return replace(kernel, source=None), Workload({}, seeds=(1,)), text
