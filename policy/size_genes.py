"""What recipes for size are made of around -Oz: as `genes.py`, which see.

Whole pipelines instead of -Oz (`default<Os>` vectorises nothing but inlines more), knobs that make passes copy less or merge
more, and passages that find what a round leaves equal in several places.
"""

from __future__ import annotations

from passwright.passes.recipe import OZ
from passwright.policy.genes import OFF, ON, Gene, Tables

GENES: tuple[Gene, ...] = (
    # Inlining: a call costs an instruction, a body that folds away costs none.
    Gene("inline", "inline-threshold", ("-50", "0", "15", "25", "50", "100", "225", "1000"), 0.7),
    Gene("inline", "inline-call-penalty", ("0", "10", "60"), 0.15),
    Gene("inline", "inline-instr-cost", ("2", "10"), 0.15),
    Gene("inline", "enable-partial-inlining", ON, 0.1),
    # Branches into selects and tables, equal code into one block.
    Gene("branch", "phi-node-folding-threshold", ("0", "1", "4", "8", "32"), 0.35),
    Gene("branch", "two-entry-phi-node-folding-threshold", ("0", "1", "8", "16", "64"), 0.35),
    Gene("branch", "sink-common-insts", ON, 0.4),
    Gene("branch", "hoist-common-insts", ON, 0.4),
    Gene("branch", "simplifycfg-hoist-common-skip-limit", ("0", "60", "200"), 0.15),
    Gene("branch", "simplifycfg-sink-common", OFF, 0.05),
    Gene("branch", "simplifycfg-merge-cond-stores-aggressively", ON, 0.2),
    Gene("branch", "simplifycfg-merge-cond-stores", OFF, 0.1),
    Gene("branch", "simplifycfg-hoist-cond-stores", OFF, 0.1),
    Gene("branch", "simplifycfg-branch-fold-threshold", ("0", "1", "4", "8"), 0.2),
    Gene("branch", "simplifycfg-max-small-block-size", ("0", "20"), 0.1),
    Gene("branch", "bonus-inst-threshold", ("0", "2", "4", "8"), 0.25),
    Gene("branch", "speculate-one-expensive-inst", OFF, 0.15),
    Gene("branch", "max-speculation-depth", ("0", "30"), 0.1),
    Gene("branch", "switch-to-lookup", ("true", "false"), 0.15),
    Gene("branch", "switch-range-to-icmp", ("true", "false"), 0.15),
    Gene("branch", "forward-switch-cond", ("true", "false"), 0.1),
    Gene("branch", "jump-threading-threshold", ("0", "1", "3", "12"), 0.35),
    Gene("branch", "jump-threading-phi-threshold", ("0", "4"), 0.1),
    Gene("branch", "enable-dfa-jump-thread", ON, 0.05),
    # Loops: what is put in front of and behind them.
    Gene("loop", "rotation-max-header-size", ("0", "1", "2", "4", "32"), 0.4),
    Gene("loop", "enable-loop-header-duplication", ON, 0.25),
    Gene("loop", "indvars-widen-indvars", OFF, 0.3),
    Gene("loop", "disable-lftr", ON, 0.25),
    Gene("loop", "replexitval", ("never", "always", "noharduse"), 0.3),
    Gene("loop", "disable-licm-promotion", ON, 0.25),
    Gene("loop", "licm-control-flow-hoisting", ON, 0.15),
    Gene("loop", "disable-loop-idiom-all", ON, 0.15),
    Gene("loop", "disable-loop-idiom-memset", ON, 0.1),
    Gene("loop", "disable-loop-idiom-memcpy", ON, 0.1),
    Gene("loop", "unswitch-threshold", ("0", "10"), 0.1),
    Gene("loop", "unroll-full-max-count", ("0", "2", "4"), 0.2),
    Gene("loop", "unroll-threshold", ("0", "10", "30", "60"), 0.2),
    Gene("loop", "unroll-optsize-threshold", ("0", "10", "30", "60"), 0.25),
    Gene("loop", "unroll-allow-peeling", OFF, 0.2),
    Gene("loop", "enable-loop-flatten", ON, 0.25),
    Gene("loop", "enable-loopinterchange", ON, 0.05),
    Gene("loop", "enable-loop-simplifycfg-term-folding", OFF, 0.05),
    # Values.
    Gene("value", "enable-gvn-hoist", ON, 0.4),
    Gene("value", "enable-gvn-sink", ON, 0.3),
    Gene("value", "enable-pre", OFF, 0.3),
    Gene("value", "enable-load-pre", OFF, 0.3),
    Gene("value", "enable-load-in-loop-pre", OFF, 0.1),
    Gene("value", "enable-constraint-elimination", OFF, 0.05),
    Gene("value", "instcombine-code-sinking", OFF, 0.2),
    Gene("value", "instcombine-max-sink-users", ("1", "4", "256"), 0.1),
    Gene("value", "instcombine-negator-enabled", OFF, 0.1),
    Gene("value", "reassociate-use-cse-local", OFF, 0.1),
    Gene("value", "scev-cheap-expansion-budget", ("0", "1", "2", "16"), 0.25),
    # Vectors: one instruction in place of several.
    Gene("vector", "vectorize-slp", OFF, 0.25),
    Gene("vector", "slp-threshold", ("-5", "-2", "1", "2", "5"), 0.5),
    Gene("vector", "slp-vectorize-hor", OFF, 0.15),
    Gene("vector", "slp-min-tree-size", ("2", "6"), 0.15),
    Gene("vector", "slp-vectorize-non-power-of-2", ON, 0.2),
    Gene("vector", "slp-max-reg-size", ("128", "256"), 0.1),
    # Across functions.
    Gene("module", "attributor-enable", ("all", "module", "cgscc"), 0.5),
    Gene("module", "hot-cold-split", ON, 0.1),
    Gene("module", "enable-merge-functions", ON, 0.2),
)
ROUNDS = (
    "default<Oz>",
    "default<Os>",
    "default<O1>",
    "thinlto-pre-link<Oz>",
    "lto-pre-link<Oz>",
    "default<O2>",
    "thinlto-pre-link<Os>",
)
_COMBINE = "instcombine<no-verify-fixpoint>"
_EARLY = f"sroa,early-cse<memssa>,simplifycfg,{_COMBINE}"
_FORM = "loop-simplify,lcssa"
_MERGE = "simplifycfg<hoist-common-insts;sink-common-insts;switch-to-lookup;no-keep-loops>"
PRELUDES = (
    "attributor",
    f"function({_EARLY})",
    f"function({_EARLY},gvn-hoist,gvn-sink,{_MERGE})",
    f"function({_EARLY},gvn,adce,{_MERGE})",
    f"function({_EARLY},constraint-elimination,correlated-propagation,{_MERGE})",
    f"function({_EARLY},{_FORM},loop-mssa(licm),loop(indvars,loop-deletion),{_COMBINE},simplifycfg)",
    f"function({_EARLY},{_FORM},loop-mssa(loop-rotate,licm),loop(indvars),loop-fusion,simplifycfg)",
    f"function({_EARLY},{_FORM},loop-mssa(loop-rotate,licm),loop(indvars,loop-flatten),simplifycfg)",
    f"function({_EARLY},{_FORM},loop-mssa(loop-rotate,licm),loop(indvars,loop-unroll-full),simplifycfg,{_COMBINE})",
    f"function({_EARLY},reassociate,{_COMBINE},gvn)",
    "ipsccp,globalopt,deadargelim,argpromotion",
)
FINALES = (
    f"function({_COMBINE},{_MERGE})",
    f"function({_MERGE},{_COMBINE},simplifycfg,adce)",
    f"function(early-cse<memssa>,{_COMBINE},{_MERGE})",
    f"function(gvn-hoist,{_COMBINE},{_MERGE})",
    f"function(gvn-sink,{_COMBINE},{_MERGE})",
    f"function(gvn,{_COMBINE},{_MERGE})",
    f"function(mldst-motion,{_COMBINE},{_MERGE})",
    f"function(sink,{_COMBINE},{_MERGE})",
    f"function(constraint-elimination,correlated-propagation,{_COMBINE},{_MERGE},bdce,adce)",
    f"function(slp-vectorizer,vector-combine,{_COMBINE})",
    f"function(reassociate,nary-reassociate,slsr,early-cse,{_COMBINE})",
    f"function(separate-const-offset-from-gep,slsr,early-cse,{_COMBINE})",
    f"function({_FORM},loop(indvars,loop-deletion),{_COMBINE},simplifycfg)",
    f"function({_FORM},loop-mssa(licm),{_COMBINE},simplifycfg)",
    f"function({_FORM},loop(loop-reduce),early-cse,{_COMBINE})",
    f"function({_FORM},loop(loop-reduce),early-cse,simplifycfg)",
    f"function({_FORM},loop-fusion,{_COMBINE},simplifycfg)",
    f"function({_FORM},loop(loop-flatten),{_COMBINE},simplifycfg)",
    f"function(flatten-cfg,{_COMBINE},simplifycfg)",
    "function(load-store-vectorizer)",
    "function(memcpyopt,dse,mergeicmps)",
    "function(aggressive-instcombine,bdce)",
    "function(consthoist)",
    f"function(jump-threading,correlated-propagation,{_COMBINE},simplifycfg)",
    "deadargelim,argpromotion,globalopt,globaldce",
    "mergefunc,globaldce",
    "attributor,globaldce",
)
SMALL = Tables(
    start=OZ,
    genes=GENES,
    group_chance={"inline": 0.25, "branch": 0.4, "loop": 0.45, "value": 0.4, "vector": 0.25, "module": 0.1},
    rounds=ROUNDS,
    preludes=PRELUDES,
    finales=FINALES,
    attributes=(
        ("no-jump-tables", ("true",)),
        ("minsize", ("",)),
        ("prefer-vector-width", ("128", "256", "512")),
        ("tune-cpu", ("generic", "x86-64-v3", "skylake-avx512", "znver3")),
        ("alwaysinline", ("",)),
    ),
    hints=(
        ("unroll.full", ("",)),
        ("unroll.disable", ("",)),
        ("unroll.count", ("2",)),
    ),
    chances={
        "before": 0.35,
        "after": 0.15,
        "prelude": 0.25,
        "first": 0.1,
        "finale": 0.4,
        "last": 0.3,
        "main attribute": 0.05,
        "attribute": 0.1,
        "hint": 0.1,
    },
)
"""For the objectives size and ir-instructions."""
