"""What an environment works on, named by a URI.

    suite://                   any kernel of our suite that is not held out
    suite://FAMILY             one of a family
    suite://FAMILY/NAME        that kernel
    suite://?held-out          any kernel of the held-out families
    corpus://SEED              the generated kernel of that seed (`bench/corpus`); `?family=F` makes it one of a family
    corpus://                  any generated kernel
    file:///path/gemm.c        a file as a whole; `#gemm` picks a function with what it calls
    dir:///path                any C, C++, .ll or .bc file below a folder

A URI that names several is drawn from when it is loaded. A suite's or the corpus's kernel can be
run; a file as a whole, or a function without a workload, can only be looked at.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from passwright.bench.workload import Workload
from passwright.irgen.kernel import Kernel
from passwright.passes.errors import InputError

CORPUS_SEEDS = 1 << 31
SUFFIXES = (".c", ".cc", ".cpp", ".cxx", ".C", ".ll", ".bc")


@dataclass(frozen=True)
class Benchmark:
    """IR to work on: a kernel's own module, or a whole file's.

    Attributes:
        uri: names exactly this one.
        bitcode: unoptimised.
        kernel, workload: what runs and on what; None for a whole file, or where there is no workload.
    """

    uri: str
    bitcode: bytes
    kernel: Kernel | None = None
    workload: Workload | None = None


def load(uri: str, rng: random.Random | None = None, *, march: str = "native") -> Benchmark:
    """The benchmark that a URI names; `rng` draws where it names several.  Raises InputError, CompileError."""
    return _load(choose(uri, rng or random.Random(0)), march)


def choose(uri: str, rng: random.Random) -> str:
    """A URI that names one benchmark, from one that may name several.  Raises InputError."""
    parts = urlsplit(uri)
    where = unquote(parts.netloc + parts.path)
    if parts.scheme == "suite":
        family, _, name = where.strip("/").partition("/")
        if name:
            return uri
        return f"suite://{rng.choice(_suite(family, 'held-out' in parts.query, uri))}"
    if parts.scheme == "corpus":
        return uri if where else f"corpus://{rng.randrange(CORPUS_SEEDS)}"
    if parts.scheme == "dir":
        return f"file://{rng.choice(_files(where, uri))}"
    if parts.scheme == "file" or (not parts.scheme and Path(uri.partition("#")[0]).is_file()):
        return (
            uri
            if parts.scheme
            else f"file://{Path(uri.partition('#')[0]).resolve()}{'#' + parts.fragment if parts.fragment else ''}"
        )
    raise InputError(f"{uri}: no such kind of benchmark", hint="suite://, corpus://, file:// or dir://")


def _suite(family: str, held_out: bool, uri: str) -> list[str]:
    from passwright.bench.suite import load_suite

    kernels = [k for k in load_suite() if (k.family == family if family else k.held_out == held_out)]
    if not kernels:
        known = sorted({kernel.family for kernel in load_suite()})
        raise InputError(f"{uri}: no such family", hint=f"families: {', '.join(known)}")
    return [f"{kernel.family}/{kernel.name}" for kernel in kernels]


@lru_cache(maxsize=64)
def _files(folder: str, uri: str) -> tuple[str, ...]:
    files = tuple(sorted(str(path.resolve()) for path in Path(folder).rglob("*") if path.suffix in SUFFIXES))
    if not files:
        raise InputError(f"{uri}: no C, C++, .ll or .bc file there", hint="give a folder that has some")
    return files


@lru_cache(maxsize=512)
def _load(uri: str, march: str) -> Benchmark:
    parts = urlsplit(uri)
    where = unquote(parts.netloc + parts.path)
    if parts.scheme == "file":
        return _file(uri, where, unquote(parts.fragment), march)
    if parts.scheme == "corpus":
        from passwright.bench.corpus import from_uri

        generated = from_uri(uri)
        return _own(uri, generated.lower(march=march), generated.workload)
    from passwright.bench.suite import load_suite

    family, _, name = where.strip("/").partition("/")
    for one in load_suite():
        if (one.family, one.name) == (family, name):
            return _own(uri, one.lower(march=march), Workload.load(one.workload))
    raise InputError(f"{uri}: no such kernel in the suite", hint=f"suite://{family} draws one of the family")


def _file(uri: str, path: str, entry: str, march: str) -> Benchmark:
    from passwright.irgen.frontend import kernels, lower

    if not entry:
        return Benchmark(uri, lower(path, march=march, debug=False).bitcode)
    return _own(uri, kernels(path, entries=(entry,), march=march)[0])


def _own(uri: str, kernel: Kernel, workload: Workload | None = None) -> Benchmark:
    """A kernel's own module."""
    from passwright._native import Module
    from passwright.passes.build import split

    own = split(Module.parse(kernel.bitcode, kernel.name), kernel.entry).kernel
    return Benchmark(uri, own.bitcode(), kernel, workload)
