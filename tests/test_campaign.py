"""The campaign: real programs, real recipes, resumption, reduction and filing of what fails."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from passwright import _native
from passwright.bench.runner import Runner
from passwright.passes.errors import InputError, UsageError
from passwright.passes.recipe import O3, Recipe
from passwright.passes.worker import WorkerPool
from passwright.policy.campaign import reduction, shrink
from passwright.policy.campaign.csmith import HEADERS, find_csmith, options
from passwright.policy.campaign.defects import Settled, settle, settled
from passwright.policy.campaign.filing import replay
from passwright.policy.campaign.programs import Program, load, uris
from passwright.policy.campaign.record import Record, Tried, read
from passwright.policy.campaign.shots import WRONG_CODE, Shot
from passwright.policy.campaign.signature import Signature, essence, shape, signature
from passwright.policy.campaign.table import markdown, to_json
from passwright.policy.campaign.target import Unfit, prepare

DEFECTS = Path(__file__).parent / "golden" / "defects"
WITHOUT_CSMITH = shutil.which("csmith") is None or not any(Path(h, "csmith.h").is_file() for h in HEADERS)
needs_csmith = pytest.mark.skipif(WITHOUT_CSMITH, reason="csmith and libcsmith-dev are not installed")
DOT = """
float dot(long n, const float *a, const float *b) {
  float sum = 0;
  for (long i = 0; i < n; i++)
    sum += a[i] * b[i];
  return sum;
}
"""
WORKLOAD = """
entry = "{entry}"
[sizes]
n = 1000
[args.n]
value = "n"
[args.a]
shape = ["n"]
range = [-1000, 1000]
role = "in"
[args.b]
shape = ["n"]
role = "in"
"""
OVERFLOW = """
int overflow(long n, const int *a, const int *b) {
  int larger = 0;
  for (long i = 0; i < n; i++)
    larger += a[i] + 0x7fffff00 > a[i];
  return larger + (b ? 0 : 1);
}
"""


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    family = tmp_path / "suite" / "sums"
    family.mkdir(parents=True)
    for name, text in (("dot", DOT), ("overflow", OVERFLOW)):
        (family / f"{name}.c").write_text(text)
        (family / f"{name}.toml").write_text(WORKLOAD.format(entry=name))
    return tmp_path / "suite"


@pytest.fixture
def permissive(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Workers that take knobs which change floating-point results: a miscompile on demand."""
    with monkeypatch.context() as patch:
        patch.setattr(reduction, "WorkerPool", partial(WorkerPool, fast_math=True))
        yield


def passwright(folder: Path, *arguments: object, code: int = 0, path: str = "") -> str:
    environment = os.environ | {"XDG_CACHE_HOME": str(folder / "cache")} | ({"PATH": path} if path else {})
    command = [sys.executable, "-m", "passwright", *map(str, arguments)]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=250, check=False
    )
    assert done.returncode == code, f"{done.returncode}: {done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def fire(program: Program, text: str) -> Shot:
    with Runner() as runner, reduction.workers() as pool:
        return reduction.firing(program, pool, runner, run=True)(Recipe.parse(text))


# The campaign.


def test_a_suite_is_tried_and_goes_on_with_the_same_recipes(tmp_path: Path, suite: Path) -> None:
    command = ("campaign", "--folder", suite, "--out", "out", "--recipes", 4, "--json")
    first = json.loads(passwright(tmp_path, *command, "--programs", 1))
    assert first["programs"] == {"suite": 1}
    assert first["runs"] == 4
    line = (tmp_path / "out/programs.jsonl").read_text()
    both = json.loads(passwright(tmp_path, *command, "--programs", 5))  # the suite has two
    assert both["runs"] == 8
    assert (tmp_path / "out/programs.jsonl").read_text().startswith(line)
    assert not {"code crashed", "code timed out"} & set(both["outcomes"])
    assert "| all |" in passwright(tmp_path, "campaign", "table", "out")
    assert "not 4" in passwright(tmp_path, *command, "--recipes", 5, code=2).replace(
        "recipes 4, not 5", "not 4"
    )


def test_killed_it_goes_on_where_it_was(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "passwright",
        "campaign",
        "--corpus",
        "--programs",
        "3",
        "--recipes",
        "3",
    ]
    command += ["--no-reduce", "--out", "out", "--json"]
    lines = tmp_path / "out/programs.jsonl"
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 120
        while not (lines.exists() and lines.stat().st_size) and time.monotonic() < until:
            time.sleep(0.05)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    kept = lines.read_bytes()
    assert kept.count(b"\n") >= 1
    whole = kept[: kept.rfind(b"\n") + 1]
    lines.write_bytes(whole + b'{"uri": "corpus://1000002", "sho')  # as if the disk had got half of a line
    found = json.loads(passwright(tmp_path, *command[3:]))
    assert lines.read_bytes().startswith(whole)
    assert found["programs"] == {"corpus": 3}
    assert found["runs"] == 9
    assert len({one.uri for one in read(tmp_path / "out")}) == 3


def test_interrupted_it_leaves_a_valid_folder(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "passwright",
        "campaign",
        "--corpus",
        "--programs",
        "400",
        "--recipes",
        "2",
    ]
    process = subprocess.Popen(
        [*command, "--out", "out"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    lines = tmp_path / "out/programs.jsonl"
    until = time.monotonic() + 120
    while not (lines.exists() and lines.stat().st_size) and time.monotonic() < until:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 130, errors
    assert "interrupted" in errors
    assert "| all |" in output
    assert read(tmp_path / "out")


@pytest.mark.tiny
def test_one_campaign_at_a_time_and_options_that_agree(tmp_path: Path) -> None:
    with Record(tmp_path, {"seed": 1}) as record:
        record.append(Tried("corpus://1", discarded="too small"))
        with pytest.raises(InputError, match="another campaign"):
            Record(tmp_path, {"seed": 1})
    with pytest.raises(UsageError, match="seed 1, not 2"):
        Record(tmp_path, {"seed": 2})
    with Record(tmp_path, {"seed": 1}) as record:
        assert [*record.tried] == ["corpus://1"]


@pytest.mark.tiny
def test_programs_follow_from_the_seed() -> None:
    first, second = uris("corpus", 3), uris("csmith", 3)
    assert [next(first), next(first)] == ["corpus://3000000", "corpus://3000001"]
    assert next(second) == "csmith://3000000"
    with pytest.raises(UsageError, match="no such program"):
        load("nowhere://1")


# Csmith.


@needs_csmith
def test_a_csmith_program_returns_the_checksum_that_it_would_print(tmp_path: Path) -> None:
    clang = shutil.which("clang-19")
    if clang is None:
        pytest.skip("clang-19 links the program as Csmith means it")
    generator, headers = find_csmith()
    checked = 0
    for seed in range(40, 52):
        try:
            program = load(f"csmith://{seed}")
            with Runner() as runner:
                target = prepare(program, runner)
                call = program.workload.call(target.verifier.signature, {}, 1)
                runner.load("it", [target.verifier.reference, target.verifier.shim], program.kernel.entry)
                returned = int.from_bytes(runner.run("it", call).returned, "little")
        except Unfit:
            continue
        source = tmp_path / f"{seed}.c"
        source.write_bytes(
            subprocess.run([generator, *options(seed)], capture_output=True, check=True).stdout
        )
        binary = tmp_path / str(seed)
        subprocess.run(
            [clang, "-w", "-march=native", f"-I{headers}", str(source), "-o", str(binary)], check=True
        )
        printed = subprocess.run([str(binary)], capture_output=True, text=True, check=True, timeout=60).stdout
        assert printed == f"checksum = {returned:X}\n"
        assert fire(program, "default<O3>").status == "equal"
        checked += 1
        if checked == 4:
            return
    pytest.fail("no program of these seeds can be used")


def test_without_csmith_it_says_what_to_install(tmp_path: Path) -> None:
    said = passwright(tmp_path, "campaign", "--csmith", "--out", "out", code=1, path="/nonexistent")
    assert "apt-get install csmith" in said
    assert not (tmp_path / "out").exists()


# Failures.


@pytest.mark.usefixtures("permissive")
def test_a_miscompile_is_found_reduced_filed_and_replayed(
    tmp_path: Path, suite: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = load("suite://sums/dot", suite)
    culprit = "default<O3> [force-ordered-reductions=true]"
    recipes = [
        "default<O3>",
        f"function(sroa,early-cse) | {culprit} | function(dce)",
        f"mergefunc | {culprit}",
    ]
    shots = tuple(fire(program, text) for text in recipes)
    if shots[1].status == "equal":
        pytest.skip("this machine has no fused multiplication that could be split")
    assert [shot.status for shot in shots] == ["equal", "different", "different"]
    tried = [Tried(program.uri, shots, instructions=30)]
    told: list[Settled] = []
    settle(tmp_path, tried, lambda one, left: told.append(one), suite=suite, shrink_seconds=20.0)
    assert [one.fate for one in told] == ["filed", "known"]
    assert told[0].recipe == culprit
    assert told[0].signature == told[1].signature
    assert settled(tmp_path) == told
    (folder,) = (tmp_path / "defects").iterdir()
    assert (folder / "recipe.txt").read_text().strip() == culprit
    assert "passwright campaign replay" in (folder / "README").read_text()
    facts = json.loads((folder / "defect.json").read_text())
    if shrink.find_llvm_reduce():
        assert facts["instructions"][1] < facts["instructions"][0]
    assert replay(folder).reproduced

    # Settled failures are not looked into again; the table counts them.
    settle(tmp_path, tried, lambda one, left: pytest.fail("again"), suite=suite)
    text = markdown(tried, told)
    assert re.search(r"\| different \| 0 \| 0 \| 2 \| 2 \| 66\.7 %", text), text
    assert to_json(tried, told)["defects"][0]["count"] == 2

    # What the exact mode refuses does not fail there any more.
    monkeypatch.setattr(reduction, "WorkerPool", WorkerPool)
    again = replay(folder)
    assert not again.reproduced
    assert again.shot.status == "invalid"


@pytest.mark.usefixtures("permissive")
def test_without_llvm_reduce_the_recipe_alone_is_reduced(
    tmp_path: Path, suite: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shrink, "find_llvm_reduce", lambda: None)
    monkeypatch.setattr(reduction, "find_llvm_reduce", lambda: None)
    program = load("suite://sums/dot", suite)
    shot = fire(program, "function(sroa) | default<O3> [force-ordered-reductions=true]")
    if shot.status == "equal":
        pytest.skip("this machine has no fused multiplication that could be split")
    settle(tmp_path, [Tried(program.uri, (shot,))], lambda one, left: None, suite=suite)
    (one,) = settled(tmp_path)
    assert one.fate == "filed"
    assert "apt-get install llvm-19" in one.message


def test_a_program_that_is_undefined_itself_is_not_held_against_llvm(tmp_path: Path, suite: Path) -> None:
    program = load("suite://sums/overflow", suite)
    shot = fire(program, "default<O3>")
    assert shot.status == "different"
    tried = [Tried(program.uri, (shot,))]
    settle(tmp_path, tried, lambda one, left: None, suite=suite)
    (one,) = settled(tmp_path)
    assert one.fate == "undefined"
    assert "overflow" in one.message
    assert to_json(tried, [one])["outcomes"]["different"]["count"] == 0
    assert to_json(tried, [one])["outcomes"]["unverifiable"]["count"] == 1


def test_what_does_not_fail_again_is_said(tmp_path: Path, suite: Path) -> None:
    tried = [Tried("suite://sums/dot", (Shot(str(O3), "wild", "compile crashed", "", "SIGSEGV"),))]
    settle(tmp_path, tried, lambda one, left: None, suite=suite)
    (one,) = settled(tmp_path)
    assert one.fate == "not reproduced"


@pytest.mark.parametrize("folder", sorted(DEFECTS.iterdir()), ids=lambda folder: folder.name)
def test_defects_that_were_found_stay_mended(folder: Path) -> None:
    march = json.loads((folder / "defect.json").read_text())["march"]
    if march == "x86-64-v3" and "+avx2" not in _native.host()["features"]:
        pytest.skip("the code needs AVX2")
    replayed = replay(folder)
    assert replayed.expected.status in (*WRONG_CODE, "compile crashed")
    assert not replayed.reproduced
    reasons = ("makes wrong code", "does not take")
    refused = replayed.shot.status == "invalid" and any(one in replayed.shot.message for one in reasons)
    assert replayed.shot.status == "equal" or refused, replayed.shot.message


def test_replay_of_what_is_no_defect(tmp_path: Path) -> None:
    assert "no defect's folder" in passwright(tmp_path, "campaign", "replay", tmp_path, code=1)


# Signatures.


@pytest.mark.tiny
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SIGSEGV: at 0x7fff12ab", "SIGSEGV: at 0x55550011"),
        ("SIGABRT: /build/a/isl/tab.c:211: no solution", "SIGABRT: polly/isl/tab.c:211: no solution"),
        ("Assertion 'x' in %12 of @main", "Assertion 'x' in %tmp.i of @func_3"),
    ],
)
def test_faults_are_the_same_but_for_the_program(one: str, other: str) -> None:
    assert essence(one) == essence(other)


@pytest.mark.tiny
def test_signatures_tell_defects_apart() -> None:
    small, large = Recipe.parse("default<O3> [unroll-count=4]"), Recipe.parse("default<O3> [unroll-count=8]")
    assert shape(small) == shape(large) == "default<O3> [unroll-count=N]"
    assert signature("different", "", small) == signature("different", "", large)
    assert signature("different", "", small) != signature("code crashed", "", small)
    inside = 'SIGSEGV; Running pass "function(licm)" on module "m"; Running pass "licm<x>" on function "f"'
    assert signature("compile crashed", inside, small).place == "licm"
    assert signature("compile crashed", "SIGSEGV", small) != signature("compile crashed", "SIGABRT", small)
    assert re.fullmatch(r"[a-z0-9-]+", Signature("different", "a | b [c=d]", "").name)
