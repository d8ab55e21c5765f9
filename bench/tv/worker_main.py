"""The process in which z3 runs: one question a line in JSON on standard input, one answer a line on standard output.

What is proved to a smaller bound comes first, marked as interim.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from typing import Any


def main() -> None:
    """Answer until the input ends. The first argument is the limit on the address space in bytes, 0 for none."""
    limit = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    if limit:
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    from passwright.bench.tv.solve import solve

    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever else prints must not be taken for an answer

    def write(answer: dict[str, Any]) -> None:
        answers.write(json.dumps(answer) + "\n")
        answers.flush()

    for line in sys.stdin:
        question = json.loads(line)
        try:
            answer = solve(**question, report=lambda found: write(found | {"interim": True}))
        except MemoryError:
            answer = {"kind": "unknown", "reason": "memory: the solver needs more than it may have"}
        except Exception as error:
            if "memory" not in str(error):
                answer = {"kind": "unknown", "reason": f"failed: {type(error).__name__}: {error}"}
            else:
                answer = {"kind": "unknown", "reason": "memory: the solver needs more than it may have"}
        write(answer)


if __name__ == "__main__":
    main()
