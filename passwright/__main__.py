"""Entry of the command line.

`apply` is on every build's path and must not pay for typer and rich, so that its plain spellings have an entry of their own;
everything else goes through the typer application. The programs that users call (passwright/native/launch.cpp) come here,
and say in front of the arguments which clang they have started already: `--started=PROCESS,OUTPUT,ERRORS COUNT FLAG…`.
"""

from __future__ import annotations

import os
import sys


def main() -> None:
    started = ""
    flags: tuple[str, ...] = ()
    if len(sys.argv) > 2 and sys.argv[1].startswith("--started="):
        started, end = sys.argv[1].removeprefix("--started="), 3 + int(sys.argv[2])
        flags = tuple(sys.argv[3:end])
        del sys.argv[1:end]
    if len(sys.argv) > 2 and sys.argv[1] == "apply":
        from passwright.cli import apply
        from passwright.irgen.clang import Started

        options = apply.quick(sys.argv[2:])
        if options is not None:
            if started:
                options.started, options.started_flags = Started.parse(started), flags
            code = apply.main(options)
            sys.stdout.flush()
            os._exit(code)  # the interpreter's own way out takes milliseconds, and nothing is left to do
    from passwright.cli.app import main as app_main

    app_main()


if __name__ == "__main__":
    main()
