"""Bounded translation validation: wrong pairs are found, right ones are not slandered, LLVM's passes are not either."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tv_pairs import CONFIRMED, MODEL_ONLY, RIGHT, Pair

from passwright._native import Module, dump_function
from passwright.bench.measure import Ratio
from passwright.bench.suite import SUITE
from passwright.bench.verify import Verdict
from passwright.finish import Finished
from passwright.irgen.frontend import kernels, lower
from passwright.passes.build import build_module, build_object
from passwright.passes.errors import InputError, WorkerError
from passwright.passes.recipe import O3, Recipe
from passwright.result import KernelResult

pytest.importorskip("z3", reason="z3-solver is not installed (pip install 'passwright[prove]')")

from passwright import proving
from passwright.bench.tv import validate as tv
from passwright.bench.tv.prover import Prover
from passwright.bench.tv.validate import Proof, Validator, validate

TARGET = (
    'target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"\n'
    + ('target triple = "x86_64-unknown-linux-gnu"\n')
)


@pytest.fixture(scope="module")
def validator() -> Iterator[Validator]:
    with Validator() as one:
        yield one


def modules(pair: Pair) -> tuple[Module, Module]:
    source, target = (Module.parse((TARGET + text).encode()) for text in pair)
    return source, target


@pytest.mark.parametrize("name", CONFIRMED)
def test_a_wrong_function_is_found_and_shown_in_real_code(name: str, validator: Validator) -> None:
    proof = validator.validate(*modules(CONFIRMED[name]), "f", bound=3)
    assert proof.kind == "counterexample", proof
    assert proof.inputs is not None


@pytest.mark.parametrize("name", MODEL_ONLY)
def test_what_only_poison_tells_is_found_but_not_claimed(name: str, validator: Validator) -> None:
    proof = validator.validate(*modules(MODEL_ONLY[name]), "f", bound=3)
    assert proof.kind == "unknown"
    assert proof.reason.startswith("unconfirmed: ")
    assert proof.inputs is not None


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_function_is_proved(name: str, validator: Validator) -> None:
    proof = validator.validate(*modules(RIGHT[name]), "f", bound=3)
    assert proof.kind == "proved", proof


@pytest.mark.parametrize("name", [*CONFIRMED, *MODEL_ONLY])
def test_the_identity_is_proved(name: str, validator: Validator) -> None:
    source, _ = modules((CONFIRMED | MODEL_ONLY)[name])
    assert validator.validate(source, source, "f", bound=3).kind == "proved"


KERNELS = ["bits_bytes/gray_codes", "bits_bytes/parity_stripe", "bits_bytes/reverse_bits"]


@pytest.mark.parametrize("name", KERNELS)
def test_the_identity_of_kernels_is_proved(name: str, validator: Validator) -> None:
    module = Module.parse(lower(SUITE / f"{name}.c", debug=False).bitcode)
    for function in module.functions():
        if not function.is_declaration:
            proof = validator.validate(module, module, function.name, bound=2)
            assert proof.kind == "proved", (function.name, proof)


SOURCE = """
int sum(int n, const int *a) { int s = 0; for (int i = 0; i < n; i++) if (a[i] > 3) s += a[i]; return s; }
void axpy(int n, int k, const int *restrict a, int *restrict b) { for (int i = 0; i < n; i++) b[i] += k * a[i]; }
unsigned hash(int n, const unsigned char *s) { unsigned h = 5381; for (int i = 0; i < n; i++) h = h * 33 + s[i]; return h; }
int peak(int n, const int *restrict a, int *restrict out) {
  int m = a[0];
  for (int i = 0; i < n; i++) { if (a[i] > m) m = a[i]; out[i] = m; }
  return m;
}
int kind(int c) { switch (c) { case 0: return 3; case 1: return 1; case 2: return 4; case 3: return 1; default: return 9; } }
static int larger(int x, int y) { return x > y ? x : y; }
int largest(int a, int b, int c) { return larger(larger(a, b), c); }
void four(const short *restrict a, short *restrict b) { for (int i = 0; i < 4; i++) b[i] = a[i] * 3 + 1; }
"""
RECIPES = [
    "default<O1>",
    "default<O2>",
    "default<O3>",
    "function(sroa,instcombine<no-verify-fixpoint>,simplifycfg)",
    "function(sroa,gvn,loop-mssa(licm),loop-unroll)",
    "function(sroa,simplifycfg,loop-simplify,loop(loop-rotate),loop-vectorize,slp-vectorizer)",
]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Module:
    path = tmp_path_factory.mktemp("small") / "small.c"
    path.write_text(SOURCE)
    return Module.parse(lower(path, debug=False).bitcode, "small.c")


@pytest.mark.parametrize("recipe", RECIPES)
def test_llvm_is_not_accused(recipe: str, small: Module, validator: Validator) -> None:
    target = small.clone(isolated=True)
    target.run(recipe)
    proofs = {
        name: validator.validate(small, target, name, bound=3, timeout=6.0)
        for name in ("sum", "axpy", "hash", "peak", "kind", "four")
    }
    assert not [name for name, proof in proofs.items() if proof.kind == "counterexample"], proofs
    assert sum(proof.kind == "proved" for proof in proofs.values()) >= 4, proofs


def test_functions_that_the_source_calls_are_followed(small: Module, validator: Validator) -> None:
    target = build_module(small, {"largest": Recipe.parse("default<O2>")})
    assert "@larger(" not in target.ir()
    assert validator.validate(small, target, "largest").kind == "proved"
    text = target.ir()
    wrong = Module.parse(text.replace("@llvm.smax.i32", "@llvm.smin.i32").encode())
    assert wrong.ir() != text
    assert validator.validate(small, wrong, "largest").kind == "counterexample"


def test_loops_that_the_bound_does_not_reach_are_named(small: Module, validator: Validator) -> None:
    target = build_module(small, {"axpy": Recipe.parse("default<O3>")})
    proof = validator.validate(small, target, "axpy", bound=2)
    assert proof.kind == "proved"
    assert any("vector" in name for name in proof.unreached)
    assert "proved to bound 2" in str(proof)


def test_what_is_not_covered_is_said(validator: Validator) -> None:
    text = TARGET + "declare i32 @g()\ndefine i32 @f() {\n  %r = call i32 @g()\n  ret i32 %r\n}\n"
    module = Module.parse(text.encode())
    proof = validator.validate(module, module, "f")
    assert (proof.kind, proof.reason) == ("unknown", "not covered: a call of g")


def test_an_endless_loop_is_no_proof(validator: Validator) -> None:
    text = TARGET + "define i32 @f(i32 noundef %a) {\nentry:\n  br label %l\nl:\n  br label %l\n}\n"
    module = Module.parse(text.encode())
    assert validator.validate(module, module, "f", timeout=5.0).kind == "unknown"


def test_a_hard_question_ends_at_its_deadline(validator: Validator) -> None:
    pair = (
        "define i64 @f(i64 noundef %a, i64 noundef %b) {\n  %x = mul i64 %a, %b\n  %y = udiv i64 %x, 4294967291\n"
        "  %r = mul i64 %y, %y\n  ret i64 %r\n}\n",
        "define i64 @f(i64 noundef %a, i64 noundef %b) {\n  %x = mul i64 %b, %a\n  %y = udiv i64 %x, 4294967291\n"
        "  %1 = sub i64 0, %y\n  %2 = mul i64 %1, %y\n  %r = sub i64 0, %2\n  ret i64 %r\n}\n",
    )
    proof = validator.validate(*modules(pair), "f", timeout=1.0)
    assert proof.kind in ("proved", "unknown")


def test_a_starved_solver_gives_an_answer() -> None:
    source, target = modules(RIGHT["nsw dropped"])
    with Prover(memory=60 << 20) as starved:
        answer = starved.ask(
            {
                "source": tv.functions_of(source, "f"),
                "target": tv.functions_of(target, "f"),
                "entry": "f",
                "bound": 1,
            },
            5.0,
        )
    assert answer["kind"] == "unknown"
    assert answer["reason"].startswith(("memory: ", "failed: "))


def test_a_checker_that_proves_everything_is_not_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tv, "_BAD", tv._GOOD)
    source, target = modules(RIGHT["nsw dropped"])
    with pytest.raises(WorkerError, match="check of themselves failed"):
        validate(source, target, "f")


def test_the_dump_lowers_addresses_to_bytes() -> None:
    text = TARGET + (
        "%pair = type { i32, [4 x i16] }\n"
        "define i16 @f(ptr noalias noundef %p, i64 %i, i64 %j) {\n"
        "  %at = getelementptr inbounds %pair, ptr %p, i64 %i, i32 1, i64 %j\n"
        "  %x = load i16, ptr %at, align 2, !range !0\n  ret i16 %x\n}\n!0 = !{i16 0, i16 10}\n"
    )
    dump = dump_function(Module.parse(text.encode()), "f")
    element, load, _ = dump["blocks"][0]["instructions"]
    assert element["offset"] == 4
    assert [scale for _, scale in element["scaled"]] == [12, 2]
    assert "inbounds" in element["flags"]
    assert (load["align"], load["range"]) == (2, [["0", "10"]])
    assert dump["arguments"][0]["attributes"]["noalias"] is True
    with pytest.raises(InputError):
        dump_function(Module.parse(text.encode()), "g")


def test_the_command(tmp_path: Path) -> None:
    good, bad = (TARGET + text for text in CONFIRMED["one iteration too many"])
    (tmp_path / "good.ll").write_text(good)
    (tmp_path / "bad.ll").write_text(bad)
    command = [
        sys.executable,
        "-m",
        "passwright.bench.tv",
        str(tmp_path / "good.ll"),
        "--bound",
        "2",
        "--json",
    ]
    run = subprocess.run([*command, str(tmp_path / "bad.ll")], capture_output=True, text=True, timeout=120)
    assert run.returncode == 3, run.stderr
    assert json.loads(run.stdout)["f"]["kind"] == "counterexample"
    run = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    proof = json.loads(run.stdout)["f"]
    assert Proof(proof["kind"], proof["bound"]).kind == "proved"


KERNEL = "void scale(int n, const int *restrict a, int *restrict b) { for (int i = 0; i < n; i++) b[i] = 3 * a[i] + 1; }"


def test_optimize_says_what_is_proved(tmp_path: Path) -> None:
    (tmp_path / "scale.c").write_text(KERNEL)
    command = ["optimize", "scale.c", "-o", "scale.o", "--budget", "1 evaluations", "--prove", "10", "--json"]
    run = subprocess.run(
        [sys.executable, "-m", "passwright", *command],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert run.returncode == 0, run.stderr
    verdict = json.loads(run.stdout)["kernels"][0]["verdict"]
    assert verdict["kind"] == "equal"
    assert "proved to bound 4 by translation validation" in verdict["evidence"]


def test_a_result_with_a_counterexample_is_not_given_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "scale.c"
    path.write_text(KERNEL)
    kernel = kernels(path)[0]
    module = Module.parse(kernel.bitcode, kernel.name)
    recipe = Recipe.parse("function(sroa) | default<O3>")
    result = KernelResult(kernel, recipe, Ratio(2.0, 1.9, 2.1), Verdict("equal", "3 calls equal", 3))
    wrong = Module.parse(build_module(module, {}).ir().replace("mul nsw i32", "add nsw i32").encode())
    build = proving.build_module
    monkeypatch.setattr(proving, "build_module", lambda *given, **named: build(*given, **named) and wrong)
    finished = proving.prove_finished(module, Finished(b"wrong", (result,)), O3, 10.0)
    assert finished.results[0].verdict.kind == "different"
    assert finished.results[0].recipe == O3
    assert not finished.results[0].improved
    assert finished.object == build_object(module, {})
