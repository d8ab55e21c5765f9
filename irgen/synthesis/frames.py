"""Whole sentences around a clause: orders, questions, docstrings, notes to oneself.

A frame has `@v` for the verb phrase in base form, `@s` in the third person, `@ing` as gerund, `@n` for the noun phrase,
`@F` for the word for a function ("C function", "kernel"), `@G` for what is given ("two arrays …"), `@T` for a title.
"""

from __future__ import annotations

import re

from passwright.irgen.synthesis import words
from passwright.irgen.synthesis.voice import Voice

VERB_FRAMES: tuple[str, ...] = (
    "@V.",
    "@V.",
    "@V.",
    "Write a @F that @s.",
    "Write a @F that @s.",
    "Write a @F to @v.",
    "Write a @F which @s.",
    "Create a @F that @s.",
    "Create a @F to @v.",
    "Implement a @F that @s.",
    "Implement a @F to @v.",
    "I need a @F that @s.",
    "I need a @F to @v.",
    "Please write a @F that @s.",
    "Please @v.",
    "Give me a @F that @s.",
    "Generate a @F that @s.",
    "Generate a @F to @v.",
    "Can you write a @F that @s?",
    "Could you please write a @F to @v?",
    "How do I @v?",
    "I want to @v.",
    "I would like to @v.",
    "A @F that @s.",
    "A @F @ing.",
    "@F that @s.",
    "@F to @v.",
    "@S.",
    "@S.",
    "The function @s.",
    "The function should @v.",
    "We need to @v.",
    "We need a @F that @s.",
    "Help me @v.",
    "Your task is to @v.",
    "The @F must @v.",
    "Code to @v.",
    "Code for @ing.",
    "Loop that @s.",
    "Develop a @F that @s.",
    "Design a @F that @s.",
    "Build a @F that @s.",
    "Define a @F that @s.",
    "Write code to @v.",
    "Write code that @s.",
    "Write efficient code to @v.",
    "Write a fast @F that @s.",
    "I'm looking for a @F that @s.",
    "Looking for a @F to @v.",
    "Provide a @F that @s.",
    "Produce a @F that @s.",
    "Let's @v.",
    "Need: @v.",
    "Need a @F to @v.",
    "Make a @F that @s.",
    "Could you @v?",
    "Can you @v?",
    "Show me how to @v.",
    "What is the code to @v?",
    "Program a @F that @s.",
    "Simply @v.",
    "The goal is to @v.",
    "The task: @v.",
    "This function @s.",
    "This @F @s.",
    "Kernel @ing.",
    "Function for @ing.",
    "Write a @F called \x03 that @s.",
    "Write a function \x03 that @s.",
    "Implement \x03, a @F that @s.",
    "Write a function named \x03 to @v.",
    "Function \x03: @v.",
    "\x03: @s.",
)
NOUN_VERBS: tuple[str, ...] = (
    "compute",
    "calculate",
    "find",
    "determine",
    "evaluate",
    "return",
    "compute and ^return",
    "work out",
    "get",
    "produce",
    "obtain",
    "calculate and ^return",
    "give",
    "output",
    "yield",
    "derive",
)
NOUN_VERB_WEIGHTS = (30, 20, 8, 5, 5, 22, 4, 1, 4, 2, 2, 2, 2, 1, 1, 1)
ARRAY_VERBS: tuple[str, ...] = (
    "compute",
    "calculate",
    "produce",
    "evaluate",
    "return",
    "generate",
    "form",
    "obtain",
    "get",
    "determine",
    "output",
    "build",
)
ARRAY_VERB_WEIGHTS = (35, 20, 4, 4, 12, 3, 3, 2, 2, 2, 1, 1)
NOUN_FRAMES: tuple[str, ...] = (
    "@N.",
    "@N",
    "What is @n?",
    "@F for @n.",
    "@F returning @n.",
    "@F for computing @n.",
    "Computation of @n.",
    "Calculation of @n.",
    "I need @n.",
    "Give me @n.",
    "We want @n.",
    "Please give me @n.",
    "Code for @n.",
    "Kernel: @n.",
    "What's @n?",
    "Need @n.",
    "How can I compute @n?",
    "How do I calculate @n?",
    "Wanted: @n.",
)
GIVEN_VERB: tuple[str, ...] = (
    "Given @G, @v.",
    "Given @G, @v.",
    "Given @G, @v.",
    "For @G, @v.",
    "Given @G, write a @F that @s.",
    "Given @G, write a @F to @v.",
    "Write a @F that takes @G and @s.",
    "Write a @F that takes @G and @s.",
    "Write a @F taking @G that @s.",
    "Write a @F that, given @G, @s.",
    "Create a @F that accepts @G and @s.",
    "Implement a @F that receives @G and @s.",
    "You are given @G. @V.",
    "We have @G. @V.",
    "I have @G. @V.",
    "I have @G and want to @v.",
    "Input: @G. @V.",
    "Takes @G and @s.",
    "A @F that takes @G and @s.",
    "The function takes @G and @s.",
    "Given @G, please @v.",
    "Given @G: @v.",
    "Let us take @G. @V.",
    "Inputs: @G. Task: @v.",
    "Consider @G. @V.",
    "Suppose we have @G. @V.",
    "I'm given @G; @v.",
    "Read @G and @v.",
    "Using @G, @v.",
    "Write a function \x03 that takes @G and @s.",
    "Take @G and @v.",
    "Given @G, I need to @v.",
    "Given @G, how do I @v?",
    "With @G as input, @v.",
    "Given @G as input, @v.",
    "Starting from @G, @v.",
)
GIVEN_NOUN: tuple[str, ...] = (
    "Given @G, what is @n?",
    "Given @G, I need @n.",
    "For @G, give @n.",
    "Input: @G. Output: @n.",
    "Inputs: @G. Output: @n.",
    "Takes @G, returns @n.",
    "Input: @G. Result: @n.",
    "Given @G, the function should return @n.",
    "Arguments: @G. Returns: @n.",
    "Given @G: @n.",
    "Parameters: @G. Returns @n.",
    "We have @G and need @n.",
)
TITLE_FRAMES: tuple[str, ...] = (
    "@T.",
    "@T",
    "Implement @t.",
    "Implement the @t.",
    "@T in C.",
    "Write a @F for @t.",
    "Write @t.",
    "Write the @t.",
    "Compute the @t.",
    "Please implement @t.",
    "@t kernel",
    "A @F implementing @t.",
    "@F implementing the @t.",
    "Perform @t.",
    "Perform the @t.",
    "I need the @t.",
    "C code for @t.",
    "Code up the @t.",
    "Do the @t.",
    "@T, please.",
    "Simple @t.",
    "Give me a @F for the @t.",
    "Function for @t.",
    "Naive @t.",
    "A fast @t.",
    "Efficient @t.",
    "Standard @t.",
    "Basic @t.",
    "Write a @F that implements @t.",
    "Write a @F performing @t.",
    "How do I implement @t?",
    "An implementation of @t.",
)
GIVEN_TITLE: tuple[str, ...] = (
    "Given @G, implement the @t.",
    "Given @G, compute the @t.",
    "@T. Inputs: @G.",
    "@T for @G.",
    "For @G, compute the @t.",
    "Given @G, perform the @t.",
    "@T: takes @G.",
    "Given @G, do the @t.",
)
FORMULA_FRAMES: tuple[str, ...] = (
    "@f",
    "@f.",
    "Compute @f.",
    "Compute @f.",
    "Calculate @f.",
    "Evaluate @f.",
    "Implement @f.",
    "Write a @F for @f.",
    "Write a @F that computes @f.",
    "Write a @F computing @f.",
    "Perform @f.",
    "Do @f.",
    "Kernel: @f.",
    "I need a @F that computes @f.",
    "Please implement @f.",
    "@F that computes @f.",
    "@F: @f",
    "Computes @f.",
    "Give me code for @f.",
    "Loop for @f.",
    "Implement the update @f.",
    "How do I compute @f?",
    "Write code for @f.",
    "Generate a kernel for @f.",
    "Need @f.",
)

GIVEN_FORMULA: tuple[str, ...] = (
    "Given @G, compute @f.",
    "For @G, compute @f.",
    "Given @G: @f.",
    "@f for @G.",
    "Compute @f for @G.",
    "@f, given @G.",
    "Implement @f for @G.",
    "Given @G, calculate @f.",
    "Write a @F that takes @G and computes @f.",
    "Inputs: @G. Compute @f.",
    "Evaluate @f for @G.",
    "Write a @F computing @f for @G.",
    "We have @G. Compute @f.",
    "Perform @f on @G.",
)

_VERB = re.compile(r"\^(\w+)")


def base(phrase: str) -> str:
    return phrase.replace("^", "")


def third(phrase: str) -> str:
    return _VERB.sub(lambda m: words.third_person(m[1]), phrase)


def ing(phrase: str) -> str:
    return _VERB.sub(lambda m: words.gerund(m[1]), phrase)


def frame(
    voice: Voice, form: str, core: str, given: str, function: str, scalar_result: bool
) -> tuple[str, str]:
    """The sentence, and its language ("c", "cpp"). `given` describes the inputs, where the sentence starts with them.
    The sign \\x03 in it stands for the function's name, \\x01name\\x02 before a mention without a name."""
    rng = voice.rng
    language = "c"
    noun = ""
    if form == "formula":
        text = (
            voice.pick("frame.given.formula", GIVEN_FORMULA)
            if given
            else voice.pick("frame.formula", FORMULA_FRAMES)
        )
        text = text.replace("@f", base(core))
    elif form == "sentence":
        text = base(core)
    elif form == "title":
        text = (
            voice.pick("frame.given.title", GIVEN_TITLE) if given else voice.pick("frame.title", TITLE_FRAMES)
        )
        text = text.replace("@T", capital(base(core))).replace("@t", base(core))
    else:
        if form == "noun" and rng.random() < 0.2:
            text = (
                voice.pick("frame.given.noun", GIVEN_NOUN) if given else voice.pick("frame.noun", NOUN_FRAMES)
            )
            noun = base(core)
        else:
            text = (
                voice.pick("frame.given.verb", GIVEN_VERB) if given else voice.pick("frame.verb", VERB_FRAMES)
            )
            if form == "noun":
                verb = (
                    voice.pick("compute", NOUN_VERBS, NOUN_VERB_WEIGHTS)
                    if scalar_result
                    else voice.pick("compute.array", ARRAY_VERBS, ARRAY_VERB_WEIGHTS)
                )
                core = f"^{verb} {core}"
            elif not core.startswith(("^", "first ^")):
                core = "^" + core
        text = (
            text.replace("@N", capital(noun))
            .replace("@n", noun)
            .replace("@V", capital(base(core)))
            .replace("@ing", ing(core))
            .replace("@v", base(core))
            .replace("@S", capital(third(core)))
            .replace("@s", third(core))
        )
    if "@F" in text:
        if rng.random() < 0.06:
            language = "cpp"
            word = voice.pick("function.cpp", words.CPP_NOUNS)
        else:
            word = voice.pick("function", words.FUNCTION_NOUNS, words.FUNCTION_WEIGHTS)
        text = text.replace("a @F", words.article(word)).replace("A @F", capital(words.article(word)))
        text = capital(text.replace("@F", word)) if text.startswith("@F") else text.replace("@F", word)
    elif rng.random() < 0.03 and text.endswith("."):
        language = "cpp"
        text = text[:-1] + voice.pick(
            "language.cpp", (" in C++.", ", in C++.", " using C++.", ". Use C++.", " (C++).")
        )
    elif rng.random() < 0.06 and text.endswith("."):
        text = text[:-1] + voice.pick(
            "language.c",
            (" in C.", ", in C.", " in plain C.", ". Use C.", " (C).", " in C99.", " in ANSI C."),
        )
    text = text.replace("@G", given) if given else text
    text = polish(voice, text)
    return text, language


def polish(voice: Voice, text: str) -> str:
    """Openings, missing full stops and capitals, as people write."""
    rng = voice.rng
    if rng.random() < 0.03:
        opening = voice.pick("opening", words.OPENINGS)
        text = opening + (
            text[0].lower() + text[1:] if opening.endswith(", ") and text[1:2].islower() else text
        )
    if rng.random() < 0.12 and text.endswith("."):
        text = text[:-1]
    if rng.random() < 0.1 and text[1:2].islower():
        text = text[0].lower() + text[1:]
    return text


def capital(text: str) -> str:
    """With a capital at its start, unless that is a name."""
    start = 0
    while start < len(text) and text[start] == "\x01":
        start = text.index("\x02", start) + 1
    return text[:start] + text[start : start + 1].upper() + text[start + 1 :]
