"""Recipes as bags of tokens, for models: passes, knobs with their values, attributes, and which round they stand in.

A token is hashed into one of BUCKETS; the same recipe always gives the same numbers, on every machine.
"""

from __future__ import annotations

import re
from functools import lru_cache
from zlib import crc32

from passwright.passes.recipe import Recipe

BUCKETS = 4096
"""Rows of a model's table of embeddings."""
_LARGE = re.compile(r"[a-z-]+<O[0-3sz]>")


def tokens(recipe: Recipe) -> list[str]:
    """Words about a recipe, in order, without duplicates.

    A knob counts with its value and by itself, each marked with the round it belongs to: 0 before and in the first whole -On
    pipeline, 1 before and in the second, and so on.
    """
    found: dict[str, None] = {}
    current = 0
    for step in recipe.steps:
        if step.kind != "passes":
            found[f"{step.kind} {_without_loop(step.text)}"] = None
            continue
        for word in re.findall(r"[A-Za-z][\w<>;=-]*", step.text):
            found[f"pass {current} {word}"] = None
        for name, value in step.knobs:
            found[f"knob {current} {name}"] = None
            found[f"knob {current} {name}={value}"] = None
            found[f"knob {name}={value}"] = None
        current += bool(_LARGE.fullmatch(step.text))
    found[f"rounds {current}"] = None
    return list(found)


@lru_cache(maxsize=65536)
def buckets(recipe: Recipe) -> tuple[int, ...]:
    """The tokens' buckets, sorted."""
    return tuple(sorted({crc32(token.encode()) % BUCKETS for token in tokens(recipe)}))


def _without_loop(text: str) -> str:
    return re.sub(r"\S+#\d+", "<loop>", text)
