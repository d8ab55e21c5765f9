"""Trains the generator on a folder of examples (`shards.py`), on one CPU, one GPU or several. Needs the extra `train`.

Batches hold examples of like length; the learning rate follows the time that is left, so that a run of any length ends
annealed. Ctrl-C and SIGTERM write a checkpoint and end the run; `--resume` goes on. Several GPUs: start it by
`accelerate launch -m passwright train generator …`.

    passwright train generator --data build/generator/data --out build/generator/small --config small --minutes 60
"""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from math import cos, pi
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import torch
from accelerate import Accelerator
from torch import Tensor, nn

from passwright.irgen.generator.config import Config, config_of
from passwright.irgen.generator.model import Generator, flops_per_token
from passwright.irgen.generator.shards import KINDS, Examples, batches, read

VALIDATION_ROWS = 768


@dataclass(frozen=True)
class Run:
    """One training run.

    Attributes:
        minutes: of training, those before a resumption included.
        checkpoint, validate: seconds between two.
        compile: None: on GPUs.
        report: called with a line for people.
        steps: at most; 0: no limit.
    """

    data: Path
    out: Path
    config: Config
    minutes: float
    seed: int = 0
    resume: bool = False
    checkpoint: float = 180.0
    validate: float = 240.0
    threads: int = 0
    compile: bool | None = None
    cpu: bool = False
    report: Callable[[str], None] = print
    steps: int = 0


@dataclass
class Progress:
    step: int = 0
    seconds: float = 0.0
    examples: int = 0
    epoch: int = 0
    batch: int = 0
    """Batches of the epoch that are done."""
    best: float = float("inf")
    worse: int = 0
    """Validations since the best."""


def train(run: Run) -> dict[str, Any]:
    """Train and leave `checkpoint.pt`, `log.jsonl` and TensorBoard events in `run.out`; the metrics of the end.

    Raises:
        InputError: no examples, or another tokenizer than the checkpoint's.
    """
    if run.threads:
        torch.set_num_threads(run.threads)
    torch.manual_seed(run.seed)
    bf16 = has_bf16(run.cpu)
    accelerator = Accelerator(
        mixed_precision="bf16" if bf16 else "no",
        gradient_accumulation_steps=run.config.accumulate,
        cpu=run.cpu or not torch.cuda.is_available(),
    )
    tokenizer = (run.data / "tokenizer.json").read_text()
    examples, validation = read(run.data, "train"), read(run.data, "validation")
    vocabulary = json.loads((run.data / "manifest.json").read_text())["vocabulary"]
    network = Generator(run.config, vocabulary)
    optimisers = _optimisers(network, run.config)
    average = {k: v.detach().clone() for k, v in network.named_parameters()} if run.config.average else {}
    done = Progress()
    checkpoint = run.out / "checkpoint.pt"
    run.out.mkdir(parents=True, exist_ok=True)
    if run.resume and checkpoint.is_file():
        state = torch.load(checkpoint, map_location="cpu", weights_only=True)
        network.load_state_dict(state["network"])
        for optimiser, kept in zip(optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(kept)
        average = state["average"]
        done = Progress(**state["progress"])
    prepared: list[Any] = list(accelerator.prepare(network, *optimisers))
    model, optimisers = prepared[0], prepared[1:]
    average = {k: v.to(accelerator.device) for k, v in average.items()}
    compiled = accelerator.device.type == "cuda" if run.compile is None else run.compile
    stepper = torch.compile(model, dynamic=True) if compiled else model
    peak = _peak(accelerator.device, bf16)
    grammars = _Grammars(tokenizer, run.config.syntax)
    log = _Log(run.out) if accelerator.is_main_process else None

    def save() -> None:
        if accelerator.is_main_process:
            state = {
                "network": accelerator.unwrap_model(model).state_dict(),
                "average": average,
                "optimisers": [o.state_dict() for o in optimisers],
                "progress": vars(done),
                "config": run.config.to_json(),
                "vocabulary": vocabulary,
                "seed": run.seed,
            }
            torch.save(state, checkpoint.with_suffix(".tmp"))
            checkpoint.with_suffix(".tmp").replace(checkpoint)

    def validated() -> dict[str, float]:
        with _averaged(accelerator.unwrap_model(model), average):
            return _validate(model, validation, run.config, accelerator)

    run.report(
        f"{sum(p.numel() for p in network.parameters()) / 1e6:.2f} M parameters, {vocabulary} tokens, "
        f"{len(examples)} examples, "
        f"{accelerator.device.type} {'bf16' if bf16 else 'f32'}, peak {peak / 1e9:.0f} GFLOP/s"
    )
    metrics: dict[str, Any] = {}
    last_save = last_check = window_start = time.monotonic()
    window = _Window()
    stopped = ""
    with _stop_signal() as asked:
        started = time.monotonic() - done.seconds
        for batch in _batches(examples, run, done, accelerator.num_processes, accelerator.process_index):
            rate = run.config.rate * schedule(
                min(done.seconds / (60 * run.minutes), 1.0) if not run.steps else done.step / run.steps,
                run.config.warmup,
            )
            for optimiser in optimisers:
                for group in optimiser.param_groups:
                    group["lr"] = rate * group.get("scale", 1.0)
            allowed, masked = grammars.of(batch, done.step, len(grammars.rows))
            with accelerator.accumulate(model):
                losses = stepper(
                    *(
                        torch.from_numpy(batch[k]).to(accelerator.device)
                        for k in ("source", "target", "intent")
                    ),
                    None if allowed is None else allowed.to(accelerator.device),
                    None if masked is None else masked.to(accelerator.device),
                )
                accelerator.backward(losses.total)
                if accelerator.sync_gradients:
                    accelerator.clip_grad_norm_(model.parameters(), 1.0)
                for optimiser in optimisers:
                    optimiser.step()
                    optimiser.zero_grad()
            if accelerator.sync_gradients:
                done.step += 1
                _update(average, accelerator.unwrap_model(model), run.config.average, done.step)
            done.batch += 1
            done.examples += len(batch["kind"]) * accelerator.num_processes
            done.seconds = time.monotonic() - started
            window.add(batch, losses)
            if done.step % 20 == 0 and accelerator.sync_gradients and log is not None:
                row = window.row(
                    run.config, vocabulary, time.monotonic() - window_start, peak, accelerator.num_processes
                )
                row |= {"examples": done.examples, "minutes": done.seconds / 60, "rate": rate}
                log.write(done.step, row)
                run.report(_line(done, row))
                window, window_start = _Window(), time.monotonic()
            now = time.monotonic()
            over = done.seconds >= 60 * run.minutes or (run.steps and done.step >= run.steps)
            if now - last_check > run.validate or over or asked():
                if not asked():
                    metrics = validated()
                    if log is not None:
                        log.write(done.step, {f"validation/{k}": v for k, v in metrics.items()})
                    run.report("validation: " + ", ".join(f"{k} {v:.4f}" for k, v in metrics.items()))
                    better = metrics["loss"] < done.best
                    done.worse = 0 if better else done.worse + 1
                    done.best = min(done.best, metrics["loss"])
                last_check = window_start = time.monotonic()
                window = _Window()
            if now - last_save > run.checkpoint:
                save()
                last_save = time.monotonic()
            if over or asked() or done.worse >= run.config.patience:
                stopped = "interrupted" if asked() else "time" if over else "no better"
                break
    save()
    if log is not None:
        log.close()
    return {
        **metrics,
        "steps": done.step,
        "examples": done.examples,
        "minutes": done.seconds / 60,
        "stopped": stopped,
    }


def schedule(progress: float, warmup: float) -> float:
    """The learning rate's share of its peak after a share `progress` of the time: up along a line, down along a cosine."""
    if progress < warmup:
        return max(progress / warmup, 0.01)
    return 0.02 + 0.98 * 0.5 * (1 + cos(pi * min((progress - warmup) / (1 - warmup), 1.0)))


def load_checkpoint(path: Path, averaged: bool = True) -> tuple[Generator, Config]:
    """The network of a checkpoint, with the moving average of the weights where there is one."""
    state = torch.load(path, map_location="cpu", weights_only=True)
    config = config_of(state["config"], str(path))
    network = Generator(config, state["vocabulary"])
    network.load_state_dict(state["network"])
    if averaged:
        with torch.no_grad():
            for name, parameter in network.named_parameters():
                if name in state["average"]:
                    parameter.copy_(state["average"][name])
    return network.eval(), config


def _batches(
    examples: Examples, run: Run, done: Progress, world: int, rank: int
) -> Iterator[dict[str, np.ndarray[Any, Any]]]:
    """Batches without end, those that are done left out; every process gets as many. Each pass reads the folder anew where
    it has changed, so that a data set may still grow while training goes on."""
    config, manifest = run.config, run.data / "manifest.json"
    made = manifest.stat().st_mtime
    for epoch in count(done.epoch):
        if manifest.stat().st_mtime != made:
            made = manifest.stat().st_mtime
            examples = read(run.data, "train")
            run.report(f"{len(examples)} examples now")
        rng = np.random.default_rng((run.seed, epoch))
        skip = done.batch if epoch == done.epoch else 0
        done.epoch, done.batch = epoch, skip
        group: list[np.ndarray[Any, Any]] = []
        at = 0
        for rows in batches(examples, config.tokens, rng, (config.source, config.target)):
            group.append(rows)
            if len(group) == world:
                at += 1
                if at > skip:
                    yield examples.batch(group[rank])
                group = []
        done.batch = 0


class _Grammars:
    """Masks of the syntactic term, for the first rows of every batch whose task has a grammar."""

    def __init__(self, tokenizer: str, weight: float) -> None:
        self.rows = range(2) if weight else range(0)
        self.found: dict[int, Any] = {}
        if not weight:
            return
        from passwright.irgen.generator.masks import GRAMMARS, grammar

        for kind, name in ((0, "notation"), (1, "c")):
            if (GRAMMARS / f"{name}.lark").is_file():
                self.found[kind] = grammar(tokenizer, name)

    def of(self, batch: Mapping[str, Any], step: int, most: int) -> tuple[Tensor | None, Tensor | None]:
        """[rows, length, vocabulary] of what is allowed, and the rows' numbers; not at every step."""
        if not self.found or step % 4:
            return None, None
        masks, rows = [], []
        for row in range(min(most, len(batch["kind"]))):
            grammar = self.found.get(int(batch["kind"][row]))
            target = batch["target"][row]
            length = int((target != 0).sum())
            along = grammar.along(target[:length].tolist()) if grammar is not None and length else None
            if along is not None:
                masks.append(np.pad(along, ((0, len(target) - length), (0, 0)), constant_values=True))
                rows.append(row)
        if not masks:
            return None, None
        return torch.from_numpy(np.stack(masks)), torch.tensor(rows)


def _optimisers(network: nn.Module, config: Config) -> list[torch.optim.Optimizer]:
    named = list(network.named_parameters())
    if config.optimizer == "adafactor":
        from transformers import Adafactor

        return [Adafactor([p for _, p in named], lr=config.rate, relative_step=False, scale_parameter=False)]
    # T5 does not divide attention scores by the root of the head size: queries begin that much smaller, and have to move
    # that much slower, or attention saturates within minutes.
    queries = [p for n, p in named if n.endswith(".q.weight")]
    slow = config.head_size**-0.5
    decay = [
        p
        for n, p in named
        if p.ndim == 2 and "shared" not in n and "bias" not in n and not n.endswith(".q.weight")
    ]
    rest = [p for n, p in named if not (p.ndim == 2 and "shared" not in n and "bias" not in n)]
    groups: list[dict[str, Any]] = [
        {"params": decay, "weight_decay": 0.01},
        {"params": queries, "weight_decay": 0.01, "scale": slow},
        {"params": rest, "weight_decay": 0.0},
    ]
    if config.optimizer == "muon":
        # Matrices by Muon (orthogonalised momentum; Jordan 2024), its step scaled to AdamW's; the rest by AdamW.
        muon = torch.optim.Muon(
            decay, lr=config.rate, weight_decay=0.01, ns_steps=4, adjust_lr_fn="match_rms_adamw"
        )
        return [muon, torch.optim.AdamW(groups[1:], lr=config.rate, betas=(0.9, 0.98))]
    return [torch.optim.AdamW(groups, lr=config.rate, betas=(0.9, 0.98))]


@torch.no_grad()
def _update(average: dict[str, Tensor], network: nn.Module, decay: float, step: int) -> None:
    """The moving average, which follows faster in the beginning."""
    if not average:
        return
    now = min(decay, (1 + step) / (10 + step))
    parameters = dict(network.named_parameters())
    torch._foreach_lerp_(list(average.values()), [parameters[k].detach() for k in average], 1 - now)


@contextmanager
def _averaged(network: nn.Module, average: Mapping[str, Tensor]) -> Iterator[None]:
    """The network with its averaged weights."""
    kept = {k: p.detach().clone() for k, p in network.named_parameters()} if average else {}
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if name in average:
                parameter.copy_(average[name])
    try:
        yield
    finally:
        with torch.no_grad():
            for name, parameter in network.named_parameters():
                if name in kept:
                    parameter.copy_(kept[name])


@torch.no_grad()
def _validate(
    model: nn.Module, examples: Examples, config: Config, accelerator: Accelerator
) -> dict[str, float]:
    """Loss and the share of sequences that are right token by token, by task, on the first rows of the split."""
    model.eval()
    sums: dict[str, float] = {}
    counts: dict[str, float] = {}
    for kind, name in enumerate(KINDS):
        rows = np.flatnonzero(examples.kind == kind)[: VALIDATION_ROWS // len(KINDS)]
        lengths = examples.lengths()
        rows = rows[(lengths[0][rows] <= config.source) & (lengths[1][rows] <= config.target)]
        rows = rows[np.argsort(lengths[1][rows])]
        for part in np.array_split(rows, max(len(rows) // 64, 1)):
            if not len(part):
                continue
            batch = examples.batch(part)
            with accelerator.autocast():
                losses = model(
                    *(
                        torch.from_numpy(batch[k]).to(accelerator.device)
                        for k in ("source", "target", "intent")
                    )
                )
            value = (
                {"intent": losses.intent}
                if name == "intent"
                else {"loss": losses.tokens, "right": losses.right}
            )
            for key, number in value.items():
                sums[f"{name}/{key}"] = sums.get(f"{name}/{key}", 0.0) + float(number) * len(part)
                counts[f"{name}/{key}"] = counts.get(f"{name}/{key}", 0.0) + len(part)
    model.train()
    found = {key: sums[key] / counts[key] for key in sums}
    return {"loss": float(np.mean([v for k, v in found.items() if k.endswith("/loss")])), **found}


def has_bf16(cpu: bool) -> bool:
    """Whether bf16 is fast here: on GPUs that have it, and on CPUs with AVX-512 BF16 or AMX."""
    if torch.cuda.is_available() and not cpu:
        return torch.cuda.is_bf16_supported()
    flags = Path("/proc/cpuinfo")
    return flags.is_file() and "avx512_bf16" in flags.read_text()


def _peak(device: torch.device, bf16: bool) -> float:
    """Floating-point operations per second of a large matrix product in the same type on the same device."""
    kind = torch.bfloat16 if bf16 else torch.float32
    size = 8192 if device.type == "cuda" else 1024
    left = torch.randn(size, size, device=device, dtype=kind)
    best = 0.0
    for _ in range(6):
        if device.type == "cuda":
            torch.cuda.synchronize()
        start = time.perf_counter()
        for _ in range(4):
            left @ left
        if device.type == "cuda":
            torch.cuda.synchronize()
        best = max(best, 4 * 2 * size**3 / (time.perf_counter() - start))
    return best


class _Window:
    """What the last steps did."""

    def __init__(self) -> None:
        self.sources = self.targets = self.count = 0
        self.sums: dict[str, Tensor] = {}

    def add(self, batch: Mapping[str, Any], losses: Any) -> None:
        self.count += 1
        self.sources += int((batch["source"] != 0).sum())
        self.targets += int((batch["target"] != 0).sum())
        for key in ("tokens", "syntax", "intent", "right"):
            value = getattr(losses, key).detach()
            self.sums[key] = self.sums[key] + value if key in self.sums else value

    def row(
        self, config: Config, vocabulary: int, seconds: float, peak: float, world: int
    ) -> dict[str, float]:
        source, target = flops_per_token(config, vocabulary)
        flops = (self.sources * source + self.targets * target) / seconds
        means = {f"train/{k}": float(v) / self.count for k, v in self.sums.items()}
        return {
            **means,
            "tokens_per_second": (self.sources + self.targets) * world / seconds,
            "utilisation": flops / peak,
        }


def _line(done: Progress, row: Mapping[str, float]) -> str:
    return (
        f"{done.seconds / 60:5.1f} min  step {done.step:5d}  {done.examples:7d} examples  loss {row['train/tokens']:.4f}  "
        f"right {row['train/right']:.3f}  syntax {row['train/syntax']:.4f}  intent {row['train/intent']:.3f}  "
        f"{row['tokens_per_second']:.0f} tokens/s  utilisation {100 * row['utilisation']:.0f} %"
    )


class _Log:
    """`log.jsonl`, and TensorBoard where it is installed."""

    def __init__(self, folder: Path) -> None:
        self._file = (folder / "log.jsonl").open("a", encoding="utf-8")
        self._board: Any = None
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError:
            return
        self._board = SummaryWriter(str(folder))

    def write(self, step: int, scalars: Mapping[str, float]) -> None:
        self._file.write(json.dumps({"step": step, **scalars}) + "\n")
        self._file.flush()
        if self._board is not None:
            for name, value in scalars.items():
                self._board.add_scalar(name, value, step)

    def close(self) -> None:
        self._file.close()
        if self._board is not None:
            self._board.close()


@contextmanager
def _stop_signal() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C or SIGTERM has come; a second Ctrl-C ends at once."""
    came = False

    def note(number: int, frame: FrameType | None) -> None:
        nonlocal came
        if came:
            raise KeyboardInterrupt
        came = True

    try:
        before = {s: signal.signal(s, note) for s in (signal.SIGINT, signal.SIGTERM)}
    except ValueError:  # not in the main thread
        before = {}
    try:
        yield lambda: came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
