"""Time a loop on several threads: a program of its own in the sandbox, by gcc and libgomp.

The workload's measured call becomes a C program that reads its buffers from a file, calls the kernel some rounds, puts the
buffers back in between, and writes the times and the resulting bytes. The same program is built from the original; both are
by gcc -O3 -fopenmp, run in alternation, and their bytes must agree.
"""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

from passwright.bench.call import Buffer, Call, Scalar
from passwright.bench.measure import Ratio, Timing
from passwright.bench.sandbox import Limits, run
from passwright.bench.scratch import read_output, scratch
from passwright.irgen.kernel import Kernel
from passwright.policy.judge import WorkloadJudge

INSTALL = "apt-get install gcc libgomp1"
ROUNDS, RUNS = 5, 5
_TYPES = {
    "i1": "unsigned char",
    "i8": "signed char",
    "i16": "short",
    "i32": "int",
    "i64": "long",
    "float": "float",
    "double": "double",
}


def time_threads(text: str, kernel: Kernel, judge: WorkloadJudge, folder: Path) -> tuple[Ratio | None, str]:
    """Ratio of the original to the text by OpenMP, and a note: how it was measured, or why not."""
    gcc = shutil.which("gcc")
    if gcc is None or kernel.language != "c" or kernel.source is None:
        return None, f"not measured: OpenMP is measured for C with gcc and libgomp ({INSTALL})"
    harness = _harness(judge.call)
    if harness is None:
        return None, "not measured: the call has arguments that the OpenMP harness does not know"
    built = []
    for name, source in (("original", kernel.source.read_text(encoding="utf-8")), ("changed", text)):
        path = folder / f"{name}_omp.c"
        path.write_text(source, encoding="utf-8")
        main = folder / "harness.c"
        main.write_text(harness, encoding="utf-8")
        include = f"-I{kernel.source.resolve().parent}"
        command = [
            gcc,
            "-O3",
            "-march=native",
            "-fopenmp",
            "-ffp-contract=off",
            "-w",
            include,
            str(path),
            str(main),
            "-lm",
            "-o",
            str(folder / name),
        ]
        made = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        if made.returncode != 0:
            return (
                None,
                f"not measured: gcc -fopenmp: {made.stderr.strip().partition(chr(10))[0]} ({INSTALL})",
            )
        built.append(folder / name)
    samples: list[list[float]] = [[], []]
    digests = set()
    with scratch() as place:
        (place / "call").write_bytes(_payload(judge.call))
        for _ in range(RUNS):
            for number, executable in enumerate(built):
                ended = run([str(executable)], folder=place, limits=Limits(wall=60, memory=8 << 30))
                digests.add(read_output(place, "results"))
                times = (ended.stdout or b"").split()
                if ended.status != "ok" or ended.returncode or not times:
                    return None, f"not measured: the program with threads {ended}"
                samples[number] += [float(one) for one in times]
    if len(digests) != 1:
        return None, "not measured: with threads the results differ"
    ratio = Ratio.of(Timing.of(samples[0]), Timing.of(samples[1]))
    return (
        ratio,
        "timed as a program by gcc -O3 -fopenmp, original and changed alike; results equal byte for byte",
    )


def _harness(call: Call) -> str | None:
    """The program's text; None for calls with globals, rows or aliases."""
    if call.globals:
        return None
    buffers = [slot for slot in call.slots if isinstance(slot, Buffer)]
    words, types = [], []
    number = 0
    for slot in call.slots:
        if isinstance(slot, Buffer) and not slot.rows:
            types.append("void *")
            words.append(f"at[{number}]")
            number += 1
        elif isinstance(slot, Scalar) and slot.ir_type in _TYPES:
            types.append(_TYPES[slot.ir_type])
            words.append(f"*({_TYPES[slot.ir_type]} *)&scalar[{len(words)}]")
        else:
            return None
    returns = _TYPES.get(call.returns, "void")
    sizes = ", ".join(str(len(one.data)) for one in buffers) or "0"
    count = len(buffers)
    keep = f"{returns} value = " if returns != "void" else ""
    last = "fwrite(&value, sizeof value, 1, out);" if returns != "void" else ""
    return f"""#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
{returns} {call.entry}({", ".join(types) or "void"});
static const long size[] = {{{sizes}}};
int main(void) {{
  char *at[{count} + 1], *kept[{count} + 1];
  static unsigned char scalar[{len(call.slots)} + 1][8];
  FILE *in = fopen("call", "rb");
  if (!in || fread(scalar, 8, {len(call.slots)}, in) != {len(call.slots)}) return 1;
  for (int i = 0; i < {count}; i++) {{
    at[i] = aligned_alloc(64, (size[i] + 127) / 64 * 64);
    kept[i] = malloc(size[i] + 1);
    if (size[i] && fread(kept[i], size[i], 1, in) != 1) return 2;
  }}
  for (int round = 0; round < {ROUNDS + 1}; round++) {{
    for (int i = 0; i < {count}; i++) memcpy(at[i], kept[i], size[i]);
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    {keep}{call.entry}({", ".join(words)});
    clock_gettime(CLOCK_MONOTONIC, &end);
    if (round) printf("%.9f\\n", (end.tv_sec - start.tv_sec) + 1e-9 * (end.tv_nsec - start.tv_nsec));
    if (round == {ROUNDS}) {{
      FILE *out = fopen("results", "wb");
      for (int i = 0; i < {count}; i++) fwrite(at[i], 1, size[i], out);
      {last}
      fclose(out);
    }}
  }}
  return 0;
}}
"""


def _payload(call: Call) -> bytes:
    """Scalars in eight bytes each, a slot each, then the buffers."""
    out = bytearray()
    for slot in call.slots:
        if isinstance(slot, Scalar):
            if slot.ir_type in ("float", "double"):
                data = struct.pack("<f" if slot.ir_type == "float" else "<d", slot.value)
            else:
                data = (int(slot.value) & (1 << 64) - 1).to_bytes(8, "little")
            out += data.ljust(8, b"\0")
        else:
            out += bytes(8)
    for slot in call.slots:
        if isinstance(slot, Buffer):
            out += slot.data
    return bytes(out)
