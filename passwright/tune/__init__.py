"""Tuning a program instead of a file: its build is recorded, its run is profiled, its hot functions are tuned in place.

`tune.py` is the whole way; `recorded.py` reads what the compilers wrote down, `tree.py` keeps the user's folder as it is,
`profile.py` finds the hot symbols and `hot.py` the kernels behind them, `builds.py` makes and runs the program with other
objects in it, `state.py` is what a run that was cut short goes on from. The command is `passwright tune`; docs/tune.md.
"""
