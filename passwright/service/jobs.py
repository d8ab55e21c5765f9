"""What a job process does for one request: LLVM's part of `apply` and `learned`.

Each takes a frame's header and parts and gives the answer's. They run in a process of their own (`forge_main.py`), so
that they may crash, hang or grow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from passwright.irgen.flags import reorders_floats, sections
from passwright.passes import exact
from passwright.passes.errors import LockError
from passwright.passes.recipe import O3, Recipe

if TYPE_CHECKING:
    from passwright._native import Module

Header = dict[str, Any]
Answer = tuple[Header, list[bytes]]


def apply(header: Header, parts: Sequence[bytes]) -> Answer:
    """A file's object by its lock entries.  `parts`: bitcode, the lock file's text."""
    from passwright._native import Module
    from passwright.locking import build, locked
    from passwright.passes.lock import parse

    bitcode, lock = parts
    entries = locked(parse(lock, "passwright.lock"), header["source"], header["cpu"])
    module = Module.parse(bitcode, header["source"])
    recipes = {entry.entry: str(entry.recipe) for entry in entries}
    return {"recipes": recipes}, [build(module, entries, header["flags"], kind=header["kind"])]


def build(header: Header, parts: Sequence[bytes]) -> Answer:
    """A file's object with recipes for some of its functions, -O3 for the rest.  `parts`: bitcode."""
    from passwright._native import Module
    from passwright.passes.build import build_module, emit

    recipes = {entry: Recipe.parse(text) for entry, text in header["recipes"].items()}
    module = Module.parse(parts[0], header["source"])
    whole = build_module(module, recipes, fast_math=reorders_floats(header["flags"]))
    whole.verify()
    return {}, [emit(whole, header["kind"], sections(header["flags"]))]


def survey(header: Header, parts: Sequence[bytes]) -> Answer:
    """The functions of a file that look hot: names, and for each its module and the profile of its -O3 build.

    `parts`: bitcode.
    """
    from passwright._native import Module
    from passwright.service.hot import hot_functions

    found = hot_functions(Module.parse(parts[0], header["source"]))
    given = []
    for one in found:
        given += [one.bitcode, _profile(Module.parse(one.bitcode), O3)]
    return {
        "entries": [one.entry for one in found],
        "instructions": [one.instructions for one in found],
    }, given


def profile(header: Header, parts: Sequence[bytes]) -> Answer:
    """What a recipe makes of a module, as `gnn.profile.profile`, float32.  `parts`: bitcode."""
    from passwright._native import Module

    return {}, [_profile(Module.parse(parts[0]), Recipe.parse(header["recipe"]))]


def spin(header: Header, parts: Sequence[bytes]) -> Answer:
    """Be busy `for` so many seconds, or end by a signal: for tests of what becomes of jobs."""
    import os
    import time

    if header.get("signal"):
        os.kill(os.getpid(), header["signal"])
    end = time.monotonic() + header.get("for", 0.0)
    while time.monotonic() < end:
        pass
    return {}, list(parts)


JOBS: dict[str, Callable[[Header, Sequence[bytes]], Answer]] = {
    "apply": apply,
    "build": build,
    "survey": survey,
    "profile": profile,
    "spin": spin,
}


def warm() -> None:
    """Load everything that jobs need, and have LLVM use its pages and tables once."""
    from passwright._native import Module, llvm_version
    from passwright.locking import fingerprint
    from passwright.passes.lock import Lock, LockEntry, render
    from passwright.policy.coreset import coreset

    for recipe in coreset():
        exact.check(recipe)  # remembered, and compiling its patterns takes milliseconds
    module = Module.parse(_WARM_UP)
    module.emit("obj")
    bitcode = module.bitcode()
    survey({"source": "warm.c"}, [bitcode])
    profile({"recipe": str(O3)}, [bitcode])  # whether or not it looks hot
    profile({"recipe": "default<O3> [polly=true]"}, [bitcode])
    build({"source": "warm.c", "recipes": {"f": str(O3)}, "flags": [], "kind": "obj"}, [bitcode])
    build({"source": "warm.c", "recipes": {}, "flags": [], "kind": "asm"}, [bitcode])
    known = fingerprint(module, "f")
    entry = LockEntry("warm.c", "f", "any", known, llvm_version(), O3, (1.0, 1.0, 1.0), "equal")
    lock = render(Lock("", (entry, entry._replace(cpu="other")))).encode()
    apply({"source": "warm.c", "cpu": "any", "kind": "obj", "flags": []}, [bitcode, lock])
    for wrong in (b"version = 1", b"[", lock.replace(b"warm.c", b"other.c")):
        with suppress(LockError):
            apply({"source": "warm.c", "cpu": "none", "kind": "obj", "flags": []}, [bitcode, wrong])


_WARM_UP = b"""
target triple = "x86_64-unknown-linux-gnu"
define void @f(i64 %n, ptr %a) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %p = getelementptr double, ptr %a, i64 %i
  %x = load double, ptr %p
  %y = fmul double %x, 2.0
  store double %y, ptr %p
  %next = add i64 %i, 1
  %more = icmp slt i64 %next, %n
  br i1 %more, label %loop, label %exit
exit:
  ret void
}
"""


def _profile(module: Module, recipe: Recipe) -> bytes:
    from passwright.gnn.profile import profile as profile_of
    from passwright.passes.build import run_recipe

    run_recipe(module, recipe)
    return profile_of(module).tobytes()
