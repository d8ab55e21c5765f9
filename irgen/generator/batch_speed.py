"""What drawing for several requests together saves, against one by one.

    OPENBLAS_NUM_THREADS=1 python -m passwright.irgen.generator.batch_speed [--model DIR | --config small] [--samples 4]

In processor time, so that other work on the machine counts less. Steps are too small for threads of BLAS, which on a busy
machine wait for each other for most of the time.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from passwright.irgen.generator.batch import Asked, draw_many
from passwright.irgen.generator.config import Config, load_config
from passwright.irgen.generator.decode import Drawing, draw
from passwright.irgen.generator.inference import Network


@dataclass(frozen=True)
class Ratio:
    """Requests together against one by one: medians in seconds of processor time."""

    requests: int
    samples: int
    alone: float
    together: float

    @property
    def ratio(self) -> float:
        return self.alone / self.together


def compare(
    network: Network, counts: Sequence[int], *, samples: int = 1, tokens: int = 60, rounds: int = 5
) -> list[Ratio]:
    """Drawing `tokens` tokens for so many requests at a time, with inputs of 20 to 80 tokens, in turn with one by one."""
    rng = np.random.default_rng(1)
    found = []
    for count in counts:
        sources = [rng.integers(3, network.vocabulary, rng.integers(20, 80)).tolist() for _ in range(count)]
        # Of these weights nothing may come to its end: all are drawn to `most`.
        drawing = Drawing(samples=samples, most=tokens, sure=2.0)
        alone, together = [], []
        for _ in range(rounds):
            start = process_time()
            for source in sources:
                draw(network, source, drawing)
            middle = process_time()
            draw_many(network, [Asked(source, drawing) for source in sources])
            alone.append(middle - start)
            together.append(process_time() - middle)
        found.append(Ratio(count, samples, median(alone), median(together)))
    return found


def random_network(config: Config, vocabulary: int) -> Network:
    """A network of the configuration's shapes without any training: it takes as long as a trained one."""
    rng = np.random.default_rng(0)
    hidden, feed = config.hidden, config.feed_forward

    def drawn(*shape: int) -> NDArray[Any]:
        return rng.standard_normal(shape, np.float32) * np.float32(shape[0] ** -0.5)

    found: dict[str, NDArray[Any]] = {
        "shared": rng.standard_normal((vocabulary, hidden), np.float32),
        "intent.weight": drawn(hidden, 6),
        "intent.bias": np.zeros(6, np.float32),
    }
    for side, layers in (("encoder", config.encoder_layers), ("decoder", config.decoder_layers)):
        found[f"{side}.bias"] = rng.standard_normal((32, config.heads), np.float32)
        found[f"{side}.norm"] = np.ones(hidden, np.float32)
        for layer in range(layers):
            at = f"{side}.{layer}."
            shapes = {
                "qkv": (hidden, 3 * hidden),
                "o": (hidden, hidden),
                "wi": (hidden, feed),
                "wo": (feed, hidden),
            }
            if side == "decoder":
                shapes |= {"cq": (hidden, hidden), "ckv": (hidden, 2 * hidden), "co": (hidden, hidden)}
            found |= {at + name: drawn(*shape) for name, shape in shapes.items()}
            found |= {
                f"{at}n{n}": np.ones(hidden, np.float32) for n in (1, 2, 3)[: 3 if side == "decoder" else 2]
            }
    return Network(found, config)


def save(network: Network, path: Path) -> None:
    """Write the weights as `Network.load` reads them."""
    config = np.frombuffer(json.dumps(network.config.to_json()).encode(), np.uint8)
    with path.open("wb") as file:
        np.savez(file, config=config, **network.w)  # type: ignore[arg-type]


def main(argv: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m passwright.irgen.generator.batch_speed", description=__doc__
    )
    parser.add_argument(
        "--model", type=Path, help="a folder with weights.npz; default: weights drawn at random"
    )
    parser.add_argument("--config", default="small", help="of random weights (default: %(default)s)")
    parser.add_argument("--requests", type=int, nargs="+", default=[1, 2, 4, 8], help="at a time")
    parser.add_argument("--samples", type=int, default=1, help="of each request (default: %(default)s)")
    parser.add_argument("--tokens", type=int, default=60, help="of each sequence (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="medians are of these (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args(argv)
    if given.model is not None:
        network = Network.load(given.model / "weights.npz")
    else:
        config = load_config(given.config)
        network = random_network(config, config.vocabulary)
    found = compare(network, given.requests, samples=given.samples, tokens=given.tokens, rounds=given.rounds)
    if given.json:
        print(json.dumps([{**vars(one), "ratio": one.ratio} for one in found], indent=2))
        return 0
    print("| requests | one by one, ms | together, ms | ratio |")
    print("|---:|---:|---:|---:|")
    for one in found:
        print(f"| {one.requests} | {1e3 * one.alone:.0f} | {1e3 * one.together:.0f} | {one.ratio:.2f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
