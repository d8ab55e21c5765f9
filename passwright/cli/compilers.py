"""`passwright cc` and `passwright cxx`: the drop-in compilers under the name of a verb.

The program `passwright` (passwright/native/launch.cpp) does this before Python starts; what is here serves
`python -m passwright`, and lists the verbs in the help.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import typer


def register(app: typer.Typer) -> None:
    """Add the verbs to `app`."""
    settings = {"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []}
    app.command("cc", context_settings=settings)(cc)
    app.command("cxx", context_settings=settings)(cxx)


def cc(context: typer.Context) -> None:
    """Be the C compiler, with the lock file's recipes: also as CC=passwright-cc.

    Example: [bold]passwright cc -O3 -march=native -c gemm.c -o gemm.o[/bold]
    """
    _become("passwright-cc", context.args)


def cxx(context: typer.Context) -> None:
    """Be the C++ compiler, with the lock file's recipes: also as CXX=passwright-c++.

    Example: [bold]passwright cxx -O3 -march=native -c blur.cpp -o blur.o[/bold]
    """
    _become("passwright-c++", context.args)


def _become(name: str, arguments: list[str]) -> None:
    program = Path(sys.executable).with_name(name)
    if not program.exists():
        from passwright.passes.errors import ToolchainError

        raise ToolchainError(f"{program} is missing", hint="install passwright again")
    sys.stdout.flush()
    os.execv(program, [str(program), *arguments])
