"""What recipes must not contain, as data with reasons: knobs, passes and attributes that change what a program computes.

In the default mode a recipe may not reorder floating-point arithmetic or change a result in any other way.
LLVM's passes are exact by themselves: fast-math flags are on instructions, and the core always sets
`-hints-allow-reordering=false`. The knobs below take that away, or assume what nobody has proved, or are no
optimisation at all. Whatever slips through is still caught by verification; this table saves the time and
says why. docs/recipes.md tells how it was found.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from passwright.passes import nesting
from passwright.passes.errors import RecipeError
from passwright.passes.recipe import Recipe, Step


class Denied(NamedTuple):
    """A pattern of names that recipes may not use; `fast_math` admits it. Only the value `harmless` is
    allowed.
    """

    pattern: str
    reason: str
    fast_math: bool = False
    harmless: str = ""


FLOATING = "it changes the result of floating-point arithmetic"
UNPROVED = "it makes LLVM assume what it has not proved"
OUTPUT = "it prints, draws, counts or writes files; it optimises nothing"
TESTING = "it exists to test LLVM and may produce wrong code"
INSTRUMENT = "it instruments the program or needs a profile of it"
PROCESS = "it changes how LLVM works as a process, not the code"
PARALLEL = "it makes the kernel start threads, through a run-time library that need not be there"
WRONG_CODE = "LLVM 19.1 makes wrong code with it (docs/fuzzing.md)"
INTERFACE = "it changes the symbols or calling conventions that other files rely on"

KNOBS: tuple[Denied, ...] = (
    # Found wrong.
    Denied("polly-enable-mse", WRONG_CODE, harmless="false"),
    Denied("polly-allow-nonaffine|jump-threading-across-loop-headers", WRONG_CODE, harmless="false"),
    Denied(
        "polly-allow-nonaffine-branches", WRONG_CODE, harmless="false"
    ),  # and never on: passes/native/knobs.cpp
    Denied("polly-opt-outer-coincidence", WRONG_CODE, harmless="no"),
    Denied("enable-newgvn", WRONG_CODE, harmless="false"),
    # Floating point.
    Denied(
        "hints-allow-reordering", FLOATING, harmless="false"
    ),  # with -ffast-math, the code itself allows it
    Denied(
        "force-ordered-reductions",
        "it adds up in order, but splits each fused multiplication and addition of the sum, which rounds otherwise",
        fast_math=True,
        harmless="false",
    ),
    Denied("enable-double-float-shrink", FLOATING, fast_math=True, harmless="false"),
    Denied("matrix-allow-contract", FLOATING, fast_math=True, harmless="false"),
    Denied("limit-float-precision", FLOATING, fast_math=True),
    Denied("fuse-matrix.*|force-fuse-matrix", FLOATING, fast_math=True),
    Denied("vector-library", "vector mathematics libraries round otherwise than libm", fast_math=True),
    # Assumptions.
    Denied("polly-ignore-(aliasing|inbounds|integer-wrapping|parameter-bounds)", UNPROVED),
    Denied("polly-use-runtime-alias-checks", UNPROVED, harmless="true"),
    Denied("polly-allow-(dereference-of-all-function-parameters|differing-element-types)", UNPROVED),
    Denied("polly-(pragma-ignore-depcheck|context|debug-func|overflow-tracking)", UNPROVED),
    Denied("disable-polly-legality|enable-polly-aligned", UNPROVED, harmless="false"),
    Denied(
        "polly-dependences-analysis-type",
        "value-based dependences are not enough after other changes",
        harmless="memory-based",
    ),
    Denied("enable-unsafe-globalsmodref-alias-results", UNPROVED, harmless="false"),
    Denied("licm-force-thread-model-single", "another thread may see stores that the program does not make"),
    Denied("loop-flatten-assume-no-overflow|da-disable-delinearization-checks", UNPROVED, harmless="false"),
    Denied(
        "scalar-evolution-finite-loop|adce-remove-loops",
        "endless loops are part of a C program",
        harmless="false",
    ),
    Denied("unroll-runtime-other-exit-predictable", "it is for cost tests only", harmless="false"),
    Denied(
        "attributor-(assume-closed-world|allow-.*|annotate-decl-cs)|whole-program-visibility|unified-lto",
        UNPROVED,
        harmless="false",
    ),
    Denied(
        "thinlto-assume-merged|assume-default-is-flat-addrspace|use-dereferenceable-at-point-semantics",
        UNPROVED,
        harmless="false",
    ),
    Denied(
        "loop-unroll-.*-assume.*|loop-predication-insert-assumes.*|enable-knowledge-retention",
        UNPROVED,
        harmless="false",
    ),
    Denied(
        "disable-(strictnode-mutation|check-noreturn-call|expand-reductions|cleanups)",
        UNPROVED,
        harmless="false",
    ),
    Denied(
        "ignore-tti-inline-compatible",
        "inlined code may need instructions that the caller's CPU lacks",
        harmless="false",
    ),
    Denied(
        "force-target-supports-scalable-vectors|scalable-vectorization", "the target has no scalable vectors"
    ),
    Denied(
        "(start|stop)-(before|after)|opt-bisect-limit.*|.*-(func|funcs|function|module)-list|.*-csv-path|only-simple-regions",
        TESTING,
    ),
    Denied("polly-(code-generation|only-func|only-region|ignore-func|isl-arg|only-scop-detection)", TESTING),
    # Threads and other run-time libraries.
    Denied(
        "polly-(parallel|parallel-force|num-threads|omp-backend|scheduling|scheduling-chunksize)",
        PARALLEL,
        harmless="false",
    ),
    Denied("openmp-.*", PARALLEL),
    # Interface.
    Denied(
        "tailcallopt|enable-coldcc-stress-test|.*internalize.*|.*comdat.*|enable-merge-functions-aliases",
        INTERFACE,
    ),
    Denied(
        "mergefunc-use-aliases|enable-linkonceodr-(ir-)?outlining|force-attribute|force-remove-attribute",
        INTERFACE,
    ),
    Denied(
        "rewrite-map-file|forceattrs-csv-path|hotcoldsplit-cold-section-name|enable-cold-section", INTERFACE
    ),
    # Instrumentation, profiles, guessing games with files.
    Denied(
        "(asan|msan|hwasan|tsan|dfsan|memprof|nsan|sancov|sanitizer|safe-?stack|kcfi|cfi|bounds-checking)-?.*",
        INSTRUMENT,
    ),
    Denied(
        "(pgo|profile|sample|gcov|instrprof|fs-profile|ctx|icp|vp|orderfile|do-counter|bbsections)-.*",
        INSTRUMENT,
    ),
    Denied(
        "spp-.*|rs4gc-.*|.*-implicit-null-checks|x86-speculative-load-hardening|x86-(lvi|slh|seses)-.*",
        INSTRUMENT,
    ),
    # Output and process.
    Denied(
        "(print|view|dot|debug|dump|stats|verify|time|pass-remarks|cfg|callgraph|track|trim|info|remarks)-?.*",
        OUTPUT,
    ),
    Denied("polly-(dot|show|view|print|dump|export|import|report|codegen-(trace|add|emit|perf)).*", OUTPUT),
    Denied(
        ".*-(file|filename|dot-file|json|dump|dump-.*|print|print-.*|view|view-.*|graph|echo-reply|base)",
        OUTPUT,
    ),
    Denied("polly-(on-isl-error-abort|ast-print-accesses|detect-track-failures|optimized-scops)", OUTPUT),
    Denied(
        ".*stress.*|.*-for-testing|abort-on-.*|.*-abort|crash-.*|rng-seed|filter-.*|inline-remark-attribute",
        TESTING,
    ),
    Denied(".*(interactive|replay|ml-inliner|enable-(regalloc-)?.*advisor).*", PROCESS),
)
"""Knobs refused in recipes, by regular expression on the whole name."""

PASSES: tuple[Denied, ...] = (
    Denied("iroutliner|newgvn|fix-irreducible", WRONG_CODE),
    Denied(
        "print.*|view-.*|dot-.*|verify.*|lint|instcount|count-visits|aa-eval|pa-eval|helloworld|stats", OUTPUT
    ),
    Denied(
        "annotation-remarks|annotation2metadata|transform-warning|strip.*debug.*|strip-nondebug|strip", OUTPUT
    ),
    Denied(
        "(a|m|hwa|t|df|ns)san(-module)?|san(cov|md)-module|memprof.*|bounds-checking|kcfi|cfguard|safe-stack",
        INSTRUMENT,
    ),
    Denied(
        "insert-gcov-profiling|instrprof|ctx-instr-lower|pgo-.*|sample-profile|pseudo-probe.*|memprof-use",
        INSTRUMENT,
    ),
    Denied(
        "stack-protector|jmc-instrumenter|ee-instrument|poison-checking|debugify|check-debugify|instrorderfile",
        INSTRUMENT,
    ),
    Denied(
        "add-discriminators|declare-to-assign|redundant-dbg-inst-elim|metarenamer|instnamer|embed-bitcode",
        OUTPUT,
    ),
    Denied("lower-atomic", "other threads would see half of what was one operation"),
    Denied(
        "lower-(invoke|ifunc|emutls|global-dtors|allow-check|widenable-condition|guard-intrinsic)", INTERFACE
    ),
    Denied(
        "internalize|forceattrs|globalsplit|canonicalize-aliases|name-anon-globals|rewrite-symbols", INTERFACE
    ),
    Denied(
        "extract-blocks|loop-extract|function-import|cross-dso-cfi|lowertypetests|wholeprogramdevirt",
        INTERFACE,
    ),
    Denied(
        "expand-variadics|shadow-stack-gc-lowering|dxil-upgrade|hipstdpar-.*|objc-arc.*|openmp-opt.*",
        INTERFACE,
    ),
    Denied(
        "rewrite-statepoints-for-gc|place-safepoints|make-guards-explicit|strip-gc-relocates|gc-lowering",
        INSTRUMENT,
    ),
    Denied("trigger-.*|no-op-.*|inliner-ml-advisor-release|hardware-loops", TESTING),
    Denied(
        "(sjlj|dwarf|win|wasm)-eh-prepare|callbr-prepare|indirectbr-expand|pre-isel-.*",
        "the code generator runs it itself",
    ),
    Denied("lto|thinlto", "it takes the file for the whole program and may drop what other files use"),
)
"""Passes refused in recipes, by regular expression on the name without parameters."""

CONFLICTS = (
    ("unroll-count", "unroll-peel-count"),
    ("unroll-count", "unroll-force-peel-count"),
    ("polly-invariant-load-hoisting=true", "polly-stmt-granularity=store"),  # docs/fuzzing.md
)
"""Knobs, or knobs with a value, that LLVM ends the process over, or crashes on, when a step has both."""

ATTRIBUTES = {
    "prefer-vector-width": "the widest vectors that the vectorisers should use",
    "min-legal-vector-width": "the widest vectors that the code generator must keep whole",
    "tune-cpu": "the CPU that costs are taken from",
    "noinline": "keep calls to it",
    "alwaysinline": "inline it wherever it is called",
    "inlinehint": "inline it more readily",
    "cold": "it is seldom run",
    "hot": "it is run often",
    "optsize": "prefer small code",
    "minsize": "prefer the smallest code",
    "no-jump-tables": "no tables for switches",
}
"""Function attributes that recipes may set, and what they do; the others can change what a program
computes.
"""


def check(recipe: Recipe, *, fast_math: bool = False) -> None:
    """Raise RecipeError when a step contains something that could change what the program computes."""
    for number, step in enumerate(recipe.steps, 1):
        refusal = refused(step, fast_math)
        if refusal:
            raise RecipeError(f"step {number}, `{step}`: {refusal}", hint="leave it out")


@lru_cache(maxsize=8192)
def refused(step: Step, fast_math: bool = False) -> str:
    """Why a step may not run; empty when it may."""
    if step.kind == "attr":
        key = step.attribute[1]
        return "" if key in ATTRIBUTES else f"the attribute {key} is not among: {', '.join(ATTRIBUTES)}"
    if step.kind == "hint":
        return ""
    for name, _ in nesting.names(step.text):
        found = find(PASSES, name.split("<", 1)[0])
        if found and not (found.fast_math and fast_math):
            return f"the pass {name} is refused: {found.reason}"
    names = {spelt for name, value in step.knobs for spelt in (name, f"{name}={value}")}
    for pair in CONFLICTS:
        if names.issuperset(pair):
            return f"LLVM does not take {' and '.join(pair)} together"
    for knob, value in step.knobs:
        found = find(KNOBS, knob)
        if found and value != found.harmless and not (found.fast_math and fast_math):
            return f"the knob {knob}={value} is refused: {found.reason}"
    return ""


def find(table: tuple[Denied, ...], name: str) -> Denied | None:
    """The first entry of a table that matches a name."""
    return next(
        (
            entry
            for entry in table
            if name.startswith(_heads(entry.pattern)) and re.fullmatch(entry.pattern, name)
        ),
        None,
    )


@lru_cache(maxsize=1024)
def _heads(pattern: str) -> tuple[str, ...]:
    """How names that match may begin, one for each alternative: compiling all patterns would take milliseconds."""
    heads, depth, literal = [""], 0, True
    for char in pattern:
        if char == "|" and depth == 0:
            heads.append("")
            literal = True
            continue
        depth += (char == "(") - (char == ")")
        literal = literal and (char.isalnum() or char in "-_")
        if literal:
            heads[-1] += char
        elif char in "?*":
            heads[-1] = heads[-1][:-1]  # it may be absent
    return tuple(heads)
