"""Judges for irgen/repair: what is right, and where the defect may be.

`programs.py` runs whole programs on examples, `merged.py` builds several candidates as one, `reference.py` compares a kernel
with another source of it, `suspicion.py` finds suspicious lines from covered code and sanitizers. Everything that runs is
contained (bench/sandbox.py, bench/runner.py).
"""
