"""Entry of the command line.

`apply` is on every build's path and must not pay for typer and rich, so that its plain spellings have an entry of their own;
everything else goes through the typer application.
"""

from __future__ import annotations

import os
import sys


def main() -> None:
    if len(sys.argv) > 2 and sys.argv[1] == "apply":
        from passwright.cli import apply

        options = apply.quick(sys.argv[2:])
        if options is not None:
            code = apply.main(options)
            sys.stdout.flush()
            os._exit(code)  # the interpreter's own way out takes milliseconds, and nothing is left to do
    from passwright.cli.app import main as app_main

    app_main()


if __name__ == "__main__":
    main()
