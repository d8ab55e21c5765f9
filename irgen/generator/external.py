"""Any causal or sequence-to-sequence code model of Hugging Face's format, from a folder, in the generator's place.

    ExternalModel.load(Path("models/some-code-model")).code(program, "c", "plain", k=4)

It writes code only: requirements are still read by the generator that ships. The prompt is the program as a comment and the
signature, on canonical names; what follows is cut where the function's bracket closes. Needs torch and transformers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from passwright.irgen.generator.decode import Drawing
from passwright.irgen.generator.generator import Generator, Language
from passwright.irgen.notation.canonical import canonical
from passwright.irgen.notation.syntax import Program
from passwright.irgen.notation.text import program_text
from passwright.irgen.prototype import Prototype
from passwright.passes.errors import InputError, ToolchainError

_NEW_TOKENS = 320


class ExternalModel:
    """A model and its tokenizer; `reader` reads requirements."""

    def __init__(self, model: Any, tokenizer: Any, reader: Generator | None = None) -> None:
        self._model, self._tokenizer, self._reader = model, tokenizer, reader

    @classmethod
    def load(cls, folder: Path, reader: Generator | None = None) -> ExternalModel:
        """The model in `folder`; nothing is fetched from elsewhere, and no code in the folder is run.

        Raises:
            ToolchainError: torch or transformers is missing. InputError: no model is there.
        """
        try:
            import torch
            from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoTokenizer
        except ImportError as problem:
            raise ToolchainError(
                f"another model needs {problem.name}", hint="pip install 'passwright[train]'"
            ) from None
        try:
            config = AutoConfig.from_pretrained(folder, local_files_only=True)
            kind: Any = AutoModelForSeq2SeqLM if config.is_encoder_decoder else AutoModelForCausalLM
            model: Any = kind.from_pretrained(folder, local_files_only=True)
            tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        except (OSError, ValueError) as problem:
            raise InputError(
                f"{folder}: no model of Hugging Face's format ({str(problem).splitlines()[0]})",
                hint="give the folder with config.json, the weights and the tokenizer",
            ) from None
        return cls(model.to("cuda" if torch.cuda.is_available() else "cpu").eval(), tokenizer, reader)

    def intent(self, english: str) -> Mapping[str, float]:
        return self._shipped().intent(english)

    def parse(
        self, english: str, prototype: Prototype | None = None, k: int = 1, sure: float = Drawing.sure
    ) -> list[tuple[Program, float]]:
        return self._shipped().parse(english, prototype, k, sure)

    def code(
        self,
        program: Program,
        language: Language = "c",
        style: str = "plain",
        k: int = 1,
        on_token: Callable[[str], None] | None = None,
        sure: float = Drawing.sure,
        greedy: bool = True,
    ) -> list[tuple[str, float]]:
        """Bodies on canonical names, the likeliest first, with the geometric mean of its tokens' probabilities.

        All `k` are drawn, to their end, unless one is asked for and it is to be `greedy`.
        """
        import torch

        prompt = prompt_of(program, language)
        inputs = self._tokenizer(prompt, return_tensors="pt").to(self._model.device)
        both = self._model.config.is_encoder_decoder
        sampling = (
            {"do_sample": True, "temperature": 0.7, "top_p": 0.95}
            if k > 1 or not greedy
            else {"do_sample": False}
        )
        with torch.no_grad():
            out = self._model.generate(
                **inputs,
                **sampling,
                num_return_sequences=k,
                max_new_tokens=_NEW_TOKENS,
                return_dict_in_generate=True,
                output_scores=True,
                pad_token_id=self._tokenizer.pad_token_id or self._tokenizer.eos_token_id or 0,
            )
            scores = self._model.compute_transition_scores(out.sequences, out.scores, normalize_logits=True)
        found: dict[str, float] = {}
        for sequence, score in zip(out.sequences, scores, strict=True):
            written = sequence if both else sequence[inputs["input_ids"].shape[1] :]
            body = body_of(self._tokenizer.decode(written, skip_special_tokens=True))
            finite = score[torch.isfinite(score)]
            if body and body not in found:
                found[body] = float(finite.mean().exp()) if len(finite) else 0.0
        ranked = sorted(found.items(), key=lambda f: -f[1])
        if on_token is not None and ranked:
            on_token(ranked[0][0])
        return ranked

    def _shipped(self) -> Generator:
        if self._reader is None:
            self._reader = Generator.load()
        return self._reader


def prompt_of(program: Program, language: Language) -> str:
    """The program as a comment, and the signature with an open bracket."""
    from passwright.irgen.synthesis.check import signature

    whole = canonical(program)
    headers = (
        "#include <cstdint>\n#include <cmath>"
        if language == "cpp"
        else "#include <stdint.h>\n#include <math.h>"
    )
    return f"{headers}\n\n// {program_text(whole.program)}\n{signature(whole.program.declarations, 'kernel')} {{\n"


def body_of(text: str) -> str:
    """What stands before the bracket that closes the function, without a signature that the model may have repeated."""
    start = text.find("{") + 1 if "kernel(" in text.split("{")[0] else 0
    depth = 0
    for at in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if depth < 0:
            return " ".join(text[start:at].split())
    return " ".join(text[start:].split()) if depth == 0 else ""
