"""The table of actions: every transforming pass of LLVM 19 that makes sense for C and C++ on a CPU, and macros of them.

Grouped as a reader would look for them; the order is part of the contract with trained policies, so that
new actions go to the end of the table. What is left out on purpose, and why, is in
docs/adding-an-action.md.
"""

from __future__ import annotations

from passwright.passes.actions import Action, Choice
from passwright.passes.recipe import Kind


def _choices(given: dict[str, str]) -> tuple[Choice, ...]:
    return tuple(Choice(name, tuple(values.split())) for name, values in given.items())


def _act(
    name: str,
    template: str,
    tags: str,
    purpose: str,
    parameters: dict[str, str] | None = None,
    knobs: dict[str, str] | None = None,
    fixed: str = "",
) -> Action:
    """`fixed`: knobs that belong to the action, as text."""
    pairs = tuple((knob.partition("=")[0], knob.partition("=")[2]) for knob in fixed.split())
    words = tuple(tags.split())
    kind: Kind = "hint" if "hint" in words else "attr" if "attr" in words else "passes"
    return Action(
        name, template, purpose, words, _choices(parameters or {}), _choices(knobs or {}), pairs, kind
    )


_COMBINE = "instcombine<no-verify-fixpoint>"
_TIDY = f"{_COMBINE},simplifycfg"

_SCALAR = (
    _act(
        "sroa",
        "sroa<{cfg}>",
        "scalar",
        "Splits local structs and arrays into registers.",
        {"cfg": "modify-cfg preserve-cfg"},
    ),
    _act("mem2reg", "mem2reg", "scalar", "Keeps local variables in registers."),
    _act(
        "early-cse",
        "early-cse",
        "scalar cleanup",
        "Removes repeated computations along dominating paths, fast.",
    ),
    _act(
        "early-cse-memssa",
        "early-cse<memssa>",
        "scalar cleanup",
        "The same, seeing through memory: repeated loads go.",
    ),
    _act(
        "gvn",
        "gvn<{pre};{load-pre}>",
        "scalar",
        "Removes redundant computations and loads by value numbering, partially redundant ones too.",
        {"pre": "pre no-pre", "load-pre": "load-pre no-load-pre"},
        {"gvn-max-num-deps": "400", "gvn-max-block-speculations": "0 2000"},
    ),
    _act(
        "gvn-backedge",
        "gvn<load-pre;split-backedge-load-pre>",
        "scalar loop",
        "Value numbering that may split a back edge, so that a loop keeps a loaded value for its next iteration.",
    ),
    _act(
        "gvn-hoist",
        "gvn-hoist",
        "scalar control",
        "Moves computations that both branches need in front of the branch.",
        knobs={"gvn-hoist-max-bbs": "-1", "gvn-hoist-max-chain-length": "50"},
    ),
    _act(
        "gvn-sink",
        "gvn-sink",
        "scalar control",
        "Moves computations that both branches end with behind the join.",
    ),
    _act("sccp", "sccp", "scalar", "Propagates constants and removes branches that they decide."),
    _act("dce", "dce", "cleanup", "Removes instructions without use."),
    _act("adce", "adce", "cleanup", "Removes everything that no effect depends on, branches included."),
    _act("bdce", "bdce", "cleanup", "Removes computations of bits that nobody looks at."),
    _act(
        "dse",
        "dse",
        "scalar cleanup",
        "Removes stores that are overwritten before anybody reads them.",
        knobs={"enable-dse-partial-store-merging": "false", "dse-memoryssa-scanlimit": "600"},
    ),
    _act(
        "instcombine",
        "instcombine<no-verify-fixpoint{loops}>",
        "scalar cleanup",
        "Rewrites instructions into simpler or canonical ones, the basis for most other passes.",
        {"loops": ";no-use-loop-info ;use-loop-info"},
        {"instcombine-code-sinking": "false", "instcombine-max-num-phis": "64"},
    ),
    _act(
        "instsimplify",
        "instsimplify",
        "scalar cleanup",
        "Replaces instructions by values that already exist.",
    ),
    _act(
        "aggressive-instcombine",
        "aggressive-instcombine",
        "scalar",
        "Recognises larger patterns: popcounts, narrow arithmetic, table look-ups.",
    ),
    _act(
        "reassociate",
        "reassociate",
        "scalar",
        "Reorders integer sums and products so that constants and invariants meet.",
    ),
    _act(
        "nary-reassociate",
        "nary-reassociate",
        "scalar",
        "Reuses parts of earlier integer sums and address computations.",
    ),
    _act(
        "slsr",
        "slsr",
        "scalar",
        "Replaces multiplications by a growing factor in straight-line code by additions.",
    ),
    _act(
        "split-gep",
        "separate-const-offset-from-gep<{lower}>",
        "scalar",
        "Splits constant offsets off addresses, so that neighbours share the rest.",
        {"lower": "lower-gep"},
    ),
    _act(
        "split-gep-plain",
        "separate-const-offset-from-gep",
        "scalar",
        "The same, keeping addresses as they are typed.",
    ),
    _act(
        "float2int",
        "float2int",
        "scalar",
        "Does arithmetic on integers that went through floating point in integers, where it is exact.",
    ),
    _act("div-rem-pairs", "div-rem-pairs", "scalar", "Computes a quotient and its remainder together."),
    _act(
        "consthoist",
        "consthoist",
        "scalar",
        "Materialises expensive constants once.",
        knobs={"consthoist-gep": "true"},
    ),
    _act(
        "constraint-elimination",
        "constraint-elimination",
        "scalar control",
        "Drops comparisons that earlier comparisons decide.",
        knobs={"constraint-elimination-max-rows": "2000"},
    ),
    _act(
        "correlated-propagation",
        "correlated-propagation",
        "scalar control",
        "Uses value ranges at each place: drops checks, narrows divisions, proves no overflow.",
    ),
    _act("memcpyopt", "memcpyopt", "scalar", "Merges stores into memset and removes needless copies."),
    _act(
        "mldst-motion",
        "mldst-motion<{footer}>",
        "scalar control",
        "Merges loads and stores of a diamond's two branches.",
        {"footer": "no-split-footer-bb split-footer-bb"},
    ),
    _act("mergeicmps", "mergeicmps", "scalar control", "Turns chains of field comparisons into one memcmp."),
    _act(
        "expand-memcmp",
        "expand-memcmp",
        "scalar",
        "Expands memcmp and bcmp of known size into loads and compares.",
    ),
    _act(
        "partially-inline-libcalls",
        "partially-inline-libcalls",
        "scalar",
        "Uses the instruction for sqrt and calls the library only for errors.",
    ),
    _act(
        "libcalls-shrinkwrap",
        "libcalls-shrinkwrap",
        "scalar control",
        "Calls mathematical functions whose result is unused only when they would set errno.",
    ),
    _act("sink", "sink", "scalar control", "Moves computations into the branch that needs them."),
    _act(
        "speculative-execution",
        "speculative-execution",
        "scalar control",
        "Moves cheap computations in front of a branch, so that the branch can become a select.",
        knobs={"spec-exec-max-speculation-cost": "14 40", "spec-exec-max-not-hoisted": "10"},
    ),
    _act(
        "load-store-vectorizer",
        "load-store-vectorizer",
        "scalar vector",
        "Merges neighbouring loads and stores into wider ones.",
    ),
    _act(
        "scalarizer",
        "scalarizer",
        "scalar",
        "Takes vector operations apart, so that the vectorisers can begin anew.",
        knobs={"scalarize-load-store": "true"},
    ),
    _act(
        "infer-alignment",
        "infer-alignment",
        "scalar",
        "Derives the alignment of loads and stores from what is known of addresses.",
    ),
    _act(
        "alignment-from-assumptions",
        "alignment-from-assumptions",
        "scalar",
        "Uses alignment that the source assumes (__builtin_assume_aligned).",
    ),
    _act(
        "lower-constant-intrinsics",
        "lower-constant-intrinsics",
        "cleanup",
        "Decides __builtin_constant_p and object sizes now.",
    ),
    _act("lower-expect", "lower-expect", "control", "Turns __builtin_expect into branch weights."),
    _act(
        "move-auto-init", "move-auto-init", "scalar", "Moves automatic initialisation close to the first use."
    ),
    _act("typepromotion", "typepromotion", "scalar", "Computes narrow integers in full registers."),
    _act("tlshoist", "tlshoist", "scalar", "Computes the address of a thread-local variable once."),
    _act(
        "interleaved-load-combine",
        "interleaved-load-combine",
        "scalar vector",
        "Merges interleaved vector loads into wide loads with shuffles.",
    ),
    _act("assume-simplify", "assume-simplify", "cleanup", "Merges and drops redundant assumptions."),
    _act(
        "canon-freeze", "canon-freeze", "loop", "Moves freeze instructions out of induction variables' way."
    ),
)

_CONTROL = (
    _act(
        "simplifycfg",
        "simplifycfg<{hoist};{sink};{switch};{bonus}>",
        "control cleanup",
        "Merges blocks, turns small branches into selects, removes unreachable code.",
        {
            "hoist": "no-hoist-common-insts hoist-common-insts",
            "sink": "no-sink-common-insts sink-common-insts",
            "switch": "no-switch-to-lookup switch-to-lookup",
            "bonus": "bonus-inst-threshold=1 bonus-inst-threshold=8",
        },
        {
            "phi-node-folding-threshold": "0 8 32",
            "two-entry-phi-node-folding-threshold": "0 16 64",
            "simplifycfg-merge-cond-stores": "false",
            "simplifycfg-merge-cond-stores-aggressively": "true",
            "speculate-one-expensive-inst": "false",
            "max-speculation-depth": "0 30",
        },
    ),
    _act(
        "simplifycfg-late",
        "simplifycfg<no-keep-loops;hoist-common-insts;sink-common-insts;forward-switch-cond;switch-range-to-icmp;switch-to-lookup>",
        "control",
        "The same with everything that it has, as after vectorisation: loops may lose their form.",
    ),
    _act("flatten-cfg", "flatten-cfg", "control", "Merges chains of conditions into one."),
    _act(
        "jump-threading",
        "jump-threading",
        "control",
        "Sends a path whose outcome is known past the branch.",
        knobs={"jump-threading-threshold": "0 20 60"},
    ),
    _act(
        "dfa-jump-threading",
        "dfa-jump-threading",
        "control",
        "Turns state machines in a loop into direct jumps.",
        knobs={"dfa-cost-threshold": "200", "dfa-max-path-length": "40"},
    ),
    _act(
        "callsite-splitting",
        "callsite-splitting",
        "control interprocedural",
        "Splits a call by what is known of its arguments on each path.",
    ),
    _act(
        "jump-table-to-switch",
        "jump-table-to-switch",
        "control interprocedural",
        "Turns calls through a constant table into a switch.",
    ),
    _act("lower-switch", "lower-switch", "control", "Turns switches into trees of branches."),
    _act("mergereturn", "mergereturn", "control", "Gives a function one return."),
    _act(
        "break-crit-edges",
        "break-crit-edges",
        "control",
        "Makes room on edges for code that other passes want to put there.",
    ),
    _act(
        "tailcallelim",
        "tailcallelim",
        "control interprocedural",
        "Turns recursion at the end of a function into a loop.",
    ),
    _act(
        "function-simplification",
        "function-simplification<{level}>",
        "macro",
        "The whole scalar stage of -On on each function.",
        {"level": "O3 O2 O1"},
    ),
)

_LOOP = (
    _act(
        "loop-simplify", "loop-simplify,lcssa", "loop", "Brings loops into the form that loop passes expect."
    ),
    _act(
        "loop-rotate",
        "loop-rotate<{headers}>",
        "loop",
        "Turns while loops into do-while loops behind one check.",
        {"headers": "header-duplication no-header-duplication"},
        {"rotation-max-header-size": "4 64"},
    ),
    _act(
        "licm",
        "licm<{speculation}>",
        "loop",
        "Moves computations that do not change out of the loop, and keeps memory in registers over it.",
        {"speculation": "allowspeculation no-allowspeculation"},
        {
            "disable-licm-promotion": "true",
            "licm-control-flow-hoisting": "true",
            "licm-mssa-optimization-cap": "1000",
        },
    ),
    _act(
        "lnicm",
        "lnicm<{speculation}>",
        "loop nest",
        "Moves invariant computations out of the outermost loop at once.",
        {"speculation": "allowspeculation no-allowspeculation"},
    ),
    _act(
        "loop-versioning-licm",
        "loop-versioning-licm",
        "loop",
        "Makes a copy of the loop for the case that its pointers do not overlap.",
        knobs={"licm-versioning-invariant-threshold": "5 60"},
    ),
    _act(
        "loop-versioning",
        "loop-versioning",
        "loop",
        "The same for loops whose memory checks allow vectorisation.",
    ),
    _act(
        "simple-loop-unswitch",
        "simple-loop-unswitch<{kind}>",
        "loop control",
        "Takes a branch that does not change out of the loop, one copy of the loop for each outcome.",
        {"kind": "nontrivial;trivial no-nontrivial;trivial"},
        {
            "unswitch-threshold": "10 300 2000",
            "enable-unswitch-cost-multiplier": "false",
            "simple-loop-unswitch-inject-invariant-conditions": "false",
        },
    ),
    _act(
        "indvars",
        "indvars",
        "loop",
        "Brings induction variables into canonical form and computes values after the loop.",
        knobs={"indvars-widen-indvars": "false", "disable-lftr": "true", "replexitval": "never always"},
    ),
    _act(
        "loop-idiom",
        "loop-idiom",
        "loop",
        "Recognises loops that are memset, memcpy, popcount.",
        knobs={"disable-loop-idiom-memset": "true", "disable-loop-idiom-memcpy": "true"},
    ),
    _act("loop-deletion", "loop-deletion", "loop cleanup", "Removes loops without effect."),
    _act("loop-instsimplify", "loop-instsimplify", "loop cleanup", "Simplifies instructions within loops."),
    _act(
        "loop-simplifycfg",
        "loop-simplifycfg",
        "loop control",
        "Merges blocks and folds decided branches within loops.",
    ),
    _act(
        "loop-predication",
        "loop-predication",
        "loop control",
        "Widens range checks to the whole loop, where there are guards.",
    ),
    _act(
        "irce",
        "irce",
        "loop control",
        "Splits off the iterations for which range checks are needed.",
        knobs={"irce-allow-unsigned-latch": "false", "irce-skip-profitability-checks": "true"},
    ),
    _act(
        "loop-reduce",
        "loop-reduce",
        "loop scalar",
        "Replaces address computations in the loop by pointers that advance.",
        knobs={
            "lsr-filter-same-scaled-reg": "false",
            "lsr-complexity-limit": "65535",
            "enable-lsr-phielim": "false",
        },
    ),
    _act(
        "loop-sink", "loop-sink", "loop", "Moves invariant computations back in where they are seldom needed."
    ),
    _act(
        "loop-load-elim",
        "loop-load-elim",
        "loop",
        "Passes a value that the last iteration stored on in a register.",
        knobs={"runtime-check-per-loop-load-elim": "0 8"},
    ),
    _act(
        "loop-data-prefetch",
        "loop-data-prefetch",
        "loop",
        "Prefetches the memory of later iterations.",
        knobs={"prefetch-distance": "64 256 1024"},
    ),
    _act(
        "loop-unroll-full",
        "loop-unroll-full",
        "loop unroll",
        "Replaces loops with a small constant trip count by copies of their body.",
        knobs={"unroll-threshold": "60 600 1500", "unroll-full-max-count": "4 16 64"},
    ),
    _act(
        "loop-peel",
        "loop-unroll<O3;no-partial;no-runtime;peeling>",
        "loop unroll",
        "Takes the first iterations out of the loop, after which more is known of its values.",
        knobs={
            "unroll-peel-count": "1 2 4",
            "unroll-peel-max-count": "16",
            "unroll-allow-loop-nests-peeling": "true",
        },
    ),
    _act(
        "loop-unroll",
        "loop-unroll<O3;{partial};{runtime};{peeling}>",
        "loop unroll",
        "Copies loop bodies to save branches and to let iterations overlap.",
        {"partial": "partial no-partial", "runtime": "runtime no-runtime", "peeling": "peeling no-peeling"},
        {
            "unroll-threshold": "60 600 1500",
            "unroll-partial-threshold": "50 400 1000",
            "unroll-max-count": "2 4 8 16",
            "unroll-count": "2 4 8",
            "unroll-runtime-multi-exit": "true",
            "unroll-runtime-epilog": "false true",
            "unroll-remainder": "true",
            "unroll-max-upperbound": "0 32",
        },
    ),
)

_NEST = (
    _act(
        "loop-interchange",
        "loop-interchange",
        "loop nest",
        "Swaps loops so that the inner one walks along memory.",
        knobs={"loop-interchange-threshold": "-10 -100"},
    ),
    _act(
        "loop-distribute",
        "loop-distribute",
        "loop nest",
        "Splits a loop so that the part without cycles can be vectorised.",
        fixed="enable-loop-distribute=true",
        knobs={"loop-distribute-scev-check-threshold": "64", "loop-distribute-non-if-convertible": "true"},
    ),
    _act(
        "loop-fusion",
        "loop-fusion",
        "loop nest",
        "Merges neighbouring loops of equal trip count.",
        knobs={"loop-fusion-peel-max-count": "4", "loop-fusion-dependence-analysis": "scev all da"},
    ),
    _act(
        "loop-flatten",
        "loop-flatten",
        "loop nest",
        "Merges a nest into one loop over the product.",
        knobs={
            "loop-flatten-cost-threshold": "8",
            "loop-flatten-widen-iv": "false",
            "loop-flatten-version-loops": "false",
        },
    ),
    _act(
        "loop-unroll-and-jam",
        "loop-unroll-and-jam",
        "loop nest unroll",
        "Unrolls an outer loop and merges the copies of the inner one, which reuses what it loads.",
        fixed="allow-unroll-and-jam=true",
        knobs={"unroll-and-jam-count": "2 4 8", "unroll-and-jam-threshold": "120 500"},
    ),
)

_VECTOR = (
    _act(
        "loop-vectorize",
        "loop-vectorize<{interleave};{vectorize}>",
        "loop vector",
        "Does several iterations of an innermost loop at once in vectors.",
        {
            "interleave": "no-interleave-forced-only interleave-forced-only",
            "vectorize": "no-vectorize-forced-only vectorize-forced-only",
        },
        {
            "force-vector-width": "1 2 4 8 16 32",
            "force-vector-interleave": "1 2 4 8",
            "vectorizer-maximize-bandwidth": "true",
            "prefer-predicate-over-epilogue": "predicate-else-scalar-epilogue predicate-dont-vectorize",
            "enable-masked-interleaved-mem-accesses": "true",
            "enable-interleaved-mem-accesses": "false",
            "enable-epilogue-vectorization": "false",
            "epilogue-vectorization-force-VF": "4 8",
            "enable-cond-stores-vec": "false",
            "enable-if-conversion": "false",
            "enable-loadstore-runtime-interleave": "false",
            "enable-ind-var-reg-heur": "false",
            "vectorize-memory-check-threshold": "0 32 256",
            "vectorize-scev-check-threshold": "4 64",
            "runtime-memory-check-threshold": "0 32 128",
            "vectorize-num-stores-pred": "0 4 16",
            "small-loop-cost": "4 60 200",
            "vectorizer-min-trip-count": "4 64",
            "max-dependences": "1000",
            "hoist-runtime-checks": "false",
            "interleave-loops": "false",
        },
    ),
    _act(
        "slp-vectorizer",
        "slp-vectorizer",
        "vector scalar",
        "Packs equal operations of straight-line code into vectors.",
        knobs={
            "slp-threshold": "-100 -5 3",
            "slp-max-vf": "2 4 8",
            "slp-max-reg-size": "128 256 512",
            "slp-min-reg-size": "64",
            "slp-min-tree-size": "2 6",
            "slp-vectorize-hor": "false",
            "slp-vectorize-hor-store": "true",
            "slp-vectorize-non-power-of-2": "true",
            "slp-recursion-max-depth": "24",
            "slp-max-look-ahead-depth": "4",
            "slp-schedule-budget": "1000000",
        },
    ),
    _act(
        "vector-combine",
        "vector-combine",
        "vector cleanup",
        "Chooses cheaper vector operations: shuffles, reductions, loads of elements.",
    ),
    _act(
        "inject-tli-mappings",
        "inject-tli-mappings",
        "vector",
        "Tells the vectoriser which library functions have vector forms.",
    ),
    _act(
        "vectorize-tail",
        "loop-rotate,loop-deletion,loop-distribute,inject-tli-mappings,loop-vectorize,infer-alignment,loop-load-elim,"
        f"{_COMBINE},simplifycfg<no-keep-loops;hoist-common-insts;sink-common-insts;switch-to-lookup>,"
        f"slp-vectorizer,vector-combine,{_COMBINE},loop-unroll<O3>,sroa<preserve-cfg>,{_COMBINE},licm,loop-sink,"
        "instsimplify,div-rem-pairs,simplifycfg",
        "macro vector",
        "The stage of -O3 that vectorises and unrolls, alone: for a second time, or after other loop work.",
        knobs={
            "enable-loop-distribute": "true",
            "force-vector-interleave": "1 4",
            "unroll-runtime": "false",
            "slp-threshold": "-5",
        },
    ),
)

_INTERPROCEDURAL = (
    _act(
        "inline",
        "inline",
        "interprocedural",
        "Puts small functions into their callers.",
        knobs={
            "inline-threshold": "0 50 1000 5000",
            "inlinehint-threshold": "1000",
            "inline-deferral": "true",
        },
    ),
    _act(
        "inline-simplify",
        f"cgscc(inline,function(sroa,early-cse<memssa>,{_TIDY}))",
        "interprocedural macro",
        "Inlines bottom-up and simplifies each function before its callers see it.",
        knobs={"inline-threshold": "50 1000 5000"},
    ),
    _act(
        "module-inline",
        "module-inline",
        "interprocedural",
        "Inlines the best call of the whole file first.",
        knobs={"inline-threshold": "50 1000", "inline-priority-mode": "size cost cost-benefit"},
    ),
    _act("always-inline", "always-inline", "interprocedural", "Inlines what is marked always_inline."),
    _act(
        "partial-inliner",
        "partial-inliner",
        "interprocedural",
        "Inlines the early exit of a function and keeps the call for the rest.",
        knobs={"skip-partial-inlining-cost-analysis": "true"},
    ),
    _act("argpromotion", "argpromotion", "interprocedural", "Passes what a pointer points to by value."),
    _act(
        "function-attrs",
        "function-attrs",
        "interprocedural",
        "Finds out which functions only read, which pointers do not escape.",
    ),
    _act(
        "rpo-function-attrs",
        "rpo-function-attrs",
        "interprocedural",
        "Finds out top-down which functions cannot recurse.",
    ),
    _act(
        "inferattrs", "inferattrs", "interprocedural", "Marks library functions with what is known of them."
    ),
    _act(
        "attributor",
        "attributor",
        "interprocedural",
        "Deduces attributes and simplifies across all functions until nothing changes.",
        knobs={"attributor-max-iterations": "8"},
    ),
    _act("attributor-light", "attributor-light", "interprocedural", "The attributor's cheap part."),
    _act(
        "attributor-cgscc",
        "attributor-cgscc",
        "interprocedural",
        "The attributor, bottom-up along the call graph.",
    ),
    _act(
        "ipsccp",
        "ipsccp<{specialise}>",
        "interprocedural",
        "Propagates constants through calls, and makes copies of functions for constant arguments.",
        {"specialise": "func-spec no-func-spec"},
        {
            "funcspec-for-literal-constant": "false",
            "funcspec-max-clones": "8",
            "funcspec-min-function-size": "10",
        },
    ),
    _act(
        "called-value-propagation",
        "called-value-propagation",
        "interprocedural",
        "Finds out where indirect calls can go.",
    ),
    _act(
        "globalopt",
        "globalopt",
        "interprocedural",
        "Makes global variables constant, local, or removes them.",
    ),
    _act(
        "globaldce",
        "globaldce",
        "interprocedural cleanup",
        "Removes functions and variables that nothing refers to.",
    ),
    _act("constmerge", "constmerge", "interprocedural size", "Merges equal constants."),
    _act(
        "deadargelim",
        "deadargelim",
        "interprocedural cleanup",
        "Removes arguments and results that nobody uses from local functions.",
    ),
    _act(
        "strip-dead-prototypes",
        "strip-dead-prototypes",
        "interprocedural cleanup",
        "Removes declarations without use.",
    ),
    _act(
        "elim-avail-extern",
        "elim-avail-extern",
        "interprocedural cleanup",
        "Drops bodies that exist only for inlining.",
    ),
    _act("mergefunc", "mergefunc", "interprocedural size", "Keeps one of several equal functions."),
    _act(
        "hotcoldsplit",
        "hotcoldsplit",
        "interprocedural size",
        "Moves code that seldom runs into functions of its own.",
        knobs={"hotcoldsplit-threshold": "-1 10"},
    ),
    _act("rel-lookup-table", "rel-lookup-table-converter", "size", "Makes tables of addresses relative."),
    _act(
        "globals-aa",
        "require<globals-aa>,function(invalidate<aa>,gvn,loop-mssa(licm),dse)",
        "interprocedural scalar",
        "Value numbering, LICM and dead stores that know which calls touch which globals.",
    ),
)

_POLLY = (
    _act(
        "polly",
        "default<O3>",
        "polyhedral macro",
        "-O3 with Polly before vectorisation: reorders, tiles and fuses loop nests.",
        fixed="polly=true",
        knobs={
            "polly-process-unprofitable": "true",
            "polly-invariant-load-hoisting": "true",
            "polly-run-inliner": "true",
            "polly-allow-nonaffine-loops": "true",
            "polly-stmt-granularity": "bb store",
            "polly-enable-delicm": "false",
            "polly-enable-optree": "false",
            "polly-enable-simplify": "false",
            "polly-run-dce": "true",
            "polly-dependences-computeout": "2000000",
            "polly-detect-reductions": "false",
            "polly-dependences-analysis-level": "reference-wise access-wise",
        },
    ),
    _act(
        "polly-early",
        "default<O3>",
        "polyhedral macro",
        "The same before the scalar stage, where loops still look as they were written.",
        fixed="polly=true polly-position=early",
        knobs={"polly-vectorizer": "stripmine", "polly-tiling": "false"},
    ),
    _act(
        "polly-stripmine",
        "default<O3>",
        "polyhedral macro vector",
        "Polly cuts the inner loop to vector length itself.",
        fixed="polly=true polly-vectorizer=stripmine",
        knobs={
            "polly-prevect-width": "2 8 16 32",
            "polly-pattern-matching-based-opts": "false",
            "polly-tiling": "false",
        },
    ),
    _act(
        "polly-untiled",
        "default<O3>",
        "polyhedral macro",
        "Polly reorders and fuses, but leaves loops whole.",
        fixed="polly=true polly-tiling=false",
        knobs={"polly-loopfusion-greedy": "true", "polly-pattern-matching-based-opts": "false"},
    ),
    _act(
        "polly-tiled",
        "default<O3>",
        "polyhedral macro nest",
        "Polly with tiles of one size in every dimension, no recognised kernels.",
        fixed="polly=true polly-pattern-matching-based-opts=false",
        knobs={"polly-default-tile-size": "8 16 48 64 96 128 256"},
    ),
    _act(
        "polly-two-level",
        "default<O3>",
        "polyhedral macro nest",
        "Tiles within tiles, one level for each cache.",
        fixed="polly=true polly-2nd-level-tiling=true polly-pattern-matching-based-opts=false",
        knobs={"polly-2nd-level-default-tile-size": "8 32 64 256"},
    ),
    _act(
        "polly-register-tiled",
        "default<O3>",
        "polyhedral macro nest",
        "Tiles small enough to stay in registers, unrolled.",
        fixed="polly=true polly-register-tiling=true polly-pattern-matching-based-opts=false",
        knobs={"polly-register-tiling-default-tile-size": "4 8"},
    ),
    _act(
        "polly-fused",
        "default<O3>",
        "polyhedral macro nest",
        "Polly merges loops as far as it can.",
        fixed="polly=true polly-loopfusion-greedy=true polly-pattern-matching-based-opts=false",
        knobs={"polly-tiling": "false", "polly-opt-maximize-bands": "no"},
    ),
    _act(
        "polly-schedule",
        "default<O3>",
        "polyhedral macro nest",
        "Polly with other aims for its scheduler: fewer dependences looked at, other coefficients.",
        fixed="polly=true polly-opt-simplify-deps=no polly-pattern-matching-based-opts=false",
        knobs={
            "polly-opt-optimize-only": "raw",
            "polly-opt-max-constant-term": "-1 100",
            "polly-opt-max-coefficient": "-1 100",
        },
    ),
    _act(
        "polly-regenerated",
        "default<O3>",
        "polyhedral macro",
        "Polly keeps the order of execution and only writes the loops anew, with its checks.",
        fixed="polly=true polly-reschedule=false",
        knobs={"polly-postopts": "false"},
    ),
    _act(
        "polly-matmul",
        "default<O3>",
        "polyhedral macro nest",
        "Polly's own plan for products of matrices: packed operands, a small kernel in registers.",
        fixed="polly=true polly-pattern-matching-based-opts=true",
        knobs={
            "polly-target-throughput-vector-fma": "2",
            "polly-target-latency-vector-fma": "4",
            "polly-target-1st-cache-level-size": "32768",
            "polly-target-2nd-cache-level-size": "1048576",
        },
    ),
    _act(
        "polly-contraction",
        "default<O3>",
        "polyhedral macro nest",
        "The same plan for contractions of tensors.",
        fixed="polly=true polly-tc-opt=true",
    ),
    _act(
        "polly-passes",
        f"sroa,early-cse<memssa>,{_TIDY},reassociate,loop-rotate,licm,{_COMBINE},indvars,polly-prepare,scop(polly-simplify,polly-optree,polly-delicm,polly-simplify,polly-opt-isl,polly-codegen)",
        "polyhedral nest",
        "Polly's own passes on prepared loops, before anything else.",
        knobs={
            "polly-tiling": "false",
            "polly-vectorizer": "stripmine",
            "polly-pattern-matching-based-opts": "false",
            "polly-default-tile-size": "64",
        },
    ),
)

_MACROS = (
    _act(
        "o3",
        "default<O3>",
        "macro",
        "What clang -O3 does.",
        knobs={
            "inline-threshold": "0 50 1000 5000",
            "unroll-runtime": "true false",
            "unroll-threshold": "60 600 1500",
            "unroll-max-count": "2 4 8 16",
            "force-vector-width": "1 4 8 16",
            "force-vector-interleave": "1 2 4 8",
            "slp-threshold": "-100 3",
            "extra-vectorizer-passes": "true",
            "enable-gvn-hoist": "true",
            "enable-gvn-sink": "true",
            "enable-dfa-jump-thread": "true",
            "enable-constraint-elimination": "false",
            "enable-partial-inlining": "true",
            "licm-control-flow-hoisting": "true",
            "enable-nontrivial-unswitch": "false",
            "attributor-enable": "module cgscc all",
            "hot-cold-split": "true",
            "enable-merge-functions": "true",
            "basic-aa-recphi": "false",
            "enable-mem-access-versioning": "false",
            "laa-speculate-unit-stride": "false",
        },
    ),
    _act(
        "o3-nest",
        "default<O3>",
        "macro nest",
        "-O3 with the loop-nest passes that it leaves off.",
        fixed="enable-loopinterchange=true",
        knobs={
            "enable-loop-distribute": "true",
            "enable-loop-flatten": "true",
            "enable-unroll-and-jam": "true",
            "enable-loop-versioning-licm": "true",
        },
    ),
    _act(
        "o3-distribute",
        "default<O3>",
        "macro nest",
        "-O3 that splits loops for vectorisation.",
        fixed="enable-loop-distribute=true",
        knobs={"vectorizer-maximize-bandwidth": "true"},
    ),
    _act(
        "o3-unroll-and-jam",
        "default<O3>",
        "macro nest unroll",
        "-O3 that unrolls outer loops and merges the inner ones.",
        fixed="enable-unroll-and-jam=true",
        knobs={"unroll-and-jam-count": "2 4 8"},
    ),
    _act("o2", "default<O2>", "macro", "What clang -O2 does."),
    _act("o1", "default<O1>", "macro", "What clang -O1 does: no vectors, no inlining beyond the trivial."),
    _act("os", "default<Os>", "macro size", "What clang -Os does."),
    _act("oz", "default<Oz>", "macro size", "What clang -Oz does."),
    _act(
        "thinlto-pre-link",
        "thinlto-pre-link<{level}>",
        "macro",
        "The scalar part of -On: no vectorisation, no unrolling yet.",
        {"level": "O3 O2"},
    ),
    _act(
        "lto-pre-link",
        "lto-pre-link<{level}>",
        "macro",
        "What -On does before link-time optimisation.",
        {"level": "O3 O2"},
    ),
    _act(
        "prepare",
        f"function(sroa,early-cse<memssa>,{_TIDY},loop-simplify,lcssa,loop-mssa(loop-rotate,licm),loop(indvars),{_TIDY})",
        "macro loop",
        "Brings the front end's code into the form that loop passes expect.",
    ),
    _act(
        "cleanup",
        f"function(early-cse<memssa>,{_TIDY},gvn,bdce,dse,adce,{_TIDY})",
        "macro cleanup",
        "Removes what loop transformations leave behind.",
    ),
    _act(
        "scalar-loop-stage",
        f"function(reassociate,loop-mssa(loop-instsimplify,loop-simplifycfg,licm,loop-rotate,licm,simple-loop-unswitch<nontrivial;trivial>),{_TIDY},loop(loop-idiom,indvars,loop-deletion,loop-unroll-full),sroa,mldst-motion,gvn,sccp,bdce,{_COMBINE},jump-threading,correlated-propagation,adce,memcpyopt,dse,loop-mssa(licm),{_TIDY})",
        "macro loop",
        "-O3's loop and redundancy stage without inlining.",
    ),
)

_HINTS = (
    _act(
        "hint-unroll",
        "{loop} unroll.count={count}",
        "hint unroll",
        "Unrolls this loop by this count.",
        {"count": "2 3 4 6 8 16"},
    ),
    _act(
        "hint-unroll-full",
        "{loop} unroll.full",
        "hint unroll",
        "Unrolls this loop entirely, its trip count being constant.",
    ),
    _act("hint-no-unroll", "{loop} unroll.disable", "hint unroll", "Keeps this loop from being unrolled."),
    _act(
        "hint-unroll-and-jam",
        "{loop} unroll_and_jam.count={count}",
        "hint unroll nest",
        "Unrolls this outer loop and merges the copies of the inner one.",
        {"count": "2 4 8"},
    ),
    _act(
        "hint-vectorize",
        "{loop} vectorize.width={width}",
        "hint vector",
        "Vectorises this loop at this width, 1 for not at all.",
        {"width": "1 2 4 8 16 32"},
    ),
    _act(
        "hint-vectorize-enable",
        "{loop} vectorize.enable={enable}",
        "hint vector",
        "Vectorises this loop even if it seems dear, or never.",
        {"enable": "true false"},
    ),
    _act(
        "hint-predicate",
        "{loop} vectorize.predicate.enable={enable}",
        "hint vector",
        "Masks the last iterations of a vectorised loop instead of a scalar rest.",
        {"enable": "true false"},
    ),
    _act(
        "hint-interleave",
        "{loop} interleave.count={count}",
        "hint vector unroll",
        "Works on this many vectors at a time.",
        {"count": "1 2 4 8"},
    ),
    _act(
        "hint-distribute",
        "{loop} distribute.enable={enable}",
        "hint nest",
        "Splits this loop for vectorisation, or never.",
        {"enable": "true false"},
    ),
)

_ATTRIBUTES = (
    _act(
        "vector-width",
        "prefer-vector-width={bits}",
        "attr vector",
        "The widest vectors to use, which CPUs with AVX-512 otherwise keep at 256 bits.",
        {"bits": "512 256 128"},
    ),
    _act(
        "tune-cpu",
        "tune-cpu={cpu}",
        "attr",
        "Takes instruction costs from another CPU; the instructions stay those of this one.",
        {"cpu": "generic x86-64-v3 skylake-avx512 icelake-server znver4"},
    ),
    _act(
        "no-jump-tables",
        "no-jump-tables=true",
        "attr control",
        "Compares instead of jumping through a table.",
    ),
)

ACTIONS: tuple[Action, ...] = (
    *_SCALAR,
    *_CONTROL,
    *_LOOP,
    *_NEST,
    *_VECTOR,
    *_INTERPROCEDURAL,
    *_POLLY,
    *_MACROS,
    *_HINTS,
    *_ATTRIBUTES,
)
"""Every action, in the order that policies count in."""
