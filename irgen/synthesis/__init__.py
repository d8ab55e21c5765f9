"""Draws pairs of an English requirement and its formal notation, for training and testing the generator.

`families/` hold the operations, `sentence.py` words them, `python -m passwright.irgen.synthesis --show 20` prints some.
"""
