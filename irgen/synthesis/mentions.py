"""How a sentence speaks of arguments: by name or not, with nouns, types and sizes at their first mention.

What has no name in the sentence is marked `\\x01x\\x02` before its mention, so that the order of mention can be told.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from passwright.irgen.synthesis import words
from passwright.irgen.synthesis.operation import Argument, Operation, choose
from passwright.irgen.synthesis.variant import Variant
from passwright.irgen.synthesis.voice import Voice

_SLOT = re.compile(r"\{([^{}]*)\}")
_PLAINLY_ARRAYS = re.compile(
    r"each|all:|element|array|vector|correspond|every|position|index|entry|values|\["
)
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")
_COUNTS = {2: "two", 3: "three", 4: "four", 5: "five"}
_SPELLED = {
    "0": "zero", "1": "one", "2": "two", "3": "three", "4": "four", "5": "five", "6": "six", "7": "seven", "8": "eight",
    "9": "nine", "10": "ten", "12": "twelve", "100": "one hundred",
}  # fmt: skip


class Mentions:
    """The state of one sentence: what has been mentioned, and how."""

    def __init__(self, voice: Voice, operation: Operation, variant: Variant, template: str) -> None:
        self.voice, self.rng, self.operation, self.variant = voice, voice.rng, operation, variant
        rng: random.Random = voice.rng
        self.by_name = {a.name: a for a in variant.arguments}
        self.inputs = variant.inputs
        bare_names = "{!" in template
        self.named = rng.random() < 0.62 or (variant.in_place and len(self.inputs) > 1) or bare_names
        self.scalars_named = self.named or rng.random() < 0.4 or len(variant.scalars) > 1
        self.sizes = rng.random() < (0.4 if self.named else 0.25) or bool(variant.fixed_sizes)
        """Whether sizes are told."""
        default = next(iter(operation.types)) if operation.types else ""
        needless = variant.type == default and (default == "f64" or operation.implied)
        self.type_said = not variant.type or (needless and rng.random() < 0.7)
        self._type_told = False  # by the mention being made
        self.type_in_note = rng.random() < 0.25
        self.alone = operation.family != "map" or bool(_PLAINLY_ARRAYS.search(template))
        """Whether an array's name may stand alone: not where it could as well be a scalar's."""
        self.mentioned: set[str] = set()
        self._words: dict[str, str] = {}

    # templates

    def render(self, template: str) -> str:
        """The template with its choices made and slots filled."""
        template = choose(template, self.rng)
        if not self.named:
            template = template.replace("{x} and {y}", "{x,y}").replace("{x}, {y} and {z}", "{x,y,z}")
        return _SLOT.sub(self._slot, template)

    def _slot(self, match: re.Match[str]) -> str:
        inside = match[1]
        alias = self.variant.alias
        if inside.startswith("!"):
            return self.name(alias.get(inside[1:], inside[1:]))
        head, colon, rest = inside.partition(":")
        if colon and head in ("each", "all"):
            return self._elements(head, alias.get(rest, rest))
        return self.mention(tuple(alias.get(n, n) for n in head.split(",")), rest)

    def _elements(self, form: str, name: str) -> str:
        """`every value in {x}`, `the elements of {x}`."""
        rng, pick = self.rng, self.voice.pick
        if "element" not in self._words:
            options: tuple[str, ...] = ("element", "value", "entry", "item", "number")
            self._words["element"] = pick("element", options, (60, 20, 14, 3, 5))
        word = self._words["element"]
        of = "in" if word in ("value", "number", "item") and rng.random() < 0.6 else "of"
        array = self.mention((name,), "")
        if form == "each":
            options = ("each @", "every @", "all @s", "each @", "each single @")
            text = pick("each", options, (5, 5, 2, 1, 0.3))
        else:
            options = ("the @s", "all @s", "all the @s", "the @s", "all of the @s")
            text = pick("all", options, (6, 4, 2, 1, 0.5))
        return f"{text.replace('@', word).replace('entrys', 'entries')} {of} {array}"

    # mentions

    def name(self, name: str) -> str:
        """The bare name, or the number."""
        self.mentioned.add(name)
        return self.variant.numbers.get(name) or f"{{{name}}}"

    def mention(self, names: tuple[str, ...], role: str = "") -> str:
        """Of one argument or several; `role` is a word for a scalar."""
        if names[0] in self.variant.numbers or self.by_name[names[0]].kind in ("scalar", "size", "return"):
            return self._scalar(names[0], role)
        arguments = [self.by_name[n] for n in names]
        fresh = [a for a in arguments if a.name not in self.mentioned]
        self.mentioned.update(names)
        if arguments[0].role == "out":
            return self._subject(arguments[0], bool(fresh))
        if len(fresh) < len(arguments):
            return self._again(arguments)
        groups = self._groups(arguments) if len(arguments) > 1 else [arguments]
        telling = self._tells_type()
        text = listed([self._described(g, False, telling) for g in groups])
        self.type_said = self.type_said or self._type_told
        return text

    def description(self) -> str:
        """All arrays (and mostly the scalars) that are read, for "Given …,"."""
        telling = self._tells_type()
        parts = [self._described(g, True, telling) for g in self._groups(self.inputs)]
        self.type_said = self.type_said or self._type_told
        self.mentioned.update(a.name for a in self.inputs)
        if self.rng.random() < 0.6:
            for a in self.variant.scalars:
                self.mentioned.add(a.name)
                role = (self.operation.roles or {}).get(a.name, "")
                if self.scalars_named:
                    word = role or self.rng.choice(("scalar", "scalar", "constant", "number"))
                    parts.append(f"{words.article(word)} {{{a.name}}}")
                else:
                    parts.append(f"\x01{a.name}\x02{words.article(role or self._scalar_word())}")
        return listed(parts)

    def rest(self) -> str:
        """What has not been mentioned yet: "two vectors with a factor 2"."""
        arrays = [a.name for a in self.inputs if a.name not in self.mentioned]
        scalars = [a.name for a in self.variant.scalars if a.name not in self.mentioned]
        parts = [self.mention(tuple(arrays))] if arrays else []
        if scalars:
            parts.append(listed([self._scalar(name, "") for name in scalars]))
        return " with ".join(parts)

    def output(self, argument: Argument) -> str:
        """The array that results, as a place: "store it in …"."""
        fresh = argument.name not in self.mentioned
        self.mentioned.add(argument.name)
        rng, name, noun = self.rng, argument.name, self.short_noun(argument)
        if not self.named:
            return f"\x01{name}\x02" + rng.choice(
                (f"the output {noun}", f"a new {noun}", f"another {noun}", f"the result {noun}")
            )
        if fresh and rng.random() < 0.25:
            return f"the {rng.choice(('output ', 'result ', '', 'output '))}{noun} {{{name}}}"
        return f"{{{name}}}"

    def noun(self, argument: Argument) -> str:
        """The same for all arrays of a rank in one sentence, unless the operation has its own."""
        own = (self.operation.kinds or {}).get(argument.name)
        rank = min(len(argument.shape), 4)
        key = argument.name if own else str(rank)
        if key not in self._words:
            pick = self.voice.pick
            self._words[key] = (
                self.rng.choice(own)
                if own
                else pick(f"noun.{rank}", words.NOUNS[rank], words.NOUN_WEIGHTS.get(rank))
            )
        return self._words[key]

    def short_noun(self, argument: Argument) -> str:
        """`array` of `array of numbers`."""
        noun = self.noun(argument)
        return noun.split(" of ")[0] if noun.startswith(("array of", "list of")) else noun

    def twins(self, argument: Argument) -> list[Argument]:
        """Arrays that are read and have the same noun, itself among them."""
        noun = self.noun(argument)
        return [a for a in self.inputs if self.noun(a) == noun]

    # parts of mentions

    def _tells_type(self) -> bool:
        return not (self.type_said or self.type_in_note)

    def _groups(self, arguments: Sequence[Argument]) -> list[list[Argument]]:
        """Those that one phrase can speak of: of one shape and noun."""
        groups: list[list[Argument]] = []
        for a in arguments:
            for group in groups:
                if (
                    group[0].shape == a.shape
                    and group[0].type == a.type
                    and self.noun(group[0]) == self.noun(a)
                ):
                    group.append(a)
                    break
            else:
                groups.append([a])
        return groups

    def _described(self, arguments: Sequence[Argument], indefinite: bool, telling: bool) -> str:
        """`two float arrays {x} and {y} of length {n}`: arrays of one shape and noun, at their first mention; with their
        type where `telling`."""
        rng = self.rng
        noun = self.noun(arguments[0])
        before = after = ""
        if telling and arguments[0].type == self.variant.type and " of " not in noun:
            type_ = self.variant.type
            if rng.random() < 0.6:
                before = self.voice.pick(f"type.adjective.{type_}", words.TYPE_ADJECTIVES[type_]) + " "
            else:
                after = " of " + self.voice.pick(f"type.plural.{type_}", words.TYPE_PLURALS[type_])
            self._type_told = True
        size = self._size(arguments[0])
        parts = (before, noun, after, size)
        return (
            self._with_names(arguments, parts, indefinite)
            if self.named
            else self._nameless(arguments, parts, indefinite)
        )

    def _nameless(
        self, arguments: Sequence[Argument], parts: tuple[str, str, str, str], indefinite: bool
    ) -> str:
        rng = self.rng
        before, noun, after, size = parts
        tags = "".join(f"\x01{a.name}\x02" for a in arguments)
        if len(arguments) > 1:
            number = _COUNTS[len(arguments)]
            leads = (
                f"{number} ",
                f"{number} ",
                f"{number} input ",
                *(() if indefinite else (f"the {number} ",)),
            )
            return f"{tags}{rng.choice(leads)}{before}{words.plural(noun)}{after}{size}"
        twins = self.twins(arguments[0])
        if len(twins) > 1:
            ordinal = _ORDINALS[twins.index(arguments[0])]
            article = "a" if indefinite and rng.random() < 0.3 else "the"
            return f"{tags}{article} {ordinal} {rng.choice(('', '', 'input '))}{before}{noun}{after}{size}"
        given = (
            rng.choice(("", "", "", "input ")) if indefinite else rng.choice(("", "", "", "input ", "given "))
        )
        whole = f"{given}{before}{noun}{after}{size}"
        if given and not indefinite and rng.random() < 0.5:
            return f"{tags}the {whole}"
        return tags + words.article(whole)

    def _with_names(
        self, arguments: Sequence[Argument], parts: tuple[str, str, str, str], indefinite: bool
    ) -> str:
        rng = self.rng
        before, noun, after, size = parts
        joined = listed([f"{{{a.name}}}" for a in arguments])
        alone = (
            self.alone and len(arguments[0].shape) == 1
        )  # a matrix's name alone would not tell that it is one
        if alone and not indefinite and not (before or after or size) and rng.random() < 0.55:
            return joined
        if len(arguments) > 1:
            leads = (
                ("two ", "")
                if indefinite and len(arguments) == 2
                else ("",)
                if indefinite
                else ("the ", "the ", "")
            )
            return f"{rng.choice(leads)}{before}{words.plural(noun)} {joined}{after}{size}"
        whole = f"{before}{noun} {joined}{after}{size}"
        if after and rng.random() < 0.3:
            whole = f"{noun}{after} {joined}{size}"
        lead = "a" if indefinite else rng.choice(("the", "the", "a", ""))
        if lead == "a":
            return words.article(whole)
        if lead == "" and not before:
            return whole
        return f"the {'input ' if rng.random() < 0.12 else ''}{whole}"

    def _again(self, arguments: Sequence[Argument]) -> str:
        """Arrays mentioned before."""
        if self.named:
            return listed([f"{{{a.name}}}" for a in arguments])
        tags = "".join(f"\x01{a.name}\x02" for a in arguments)
        if len(arguments) > 1:
            if len({self.noun(a) for a in arguments}) > 1:
                return tags + listed([f"the {self.noun(a)}" for a in arguments])
            plural, number = words.plural(self.noun(arguments[0])), _COUNTS[len(arguments)]
            options: tuple[str, ...] = (
                f"the {plural}",
                f"the {number} {plural}",
                f"both {plural}" if number == "two" else f"all {number} {plural}",
            )
            return tags + self.rng.choice(options)
        twins, short = self.twins(arguments[0]), self.short_noun(arguments[0])
        if len(twins) > 1:
            return f"{tags}the {_ORDINALS[twins.index(arguments[0])]} {short}"
        return f"{tags}the {self.rng.choice((short, short, 'input')) if len(self.inputs) == 1 else short}"

    def _subject(self, argument: Argument, fresh: bool) -> str:
        """The array that results, where the phrase is about it: "fill {y} with zeros"."""
        rng, name, noun = self.rng, argument.name, self.short_noun(argument)
        size = self._size(argument) if fresh else ""
        if not self.named:
            return f"\x01{name}\x02{words.article(noun) if fresh and rng.random() < 0.6 else 'the ' + noun}{size}"
        if size or len(argument.shape) > 1 or rng.random() < 0.5:
            return f"{rng.choice(('the ', 'the ', ''))}{noun} {{{name}}}{size}"
        return f"{{{name}}}"

    def _size(self, argument: Argument) -> str:
        """ " of length {n}", where its extents are plain and sizes are to be told; else nothing."""
        if not self.sizes or not all(re.fullmatch(r"\w+", s) for s in argument.shape):
            return ""
        pick, rng = self.voice.pick, self.rng
        dims = [f"{{{s}}}" if s in self.by_name else s for s in argument.shape]
        self.mentioned.update(argument.shape)
        if len(dims) == 1:
            (n,) = dims
            options: tuple[str, ...] = (
                f" of length {n}", f" of size {n}", f" with {n} elements", f" of {n} elements", f" with {n} entries",
                f" of {n} values", f" (length {n})", f" ({n} elements)", f" of dimension {n}", f" (size {n})",
                f" containing {n} values", f" holding {n} elements",
            )  # fmt: skip
            return pick("size.1", options)
        by = rng.choice((" by ", " x ", "-by-", " × ") if len(dims) == 2 else (" x ", " by "))
        whole = by.join(dims)
        if len(dims) > 2:
            listing = ", ".join(dims)
            return rng.choice(
                (f" of size {whole}", f" ({whole})", f" of shape ({listing})", f" of dimensions {whole}")
            )
        n, m = dims
        options = (
            f" of size {whole}", f" ({whole})", f" of shape ({n}, {m})", f" with {n} rows and {m} columns",
            f" of dimensions {whole}", f" ({n} rows, {m} columns)", f" having {n} rows and {m} columns",
            f" of shape {whole}",
        )  # fmt: skip
        return pick("size.2", options)

    def _scalar_word(self) -> str:
        if "scalar" not in self._words:
            options: tuple[str, ...] = ("scalar", "constant", "value", "scalar value", "number", "parameter")
            self._words["scalar"] = self.voice.pick("scalar", options)
        return self._words["scalar"]

    def _scalar(self, name: str, role: str) -> str:
        """`{a}`, `the factor {a}`, `a factor of 2`, `a given factor`."""
        rng, told = self.rng, bool(role)
        role = role or (self.operation.roles or {}).get(name, "")
        fresh = name not in self.mentioned
        self.mentioned.add(name)
        if name in self.variant.numbers:
            number = self.variant.numbers[name]
            if number in _SPELLED and rng.random() < 0.25:
                number = _SPELLED[number]
            if told and rng.random() < 0.4:
                return f"{role} {number}"
            if role and fresh and rng.random() < (0.5 if told else 0.2):
                return rng.choice((f"{words.article(role)} of {number}", f"the {role} {number}"))
            return number
        kind = self.by_name[name].kind
        if kind == "size":
            return f"{{{name}}}" if self.sizes or self.named else f"\x01{name}\x02the number of elements"
        if kind == "return":
            return f"{{{name}}}"
        if self.scalars_named:
            if told and rng.random() < 0.5:
                return f"{role} {{{name}}}"
            alone = 0.3 if told else 0.5 if len(self.variant.scalars) < 2 else 0.9
            if not fresh or rng.random() < alone:
                return f"{{{name}}}"
            word = role or self._scalar_word()
            return f"{rng.choice((f'the {word}', f'the {word}', words.article(word), f'a given {word}'))} {{{name}}}"
        word = role or self._scalar_word()
        if not fresh:
            return f"\x01{name}\x02the {word}"
        options: tuple[str, ...] = (
            words.article(word),
            words.article(word),
            f"a given {word}",
            f"the {word}",
            f"the given {word}",
        )
        return f"\x01{name}\x02{rng.choice(options)}"


def listed(parts: Sequence[str]) -> str:
    """`a, b and c`."""
    return "".join(parts) if len(parts) < 2 else f"{', '.join(parts[:-1])} and {parts[-1]}"
