"""Fits the intent head anew to a trained encoder: softmax(W · mean of the encoding + b), a convex problem with one answer.

    python -m passwright.irgen.generator.intent_head --weights build/generator/small/weights

In training the head sees the few sentences that ask for something else once among many that ask for kernels; here it gets
as many of each class, and all of them until it converges (L-BFGS, with a penalty on W). Sentences are drawn anew from
training wordings; what is printed is the accuracy on held-out ones, by class. Needs torch.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from passwright.irgen.generator.config import INTENTS
from passwright.irgen.generator.examples import all_families, plain
from passwright.irgen.generator.generator import WEIGHTS, Generator
from passwright.irgen.synthesis import intents
from passwright.irgen.synthesis.splits import HELD_OUT_FAMILIES
from passwright.irgen.synthesis.voice import Voice

PENALTY = 1e-3
"""Times the square of W's norm."""


def sentences(count: int, mode: str, seed: int) -> list[tuple[str, int]]:
    """`count` sentences of each class with its index; `mode` is "train" or "heldout" (wordings)."""
    rng = random.Random(f"{seed} {mode}")
    voice = Voice(rng, mode)  # type: ignore[arg-type]
    families = [m for name, m in sorted(all_families().items()) if name not in HELD_OUT_FAMILIES]
    found = []
    for number, intent in enumerate(INTENTS):
        for _ in range(count):
            english = (
                rng.choice(families).draw(rng, voice).english
                if intent == "generate"
                else intents.draw(rng, mode, intent)[0]  # type: ignore[arg-type]
            )
            found.append((plain(english), number))
    return found


def encoded(generator: Generator, drawn: Sequence[tuple[str, int]]) -> NDArray[np.float32]:
    """[sentences, hidden]: means of the encodings."""
    return np.stack([generator.encoding(english).mean(0) for english, _ in drawn])


def fit(
    means: NDArray[np.float32], labels: NDArray[np.int64]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """W [hidden, intents] and b [intents]."""
    x, y = torch.from_numpy(means), torch.from_numpy(labels)
    scale = x.std(0).clamp_min(1e-6)
    weight = torch.zeros(x.shape[1], len(INTENTS), requires_grad=True)
    bias = torch.zeros(len(INTENTS), requires_grad=True)
    optimiser = torch.optim.LBFGS([weight, bias], max_iter=300, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        value = (
            torch.nn.functional.cross_entropy((x / scale) @ weight + bias, y)
            + PENALTY * weight.square().sum()
        )
        value.backward()
        return value

    optimiser.step(loss)
    return (weight / scale[:, None]).detach().numpy(), bias.detach().numpy()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    parser.add_argument("--count", type=int, default=600, help="sentences of each class to fit to")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    generator = Generator.load(options.weights, constrained=False)
    train, test = sentences(options.count, "train", options.seed), sentences(150, "heldout", options.seed)
    labels = np.array([label for _, label in train])
    weight, bias = fit(encoded(generator, train), labels)
    means, truth = encoded(generator, test), np.array([label for _, label in test])
    right = (means @ weight + bias).argmax(1) == truth
    path = options.weights / "weights.npz"
    with np.load(path) as arrays:
        kept = {name: arrays[name] for name in arrays.files}
    kept |= {"intent.weight": weight.astype(np.float32), "intent.bias": bias.astype(np.float32)}
    temporary = path.with_suffix(".tmp.npz")
    np.savez_compressed(temporary, **kept)
    temporary.replace(path)
    accuracy = {name: float(right[truth == at].mean()) for at, name in enumerate(INTENTS)}
    print(
        json.dumps({"accuracy": float(right.mean()), "held-out sentences": len(test), **accuracy}, indent=2)
    )


if __name__ == "__main__":
    main()
