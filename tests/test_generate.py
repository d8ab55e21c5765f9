"""From requirements to judged sources: what candidates may do, what is refused, and the command."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from passwright.bench.generated import Judge
from passwright.bench.generated_speed import speed
from passwright.generating import LONGEST, generate, understand
from passwright.irgen.requirement import Requirement
from passwright.passes.errors import InputError, VerificationError
from passwright.policy import episodes

DOT = "s = sum[i](x[i] * y[i]) for f64[n] x, f64[n] y, size n, return f64 s"
SCALE = "y[i] = 2 * x[i] for i32[n] x, out i32[n] y, size n"


def required(notation: str) -> Requirement:
    return understand(notation).requirement


HEAD = "double f(const double *x, const double *y, int64_t n) "
SUM = "{ double s = 0; for (int64_t i = 0; i < n; i++) s += x[i] * y[i]; return s; }"
SOURCES = [
    ("right", HEAD + SUM),
    ("right", HEAD + SUM.replace("i = 0; i < n; i++", "i = n - 1; i >= 0; i--")),
    ("wrong", HEAD + SUM.replace("i = 0", "i = 1")),
    ("wrong", HEAD + SUM.replace("s = 0", "s = 1")),
    ("crashed", HEAD + SUM.replace("i < n", "i <= n")),
    ("crashed", HEAD + "{ ((double *)x)[0] = 0; return 0; }"),
    ("timed-out", HEAD + "{ volatile int go = 1; while (go) {} return 0; }"),
    ("undefined", HEAD + "{ int k = 2147483647; volatile int one = 1; return k + one; }"),
    ("does not compile", HEAD + "{ return x * y; }"),
    ("does not compile", "int g(void) { return 1; }"),
]


@pytest.mark.parametrize(("kind", "text"), SOURCES)
def test_candidates_are_told_apart(kind: str, text: str) -> None:
    requirement = understand(DOT + "\ndouble f(const double *x, const double *y, int64_t n);").requirement
    with Judge(requirement) as judge:
        found = judge("#include <stdint.h>\n" + text)
    assert found.kind == kind, found
    assert found.right == (kind == "right")
    assert bool(found.message) != found.right
    assert found.tests >= 8


@pytest.mark.parametrize(
    "call", ['remove("/tmp/x")', "fork()", 'fopen("/etc/passwd", "r") != 0', "socket(2, 1, 0)"]
)
def test_hostile_candidates_are_contained(call: str) -> None:
    requirement = understand(DOT + "\ndouble f(const double *x, const double *y, int64_t n);").requirement
    source = (
        "#include <stdint.h>\n#include <stdio.h>\n#include <unistd.h>\n#include <sys/socket.h>\n"
        f"double f(const double *x, const double *y, int64_t n) {{ return {call}; }}"
    )
    with Judge(requirement) as judge:
        assert judge(source).kind in ("forbidden", "does not compile", "crashed")


def test_a_wrong_value_is_named_with_its_input() -> None:
    with Judge(required(SCALE)) as judge:
        name = judge.requirement.function
        found = judge(
            f"#include <stdint.h>\nvoid {name}(const int32_t *x, int32_t *y, int64_t n)"
            " { for (int64_t i = 0; i < n; i++) y[i] = 2 * x[i] + (i == 2); }"
        )
    assert found.kind == "wrong"
    assert "y[2] is" in found.message and "n = " in found.message


def test_containers_of_the_wrong_size_are_wrong() -> None:
    requirement = understand(
        "y[i] = 2 * x[i] for i32[n] x, return i32[n] y, len n\nstd::vector<int> f(const std::vector<int> &x);"
    ).requirement
    with Judge(requirement) as judge:
        right = "std::vector<int> y(x); for (int &v : y) v *= 2; return y;"
        assert judge(f"#include <vector>\nstd::vector<int> f(const std::vector<int> &x) {{ {right} }}").right
        short = "std::vector<int> y(x); for (int &v : y) v *= 2; y.push_back(0); return y;"
        assert (
            judge(f"#include <vector>\nstd::vector<int> f(const std::vector<int> &x) {{ {short} }}").kind
            == "wrong"
        )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("  \n\t ", "is empty"),
        ("sum " * LONGEST, "more than"),
        ("sum of x\0", "control characters"),
        ("y[i] = x[i for f64[n] x", "cannot read the notation"),
        ("y[i] = q[i] for f64[n] x, out f64[n] y", "q is not declared"),
        ("x[i] = 1 for f64[n] x, out f64[n] y", "is written"),
    ],
)
def test_bad_requirements_are_refused(text: str, says: str) -> None:
    with pytest.raises(InputError) as error:
        generate(text, samples=0)
    assert says in str(error.value)


def test_speed_is_measured_beside_another_source() -> None:
    requirement = required(
        "C[i,j] += A[i,k]*B[k,j] for f64[n,m] A, f64[m,p] B, out f64[n,p] C, size n, size m, size p"
    )
    plain = generate(requirement, samples=0, style="plain").source
    tuned = generate(requirement, samples=0, style="tuned").source
    assert plain != tuned
    found = speed(requirement, tuned, plain)
    assert found is not None
    assert found.ratio.low <= found.ratio.value <= found.ratio.high
    assert found.sizes["n"] >= 16 and found.timing.median > 0


def passwright(*arguments: str, cwd: Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    found = subprocess.run(
        [sys.executable, "-m", "passwright", "generate", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert found.returncode == code, found.stderr
    return found


def test_the_command_writes_a_file_that_compiles(tmp_path: Path) -> None:
    found = passwright(DOT, "--samples", "0", "-o", "dot.c", cwd=tmp_path)
    assert "tests right" in found.stderr and "speed:" in found.stderr
    subprocess.run(["cc", "-std=c99", "-Wall", "-Werror", "-c", "dot.c"], cwd=tmp_path, check=True)


def test_the_command_prints_json(tmp_path: Path) -> None:
    found = json.loads(passwright(DOT, "--samples", "0", "--json", "--no-speed", cwd=tmp_path).stdout)
    assert found["verdict"] == "right" and found["origin"] == "rules"
    assert "double" in found["source"]
    assert found["reliability"]["defect_density"] == 0


def test_a_requirement_may_be_edited_and_given_back(tmp_path: Path) -> None:
    text = passwright(SCALE, "--show-requirement", cwd=tmp_path).stdout
    (tmp_path / "r.toml").write_text(text.replace("2 * x[i]", "3 * x[i]"))
    source = passwright("--requirement", "r.toml", "--samples", "0", "--no-speed", cwd=tmp_path).stdout
    assert "3 * x[i]" in source


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([], 2),
        ([DOT, "--style", "fancy"], 2),
        ([DOT, "--language", "rust"], 2),
        ([" "], 1),
        (["--requirement", "no.toml"], 1),
    ],
)
def test_bad_command_lines(tmp_path: Path, arguments: list[str], code: int) -> None:
    assert "error" in passwright(*arguments, cwd=tmp_path, code=code).stderr.lower()
    assert list(tmp_path.iterdir()) == []


class Writer:
    """Stands for a model that writes these bodies, one a sample."""

    def __init__(self, *bodies: str) -> None:
        self.bodies, self.asked = bodies, list[int]()

    def intent(self, english: str) -> dict[str, float]:
        return {"generate": 1.0}

    def parse(self, english: str, prototype: object = None, k: int = 1) -> list[object]:
        return []

    def code(
        self,
        program: object,
        language: str,
        style: str,
        k: int = 1,
        told: object = None,
        sure: float = 0.9,
        greedy: bool = True,
    ) -> list[tuple[str, float]]:
        self.asked.append(k)
        return [(body, 0.5) for body in self.bodies[not greedy :][:k]]


RIGHT = "double r = 0; for (int64_t i = 0; i < n0; i++) r += a0[i] * a1[i]; return r;"
LATE = RIGHT.replace("i = 0", "i = 1")
FAR_OFF = "return exp ( 1 ) ;"


def test_nothing_right_is_an_error_of_verification() -> None:
    requirement = required(DOT)
    result = generate(requirement, model=Writer(FAR_OFF), samples=1)  # type: ignore[arg-type]
    assert result.origin == "rules"
    assert [c.judgement.kind for c in result.candidates] == ["wrong", "right"]
    with pytest.raises(VerificationError, match="none of 1 candidates"):
        generate(requirement, model=Writer(FAR_OFF), samples=1, rules=False)  # type: ignore[arg-type]


def test_a_nearly_right_candidate_is_repaired_and_tested_again(tmp_path: Path) -> None:
    record = tmp_path / "episodes.jsonl"
    prototype = "double dot(const double *left, const double *right, int n);"
    requirement = understand(
        f"s = sum[i](left[i] * right[i]) for f64[n] left, f64[n] right, size n, return f64 s\n{prototype}"
    ).requirement
    model = Writer(LATE, FAR_OFF)
    result = generate(requirement, model=model, samples=2, rules=False, record=record)  # type: ignore[arg-type]
    assert result.origin == "repair" and result.judgement.right
    assert [c.judgement.kind for c in result.candidates] == ["wrong", "wrong", "right"]
    assert prototype[:-1] in result.source and "i = 0" in result.source
    with Judge(requirement) as judge:
        assert result.judgement.tests >= len(judge.tests) + 8  # those it was fitted to, and others
    steps = episodes.read([record])
    assert [one.action for one in steps] == ["zero-shot", "regenerate", "repair", "validate", "stop"]
    assert [one.before.verified for one in steps] == [False, False, False, True, True]
    assert steps[2].reward > 0.5 > max(steps[0].reward, steps[1].reward)


def test_a_first_candidate_that_is_right_ends_the_job(tmp_path: Path) -> None:
    record = tmp_path / "episodes.jsonl"
    model = Writer(RIGHT, FAR_OFF)
    result = generate(required(DOT), model=model, samples=10, record=record)  # type: ignore[arg-type]
    assert result.origin == "generator" and model.asked == [1]
    assert [one.action for one in episodes.read([record])] == ["zero-shot", "stop"]


def test_candidates_are_drawn_where_the_first_is_wrong() -> None:
    model = Writer(FAR_OFF, LATE, RIGHT)
    result = generate(required(DOT), model=model, samples=5)  # type: ignore[arg-type]
    assert result.origin == "generator" and model.asked == [1, 4]
    assert [c.judgement.kind for c in result.candidates] == ["wrong", "wrong", "right"]


def test_a_record_that_cannot_be_written_costs_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    record = tmp_path / "file" / "episodes.jsonl"
    assert generate(required(DOT), model=Writer(RIGHT), record=record).origin == "generator"  # type: ignore[arg-type]
