"""Faults in IR values: every bit of every kind of value where the answer is known, real kernels, the command."""

from __future__ import annotations

import json
import os
import signal
import struct
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from passwright._native import Module, instrument_faults
from passwright.bench.call import Call
from passwright.bench.reliability.fault_injection import (
    compare,
    inject,
    injections,
    sample,
    signature_of,
)
from passwright.bench.reliability.fault_propagation import (
    FaultCounts,
    FaultPropagation,
    Injection,
    ShareDifference,
    group,
)
from passwright.bench.reliability.fault_target import (
    BIT,
    COUNTDOWN,
    NO_BIT,
    SITE,
    FaultTarget,
    instrument,
)
from passwright.bench.reliability.proportion import Proportion
from passwright.bench.runner import Runner
from passwright.bench.suite import SuiteKernel, load_suite
from passwright.bench.workload import Workload
from passwright.irgen.frontend import kernels
from passwright.irgen.kernel import Kernel
from passwright.passes.errors import InputError
from passwright.passes.recipe import Recipe

MakeTarget = Callable[..., FaultTarget]

NOTHING = Recipe(())
"""The IR as it is."""


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with Runner() as running:
        yield running


def lowered(folder: Path, text: str, entry: str, suffix: str) -> Kernel:
    path = folder / f"{entry}{suffix}"
    path.write_text(text)
    return kernels(path, entries=(entry,))[0]


@pytest.fixture
def target(tmp_path: Path, runner: Runner) -> Iterator[MakeTarget]:
    """A target from IR text, C or C++, as it is or by a recipe; `workload` is TOML."""
    made: list[FaultTarget] = []

    def make(
        text: str,
        workload: str,
        *,
        entry: str = "f",
        suffix: str = ".ll",
        recipe: Recipe | None = NOTHING,
        sizes: Mapping[str, int] | None = None,
    ) -> FaultTarget:
        kernel = lowered(tmp_path, text, entry, suffix)
        build = instrument(kernel, recipe)
        call = Workload.parse(workload).call(signature_of(kernel), sizes or {}, 1)
        made.append(FaultTarget(runner, build, call))
        return made[-1]

    yield make
    for one in made:
        one.close()


def outcomes(target: FaultTarget, index: int, bits: int) -> Counter[str]:
    return Counter(target.hit(index, bit).outcome for bit in range(bits))


# Known answers, every bit tried.


def test_a_mask_hides_63_of_64_bits(target: MakeTarget) -> None:
    one = target(
        """define i64 @f(i64 %x) {
  %a = mul i64 %x, 3
  %b = and i64 %a, 1
  ret i64 %b
}""",
        "[args.x]\ntype = 'i64'\nvalue = 77",
    )
    assert one.values == 2
    assert one.golden.returned == struct.pack("<q", 1)
    assert outcomes(one, 0, 64) == {"masked": 63, "corrupted": 1}
    assert one.hit(0, 0).outcome == one.hit(0, 64).outcome == "corrupted"  # modulo the width
    assert outcomes(one, 1, 64) == {"corrupted": 64}


def test_a_value_that_nobody_uses_is_masked(target: MakeTarget) -> None:
    one = target(
        """define i64 @f(i64 %x) {
  %dead = mul i64 %x, 3
  %live = add i64 %x, 1
  ret i64 %live
}""",
        "[args.x]\ntype = 'i64'\nvalue = 77",
    )
    assert outcomes(one, 0, 64) == {"masked": 64}
    assert outcomes(one, 1, 64) == {"corrupted": 64}


def test_a_counter_that_misses_its_end_hangs(target: MakeTarget) -> None:
    one = target(
        """define i64 @f(i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %next = add i64 %i, 1
  %more = icmp ne i64 %next, %n
  br i1 %more, label %loop, label %done
done:
  ret i64 %next
}""",
        "[args.n]\ntype = 'i64'\nvalue = 9",
    )
    assert one.values == 27
    # A counter beyond the end counts on for ever; one that is set back only takes longer.
    assert one.hit(1, 62).outcome == "hung"
    assert one.hit(1, 4).outcome == "hung"
    assert one.hit(10, 2).outcome == "masked"  # 4 ^ 4: four more turns
    assert one.hit(1, 3).outcome == "masked"  # 1 ^ 8 is the end: fewer turns, and the same result
    # A comparison that is turned round ends the loop at once.
    found = one.hit(2, 0)
    assert (found.outcome, found.kind, found.opcode) == ("corrupted", "compare", "icmp")


def test_pointers_crash(target: MakeTarget) -> None:
    one = target(
        """define i64 @f(ptr %p, i64 %i) {
  %q = getelementptr i64, ptr %p, i64 %i
  %v = load i64, ptr %q
  ret i64 %v
}""",
        "[args.p]\ntype = 'i64'\nshape = [8]\nrange = [5, 5000]\n[args.i]\ntype = 'i64'\nvalue = 3",
    )
    found = [one.hit(0, bit) for bit in range(64)]
    crashed = {hit.bit for hit in found if hit.outcome == "crashed"}
    # The buffer's 64 bytes end at a page; bits 3 to 5 stay within it, those from 12 to 23 hit the guards, and no
    # address beyond 47 bits is one.
    assert {*range(12, 24), *range(47, 64)} <= crashed
    assert not crashed & {3, 4, 5}
    assert {(hit.kind, hit.opcode) for hit in found} == {("address", "getelementptr")}
    assert all(hit.detail for hit in found if hit.outcome == "crashed")
    assert outcomes(one, 1, 64) == {"corrupted": 64}


@pytest.mark.parametrize(
    ("kind", "opcode", "value"),
    [
        ("i8", "xor", "xor i8 %x, 85"),
        ("i37", "xor", "xor i37 %x, 85"),
        ("i128", "xor", "xor i128 %x, 85"),
        ("half", "fneg", "fneg half %x"),
        ("float", "fneg", "fneg float %x"),
        ("double", "fneg", "fneg double %x"),
        ("x86_fp80", "fneg", "fneg x86_fp80 %x"),
        ("<4 x i32>", "xor", "xor <4 x i32> %x, <i32 1, i32 2, i32 3, i32 4>"),
        ("<3 x i16>", "xor", "xor <3 x i16> %x, <i16 1, i16 2, i16 3>"),
        ("<8 x float>", "fneg", "fneg <8 x float> %x"),
        ("<2 x double>", "fneg", "fneg <2 x double> %x"),
        ("<16 x i1>", "xor", "xor <16 x i1> %x, splat (i1 true)"),
    ],
)
def test_each_bit_of_a_value_can_be_flipped(kind: str, opcode: str, value: str, target: MakeTarget) -> None:
    """And each flips exactly one bit of one lane."""
    one = target(
        f"""define void @f(ptr %in, ptr %out) {{
  %x = load {kind}, ptr %in, align 1
  %v = {value}
  store {kind} %v, ptr %out, align 1
  ret void
}}""",
        "[args.in]\ntype = 'u8'\nshape = [32]\n[args.out]\ntype = 'u8'\nrole = 'out'\nshape = [32]",
    )
    golden = int.from_bytes(one.golden.outputs["out"], "little")
    bits = one.build.sites[1].bits
    assert one.build.sites[1].opcode == opcode
    for bit in range(bits):
        assert one.hit(1, bit).outcome == "corrupted"
        flipped = int.from_bytes(one._run(1, bit, 1.0).outputs["out"], "little") ^ golden
        assert flipped == 1 << bit


def test_pointers_in_vectors(target: MakeTarget) -> None:
    one = target(
        """define void @f(ptr %p, ptr %out) {
  %q = getelementptr i8, ptr %p, <2 x i64> <i64 1, i64 2>
  %i = ptrtoint <2 x ptr> %q to <2 x i64>
  %b = ptrtoint ptr %p to i64
  %s = insertelement <2 x i64> poison, i64 %b, i64 0
  %t = shufflevector <2 x i64> %s, <2 x i64> poison, <2 x i32> zeroinitializer
  %d = xor <2 x i64> %i, %t
  store <2 x i64> %d, ptr %out, align 1
  ret void
}""",
        "[args.p]\ntype = 'u8'\nshape = [32]\nalign = 32\n"
        "[args.out]\ntype = 'u64'\nrole = 'out'\nshape = [2]",
    )
    golden = int.from_bytes(one.golden.outputs["out"], "little")
    for bit in range(128):
        found = int.from_bytes(one._run(0, bit, 1.0).outputs["out"], "little")
        assert found ^ golden == 1 << bit
    assert Counter(site.kind for site in one.build.sites) == {
        "address": 1,
        "cast": 2,
        "vector": 2,
        "integer": 1,
    }


# Measured shares against analytic ones.

LOW_BITS = """
void f(long n, const unsigned long *restrict in, unsigned long *restrict out) {
  for (long i = 0; i < n; i++) out[i] = in[i] & 1;
}
"""
ARRAYS = """
[sizes]
n = 64
[args.n]
value = "n"
[args.in]
shape = ["n"]
[args.out]
shape = ["n"]
role = "out"
"""


@pytest.mark.parametrize("vectorised", [False, True])
def test_the_interval_holds_the_true_share(vectorised: bool, target: MakeTarget) -> None:
    recipe = Recipe.parse("default<O3>" if vectorised else "default<O1>")
    one = target(LOW_BITS, ARRAYS, suffix=".c", recipe=recipe)
    widths = {site.bits for site in one.build.sites if site.kind == "load"}
    assert (max(widths) > 64) is vectorised
    loads = group(injections(one, faults=700, seed=4), "kind")["load"]
    share = loads.reached_output
    assert share.total > 100
    assert share.low <= 1 / 64 <= share.high
    assert loads.crashed == loads.hung == 0


def test_a_float_kernel(target: MakeTarget) -> None:
    """A quarter of a sum of ones: low mantissa bits are rounded away, all others show."""
    one = target(
        """define float @f(float %x) {
  %a = fadd float %x, 1.0
  %b = fmul float %a, 0.25
  %c = fadd float %b, 1048576.0
  ret float %c
}""",
        "[args.x]\ntype = 'float'\nvalue = 1.0",
    )
    # 0.5 beside 2**20, whose last place is 2**-3.
    found = {bit: one.hit(0, bit).outcome for bit in range(32)}
    assert {found[bit] for bit in range(19)} == {"masked"}
    assert found[30] == found[23] == found[31] == "corrupted"
    assert outcomes(one, 2, 32) == {"corrupted": 32}


# Counting.

THROWING = """
#include <stdexcept>
#include <vector>
static int __attribute__((noinline)) deep(int x) {
  if (x % 3 == 0) throw std::runtime_error("three");
  return x * 7 + 1;
}
static int __attribute__((noinline)) middle(int x) { std::vector<int> v(4, x); return deep(x + v[1]) + v[3]; }
extern "C" int f(int n, const int *in) {
  int sum = 0;
  for (int i = 0; i < n; i++) {
    try { sum += middle(in[i]); } catch (const std::exception &) { sum ^= i; }
  }
  switch (sum & 3) { case 0: return sum; case 1: return sum + 1; default: return -sum; }
}
"""


@pytest.mark.parametrize("recipe", ["default<O0>", "default<O1>", "default<O3>"])
def test_every_count_is_a_value_in_code_with_exceptions(recipe: str, target: MakeTarget) -> None:
    one = target(
        THROWING,
        "[args.n]\nvalue = 5\n[args.in]\nshape = [5]\nfill = 'iota'\nstart = 1",
        suffix=".cpp",
        recipe=Recipe.parse(recipe),
    )
    functions = set()
    for index in range(one.values):
        found = one.hit(index, NO_BIT)  # raises where no value has that number
        assert found.outcome == "masked"
        functions.add(found.function)
    assert {"f"} < functions
    result = one._run(one.values, NO_BIT, 1.0)
    assert result.outputs[SITE] == bytes(4)
    ends = Counter(found.outcome for found in injections(one, faults=150, seed=2))
    assert ends["corrupted"] and ends["crashed"]


def test_only_named_functions() -> None:
    text = """
define i32 @g(i32 %x) {
  %y = add i32 %x, 1
  ret i32 %y
}
define i32 @f(i32 %x) {
  %y = call i32 @g(i32 %x)
  %z = sub i32 %y, 1
  ret i32 %z
}"""
    module = Module.parse(text.encode())
    assert [(s.function, s.opcode, s.kind) for s in instrument_faults(module, ["f"])] == [
        ("f", "call", "call"),
        ("f", "sub", "integer"),
    ]
    module.verify()
    with pytest.raises(InputError, match="already"):
        instrument_faults(module)
    with pytest.raises(InputError, match="nowhere"):
        instrument_faults(Module.parse(text.encode()), ["nowhere"])


def test_what_cannot_be_hit_stays() -> None:
    module = Module.parse(b"""
declare token @llvm.coro.id(i32, ptr, ptr, ptr)
declare ptr @llvm.stacksave()
declare void @llvm.stackrestore(ptr)
declare i32 @callee(i32)
define i32 @f(i32 %n) {
  %late = add i32 %n, 1
  %local = alloca i32
  %save = call ptr @llvm.stacksave()
  %array = alloca i32, i32 %n
  store i32 %late, ptr %array
  %r = load i32, ptr %array
  store i32 %r, ptr %local
  call void @llvm.stackrestore(ptr %save)
  %t = musttail call i32 @callee(i32 %r)
  ret i32 %t
dead:
  %self = add i32 %self, 1
  br label %dead
}""")
    assert [(site.opcode, site.bits) for site in instrument_faults(module)] == [("add", 32), ("load", 32)]
    module.verify()
    # The local of constant size keeps its slot in the frame: it stands in the entry block.
    entry = module.ir().split("define i32 @f")[1].split("br i1")[0]
    assert "%local = alloca i32" in entry and "%array" not in entry


def test_source_lines(tmp_path: Path) -> None:
    kernel = lowered(tmp_path, LOW_BITS, "f", ".c")
    sites = instrument(kernel).sites
    assert {site.line for site in sites if site.kind == "load"} == {3}
    assert {Path(site.file).name for site in sites if site.line} == {"f.c"}


# Reports.


def small(folder: Path) -> tuple[Kernel, Workload]:
    return lowered(folder, LOW_BITS, "f", ".c"), Workload.parse(ARRAYS)


def test_the_same_seed_gives_the_same_faults(tmp_path: Path, runner: Runner) -> None:
    kernel, workload = small(tmp_path)
    seen: list[list[Any]] = []
    for seed in (5, 5, 6):
        found: list[Any] = []
        inject(kernel, workload, faults=120, seed=seed, runner=runner, on_injection=found.append)
        seen.append(found)
    places = [[(hit.index, hit.bit, hit.function, hit.kind) for hit in found] for found in seen]
    assert places[0] == places[1] != places[2]
    # Where a pointer goes astray, what lies there depends on the process.
    still = [[hit.outcome for hit in found if hit.kind in ("load", "integer")] for found in seen[:2]]
    assert still[0] == still[1]
    drawn = sample(5, 100)
    again = sample(5, 100)
    assert [next(drawn) for _ in range(50)] == [next(again) for _ in range(50)]


def test_report(tmp_path: Path, runner: Runner) -> None:
    kernel, workload = small(tmp_path)
    found = inject(kernel, workload, faults=130, runner=runner)
    total = found.total
    assert total.injected == found.injected == found.planned == 130
    assert total.masked + total.corrupted + total.crashed + total.hung == 130
    assert found.index == Proportion(total.corrupted, 130)
    assert total.silent.total == total.did_anything.count == 130 - total.masked
    for groups in (found.by_class, found.by_function):
        assert sum(counts.injected for counts in groups.values()) == 130
        assert sum(counts.corrupted for counts in groups.values()) == total.corrupted
    assert found.faults_per_second > 0
    assert FaultPropagation.from_json(json.loads(json.dumps(found.to_json()))) == found


def test_before_and_after(tmp_path: Path, runner: Runner) -> None:
    kernel, workload = small(tmp_path)
    both = compare(kernel, workload, Recipe.parse("default<O1>"), faults=100, runner=runner)
    assert both.before.recipe == "default<O3>"
    assert both.after.recipe == "default<O1>"
    assert both.before.sizes == both.after.sizes
    difference = both.difference
    assert difference.low <= difference.value <= difference.high
    assert both.to_json()["difference"]["value"] == both.after.index.value - both.before.index.value


def test_difference_of_shares() -> None:
    """The worked example of Newcombe 1998, table II, method 10: 56/70 - 48/80."""
    difference = ShareDifference.of(Proportion(56, 70), Proportion(48, 80))
    assert (round(difference.value, 4), round(difference.low, 4), round(difference.high, 4)) == (
        0.2,
        0.0524,
        0.3339,
    )
    assert difference.is_clear
    assert not ShareDifference.of(Proportion(1, 10), Proportion(2, 10)).is_clear


def test_a_budget_ends_it(tmp_path: Path, runner: Runner) -> None:
    kernel, workload = small(tmp_path)
    found = inject(kernel, workload, faults=10**9, budget=0.3, runner=runner)
    assert 0 < found.injected < 10**9


def test_a_damaged_runner_is_noticed(target: MakeTarget) -> None:
    """A run without a fault that goes wrong: what was found since the last good one is found again."""
    one = target(LOW_BITS, ARRAYS, suffix=".c", recipe=None)
    expected = [hit.outcome for hit in injections(one, faults=5, seed=3)]
    alone: list[int] = []
    checks = iter([False])
    one.intact = lambda: next(checks)  # type: ignore[method-assign]
    single = one.hit_alone
    one.hit_alone = lambda index, bit: alone.append(index) or single(index, bit)  # type: ignore[method-assign,func-returns-value]
    assert [hit.outcome for hit in injections(one, faults=5, seed=3)] == expected
    assert len(alone) == 5


def test_kernels_without_an_answer_are_refused(target: MakeTarget) -> None:
    with pytest.raises(InputError, match="without any fault"):
        target("long f(long n) { return 1 / (n - 7); }", "[args.n]\nvalue = 7", suffix=".c", recipe=NOTHING)
    with pytest.raises(InputError, match="no value"):
        target("define void @f(i64 %x) {\n  ret void\n}", "[args.x]\ntype = 'i64'\nvalue = 1")


def test_counts_without_faults() -> None:
    assert FaultCounts().reached_output.interval == (0.0, 1.0)


# Real kernels: without a fault an instrumented build computes the same, bit for bit.

SUITE = load_suite()


@pytest.mark.parametrize(
    "suite_kernel",
    [
        pytest.param(kernel, id=kernel.name, marks=() if number % 15 == 0 else pytest.mark.slow)
        for number, kernel in enumerate(SUITE)
    ],
)
def test_identity(suite_kernel: SuiteKernel, runner: Runner) -> None:
    kernel = suite_kernel.lower()
    workload = Workload.load(suite_kernel.workload)
    signature = signature_of(kernel)
    build = instrument(kernel)
    runner.load("plain", [build.plain, build.shim], kernel.entry)
    runner.load("instrumented", [build.object, build.shim], kernel.entry)
    compared = 0
    for case in workload.verification_sizes():
        # The measured size comes last; it is for kernels of one size.
        if compared < (1 if case.origin == "measured" else 4):
            call: Call = workload.call(signature, case.sizes, 1)
            plain = runner.run("plain", call)
            if plain.status != "ok":
                continue
            found = runner.run("instrumented", call)
            assert found.status == "ok", f"{case}: {found.fault}"
            assert found.returned == plain.returned, case
            assert found.outputs == plain.outputs, case
            written = {name: data for name, data in found.written.items() if name != COUNTDOWN}
            assert written == plain.written, case
            assert BIT not in written
            compared += 1
    assert compared
    runner.unload("plain")
    runner.unload("instrumented")


# The command.


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "passwright.bench.reliability.fault_injection", *map(str, arguments)]


def write_small(folder: Path) -> Path:
    (folder / "low.toml").write_text(ARRAYS)
    source = folder / "low.c"
    source.write_text(LOW_BITS)
    return source


def test_the_command(tmp_path: Path) -> None:
    source = write_small(tmp_path)
    run = subprocess.run(
        command(source, "--faults", "60", "--recipe", "default<O1>", "--json"),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    answer = json.loads(run.stdout)
    assert FaultPropagation.from_json(answer["before"]).injected == 60
    assert set(answer["difference"]) == {"value", "low", "high"}
    run = subprocess.run(command(source, "--faults", "60"), capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    assert "60 of 60 faults" in run.stdout and "in f" in run.stdout
    run = subprocess.run(command(tmp_path / "none.c"), capture_output=True, text=True, timeout=120)
    assert run.returncode == 1 and "none.c" in run.stderr


def test_interrupted(tmp_path: Path, runner: Runner) -> None:
    """What is done is kept where that is wanted; the command wants it."""

    def stop(injection: Injection) -> None:
        raise KeyboardInterrupt

    kernel, workload = small(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        inject(kernel, workload, faults=100, runner=runner, on_injection=stop)
    found = inject(kernel, workload, faults=100, runner=runner, on_injection=stop, keep_interrupted=True)
    assert (found.injected, found.planned) == (1, 100)


def test_the_command_interrupted(tmp_path: Path) -> None:
    source = write_small(tmp_path)
    for seconds in (4, 8, 16, 32):  # until the first batch is done, however busy the machine
        with subprocess.Popen(
            command(source, "--faults", "100000000", "--json"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # background jobs ignore it
        ) as process:
            time.sleep(seconds)
            os.kill(process.pid, signal.SIGINT)
            stdout, _ = process.communicate(timeout=60)
        if process.returncode == 130 and json.loads(stdout):
            break
    (found,) = json.loads(stdout)
    done = FaultPropagation.from_json(found)
    assert 0 < done.injected < done.planned
