"""Mutants: kernels with one planted change, each labelled by running it.

`operators.py` and `statements.py` plant defects, `heap.py` moves local arrays to the
heap and misuses them, `rewrites.py` changes how a source is written but not what it means, `label.py` runs what came out,
`draw.py` chooses variants of a kernel, `rows.py` is the data set's row, `make.py` goes through many kernels.
`python -m passwright.bench.mutants --help` makes the set.
"""
