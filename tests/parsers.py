"""Everything of ours that reads what others may have written, for `test_parsers.py` and for atheris.

    python tests/parsers.py recipe --seconds 60        # coverage-guided, needs `pip install atheris`

A parser takes bytes and either returns, or raises one of our errors. Anything else is a defect. What it returns has to
survive being written and read again, where it can be written.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from passwright._native import Module
from passwright.bench import expression, workload_toml
from passwright.bench.process import _PREFIX, Died, Process
from passwright.bench.results import ResultStore
from passwright.irgen.compile_commands import flags_for
from passwright.passes import audit, lock
from passwright.passes.errors import InputError, PasswrightError, StoreError
from passwright.passes.recipe import Recipe

KERNEL = b"""define i32 @f(ptr %p, i32 %n) {
entry:
  br label %loop
loop:
  %i = phi i32 [ 0, %entry ], [ %j, %loop ]
  %j = add nsw i32 %i, 1
  %c = icmp slt i32 %j, %n
  br i1 %c, label %loop, label %done, !llvm.loop !0
done:
  ret i32 %j
}
!0 = distinct !{!0, !1}
!1 = !{!"llvm.loop.unroll.count", i32 4}
"""
LOCK = b"""version = 1

[kernel."src/gemm.c".gemm.znver4]
fingerprint = "0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f"
features = "+avx2,+fma"
flags = ["-O3", "-DN=64"]
llvm = "19.1.7"
recipe = [
    "attr prefer-vector-width=512",
    "default<O3> [polly=true polly-tiling=false]",
]
ratio = { value = 1.53, low = 1.5, high = 1.561 }
verdict = "equal"
digest = "fdba946f47ca8a53"
review = { state = "accepted", by = "Ada <ada@example.org>", at = "2026-03-01T09:30:00Z", why = "read it" }
"""
AUDIT = (
    b'{"when": "2026-03-01T09:30:00Z", "who": "passwright 0.1.0", "human": false, "what": "proposed", "source": "a.c", '
    b'"entry": "f", "cpu": "znver4", "recipe": "0f3c", "ratio": [1.5, 1.4, null], "verdict": "equal", "evidence": "", '
    b'"why": "best of 9 recipes tried"}\n'
    b'{"when": "2026-03-01T09:30:00Z", "who": "Ada", "human": true, "what": "rejected", "source": "a.c", "entry": "f", '
    b'"cpu": "znver4", "recipe": "", "ratio": null, "verdict": "", "evidence": "", "why": "no"}\n'
)
WORKLOAD = b"""entry = "spmv"
seeds = [1, 2]
[sizes]
rows = 20000
nnz = { value = 200, min = 0, multiple = 4, at_least = "rows // 2" }
[[verify]]
rows = 7
nnz = 12
[args.n]
value = "rows"
[args.alpha]
range = [0.5, 2.0]
[args.row_ptr]
type = "i32"
shape = ["rows + 1"]
role = "in"
fill = "offsets"
total = "nnz"
[args.col]
shape = ["nnz", 3]
fill = "index"
below = "max(rows, 1)"
[args.points]
type = "struct"
stride = 24
fields = { x = { type = "double", offset = 0, range = [0, 1] }, k = { type = "i32", offset = 16 } }
shape = ["rows"]
[globals.table]
shape = [256]
"""
RECIPE = (
    b"function(sroa,loop-mssa(licm<allowspeculation>)),cgscc(inline) | default<O3> [polly=true x=4] | "
    b"hint gemm#2 unroll.count=4 | attr prefer-vector-width=512"
)


def _recipe(data: bytes) -> None:
    recipe = Recipe.parse(data.decode("utf-8", "replace"))
    assert Recipe.parse(str(recipe)) == recipe
    assert Recipe.parse(str(recipe)).hash() == recipe.hash()


def _lock(data: bytes) -> None:
    found = lock.parse(data, "passwright.lock")
    assert lock.parse(lock.render(found).encode(), "passwright.lock") == found


def _audit(data: bytes) -> None:
    found = audit.parse(data)
    lines = b"".join(json.dumps(one.to_json()).encode() + b"\n" for one in found.decisions)
    assert audit.parse(lines) == audit.Log(found.decisions)


def _workload(data: bytes) -> None:
    found = workload_toml.parse(data.decode("utf-8", "replace"))
    assert workload_toml.parse(workload_toml.dump(found)) == found
    for size in found.verification_sizes():
        assert all(isinstance(value, int) for value in size.sizes.values())


def _expression(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    with suppress(expression.ExpressionError):
        expression.evaluate(text, dict.fromkeys(expression.names(text), 3))


def _compile_commands(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "compile_commands.json"
        path.write_bytes(data)
        flags_for(Path("/build/a.c"), path)


def _results(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.jsonl"
        path.write_bytes(data)
        with ResultStore(path):
            pass


def _experience(data: bytes) -> None:
    from passwright.policy.store_io import read_records

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "experience.jsonl"
        path.write_bytes(data)
        list(read_records(path))


def _module(data: bytes) -> None:
    module = Module.parse(data)
    assert Module.parse(module.ir().encode()).structural_hash() == module.structural_hash()
    module.functions(), module.globals(), module.loops()


def _experience_seed() -> bytes:
    from passwright.drill.records import KERNELS, MACHINE, observation
    from passwright.policy.experience import machine_json
    from passwright.policy.store_io import kernel_to_json

    lines = [{"passwright-experience": 1}, {"machine": machine_json(MACHINE)}]
    lines += [{"kernel": kernel_to_json(KERNELS[0])}, {"observation": observation(0).to_json()}]
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


class _Writer:
    """Stands for a runner that has written some bytes and ended."""

    def __init__(self, data: bytes) -> None:
        end, start = os.pipe()
        os.write(start, data[:60_000])
        os.close(start)
        self.stdout = open(end, "rb", buffering=0)  # noqa: SIM115

    def wait(self) -> int:
        return 0


def _protocol(data: bytes) -> None:
    runner = Process.__new__(Process)
    writer: Any = _Writer(data)
    runner._process, runner._largest = writer, 1 << 20
    try:
        header, payload = runner._receive(monotonic() + 5, TICKET)
        assert header["status"] and len(payload) <= runner._largest
    except Died as death:
        raise InputError(death.detail) from None
    finally:
        writer.stdout.close()


TICKET = 7
_ANSWER = json.dumps(
    {"status": "ok", "seconds": 1.5, "outputs": [{"name": "y", "size": 4}], "written": []}
).encode()


@dataclass(frozen=True)
class Parser:
    """`seed` is a valid input."""

    name: str
    seed: bytes
    parse: Callable[[bytes], None]


PARSERS = [
    Parser("recipe", RECIPE, _recipe),
    Parser("lock", LOCK, _lock),
    Parser("audit", AUDIT, _audit),
    Parser("workload", WORKLOAD, _workload),
    Parser("expression", b"max(rows + 1, 2) // (n % 3) * -4", _expression),
    Parser(
        "compile-commands",
        b'[{"directory": "/build", "file": "a.c", "arguments": ["cc", "-Iinc", "-O2", "-c", "a.c"]}]',
        _compile_commands,
    ),
    Parser("results", b'{"format": 1, "key": "k", "row": {}}\n', _results),
    Parser("protocol", _PREFIX.pack(len(_ANSWER), 4, TICKET) + _ANSWER + b"\1\2\3\4", _protocol),
    Parser("module", KERNEL, _module),
    Parser("bitcode", Module.parse(KERNEL).bitcode(), _module),
]
with suppress(PasswrightError):  # without the extra `store`
    PARSERS.append(Parser("experience", _experience_seed(), _experience))


def attempt(parser: Parser, data: bytes) -> bool:
    """Whether the input was taken; raises whatever is no error of ours."""
    try:
        parser.parse(data)
    except PasswrightError as error:
        assert error.message and (error.hint or not isinstance(error, StoreError))
        return False
    return True


def main() -> None:
    """Fuzz one parser with atheris until it fails or the time is over."""
    import atheris

    by_name = {parser.name: parser for parser in PARSERS}
    parser = by_name[sys.argv[1]]
    seconds = sys.argv[sys.argv.index("--seconds") + 1] if "--seconds" in sys.argv else "60"
    with tempfile.TemporaryDirectory() as corpus:
        (Path(corpus) / "seed").write_bytes(parser.seed)
        atheris.instrument_all()
        arguments = [sys.argv[0], f"-max_total_time={seconds}", "-max_len=4096", "-timeout=10", corpus]
        atheris.Setup(arguments, lambda data: attempt(parser, data) and None)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
