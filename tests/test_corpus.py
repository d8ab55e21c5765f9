"""The corpus of generated kernels: the same everywhere, distinct, clean, split by families, resumable on disk."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passwright._native import Module
from passwright.bench.corpus import FAMILIES, HELD_OUT, CorpusKernel, from_uri, generate, manifest
from passwright.bench.corpus.__main__ import main
from passwright.bench.corpus.check import check
from passwright.bench.corpus.scalar import I32, I64, INTEGERS, Scalar
from passwright.bench.corpus.value import Value, arithmetic, bitwise, cast, divide, negated, shift_right
from passwright.bench.suite import load_suite
from passwright.bench.workload import Workload
from passwright.passes.errors import InputError

SAMPLE = [generate(seed) for seed in range(400)]
DIGEST = (
    "import hashlib; from passwright.bench.corpus import generate; "
    "print(hashlib.sha256(''.join(k.source + k.workload.to_toml() for k in map(generate, range(40)))"
    ".encode()).hexdigest())"
)


def text(kernel: CorpusKernel) -> str:
    return kernel.source + kernel.workload.to_toml()


@pytest.mark.tiny
def test_a_seed_is_one_kernel() -> None:
    for kernel in SAMPLE[:60]:
        assert generate(kernel.seed) == kernel == generate(kernel.seed, kernel.family) == from_uri(kernel.uri)
    assert generate(7, "stencil").family == "stencil"
    assert from_uri("corpus://7") == generate(7)


def test_a_seed_is_the_same_kernel_in_every_process() -> None:
    here = hashlib.sha256("".join(map(text, SAMPLE[:40])).encode()).hexdigest()
    for hash_seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        command = [sys.executable, "-c", DIGEST]
        run = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        assert run.stdout.strip() == here


@pytest.mark.tiny
def test_kernels_differ() -> None:
    assert len({kernel.source for kernel in SAMPLE}) > 0.98 * len(SAMPLE)
    assert len({kernel.name for kernel in SAMPLE}) == len(SAMPLE)


def test_modules_differ() -> None:
    kernels = [kernel.lower(debug=False) for kernel in SAMPLE[:24]]
    assert all(kernel.source is None and kernel.bitcode for kernel in kernels)
    assert len({Module.parse(kernel.bitcode).structural_hash() for kernel in kernels}) == len(kernels)


@pytest.mark.tiny
def test_the_corpus_is_broad() -> None:
    assert len(FAMILIES) >= 12
    assert {kernel.family for kernel in SAMPLE} == set(FAMILIES)
    assert {kernel.language for kernel in SAMPLE} == {"c", "c++"}
    types = {argument.type for kernel in SAMPLE for argument in kernel.workload.args.values()}
    assert types >= {"float", "double", *(type.code for type in INTEGERS)}


@pytest.mark.tiny
def test_sets_are_split_by_families() -> None:
    assert set(FAMILIES) > HELD_OUT
    train = {kernel.family for kernel in SAMPLE if not kernel.held_out}
    assert train == set(FAMILIES) - HELD_OUT
    assert all(kernel.held_out == (kernel.family in HELD_OUT) for kernel in SAMPLE)


@pytest.mark.tiny
def test_what_names_no_kernel_is_refused() -> None:
    with pytest.raises(InputError, match="no family 'strudel'"):
        generate(1, "strudel")
    for uri in ("corpus://", "corpus://x", "corpus://1?kind=scan", "corpus://1?family=", "suite://1"):
        with pytest.raises(InputError, match="names no kernel"):
            from_uri(uri)


@pytest.mark.tiny
def test_workloads_survive_their_file() -> None:
    for kernel in SAMPLE:
        workload = Workload.parse(kernel.workload.to_toml())
        assert workload == kernel.workload
        assert list(workload.args) == list(kernel.workload.args)
        assert workload.entry == kernel.entry


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_compiles_ends_and_is_clean(family: str, tmp_path: Path) -> None:
    for seed in (1, 2, 3):
        result = check(generate(seed, family), tmp_path)
        assert result.status == "ok", f"corpus://{seed}?family={family}: {result.message}"
        assert result.cases >= 2
        assert result.hash and result.instructions and result.seconds > 0


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("  int wrong = x[0]", "does not compile"),
        ("  x[n] = 0;", "does not run"),
        ("  x[0] = 1 << (n + 40);", "undefined"),
        ("  x[0] = x[-1];", "undefined"),
        ("  for (volatile int k = 0; k < 1;) x[0]++;", "does not run"),
    ],
)
def test_the_check_sees_what_is_wrong(
    line: str, status: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("passwright.bench.sanitize.TIMEOUT", 0.2)
    monkeypatch.setattr("passwright.bench.corpus.check.SLOWEST", 0.2)
    source = f"void f(int n, unsigned *x) {{\n  for (int i = 0; i < n; i++) x[i] += i;\n{line}\n}}\n"
    toml = '[sizes]\nn = { value = 10, min = 10 }\n[args]\nn = { value = "n" }\nx = { type = "u32", shape = ["n"] }\n'
    wrong = CorpusKernel(0, "made-up", "c", "f", source, Workload.parse(toml))
    assert check(wrong, tmp_path).status == status


def test_a_workload_that_does_not_fit_is_seen(tmp_path: Path) -> None:
    kernel = generate(1, "reduction")
    workload = replace(kernel.workload, args={})
    assert check(replace(kernel, workload=workload), tmp_path).status == "workload"


def test_the_command_goes_on_where_it_stopped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def run(*options: str) -> list[str]:
        assert main(["--out", str(tmp_path), *options]) == 0
        return (tmp_path / manifest.NAME).read_text().splitlines()

    assert len(run("--count", "6")) == 6
    checked = run("--count", "4", "--check")
    assert len(checked) >= 10
    assert run("--count", "4", "--check") == checked
    entries = manifest.read(tmp_path)
    assert [entries[seed].status for seed in range(6)].count("written") == 2
    assert entries[0].hash and not entries[5].hash
    with (tmp_path / manifest.NAME).open("a") as file:
        file.write('{"seed": 99, "fam')
    assert manifest.read(tmp_path) == entries
    longer = run("--count", "5", "--check")
    assert manifest.read(tmp_path)[4].status == "ok"
    assert len(longer) == len(checked) + 2
    assert "distinct" in capsys.readouterr().out
    suite = load_suite(tmp_path)
    assert len(suite) == 6
    assert all(
        kernel.held_out == (kernel.family in HELD_OUT)
        for kernel in suite
        if int(kernel.name.split("_")[-1]) < 5
    )


def test_duplicates_and_failures_do_not_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = generate(0, "scan")
    made = {0: first, 1: replace(first, seed=1), 2: replace(first, seed=2, source="int wrong")}
    monkeypatch.setattr(
        "passwright.bench.corpus.__main__.generate",
        lambda seed, family=None: made.get(seed, generate(seed, family)),
    )
    assert main(["--out", str(tmp_path), "--count", "2", "--check", "--family", "scan", "--jobs", "2"]) == 0
    entries = manifest.read(tmp_path)
    assert [entries[seed].status for seed in range(4)] == ["ok", "duplicate", "does not compile", "ok"]
    assert len(load_suite(tmp_path)) == 2


# Every operation on integers stays within the bounds that it states, and within a signed type.


@st.composite
def ranged(draw: st.DrawFn) -> tuple[Value, int]:
    type = draw(st.sampled_from(INTEGERS))
    low, number, high = sorted(draw(st.lists(st.integers(type.low, type.high), min_size=3, max_size=3)))
    return Value.of("x", type, low, high), number


def converted(number: int, type: Scalar) -> int:
    wrapped = number % (1 << type.bits)
    return wrapped - (1 << type.bits) if wrapped > type.high else wrapped


def assert_holds(result: Value, exact: int) -> None:
    assert result.type.bits >= 32
    assert result.type.holds(int(result.low), int(result.high))
    if result.type.kind == "i":
        assert result.low <= exact <= result.high
    else:
        assert result.low <= converted(exact, result.type) <= result.high


@pytest.mark.tiny
@given(ranged(), ranged(), st.sampled_from("+-*"))
def test_arithmetic_never_overflows(a: tuple[Value, int], b: tuple[Value, int], op: str) -> None:
    exact = {"+": a[1] + b[1], "-": a[1] - b[1], "*": a[1] * b[1]}[op]
    assert_holds(arithmetic(op, a[0], b[0]), exact)


@pytest.mark.tiny
@given(ranged(), ranged(), st.sampled_from("&|^"))
def test_bitwise_operations_keep_their_bounds(a: tuple[Value, int], b: tuple[Value, int], op: str) -> None:
    result = bitwise(op, a[0], b[0])
    x, y = (converted(number, result.type) for number in (a[1], b[1]))
    assert_holds(result, {"&": x & y, "|": x | y, "^": x ^ y}[op])


@pytest.mark.tiny
@given(ranged(), st.integers(1, 30))
def test_operations_with_constants_keep_their_bounds(a: tuple[Value, int], by: int) -> None:
    value, number = a
    assert_holds(shift_right(value, by), number >> by)
    quotient = abs(number) // by * (1 if number >= 0 else -1)
    assert_holds(divide("/", value, by), quotient)
    assert_holds(divide("%", value, by), number - quotient * by)
    assert_holds(negated(value), -number)
    for type in (I32, I64, *INTEGERS):
        cast_ = cast(value, type)
        assert cast_.low <= converted(number, type) <= cast_.high
