"""A PostgreSQL server of one's own: Debian's programs, an unprivileged user, a Unix socket, no network."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def programs() -> Path:
    """Where `initdb` and `pg_ctl` are; skips the test where there are none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[4]))
    if not found:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
    return found[-1].parent


def unprivileged() -> list[str]:
    """The words before a command that run it as an ordinary user; PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("root cannot run PostgreSQL, and there is no setpriv to become someone else with")
    nobody = pwd.getpwnam("nobody")
    return ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]


@contextmanager
def server() -> Iterator[str]:
    """The URL of a server's database; the server is gone afterwards."""
    folder, prefix = programs(), unprivileged()
    # Not in pytest's folder: a socket's path must be short, and others may not enter that folder.
    with tempfile.TemporaryDirectory(prefix="pw-pg-") as name:
        root = Path(name)
        root.chmod(0o711)
        data, sockets = root / "data", root / "s"
        for one in (data, sockets):
            one.mkdir(mode=0o700)
            if prefix:
                os.chown(one, pwd.getpwnam("nobody").pw_uid, pwd.getpwnam("nobody").pw_gid)
        user = pwd.getpwnam("nobody").pw_name if prefix else pwd.getpwuid(os.geteuid()).pw_name

        def run(*command: str) -> None:
            done = subprocess.run(
                [*prefix, *command],
                cwd="/",
                env={"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": name},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=120,
            )
            assert done.returncode == 0, done.stdout

        run(
            str(folder / "initdb"),
            f"--pgdata={data}",
            f"--username={user}",
            "--auth=trust",
            "--encoding=UTF8",
            "--no-sync",
        )
        options = f"-c listen_addresses='' -c unix_socket_directories='{sockets}' -c fsync=off"
        control = (str(folder / "pg_ctl"), f"--pgdata={data}", "--wait", "--silent")
        run(*control, f"--log={data}/log", f"--options={options}", "start")
        if prefix:
            sockets.chmod(0o755)
        try:
            yield f"postgresql://{user}@/postgres?host={sockets}"
        finally:
            run(*control, "--mode=immediate", "stop")
