"""The fixed regression set: kernels with what their builds look like and turned out to be worth, and how a model does there.

    python -m passwright.policy.regression --store URL --profiles DIR --family stencils … --out data/regression.npz

`data/regression.npz` holds kernels of FAMILIES from the experience that ships, and of generated families that are for
validation and in no experience; nothing is run or compiled to judge a model there. Per kernel and machine: the profile of
the -O3 build, those of the other builds (stored as what differs, bit for bit), and the measured log ratios. A model is
judged by its first choice, made as `learned.plan` makes it, among the stored builds.

Two models are compared on the kernels of families that neither was trained on (`about["trained"]["families"]`): a model
that has seen a kernel's family would flatter itself.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any

import numpy as np

from passwright.bench.report import geometric_mean
from passwright.gnn.build_model import BuildModel, BuildWorth, features, stamp
from passwright.passes.errors import InputError, PasswrightError
from passwright.policy.lots import Choice, Lot, load

if TYPE_CHECKING:
    from numpy.typing import NDArray

FAMILIES = ("cpp_templates", "image_signal", "lookup", "product", "search", "stencils")
"""Of the experience that ships, every fourth family in alphabetical order: no candidate is trained on them."""
WON = math.log(1.02)
"""Log ratio from which a first choice counts as won."""
BELOW = math.log(0.98)
"""Log ratio below which it counts as slower than -O3."""


def write(path: Path, lots: Sequence[Lot], source: str) -> None:
    """Put lots into a file, whole or not at all; `source` says in a sentence where they are from."""
    builds = [lot.builds.view(np.uint32) ^ lot.plain.view(np.uint32) for lot in lots]
    about = {
        **stamp(),
        "source": source,
        "lots": [{"kernel": lot.kernel, "family": lot.family, "recipes": lot.recipes} for lot in lots],
    }
    with NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
        np.savez_compressed(
            file,
            about=np.frombuffer(json.dumps(about).encode(), np.uint8),
            plain=np.stack([lot.plain for lot in lots]),
            builds=np.concatenate(builds),
            worth=np.concatenate([lot.worth for lot in lots]),
        )
    Path(file.name).chmod(0o644)
    Path(file.name).replace(path)


def read(path: Path) -> list[Lot]:
    """What `write` left.  Raises InputError: no such file, or one for other profiles."""
    try:
        with np.load(path) as data:
            about = json.loads(bytes(data["about"]))
            plain, builds, worth = (data[name] for name in ("plain", "builds", "worth"))
    except (OSError, ValueError, KeyError) as problem:
        raise InputError(f"{path}: no regression set: {problem}", hint="data/regression.npz is one") from None
    if wrong := [name for name, value in stamp().items() if about.get(name) != value]:
        raise InputError(
            f"{path}: made with another {wrong[0]} than this Passwright's",
            hint="python -m passwright.policy.regression makes it anew",
        )
    lots, begin = [], 0
    for one, profile in zip(about["lots"], plain, strict=True):
        end = begin + len(one["recipes"])
        own = (builds[begin:end] ^ profile.view(np.uint32)).view(np.float32)
        lots.append(Lot(one["kernel"], one["family"], tuple(one["recipes"]), profile, own, worth[begin:end]))
        begin = end
    return lots


def first_choice(model: BuildModel, lot: Lot) -> float:
    """Measured log ratio of what a model takes without a run; 0 where it stays with -O3."""
    distinct = ~lot.same
    if not distinct.any():
        return 0.0
    found = BuildWorth.of(model.raw(features(lot.plain, lot.builds[distinct])))
    choice = Choice(**model.about["choice"])
    cautious = found.cautious(choice.caution)
    best = int(cautious.argmax())
    if found.doubt[best] > model.about["doubt"] or cautious[best] <= choice.threshold:
        return 0.0
    return float(lot.worth[distinct][best])


def choices(model: BuildModel | None, lots: Iterable[Lot]) -> NDArray[np.float64]:
    """First choices, a log ratio by lot; without a model -O3 everywhere."""
    return np.array([first_choice(model, lot) if model else 0.0 for lot in lots])


def seen(model: BuildModel | None) -> set[str]:
    """Families that a model was trained on."""
    return set(model.about["trained"]["families"]) if model else set()


@dataclass(frozen=True)
class Compared:
    """A candidate beside the incumbent, over the kernels that neither has seen the like of.

    Attributes:
        kernels, families: that were compared. lots: kernels by machine.
        old, new: geometric means of the first choices' gains. best: of the best known build.
        ratio: new / old with its bootstrap 95 % interval over kernels.
        won: lots that the incumbent won. kept: of those, how many the candidate wins too. gained: newly won.
        below: shares of lots slower than -O3, incumbent's and candidate's.
    """

    kernels: int
    families: tuple[str, ...]
    lots: int
    old: float
    new: float
    best: float
    ratio: tuple[float, float, float]
    won: int
    kept: int
    gained: int
    below: tuple[float, float]

    @property
    def compatibility(self) -> float:
        """Share of won kernels that stay won; 1 where none was won."""
        return self.kept / self.won if self.won else 1.0

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self) | {"compatibility": self.compatibility}


def compare(old: BuildModel | None, new: BuildModel, lots: Sequence[Lot]) -> Compared:
    """Judge two models.  Raises InputError where one of them has seen all families."""
    known = seen(old) | seen(new)
    fair = [lot for lot in lots if lot.family not in known]
    if not fair:
        raise InputError(
            "no kernel of the regression set is of a family that neither model was trained on",
            hint="collect some: python -m passwright.policy.collect --validation, then policy.regression",
        )
    before, after = choices(old, fair), choices(new, fair)
    best = np.array([max(0.0, float(lot.worth.max())) for lot in fair])
    won = before >= WON
    names = [lot.kernel for lot in fair]
    return Compared(
        kernels=len(set(names)),
        families=tuple(sorted({lot.family for lot in fair})),
        lots=len(fair),
        old=_gain(names, before)[0],
        new=_gain(names, after)[0],
        best=_gain(names, best)[0],
        ratio=_gain(names, after - before),
        won=int(won.sum()),
        kept=int((won & (after >= WON)).sum()),
        gained=int((~won & (after >= WON)).sum()),
        below=(float((before < BELOW).mean()), float((after < BELOW).mean())),
    )


def _gain(names: Sequence[str], logs: NDArray[np.float64]) -> tuple[float, float, float]:
    """Geometric mean with its interval over kernels; a kernel on several machines counts once."""
    by: dict[str, list[float]] = {}
    for name, value in zip(names, logs.tolist(), strict=True):
        by.setdefault(name, []).append(value)
    return geometric_mean([math.exp(sum(values) / len(values)) for values in by.values()])


@dataclass(frozen=True)
class Weakness:
    """How far first choices stay behind the best that is known of a family.

    Attributes:
        lots: kernels by machine. behind: of them, those whose choice is more than 10 % slower than the best known.
        slower: those whose choice is slower than -O3. kept: those where -O3 was kept though 10 % were to be had.
        chosen, best: geometric means.
        seen: whether the model was trained on the family, so that the figures flatter it.
    """

    family: str
    lots: int
    behind: int
    slower: int
    kept: int
    chosen: float
    best: float
    seen: bool

    @property
    def loss(self) -> float:
        """Log gain that is lost on all kernels of the family together."""
        return self.lots * (math.log(self.best) - math.log(self.chosen))

    @property
    def sentence(self) -> str:
        """What to improve."""
        known = ", though it was trained on them" if self.seen else ""
        why = [f"{_times(self.kept)} it stayed with -O3"] if self.kept else []
        why += [f"{_times(self.slower)} it chose something slower than -O3"] if self.slower else []
        return (
            f"{self.family}: the first choice gives {self.chosen:.2f}x where {self.best:.2f}x is known{known}; on "
            f"{self.behind} of {self.lots} kernels more than 10 % are lost"
            + (f" ({', '.join(why)})" if why else "")
        )


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def weaknesses(model: BuildModel | None, lots: Sequence[Lot]) -> list[Weakness]:
    """By family, the largest loss first."""
    known = seen(model)
    found = []
    chosen = choices(model, lots)
    for family in sorted({lot.family for lot in lots}):
        places = [number for number, lot in enumerate(lots) if lot.family == family]
        own = chosen[places]
        best = np.array([max(0.0, float(lots[number].worth.max())) for number in places])
        behind = best - own > math.log(1.1)
        found.append(
            Weakness(
                family,
                len(places),
                int(behind.sum()),
                int((own < BELOW).sum()),
                int((behind & (own == 0)).sum()),
                math.exp(own.mean()),
                math.exp(best.mean()),
                family in known,
            )
        )
    return sorted(found, key=lambda one: -one.loss)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(prog="python -m passwright.policy.regression", description=__doc__)
    add = result.add_argument
    add("--store", action="append", required=True, help="URL of a store; repeatable")
    add(
        "--profiles",
        type=Path,
        action="append",
        required=True,
        help="folder of its profiles; one for each store",
    )
    add("--family", action="append", help=f"repeatable (default: {', '.join(FAMILIES)})")
    add("--source", default="", help="a sentence on where the outcomes are from")
    add("--out", type=Path, default=Path("data/regression.npz"), help="(default: %(default)s)")
    return result


def main(argv: Sequence[str] | None = None) -> int:
    """Make the file; returns the exit code."""
    from passwright.policy.store import Store

    arguments = parser().parse_args(argv)
    wanted = set(arguments.family or FAMILIES)
    lots: list[Lot] = []
    try:
        for url, folder in zip(arguments.store, arguments.profiles, strict=True):
            with Store(url, create=False) as store:
                lots += [lot for lot in load(store, folder, held_out=()) if lot.family in wanted]
        if not lots:
            raise InputError(
                "the stores know nothing of these families", hint="check --family and --profiles"
            )
        write(arguments.out, sorted(lots, key=lambda lot: (lot.family, lot.kernel)), arguments.source)
    except PasswrightError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    counts: Mapping[str, int] = {one: sum(lot.family == one for lot in lots) for one in sorted(wanted)}
    print(
        f"{len(lots)} lots in {arguments.out}: {', '.join(f'{name} {count}' for name, count in counts.items())}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
