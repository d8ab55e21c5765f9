"""Words one drawn operation: one of its clauses becomes a whole requirement, and its program takes the sentence's names.

`compose` takes verb phrases in base form ("add {x} to {y}"), noun phrases for the result ("the sum of {x}"), titles without
arguments ("dot product"), formulas ("C = A * B") and whole sentences, and needs only one of these kinds; operation.py
explains the templates.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from passwright.irgen.notation.parse import parse
from passwright.irgen.synthesis import words
from passwright.irgen.synthesis.draft import Draft
from passwright.irgen.synthesis.frames import capital, frame
from passwright.irgen.synthesis.mentions import Mentions
from passwright.irgen.synthesis.operation import WORD, Argument, Operation, renamed
from passwright.irgen.synthesis.variant import Variant, draw_variant
from passwright.irgen.synthesis.voice import Voice

Form = Literal["verb", "noun", "title", "formula", "sentence"]
_WEIGHTS: dict[Form, float] = {"verb": 45, "noun": 40, "title": 14, "formula": 14, "sentence": 8}
_MENTION = re.compile(r"\{([A-Za-z_]\w*)\}|\x01(\w+)\x02")
_DEFAULTS = {"array": "xyzwuv", "matrix": "ABCDEF", "scalar": "abcdefg", "size": "nmpqhg", "return": "sr"}


def compose(voice: Voice, operation: Operation) -> Draft:
    """The requirement and its program; one of thousands of wordings."""
    while (draft := _compose(voice, operation)) is None:
        voice.taken()
    return draft


def _compose(voice: Voice, operation: Operation) -> Draft | None:
    """Nothing where sizes are numbers that no mention told."""
    rng = voice.rng
    variant = draw_variant(rng, operation)
    form = _form(voice, operation, variant)
    template = _template(voice, operation, form)
    if form == "formula":
        template = _formula(voice, variant, template)
    say = Mentions(voice, operation, variant, template)
    given = ""
    # Formulas without subscripts, and matrices by their bare names, do not tell ranks: a description does.
    vague = form == "formula" and "[" not in template and ":" not in template
    titled = form == "formula" and bool(operation.titles) and rng.random() < 0.35
    bare = any(len(a.shape) > 1 and f"{{!{a.name}}}" in template for a in say.inputs)
    if (
        (vague and not titled)
        or (bare and form in ("verb", "noun"))
        or (form in ("verb", "noun", "title") and (variant.fixed_sizes or rng.random() < 0.3))
    ):
        given = say.description()
    core = say.render(template)
    if form == "title":
        core += _objects(say)
    elif titled:
        core = f"{say.render(_template(voice, operation, 'title'))}: {core}"
    core += "".join(say.render(clause) for clause in operation.clauses)
    if form in ("verb", "noun", "title"):
        core += _ending(say, variant)
    function = operation.function or operation.name
    returned = any(a.role == "return" for a in variant.arguments)
    english, language = frame(voice, form, core, given, function, returned)
    after = [*(say.render(r) for r in operation.remarks), *_notes(say, variant)]
    if not variant.fixed_sizes <= say.mentioned:
        return None
    if after and english[-1] not in ".?!:":
        english += "."
    return _draft(voice, operation, variant, say, " ".join([english, *after]), function, language == "cpp")


def _form(voice: Voice, operation: Operation, variant: Variant) -> Form:
    weights = {
        f: w * min(1.0, 0.5 + len(_options(operation, f)) / 8)
        for f, w in _WEIGHTS.items()
        if _options(operation, f)
    }
    if variant.fixed_sizes:  # which want arrays described
        weights = {f: w for f, w in weights.items() if f in ("verb", "noun")} or weights
    if variant.numbers and set(weights) - {"title"}:
        weights.pop("title", None)  # titles mention no numbers
    return voice.rng.choices(list(weights), list(weights.values()))[0]


def _options(operation: Operation, form: Form) -> tuple[str, ...]:
    return {
        "verb": operation.verbs,
        "noun": operation.nouns,
        "title": operation.titles,
        "formula": operation.formulas,
        "sentence": operation.sentences,
    }[form]


def _template(voice: Voice, operation: Operation, form: Form) -> str:
    return voice.pick(f"{operation.family}.{operation.name}.{form}s", _options(operation, form))


def _formula(voice: Voice, variant: Variant, text: str) -> str:
    """`y[i] = a * x[i]` as a template of bare names, with brackets and blanks in one of the usual styles."""
    rng = voice.rng
    known = {a.name for a in variant.arguments} | set(variant.numbers) | set(variant.alias)
    text = WORD.sub(lambda m: f"{{!{m[0]}}}" if m[0] in known else m[0], text)
    style = rng.random()
    if style < 0.35 and "[" in text:
        text = text.replace(", ", "][")
    elif style < 0.5:
        text = text.replace(", ", ",")
    if rng.random() < 0.25:
        text = re.sub(r" ([-+*/=]|\+=) ", r"\1", text)
    return text


def _objects(say: Mentions) -> str:
    """ " of two vectors", after a title; mostly."""
    scalars = [a for a in say.variant.scalars if a.name not in say.mentioned]
    arrays = [a for a in say.inputs if a.name not in say.mentioned]
    if not scalars and (not arrays or (say.rng.random() < 0.3 and say.type_said)):
        return ""
    return f" {say.rng.choice(('of', 'for', 'of', 'on'))} {say.rest()}"


def _ending(say: Mentions, variant: Variant) -> str:
    """Where the result goes, if it is said."""
    pick = say.voice.pick
    if variant.in_place:
        first = variant.updated
        name = f"{{{first.name}}}" if say.named else f"the {say.short_noun(first)}"
        if len(say.inputs) > 1:
            options: tuple[str, ...] = (
                f", overwriting {name}", f" and ^store the result back in {name}", f", writing the result back into {name}",
                f"; {name} holds the result", f" and ^overwrite {name} with the result",
                f", storing the result in {name} itself",
            )  # fmt: skip
            return pick("in_place.which", options)
        options = (
            " in place", ", in place", f", overwriting {name}", f", updating {name} in place", " (in-place)",
            f" and ^store the result back in {name}", f"; {name} is modified in place", " without a second array",
            f", writing the result back into {name}", f" and ^overwrite {name} with the result",
        )  # fmt: skip
        return pick("in_place", options)
    out = variant.out
    if out is None or out.name in say.mentioned or say.rng.random() < (0.45 if say.named else 0.75):
        return ""
    where = say.output(out)
    options = (
        f" and ^store the result in {where}", f" and ^write the result to {where}", f", storing the result in {where}",
        f" into {where}", f" and ^save it in {where}", f"; store the results in {where}",
        f" and ^put the result in {where}", f", writing to {where}", f". Store the result in {where}",
        f". The result goes into {where}", f". Write the output to {where}", f" with the result stored in {where}",
        f", leaving the result in {where}", f" -> {where}", f". {capital(where)} receives the result",
        f", output in {where}",
    )  # fmt: skip
    return pick("into", options)


def _notes(say: Mentions, variant: Variant) -> list[str]:
    """Sentences that follow: the type and the size where nothing told them, and what changes nothing."""
    rng, pick = say.rng, say.voice.pick
    notes = []
    if not say.type_said:
        word = pick(f"type.plural.{variant.type}", words.TYPE_PLURALS[variant.type])
        notes.append(pick("type.note", words.TYPE_NOTES).replace("@", word))
    sizes = [a.name for a in variant.arguments if a.role == "size"]
    shapes = [a.shape for a in variant.arguments if a.shape]
    if say.sizes and len(sizes) == 1 and sizes[0] not in say.mentioned and set(shapes) == {(sizes[0],)}:
        n = say.name(sizes[0])
        whole = f"All arrays have length {n}." if len(shapes) > 1 else f"The array has length {n}."
        options: tuple[str, ...] = (
            f"{n} is the number of elements.", f"{n} is the length.", f"The length is {n}.", f"There are {n} elements.",
            f"The size is passed as {n}.", whole,
        )  # fmt: skip
        notes.append(pick("size.note", options))
    if rng.random() < 0.13:
        note = pick("note", words.NOTES)
        if note not in words.NOTES_THAT_KEEP_INPUTS or all(a.role != "inout" for a in variant.arguments):
            notes.append(note)
    if any(a.role == "return" for a in variant.arguments) and rng.random() < 0.06:
        options = ("The result is returned.", "Return the result.", "It returns the result.", "The value is returned.",
                   "Return it.")  # fmt: skip
        notes.append(pick("returned", options))
    return notes


def _draft(
    voice: Voice,
    operation: Operation,
    variant: Variant,
    say: Mentions,
    english: str,
    function: str,
    cpp: bool,
) -> Draft:
    """With new names, and arguments in the order of mention."""
    position: dict[str, int] = {}
    named: set[str] = set()
    for match in _MENTION.finditer(english):
        name = match[1] or match[2]
        position.setdefault(name, match.start())
        if match[1]:
            named.add(name)
    ordered = _ordered(variant, say, position, named)
    names = _names(voice, variant, ordered, named)
    english = _MENTION.sub(lambda m: f"{{{names[m[1]]}}}" if m[1] else "", english).replace(
        "\x03", f"{{{function}}}"
    )
    program = f"{renamed(variant.statements, names)} for {', '.join(a.text(names) for a in ordered)}"
    return Draft(
        operation.family,
        operation.operations or (operation.name,),
        english,
        parse(program),
        voice.taken(),
        function,
        "cpp" if cpp else "c",
    )


def _ordered(variant: Variant, say: Mentions, position: dict[str, int], named: set[str]) -> list[Argument]:
    """Arrays that are read and scalars by their first mention, outputs, sizes by their first use, what is returned."""
    far = 1 << 30
    twins: dict[str, list[str]] = {}
    for a in say.inputs:
        if a.name not in named:
            twins.setdefault(say.noun(a), []).append(a.name)
    for group in twins.values():  # "the second array" stays the second, wherever it is mentioned
        position |= zip(group, sorted(position.get(name, far) for name in group), strict=True)
    ordered = sorted(say.inputs, key=lambda a: position.get(a.name, far))
    ordered += sorted(variant.scalars, key=lambda a: position.get(a.name, far))
    ordered += [a for a in variant.arguments if a.role == "out"]
    uses = WORD.findall(" ".join(" ".join((*a.shape, a.attributes)) for a in ordered))
    sizes = [a for a in variant.arguments if a.role == "size"]
    ordered += sorted(sizes, key=lambda a: uses.index(a.name) if a.name in uses else far)
    return ordered + [a for a in variant.arguments if a.role == "return"]


def _names(voice: Voice, variant: Variant, ordered: Sequence[Argument], named: set[str]) -> dict[str, str]:
    """The defaults for what the sentence does not name, the operation's own or random ones for the others."""
    rng = voice.rng
    names: dict[str, str] = {}
    counts: dict[str, int] = {}
    for a in ordered:
        at = counts.get(a.kind, 0)
        counts[a.kind] = at + 1
        if a.name not in named:
            names[a.name] = _DEFAULTS[a.kind][at]
    taken = {*names.values(), *(a.name for a in ordered), *WORD.findall(variant.statements), "i", "j", "k"}
    keep = rng.random() < 0.3
    for a in ordered:
        if a.name in names:
            continue
        if keep and a.name not in names.values():
            names[a.name] = a.name
            continue
        pool = words.NAMES[_pool(a)]
        name = pool[int(rng.random() ** 1.5 * len(pool))]
        while name in taken or name in words.RESERVED:
            name = pool[int(rng.random() * len(pool))]
            if rng.random() < 0.1:
                name += str(rng.randint(0, 9))
        names[a.name] = name
        taken.add(name)
    return names


def _pool(argument: Argument) -> str:
    if argument.role in ("return", "size"):
        return argument.role
    if argument.kind == "scalar":
        return "scalar" if argument.type.startswith("f") else "count"
    if argument.role == "out":
        return "out" if argument.kind == "array" else "matrix out"
    return argument.kind if len(argument.shape) < 3 else "volume"
