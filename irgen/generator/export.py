"""A trained network as one `.npz` file for `inference.py`: half precision, names and layouts of its own. Needs torch.

Matrices are transposed (inputs first), the projections that read the same thing joined.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from passwright.irgen.generator.inference import Network
from passwright.irgen.generator.model import Generator
from passwright.irgen.generator.train import load_checkpoint


def arrays(network: Generator) -> dict[str, NDArray[Any]]:
    """Weights in single precision, by the names that `inference.py` reads."""
    state = {k: v.detach().float().cpu() for k, v in network.state_dict().items()}

    def joined(*names: str) -> torch.Tensor:
        return torch.cat([state[f"t5.{n}.weight"] for n in names]).T

    found: dict[str, torch.Tensor] = {
        "shared": state["t5.shared.weight"],
        "intent.weight": state["intent.weight"].T,
        "intent.bias": state["intent.bias"],
    }
    for side in ("encoder", "decoder"):
        layers = network.config.encoder_layers if side == "encoder" else network.config.decoder_layers
        found[f"{side}.bias"] = state[
            f"t5.{side}.block.0.layer.0.SelfAttention.relative_attention_bias.weight"
        ]
        found[f"{side}.norm"] = state[f"t5.{side}.final_layer_norm.weight"]
        for layer in range(layers):
            at, to = f"{side}.block.{layer}.layer", f"{side}.{layer}."
            last = 1 if side == "encoder" else 2
            own = f"{at}.0.SelfAttention"
            found[to + "qkv"] = joined(f"{own}.q", f"{own}.k", f"{own}.v")
            found[to + "o"] = joined(f"{own}.o")
            for n in range(last + 1):
                found[f"{to}n{n + 1}"] = state[f"t5.{at}.{n}.layer_norm.weight"]
            found[to + "wi"] = joined(f"{at}.{last}.DenseReluDense.wi")
            found[to + "wo"] = joined(f"{at}.{last}.DenseReluDense.wo")
            if side == "decoder":
                cross = f"{at}.1.EncDecAttention"
                found[to + "cq"] = joined(f"{cross}.q")
                found[to + "ckv"] = joined(f"{cross}.k", f"{cross}.v")
                found[to + "co"] = joined(f"{cross}.o")
    return {name: value.contiguous().numpy() for name, value in found.items()}


def save(network: Generator, path: Path) -> None:
    """Write the weights, whole or not at all."""
    half = {name: value.astype(np.float16) for name, value in arrays(network).items()}
    half["config"] = np.frombuffer(json.dumps(network.config.to_json()).encode(), np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    with temporary.open("wb") as file:
        np.savez_compressed(file, **half)  # type: ignore[arg-type]
    temporary.replace(path)


def restored(path: Path) -> Generator:
    """The network of a `weights.npz`, the inverse of `save`.

    Raises:
        InputError: the file is missing or is none of ours.
    """
    shipped = Network.load(path)
    network = Generator(shipped.config, shipped.vocabulary)
    state = network.state_dict()
    kinds = {
        "qkv": ("0.SelfAttention", "qkv"),
        "cq": ("1.EncDecAttention", "q"),
        "ckv": ("1.EncDecAttention", "kv"),
    }
    for name, value in shipped.w.items():
        weight = torch.from_numpy(value)
        match name.split("."):
            case ["shared"]:
                for alias in ("shared", "encoder.embed_tokens", "decoder.embed_tokens", "lm_head"):
                    state[f"t5.{alias}.weight"] = weight
            case ["intent", "weight"]:
                state["intent.weight"] = weight.T
            case ["intent", "bias"]:
                state["intent.bias"] = weight
            case [side, "bias"]:
                state[f"t5.{side}.block.0.layer.0.SelfAttention.relative_attention_bias.weight"] = weight
            case [side, "norm"]:
                state[f"t5.{side}.final_layer_norm.weight"] = weight
            case [side, layer, part]:
                at, last = f"t5.{side}.block.{layer}.layer", 1 if side == "encoder" else 2
                if part in kinds:
                    to, letters = kinds[part]
                    for letter, piece in zip(letters, weight.T.chunk(len(letters)), strict=True):
                        state[f"{at}.{to}.{letter}.weight"] = piece
                elif part in ("o", "co"):
                    state[f"{at}.{'0.SelfAttention' if part == 'o' else '1.EncDecAttention'}.o.weight"] = (
                        weight.T
                    )
                elif part in ("wi", "wo"):
                    state[f"{at}.{last}.DenseReluDense.{part}.weight"] = weight.T
                else:
                    state[f"{at}.{int(part[1]) - 1}.layer_norm.weight"] = weight
    network.load_state_dict(state)
    return network.eval()


def ship(checkpoint: Path, data: Path, folder: Path, metrics: Mapping[str, Any]) -> None:
    """Make `folder` what `Generator.load` reads: weights, vocabulary, words, and what is known of the training."""
    network, config = load_checkpoint(checkpoint)
    manifest = json.loads((data / "manifest.json").read_text())
    about = {
        "config": config.to_json(),
        "parameters": sum(p.numel() for p in network.parameters()),
        "training": dict(metrics),
        "data": {k: manifest[k] for k in ("pairs", "drafts", "splits", "checked") if k in manifest},
    }
    ship_network(network, data, folder, about)


def ship_network(network: Generator, vocabulary: Path, folder: Path, about: Mapping[str, Any]) -> None:
    """The same for a network, with the vocabulary and words of another folder."""
    folder.mkdir(parents=True, exist_ok=True)
    save(network, folder / "weights.npz")
    for name in ("tokenizer.json", "words.json"):
        shutil.copyfile(vocabulary / name, folder / name)
    (folder / "training.json").write_text(json.dumps(about, indent=1) + "\n")
