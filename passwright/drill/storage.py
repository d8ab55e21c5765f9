"""Faults of what is kept: flipped bits, lost ends, zeroed pages, a disk that is full.

Each function does one fault and returns how it ended: "noticed" (an error that says so), "harmless" (everything is still
there and right) or "recovered" (done again by itself). Anything else is a `Violation`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from random import Random
from textwrap import dedent

from passwright.drill.subject import Subject, apply
from passwright.passes.errors import PasswrightError
from passwright.passes.lock import load, parse

PAGE = 4096


class Violation(Exception):
    """Something was lost that was reported as saved, or something wrong was reported as right."""


def damage(data: bytes, random: Random) -> bytes:
    """One to three flipped bits, a lost end, a zeroed page, or a page in the place of another."""
    kind, changed = random.randrange(8), bytearray(data)
    place = random.randrange(len(data) // PAGE + 1) * PAGE
    if kind == 0:
        return data[: random.randrange(len(data))]
    if kind == 1:
        changed[place : place + PAGE] = bytes(len(changed[place : place + PAGE]))
    elif kind == 2 and len(data) > PAGE:
        other = random.randrange(len(data) // PAGE) * PAGE
        changed[place : place + PAGE] = changed[other : other + PAGE]
    else:
        for _ in range(random.randint(1, 3)):
            changed[random.randrange(len(data))] ^= 1 << random.randrange(8)
    return bytes(changed)


def lock_file(subject: Subject, folder: Path, random: Random) -> str:
    """A damaged lock file is refused, or builds the object that was verified."""
    before = subject.lock.read_bytes()
    path = folder / "passwright.lock"
    path.write_bytes(damage(before, random))
    try:
        lock = load(path)
        built = apply(lock, subject.kernel.bitcode, folder / subject.source.name)
    except PasswrightError:
        return "noticed"
    if built != subject.built:
        raise Violation(f"a damaged lock file built something else: {path.read_bytes()!r}")
    if lock.entries != parse(before, path).entries:
        raise Violation("a damaged lock file was read as if it were sound")
    return "harmless"


def object_cache(subject: Subject, folder: Path, random: Random) -> str:
    """A damaged object in the cache is not handed out."""
    from passwright.object_cache import Shelf

    os.environ["XDG_CACHE_HOME"] = str(folder)
    Shelf("the entries", "obj", ()).put(subject.kernel.bitcode, subject.built)
    [path] = (path for path in folder.rglob("*") if path.is_file())
    before = path.read_bytes()
    path.write_bytes(damage(before, random))
    found = Shelf("the entries", "obj", ()).get(subject.kernel.bitcode)
    if found is None:
        return "noticed"
    if found != subject.built:
        raise Violation("the cache handed out another object than was put in")
    return "harmless"  # what was damaged holds nothing of it


def experience_store(subject: Subject, folder: Path, random: Random) -> str:
    """Reading a damaged store is an error, or gives all that was put in as it was put in."""
    from passwright.drill.records import everything, filled

    source = filled(folder.parent)
    truth = everything(str(source))
    path = folder / "experience.sqlite"
    path.write_bytes(damage(source.read_bytes(), random))
    try:
        found = everything(str(path))
    except PasswrightError:
        return "noticed"
    if found != truth:
        raise Violation("a damaged store was read as if it were sound")
    return "harmless"


def export_file(subject: Subject, folder: Path, random: Random) -> str:
    """A damaged export is refused as a whole, or is imported as it was."""
    from passwright.drill.records import everything, exported, filled
    from passwright.policy.store import Store
    from passwright.policy.store_io import import_store

    truth = everything(str(filled(folder.parent)))
    path, target = folder / "export.jsonl.gz", folder / "new.sqlite"
    path.write_bytes(damage(exported(folder.parent).read_bytes(), random))
    with Store(str(target)) as store:
        try:
            import_store(store, path)
        except PasswrightError:
            if store.size():
                raise Violation("a damaged export was imported in part") from None
            return "noticed"
    if everything(str(target)) != truth:
        raise Violation("a damaged export was imported as if it were sound")
    return "harmless"


_ON_A_FULL_DISK = dedent("""
    import os, sys
    from pathlib import Path
    from passwright.passes.errors import PasswrightError
    from passwright.drill import records
    folder, free, job = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
    before, act, after = records.JOBS[job]
    state = before(folder)
    status = os.statvfs(folder)
    filler = max(0, status.f_bavail * status.f_frsize - free)
    try:
        with open(folder / "filler", "wb") as file:
            file.write(bytes(filler))
    except OSError:
        pass
    try:
        act(folder, state)
        told = "saved"
    except PasswrightError as error:
        told = "refused"
        assert error.hint, error.message
    (folder / "filler").unlink(missing_ok=True)
    print(told, after(folder, state))
""")


def full_disk(subject: Subject, folder: Path, random: Random) -> str:
    """Writing lock, store, export and cache where the disk fills up on the way: whole, or as before with an error."""
    from passwright.drill.records import JOBS

    job, free = random.choice(sorted(JOBS)), random.randrange(40) * 1024
    code = 'mount -t tmpfs -o size=2m none "$1" && exec "$2" -c "$3" "$1" "$4" "$5"'
    separate = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    command = ["unshare", *separate, "--mount", "sh", "-c", code, "sh", str(folder), sys.executable]
    run = subprocess.run(
        [*command, _ON_A_FULL_DISK, str(free), job], capture_output=True, text=True, timeout=120
    )
    if run.returncode:
        raise Violation(f"{job} with {free} bytes free: {run.stderr[-500:]}")
    told, state = run.stdout.split()
    if (told, state) not in {("saved", "new"), ("refused", "old"), ("saved", "none")}:
        raise Violation(f"{job} with {free} bytes free: said {told}, left {state}")
    return "noticed" if told == "refused" else "harmless"


def available(name: str) -> bool:
    """Whether this machine can do the fault: a full disk needs mount name spaces."""
    if not name.endswith("-disk"):
        return True
    separate = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    test = ["unshare", *separate, "--mount", "mount", "-t", "tmpfs", "none", "/mnt"]
    return shutil.which("unshare") is not None and not subprocess.run(test, capture_output=True).returncode
