"""A defect as a folder that anyone can replay: what is left of the program, the recipe, and what happened.

program.bc program.ll   the whole program, as small as it got
module.bc               the kernel's part of it, which the recipe runs on
recipe.txt              the recipe
defect.json             what was found, on what machine, and how to call the program
workload.toml           the inputs
original/               the program's source, its bitcode and the recipe that were found
README                  the story, and the commands that replay it
"""

from __future__ import annotations

import json
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from passwright import _native
from passwright.bench.runner import Runner
from passwright.bench.workload import Workload
from passwright.irgen.kernel import Kernel
from passwright.passes.build import split
from passwright.passes.errors import InputError
from passwright.passes.recipe import Recipe
from passwright.passes.reduce import write_reproducer
from passwright.passes.worker import Compiled
from passwright.policy.campaign.programs import Program
from passwright.policy.campaign.reduction import Reduced, firing, same, workers
from passwright.policy.campaign.shots import WRONG_CODE, Shot
from passwright.policy.campaign.target import Unfit


@dataclass(frozen=True)
class Replayed:
    """What a filed defect does here: `shot` is what happened, `expected` what was found."""

    shot: Shot
    expected: Shot

    @property
    def reproduced(self) -> bool:
        return same(self.shot, self.expected)


def file(reduced: Reduced, folder: Path) -> Path:
    """Write the defect's folder, whole or not at all; returns it.  Raises InputError."""
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    kernel, (program, shot) = reduced.program.kernel, reduced.original
    module = split(_native.Module.parse(kernel.bitcode, kernel.name), kernel.entry).kernel.bitcode()
    command = f"passwright campaign replay {shlex.quote(str(folder))}"
    try:
        # It is known as `folder`, although it gets there last.
        compiled = Compiled(Recipe.parse(reduced.shot.recipe), "ok")
        write_reproducer(part, module, compiled, story=_story(reduced), command=command)
        (part / "program.bc").write_bytes(kernel.bitcode)
        (part / "program.ll").write_text(
            _native.Module.parse(kernel.bitcode, kernel.name).ir(), encoding="utf-8"
        )
        reduced.program.workload.save(part / "workload.toml")
        (part / "defect.json").write_text(json.dumps(_facts(reduced), indent=2) + "\n", encoding="utf-8")
        original = part / "original"
        original.mkdir()
        (original / "program.bc").write_bytes(program.kernel.bitcode)
        (original / "recipe.txt").write_text(shot.recipe + "\n", encoding="utf-8")
        if program.text:
            source = original / ("program.cpp" if program.kernel.language == "c++" else "program.c")
            source.write_text(program.text, encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        part.rename(folder)
    except OSError as problem:
        raise InputError(f"cannot file {folder}: {problem.strerror}", hint="is the disk full?") from None
    return folder


def replay(folder: Path) -> Replayed:
    """Compile a filed defect again and, for wrong code, run both builds and compare.  Raises InputError."""
    try:
        facts = json.loads((folder / "defect.json").read_text(encoding="utf-8"))
        recipe = Recipe.parse((folder / "recipe.txt").read_text(encoding="utf-8").strip())
        program_bc = folder / "program.bc"
        bitcode = (program_bc if program_bc.exists() else folder / "program.ll").read_bytes()
        expected = Shot(str(recipe), "wild", facts["kind"], facts["message"], facts["fault"])
        kernel = Kernel(
            facts["entry"], facts["entry"], None, "ir", tuple(facts["flags"]), facts["march"], bitcode, b""
        )
    except OSError as problem:
        raise InputError(
            f"{folder} is no defect's folder: {problem.strerror}", hint="`passwright campaign` files them"
        ) from None
    except (ValueError, KeyError) as problem:
        raise InputError(f"{folder}/defect.json: {problem!r}", hint="was it edited?") from None
    program = Program(
        facts["uri"], kernel, Workload.load(folder / "workload.toml"), "", facts["whole"], facts["types"]
    )
    with workers() as pool, Runner() as runner:
        try:
            shot = firing(program, pool, runner, run=expected.status in WRONG_CODE)(recipe)
        except Unfit as reason:
            shot = Shot(str(recipe), "wild", "unverifiable", str(reason))
    return Replayed(shot, expected)


def _facts(reduced: Reduced) -> dict[str, Any]:
    host, program = _native.host(), reduced.program
    return {
        "kind": reduced.signature.kind,
        "place": reduced.signature.place,
        "words": reduced.signature.fault,
        "message": reduced.shot.message,
        "fault": reduced.shot.fault,
        "uri": program.uri,
        "entry": program.kernel.entry,
        "flags": [*program.kernel.flags],
        "march": program.kernel.march,
        "whole": program.whole,
        "types": {key: value for key, value in program.signature().items() if key != "file"},
        "instructions": [*reduced.instructions],
        "note": reduced.note,
        "llvm": _native.llvm_version(),
        "cpu": host["cpu"],
    }


def _story(reduced: Reduced) -> str:
    before, after = reduced.instructions
    program, shot = reduced.original
    lines = [
        f"{reduced.shot.status}: {reduced.shot.message}",
        "",
        f"Program: {program.uri}, {before} IR instructions, {after} after reduction.",
        f"Recipe: {len(Recipe.parse(shot.recipe).steps)} steps, reduced to {reduced.recipe}",
        f"On the program as it is here: {reduced.shot.recipe}",
        f"LLVM {_native.llvm_version()}, {_native.host()['cpu']}.",
    ]
    return "\n".join([*lines, *([f"Note: {reduced.note}."] if reduced.note else [])])
