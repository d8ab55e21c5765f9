"""The daemon: started on demand, ended when idle, right whatever happens to it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

import pytest
from service_support import MATMUL, File, end_daemon, raw, running, wait_until_gone

from passwright.object_cache import ObjectCache
from passwright.passes.errors import InputError, LockError, ParseError, UsageError, WorkerError
from passwright.service import choosing, client, place, protocol
from passwright.service.cache import Memory
from passwright.service.forge import Forge, JobFailed
from passwright.service.local import here
from passwright.service.place import Place


@pytest.fixture(autouse=True)
def own_daemon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    yield
    end_daemon()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[File]:
    folder = tmp_path_factory.mktemp("sources")
    return [File(folder, number) for number in range(6)]


@pytest.fixture(scope="module")
def matmul(tmp_path_factory: pytest.TempPathFactory) -> File:
    return File(tmp_path_factory.mktemp("sources"), 1, MATMUL)


# -- start and end --------------------------------------------------------------------------------------------------------


def test_many_clients_start_one_daemon(files: list[File]) -> None:
    assert client.status() is None
    script = (
        "from passwright.service import client; from time import monotonic\n"
        "e = monotonic() + 60; c, _ = client.connect(e, start=True)\n"
        "print(client.exchange(c, 'status', {}, [], e)[0]['pid'])"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) for _ in range(12)
    ]
    told = {process.communicate()[0] for process in processes}
    assert len(told) == 1 and told != {""}
    assert files[0].applied().object == files[0].expected()


def test_it_ends_when_idle_and_comes_back(tmp_path: Path, files: list[File]) -> None:
    command = [sys.executable, "-m", "passwright", "serve", "--idle", "1s"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None and "listening" in process.stderr.readline()
    built = files[0].applied()
    assert (built.origin, built.object) == ("daemon", files[0].expected())
    assert process.wait(20) == 0
    assert not (tmp_path / "passwright-run" / place.SOCKET).exists()
    assert files[1].applied().origin == "daemon"  # another one


def test_stop_finishes_what_was_begun(files: list[File], matmul: File) -> None:
    files[0].applied()
    pid = running()["pid"]
    with ThreadPoolExecutor(1) as pool:
        learned = pool.submit(client.learned_object, matmul.bitcode, march=matmul.march, deadline=100)
        while running()["busy"] == 0:
            sleep(0.01)
        assert client.stop() is not None
        assert learned.result().origin == "daemon"
    wait_until_gone(int(str(pid)))


def test_only_one_daemon_at_a_place(files: list[File]) -> None:
    files[0].applied()
    again = subprocess.run([sys.executable, "-m", "passwright", "serve"], capture_output=True, text=True)
    assert again.returncode == 1 and "is there already" in again.stderr


def test_a_killed_daemon_is_replaced_and_nothing_is_lost(files: list[File], matmul: File) -> None:
    files[0].applied()
    first = running()
    with ThreadPoolExecutor(1) as pool:
        learned = pool.submit(client.learned_object, matmul.bitcode, march=matmul.march, deadline=100)
        while running()["busy"] == 0:
            sleep(0.01)
        os.kill(int(str(first["pid"])), signal.SIGKILL)
        assert learned.result().object
    assert running()["pid"] != first["pid"]
    wait_until_gone(int(str(first["forge"])))  # its processes went with it


def test_a_daemon_that_hangs_costs_its_client_time_only(
    files: list[File], monkeypatch: pytest.MonkeyPatch
) -> None:
    files[0].applied()
    pid = int(str(running()["pid"]))
    monkeypatch.setattr(client, "SILENCE", 0.5)
    os.kill(pid, signal.SIGSTOP)
    try:
        built = files[1].applied()
        assert (built.origin, built.object) == ("here", files[1].expected())
        monkeypatch.setattr(client, "SILENCE", 20.0)
        assert files[2].applied().origin == "daemon"  # a new one: the socket of the old one is gone
    finally:
        os.kill(pid, signal.SIGCONT)
    wait_until_gone(pid)


def test_without_a_place_the_work_is_done_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: list[File]
) -> None:
    folder = tmp_path / "passwright-run"
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    built = files[0].applied()
    assert (built.origin, built.object) == ("here", files[0].expected())
    with pytest.raises(WorkerError, match="open to other users"):
        files[0].applied(local=False)
    folder.chmod(0o700)


# -- who may ask, and what ------------------------------------------------------------------------------------------------


def test_the_socket_is_the_users_own(tmp_path: Path, files: list[File]) -> None:
    files[0].applied()
    folder = tmp_path / "passwright-run"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / place.SOCKET).stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
def test_another_user_is_refused(tmp_path: Path, files: list[File]) -> None:
    files[0].applied()
    folder = tmp_path / "passwright-run"
    for path in (folder, *list(folder.parents)[:-2]):
        path.chmod(0o755)
    (folder / place.SOCKET).chmod(0o666)  # so that nothing but the credentials keeps them out
    script = (
        "import os, socket; os.setuid(65534); s = socket.socket(socket.AF_UNIX)\n"
        f"s.connect({str(folder / place.SOCKET)!r}); print(repr(s.recv(1)))"
    )
    run = subprocess.run([sys.executable, "-S", "-c", script], capture_output=True, text=True)
    assert "b''" in run.stdout or "ConnectionReset" in run.stderr, run.stderr
    folder.chmod(0o700)
    assert running()["requests"] == 2


NOISE = (
    b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    b"\0" * 64,
    protocol.FIXED.pack(protocol.MAGIC, protocol.MAX_HEADER + 1, 0),
    protocol.FIXED.pack(protocol.MAGIC, 2, 1) + protocol.LENGTH.pack(protocol.MAX_BODY + 1),
    protocol.FIXED.pack(protocol.MAGIC, 4, 0) + b"null",
    protocol.FIXED.pack(protocol.MAGIC, 4, 0) + b"{{{{",
    protocol.FIXED.pack(protocol.MAGIC, 100_000, 0) + b"[" * 100_000,
)


def test_noise_ends_its_connection_only(files: list[File]) -> None:
    for noise in NOISE:
        with raw() as connection, suppress(ConnectionResetError):
            connection.sendall(noise)
            assert connection.recv(1) == b"", noise
    assert files[0].applied(local=False).origin == "daemon"


WRONG: tuple[dict[str, object], ...] = (
    {"op": "apply"},
    {"op": "no such"},
    {"op": "learned", "source": "a", "march": 3, "kind": "obj"},
    {"op": "learned", "source": "a", "march": "native", "kind": "exe"},
    {"op": "learned", "source": "a", "march": "native", "kind": "obj", "choosing": "long"},
    {"op": "learned", "source": "a", "march": "native", "kind": "obj", "choosing": 1e9},
)


def test_a_wrong_request_is_an_error_with_its_id() -> None:
    with raw() as connection:
        for number, fields in enumerate(WRONG):
            client.send(connection, {**fields, "id": number, "build": place.stamp()}, [b"BC"])
            header, _ = client.receive(connection)
            assert header["id"] == number
            assert isinstance(protocol.heard(header["error"]), UsageError), fields


def test_what_is_too_large_is_not_sent() -> None:
    with pytest.raises(InputError, match="MiB"):
        client.learned_object(bytes(protocol.MAX_BODY + 1), march="native")


def test_input_that_is_no_ir_is_an_error_here_and_there(files: list[File]) -> None:
    for local in (True, False):
        with pytest.raises(ParseError):
            client.learned_object(b"this is no IR", march="native", local=local)
    stale = File.__new__(File)
    stale.__dict__ |= files[0].__dict__
    stale.bitcode, stale.name = files[1].bitcode, files[0].name
    with pytest.raises((LockError, InputError)):
        stale.applied()
    with pytest.raises(LockError, match="has no entry"):
        client.apply_object(files[0].bitcode, b"version = 1\n", source="a.c", march=files[0].march)


def test_another_build_is_not_used_and_ends(files: list[File], monkeypatch: pytest.MonkeyPatch) -> None:
    files[0].applied()
    pid = int(str(running()["pid"]))
    monkeypatch.setattr(client, "stamp", lambda: "another build")
    built = files[1].applied()
    assert (built.origin, built.object) == ("here", files[1].expected())
    wait_until_gone(pid)


# -- answers --------------------------------------------------------------------------------------------------------------


def test_answers_are_those_of_this_process(files: list[File], matmul: File) -> None:
    def ask(number: int) -> bool:
        one = files[number % len(files)]
        return one.applied(local=False).object == one.expected()

    with ThreadPoolExecutor(12) as pool:
        assert all(pool.map(ask, range(60)))
    there = client.learned_object(matmul.bitcode, march=matmul.march, local=False)
    assert [entry for entry, _ in there.recipes] == ["multiply1"]
    cache = running()["cache"]
    assert isinstance(cache, dict) and cache["memory"] > 0 and cache["misses"] >= len(files)
    os.unlink(ObjectCache().path)
    fields = {"source": "<memory>", "march": matmul.march, "kind": "obj", "flags": []}
    told, (made,) = here("learned", fields, [matmul.bitcode], 100)
    assert (told["recipes"], made) == (dict(there.recipes), there.object)


def test_a_repeated_request_comes_from_disk_after_a_restart(files: list[File]) -> None:
    files[0].applied()
    end_daemon()
    assert files[0].applied().object == files[0].expected()
    cache = running()["cache"]
    assert isinstance(cache, dict) and (cache["disk"], cache["misses"]) == (1, 0)


def test_a_corrupt_database_is_begun_again(files: list[File]) -> None:
    files[0].applied()
    end_daemon()
    path = Path(ObjectCache().path)
    path.write_bytes(b"SQLite format 3\0" + os.urandom(5000))
    assert files[0].applied(local=False).object == files[0].expected()
    end_daemon()
    assert ObjectCache().size()[0] == 1


def test_the_same_request_at_the_same_time_is_worked_on_once(matmul: File) -> None:
    def ask(_: int) -> bytes:
        return client.learned_object(matmul.bitcode, march=matmul.march, local=False).object

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(ask, range(8)))) == 1
    jobs = running()["jobs"]
    alone = 2 + choosing.MOST
    assert isinstance(jobs, dict) and jobs["done"] <= alone


def test_who_goes_away_is_not_worked_for(matmul: File) -> None:
    fields = {"op": "learned", "source": "a.c", "march": matmul.march, "kind": "obj", "id": 1}
    with raw() as connection:
        client.send(connection, {**fields, "build": place.stamp()}, [matmul.bitcode])
        while running()["busy"] == 0:
            sleep(0.01)
    end = monotonic() + 10
    while running()["busy"] != 0:
        assert monotonic() < end
        sleep(0.02)


def test_a_request_can_be_given_up_and_asked_again(files: list[File]) -> None:
    from passwright.service.service import Service

    one = files[0]

    async def run() -> bytes:
        async with Service(jobs=1) as service:
            told = {"source": one.name, "cpu": one.march, "kind": "obj", "flags": []}
            for seconds in (0, 0, 0.001, 0.01, 0.1):
                asked = asyncio.ensure_future(service.apply(one.bitcode, one.lock, **told))  # type: ignore[arg-type]
                await asyncio.sleep(seconds)
                asked.cancel()
                await asyncio.sleep(0)
            return (await service.apply(one.bitcode, one.lock, **told)).object  # type: ignore[arg-type]

    assert asyncio.run(run()) == one.expected()


def test_a_deadline_is_kept(matmul: File) -> None:
    with raw():
        started = monotonic()
        with pytest.raises(WorkerError):
            client.learned_object(matmul.bitcode, march=matmul.march, deadline=0.05)
        assert monotonic() - started < 20
    assert client.learned_object(matmul.bitcode, march=matmul.march).object


# -- jobs -----------------------------------------------------------------------------------------------------------------


def forged(*jobs: tuple[str, dict[str, object], float]) -> list[object]:
    """What becomes of jobs, one after the other."""

    async def run() -> list[object]:
        forge = Forge(1)
        found: list[object] = []
        try:
            for job, header, seconds in jobs:
                try:
                    found.append((await forge.run(job, header, [b"part"], seconds=seconds))[1])
                except Exception as problem:
                    found.append(problem)
                if header.get("then kill"):
                    os.kill(forge.process(), signal.SIGKILL)
            return found
        finally:
            forge.close()

    return asyncio.run(run())


def test_a_job_that_crashes_or_hangs_costs_itself() -> None:
    crashed, hung, fine, after = forged(
        ("spin", {"signal": int(signal.SIGSEGV)}, 5.0),
        ("spin", {"for": 60.0}, 0.3),
        ("spin", {"then kill": True}, 5.0),
        ("spin", {}, 5.0),  # in a new one
    )
    assert isinstance(crashed, JobFailed) and "crashed" in str(crashed)
    assert isinstance(hung, JobFailed) and "processor time" in str(hung)
    assert fine == after == [b"part"]


def test_jobs_have_no_files(tmp_path: Path) -> None:
    """Assembly in a module may name files; a job cannot read them."""
    secret = tmp_path / "secret"
    secret.write_text("the secret text")
    ir = f'target triple = "x86_64-unknown-linux-gnu"\nmodule asm ".incbin \\22{secret}\\22"\n'
    header = {"source": "a.ll", "recipes": {}, "kind": "obj", "flags": []}

    async def build() -> tuple[bool, object]:
        forge = Forge(1)
        try:
            return forge.confined, (await forge.run("build", header, [ir.encode()], seconds=10))[1][0]
        except Exception as problem:
            return forge.confined, problem
        finally:
            forge.close()

    confined, built = asyncio.run(build())
    if not confined:
        pytest.skip("this kernel has no Landlock")
    assert isinstance(built, Exception)


def test_a_recipe_that_breaks_does_not_break_the_build(matmul: File, monkeypatch: pytest.MonkeyPatch) -> None:
    from passwright.passes.recipe import Recipe
    from passwright.service.service import Service

    broken = Recipe.parse("default<O3> [no-such-knob=1]")
    real = choosing.coreset()
    monkeypatch.setattr(choosing, "coreset", lambda: (broken, *real))

    async def run() -> object:
        async with Service(jobs=1) as service:
            return await service.learned(
                matmul.bitcode, source="a.c", march=matmul.march, kind="obj", flags=()
            )

    answer = asyncio.run(run())
    assert answer.object and answer.choices[0]["tried"] >= 2  # type: ignore[attr-defined]


# -- which functions look hot ---------------------------------------------------------------------------------------------

MIXED = """
#include <map>
#include <string>
#include <vector>
template <class T> struct Grid {
    T *data; int width;
    T &at(int row, int column) { return data[row * width + column]; }
};
static double inner(const double *a, int n) { double s = 0; for (int i = 0; i < n; i++) s += a[i]; return s; }
void nest(Grid<double> &out, Grid<double> &in, int n) {
    for (int i = 1; i < n; i++) for (int j = 1; j < n; j++) out.at(i, j) = in.at(i - 1, j) + in.at(i, j - 1);
}
double through_local(const double *a, int n) { double s = 0; for (int i = 0; i < n; i++) s += inner(a, i); return s; }
void light(double *a, int n) { for (int i = 0; i < n; i++) a[i] *= 2; }
void told(int n, void (*f)(int)) { for (int i = 0; i < n; i++) for (int j = 0; j < n; j++) f(i * j); }
int straight(int a) { return a * 2; }
std::map<std::string, int> count(const std::vector<std::string> &w) {
    std::map<std::string, int> m; for (auto &x : w) m[x]++; return m;
}
"""


def test_nests_that_compute_look_hot_and_calls_do_not(tmp_path: Path) -> None:
    from passwright._native import Module
    from passwright.irgen.frontend import lower
    from passwright.service.hot import hot_functions

    (tmp_path / "mixed.cpp").write_text(MIXED)
    module = Module.parse(lower(tmp_path / "mixed.cpp", debug=False).bitcode, "mixed.cpp")
    before = module.structural_hash()
    found = hot_functions(module)
    named = {function.name: function.demangled.partition("(")[0] for function in module.functions()}
    assert {named[one.entry] for one in found} == {"nest", "through_local"}
    assert all(Module.parse(one.bitcode).instruction_count == one.instructions for one in found)
    assert module.structural_hash() == before


# -- load -----------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_under_load_no_answer_is_lost_or_mixed_up() -> None:
    options = ["--clients", "24", "--files", "6", "--requests", "300", "--learned", "1", "--kill", "--json"]
    command = [sys.executable, "-m", "passwright.service.load", *options]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    report = json.loads(run.stdout)
    for phase in report["phases"].values():
        assert phase["wrong"] == 0 and phase["lost"] == [] and phase["answers"] > 0
    assert report["phases"]["cached"]["answers"] == 300
    growth = {name: report["memory after"][name] - size for name, size in report["memory before"].items()}
    assert max(growth.values()) < 64, report


# -- small pieces ---------------------------------------------------------------------------------------------------------


@pytest.mark.tiny
def test_memory_is_bounded_and_forgets_what_was_not_used() -> None:
    memory = Memory(limit=100)
    for name in "abc":
        memory.put((name, ""), bytes(30))
    assert memory.get(("a", "")) is not None
    memory.put(("d", ""), bytes(30))
    assert [memory.get((name, "")) is not None for name in "abcd"] == [True, False, True, True]
    memory.put(("a", ""), bytes(20))
    assert memory.size == 80
    memory.put(("e", ""), bytes(200))
    assert memory.get(("e", "")) is None and memory.size == 80


@pytest.mark.tiny
def test_probability() -> None:
    alone, best = choosing.probability([], [], 10)
    assert best == 0.0 and alone < 0.2
    sure, best = choosing.probability([1.5, 0.1], [0.1, 0.1], 4)
    assert best == 1.5 and sure > 0.9
    unsure, _ = choosing.probability([1.5, 0.1], [1.5, 1.5], 4)
    more_left, _ = choosing.probability([1.5, 0.1], [0.1, 0.1], 400)
    assert unsure < sure and more_left < sure
    none_helps, best = choosing.probability([-1.0, -1.2, -0.8], [0.1] * 3, 1)
    assert best == 0.0 and none_helps > 0.9


@pytest.mark.tiny
def test_how_many_recipes_a_module_is_worth() -> None:
    assert choosing.allowed(100, 1.0) == 10
    assert choosing.allowed(100_000, 1.0) == choosing.LEAST
    assert choosing.allowed(1, 1.0) == choosing.MOST


@pytest.mark.tiny
def test_frames_round_trip() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        parts = [b"", b"x" * 100_000, b"y"]
        thread = threading.Thread(target=client.send, args=(ours, {"id": 3, "text": "ä"}, parts))
        thread.start()
        assert client.receive(theirs) == ({"id": 3, "text": "ä"}, parts)
        thread.join()


def test_a_place_of_somebody_else_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "passwright-run"
    folder.symlink_to("/tmp")
    with pytest.raises(InputError):
        Place()
