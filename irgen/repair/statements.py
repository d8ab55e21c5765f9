"""Candidates for wrong results: statements left out, added, moved or guarded, and parts of conditions."""

from __future__ import annotations

from collections.abc import Iterator

from passwright.irgen.repair.context import Context
from passwright.irgen.repair.edits import Candidate, join, opens, replace
from passwright.irgen.repair.grammar import COMPARISONS
from passwright.irgen.repair.names import KEYWORDS
from passwright.irgen.tokens import Splice

_BLOCKS = ("if", "for", "while", "switch", "do", "else")
MOST_ATOMS = 16
"""Conditions of the program that are tried as a part of another one."""


def statements(context: Context) -> Iterator[Candidate]:
    """All edits of this file."""
    yield from removals(context)
    yield from insertions(context)
    yield from moves(context)
    yield from conditions(context)


def beginnings(context: Context) -> list[int]:
    """Places where a statement of a function begins."""
    source = context.source
    found = []
    for first, last in source.bodies:
        for place in range(first + 1, last):
            before = source[place - 1]
            if context.bracket[place] == "" and (
                before in (";", "{", "}", "else", "do")
                or (before == ")" and _closes_header(context, place - 1))
                or (before == ":" and context.bracket[place - 1] == "")
            ):
                found.append(place)
    return found


def _closes_header(context: Context, place: int) -> bool:
    first = context.source.partner.get(place)
    return first is not None and context.source[first - 1] in ("if", "for", "while")


def removals(context: Context) -> Iterator[Candidate]:
    """A statement, a guard, an else or a jump less."""
    source = context.source
    declared = {one.place for one in context.names.all}
    for place in beginnings(context):
        text = source[place]
        if text == "if" and opens(source, place + 1):
            body = source.partner[place + 1] + 1
            end = context.body_end(body)
            if source[end + 1] != "else":
                yield replace(source, "missing_guard", place, body, [], "the condition left out")
        if text == "else":
            yield replace(source, "else", place, place + 1, [], "'else' left out")
        if text in _BLOCKS or text in ("{", "}", "else"):
            continue
        end = source.statement_end(place)
        if end < 0 or end - place > 40 or any(at in declared for at in range(place, end)):
            continue
        shown = " ".join(source.slice(place, end).split())
        kind = "jump" if text in ("break", "continue", "return", "goto") else "statement"
        alone = source[place - 1] in (")", "else")
        new = [";"] if alone else []
        yield replace(source, kind, place, end + 1, new, f"'{shown[:50]}' left out")
    for place in source.inside():
        if source[place] == "else":
            yield replace(source, "else", place, place + 1, [], "'else' left out")


def insertions(context: Context) -> Iterator[Candidate]:
    """An assignment, a jump or an else more."""
    source = context.source
    for place in beginnings(context):
        depth = context.depth[place]
        block = source[place - 1] in (";", "{", "}")
        if source[place] == "if" and source[place - 1] in (";", "}"):
            yield replace(source, "else", place, place, ["else"], "'else' in front of 'if'")
        if not block or source[place] == "else":
            continue
        if depth:
            yield replace(source, "jump", place, place, ["break", ";"], "'break' added")
            yield replace(source, "jump", place, place, ["continue", ";"], "'continue' added")
        scalars = [
            one
            for one in context.names.visible(place)
            if one.rank == 0 and not one.function and one.place < place
        ]
        for one in scalars[-12:]:
            for value in ("0", "1"):
                words = [one.name, "=", value, ";"]
                yield replace(
                    source, "missing_initialisation", place, place, words, f"'{one.name} = {value};' added"
                )
            for operator in ("++", "--"):
                yield replace(
                    source, "step", place, place, [one.name, operator, ";"], f"'{one.name}{operator};' added"
                )
        yield replace(source, "jump", place, place, ["return", "0", ";"], "'return 0;' added")
    for declared in context.names.all:  # int s; -> int s = 0;
        plain = not declared.function and declared.rank == 0 and source[declared.place + 1] in (";", ",")
        if plain and context.bracket[declared.place] != "(":
            for value in ("0", "1"):
                at = declared.place + 1
                yield replace(source, "initial", at, at, ["=", value], f"{declared.name} starts at {value}")
        if not declared.function and declared.rank >= 1 and source[declared.place + 1] == "[":
            at = declared.place + 1
            while source[at] == "[" and at in source.partner:
                at = source.partner[at] + 1
            if source[at] in (";", ","):
                yield replace(
                    source, "initial", at, at, ["=", "{", "0", "}"], f"{declared.name} starts as zeros"
                )


def moves(context: Context) -> Iterator[Candidate]:
    """Neighbouring statements exchanged, and one moved over the start or the end of a block."""
    source = context.source
    simple: dict[int, int] = {}
    for place in beginnings(context):
        if (
            source[place] not in _BLOCKS
            and source[place] not in ("{", "}")
            and source[place - 1] in (";", "{", "}")
        ):
            end = source.statement_end(place)
            if end >= 0 and end - place <= 40:
                simple[place] = end
    for place, end in simple.items():
        body = source.slice(place, end)
        shown = " ".join(body.split())[:40]
        first, after = source.tokens[place].start, source.tokens[end].end
        cut = Splice(first, after, "")
        if end + 1 in simple:
            other = source.slice(end + 1, simple[end + 1])
            splices = (
                Splice(first, after, other),
                Splice(source.tokens[end + 1].start, source.tokens[simple[end + 1]].end, body),
            )
            yield Candidate("move", place, splices, f"'{shown}' one statement later")
        header = end + 1
        if source[header] in ("for", "while") and opens(source, header + 1):
            brace = source.partner[header + 1] + 1
            if source[brace] == "{":
                at = source.tokens[brace].end
                yield Candidate(
                    "move", place, (cut, Splice(at, at, " " + body)), f"'{shown}' into the loop that follows"
                )
        if source[end + 1] == "}" and end + 1 < len(source.tokens):
            at = source.tokens[end + 1].end
            yield Candidate("move", place, (cut, Splice(at, at, " " + body)), f"'{shown}' behind the block")
        if source[place - 1] == "{" and place - 1 in source.partner:
            opening = source.partner.get(place - 2, -1) - 1 if source[place - 2] == ")" else -1
            if opening > 0 and source[opening] in ("for", "while", "if"):
                at = source.tokens[opening].start
                yield Candidate(
                    "move", place, (cut, Splice(at, at, body + " ")), f"'{shown}' in front of the block"
                )
        if source[end + 1] in ("for", "while", "if"):
            last = context.body_end(end + 1)
            if last < len(source.tokens):
                at = source.tokens[last].end
                yield Candidate(
                    "move",
                    place,
                    (cut, Splice(at, at, " " + body)),
                    f"'{shown}' behind the block that follows",
                )


def conditions(context: Context) -> Iterator[Candidate]:
    """Parts of conditions left out, and taken from the program's other conditions."""
    source = context.source
    atoms = dict.fromkeys(_atoms(context))
    for place, token in enumerate(source.tokens):
        if token.text in ("&&", "||"):
            first, last = _operand_before(context, place), _operand_after(context, place)
            yield replace(
                source, "condition", first, place + 1, [], f"the left side of '{token.text}' left out"
            )
            yield replace(
                source, "condition", place, last + 1, [], f"the right side of '{token.text}' left out"
            )
        begins = token.text == "(" and source[place - 1] in ("if", "while") and place in source.partner
        if not begins and not (token.text == ";" and context.header[place - 1] == "condition"):
            continue
        end = source.partner[place] if begins else place
        for atom in list(atoms)[:MOST_ATOMS]:
            for operator in ("&&", "||"):
                shown = join([operator, *atom])
                yield replace(
                    source, "condition", end, end, [operator, *atom], f"'{shown}' added to the condition"
                )


def _atoms(context: Context) -> Iterator[tuple[str, ...]]:
    """`a < b` with simple sides, as the program has them."""
    source = context.source
    for place, token in enumerate(source.tokens):
        if token.text not in COMPARISONS:
            continue
        first, last = _side(context, place, -1), _side(context, place, 1)
        if first < place < last and last - first <= 12:
            yield tuple(one.text for one in source.tokens[first : last + 1])


def _side(context: Context, place: int, step: int) -> int:
    """The far end of the operand beside a comparison: names, numbers, subscripts and sums."""
    source = context.source
    at = place + step
    while 0 <= at < len(source.tokens):
        token = source.tokens[at]
        if token.text in ("]", ")") and step < 0 and at in source.partner:
            at = source.partner[at] - 1
            continue
        if token.text in ("[", "(") and step > 0 and at in source.partner:
            at = source.partner[at] + 1
            continue
        inside = token.kind in ("name", "number", "string") and token.text not in KEYWORDS
        if inside or token.text in ("+", "-", "*", "%", "/", ".", "->"):
            at += step
            continue
        break
    return at - step


def _operand_before(context: Context, place: int) -> int:
    source = context.source
    at = place - 1
    while at > 0 and source[at] not in ("(", "&&", "||", ";", "{", "=", "return", "!"):
        at = source.partner[at] if source[at] in (")", "]") and at in source.partner else at
        at -= 1
    return at + 1


def _operand_after(context: Context, place: int) -> int:
    source = context.source
    at = place + 1
    while at < len(source.tokens) and source[at] not in (")", "&&", "||", ";", "{", "?"):
        at = source.partner[at] if source[at] in ("(", "[") and at in source.partner else at
        at += 1
    return at - 1
