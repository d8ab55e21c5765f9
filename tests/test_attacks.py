"""Attacks on the sandboxes: each is contained, the verdict says what happened, and nothing is left behind.

The attacks stand in tests/attacks/: as kernels they run in the runner, as programs in the sandbox for programs, there with
and without bubblewrap. As root everything runs a second time as an ordinary user.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from passwright.bench.call import Buffer, Call
from passwright.bench.program import Program
from passwright.bench.runner import Runner, asan_runtime
from passwright.bench.sandbox import Limits, SandboxResult, offer, run
from passwright.bench.scratch import read_output, remove_tree, scratch
from passwright.irgen.clang import find_clang
from passwright.passes.errors import InputError, WorkerError

ATTACKS = Path(__file__).parent / "attacks"
NOBODY = 65534
SMALL = Limits(wall=20, address_space=256 << 20, folder_size=48 << 20, files=200, output=1 << 20, threads=8)
Build = Callable[..., Path]

needs_landlock = pytest.mark.skipif(not offer().landlock, reason="this kernel has no Landlock")
ways = pytest.mark.parametrize(
    "wrapped",
    [
        pytest.param(False, id="landlock", marks=needs_landlock),
        pytest.param(
            True,
            id="bubblewrap",
            marks=pytest.mark.skipif(not offer().bubblewrap, reason="bubblewrap does not work here"),
        ),
    ],
)


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Compile an attack, as a program or as an object; each only once."""
    folder = tmp_path_factory.mktemp("attacks")

    def compile_(name: str, kind: int = 0, *, program: bool = True) -> Path:
        output = folder / f"{name}{kind}{'' if program else '.o'}"
        if not output.exists():
            flags = ["-DPROGRAM"] if program else ["-c", "-fPIC"]
            compiler = shutil.which("gcc") if program else find_clang().argv[0]
            if compiler is None:
                pytest.skip("no gcc to link programs with")
            source = ATTACKS / f"{name}.c"
            command = [compiler, "-O1", "-w", *flags, f"-DKIND={kind}", str(source), "-o", str(output)]
            subprocess.run(command, check=True)
        return output

    return compile_


@pytest.fixture
def victim() -> Iterator[subprocess.Popen[bytes]]:
    """A process of the same user that the attacks may try their hands on; it is unharmed at the end."""
    process = subprocess.Popen(["sleep", "300"])
    before = Path(f"/proc/{process.pid}/limits").read_text(), os.sched_getaffinity(process.pid)
    yield process
    assert process.poll() is None
    assert (Path(f"/proc/{process.pid}/limits").read_text(), os.sched_getaffinity(process.pid)) == before
    process.kill()
    process.wait()


def attack(program: Path, target: str = "", *, wrapped: bool, limits: Limits = SMALL) -> SandboxResult:
    """Run an attack as a program, and check that it leaves nothing."""
    with scratch() as folder:
        result = run([str(program), target], folder=folder, limits=limits, bubblewrap=wrapped)
    assert not folder.exists()
    assert ("bubblewrap" in result.layers) == wrapped
    left = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                left += [entry.name] if str(program) in (entry / "cmdline").read_text() else []
            except OSError:
                continue
    assert not left
    return result


def succeeded(result: SandboxResult) -> int:
    assert result.status == "ok", result
    return int(result.stdout.rsplit(b"succeeded ", 1)[1])


# Whole programs.


@ways
def test_fork_bomb(build: Build, wrapped: bool) -> None:
    result = attack(build("fork_bomb"), wrapped=wrapped)
    assert succeeded(result) == 0
    assert {"fork", "clone"} <= set(result.refused) and "tried fork" in str(result)


@ways
def test_thread_bomb(build: Build, wrapped: bool) -> None:
    result = attack(build("thread_bomb"), wrapped=wrapped)
    assert (result.status, result.limit) == ("over-limit", "threads")


@ways
@pytest.mark.parametrize("kind", [0, 1, 2])
def test_memory_bomb(build: Build, kind: int, wrapped: bool) -> None:
    result = attack(build("memory_bomb", kind), wrapped=wrapped)
    assert result.status == "crashed" and result.peak_memory < 300 << 20  # it gives up when there is no more
    unlimited = Limits(wall=20, address_space=None, memory=200 << 20)
    result = attack(build("memory_bomb", kind), wrapped=wrapped, limits=unlimited)
    assert (result.status, result.limit) == ("over-limit", "memory")


@ways
@pytest.mark.parametrize(("kind", "limit"), [(0, "disk"), (1, "disk"), (2, "files")])
def test_disk_filler(build: Build, kind: int, limit: str, wrapped: bool) -> None:
    result = attack(build("disk_filler", kind), wrapped=wrapped)
    assert (result.status, result.limit) == ("over-limit", limit)


@ways
def test_network(build: Build, tmp_path: Path, wrapped: bool) -> None:
    path = f"/tmp/passwright-test-{os.getpid()}-{wrapped}"  # a socket's path is short
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", 0))
    port = udp.getsockname()[1]
    servers = [socket.socket(), *(socket.socket(socket.AF_UNIX) for _ in range(2))]
    try:
        for server, address in zip(servers, (("127.0.0.1", port), path, f"\0{path}"), strict=True):
            server.bind(address)
            server.listen()
        outside = subprocess.run([build("network"), f"{port}:{path}"], capture_output=True)
        assert outside.stdout == b"succeeded 4\n", "without a sandbox the attack works"
        udp.recv(100)
        for server in servers:
            server.accept()[0].close()
        result = attack(build("network"), f"{port}:{path}", wrapped=wrapped)
        assert succeeded(result) == 0 and result.refused == ("socket",)
        for server in (udp, *servers):
            server.setblocking(False)
            with pytest.raises(BlockingIOError):
                server.recv(1) if server is udp else server.accept()
    finally:
        os.unlink(path)
        for server in (udp, *servers):
            server.close()


@ways
def test_reading_the_home_folder(build: Build, tmp_path: Path, wrapped: bool) -> None:
    secret = tmp_path / "id_rsa"
    secret.write_text("TOP-SECRET")
    before = secret.stat()
    outside = subprocess.run([build("steal", 1), secret], capture_output=True, cwd=tmp_path)
    assert b"TOP-SECRET" in outside.stdout, "without a sandbox the attack works"
    result = attack(build("steal"), str(secret), wrapped=wrapped)
    assert succeeded(result) == 0 and b"TOP-SECRET" not in result.stdout
    assert "chmod" in result.refused and "io_uring_setup" in result.refused
    assert secret.read_text() == "TOP-SECRET" and secret.stat().st_mode == before.st_mode


@ways
def test_other_processes(build: Build, victim: subprocess.Popen[bytes], wrapped: bool) -> None:
    result = attack(build("meddle"), str(victim.pid), wrapped=wrapped)
    assert succeeded(result) == 0
    assert {"ptrace", "process_vm_readv", "prlimit64", "pidfd_open"} <= set(result.refused)


@ways
def test_signals(build: Build, victim: subprocess.Popen[bytes], wrapped: bool) -> None:
    result = attack(build("signals"), str(victim.pid), wrapped=wrapped)
    assert succeeded(result) == 0
    assert {"kill", "tkill", "tgkill", "rt_sigqueueinfo", "fcntl"} <= set(result.refused)


@ways
def test_output_flood(build: Build, wrapped: bool) -> None:
    result = attack(build("flood"), wrapped=wrapped)
    assert (result.status, result.limit) == ("over-limit", "output")
    assert len(result.stdout) == SMALL.output


@ways
@pytest.mark.parametrize("kind", [0, 2, 4])
def test_sleeping_for_ever(build: Build, kind: int, wrapped: bool) -> None:
    result = attack(build("sleep", kind), wrapped=wrapped, limits=Limits(wall=0.4))
    assert (result.status, result.limit) == ("timed-out", "wall")
    assert result.seconds > 0.4 and str(result) == "did not end in time"


@ways
def test_processor_time(build: Build, wrapped: bool) -> None:
    result = attack(build("sleep", 4), wrapped=wrapped, limits=Limits(wall=60, cpu=1))
    assert (result.status, result.limit) == ("timed-out", "cpu")


def test_the_client_is_killed(build: Build) -> None:
    """A program does not outlive who started it."""
    script = f"""
from pathlib import Path
from passwright.bench.sandbox import Limits, run
from passwright.bench.scratch import scratch
print(flush=True)
run([{str(build("sleep", 0))!r}], folder=Path({str(build("sleep", 0).parent)!r}), limits=Limits(wall=100))
"""
    client = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    name = build("sleep", 0).name
    assert client.stdout is not None
    client.stdout.readline()
    assert _eventually(lambda: bool(_named(name)))
    client.kill()
    client.wait()
    client.stdout.close()
    assert _eventually(lambda: not _named(name))


def _named(name: str) -> list[str]:
    """The running programs of that name."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and (entry / "comm").read_text().strip() == name:
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
                found += [] if state == "Z" else [entry.name]
        except OSError:
            continue
    return found


def _eventually(condition: Callable[[], bool]) -> bool:
    for _ in range(300):
        if condition():
            return True
        time.sleep(0.05)
    return False


def test_what_is_allowed(tmp_path: Path) -> None:
    """The layers leave an honest program alone: files of its own, given ones, input, output, environment."""
    given = tmp_path / "given.txt"
    given.write_text("given")
    script = 'read line; echo "$line $NAME $(($#))"; echo warned >&2; while read x; do echo $x; done <$1; echo mine >own'
    with scratch() as folder:
        result = run(
            ["/bin/sh", "-c", script, "sh", str(given)],
            folder=folder,
            stdin=given,
            env={"NAME": "value"},
            read=[given],
        )
        assert read_output(folder, "own") == b"mine\n"
    assert (result.status, result.returncode) == ("ok", 0), result.stderr
    assert result.stdout.startswith(b" value 1\n") or result.stdout.startswith(b"given value 1\n")
    assert result.stderr == b"warned\n" and not result.refused
    assert result.cpu_seconds >= 0 and result.peak_memory > 0 and result.seconds > 0


def test_threads_and_sanitizers(tmp_path: Path) -> None:
    """What fuzzing harnesses need: AddressSanitizer's address space, and threads."""
    if asan_runtime() is None:
        pytest.skip("no AddressSanitizer run-time library")
    source = tmp_path / "h.c"
    source.write_text(
        """
#include <pthread.h>
#include <stdlib.h>
static void *work(void *p) { return malloc(10); }
int main(int argc, char **argv) {
  pthread_t t; void *p;
  if (pthread_create(&t, 0, work, 0)) return 9;
  pthread_join(t, &p);
  return ((volatile char *)p)[9 + argc];
}"""
    )
    command = [
        *find_clang().argv,
        "-fsanitize=address",
        "-g",
        "-pthread",
        str(source),
        "-o",
        str(tmp_path / "h"),
    ]
    if subprocess.run(command, capture_output=True).returncode:
        pytest.skip("clang cannot link here")
    limits = Limits(wall=60, address_space=None, memory=1 << 30)
    with scratch() as folder:
        options = {"ASAN_OPTIONS": "detect_leaks=0"}
        result = run([str(tmp_path / "h")], folder=folder, limits=limits, env=options)
    assert b"heap-buffer-overflow" in result.stderr and result.returncode == 1, result.stderr[-2000:]


def test_what_cannot_be_run(tmp_path: Path) -> None:
    (tmp_path / "no").write_text("no program")
    with scratch() as folder:
        with pytest.raises(InputError, match="cannot be run"):
            run([str(tmp_path / "no")], folder=folder)
        with pytest.raises(WorkerError):
            run(["/bin/true"], folder=folder / "nowhere")


def test_traps_in_the_scratch_folder(tmp_path: Path) -> None:
    """Links, pipes, folders without permissions or deeper than a path: neither read nor in the way."""
    secret = tmp_path / "secret"
    secret.write_text("TOP-SECRET")
    folder = tmp_path / "scratch"
    folder.mkdir()
    (folder / "link").symlink_to(secret)
    (folder / "up").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe")
    (folder / "closed").mkdir()
    (folder / "closed" / "file").touch()
    (folder / "closed").chmod(0)
    (folder / "plain").write_text("text")
    at = os.open(folder, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("d" * 10, dir_fd=at)
        below = os.open("d" * 10, os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = below
    os.close(at)
    for name in ("link", "up/secret", "pipe", "../secret", str(secret), "closed", "none", ""):
        assert read_output(folder, name) is None, name
    assert read_output(folder, "plain") == b"text" and read_output(folder, "plain", 2) == b"te"
    remove_tree(folder)
    assert not folder.exists() and secret.read_text() == "TOP-SECRET"
    remove_tree(folder)


def test_programs_with_a_bench(build: Build, tmp_path: Path) -> None:
    """`--run`: a candidate that attacks gets a verdict that says so."""
    main = tmp_path / "main.c"
    main.write_text(
        '#include <stdio.h>\nlong attack(const char *);\nint main(void) { printf("%ld\\n", attack("")); }\n'
    )
    good = tmp_path / "good.c"
    good.write_text("long attack(const char *t) { return 0; }")
    objects = {}
    for name, source in {"good": good, "fork": ATTACKS / "fork_bomb.c", "flood": ATTACKS / "flood.c"}.items():
        output = tmp_path / f"{name}.o"
        subprocess.run([*find_clang().argv, "-O1", "-w", "-c", str(source), "-o", str(output)], check=True)
        objects[name] = [output.read_bytes()]
    with Program.parse("./p", sources=(main,)).bench(objects["good"]) as bench:
        assert bench.check(objects["good"]).is_equal
        assert bench.check(objects["fork"]).is_equal  # nothing was made, and it says 0
        verdict = bench.check(objects["flood"])
    assert verdict.kind == "crashed" and "wrote more output than allowed" in verdict.evidence


# Kernels.


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with Runner(memory=512 << 20) as one:
        if not one.sandboxed:
            pytest.skip("this kernel has no seccomp filters")
        yield one


def shim(folder: Path) -> bytes:
    source = folder / "shim.c"
    source.write_text(
        "long attack(const char *);\n"
        "void __pw_call_attack(void **slots, void *result) { *(long *)result = attack(*(char **)slots[0]); }\n"
    )
    subprocess.run([*find_clang().argv, "-O1", "-c", str(source), "-o", str(folder / "shim.o")], check=True)
    return (folder / "shim.o").read_bytes()


@pytest.mark.parametrize(
    ("name", "kind", "status", "what"),
    [
        ("fork_bomb", 0, "forbidden", "fork"),
        ("thread_bomb", 0, "forbidden", "clone"),
        ("memory_bomb", 0, "crashed", "does not have"),  # it gives up when there is no more
        ("memory_bomb", 1, "forbidden", "mmap"),
        ("memory_bomb", 2, "forbidden", "mmap"),
        ("disk_filler", 0, "forbidden", "open"),
        ("network", 0, "forbidden", "socket"),
        ("steal", 0, "forbidden", "open"),
        ("meddle", 0, "forbidden", "ptrace"),
        ("signals", 0, "crashed", "signal 31"),  # it has blocked the signal that would have become a report
        ("flood", 0, "forbidden", "write"),
        ("forge", 0, "forbidden", "write"),
        ("sleep", 0, "crashed", "signal 31"),
        ("sleep", 1, "crashed", "signal 31"),
        ("sleep", 2, "crashed", "signal 31"),
        ("sleep", 3, "crashed", "signal 31"),
        ("sleep", 4, "timed-out", "did not answer in time"),
    ],
)
def test_kernels(
    runner: Runner,
    build: Build,
    tmp_path: Path,
    victim: subprocess.Popen[bytes],
    name: str,
    kind: int,
    status: str,
    what: str,
) -> None:
    target = Buffer(f"{victim.pid}\0".encode(), "in", "i8", "target", 1)
    if name == "steal":
        (tmp_path / "secret").write_text("TOP-SECRET")
        target = Buffer(f"{tmp_path}/secret\0".encode(), "in", "i8", "target", 1)
    runner.load("attack", [build(name, kind, program=False).read_bytes(), shim(tmp_path)], "attack")
    call = Call("attack", (target,), {}, "i64")
    for _ in range(1 if status == "timed-out" else 2):  # the next process is like the first
        result = runner.run("attack", call, timeout=0.1 if status == "timed-out" else 10)
        assert result.status == status, result
        assert what in str(result.fault)


@pytest.mark.parametrize("kind", range(7))
def test_a_runner_that_was_taken_over(build: Build, kind: int) -> None:
    """Whatever foreign code writes in the runner's place: no answer for another request, no trouble for the client."""
    call = Call("attack", (), {}, "void")
    with Runner(executable=build("impostor", kind)) as runner:
        runner.load("attack", [b""], "attack")
        first = runner.pid
        result = runner.run("attack", call, timeout=1)
        if kind < 6:
            assert result.status == "crashed" and "no answer" in str(result.fault)
            assert runner.pid is None
        else:
            runner.run("attack", call, timeout=1)
            assert runner.pid != first, "what was written ahead is gone with its process"
    assert first is not None and not Path(f"/proc/{first}").exists()


def test_isolated_variants(tmp_path: Path) -> None:
    """With `isolated` no variant runs in a process in which another has been."""
    source = tmp_path / "k.c"
    source.write_text("long attack(const char *t) { return 1; }")
    subprocess.run([*find_clang().argv, "-O1", "-c", str(source), "-o", str(tmp_path / "k.o")], check=True)
    objects = [(tmp_path / "k.o").read_bytes(), shim(tmp_path)]
    call = Call("attack", (Buffer(b"x", "in", "i8", "target", 1),), {}, "i64")
    with Runner(isolated=True) as runner:
        pids = []
        for name in "aabba":
            if name not in pids:
                runner.load(name, objects, "attack")
            assert runner.run(name, call).status == "ok"
            pids.append(runner.pid)
    assert pids[0] == pids[1] and pids[2] == pids[3] and len(set(pids)) == 3


# The other kind of user.


def test_as_an_ordinary_user() -> None:
    """Everything above once more, without root's rights."""
    if os.getuid() != 0:
        pytest.skip("this is an ordinary user already")
    if shutil.which("setpriv") is None:
        pytest.skip("no setpriv (util-linux) to become an ordinary user")
    become = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", sys.executable]
    with scratch("passwright-nobody-") as folder:
        os.chown(folder, NOBODY, NOBODY)
        environment = {
            **os.environ,
            "HOME": str(folder),
            "TMPDIR": str(folder),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        if closed := _closed_folder(Path(sys.base_prefix)):
            # The interpreter lies in root's home: show the same files, with this folder open and nothing else in it.
            if not offer().bubblewrap:
                pytest.skip(f"{closed} is closed for ordinary users, and the interpreter is in it")
            shown = str(closed / Path(sys.base_prefix).resolve().relative_to(closed).parts[0])
            view = ["--dev-bind", "/", "/", "--tmpfs", str(closed), "--ro-bind", shown, shown]
            become = ["bwrap", *view, "--", *become]
        probe = subprocess.run(
            [*become, "-c", "import passwright.bench.sandbox, pytest"], capture_output=True, env=environment
        )
        if probe.returncode:
            pytest.skip(f"an ordinary user cannot read this checkout: {probe.stderr.decode()[-200:]}")
        command = [
            *become,
            "-m",
            "pytest",
            __file__,
            "-q",
            "-x",
            "-p",
            "no:cacheprovider",
            "-k",
            "not sleep-4 and not processor_time",
        ]
        done = subprocess.run(
            command, capture_output=True, text=True, env=environment, cwd=Path(__file__).parent.parent
        )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert " passed" in done.stdout or "100%" in done.stdout


def _closed_folder(path: Path) -> Path | None:
    """The first folder on the way to a path that others may not enter."""
    for folder in reversed(path.resolve().parents):
        if not folder.stat().st_mode & 0o001:
            return folder
    return None
