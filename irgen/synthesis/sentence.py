"""Words one drawn operation: its clauses, given as templates, become a whole requirement and a renamed program.

A template is English with slots and choices, all of it about the arguments by the names that the program text has:

    {x}          mention of an argument: "the float array {data} of length {n}" at first, "{data}" later; where the
                 sentence names nothing, "an array", "the first array"
    {x,y}        of several at once: "the arrays {a} and {b}", "two vectors"
    {t:threshold} with a word for what it is: "a threshold {t}", "the threshold 0.5"
    {each:x}     "each element of {x}"; {all:x} "the elements of {x}", "all values in {x}"
    {!x}         the bare name (for sentences that name everything)
    <a|b|>       one of these; may be nested
    ^verb        a verb that is conjugated with the sentence; the first word is, where none is marked

`compose` takes verb phrases in base form ("add {x} to {y}"), noun phrases for the result ("the sum of {x}"), titles without
arguments ("dot product"), formulas ("C = A * B") and whole sentences, and needs only one of these kinds.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from passwright.irgen.notation.parse import parse
from passwright.irgen.notation.syntax import BOUNDARIES
from passwright.irgen.synthesis import words
from passwright.irgen.synthesis.draft import Draft
from passwright.irgen.synthesis.frames import frame
from passwright.irgen.synthesis.voice import Voice

FLOATS: dict[str, float] = {"f64": 6, "f32": 4}
NUMERIC: dict[str, float] = {"f64": 60, "f32": 25, "i32": 12, "i64": 5}
"""Types to draw from, with weights; the first is what the program has where the sentence says nothing of it."""
INTEGERS: dict[str, float] = {"i32": 70, "i64": 20, "u32": 6, "i16": 4}
WORDS_OF_BITS: dict[str, float] = {"u32": 60, "u64": 25, "u8": 10, "u16": 5}

DEFAULTS: dict[str, str] = {
    "array": "xyzwuv",
    "matrix": "ABCDEF",
    "scalar": "abcdefg",
    "size": "nmpqhg",
    "return": "sr",
}


@dataclass(frozen=True)
class Argument:
    role: str
    type: str
    shape: tuple[str, ...]
    name: str
    attributes: str

    @property
    def kind(self) -> str:
        """`array` (1-D), `matrix` (more), `scalar`, `size` or `return`."""
        if self.role in ("size", "return"):
            return self.role
        return "scalar" if not self.shape else "array" if len(self.shape) == 1 else "matrix"

    def text(self, names: Mapping[str, str]) -> str:
        shape = f"[{', '.join(self.shape)}]" if self.shape else ""
        role = "" if self.role == "in" else self.role + " "
        whole = f"size {self.name}" if self.role == "size" else f"{role}{self.type}{shape} {self.name}"
        return _rename(whole + self.attributes, names)


_SIZE = re.compile(r"\s*(size|len)()() (\w+)((?: .*)?)$")
_DECLARATION = re.compile(r"\s*(?:(in|out|inout|return) )?\s*(?:(\w+)(?:\[([^\]]*)\])? )?(\w+)((?: .*)?)$")
_WORD = re.compile(r"[A-Za-z_]\w*")
_SLOT = re.compile(r"\{([^{}]*)\}")
_NAMED = re.compile(r"\{([A-Za-z_]\w*)\}|\x01(\w+)\x02")


def _rename(text: str, names: Mapping[str, str]) -> str:
    return _WORD.sub(lambda m: names.get(m[0], m[0]), text)


@lru_cache(8192)
def _arguments(text: str) -> tuple[Argument, ...]:
    """The declarations that a program's text ends in, its sizes completed."""
    found = []
    for each in re.split(r",(?![^\[]*\])", text):
        match = _SIZE.match(each) or _DECLARATION.match(each)
        assert match, each
        role, type_, shape, name, attributes = match.groups()
        dims = tuple(s.strip() for s in shape.split(",")) if shape else ()
        found.append(Argument(role or "in", type_ or "i64", dims, name, attributes))
    known = {a.name for a in found}
    for argument in list(found):
        for name in _WORD.findall(" ".join(argument.shape) + " " + argument.attributes):
            if name not in known and name not in ("sorted", "offsets", "in", "nonzero", "permutation"):
                known.add(name)
                found.append(Argument("size", "i64", (), name, ""))
    return tuple(found)


@lru_cache(8192)
def _pieces(template: str) -> tuple[object, ...]:
    """Texts, and tuples of alternatives, each again pieces."""
    stack: list[list[list[object]]] = [[[]]]
    for token in re.split(r"((?<![\s])>|^>|<(?![\s=])|\|)", template):
        if token == "<":
            stack.append([[]])
        elif token == "|" and len(stack) > 1:
            stack[-1].append([])
        elif token == ">" and len(stack) > 1:
            closed = stack.pop()
            stack[-1][-1].append(tuple(tuple(option) for option in closed))
        elif token:
            stack[-1][-1].append(token)
    assert len(stack) == 1, template
    return tuple(stack[0][0])


def choose(template: str, rng: random.Random) -> str:
    """The template with its `<a|b>` decided."""
    if "<" not in template:
        return template
    return _choose(_pieces(template), rng)


def _choose(pieces: tuple[object, ...], rng: random.Random) -> str:
    found = []
    for piece in pieces:
        if isinstance(piece, str):
            found.append(piece)
        else:
            assert isinstance(piece, tuple)
            found.append(_choose(piece[int(rng.random() * len(piece))], rng))
    return "".join(found)


@dataclass(frozen=True)
class Operation:
    """What `compose` words; see the module for the templates."""

    family: str
    name: str
    program: str
    """Notation with `T` for the type drawn; arrays `x y z w`, matrices `A B C`, scalars `a b c`, sizes `n m p`."""
    verbs: tuple[str, ...] = ()
    nouns: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    formulas: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()
    function: str = ""
    types: Mapping[str, float] | None = None
    roles: Mapping[str, str] | None = None
    """Words for scalars (and arrays), which the slots need not repeat: `{"t": "threshold"}`."""
    kinds: Mapping[str, tuple[str, ...]] | None = None
    """Nouns for arrays, in place of the general ones: `{"x": ("signal", "array")}`."""
    constants: Mapping[str, tuple[str, ...]] | None = None
    """Scalars that the sentence may give as numbers."""
    in_place: bool = False
    """Whether the output may be the (first) input, elementwise."""
    clauses: tuple[str, ...] = ()
    """Templates that follow the clause, all of them, as ", with zero padding"."""
    remarks: tuple[str, ...] = ()
    """Whole sentences that follow, all of them."""
    operations: tuple[str, ...] = ()
    fixed: bool = True
    """Whether sizes may be numbers."""
    implied: bool = False
    """Whether the words themselves tell that the elements are of the first type ("even numbers"); f64 needs no telling."""


def compose(voice: Voice, operation: Operation) -> Draft:
    """The requirement and its program; one of thousands of wordings."""
    while (draft := _Sentence(voice, operation).draft()) is None:
        voice.taken()
    return draft


class _Sentence:
    def __init__(self, voice: Voice, operation: Operation) -> None:
        self.voice, self.rng, self.op = voice, voice.rng, operation
        rng = self.rng
        statements, _, declarations = operation.program.rpartition(" for ")
        types = operation.types
        self.type = rng.choices(list(types), list(types.values()))[0] if types else ""
        self.default_type = next(iter(types)) if types else ""
        arguments = list(_arguments(declarations))
        if self.type:
            arguments = [replace(a, type=self.type) if a.type == "T" else a for a in arguments]
            statements = re.sub(r"\bT\b", self.type, statements)
        self.statements = statements
        self.arguments = arguments
        self.literals: dict[str, str] = {}
        self.in_place = False
        self.alias: dict[str, str] = {}
        if operation.in_place and rng.random() < 0.2:
            self.put_in_place()
        for name, options in (operation.constants or {}).items():
            if rng.random() < 0.35:
                self.make_literal(name, options)
        self.fixed_sizes: set[str] = set()
        self.fixed = operation.fixed and rng.random() < 0.06
        if self.fixed:
            rank = max(len(a.shape) for a in arguments)
            for size in [a for a in arguments if a.role == "size"]:
                self.make_literal(size.name, _EXTENTS[min(rank, 3)])
            self.fixed_sizes = {self.literals[a.name] for a in arguments if a.role == "size"}
        self.by_name = {a.name: a for a in self.arguments}
        inputs = [a for a in self.arguments if a.role in ("in", "inout") and a.shape]
        self.inputs = inputs
        scalars = [a for a in self.arguments if a.kind == "scalar"]
        self.named = rng.random() < 0.62 or (self.in_place and len(inputs) > 1)
        self.scalars_named = self.named or rng.random() < 0.4 or len(scalars) > 1
        self.sizes = rng.random() < (0.4 if self.named else 0.25) or self.fixed
        told = self.default_type == "f64" or operation.implied
        self.type_said = not self.type or (self.type == self.default_type and told and rng.random() < 0.7)
        self.type_in_note = rng.random() < 0.25
        self.mentioned: set[str] = set()
        self.nouns: dict[str, str] = {}
        self.given = False

    # the program's variants

    def put_in_place(self) -> None:
        """The output becomes the first input."""
        out = next(a for a in self.arguments if a.role == "out")
        first = next(a for a in self.arguments if a.role == "in" and a.shape == out.shape)
        self.arguments = [
            replace(a, role="inout") if a is first else a for a in self.arguments if a is not out
        ]
        self.statements = _rename(self.statements, {out.name: first.name})
        self.in_place = True
        self.alias = {out.name: first.name}

    def make_literal(self, name: str, options: Sequence[str]) -> None:
        """A scalar or size becomes a number."""
        argument = next((a for a in self.arguments if a.name == name), None)
        if argument is None:
            return
        if not argument.type.startswith("f"):
            options = [o for o in options if o.isdigit()]
            if not options:
                return
        number = self.rng.choice(options)
        self.literals[name] = number
        self.statements = _rename(self.statements, {name: number})
        self.arguments = [
            replace(
                a,
                shape=tuple(_rename(s, {name: number}) for s in a.shape),
                attributes=_rename(a.attributes, {name: number}),
            )
            for a in self.arguments
            if a is not argument
        ]

    # mentions

    def noun(self, argument: Argument) -> str:
        """The same for all arrays of a rank in one sentence, unless the operation has its own."""
        own = (self.op.kinds or {}).get(argument.name)
        key = f"noun.{argument.name}" if own else str(len(argument.shape))
        if key not in self.nouns:
            rank = min(len(argument.shape), 4)
            self.nouns[key] = (
                self.rng.choice(own)
                if own
                else self.voice.pick(f"noun.{rank}", words.NOUNS[rank], words.NOUN_WEIGHTS.get(rank))
            )
        return self.nouns[key]

    def size_phrase(self, argument: Argument) -> str:
        """ " of length {n}", where its extents are plain and sizes are to be said; else nothing."""
        if not self.sizes or not all(re.fullmatch(r"\w+", s) for s in argument.shape):
            return ""
        dims = [f"{{{s}}}" if s in self.by_name else s for s in argument.shape]
        self.mentioned.update(argument.shape)
        if len(dims) == 1:
            (n,) = dims
            return self.voice.pick(
                "size.1",
                (f" of length {n}", f" of size {n}", f" with {n} elements", f" of {n} elements", f" with {n} entries",
                 f" of {n} values", f" (length {n})", f" ({n} elements)", f" of dimension {n}",
                 f" (size {n})", f" containing {n} values"),
            )  # fmt: skip
        by = (
            self.rng.choice((" by ", " x ", "-by-", " × "))
            if len(dims) == 2
            else self.rng.choice((" x ", " by "))
        )
        whole = by.join(dims)
        if len(dims) == 2:
            n, m = dims
            return self.voice.pick(
                "size.2",
                (f" of size {whole}", f" ({whole})", f" of shape ({n}, {m})", f" with {n} rows and {m} columns",
                 f" of dimensions {whole}", f" ({n} rows, {m} columns)", f" having {n} rows and {m} columns", f" of shape {whole}"),
            )  # fmt: skip
        return self.rng.choice(
            (f" of size {whole}", f" ({whole})", f" of shape ({', '.join(dims)})", f" of dimensions {whole}")
        )

    def described(self, arguments: Sequence[Argument], determiner: str) -> str:
        """`two float arrays {x} and {y} of length {n}`: arrays of one shape and noun, at their first mention.

        `determiner`: "a" (indefinite), "the" or "".
        """
        rng = self.rng
        first = arguments[0]
        noun = self.noun(first)
        count = len(arguments)
        many = count > 1
        type_ = first.type if first.type == self.type else ""
        before = after = ""
        if type_ and not self.type_said and not self.type_in_note:
            if rng.random() < 0.6 and " of " not in noun:
                before = self.voice.pick(f"type.adjective.{type_}", words.TYPE_ADJECTIVES[type_]) + " "
            elif " of " not in noun:
                after = " of " + self.voice.pick(f"type.plural.{type_}", words.TYPE_PLURALS[type_])
            if before or after:
                self.type_done = True
        names = [f"{{{a.name}}}" if self.named else f"\x01{a.name}\x02" for a in arguments]
        size = self.size_phrase(first)
        if not self.named:
            noun = words.plural(noun) if many else noun
            tags = "".join(names)
            if many:
                number = {2: "two", 3: "three", 4: "four"}[count]
                lead = rng.choice((f"{number} ", f"{number} ", f"{number} input ", f"the {number} "))
                return f"{tags}{lead}{before}{noun}{after}{size}"
            given = (
                rng.choice(("", "", "", "input ", "given "))
                if determiner != "a"
                else rng.choice(("", "", "", "input "))
            )
            whole = f"{given}{before}{noun}{after}{size}"
            same = [a for a in self.inputs if len(a.shape) == len(first.shape) and self.noun(a) == noun]
            if len(same) > 1:
                ordinal = (
                    ("first", "second", "third", "fourth")[same.index(first)] if first in same else "other"
                )
                return f"{tags}{'a' if determiner == 'a' and rng.random() < 0.3 else 'the'} {ordinal} {whole.removeprefix('given ')}"
            if determiner == "the" or (given and determiner != "a" and rng.random() < 0.5):
                return f"{tags}the {whole}"
            return tags + words.article(whole)
        joined = names[0] if not many else f"{', '.join(names[:-1])} and {names[-1]}"
        if not (before or after or size) and determiner != "a" and rng.random() < 0.55:
            return joined
        if many:
            lead = (
                rng.choice(("two ", "") if count == 2 else ("",))
                if determiner == "a"
                else rng.choice(("the ", "the ", ""))
            )
            return f"{lead}{before}{words.plural(noun)} {joined}{after}{size}"
        lead = {"a": "a", "the": "the", "": rng.choice(("the", "the", "an", ""))}[determiner]
        whole = f"{before}{noun} {joined}{after}{size}"
        if after and rng.random() < 0.3:
            whole = f"{noun}{after} {joined}{size}"
        if before and not lead:
            lead = "the"
        if lead in ("a", "an"):
            return words.article(whole)
        if lead == "the" and rng.random() < 0.15:
            whole = "input " + whole
        return f"{lead} {whole}" if lead else whole

    def mention(self, names: tuple[str, ...], role: str) -> str:
        if len(names) == 1 and (
            names[0] in self.literals or self.by_name[names[0]].kind in ("scalar", "size", "return")
        ):
            return self.mention_scalar(names[0], role)
        arguments = [self.by_name[n] for n in names]
        fresh = [a for a in arguments if a.name not in self.mentioned]
        self.mentioned.update(names)
        if arguments[0].role == "out":
            return self.mention_out(arguments[0], bool(fresh))
        if len(fresh) == len(arguments):
            alike = all(
                a.shape == arguments[0].shape and self.noun(a) == self.noun(arguments[0]) for a in arguments
            )
            if alike:
                text = self.described(arguments, "")
            else:
                text = _listed([self.described([a], "") for a in arguments])
            if getattr(self, "type_done", False):
                self.type_said = True
            return text
        if self.named:
            return _listed([f"{{{n}}}" for n in names])
        tags = "".join(f"\x01{n}\x02" for n in names)
        noun = self.noun(arguments[0])
        if len(arguments) > 1:
            if len({self.noun(a) for a in arguments}) == 1:
                plural = words.plural(noun)
                number = {2: "two", 3: "three", 4: "four"}[len(arguments)]
                return tags + self.rng.choice(
                    (
                        f"the {plural}",
                        f"the {number} {plural}",
                        *(("both " + plural,) if number == "two" else ()),
                    )
                )
            return tags + _listed([f"the {self.noun(a)}" for a in arguments])
        same = [a for a in self.inputs if self.noun(a) == noun]
        if len(same) > 1:
            ordinal = ("first", "second", "third", "fourth")[same.index(arguments[0])]
            return f"{tags}the {ordinal} {noun.split(' of ')[0]}"
        return f"{tags}the {self.rng.choice((noun.split(' of ')[0], noun.split(' of ')[0], 'input'))}"

    def mention_scalar(self, name: str, role: str) -> str:
        told = bool(role)
        role = role or (self.op.roles or {}).get(name, "")
        fresh = name not in self.mentioned
        self.mentioned.add(name)
        rng = self.rng
        if name in self.literals:
            number = self.literals[name]
            if number in _SPELLED and rng.random() < 0.25:
                number = _SPELLED[number]
            if told and rng.random() < 0.4:
                return f"{role} {number}"
            if role and fresh and rng.random() < (0.5 if told else 0.2):
                return rng.choice((f"{words.article(role)} of {number}", f"the {role} {number}"))
            return number
        argument = self.by_name[name]
        if argument.kind == "size":
            if self.sizes or self.named:
                return f"{{{name}}}"
            return f"\x01{name}\x02the number of elements"
        if argument.kind == "return" or self.scalars_named:
            if told and rng.random() < 0.5:
                return f"{role} {{{name}}}"
            if argument.kind == "return" or not fresh or rng.random() < (0.3 if told else 0.5):
                return f"{{{name}}}"
            word = role or self.voice.pick(
                "scalar", ("scalar", "constant", "value", "scalar value", "number", "parameter")
            )
            return f"{rng.choice((f'the {word}', f'the {word}', words.article(word), f'a given {word}'))} {{{name}}}".replace(
                "a i", "an i"
            ).replace("a e", "an e")
        word = role or self.nouns.setdefault(
            "scalar",
            self.voice.pick("scalar", ("scalar", "constant", "value", "scalar value", "number", "parameter")),
        )
        if not fresh:
            return f"\x01{name}\x02the {word}"
        return f"\x01{name}\x02" + rng.choice(
            (words.article(word), words.article(word), f"a given {word}", f"the {word}", f"the given {word}")
        )

    def mention_out(self, argument: Argument, fresh: bool) -> str:
        if self.named:
            if fresh and self.rng.random() < 0.25:
                return f"the {self.rng.choice(('output ', 'result ', '', 'output '))}{self.noun(argument)} {{{argument.name}}}"
            return f"{{{argument.name}}}"
        noun = self.noun(argument).split(" of ")[0]
        return f"\x01{argument.name}\x02" + self.rng.choice(
            (f"the output {noun}", f"a new {noun}", "the output", f"another {noun}", "the result")
        )

    def render(self, template: str) -> str:
        """The template with its choices made and slots filled."""
        template = choose(template, self.rng)
        if not self.named:
            template = template.replace("{x} and {y}", "{x,y}").replace("{x}, {y} and {z}", "{x,y,z}")
        return _SLOT.sub(self.slot, template)

    def slot(self, match: re.Match[str]) -> str:
        inside = match[1]
        if inside.startswith("!"):
            name = self.alias.get(inside[1:], inside[1:])
            self.mentioned.add(name)
            return self.literals.get(name) or f"{{{name}}}"
        head, colon, rest = inside.partition(":")
        if colon and head in ("each", "all"):
            return self.elements(head, self.alias.get(rest, rest))
        return self.mention(tuple(self.alias.get(n, n) for n in head.split(",")), rest)

    def elements(self, form: str, name: str) -> str:
        word = self.nouns.setdefault(
            "element",
            self.voice.pick("element", ("element", "value", "entry", "item", "number"), (60, 20, 14, 3, 5)),
        )
        of = "in" if word in ("value", "number", "item") and self.rng.random() < 0.6 else "of"
        array = self.mention((name,), "")
        if form == "each":
            each = self.voice.pick(
                "each", ("each @", "every @", "all @s", "each @", "each single @"), (5, 5, 2, 1, 0.3)
            )
            return f"{each.replace('@', word).replace('entrys', 'entries')} {of} {array}"
        every = self.voice.pick(
            "all", ("the @s", "all @s", "all the @s", "the @s", "all of the @s"), (6, 4, 2, 1, 0.5)
        )
        return f"{every.replace('@', word).replace('entrys', 'entries')} {of} {array}"

    # the sentence

    def description(self) -> str:
        """All arrays (and scalars) that are read, for "Given …,"."""
        groups: list[list[Argument]] = []
        for a in self.inputs:
            near = next(
                (g for g in groups if g[0].shape == a.shape and self.noun(g[0]) == self.noun(a)), None
            )
            if near is not None and len(near) < 4:
                near.append(a)
            else:
                groups.append([a])
        said_type = False
        parts = []
        for group in groups:
            parts.append(self.described(group, "a"))
            said_type = said_type or getattr(self, "type_done", False)
        if said_type:
            self.type_said = True
        self.mentioned.update(a.name for a in self.inputs)
        scalars = [a for a in self.arguments if a.kind == "scalar"]
        if scalars and self.rng.random() < 0.6:
            for a in scalars:
                role = (self.op.roles or {}).get(a.name, "")
                self.mentioned.add(a.name)
                if self.scalars_named:
                    word = role or self.rng.choice(("scalar", "scalar", "constant", "number"))
                    parts.append(f"{words.article(word)} {{{a.name}}}")
                else:
                    word = role or self.nouns.setdefault(
                        "scalar",
                        self.voice.pick(
                            "scalar", ("scalar", "constant", "value", "scalar value", "number", "parameter")
                        ),
                    )
                    parts.append(f"\x01{a.name}\x02{words.article(word)}")
        return _listed(parts)

    def draft(self) -> Draft | None:
        """Nothing where sizes are numbers that no mention told."""
        op, rng, voice = self.op, self.rng, self.voice
        form = self.form()
        template = self.template(form)
        if form == "formula" or "{!" in template:
            self.named = self.scalars_named = True
        out = next((a for a in self.arguments if a.role == "out" and a.shape), None)
        given = ""
        vague = form == "formula" and "[" not in template and ":" not in template  # ranks are told by nothing
        titled = form == "formula" and bool(op.titles) and rng.random() < (0.35 if vague else 0.4)
        if vague and not titled or form in ("verb", "noun", "title") and (self.fixed or rng.random() < 0.3):
            given = self.description()
        core = self.clause(form, template, titled)
        for clause in op.clauses:
            core += self.render(clause)
        if form in ("verb", "noun", "title"):
            core += self.ending(out, form)
        remarks = [self.render(r) for r in op.remarks]
        scalar_result = any(a.role == "return" for a in self.arguments)
        function = op.function or op.name
        english, language = frame(voice, form, core, given, function, scalar_result)
        notes = self.notes(out)
        if self.fixed and not self.fixed_sizes <= self.mentioned:
            return None
        if remarks or notes:
            english = english if english[-1] in ".?!:" else english + "."
        return self.finish(" ".join([english, *remarks, *notes]), function, language)

    def form(self) -> str:
        op = self.op
        have = {
            "verb": op.verbs,
            "noun": op.nouns,
            "title": op.titles,
            "formula": op.formulas,
            "sentence": op.sentences,
        }
        weights = {"verb": 45.0, "noun": 40.0, "title": 14.0, "formula": 14.0, "sentence": 8.0}
        weights = {f: w * min(1.0, 0.5 + len(have[f]) / 8) for f, w in weights.items() if have[f]}
        if self.fixed:
            weights = {f: w for f, w in weights.items() if f in ("verb", "noun")} or weights
        if self.literals and set(weights) - {"title"}:
            weights.pop("title", None)  # a title mentions no numbers
        return self.rng.choices(list(weights), list(weights.values()))[0]

    def template(self, form: str) -> str:
        options = {
            "verb": self.op.verbs,
            "noun": self.op.nouns,
            "title": self.op.titles,
            "formula": self.op.formulas,
        }
        key = f"{self.op.family}.{self.op.name}.{form}s"
        return self.voice.pick(key, options.get(form, self.op.sentences))

    def clause(self, form: str, template: str, titled: bool) -> str:
        op, voice = self.op, self.voice
        if form in ("verb", "noun", "sentence"):
            return self.render(template)
        if form == "formula":
            formula = self.formula(template)
            if titled:
                title = self.render(voice.pick(f"{op.family}.{op.name}.titles", op.titles))
                return f"{title}: {formula}"
            return formula
        title = self.render(template)
        scalars = [a for a in self.arguments if a.kind == "scalar" and a.name not in self.mentioned]
        if not set(a.name for a in self.inputs) <= self.mentioned or scalars:
            if self.rng.random() < 0.7 or scalars or not self.type_said:
                title += f" {self.rng.choice(('of', 'for', 'of', 'on'))} {self.description_of_rest()}"
        return title

    def description_of_rest(self) -> str:
        rest = [a for a in self.inputs if a.name not in self.mentioned]
        parts = [self.mention(tuple(a.name for a in rest), "")] if rest else []
        scalars = [a for a in self.arguments if a.kind == "scalar" and a.name not in self.mentioned]
        if not scalars:
            return _listed(parts)
        tail = _listed([self.mention_scalar(a.name, "") for a in scalars])
        return f"{parts[0]} with {tail}" if parts else tail

    def formula(self, text: str) -> str:
        """`y[i] = a * x[i]` with names in braces, and brackets and blanks in one of the usual styles."""
        rng = self.rng

        def braced(match: re.Match[str]) -> str:
            name = match[0]
            if name in self.literals:
                return self.literals[name]
            if name in self.by_name:
                self.mentioned.add(name)
                return f"{{{name}}}"
            return name

        if self.in_place:
            out = re.match(r"\w+", text)
            first = next(a for a in self.inputs if a.role == "inout")
            if out:
                text = re.sub(rf"\b{out[0]}\b", first.name, text)
        text = _WORD.sub(braced, text)
        style = rng.random()
        if style < 0.35:
            text = text.replace(", ", "][") if "[" in text else text
        elif style < 0.5:
            text = text.replace(", ", ",")
        if rng.random() < 0.25:
            text = re.sub(r" ([-+*/=]|\+=) ", r"\1", text)
        return text

    def ending(self, out: Argument | None, form: str) -> str:
        """Where the result goes, if it is said."""
        voice = self.voice
        if self.in_place:
            first = next(a for a in self.inputs if a.role == "inout")
            name = f"{{{first.name}}}" if self.named else f"the {self.noun(first).split(' of ')[0]}"
            if len(self.inputs) > 1:
                return voice.pick(
                    "in_place.which",
                    (f", overwriting {name}", f" and ^store the result back in {name}", f", writing the result back into {name}",
                     f"; {name} holds the result", f" and ^overwrite {name} with the result", f", storing the result in {name} itself"),
                )  # fmt: skip
            return voice.pick(
                "in_place",
                (" in place", ", in place", f", overwriting {name}", f", updating {name} in place", " (in-place)",
                 f" and ^store the result back in {name}", f"; {name} is modified in place", " without a second array",
                 f", writing the result back into {name}", f" and ^overwrite {name} with the result"),
            )  # fmt: skip
        if out is None or out.name in self.mentioned or self.rng.random() < (0.45 if self.named else 0.75):
            return ""
        self.mentioned.add(out.name)
        where = self.mention_out(out, True)
        if where.endswith(("\x02the result", "\x02the output")):
            where = f"\x01{out.name}\x02the output {self.noun(out).split(' of ')[0]}"
        return voice.pick(
            "into",
            (f" and ^store the result in {where}", f" and ^write the result to {where}", f", storing the result in {where}",
             f" into {where}", f" and ^save it in {where}", f"; store the results in {where}", f" and ^put the result in {where}",
             f", writing to {where}", f". Store the result in {where}", f". The result goes into {where}",
             f". Write the output to {where}", f" with the result stored in {where}", f", leaving the result in {where}",
             f" -> {where}", f". {where[0].upper() + where[1:]} receives the result", f", output in {where}"),
        )  # fmt: skip

    def notes(self, out: Argument | None) -> list[str]:
        rng, voice = self.rng, self.voice
        notes = []
        if not self.type_said:
            word = voice.pick(f"type.plural.{self.type}", words.TYPE_PLURALS[self.type])
            notes.append(voice.pick("type.note", words.TYPE_NOTES).replace("@", word))
        sizes = [a for a in self.arguments if a.role == "size"]
        if (
            self.sizes
            and not any(s.name in self.mentioned for s in sizes)
            and len(sizes) == 1
            and all(a.shape == (sizes[0].name,) for a in self.arguments if a.shape)
        ):
            n = sizes[0].name
            notes.append(
                voice.pick(
                    "size.note",
                    (f"{{{n}}} is the number of elements.", f"{{{n}}} is the length.", f"The length is {{{n}}}.",
                     f"There are {{{n}}} elements.", f"The size is passed as {{{n}}}.", f"All arrays have length {{{n}}}." if
                     sum(bool(a.shape) for a in self.arguments) > 1 else f"The array has length {{{n}}}."),
                )
            )  # fmt: skip
            self.mentioned.add(n)
        if rng.random() < 0.13:
            note = voice.pick("note", words.NOTES)
            updates = any(a.role == "inout" for a in self.arguments)
            if not (updates and note in words.NOTES_THAT_KEEP_INPUTS):
                notes.append(note)
        if out is None and any(a.role == "return" for a in self.arguments) and rng.random() < 0.06:
            notes.append(voice.pick("returned", ("The result is returned.", "Return the result.", "It returns the result.",
                                                 "The value is returned.", "Return it.")))  # fmt: skip
        return notes

    # the draft

    def finish(self, english: str, function: str, language: str) -> Draft:
        """Names, order of arguments, program."""
        position: dict[str, int] = {}
        named: set[str] = set()
        for match in _NAMED.finditer(english):
            name = match[1] or match[2]
            position.setdefault(name, match.start())
            if match[1]:
                named.add(name)
        english = re.sub(r"\x01\w+\x02", "", english)
        far = len(english) + 1
        reads = [a for a in self.arguments if a.role in ("in", "inout") and a.shape]
        unnamed = [a for a in reads if a.name not in named]
        if len(unnamed) > 1:  # "the second" stays the second, wherever it is mentioned
            for places in _by_rank(unnamed).values():
                spots = sorted(position.get(a.name, far) for a in places)
                position.update(zip((a.name for a in places), spots, strict=True))
        scalars = [a for a in self.arguments if a.role in ("in", "inout") and not a.shape]
        ordered = sorted(reads, key=lambda a: position.get(a.name, far))
        ordered += sorted(scalars, key=lambda a: position.get(a.name, far))
        ordered += [a for a in self.arguments if a.role == "out"]
        rest = [a for a in self.arguments if a.role in ("size", "return", "len")]
        first: dict[str, int] = {}
        for k, name in enumerate(_WORD.findall(" ".join(" ".join(a.shape) for a in ordered))):
            first.setdefault(name, k)
        ordered += sorted((a for a in rest if a.role != "return"), key=lambda a: first.get(a.name, far))
        ordered += [a for a in rest if a.role == "return"]
        names = self.renamed(ordered, named)
        program = f"{_rename(self.statements, names)} for {', '.join(a.text(names) for a in ordered)}"
        called = f"{{{function}}}" if "\x03" in english else ""
        english = _NAMED.sub(lambda m: f"{{{names[m[1]]}}}", english).replace("\x03", called)
        return Draft(
            self.op.family,
            self.op.operations or (self.op.name,),
            english,
            parse(program),
            self.voice.taken(),
            function,
            "cpp" if language == "cpp" else "c",
        )

    def renamed(self, ordered: Sequence[Argument], named: set[str]) -> dict[str, str]:
        """New names: the defaults for what the sentence does not name, the usual or random ones for the others."""
        rng = self.rng
        names: dict[str, str] = {}
        counts: dict[str, int] = {}
        for a in ordered:
            at = counts.get(a.kind, 0)
            counts[a.kind] = at + 1
            if a.name not in named:
                names[a.name] = DEFAULTS[a.kind][at]
        taken = set(names.values()) | {"i", "j", "k", "T"} | {a.name for a in ordered}
        taken |= set(_WORD.findall(self.statements))
        keep = rng.random() < 0.3
        for a in ordered:
            if a.name in names:
                continue
            if keep and a.name not in names.values():
                names[a.name] = a.name
                continue
            pool = words.NAMES[_pool(a)]
            name = pool[int(rng.random() ** 1.5 * len(pool))]
            while name in taken or name in _RESERVED:
                name = pool[int(rng.random() * len(pool))]
                if rng.random() < 0.1:
                    name += str(rng.randint(0, 9))
            names[a.name] = name
            taken.add(name)
        return names


_EXTENTS: dict[int, tuple[str, ...]] = {
    1: ("4", "8", "16", "32", "64", "100", "128", "256", "1000", "1024", "3"),
    2: ("4", "8", "16", "32", "64", "3", "5", "10", "24"),
    3: ("4", "8", "16", "3", "6", "12"),
}
_SPELLED = {
    "0": "zero", "1": "one", "2": "two", "3": "three", "4": "four", "5": "five", "6": "six", "7": "seven", "8": "eight",
    "9": "nine", "10": "ten", "12": "twelve", "100": "one hundred",
}  # fmt: skip
_RESERVED = frozenset(
    [
        "in",
        "out",
        "inout",
        "return",
        "size",
        "len",
        "sum",
        "prod",
        "min",
        "max",
        "count",
        "any",
        "all",
        "first",
        "last",
        "argmin",
        "argmax",
        "and",
        "or",
        "xor",
        "filter",
        "for",
        "over",
        "seq",
        "down",
        "repeat",
        "inf",
        "sorted",
        "offsets",
        "nonzero",
        "permutation",
        "sort",
        "unique",
        "abs",
        "sign",
        "round",
        "floor",
        "ceil",
        "pow",
        "exp",
        "log",
        "sqrt",
    ]
) | set(BOUNDARIES)


def _pool(argument: Argument) -> str:
    if argument.role in ("return", "size"):
        return argument.role
    if argument.kind == "scalar":
        return "scalar" if argument.type.startswith("f") else "count"
    if argument.role == "out":
        return "out" if argument.kind == "array" else "matrix out"
    return argument.kind if len(argument.shape) < 3 else "volume"


def _by_rank(arguments: Sequence[Argument]) -> dict[str, list[Argument]]:
    found: dict[str, list[Argument]] = {}
    for a in arguments:
        found.setdefault(a.kind, []).append(a)
    return found


def _listed(parts: Sequence[str]) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


Form = Literal["verb", "noun", "title", "formula", "sentence"]
