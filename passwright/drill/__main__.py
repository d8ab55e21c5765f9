"""python -m passwright.drill --faults 1000 --results build/drill.jsonl --table docs/fault-drill.table.md"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from passwright.drill import storage
from passwright.drill.drill import KINDS, line, plan, read, run, table


def main() -> int:
    """Exit code 0: every fault ended well; 3: there are violations."""
    names = [kind.name for kind in KINDS]
    parser = argparse.ArgumentParser(
        prog="python -m passwright.drill", description=sys.modules["passwright.drill"].__doc__
    )
    parser.add_argument("--faults", type=int, default=100, help="how many (default: 100)")
    parser.add_argument("--kind", action="append", choices=names, help="only these (may be repeated)")
    parser.add_argument("--results", type=Path, help="JSON lines; what is there is not done again")
    parser.add_argument("--table", type=Path, help="write the table as Markdown")
    options = parser.parse_args()
    console = Console(stderr=True)
    kinds = [kind for kind in KINDS if kind.name in (options.kind or names)]
    for kind in [kind for kind in kinds if not storage.available(kind.name)]:
        console.print(f"{kind.name}: not possible here (it needs mount name spaces: run as root)")
        kinds.remove(kind)
    faults = read(options.results) if options.results else []
    done = {(fault.kind, fault.seed) for fault in faults}
    todo = [(kind, seed) for kind, seed in plan(options.faults, kinds) if (kind.name, seed) not in done]
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    try:
        with Progress(*columns, console=console, disable=not sys.stderr.isatty()) as progress:
            task = progress.add_task("faults", total=len(todo))
            for fault in run(todo):
                faults.append(fault)
                progress.update(task, advance=1, description=fault.kind)
                if fault.ended == "violation":
                    progress.console.print(f"{fault.kind} {fault.seed}: {fault.detail}", markup=False)
                if options.results:
                    with options.results.open("a") as file:
                        file.write(line(fault))
    except KeyboardInterrupt:
        console.print("interrupted; the same command goes on" if options.results else "interrupted")
    text = table(faults)
    print(text, end="")
    if options.table:
        options.table.write_text(text)
    return 3 if any(fault.ended == "violation" for fault in faults) else 0


sys.exit(main())
