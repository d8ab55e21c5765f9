"""Bounded translation validation: does an optimised function refine the unoptimised one, for every input?

`validate.py` is what callers use, `__main__.py` the command. docs/translation-validation.md has the semantics, the
assumptions and what is left out. z3 comes with the extra `prove`; nothing imports it before a proof starts.
"""
