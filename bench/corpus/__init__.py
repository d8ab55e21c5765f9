"""Kernels by the thousand to train on: a seeded grammar of what people and models write. docs/corpus.md says more."""

from __future__ import annotations

from passwright.bench.corpus.families import FAMILIES, HELD_OUT
from passwright.bench.corpus.generate import from_uri, generate
from passwright.bench.corpus.kernel import CorpusKernel

__all__ = ["FAMILIES", "HELD_OUT", "CorpusKernel", "from_uri", "generate"]
