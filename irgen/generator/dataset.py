"""Makes the folder of examples that `train.py` reads: draws drafts, checks them, cuts them into tokens.

    python -m passwright.irgen.generator.dataset --out build/generator/data --drafts 200000 --jobs 2

Parts are made by processes side by side and kept, so that a run that was cut off goes on where it was; doubles are left out
in the end, when parts become shards. One program in a hundred, with all that says it, is for validation.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from passwright.irgen.generator import tokenizer as vocabulary
from passwright.irgen.generator.config import EOS, INTENTS, load_config
from passwright.irgen.generator.examples import (
    Checked,
    Text,
    all_families,
    check_bodies,
    code_texts,
    drafts,
    parse_texts,
    plain,
    stable_hash,
    write_bodies,
)
from passwright.irgen.generator.generator import read_words, words_json
from passwright.irgen.generator.placeholders import rewrite, words_of
from passwright.irgen.generator.shards import KINDS, Example, write
from passwright.irgen.notation.canonical import canonical
from passwright.irgen.synthesis.voice import Voice

PART = 2000
"""Drafts in a part."""
SHARD = 50_000
_VALIDATION = 100
_known: dict[str, Checked] = {}
"""What this process has checked."""


def prepare(out: Path, seed: int, size: int, sample: int = 500) -> None:
    """`words.json`, `tokenizer.json` and `families.json`, from `sample` drafts of each family."""
    rng = random.Random(f"{seed} words")
    modules = all_families()
    drawn = drafts(rng, Voice(rng, "train"), list(modules.values()), sample * len(modules))
    others = [english for english, _ in intent_sentences(rng, 4000)]
    words = words_of([d.english for d in drawn] + others)
    _write(out / "words.json", json.dumps(words_json(words)))
    texts: list[str] = [rewrite(plain(e), words).text for e in others]
    programs = {}
    for draft in drawn:
        texts.extend(t for one in parse_texts(draft, words, rng) for t in (one.source, one.target))
        whole = canonical(draft.program)
        programs[whole.text] = (whole.program, draft.family)
    unchecked = Checked(write_bodies(programs, 1))
    texts.extend(t for one, _ in code_texts(unchecked, programs) for t in (one.source, one.target))
    _write(out / "tokenizer.json", vocabulary.train(texts, size).to_str())
    _write(out / "families.json", json.dumps(sorted(modules)))


def is_validation(canonical_text: str) -> bool:
    """Whether the program with this canonical text is kept from training."""
    return stable_hash(canonical_text) % _VALIDATION == 0


def intent_sentences(rng: random.Random, count: int) -> list[tuple[str, str]]:
    """Sentences that ask for something else than a kernel, with what they ask for."""
    try:
        from passwright.irgen.synthesis import intents
    except ImportError:
        return []
    return [intents.draw(rng) for _ in range(count)]


def make_part(number: int, out: Path, seed: int, limits: tuple[int, int], styles: int) -> dict[str, Any]:
    """Draw, check and write one part; what it counts."""
    stats = out / "parts" / f"{number:05d}.json"
    if stats.is_file():
        found: dict[str, Any] = json.loads(stats.read_text())
        return found
    rng = random.Random(f"{seed} {number}")
    words = read_words(out / "words.json")
    modules = all_families()
    drawn = drafts(rng, Voice(rng, "train"), list(modules.values()), PART)
    whole = [canonical(d.program) for d in drawn]
    own = [w.text for w in whole]
    programs = {w.text: (w.program, d.family) for w, d in zip(whole, drawn, strict=True)}
    checked = check_bodies(programs, styles, _known)
    bodies: dict[str, list[str]] = {}
    for (text, _, _), body in checked.bodies.items():
        bodies.setdefault(text, []).append(body)
    texts: list[tuple[Text, str]] = list(code_texts(checked, programs))
    pairs: list[int] = []
    sentences: set[int] = set()
    for draft, text in zip(drawn, own, strict=True):
        for one in parse_texts(draft, words, rng) if text in bodies else ():
            texts.append((one, text))
            pairs.extend(stable_hash(f"{one.source}\n{body}") for body in bodies[text])
            sentences.add(stable_hash(draft.english))
    sizes = _encode(out, f"{number:05d}", texts, limits)
    result = {
        "drafts": len(drawn),
        "programs": len(programs),
        "outcomes": checked.outcomes,
        "families": dict(Counter(d.family for d in drawn)),
        "unusable": dict(Counter(d.family for d, text in zip(drawn, own, strict=True) if text not in bodies)),
        "pairs": pairs,
        "sentences": sorted(sentences),
        **sizes,
    }
    _write(stats, json.dumps(result))
    return result


def add_intents(out: Path, seed: int, count: int) -> None:
    """A part of sentences of which only the intent counts."""
    words = read_words(out / "words.json")
    texts = [
        (Text("intent", f"parse: {rewrite(plain(english), words).text}", "", "intent", intent), english)
        for english, intent in intent_sentences(random.Random(f"{seed} intents"), count)
    ]
    _encode(out, "intents", texts, (1 << 30, 1 << 30))


def _encode(out: Path, name: str, texts: list[tuple[Text, str]], limits: tuple[int, int]) -> dict[str, Any]:
    """Write a part's examples, those for validation apart; how many there were, and how many too long."""
    tokenizer = vocabulary.load(out / "tokenizer.json")
    families = [*json.loads((out / "families.json").read_text()), "intent"]
    sources = tokenizer.encode_batch([t.source for t, _ in texts], add_special_tokens=False)
    targets = tokenizer.encode_batch([t.target for t, _ in texts], add_special_tokens=False)
    found: dict[str, list[Example]] = {"train": [], "validation": []}
    keys: dict[str, list[int]] = {"train": [], "validation": []}
    long: Counter[str] = Counter()
    for (text, program), source, target in zip(texts, sources, targets, strict=True):
        wanted = [*target.ids, EOS] if text.target else []
        if len(source.ids) > limits[0] or len(wanted) > limits[1]:
            long[text.kind] += 1
            continue
        split = "validation" if is_validation(program) else "train"
        found[split].append(
            Example(
                source.ids,
                wanted,
                KINDS.index(text.kind),
                INTENTS.index(text.intent),
                families.index(text.family),
            )
        )
        keys[split].append(text.key)
    folder = out / "parts"
    for split, examples in found.items():
        write(folder / f"{split}-{name}.npz", examples)
        np.save(folder / f"{split}-{name}.keys.npy", np.array(keys[split], np.int64))
    return {"examples": len(texts), "too_long": dict(long)}


def assemble(out: Path, parts: Sequence[int], results: list[dict[str, Any]], seed: int) -> dict[str, Any]:
    """Shards without doubles, and the manifest."""
    rng = np.random.default_rng(seed)
    before = {*out.glob("*.npz")}
    counts: dict[str, Any] = {}
    add_intents(out, seed, sum(r["examples"] for r in results) // 25)
    families = [*json.loads((out / "families.json").read_text()), "intent"]
    seen: set[int] = set()
    for split in ("validation", "train"):
        chosen: list[Example] = []
        for name in (*(f"{number:05d}" for number in parts), "intents"):
            with np.load(out / "parts" / f"{split}-{name}.npz") as arrays:
                part = dict(arrays)
            keys = np.load(out / "parts" / f"{split}-{name}.keys.npy")
            for row, key in enumerate(keys.tolist()):
                if key not in seen:
                    seen.add(key)
                    chosen.append(_row(part, row))
        order = rng.permutation(len(chosen))
        for shard, start in enumerate(range(0, len(order), SHARD)):
            path = out / f"{split}-{shard:03d}.npz"
            write(path, [chosen[i] for i in order[start : start + SHARD]])
            before.discard(path)
        counts[split] = {
            "examples": len(chosen),
            "kinds": dict(Counter(KINDS[e.kind] for e in chosen)),
            "families": dict(Counter(families[e.family] for e in chosen)),
            "mean_source": round(float(np.mean([len(e.source) for e in chosen])), 1),
            "mean_target": round(float(np.mean([len(e.target) for e in chosen])), 1),
        }
    for old in before:
        old.unlink()
    tokenizer = vocabulary.load(out / "tokenizer.json")
    summed: dict[str, Counter[str]] = {k: Counter() for k in ("outcomes", "families", "unusable", "too_long")}
    for result in results:
        for name, counter in summed.items():
            counter.update(result[name])
    manifest = {
        "vocabulary": tokenizer.get_vocab_size(),
        "pairs": len({p for r in results for p in r["pairs"]}),
        "sentences": len({p for r in results for p in r["sentences"]}),
        "drafts": sum(r["drafts"] for r in results),
        "splits": counts,
        "checked": dict(summed["outcomes"]),
        "drawn": dict(summed["families"]),
        "unusable": dict(summed["unusable"]),
        "too_long": dict(summed["too_long"]),
        "seed": seed,
        "intents": list(INTENTS),
    }
    _write(out / "manifest.json", json.dumps(manifest, indent=1))
    return manifest


def _row(part: dict[str, Any], row: int) -> Example:
    def piece(side: str) -> list[int]:
        ends = part[f"{side}_ends"]
        found: list[int] = part[side][ends[row - 1] if row else 0 : ends[row]].tolist()
        return found

    return Example(
        piece("source"),
        piece("target"),
        int(part["kind"][row]),
        int(part["intent"][row]),
        int(part["family"][row]),
    )


def make(out: Path, drafts_wanted: int, jobs: int, seed: int, config: str, styles: int) -> dict[str, Any]:
    """The whole folder; the manifest."""
    sizes = load_config(config)
    (out / "parts").mkdir(parents=True, exist_ok=True)
    all_families()  # before processes are forked, so that all have the same code
    started = time.monotonic()
    if not (out / "families.json").is_file():
        prepare(out, seed, sizes.vocabulary)
        _say(f"{time.monotonic() - started:5.0f} s  vocabulary made")
    numbers = range(-(-drafts_wanted // PART))
    one = partial(make_part, out=out, seed=seed, limits=(sizes.source, sizes.target), styles=styles)
    results = []
    for result in _mapped(one, numbers, jobs):
        results.append(result)
        if len(results) % 5 == 0:
            done = sum(r["drafts"] for r in results)
            _say(
                f"{time.monotonic() - started:5.0f} s  {done} drafts, {sum(len(r['pairs']) for r in results)} pairs"
            )
    manifest = assemble(out, numbers, results, seed)
    _say(f"{time.monotonic() - started:5.0f} s  {manifest['pairs']} distinct pairs -> {out}")
    return manifest


def _mapped(one: Any, numbers: Iterable[int], jobs: int) -> Iterator[Any]:
    if jobs < 2:
        yield from map(one, numbers)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(one, numbers)


def _write(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(text)
    temporary.replace(path)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m passwright.irgen.generator.dataset", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("build/generator/data"))
    parser.add_argument("--drafts", type=int, default=200_000, help="sentences drawn, doubles included")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--config", default="small", help="whose vocabulary and lengths")
    parser.add_argument("--styles", type=int, default=2, help="bodies checked for a program")
    parser.add_argument(
        "--assemble", action="store_true", help="make shards of the parts that are there, no new ones"
    )
    options = parser.parse_args()
    if options.assemble:
        numbers = sorted(int(p.stem) for p in (options.out / "parts").glob("[0-9]*.json"))
        results = [json.loads((options.out / "parts" / f"{n:05d}.json").read_text()) for n in numbers]
        print(json.dumps(assemble(options.out, numbers, results, options.seed), indent=1))
        return
    manifest = make(options.out, options.drafts, options.jobs, options.seed, options.config, options.styles)
    print(json.dumps(manifest, indent=1))


if __name__ == "__main__":
    main()
