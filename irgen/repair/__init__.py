"""Repair: a broken source and what is wrong with it go in, a fixed source comes out.

    from passwright.irgen.repair.search import repair

    found = repair(text, diagnose, judge, seconds=20)
    found.status, found.text, found.edits

`diagnostics.py` asks clang, `names.py` and `context.py` read the source, `edits.py` is the candidate. `grammar.py` (with
`declarations.py`, `swaps.py`, `statements.py`) and `syntax.py` (with `messages.py`, `brackets.py`) draw candidates, and
`patterns.py` those that were mined from pairs of broken and fixed programs. `features.py` and `ranker.py` put them into
order, `search.py` tries them, `show.py` says what was done. Judging comes as a callable: what is right is known on higher
floors (bench/repair).
"""
