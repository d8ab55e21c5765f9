"""Rounds of self-improvement of the policy: see where it loses, train a candidate, let it prove itself, keep or drop it.

    with Store() as store:
        done = improve(store, Registry.named("builds"), Path("build/improve"), Options(), console, who="Ada")

A round:

1. Analyse: over what the store knows (profiles are compiled where they are missing) and the regression set, by family, what
   the first choice of the model in force gives beside the best known build (`regression.weaknesses`).
2. State what to improve, in sentences. The FOCUS training families that lose most are shown twice in training, and so are
   the kernels that the model in force wins: what the old one got right weighs more, lest it be lost (the simplest form of
   positive-congruent training; Yan et al., CVPR 2021).
3. Train a candidate on the store, without the families of the regression set (`train_builds.py`); caution and threshold of
   its choice come from cross-validation over families.
4. Compare it with the model in force on the regression set, on families that neither was trained on.
5. Accept it only if it is better there (the bootstrap interval of new / old lies above 1) and backward compatible (at least
   GAMMA of the kernels that were won stay won); a person may veto. Accepted or not it becomes a version of the registry with
   its metrics and the reason; accepted, it is put in force.

What a round has begun is in its folder: profiles, the settings, the candidate. Run again, a round that was cut off goes on
from there. A drill is a round whose candidate is trained on outcomes that were dealt out anew at random: the gate has to
reject it, and whatever the gate says it is never put in force.
"""

from __future__ import annotations

import json
import random
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.resources import files
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
from rich.console import Console

from passwright.bench.suite import load_suite
from passwright.gnn import build_network
from passwright.gnn.build_model import ABOUT, BuildModel
from passwright.gnn.build_network import BuildSize
from passwright.passes import config
from passwright.passes.errors import InputError, UsageError
from passwright.policy import profiles, regression
from passwright.policy.experience import StoredKernel
from passwright.policy.lots import Lot, load
from passwright.policy.registry import Registry, Version
from passwright.policy.regression import Compared, Weakness
from passwright.policy.store import Store
from passwright.policy.train import described, judge, samples
from passwright.policy.train_builds import BuildHyper, fit

GAMMA = 0.98
FOCUS = 3
PARTS, FEW = 3, 2
"""Parts of the families in cross-validation, and networks of an ensemble there."""
SETTINGS = "round.json"
CANDIDATE = "candidate"


@dataclass(frozen=True)
class Options:
    """What a round depends on besides the store.

    Attributes:
        set: file of the regression set.
        gamma: share of won kernels that have to stay won.
        share: of the training kernels, drawn by the seed; 1: all.
        per_family: kernels of a family at most, 0: all. most: recipes of a kernel.
        start_over: compare with -O3 everywhere, as if there was no model yet.
        drill: train on outcomes that were dealt out anew.
        members, epochs, seed: of the networks.
    """

    set: Path = Path("data/regression.npz")
    gamma: float = GAMMA
    share: float = 1.0
    per_family: int = 0
    most: int = 60
    start_over: bool = False
    drill: bool = False
    members: int = BuildHyper.members
    epochs: int = BuildHyper.epochs
    seed: int = 0

    def __post_init__(self) -> None:
        if not (0 < self.share <= 1 and 0 <= self.gamma <= 1):
            raise UsageError("--share is above 0 and at most 1, --gamma from 0 to 1", hint="see --help")

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self) | {"set": str(self.set)}


@dataclass(frozen=True)
class Analysis:
    """Where the model in force loses.

    Attributes:
        incumbent: the number of its version; -1: -O3 everywhere.
        weak: families, the largest loss first.
        focus: training families that are shown twice.
    """

    incumbent: int
    weak: tuple[Weakness, ...]
    focus: tuple[str, ...]

    @property
    def statement(self) -> tuple[str, ...]:
        """What to improve, in sentences."""
        losing = [one.sentence for one in self.weak if one.behind][: 2 * FOCUS]
        told = f"the candidate sees the kernels of {', '.join(self.focus)} twice"
        return (*losing, told) if self.focus else tuple(losing)

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "incumbent": self.incumbent,
            "weak": [asdict(one) | {"loss": one.loss} for one in self.weak],
            "focus": list(self.focus),
            "statement": list(self.statement),
        }


@dataclass(frozen=True)
class Round:
    """A round that has ended: the version that was registered, with what it was decided by."""

    analysis: Analysis
    compared: Compared
    version: Version
    in_force: int

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "analysis": self.analysis.to_json(),
            "compared": self.compared.to_json(),
            "version": self.version.to_json(),
            "in_force": self.in_force,
        }


def shipped() -> Path:
    """The folder of the model that comes with Passwright."""
    return Path(str(files("passwright.policy").joinpath("weights")))


def improve(
    store: Store,
    registry: Registry,
    out: Path,
    options: Options,
    console: Console,
    *,
    who: str,
    agreed: Callable[[Analysis, Compared], str] | None = None,
) -> Round:
    """A round; see above. `agreed` is asked before a candidate is put in force: its answer is "" or why not.

    Raises InputError where the store knows too little, UsageError where `out` holds a round with other options.
    """
    analysis, lots, judged = analyse(store, registry, out, options, console)
    for sentence in analysis.statement:
        console.print(f"  {sentence}", highlight=False, markup=False)
    begin(out, options, analysis)
    old = incumbent(registry, analysis.incumbent)
    candidate = train(store, out, lots, options, analysis.focus, old, console)
    compared = regression.compare(old, candidate, judged)
    accepted, why = decide(compared, options.gamma, than=named(analysis.incumbent))
    decision = "accepted" if accepted else "rejected"
    if options.drill:
        decision, why = (
            "drill",
            f"{'accepted, which is wrong' if accepted else 'rejected, as it has to be'}: {why}",
        )
    elif accepted and agreed is not None and (veto := agreed(analysis, compared)):
        decision, why = "vetoed", f"{veto} (the gate had accepted it: {why})"
    metrics: dict[str, Any] = {
        "compared": compared.to_json(),
        "options": options.to_json(),
        "focus": list(analysis.focus),
    }
    metrics["trained"] = {one: candidate.about["trained"][one] for one in ("kernels", "builds", "seconds")}
    metrics["against"] = analysis.incumbent
    version = registry.add(
        out / CANDIDATE,
        parent=max(0, analysis.incumbent),
        decision=decision,
        why=why,
        metrics=metrics,
        who=who,
    )
    if decision == "accepted":
        registry.activate(version.number, why=why, who=who)
    (out / SETTINGS).unlink()
    return Round(analysis, compared, version, registry.active)


def analyse(
    store: Store, registry: Registry, out: Path, options: Options, console: Console
) -> tuple[Analysis, list[Lot], list[Lot]]:
    """Where the model in force loses, what can be trained on, and the regression set."""
    judged = regression.read(options.set)
    reserved = {lot.family for lot in judged}
    profiles.make(
        store,
        out / "profiles",
        console,
        most=options.most,
        jobs=config.jobs(),
        wanted=_first(options.per_family, reserved),
    )
    held_out = {kernel.family for kernel in load_suite() if kernel.held_out}
    lots = [one for one in load(store, out / "profiles", held_out=held_out) if one.family not in reserved]
    if len({lot.family for lot in lots}) < 2 * PARTS:
        raise InputError(
            f"the store knows {len(lots)} kernels to train on, of too few families",
            hint="passwright store import data/experience.jsonl.gz, or python -m passwright.policy.collect",
        )
    number = -1 if options.start_over else registry.active
    weak = regression.weaknesses(incumbent(registry, number), [*lots, *judged])
    losing = [one.family for one in weak if one.behind and one.family not in reserved]
    return Analysis(number, tuple(weak), tuple(losing[:FOCUS])), lots, judged


def incumbent(registry: Registry, number: int) -> BuildModel | None:
    """The model of a version; None for -1, which is -O3 everywhere."""
    if number < 0:
        return None
    return BuildModel(shipped() if number == 0 else registry.path(number))


def _first(per_family: int, reserved: set[str]) -> Callable[[StoredKernel], bool]:
    """Whether a kernel is to be trained on: so many of each family, in the store's order."""
    counts: Counter[str] = Counter()

    def wanted(kernel: StoredKernel) -> bool:
        counts[kernel.family] += 1
        return kernel.family not in reserved and (not per_family or counts[kernel.family] <= per_family)

    return wanted


def begin(out: Path, options: Options, analysis: Analysis) -> None:
    """Note the round that begins, or see that it is the one that was cut off.  Raises UsageError for another one."""
    path = out / SETTINGS
    settings = {"options": options.to_json(), "incumbent": analysis.incumbent}
    if path.exists():
        if json.loads(path.read_text(encoding="utf-8")) != settings:
            raise UsageError(
                f"{out} holds a round that was cut off and had other options, or another model in force",
                hint=f"give it the same options, another --out, or remove {path}",
            )
        return
    shutil.rmtree(out / CANDIDATE, ignore_errors=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")
    part.replace(path)


def train(
    store: Store,
    out: Path,
    lots: Sequence[Lot],
    options: Options,
    focus: Sequence[str],
    old: BuildModel | None,
    console: Console,
) -> BuildModel:
    """The candidate; the one that is there already where the round was cut off after training."""
    folder = out / CANDIDATE
    if (folder / ABOUT).exists():  # written last
        return BuildModel(folder)
    won = regression.choices(old, lots) >= regression.WON
    chosen = prepared(lots, options, focus, [lot for lot, one in zip(lots, won, strict=True) if one])
    hyper = BuildHyper(members=options.members, epochs=options.epochs, seed=options.seed)
    size = BuildSize()
    metrics, choice, limit = judge(chosen, hyper, size, console, parts=PARTS, members=FEW)
    started = monotonic()
    networks = fit(chosen, hyper, size)
    about = described(chosen, store, hyper, size, choice, limit, metrics["all"], monotonic() - started)
    build_network.write(networks, folder, samples(chosen), about)
    return BuildModel(folder)


def prepared(
    lots: Sequence[Lot], options: Options, focus: Sequence[str], won: Sequence[Lot] = ()
) -> list[Lot]:
    """What a candidate is trained on: a share of the kernels, focus and what was won twice; for a drill false outcomes."""
    names = sorted({lot.kernel for lot in lots})
    rng = random.Random(options.seed)
    kept = set(rng.sample(names, max(1, round(options.share * len(names)))))
    again = {id(lot) for lot in won}
    chosen = [lot for lot in lots if lot.kernel in kept]
    chosen += [lot for lot in chosen if lot.family in focus or id(lot) in again]
    if options.drill:
        generator = np.random.default_rng(options.seed)
        chosen = [replace(lot, worth=generator.permutation(lot.worth)) for lot in chosen]
    return chosen


def named(number: int) -> str:
    """A model for people; -1: none."""
    return {-1: "-O3 everywhere", 0: "the shipped model"}.get(number, f"version {number}")


def decide(compared: Compared, gamma: float, *, than: str = "the model in force") -> tuple[bool, str]:
    """Whether a candidate replaces the model in force, and why (not)."""
    value, low, high = compared.ratio
    told = f"{value:.3f}x of {than} ({low:.3f} to {high:.3f}) on {compared.kernels} kernels"
    lost = compared.won - compared.kept
    stays = f"{compared.kept} of {compared.won} won kernels stay won"
    if low <= 1:
        return False, f"not better beyond doubt: {told}; {stays}"
    if compared.compatibility < gamma:
        return (
            False,
            f"better, {told}, but not backward compatible: {lost} of {compared.won} won kernels are lost",
        )
    return True, f"better: {told}; {stays}, {compared.gained} are new"
