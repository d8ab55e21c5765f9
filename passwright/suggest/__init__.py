"""Dynamic optimisation: source patches that go beyond passes, each verified and measured, none applied silently.

`loops.py` reads loop nests, `algorithms.py`, `sorting.py`, `searching.py`, `memoise.py` and `parallel.py` propose changed
sources, `judge.py` verifies and times them against the original on its workload, `passwright suggest` shows them.
docs/suggest.md says what is recognised.
"""
