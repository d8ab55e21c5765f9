"""Worker processes: results, crashes, hangs, blow-ups, cancellation, and that nothing is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, as_completed
from pathlib import Path

import pytest

from passwright._native import Module, object_sections
from passwright.irgen.frontend import lower
from passwright.passes import worker
from passwright.passes.build import Limits, run_recipe
from passwright.passes.errors import UsageError, WorkerError
from passwright.passes.recipe import O3, Recipe
from passwright.passes.worker import Compiled, WorkerPool

SOURCE = """
enum { N = 64 };
void gemm(double a[restrict N][N], double b[restrict N][N], double c[restrict N][N]) {
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++)
      for (int k = 0; k < N; k++) a[i][j] += b[i][k] * c[k][j];
}
int sum(const int *p, int n) { int s = 0; for (int i = 0; i < n; i++) s += p[i]; return s; }
"""
# Polly's plan for products of matrices takes seconds of code generation here.
HANG = Recipe.parse("default<O3> [polly=true polly-pattern-matching-based-opts=true]")


@pytest.fixture(scope="module")
def bitcode(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    source: Path = tmp_path_factory.mktemp("worker") / "file.c"
    source.write_text(SOURCE)
    return lower(source).bitcode


@pytest.fixture(scope="module")
def shared() -> Iterator[WorkerPool]:
    with WorkerPool(jobs=1, step_deadline=30, deadline=60) as pool:
        yield pool


def crash_with(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers run `code` in the place of the recipe that is called `boom`."""
    start = (
        "import os, sys, signal\n"
        "import passwright.passes.build as build\n"
        "real = build.run_recipe\n"
        "def run(module, recipe, **options):\n"
        "    if str(recipe) != 'boom': return real(module, recipe, **options)\n"
        "    options['on_step'](0)\n"
        f"    {code}\n"
        "build.run_recipe = run\n"
    )
    monkeypatch.setattr(worker, "START", start + worker.START)


def wait_until(condition: Callable[[], bool], seconds: float = 20.0) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.01)
    return condition()


def children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(word) for word in (task / "children").read_text().split()]
    return found


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def test_result_is_that_of_this_process(shared: WorkerPool, bitcode: bytes) -> None:
    recipe = Recipe.parse(
        "hint sum#0 unroll.count=4 | default<O3> [enable-loop-distribute=true] | attr prefer-vector-width=512"
    )
    compiled = shared.submit(bitcode, recipe).result()
    module = Module.parse(bitcode)
    run_recipe(module, recipe)
    assert compiled.status == "ok" and compiled.message == ""
    assert compiled.object == module.emit() and compiled.instructions == module.instruction_count
    sizes = object_sections(compiled.object)
    assert compiled.text_size == sum(size for name, size in sizes.items() if name.startswith(".text")) > 0
    assert [report.step for report in compiled.steps] == list(map(str, recipe.steps))
    assert compiled.seconds > sum(report.seconds for report in compiled.steps) > 0


def test_kinds_of_output(shared: WorkerPool, bitcode: bytes) -> None:
    assert b"gemm:" in shared.submit(bitcode, O3, emit="asm").result().object
    assert Module.parse(shared.submit(bitcode, O3, emit="bc").result().object).instruction_count > 0
    assert shared.submit(bitcode, Recipe(()), emit="obj").result().instructions > 0


def test_order_and_company_do_not_change_the_bytes(bitcode: bytes) -> None:
    texts = [
        "default<O3>",
        "default<O2>",
        "default<O3> [polly=true polly-pattern-matching-based-opts=false]",
        "function(sroa,gvn)",
        "default<O1>",
    ]
    results = []
    for order in (texts, texts[::-1]):
        with WorkerPool(jobs=2) as pool:
            futures = {text: pool.submit(bitcode, Recipe.parse(text)) for text in order}
            assert len(list(as_completed(futures.values()))) == len(texts)
            results.append({text: future.result().object for text, future in futures.items()})
    assert results[0] == results[1]


def test_more_modules_than_a_worker_keeps(shared: WorkerPool, bitcode: bytes) -> None:
    modules = []
    for number in range(worker.MODULES_KEPT + 3):
        module = Module.parse(bitcode)
        module.set_attribute("tune-cpu", f"x{number}")
        modules.append(module.bitcode())
    for data in [*modules, *modules]:
        assert shared.submit(data, Recipe.parse("function(sroa)"), emit="bc").result().status == "ok"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("sroa | no-such-pass", "step 2 of 2, `no-such-pass`"),
        ("function(sroa) [no-such-knob=1]", "no-such-knob"),
        ("hint sum#9 unroll.full", "sum#9"),
        ("function(sroa) [polly-parallel=true]", "threads"),
    ],
)
def test_invalid_recipes(shared: WorkerPool, bitcode: bytes, text: str, what: str) -> None:
    compiled = shared.submit(bitcode, Recipe.parse(text)).result()
    assert compiled.status == "invalid" and what in compiled.message and not compiled.object


def test_invalid_module(shared: WorkerPool) -> None:
    compiled = shared.submit(b"no bitcode", O3).result()
    assert compiled.status == "invalid" and compiled.failed_step == -1 and "<memory>" in compiled.message


def test_too_large(bitcode: bytes) -> None:
    with WorkerPool(jobs=1, limits=Limits(growth=1.1, floor=10)) as pool:
        recipe = Recipe.parse("default<O3> | default<O3> [unroll-count=32 unroll-threshold=100000]")
        compiled = pool.submit(bitcode, recipe).result()
        assert compiled.status == "too-large" and "instructions" in compiled.message


@pytest.mark.parametrize(
    ("code", "status", "what"),
    [
        ("os.kill(os.getpid(), signal.SIGSEGV)", "crashed", "SIGSEGV"),
        (
            "os.write(2, b'noise\\nLLVM ERROR: broken at 0x12ab\\n'); os._exit(1)",
            "crashed",
            "exit code 1: LLVM ERROR: broken at 0x…",
        ),
        ("os.write(2, b'x' * 300000); os.abort()", "crashed", "SIGABRT"),
        ("x = bytearray(1 << 40)", "too-large", "memory"),
        ("os.write(2, b'LLVM ERROR: out of memory'); os.abort()", "too-large", "GiB of memory"),
        ("import time; time.sleep(60)", "timed-out", "still running"),
    ],
)
def test_a_failure_costs_one_candidate(
    code: str, status: str, what: str, bitcode: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    crash_with(code, monkeypatch)
    with WorkerPool(jobs=1, step_deadline=20 if status != "timed-out" else 2, memory=1 << 30) as pool:
        futures = [
            pool.submit(bitcode, Recipe.parse(text)) for text in ("default<O1>", "boom", "default<O1>")
        ]
        first, failed, last = (future.result() for future in futures)
    assert failed.status == status and what in failed.message, failed.message
    assert len(failed.message) < 500 and "step 1 of 1, `boom`" in failed.message
    assert failed.object == b"" and (failed.failed_step == 0)
    assert first.status == last.status == "ok" and first.object == last.object


def test_llvm_that_hangs_is_stopped(bitcode: bytes) -> None:
    with WorkerPool(jobs=1, step_deadline=0.7, deadline=20) as pool:
        compiled = pool.submit(bitcode, HANG).result()
        assert compiled.status == "timed-out" and "0.7 s for a step" in compiled.message
        assert pool.submit(bitcode, Recipe.parse("sroa"), emit="bc").result().status in ("ok", "timed-out")
    with WorkerPool(jobs=1, step_deadline=20, deadline=0.7) as pool:
        assert "0.7 s for a candidate" in pool.submit(bitcode, HANG).result().message


def test_deadlines_of_processor_time(bitcode: bytes) -> None:
    with WorkerPool(jobs=1, step_deadline=0.2, deadline=20, processor_time=True) as pool:
        compiled = pool.submit(bitcode, HANG).result()
        assert compiled.status == "timed-out" and "0.2 s for a step" in compiled.message
        assert 0.2 <= compiled.seconds < 20
        assert pool.submit(bitcode, Recipe.parse("sroa"), emit="bc").result().status == "ok"
    with WorkerPool(jobs=1, step_deadline=20, deadline=0.2, processor_time=True) as pool:
        assert "0.2 s for a candidate" in pool.submit(bitcode, HANG).result().message


def test_a_worker_that_cannot_start_raises(bitcode: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "START", "raise ImportError('nothing there')")
    with WorkerPool(jobs=1) as pool, pytest.raises(WorkerError, match="nothing there"):
        pool.submit(bitcode, O3).result()


def test_workers_are_replaced_after_a_while(bitcode: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "LIFETIME", 2)
    with WorkerPool(jobs=1) as pool:
        seen = set()
        for _ in range(5):
            assert pool.submit(bitcode, Recipe.parse("sroa")).result().status == "ok"
            seen |= set(children(os.getpid()))
    assert len(seen) >= 2


def test_close_cancels_kills_and_leaves_nothing(bitcode: bytes) -> None:
    before = set(children(os.getpid()))
    descriptors = len(os.listdir("/proc/self/fd"))
    pool = WorkerPool(jobs=2, step_deadline=60, deadline=60)
    futures: list[Future[Compiled]] = [pool.submit(bitcode, HANG) for _ in range(6)]
    assert wait_until(lambda: len(set(children(os.getpid())) - before) == 2)
    workers = set(children(os.getpid())) - before
    pool.close()
    pool.close()
    assert not any(map(alive, workers)) and set(children(os.getpid())) <= before
    assert len(os.listdir("/proc/self/fd")) == descriptors
    assert all(future.done() for future in futures)
    assert sum(future.cancelled() for future in futures) >= 4
    for future in futures:
        if not future.cancelled():
            with pytest.raises(WorkerError, match="closed"):
                future.result()
    with pytest.raises(WorkerError, match="closed"):
        pool.submit(bitcode, O3)


def test_cancelled_candidates_are_not_compiled(bitcode: bytes) -> None:
    with WorkerPool(jobs=1, step_deadline=1) as pool:
        pool.submit(bitcode, HANG)
        waiting = pool.submit(bitcode, HANG)
        assert waiting.cancel()
        assert pool.submit(bitcode, Recipe.parse("sroa"), emit="bc").result().status in ("ok", "timed-out")


PARENT = """
import sys, time
from passwright.passes.recipe import Recipe
from passwright.passes.worker import WorkerPool
with WorkerPool(jobs=2, step_deadline=100, deadline=100) as pool:
    for _ in range(4):
        pool.submit(open(sys.argv[1], "rb").read(), Recipe.parse("default<O3> [polly=true]"))
    print("going", flush=True)
    time.sleep(100)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_no_worker_outlives_its_parent(how: signal.Signals, bitcode: bytes, tmp_path: Path) -> None:
    (tmp_path / "file.bc").write_bytes(bitcode)
    command = [sys.executable, "-c", PARENT, str(tmp_path / "file.bc")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as parent:
        assert parent.stdout and parent.stdout.readline() == b"going\n"
        assert wait_until(lambda: len(children(parent.pid)) == 2)
        workers = children(parent.pid)
        parent.send_signal(how)
        parent.wait(20)
    assert wait_until(lambda: not any(map(alive, workers)))


@pytest.mark.parametrize(
    "answer", ["b'garbage' * 9", "(3).to_bytes(8, 'little') + b'abc'", "marshal_of('done')"]
)
def test_a_worker_that_answers_nonsense(answer: str, bitcode: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    code = (
        "import marshal; marshal_of = lambda value: len(data := marshal.dumps(value)).to_bytes(8, 'little') + data; "
        f"os.write(1, {answer}); os._exit(0)"
    )
    crash_with(code, monkeypatch)
    with WorkerPool(jobs=1) as pool:
        assert pool.submit(bitcode, Recipe.parse("boom")).result().status == "crashed"
        assert pool.submit(bitcode, O3).result().status == "ok"


def test_what_somebody_else_killed_is_tried_again(bitcode: bytes) -> None:
    with WorkerPool(jobs=1, step_deadline=100, deadline=100) as pool:
        before = set(children(os.getpid()))
        future = pool.submit(bitcode, HANG)
        killed = set[int]()
        while not future.done():  # as often as it is tried
            new = set(children(os.getpid())) - before - killed
            for pid in new:
                os.kill(pid, signal.SIGKILL)
            killed |= new
            time.sleep(0.05)
        assert future.result().status == "crashed" and "SIGKILL" in future.result().message
        assert len(killed) == worker.ATTEMPTS


def test_ctrl_c_at_the_terminal_is_left_to_the_parent(bitcode: bytes) -> None:
    with WorkerPool(jobs=1) as pool:
        before = set(children(os.getpid()))
        assert pool.submit(bitcode, O3).result().status == "ok"
        [pid] = set(children(os.getpid())) - before
        os.kill(pid, signal.SIGINT)
        assert pool.submit(bitcode, O3).result().status == "ok"
        assert children(os.getpid()).count(pid) == 1


@pytest.mark.tiny
def test_number_of_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSWRIGHT_JOBS", "3")
    assert WorkerPool().jobs == 3
    monkeypatch.setenv("PASSWRIGHT_JOBS", "nonsense")
    with pytest.raises(UsageError, match="nonsense"):
        WorkerPool()
    monkeypatch.delenv("PASSWRIGHT_JOBS")
    assert WorkerPool().jobs == len(os.sched_getaffinity(0))
    with pytest.raises(UsageError):
        WorkerPool(jobs=0)
