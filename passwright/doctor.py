"""What Passwright found on this machine, what is missing, and the command that installs it."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass

from passwright.passes.errors import PasswrightError


@dataclass(frozen=True)
class Check:
    """One line of the report. `state`: "ok", "missing" (needed) or "optional" (absent, and only some verbs need it)."""

    name: str
    state: str
    detail: str
    remedy: str = ""


def examine() -> list[Check]:
    """All checks, in the order in which a user needs them; never raises."""
    return [
        _guarded(check)
        for check in (
            _python,
            _native,
            _clang,
            _runner,
            _plugin,
            _sandbox,
            _landlock,
            _bubblewrap,
            _asan,
            _gcc,
            *_extras(),
        )
    ]


def _guarded(check: Callable[[], Check]) -> Check:
    try:
        return check()
    except PasswrightError as error:
        return Check(check.__name__.strip("_"), "missing", error.message, error.hint)
    except (OSError, ImportError, subprocess.SubprocessError) as error:
        return Check(check.__name__.strip("_"), "missing", f"{type(error).__name__}: {error}")


def _python() -> Check:
    return Check("python", "ok", f"{platform.python_version()} on {platform.machine()}, {platform.release()}")


def _native() -> Check:
    from passwright import _native

    host = _native.host()
    return Check("native core", "ok", f"LLVM {_native.llvm_version()} with Polly, CPU {host['cpu']}")


def _clang() -> Check:
    from passwright.irgen.clang import find_clang

    clang = find_clang()
    return Check("clang front end", "ok", f"{' '.join(clang.argv)} ({clang.version}, {clang.origin})")


def _runner() -> Check:
    from passwright.bench.process import program

    path = program()
    if not os.access(path, os.X_OK):
        return Check("runner", "missing", f"{path}: not there", "pip install --force-reinstall passwright")
    return Check("runner", "ok", f"{path.name}, {path.stat().st_size / 1e6:.1f} MB")


def _plugin() -> Check:
    from passwright.clang_plugin import plugin

    path = plugin()
    if path is None:
        return Check(
            "clang plugin",
            "optional",
            "not built: it needs clang 19 and LLVM 19 as a shared library",
            "apt-get install clang-19 llvm-19-dev, then build Passwright from source",
        )
    return Check("clang plugin", "ok", f"clang-19 -fpass-plugin={path}")


def _sandbox() -> Check:
    from passwright.bench.sandbox import offer

    if not offer().seccomp:
        return Check("seccomp", "missing", "the kernel has no seccomp filters", "run on Linux 4.14 or later")
    return Check("seccomp", "ok", "kernels run without files, network or clocks, programs without network")


def _landlock() -> Check:
    from passwright.bench.sandbox import offer

    version = offer().landlock
    if version:
        return Check("Landlock", "ok", f"version {version}: programs open their own folder only")
    state = "optional" if offer().bubblewrap else "missing"
    return Check("Landlock", state, "not in this kernel", "run on Linux 5.13 or later with Landlock enabled")


def _bubblewrap() -> Check:
    from passwright.bench.sandbox import offer

    if found := offer().bubblewrap:
        return Check("bubblewrap", "ok", f"{found}: programs also have namespaces of their own")
    if shutil.which("bwrap"):
        return Check(
            "bubblewrap", "optional", "there, but user namespaces are not allowed", "ask the administrator"
        )
    return Check(
        "bubblewrap", "optional", "not there: one layer of the sandbox less", "apt-get install bubblewrap"
    )


def _asan() -> Check:
    from passwright.bench.runner import asan_runtime

    path = asan_runtime()
    if path is None:
        return Check(
            "AddressSanitizer",
            "optional",
            "no runtime: guard pages alone find bad accesses",
            "apt-get install libclang-rt-19-dev",
        )
    return Check("AddressSanitizer", "ok", str(path))


def _gcc() -> Check:
    gcc = shutil.which("gcc")
    if gcc is None:
        return Check("gcc (a peer in bench)", "optional", "not on PATH", "apt-get install gcc")
    version = subprocess.run(
        [gcc, "-dumpfullversion"], capture_output=True, text=True, timeout=10
    ).stdout.strip()
    return Check("gcc (a peer in bench)", "ok", f"{gcc} {version}")


def _extras() -> list[Callable[[], Check]]:
    extras = {
        "numba": ("numba",),
        "train": ("torch", "torch_geometric", "transformers"),
        "clang": ("ziglang",),
        "store": ("sqlalchemy", "psycopg"),
        "reliability": ("clang_tidy", "lizard"),
        "generate": ("tokenizers", "llguidance"),
    }

    def check_for(extra: str, modules: tuple[str, ...]) -> Callable[[], Check]:
        def check() -> Check:
            absent = [name for name in modules if importlib.util.find_spec(name) is None]
            if absent:
                return Check(
                    f"extra {extra}",
                    "optional",
                    f"{', '.join(absent)} not installed",
                    f"pip install 'passwright[{extra}]'",
                )
            return Check(f"extra {extra}", "ok", ", ".join(modules))

        return check

    return [check_for(extra, modules) for extra, modules in extras.items()]
