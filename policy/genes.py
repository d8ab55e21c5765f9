"""What recipes are made of around a reference: the knobs of a round, whole passages before and after it,
attributes, loop hints.

`Tables` are data; `random_recipe` draws from them, `tpe` suggests from them, `evolve` mutates with them. Those below are
for speed and vary -O3; `size_genes.py` has those that vary -Oz. Everything here is exact (no floating-point
reordering); what is not worth a gene of its own is reached through the `ActionSpace`.

Polly's pattern matching of matrix products is off in most draws: with run-time sizes its code generation
takes 20 s and more, which is the whole budget of a kernel.

A *round* is a step `default<On>`, `thinlto-pre-link<On>` (-On's scalar part: no vectoriser) or
`lto-pre-link<On>`, with knobs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from passwright.passes.exact import CONFLICTS
from passwright.passes.recipe import O3, Recipe, Step


@dataclass(frozen=True)
class Gene:
    """A knob of a round with the settings worth trying besides LLVM's own."""

    group: str  # genes of a group pay off together, so they are drawn and crossed together
    knob: str
    values: tuple[str, ...]
    chance: float  # that a random draw sets it, once its group was chosen
    needs: str = ""  # knob that must be "true" for this one to have an effect


Choices = tuple[tuple[str, tuple[str, ...]], ...]
"""Names with the values worth trying; an empty value is no value."""


@dataclass(frozen=True)
class Tables:
    """What the recipes for one objective are made of.

    Attributes:
        start: the reference that they vary; it has one round.
        genes: knobs of a round.
        group_chance: how often a random round uses a group of genes at all.
        rounds, preludes, finales: texts of rounds, of passages before the first and after the last.
        attributes, hints: of functions and loops.
        chances: of a random recipe's parts: "before" and "after" (a second round), "prelude", "first" and "last"
            (a step of the action space at that end), "finale", "main attribute" (the first), "attribute", "hint".
    """

    start: Recipe
    genes: tuple[Gene, ...]
    group_chance: Mapping[str, float]
    rounds: tuple[str, ...]
    preludes: tuple[str, ...]
    finales: tuple[str, ...]
    attributes: Choices
    hints: Choices
    chances: Mapping[str, float]

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups of the genes."""
        return tuple(self.group_chance)

    def of_group(self, group: str) -> list[Gene]:
        """The genes of a group."""
        return [gene for gene in self.genes if gene.group == group]

    def group_of(self, knob: str) -> str:
        """The group that a knob belongs to, empty where it is no gene."""
        return next((gene.group for gene in self.genes if gene.knob == knob), "")


ON = ("true",)
OFF = ("false",)
TILES = ("8", "16", "32", "48", "64", "96", "128", "256")

GENES: tuple[Gene, ...] = (
    # Polly: the whole polyhedral pipeline inside the round.
    Gene("polly", "polly", ON, 1.0),
    Gene("polly", "polly-position", ("early",), 0.3, "polly"),
    Gene("polly", "polly-vectorizer", ("stripmine",), 0.5, "polly"),
    Gene("polly", "polly-process-unprofitable", ON, 0.35, "polly"),
    Gene("polly", "polly-run-inliner", ON, 0.1, "polly"),
    Gene("polly", "polly-invariant-load-hoisting", ON, 0.3, "polly"),
    Gene("polly", "polly-enable-delicm", OFF, 0.1, "polly"),
    Gene("polly", "polly-enable-optree", OFF, 0.1, "polly"),
    Gene("polly", "polly-stmt-granularity", ("bb", "store"), 0.15, "polly"),
    Gene("polly", "polly-allow-nonaffine-loops", ON, 0.1, "polly"),
    # How Polly schedules.
    Gene("schedule", "polly-loopfusion-greedy", ON, 0.3, "polly"),
    Gene("schedule", "polly-opt-maximize-bands", ("no",), 0.15, "polly"),
    Gene("schedule", "polly-opt-simplify-deps", ("no",), 0.1, "polly"),
    Gene("schedule", "polly-opt-optimize-only", ("raw",), 0.1, "polly"),
    Gene("schedule", "polly-reschedule", OFF, 0.1, "polly"),
    Gene("polly", "polly-pattern-matching-based-opts", OFF, 0.95, "polly"),
    Gene("schedule", "polly-prevect-width", ("2", "8", "16", "32"), 0.25, "polly"),
    # How Polly tiles.
    Gene("tile", "polly-tiling", OFF, 0.3, "polly"),
    Gene("tile", "polly-default-tile-size", TILES, 0.5, "polly"),
    Gene("tile", "polly-2nd-level-tiling", ON, 0.15, "polly"),
    Gene(
        "tile", "polly-2nd-level-default-tile-size", ("8", "32", "64", "256"), 0.1, "polly-2nd-level-tiling"
    ),
    Gene("tile", "polly-register-tiling", ON, 0.2, "polly"),
    Gene("tile", "polly-register-tiling-default-tile-size", ("4", "8"), 0.1, "polly-register-tiling"),
    # Loop-nest passes that -O3 has but leaves off.
    Gene("nest", "enable-loop-distribute", ON, 0.5),
    Gene("nest", "enable-loopinterchange", ON, 0.45),
    Gene("nest", "enable-loop-flatten", ON, 0.2),
    Gene("nest", "enable-unroll-and-jam", ON, 0.35),
    Gene("nest", "unroll-and-jam-count", ("2", "4", "8"), 0.4, "enable-unroll-and-jam"),
    Gene("nest", "enable-loop-versioning-licm", ON, 0.25),
    Gene("nest", "loop-interchange-threshold", ("-10", "-100"), 0.15, "enable-loopinterchange"),
    # The vectorisers.
    Gene("vector", "force-vector-width", ("1", "4", "8", "16", "32"), 0.3),
    Gene("vector", "force-vector-interleave", ("1", "2", "4", "8"), 0.4),
    Gene("vector", "vectorizer-maximize-bandwidth", ON, 0.2),
    Gene("vector", "prefer-predicate-over-epilogue", ("predicate-else-scalar-epilogue",), 0.15),
    Gene("vector", "enable-masked-interleaved-mem-accesses", ON, 0.2),
    Gene("vector", "extra-vectorizer-passes", ON, 0.25),
    Gene("vector", "enable-epilogue-vectorization", OFF, 0.15),
    Gene("vector", "enable-cond-stores-vec", OFF, 0.1),
    Gene("vector", "enable-loadstore-runtime-interleave", OFF, 0.1),
    Gene("vector", "enable-interleaved-mem-accesses", OFF, 0.1),
    Gene("vector", "vectorize-memory-check-threshold", ("0", "32", "256"), 0.1),
    Gene("vector", "runtime-memory-check-threshold", ("0", "32", "128"), 0.1),
    Gene("vector", "vectorize-num-stores-pred", ("0", "4", "16"), 0.1),
    Gene("vector", "small-loop-cost", ("4", "60", "200"), 0.1),
    Gene("vector", "vectorizer-min-trip-count", ("4", "64"), 0.1),
    Gene("vector", "epilogue-vectorization-minimum-VF", ("4", "8", "64"), 0.1),
    Gene("vector", "force-target-max-vector-interleave", ("1", "8"), 0.1),
    Gene("vector", "force-target-max-scalar-interleave", ("1", "4", "8"), 0.1),
    Gene("vector", "max-nested-scalar-reduction-interleave", ("1", "4", "8"), 0.1),
    Gene("slp", "slp-threshold", ("-100", "-5", "3", "1000"), 0.4),
    Gene("slp", "slp-max-vf", ("2", "4", "8"), 0.15),
    Gene("slp", "slp-min-tree-size", ("2", "6"), 0.15),
    Gene("slp", "slp-vectorize-hor", OFF, 0.15),
    Gene("slp", "slp-max-reg-size", ("128", "256"), 0.15),
    Gene("slp", "slp-vectorize-non-power-of-2", ON, 0.15),
    # Unrolling and peeling.
    Gene("unroll", "unroll-runtime", ("true", "false"), 0.3),
    Gene("unroll", "unroll-max-count", ("2", "4", "8", "16"), 0.3),
    Gene("unroll", "unroll-threshold", ("60", "150", "600", "1500"), 0.35),
    Gene("unroll", "unroll-partial-threshold", ("50", "400", "1000"), 0.25),
    Gene("unroll", "unroll-allow-partial", ON, 0.25),
    Gene("unroll", "unroll-runtime-multi-exit", ON, 0.2),
    Gene("unroll", "unroll-runtime-epilog", ("false",), 0.1),
    Gene("unroll", "unroll-remainder", ON, 0.1),
    Gene("unroll", "unroll-allow-peeling", OFF, 0.1),
    Gene("unroll", "unroll-and-jam-threshold", ("200",), 0.05, "enable-unroll-and-jam"),
    Gene("unroll", "unroll-full-max-count", ("0", "4", "16"), 0.1),
    # Scalar passes and inlining.
    Gene("scalar", "enable-gvn-hoist", ON, 0.25),
    Gene("scalar", "enable-gvn-sink", ON, 0.15),
    Gene("scalar", "enable-dfa-jump-thread", ON, 0.15),
    Gene("scalar", "inline-threshold", ("0", "50", "1000", "5000"), 0.25),
    Gene("scalar", "licm-control-flow-hoisting", ON, 0.15),
    Gene("scalar", "gvn-max-num-deps", ("400",), 0.05),
    Gene("scalar", "phi-node-folding-threshold", ("0", "8", "32"), 0.25),
    Gene("scalar", "two-entry-phi-node-folding-threshold", ("0", "16", "64"), 0.2),
    Gene("scalar", "speculate-one-expensive-inst", OFF, 0.1),
    Gene("scalar", "jump-threading-threshold", ("0", "20"), 0.15),
    Gene("scalar", "unswitch-threshold", ("0", "300"), 0.15),
    Gene("scalar", "simplifycfg-merge-cond-stores", OFF, 0.05),
    Gene("scalar", "simplifycfg-branch-fold-threshold", ("0", "8"), 0.1),
    Gene("scalar", "sink-common-insts", ON, 0.1),
    Gene("scalar", "enable-pre", OFF, 0.1),
    Gene("scalar", "enable-load-pre", OFF, 0.1),
    Gene("scalar", "instcombine-code-sinking", OFF, 0.1),
    Gene("scalar", "rotation-max-header-size", ("0", "64"), 0.1),
    Gene("scalar", "max-speculation-depth", ("0", "30"), 0.05),
)
NEEDS = {gene.knob: gene.needs for gene in GENES if gene.needs}
GROUP_CHANCE = {
    "polly": 0.45,
    "schedule": 0.5,  # given polly
    "tile": 0.7,  # given polly
    "nest": 0.45,
    "vector": 0.5,
    "slp": 0.2,
    "unroll": 0.4,
    "scalar": 0.25,
}

ROUND_PATTERN = r"(default|thinlto-pre-link|lto-pre-link|thinlto|lto)<O[123sz]>"
ROUNDS = ("default<O3>", "default<O2>", "thinlto-pre-link<O3>", "lto-pre-link<O3>", "default<O1>")

# Passages that bring the front end's IR into the form that loop passes expect, then do one thing before -O3
# sees it.
_TIDY = "sroa,early-cse<memssa>,simplifycfg,instcombine<no-verify-fixpoint>"
_LOOPS = "loop-simplify,lcssa,loop-mssa(loop-rotate,licm),loop(indvars),simplifycfg,instcombine<no-verify-fixpoint>"
PRELUDES = (
    f"function({_TIDY},{_LOOPS},loop-distribute)",
    f"function({_TIDY},{_LOOPS},loop(loop-interchange))",
    f"function({_TIDY},{_LOOPS},loop(loop-interchange),loop-distribute)",
    f"function({_TIDY},{_LOOPS},loop-fusion)",
    f"function({_TIDY},{_LOOPS},loop(loop-flatten))",
    f"function({_TIDY},{_LOOPS},loop(loop-unroll-and-jam))",
    f"function({_TIDY},{_LOOPS},loop-mssa(loop-versioning-licm,licm))",
    f"function({_TIDY},loop-mssa(loop-rotate,lnicm,simple-loop-unswitch<nontrivial>))",
    f"function({_TIDY},{_LOOPS},gvn,loop-load-elim,dse)",
    f"function({_TIDY},reassociate,nary-reassociate,slsr,early-cse)",
    f"function({_TIDY},gvn-hoist,gvn-sink,simplifycfg)",
)
FINALES = (
    "function(loop-unroll<O3;runtime;partial>,instcombine<no-verify-fixpoint>,simplifycfg)",
    "function(slp-vectorizer,vector-combine,instcombine<no-verify-fixpoint>)",
    "function(loop-load-elim,early-cse<memssa>,dse,simplifycfg)",
    "function(separate-const-offset-from-gep,slsr,early-cse,loop-mssa(licm))",
    "function(loop-data-prefetch)",
    "function(loop(loop-reduce),instcombine<no-verify-fixpoint>)",
    "function(sink,instsimplify)",
    "function(speculative-execution,simplifycfg<hoist-common-insts;sink-common-insts>)",
)
ATTRIBUTES: Choices = (
    ("prefer-vector-width", ("512", "256", "128")),
    ("tune-cpu", ("generic", "x86-64-v3", "skylake-avx512", "icelake-server", "znver3")),
    ("no-jump-tables", ("true",)),
)
HINTS: Choices = (
    ("unroll.count", ("2", "3", "4", "6", "8", "16")),
    ("unroll.full", ("",)),
    ("unroll.disable", ("",)),
    ("unroll_and_jam.count", ("2", "4")),
    ("vectorize.width", ("2", "4", "8", "16", "32")),
    ("vectorize.enable", ("false", "true")),
    ("interleave.count", ("1", "2", "4", "8")),
    ("distribute.enable", ("true",)),
)


FAST = Tables(
    start=O3,
    genes=GENES,
    group_chance=GROUP_CHANCE,
    rounds=ROUNDS,
    preludes=PRELUDES,
    finales=FINALES,
    attributes=ATTRIBUTES,
    hints=HINTS,
    chances={
        "before": 0.22,
        "after": 0.1,
        "prelude": 0.25,
        "first": 0.12,
        "finale": 0.1,
        "last": 0.1,
        "main attribute": 0.4,
        "attribute": 0.12,
        "hint": 0.3,
    },
)
"""For the objective time."""


def draw_group(rng: Random, tables: Tables, group: str, knobs: dict[str, str]) -> None:
    """Set knobs of `group` in `knobs` at random, at least one where the dependencies allow it."""
    genes = tables.of_group(group)
    usable = [
        gene
        for gene in genes
        if not gene.needs or gene.needs in knobs or gene.needs in {g.knob for g in genes}
    ]
    for gene in usable:
        if (not gene.needs or knobs.get(gene.needs) == "true") and rng.random() < gene.chance:
            knobs[gene.knob] = rng.choice(gene.values)
    if usable and not any(gene.knob in knobs for gene in genes):
        gene = rng.choice(
            [gene for gene in usable if not gene.needs or knobs.get(gene.needs) == "true"] or usable
        )
        knobs[gene.knob] = rng.choice(gene.values)


def consistent(knobs: dict[str, str]) -> dict[str, str]:
    """Without the knobs whose `needs` are off, which would only make equal recipes look different, and without the second of
    two that LLVM does not take together."""
    kept = dict(knobs)
    for pair in CONFLICTS:
        if all(
            name in kept and value in ("", kept[name])
            for name, _, value in (one.partition("=") for one in pair)
        ):
            del kept[pair[1].partition("=")[0]]
    while True:
        idle = [k for k in kept if k in NEEDS and kept.get(NEEDS[k]) != "true"]
        if not idle:
            return kept
        for knob in idle:
            del kept[knob]


def round_step(text: str, knobs: dict[str, str]) -> Step:
    """A round with its knobs in canonical order."""
    return Step("passes", text, tuple(sorted(consistent(knobs).items())))


def random_knobs(rng: Random, tables: Tables) -> dict[str, str]:
    """Knobs for one round."""
    knobs: dict[str, str] = {}
    for group, chance in tables.group_chance.items():
        if group in {"schedule", "tile"} and knobs.get("polly") != "true":
            continue
        if rng.random() < chance:
            draw_group(rng, tables, group, knobs)
    return knobs
