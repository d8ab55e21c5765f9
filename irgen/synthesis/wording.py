"""One operation put into words: names, types, sizes, a frame around the phrase; and the program with those names.

What the sentence does not say has its default: double precision (32 bits where integers are implied), a size argument at the
end, inputs in order of mention. A type that is not the default is always said, and an argument's noun wherever the phrase
alone leaves open what kind of thing it is.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from passwright.irgen.notation.parse import parse
from passwright.irgen.notation.syntax import Declaration, Name, Program
from passwright.irgen.synthesis import nouns, requests
from passwright.irgen.synthesis.draft import Draft
from passwright.irgen.synthesis.table import TYPES, Operation
from passwright.irgen.synthesis.voice import Voice

_SLOT = re.compile(r"\{([a-zA-Z_][\w, ]*)([!~]?)\}")
_SPIN = re.compile(r"\[([^\[\]]*\|[^\[\]]*)\]")
_DETERMINED = re.compile(r"\b(every|each|any|all|no|first|last|the|an?|every single|existing) $", re.I)
"""Words after which a mention has no article."""
_MEASURED = re.compile(
    r"\b(length|size|width|step|steps of|index|bit|bits|rank|row|column|shift|factor|window|position|at) $"
)
"""Words after which a name stands alone."""
_COUNTED = re.compile(
    r" (elements|characters|bits|positions|places|steps|copies|times|largest|smallest|greatest|lowest|zeros|standard|values|consecutive)"
)
"""What a number counts: "the first {k} elements" needs the name."""
_OF_TEXT = re.compile(
    r"character|letter|vowel|consonant|word|string|case|digit|prefix|suffix|substring|rot13|caesar|anagram|ascii|whitespace|spaces|newline|parenthes|capital|'",
    re.I,
)
_OF_MATRICES = re.compile(r"\b(rows?|columns?|matrix|diagonals?|triangular|triangle)\b")
_WORD = re.compile(r"'(?:\\.|[^'\\])'|[A-Za-z_]\w*|\d\w*")


def draw_from(family: str, operations: tuple[Operation, ...], rng: random.Random, voice: Voice) -> Draft:
    """One of the operations, worded."""
    operation = operations[int(rng.random() * len(operations))]
    return draw_operation(family, operation, rng, voice)


def draw_operation(family: str, operation: Operation, rng: random.Random, voice: Voice) -> Draft:
    form, template = voice.pick(f"{family}.{operation.name}", operation.phrases)
    return word_operation(family, operation, rng, voice, form, template)


def word_operation(
    family: str, operation: Operation, rng: random.Random, voice: Voice, form: str, template: str
) -> Draft:
    """The operation in the words of `template`, which is of the given form (V, N, Q or S)."""
    return _Wording(family, operation, rng, voice, form, template).draft()


@dataclass
class _Wording:
    """One draft in the making."""

    family: str
    operation: Operation
    rng: random.Random
    voice: Voice
    form: str
    template: str
    type: str = "f64"
    explicit: bool = False
    names: dict[str, str] = field(default_factory=dict)
    literal: dict[str, str] = field(default_factory=dict)
    noun: dict[str, str] = field(default_factory=dict)
    own_noun: dict[str, str] = field(default_factory=dict)
    """Before an adjective of type was put before it."""
    mentioned: list[str] = field(default_factory=list)
    given: set[str] = field(default_factory=set)
    """Arguments that a `{given}` introduced."""
    backticks: set[str] = field(default_factory=set)
    declared: dict[str, Declaration] = field(default_factory=dict)
    inputs: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    function: str = ""
    type_said: bool = False
    """Whether a noun with the type has been made; `says_type` tells whether the sentence has it."""
    typed: list[str] = field(default_factory=list)
    sized: bool = False

    def draft(self) -> Draft:
        rng = self.rng
        template = _spin(self.template, rng)
        self.declare()
        frame = self.frame(template)
        comment = frame.startswith(("//", "/*"))
        self.choose_type()
        text = self.declare()
        self.used = {"i", "j", *_WORD.findall(text), *re.findall(r"(?<![\w{])[A-Za-z]\b", template)}
        self.choose_names(f"{template} {frame}")
        given = self.introduction() if "{given}" in frame else ""
        phrase = self.fill(template)
        if (
            self.form == "V"
            and len(self.outputs) == 1
            and not self.saw(self.outputs[0])
            and rng.random() < 0.16
        ):
            name = self.outputs[0]
            phrase += self.voice.pick("frame.into", requests.INTO).replace("{y}", self.mention(name))
        english = self.framed(frame, phrase, given)
        if not comment:
            english = self.adorned(english)
        elif self.explicit and not self.says_type(english):
            english += f" ({self.sentence().rstrip('.')})"
        return Draft(
            family=self.family,
            operations=self.operation.composes,
            english=english,
            program=self.program(text),
            phrases=self.voice.taken(),
            function=self.function,
            language="cpp" if "C++" in english else "c",
        )

    # choices

    def choose_type(self) -> None:
        variable = self.operation.variable
        if variable:
            types = TYPES[variable]
            self.type = self.rng.choices(list(types), list(types.values()))[0]
            default = next(iter(types))
            self.explicit = self.type != default or self.rng.random() < 0.15
        self.function = self.rng.choice(self.operation.functions)

    def declare(self) -> str:
        text = self.operation.program_text(self.type)
        self.declared = {d.name: d for d in parse(text).declarations}
        self.outputs = [d.name for d in self.declared.values() if d.role == "out"]
        self.inputs = [d.name for d in self.declared.values() if d.role in ("in", "inout")]
        return text

    def frame(self, template: str) -> str:
        pick, rng = self.voice.pick, self.rng
        if self.form == "S":
            return "{S}"
        array = bool(self.outputs)
        if self.form == "N" and array and "{y" not in template and rng.random() < 0.15:
            return pick("frame.store", requests.STORE)
        if self.form == "N" and template.startswith(("how ", "where ", "which ", "in how ")):
            return pick("frame.H", requests.HOW)
        options = {"V": requests.VERB, "N": requests.NOUN, "Q": requests.CLAUSE}[self.form]
        key = f"frame.{self.form}"
        if not self.inputs:
            options, key = tuple(o for o in options if "{given}" not in o), key + "0"
        frame = pick(key, options)
        if array and self.form == "N" and frame.startswith(("What is", "The answer", "Evaluate", "Tell me")):
            frame = "Compute {n}."
        if "function" in frame and rng.random() < 0.12:
            called = pick("frame.called", requests.CALLED)
            frame = re.sub(
                r"\bfunction\b(?! to be)(?=( that| which| to|\.|:| for| returning|$))",
                "function" + called,
                frame,
                count=1,
            )
        return frame

    def choose_names(self, text: str) -> None:
        """Which arguments have names in the sentence, and which are written as numbers."""
        rng = self.rng
        forced = {m[1] for m in _SLOT.finditer(text) if m[2] == "!"} & set(self.declared)
        style = rng.random()
        named = 1.0 if style < 0.42 else 0.0 if style < 0.8 else 0.5
        for name, declaration in self.declared.items():
            if declaration.role in ("return", "size", "len"):
                continue
            if name in self.operation.literals and rng.random() < 0.4:
                self.literal[name] = rng.choice(self.operation.literals[name])
            elif name in forced:
                self.give_name(name, plain=False)
            elif rng.random() < named:
                self.give_name(name)
        for name in self.declared:
            if name in forced - set(self.literal):
                self.give_name(name, plain=False)
        if self.operation.variable:
            self.explicit = self.explicit and any(
                d.type == self.type and name not in self.literal for name, d in self.declared.items()
            )

    def give_name(self, name: str, plain: bool = True) -> str:
        if name not in self.names:
            self.names[name] = nouns.new_name(self.rng, self.declared[name], self.used, plain)
        return self.names[name]

    # mentions

    def note(self, name: str) -> None:
        """The sentence mentions it; the order of mention is that of the declarations."""
        if name not in self.mentioned:
            self.mentioned.append(name)

    def saw(self, name: str) -> bool:
        return name in self.mentioned or name in self.given

    def noun_of(self, name: str) -> str:
        if name not in self.noun:
            declaration = self.declared[name]
            own = self.operation.nouns.get(name)
            variable = self.explicit and declaration.type == self.type
            plain = {"i32", "char"} if self.operation.variable != "NUM" else {"char"}
            fixed = not self.operation.variable and declaration.type not in ("f64", *plain)
            if own:
                noun = self.rng.choice(own)
                if (
                    variable
                    and not self.type_said
                    and declaration.shape
                    and " of " not in noun
                    and noun[0] != "+"
                ):
                    adjective = nouns.ADJECTIVES.get(self.type)
                    if adjective and self.rng.random() < 0.4:
                        self.own_noun[name] = noun
                        noun = f"{self.rng.choice(adjective)} {noun}"
                        self.type_said = True
                        self.typed.append(noun)
                self.noun[name] = noun
            else:
                typed = (variable and not self.type_said) or fixed
                if self.operation.variable == "INT" and declaration.shape and not typed:
                    typed = self.rng.random() < 0.35
                self.noun[name] = nouns.noun_for(self.rng, declaration, typed)
                if variable and typed:
                    self.type_said = True
                    self.typed.append(self.noun[name])
        return self.noun[name]

    def label(self, name: str, after_noun: str = "") -> str:
        """The name as the sentence writes it."""
        written = "{" + self.names[name] + "}"
        if nouns.is_plain(self.names[name]):
            storage = after_noun.rpartition(" ")[2] in (
                "array",
                "vector",
                "matrix",
                "list",
                "string",
                "sequence",
                "grid",
                "image",
            )
            if not storage and (name in self.backticks or not self.saw(name)):
                self.backticks.add(name)
                return f"`{written}`"
        return written

    def sort_of(self, name: str) -> str:
        noun = nouns.head(self.noun_of(name))
        last = noun.rpartition(" ")[2]
        if name not in self.operation.nouns and last in (
            "array",
            "vector",
            "list",
            "sequence",
            "matrix",
            "buffer",
        ):
            return last
        own = self.own_noun.get(name, self.noun_of(name))
        return re.sub(r"^(array|list) of ", "", own) if name in self.operation.nouns else nouns.head(own)

    def mention(self, name: str, pronoun: bool = False) -> str:
        if name in self.literal:
            return self.literal[name]
        rng = self.rng
        declaration = self.declared[name]
        seen = self.saw(name)
        alike = [
            other
            for other in (self.inputs if name in self.inputs else self.outputs)
            if other != name
            and self.saw(other)
            and other not in self.names
            and self.sort_of(other) == self.sort_of(name)
        ]
        if seen:
            if name in self.names:
                found = self.label(name)
            elif pronoun:
                found = "it"
            else:
                noun = self.sort_of(name).removeprefix("+")
                which = ""
                if alike:
                    which = "second " if self.inputs.index(name) > self.inputs.index(alike[0]) else "first "
                found = f"the {which}{noun}"
        elif declaration.role in ("size", "len"):
            found = "{" + self.give_name(name) + "}"
            self.sized = True
        elif name in self.names:
            found = self.first_named(name)
        elif name in self.outputs:
            found = rng.choice(
                ("an output array", "a new array", "the output array", "the output", "another array")
            )
        else:
            noun = self.noun_of(name)
            scalar = not declaration.shape
            if noun.startswith("+"):
                found = rng.choice(("the ", "the ", "some ", "")) + noun[1:]
            elif alike:
                found = f"{rng.choice(('another', 'a second', 'a second'))} {noun}"
            else:
                found = rng.choice(
                    (nouns.article(noun), nouns.article(noun), f"the {noun}", f"a given {noun}", f"the given {noun}")
                    if scalar
                    else (nouns.article(noun), nouns.article(noun), f"the {noun}", f"the given {noun}", f"a given {noun}",
                          f"the input {noun}")
                )  # fmt: skip
            found += self.length(name)
        self.note(name)
        return found

    def first_named(self, name: str, definite: bool = True) -> str:
        rng = self.rng
        if name in self.outputs:
            noun = rng.choice(("", "", "the array", "the output array", "the output"))
            return f"{noun} {self.label(name, noun)}".strip()
        own = self.operation.nouns.get(name)
        needs = self.explicit and not self.type_said and self.declared[name].type == self.type and not own
        fixed = (
            not self.operation.variable and self.declared[name].type not in ("f64", "i32", "char") and not own
        )
        if not (needs or fixed) and definite and self.clear(name) and rng.random() < 0.5:
            return self.label(name)
        noun = self.noun_of(name)
        if noun.startswith("+"):
            return f"the {noun[1:]} {self.label(name, noun)}"
        if definite and rng.random() < 0.75:
            return f"the {noun} {self.label(name, noun)}{self.length(name)}"
        return f"{nouns.article(noun)} {self.label(name, noun)}{self.length(name)}"

    def clear(self, name: str) -> bool:
        """Whether the bare name will do: the rest of the sentence tells what kind of thing it is."""
        declaration = self.declared[name]
        kind = nouns.kind_of(declaration)
        if kind == "string":
            return bool(_OF_TEXT.search(self.template))
        if name in self.operation.nouns and (
            declaration.shape or not any(d.shape for d in self.declared.values())
        ):
            return False
        if kind == "matrix":
            return bool(_OF_MATRICES.search(self.template))
        return kind == "array" or any(d.shape for d in self.declared.values())

    def length(self, name: str) -> str:
        """Words for its size, sometimes."""
        rng = self.rng
        shape = self.declared[name].shape
        if self.sized or not shape or not all(isinstance(e, Name) for e in shape) or rng.random() > 0.16:
            return ""
        sizes = [e.name for e in shape if isinstance(e, Name)]
        if any(self.declared[s].role not in ("size", "len") or s in self.mentioned for s in sizes):
            return ""
        self.sized = True
        if len(shape) == 1:
            if (
                self.declared[sizes[0]].role == "size"
                and self.declared[name].role == "in"
                and (sizes[0] not in self.names and rng.random() < 0.25)
            ):
                self.literal[sizes[0]] = str(rng.choice((8, 10, 16, 20, 32, 64, 100, 128, 256, 1000, 1024)))
                return rng.choice(
                    (" of length {}", " of {} elements", " with {} elements", " of size {}")
                ).format(self.literal[sizes[0]])
            size = self.mention(sizes[0])
            return rng.choice(
                (" of length {}", " of length {}", " of size {}", " of {} elements", " with {} elements", " with length {}",
                 " having {} elements")
            ).format(size)  # fmt: skip
        first, second = (
            (self.mention(s) for s in dict.fromkeys(sizes))
            if len(set(sizes)) == 2
            else (self.mention(sizes[0]),) * 2
        )
        if first == second:
            return rng.choice((" of order {0}", " of size {0} by {0}", " of size {0}x{0}")).format(first)
        return rng.choice(
            (" with {} rows and {} columns", " of size {} by {}", " of {} rows and {} columns", " ({} x {})")
        ).format(first, second)

    def group(self, names: list[str], pronoun: bool) -> str:
        """Several arguments at once."""
        rng = self.rng
        nouns_ = {self.noun_of(n) for n in names[:1]}
        alike = (
            len({self.operation.nouns.get(n) for n in names}) == 1
            and len({self.declared[n].type for n in names}) == 1
        )
        count = {2: "two", 3: "three", 4: "four"}[len(names)]
        noun = next(iter(nouns_)).removeprefix("+")
        several = noun if next(iter(nouns_)).startswith("+") else nouns.plural(noun)
        if (
            any(n in self.literal for n in names)
            or not alike
            or 0 < sum(n in self.names for n in names) < len(names)
        ):
            return _listed([self.mention(n) for n in names])
        seen = all(self.saw(n) for n in names)
        if names[0] in self.names:
            labels = _listed([self.label(n) for n in names])
            for n in names:
                self.note(n)
            if seen or (
                self.clear(names[0]) and rng.random() < 0.5 and not (self.explicit and not self.type_said)
            ):
                return labels
            return f"{rng.choice(('', count + ' ', 'the ', 'the ' + count + ' '))}{several} {labels}"
        for n in names:
            self.noun[n] = next(iter(nouns_))
            self.note(n)
        if seen:
            return (
                rng.choice(("them", f"the {count} {nouns.plural(nouns.head(noun))}"))
                if pronoun
                else f"the {count} {nouns.plural(nouns.head(noun))}"
            )
        return rng.choice(
            (f"{count} {several}", f"{count} {several}", f"the {count} {several}", f"{count} given {several}")
        )

    def introduction(self) -> str:
        """`an array {x} of integers and an integer {k}`."""
        wanted = [n for n in self.inputs if n not in self.literal]
        parts: list[str] = []
        at = 0
        while at < len(wanted):
            name = wanted[at]
            alike = [name]
            for other in wanted[at + 1 :]:
                same = self.operation.nouns.get(other) == self.operation.nouns.get(name)
                d, e = self.declared[other], self.declared[name]
                if (
                    same
                    and (d.type, len(d.shape)) == (e.type, len(e.shape))
                    and (other in self.names) == (name in self.names)
                ):
                    alike.append(other)
                else:
                    break
            if 2 <= len(alike) <= 4 and not self.operation.nouns.get(name, ("",))[0].startswith("+"):
                count = {2: "two", 3: "three", 4: "four"}[len(alike)]
                noun = self.noun_of(name)
                for n in alike:
                    self.noun[n] = noun
                several = noun[1:] if noun.startswith("+") else nouns.plural(noun)
                labels = " " + _listed([self.label(n) for n in alike]) if name in self.names else ""
                parts.append(f"{count} {several}{labels}")
                at += len(alike)
            else:
                if name in self.names:
                    noun = self.noun_of(name)
                    parts.append(f"{nouns.article(noun)} {self.label(name, noun)}{self.length(name)}")
                else:
                    parts.append(nouns.article(self.noun_of(name)) + self.length(name))
                alike = [name]
                at += 1
            for n in alike:
                self.given.add(n)
                self.mentioned.append(n)
        return _listed(parts) if parts else "no arguments"

    def bare(self, name: str) -> str:
        """The name alone, or the number in its place."""
        if name in self.literal:
            return self.literal[name]
        self.note(name)
        return "{" + self.give_name(name, plain=False) + "}"

    def fill(self, template: str) -> str:
        def slot(match: re.Match[str]) -> str:
            names = [n.strip() for n in match[1].split(",")]
            if any(n not in self.declared for n in names):
                raise ValueError(f"{self.operation.name}: no argument {match[1]}")
            pronoun = match[2] == "~"
            if match[2] == "!":
                return _listed([self.bare(n) for n in names])
            found = self.group(names, pronoun) if len(names) > 1 else self.mention(names[0], pronoun)
            counted = not self.declared[names[0]].shape and _COUNTED.match(template[match.end() :])
            if counted and names[0] not in self.literal:
                return self.bare(names[0])
            if (
                names[0] in self.names
                and not self.declared[names[0]].shape
                and _MEASURED.search(template[: match.start()])
                and len(names) == 1
            ):
                return self.label(names[0])
            if _DETERMINED.search(template[: match.start()]) and not found.startswith("`"):
                found = re.sub(
                    r"^(an?|the|another)( given)? ", "" if names[0] in self.names else "given ", found
                )
            return found

        text = _SLOT.sub(slot, template)
        return re.sub(r"\b([123])-th\b", lambda m: {"1": "1st", "2": "2nd", "3": "3rd"}[m[1]], text)

    # sentences

    def framed(self, frame: str, phrase: str, given: str) -> str:
        plain = re.sub(r"\^(?=[a-z])", "", phrase)
        forms = {"n": plain, "q": plain, "v": plain, "S": plain, "given": given}
        forms["lang"] = self.rng.choice(("C", "C", "C", "C++"))
        forms["f"] = "{" + self.function + "}"
        if self.form == "V":
            verb, _, rest = phrase.partition(" ")
            forms["vs"] = f"{nouns.third_person(verb)} {_marked(rest, nouns.third_person)}"
            forms["ving"] = f"{nouns.gerund(verb)} {_marked(rest, nouns.gerund)}"

        def part(match: re.Match[str]) -> str:
            key = match[1]
            if key == "y":
                return self.mention(self.outputs[0])
            return forms[key] if key in forms else _capital(forms[key[0].lower() + key[1:]])

        return _capital_first(re.sub(r"\{(v|vs|ving|V|Vs|n|N|q|S|given|lang|f|y)\}", part, frame), frame)

    def adorned(self, text: str) -> str:
        rng, pick = self.rng, self.voice.pick
        extra: list[str] = []
        if self.explicit and not self.says_type(text):
            extra.append(self.sentence())
        if rng.random() < 0.05 and "{" + self.function + "}" not in text:
            extra.append(pick("frame.named", requests.NAMED).replace("{f}", "{" + self.function + "}"))
        if rng.random() < 0.06:
            extra.append(pick("frame.fast", requests.FAST))
        if not extra:
            return text
        if text[-1] not in ".?!":
            text += "."
        return " ".join((text, *extra))

    def says_type(self, english: str) -> bool:
        return any(
            one in english for noun in self.typed for one in (noun.removeprefix("+"), nouns.plural(noun))
        )

    def sentence(self) -> str:
        """One that says the type."""
        arrays = any(d.shape and d.type == self.type for d in self.declared.values())
        options = nouns.SENTENCES[self.type]
        if not arrays:
            options = tuple(o for o in options if o.startswith(("Use", "Everything", "Work")))
        return self.rng.choice(options)

    # the program

    def program(self, text: str) -> Program:
        statements, _, declarations = text.rpartition(" for ")
        declared = parse(text)
        keep = []
        for part, declaration in zip(_split(declarations), declared.declarations, strict=True):
            if declaration.name in self.literal:
                continue
            if declaration.role == "len" and self.sized and declaration.name in self.mentioned:
                part = part.replace("len ", "size ", 1)
            keep.append((part, declaration))
        ordered = self.ordered(keep)
        whole = f"{statements} for {', '.join(ordered)}"

        def word(match: re.Match[str]) -> str:
            found = match[0]
            return self.literal.get(found) or self.names.get(found) or found

        return parse(_WORD.sub(word, whole))

    def ordered(self, keep: list[tuple[str, Declaration]]) -> list[str]:
        """Arrays read, in order of mention, then scalars, outputs, sizes, the value returned."""
        arrays = [(p, d) for p, d in keep if d.role in ("in", "inout") and d.shape]
        scalars = [(p, d) for p, d in keep if d.role in ("in", "inout") and not d.shape]
        for some in (arrays, scalars):
            if all(d.name in self.mentioned for _, d in some):
                some.sort(key=lambda each: self.mentioned.index(each[1].name))
        rest = [
            part for roles in (("out",), ("size", "len"), ("return",)) for part, d in keep
            if (d.role if not part.startswith("size ") else "size") in roles
        ]  # fmt: skip
        return [p for p, _ in (*arrays, *scalars)] + rest


def _spin(text: str, rng: random.Random) -> str:
    def one(match: re.Match[str]) -> str:
        options = match[1].split("|")
        return options[int(rng.random() * len(options))]

    return re.sub(r"  +", " ", _SPIN.sub(one, text)).strip()


def _marked(text: str, inflect: Callable[[str], str]) -> str:
    return re.sub(r"\^([a-z]+)", lambda m: inflect(m[1]), text)


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _capital(text: str) -> str:
    return text if text[:1] in "{`" else text[:1].upper() + text[1:]


def _capital_first(text: str, frame: str) -> str:
    """Sentences of templates start with a capital, whatever argument they begin with."""
    return _capital(text) if frame == "{S}" else text


def _split(declarations: str) -> list[str]:
    """At the commas outside brackets."""
    return [p.strip() for p in re.split(r",(?![^\[]*\])", declarations)]
