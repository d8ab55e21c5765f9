"""A fault drill: what the machine may do to Passwright is done to it on purpose, and what came of it is checked.

`drill.py` runs it, `subject.py` is what it is done to, `storage.py` and `processes.py` hold the faults. The rule
that every fault is checked by: nothing lost that was reported as saved, nothing wrong reported as right.
"""
