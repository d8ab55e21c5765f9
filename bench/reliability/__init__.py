"""How far a kernel can be trusted: defects, complexity, runtime errors, fault propagation, resources.

`reliability.py` is what comes out; every measure has a file of its own. What is measured, how it is normalised and
what it does not say is in docs/reliability.md.
"""
