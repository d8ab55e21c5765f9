"""The formal notation: what a kernel computes, in index notation, with types and shapes.

`syntax.py` is the tree, `parse.py` reads text, `text.py` writes the one canonical text, `meaning.py` computes it with
NumPy. [notation.md](../../docs/notation.md) has the language with examples.
"""
