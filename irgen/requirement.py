"""`Requirement`: what a kernel is to do, in a form that is shown, edited, tested against and generated from.

    Requirement.of(parse("s = sum[i](x[i]) for f64[n]"), english="Sum x.").toml()

The program of the formal notation is the whole of the meaning; the rest says how the function is to be called and where
the requirement came from. What the English left open is stated in `assumptions`. Left out: understanding English, which is
the generator's, and whether code fits, which is `bench/generated.py`'s.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from passwright.irgen import binding, examples, prototype
from passwright.irgen.c_words import KEYWORDS
from passwright.irgen.example_calls import contradiction, values_of
from passwright.irgen.examples import Example
from passwright.irgen.notation.canonical import canonical
from passwright.irgen.notation.meaning import MeaningError, evaluate
from passwright.irgen.notation.parse import parse
from passwright.irgen.notation.resolve import resolve
from passwright.irgen.notation.syntax import Program
from passwright.irgen.notation.text import declaration_text, program_text, statement_text
from passwright.irgen.prototype import Language, Prototype
from passwright.irgen.unsaid import function_name, names_for_c, unsaid
from passwright.passes.errors import InputError

__all__ = ["Intent", "Requirement", "RequirementError", "canonical"]

Intent = Literal["generate", "optimise", "repair", "explain", "test"]
INTENTS: tuple[Intent, ...] = ("generate", "optimise", "repair", "explain", "test")
LONGEST = 4000
"""Characters of English that are read."""


class RequirementError(InputError):
    """A requirement that contradicts itself or cannot be used."""


@dataclass(frozen=True)
class Requirement:
    """
    Attributes:
        program: what is computed; its names are the function's argument names.
        function: the name of the function.
        english: as given, prototype included. prototype: kept exactly in what is generated.
        assumptions: a sentence for everything that was not said.
        examples: of the English; they are tests.
        confidence: the probability that this is what the English means; 1 for what was given formally.
    """

    program: Program
    function: str
    language: Language = "c"
    prototype: Prototype | None = None
    english: str = ""
    assumptions: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()
    confidence: float = 1.0
    intent: Intent = "generate"

    @classmethod
    def of(
        cls,
        program: Program,
        *,
        english: str = "",
        prototype: Prototype | None = None,
        language: Language | None = None,
        function: str = "",
        confidence: float = 1.0,
        intent: Intent = "generate",
    ) -> Requirement:
        """The requirement with what was not said filled in and stated.

        Args:
            english: the whole text, which examples, the language and the function's name are looked for in.
        """
        prose, found = examples.read(_prose(english))
        assumptions: list[str] = []
        if prototype is not None:
            language, function = prototype.language, prototype.name
        else:
            program, told = names_for_c(program)
            assumptions += told
            if language is None:
                language = "cpp" if re.search(r"C\+\+|std::|\bcpp\b", english) else "c"
                if language == "c" and not re.search(r"\bC\b|\bC\d\d\b", english):
                    assumptions.append("language: C (not said)")
            if not function:
                function, said = function_name(prose, program)
                if not said:
                    assumptions.append(f"name of the function: {function} (not said)")
            assumptions += unsaid(program, prose)
        return cls(
            program, function, language, prototype, english, tuple(assumptions), found, confidence, intent
        )

    @property
    def notation(self) -> str:
        """The program's canonical text."""
        return program_text(self.program)

    @property
    def prose(self) -> str:
        """The English without the prototype."""
        return _prose(self.english)

    @property
    def least_size(self) -> int:
        """The smallest size that a call may have: C leaves parameters such as `double A[n][m]` of no elements undefined."""
        given = self.prototype.parameters if self.prototype is not None else ()
        return int(any(p.kind == "array" and any(not e.isdigit() for e in p.extents if e) for p in given))

    def check(self) -> None:
        """
        Raises:
            InputError: nothing is required, it is too long, names are used twice or are words of C, the program means
                nothing, the prototype does not fit, an example contradicts the program.
        """
        if len(self.english) > LONGEST:
            raise RequirementError(
                f"the requirement has {len(self.english)} characters, more than {LONGEST}",
                hint="say what one function computes; leave out what is around it",
            )
        if not self.program.statements or not self.program.declarations:
            raise RequirementError("the requirement says nothing", hint="say what the kernel computes")
        resolve(self.program)
        names = [d.name for d in self.program.declarations]
        for name in (self.function, *names):
            if not re.fullmatch(r"[A-Za-z_]\w*", name) or name in KEYWORDS:
                raise RequirementError(f'"{name}" cannot be a name in C', hint="take another name for it")
        if self.function in names:
            raise RequirementError(
                f"{self.function} is the function and one of its arguments",
                hint="give one of them another name",
            )
        returned = [d.name for d in self.program.declarations if d.role == "return"]
        if len(returned) > 1:
            raise RequirementError(
                f"{' and '.join(returned)} are all returned, and a function returns one value",
                hint=f"write the others to arguments: `out` instead of `return` for {returned[-1]}",
            )
        if self.prototype is not None and (self.function, self.language) != (
            self.prototype.name,
            self.prototype.language,
        ):
            raise RequirementError(
                f"the function is {self.function} in {self.language}, and {self.prototype.name} in "
                f"{self.prototype.language} in the prototype",
                hint="say the same in both",
            )
        binding.check(self.program, binding.signature(self))
        self.example_values()

    def example_values(self) -> tuple[dict[str, Any], ...]:
        """The examples as values of the program's declarations, sizes and room for outputs included. Examples that do not
        say all inputs are left out.

        Raises:
            RequirementError: an example has another result than the program.
        """
        found = []
        for example in self.examples:
            values = values_of(self.program, binding.signature(self), example)
            if values is None:
                continue
            try:
                outputs = evaluate(self.program, values)
            except MeaningError as error:
                raise RequirementError(
                    f"the example `{example.text}` contradicts how the requirement was understood: {error.message}",
                    hint="correct the example or the requirement",
                ) from None
            wrong = contradiction(self.program, outputs, example.result)
            if wrong:
                raise RequirementError(
                    f"the example `{example.text}` contradicts how the requirement was understood, which gives {wrong}",
                    hint="correct the example or the requirement",
                )
            found.append(values)
        return tuple(found)

    def toml(self) -> str:
        """The form that is shown, and may be edited and given back."""
        lines = [f"intent = {_quoted(self.intent)}", f"function = {_quoted(self.function)}"]
        lines += [f"language = {_quoted(self.language)}", f"confidence = {float(self.confidence):.4g}"]
        lines += [
            "",
            "# What is computed, in the formal notation, and what its names are, in order of the arguments.",
        ]
        lines += _list("statements", [statement_text(s) for s in self.program.statements])
        lines += _list("arguments", [declaration_text(d) for d in self.program.declarations])
        if self.assumptions:
            lines += ["", *_list("assumptions", self.assumptions)]
        lines += ["", f"english = {_block(self.english)}"]
        if self.prototype is not None:
            lines += [f"prototype = {_block(self.prototype.above + self.prototype.text)}"]
        if self.examples:
            lines += _list("examples", [e.text for e in self.examples])
        return "\n".join(lines) + "\n"

    @classmethod
    def from_toml(cls, text: str) -> Requirement:
        """What `toml` wrote, perhaps edited.

        Raises:
            InputError: no TOML, an unknown or a missing key, or a program that cannot be read.
        """
        try:
            table = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise RequirementError(
                f"the requirement is no TOML: {error}", hint="write one with --show-requirement and edit that"
            ) from None
        return cls._of(table)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Requirement:
        """What `to_json` gave.  Raises InputError as `from_toml`."""
        said = {k: v for k, v in data.items() if k not in ("notation", "signature") and v is not None}
        return cls._of(said)

    @classmethod
    def _of(cls, table: Mapping[str, Any]) -> Requirement:
        known = {
            "intent": str, "function": str, "language": str, "confidence": (int, float), "statements": list,
            "arguments": list, "assumptions": list, "english": str, "prototype": str, "examples": list,
        }  # fmt: skip
        for key, value in table.items():
            if key not in known or not isinstance(value, known[key]):  # type: ignore[arg-type]
                raise RequirementError(
                    f"the requirement's `{key}` is " + ("of the wrong type" if key in known else "not known"),
                    hint=f"the keys are {', '.join(known)}",
                )
            if isinstance(value, list) and not all(isinstance(v, str) for v in value):
                raise RequirementError(f"the requirement's `{key}` must be a list of strings")
        missing = [key for key in ("function", "statements", "arguments") if not table.get(key)]
        if missing:
            raise RequirementError(
                f"the requirement has no {' and no '.join(missing)}", hint="see docs/notation.md"
            )
        for key, allowed in (("language", ("c", "cpp")), ("intent", INTENTS)):
            if table.get(key, allowed[0]) not in allowed:
                raise RequirementError(f"{key} is one of {', '.join(allowed)}, not {table[key]}")
        program = parse(f"{'; '.join(table['statements'])} for {', '.join(table['arguments'])}")
        given = prototype.parse(table["prototype"]) if table.get("prototype") else None
        found = tuple(e for t in table.get("examples", ()) for e in examples.read(t)[1])
        return cls(
            program,
            table["function"],
            cast(Language, table.get("language", "c")),
            given,
            table.get("english", ""),
            tuple(table.get("assumptions", ())),
            found,
            float(table.get("confidence", 1.0)),
            cast(Intent, table.get("intent", "generate")),
        )

    def to_json(self) -> dict[str, Any]:
        """For `--json`: the same as in TOML."""
        return {
            "intent": self.intent,
            "function": self.function,
            "language": self.language,
            "confidence": self.confidence,
            "notation": self.notation,
            "statements": [statement_text(s) for s in self.program.statements],
            "arguments": [declaration_text(d) for d in self.program.declarations],
            "assumptions": list(self.assumptions),
            "english": self.english,
            "prototype": None if self.prototype is None else self.prototype.text,
            "signature": binding.signature(self).text,
            "examples": [e.text for e in self.examples],
        }


def _prose(english: str) -> str:
    try:
        return prototype.split(english)[0]
    except InputError:
        return english


# TOML


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _list(key: str, values: Sequence[str]) -> list[str]:
    return [f"{key} = [", *(f"  {_quoted(v)}," for v in values), "]"]


def _block(text: str) -> str:
    """A string over several lines where it has some."""
    if "\n" not in text:
        return _quoted(text)
    lines = "\n".join(_quoted(line)[1:-1] for line in text.split("\n"))
    return f'"""\n{lines}"""'
