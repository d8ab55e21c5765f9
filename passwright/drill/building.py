"""Faults amid a build through the drop-in compilers: signals, damage to lock and cache, a full disk, a dead daemon.

Afterwards every object has to be what the plain compiler makes or what the lock's recipe makes, whole, or not there at all;
and the same build, left alone, has to end well.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from passwright.bench.runner import Runner
from passwright.bench.verify import Verifier
from passwright.drill.storage import Violation, damage
from passwright.drill.subject import Subject

FILES = 4
"""Sources beside the one that the lock knows."""
PATIENCE = 120.0
"""Seconds for one build."""
_MAKEFILE = """\
OBJECTS := {objects}
all: $(OBJECTS)
%.o: %.c
\t$(CC) -O3 -march=native -c -o $@ $<
"""


def ended(subject: Subject, folder: Path, random: Random) -> str:
    """The build is ended by a signal at any moment."""
    _project(subject, folder)
    how = random.choice([signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
    process = _started(folder)
    time.sleep(random.uniform(0, 0.6))
    os.killpg(process.pid, how)
    process.wait(PATIENCE)
    _check(subject, folder, f"after {how.name}")
    return _again(subject, folder, "recovered")


def lock_damage(subject: Subject, folder: Path, random: Random) -> str:
    """The lock file is damaged while the build runs; a whole one comes back afterwards."""
    _project(subject, folder)
    lock = folder / subject.lock.name
    whole = lock.read_bytes()
    process = _started(folder)
    time.sleep(random.uniform(0, 0.3))
    lock.write_bytes(damage(whole, random))
    _, said = process.communicate(timeout=PATIENCE)
    _check(subject, folder, "with a damaged lock")
    if process.returncode:
        raise Violation(f"a damaged lock made the build fail: {said[-300:]!r}")
    lock.write_bytes(whole)
    for path in folder.glob("*.o"):
        path.unlink()
    return _again(subject, folder, "noticed" if b"passwright" in said else "harmless")


def cache_damage(subject: Subject, folder: Path, random: Random) -> str:
    """Every file in the cache is damaged, between two builds and again while the second one runs."""
    _project(subject, folder)
    _again(subject, folder, "")
    for path in folder.glob("*.o"):
        path.unlink()
    _spoil(folder / "cache", random)
    process = _started(folder)
    time.sleep(random.uniform(0, 0.2))
    _spoil(folder / "cache", random)
    _, said = process.communicate(timeout=PATIENCE)
    _check(subject, folder, "with a damaged cache")
    if process.returncode:
        raise Violation(f"a damaged cache made the build fail: {said[-300:]!r}")
    return _again(subject, folder, "recovered")


def full_disk(subject: Subject, folder: Path, random: Random) -> str:
    """The build's folder, the cache and the folder for temporary files are on a disk that fills up on the way."""
    _project(subject, folder)
    free = random.randrange(80) * 1024
    code = (
        'mkdir "$1/disk" && mount -t tmpfs -o size=4m none "$1/disk" && cp "$1"/*.c "$1"/Makefile "$1"/*.lock "$1/disk" '
        '&& mkdir "$1/disk/cache" "$1/disk/tmp" && cd "$1/disk" '
        '&& head -c $(($(stat -f -c "%f*%S" .) - $2)) /dev/zero > filler; '
        "make -j2 CC=passwright-cc; rm -f filler; "
        'mkdir -p "$1/out"; cp ./*.o "$1/out/" 2>/dev/null; true'
    )
    separate = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    command = ["unshare", *separate, "--mount", "sh", "-c", code, "sh", str(folder), str(free)]
    environment = _environment(folder) | {
        "XDG_CACHE_HOME": f"{folder}/disk/cache",
        "TMPDIR": f"{folder}/disk/tmp",
    }
    subprocess.run(command, env=environment, capture_output=True, timeout=PATIENCE, check=False)
    _check(subject, folder / "out", f"with {free} bytes free")
    return _again(subject, folder, "recovered")


def daemon_kill(subject: Subject, folder: Path, random: Random) -> str:
    """The daemon that keeps the model is killed while compilers wait for it."""
    _project(subject, folder)
    (folder / subject.lock.name).unlink()
    process = _started(folder, "learned")
    time.sleep(random.uniform(0.2, 2.0))
    killed = 0
    for pid in _daemons(folder):
        os.kill(pid, signal.SIGKILL)
        killed += 1
    _, said = process.communicate(timeout=PATIENCE)
    if process.returncode:
        raise Violation(f"the build failed without its daemon: {said[-300:]!r}")
    for path in folder.glob("*.o"):
        if path.stem == subject.source.stem:
            _judge(subject, path.read_bytes())
    if len(list(folder.glob("*.o"))) != FILES + 1:
        raise Violation("objects are missing, and the build said nothing")
    _stop(folder)
    return "recovered" if killed else "harmless"


def _project(subject: Subject, folder: Path) -> None:
    """The subject's source and lock, further sources, a Makefile, and a cache of its own."""
    (folder / subject.source.name).write_bytes(subject.source.read_bytes())
    (folder / subject.lock.name).write_bytes(subject.lock.read_bytes())
    for number in range(FILES):
        (folder / f"other{number}.c").write_text(_other(number))
    names = " ".join([f"{subject.source.stem}.o", *(f"other{number}.o" for number in range(FILES))])
    (folder / "Makefile").write_text(_MAKEFILE.format(objects=names))


def _other(number: int) -> str:
    body = f"int s = {number}; for (int i = 0; i < n; i++) s += a[i]; return s;"
    return f"int other{number}(const int *a, int n) {{ {body} }}\n"


def _environment(folder: Path, mode: str = "apply") -> dict[str, str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "XDG_CACHE_HOME": str(folder / "cache"), "PASSWRIGHT": mode}


def _started(folder: Path, mode: str = "apply") -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        ["make", "-j2", "CC=passwright-cc"],
        cwd=folder,
        env=_environment(folder, mode),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def _again(subject: Subject, folder: Path, result: str) -> str:
    """The same build, left alone."""
    for path in folder.glob("*.o"):
        path.unlink()
    process = _started(folder)
    _, said = process.communicate(timeout=PATIENCE)
    if process.returncode:
        raise Violation(f"the build does not end well when it is left alone: {said[-300:]!r}")
    if (folder / f"{subject.source.stem}.o").read_bytes() != _by_recipe(subject):
        raise Violation("the object is not the recipe's when the build is left alone")
    _check(subject, folder, "when left alone")
    return result


def _check(subject: Subject, folder: Path, when: str) -> None:
    """Every object that is there is whole and right."""
    for path in folder.glob("*.o"):
        data = path.read_bytes()
        if path.stem == subject.source.stem:
            right = data in (_by_recipe(subject), _plain(subject.source.read_text(), subject.source.name))
        else:
            right = data == _plain(_other(int(path.stem.removeprefix("other"))), f"{path.stem}.c")
        if not right:
            raise Violation(f"{path.name} {when}: {len(data)} bytes that no compiler made")


@cache
def _plain(text: str, name: str) -> bytes:
    """What the plain compiler makes of a source."""
    with TemporaryDirectory(prefix="passwright-drill-") as folder:
        Path(folder, name).write_text(text)
        subprocess.run(
            ["clang-19", "-O3", "-march=native", "-c", "-o", "out.o", name],
            cwd=folder,
            check=True,
            timeout=PATIENCE,
        )
        return Path(folder, "out.o").read_bytes()


def _by_recipe(subject: Subject) -> bytes:
    """What `passwright apply` makes of the subject."""
    return _applied(subject.source.read_text(), subject.source.name, subject.lock.read_bytes())


@cache
def _applied(text: str, name: str, lock: bytes) -> bytes:
    with TemporaryDirectory(prefix="passwright-drill-") as folder:
        Path(folder, name).write_text(text)
        Path(folder, "passwright.lock").write_bytes(lock)
        command = [sys.executable, "-m", "passwright", "apply", name, "-o", "out.o", "--no-cache"]
        subprocess.run(command, cwd=folder, check=True, timeout=PATIENCE)
        return Path(folder, "out.o").read_bytes()


def _spoil(folder: Path, random: Random) -> None:
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        data = path.read_bytes()
        if data:
            path.write_bytes(damage(data, random))


def _daemons(folder: Path) -> list[int]:
    """Processes of ours that use this folder's cache."""
    found = []
    wanted = f"XDG_CACHE_HOME={folder / 'cache'}".encode()
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                command = (entry / "cmdline").read_bytes()
                if (
                    b"passwright" in command
                    and b"serv" in command
                    and wanted in (entry / "environ").read_bytes()
                ):
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def _stop(folder: Path) -> None:
    command = [sys.executable, "-m", "passwright", "serve", "--stop"]
    subprocess.run(command, env=_environment(folder), capture_output=True, timeout=PATIENCE, check=False)
    shutil.rmtree(folder / "cache", ignore_errors=True)


def _judge(subject: Subject, built: bytes) -> None:
    with Runner() as process:
        verdict = Verifier(subject.kernel, subject.workload, process).check([built])
    if not verdict.is_equal:
        raise Violation(f"what was built without the daemon is {verdict.kind}: {verdict.evidence}")
