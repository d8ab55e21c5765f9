"""`passwright check`: what fails, what it says to do, and that the example workflow runs it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from test_cli import COLUMNS, locked, passwright

from passwright._native import host
from passwright.checking import KINDS, Report, check
from passwright.passes import audit
from passwright.passes.lock import Lock, LockEntry, load, rewrite
from passwright.passes.recipe import REFERENCES, Recipe
from passwright.passes.review import Review

ROOT = Path(__file__).parent.parent


def changed(folder: Path, **values: object) -> Lock:
    """The lock of `locked` with other values in its entry."""
    locked(folder)
    return rewrite(folder / "passwright.lock", lambda old: [one._replace(**values) for one in old.entries])


def kinds(report: Report) -> list[str]:
    assert all(one.kind in KINDS and one.message and one.remedy for one in report.problems)
    return [one.kind for one in report.problems]


def test_what_holds_passes(tmp_path: Path) -> None:
    locked(tmp_path)
    text = passwright("check", folder=tmp_path).stdout
    assert text == "1 entry checked, all hold\n"
    answer = json.loads(passwright("check", "--json", folder=tmp_path).stdout)
    assert answer["ok"] and answer["checked"] == 1 and answer["problems"] == []
    assert not (tmp_path / "passwright.audit.jsonl").exists()


@pytest.mark.parametrize(
    ("change", "kind", "says", "remedy"),
    [
        (lambda path: path.unlink(), "missing", "no such file", 'delete the table [kernel."kernel.c".columns.'),
        (lambda path: path.write_text(COLUMNS.replace("2.0f", "3.0f")), "stale", "has changed", "optimize"),
        (lambda path: path.write_text(COLUMNS + "int x = ;"), "broken", "expected expression", "correct the source"),
        (lambda path: path.write_text(COLUMNS.replace("columns", "rows")), "broken", "no function columns", "correct"),
        (lambda path: path.write_text(COLUMNS.replace("void", "\n/* v */ void")), "", "", ""),
    ],
)  # fmt: skip
def test_sources(tmp_path: Path, change: Callable[[Path], object], kind: str, says: str, remedy: str) -> None:
    change(locked(tmp_path))
    run = passwright("check", "--json", folder=tmp_path, code=1 if kind else 0)
    problems = json.loads(run.stdout)["problems"]
    assert [one["kind"] for one in problems] == ([kind] if kind else [])
    if kind:
        assert says in problems[0]["message"] and remedy in problems[0]["remedy"]
        text = passwright("check", folder=tmp_path, code=1).stdout
        assert f"kernel.c: columns ({host()['cpu']}): {kind}: " in text and "to do: " in text
        assert "1 entry checked, 1 failed" in text
        logged = audit.read(str(tmp_path / "passwright.audit.jsonl")).decisions
        assert [(one.what, one.human, one.why.split(":")[0]) for one in logged] == [
            ("failed", False, kind)
        ] * 2


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"llvm": "18.1.8"}, ["llvm"]),
        ({"verdict": "unverifiable"}, ["unverified"]),
        ({"ratio": (0.9, 0.8, 0.99)}, ["regressed"]),
        ({"ratio": (0.9, 0.8, 1.01)}, []),
        ({"review": Review("rejected"), "llvm": "18.1.8", "verdict": "different"}, []),
    ],
)
def test_entries(tmp_path: Path, values: dict[str, object], expected: list[str]) -> None:
    assert kinds(check(changed(tmp_path, **values))) == expected


def test_acceptance_may_be_required(tmp_path: Path) -> None:
    lock = changed(tmp_path, review=Review("proposed", "passwright 9"))
    assert kinds(check(lock)) == []
    (problem,) = check(lock, require_accepted=True).problems
    assert problem.kind == "not-accepted" and "proposed by passwright 9" in problem.message
    assert "passwright review --lock" in problem.remedy
    assert kinds(check(changed(tmp_path, review=Review("accepted")), require_accepted=True)) == []
    rejected = check(changed(tmp_path, review=Review("rejected")), require_accepted=True)
    assert rejected.ok and rejected.notes == ("1 rejected, which builds leave out",)


def test_flags_of_the_build(tmp_path: Path) -> None:
    path = locked(tmp_path)
    lock = load(tmp_path / "passwright.lock")

    def build_with(*flags: str) -> Report:
        command = {
            "directory": str(tmp_path),
            "file": str(path),
            "arguments": ["cc", *flags, "-c", str(path)],
        }
        (tmp_path / "compile_commands.json").write_text(json.dumps([command]))
        return check(lock, builds=tmp_path)

    assert kinds(build_with("-O2", "-DUNUSED")) == []
    report = build_with("-ffast-math")
    assert kinds(report) == ["flags"] and "-ffast-math" in report.problems[0].message
    assert "--build" in report.problems[0].remedy


def test_another_cpu_is_compared_and_not_measured(tmp_path: Path) -> None:
    """With the features of this machine, by the name of another one: as a lock that came from elsewhere."""
    from passwright._native import Module
    from passwright.freshness import kernel_of, native_features
    from passwright.locking import fingerprint

    locked(tmp_path)
    path = tmp_path / "passwright.lock"
    (entry,) = load(path).entries
    features = native_features(Module.parse(kernel_of(path, entry).bitcode, "native"))
    other: LockEntry = entry._replace(cpu="skylake", features=features)
    kernel = kernel_of(path, other)
    other = other._replace(fingerprint=fingerprint(Module.parse(kernel.bitcode, "other"), "columns"))
    report = check(rewrite(path, lambda old: [other]), measure=True)
    assert report.ok and not report.measured
    assert report.notes == (f"1 not measured: locked for skylake, this is {host()['cpu']}",)


def test_measuring_finds_what_is_wrong_and_what_is_slow(tmp_path: Path) -> None:
    """A recipe that leaves the code as the front end made it takes many times as long as -O3."""
    run = passwright("check", "--measure", "--json", folder=changed_folder(tmp_path), code=1)
    answer = json.loads(run.stdout)
    (problem,) = answer["problems"]
    assert problem["kind"] == "regressed" and "worse than -O3" in problem["message"]
    (measured,) = answer["measured"]
    assert measured["verdict"]["kind"] == "equal" and measured["ratio"]["high"] < 1


def changed_folder(folder: Path) -> Path:
    changed(folder, recipe=Recipe.parse("function(lcssa)"), ratio=(1.5, 1.4, 1.6))
    return folder


def test_measuring_needs_a_workload(tmp_path: Path) -> None:
    lock = changed(tmp_path)
    source = tmp_path / "kernel.c"
    (tmp_path / "w.toml").write_text('[sizes]\nn = 10\n[args.nothing]\nvalue = "n"\n')
    report = check(lock, measure=True, workload=tmp_path / "w.toml")
    (problem,) = report.problems
    assert problem.kind == "unverified" and "--workload W.toml" in problem.remedy and source.exists()


def test_measuring_verifies_what_was_not(tmp_path: Path) -> None:
    recipe = Recipe.parse("default<O3>")  # the reference's own code: equal, and no slower
    report = check(changed(tmp_path, verdict="unverifiable", recipe=recipe), measure=True)
    assert [one.verdict.kind for one in report.measured.values()] == ["equal"]
    assert "unverified" not in kinds(report)


def test_a_smaller_build_is_measured_by_its_size(tmp_path: Path) -> None:
    small = changed(tmp_path, objective="size", recipe=REFERENCES["size"])
    assert kinds(check(small, measure=True)) == []
    large = changed(tmp_path, objective="size", recipe=Recipe.parse("default<O3> [unroll-count=8]"))
    report = check(large, measure=True)
    assert kinds(report) == ["regressed"] and "worse than -Oz" in report.problems[0].message


def test_usage_and_unusable_locks(tmp_path: Path) -> None:
    assert "there is no lock file" in passwright("check", folder=tmp_path, code=1).stderr
    locked(tmp_path)
    assert "add --measure" in passwright("check", "--workload", "w.toml", folder=tmp_path, code=2).stderr
    (tmp_path / "passwright.lock").write_text("version = 1\n")
    assert passwright("check", folder=tmp_path).stdout == "0 entries checked, all hold\n"


def test_the_example_workflow_does_what_it_says(tmp_path: Path) -> None:
    yaml = pytest.importorskip("yaml")
    workflow = yaml.safe_load((ROOT / "examples/github-check.yml").read_text())
    (job,) = workflow["jobs"].values()
    commands = [shlex.split(step["run"]) for step in job["steps"] if "run" in step]
    install, checked, listed = commands
    assert install == ["pip", "install", "passwright[clang]"]
    changed(tmp_path, review=Review("accepted", "Ada"))
    passwright(*checked[1:], folder=tmp_path)
    changed(tmp_path, review=Review())
    passwright(*checked[1:], folder=tmp_path, code=1)
    assert "kernel.c:columns" in passwright(*listed[1:], folder=tmp_path).stdout
