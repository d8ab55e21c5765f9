"""Pure recursive functions of integers: results kept in a table.

Pure is what LLVM proves: its attribute inference gives the function `memory(none)`. It must call itself at least twice, or
nothing is computed again. The table is direct-mapped, static and not safe for threads, which the rationale says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from passwright._native import Module
from passwright.irgen.kernel import Kernel
from passwright.irgen.repair.context import Context
from passwright.suggest.loops import head_start
from passwright.suggest.proposal import Proposal

ENTRIES = 4096
_INTEGER = re.compile(
    r"(?:const )?((?:unsigned |signed )?(?:int|long|long long|short|char)|u?int\d+_t|size_t) (\w+)"
)


def memoised(context: Context, kernel: Kernel) -> Iterator[Proposal]:
    """Functions of the file that are worth a table."""
    source = context.source
    pure: set[str] | None = None
    for brace, close in source.bodies:
        opening = source.partner.get(brace - 1, -1)
        name = source[opening - 1] if opening > 0 else ""
        calls = [at for at in range(brace, close) if source[at] == name and source[at + 1] == "("]
        if len(calls) < 2:
            continue
        start = head_start(source, brace)
        returns = source.text[start : source.tokens[opening - 1].start].strip()
        words = " ".join(source.slice(opening + 1, brace - 2).split()) if brace - 2 > opening else ""
        parameters = [_INTEGER.fullmatch(one.strip()) for one in words.split(",")]
        if (
            not parameters
            or None in parameters
            or len(parameters) > 3
            or "*" in returns
            or "void" in returns.split()
        ):
            continue
        pure = _pure(kernel) if pure is None else pure
        if name not in pure:
            continue
        known = [(one[1], one[2]) for one in parameters if one]
        yield Proposal(
            "memoise", source.tokens[brace].line,
            f"'{name}' is pure (LLVM proves that it neither reads nor writes memory) and calls itself {len(calls)} times: "
            f"results are kept in a table of {ENTRIES}, so that each is "
            "computed once. The table outlives the call, which the time shows, and is not safe for threads",
            _with_table(source.text, start, source.tokens[close].end, name, returns, known),
        )  # fmt: skip


def _pure(kernel: Kernel) -> set[str]:
    module = Module.parse(kernel.bitcode, kernel.name)
    module.run("function(sroa,early-cse,simplifycfg),cgscc(function-attrs)")
    text = module.ir()
    groups = {
        one[1] for one in re.finditer(r"(?m)^attributes #(\d+) = \{(.*)\}$", text) if "memory(none)" in one[2]
    }
    heads = re.finditer(r"(?m)^define [^\n]*@(\w+)\([^\n]*\) [^\n]*?#(\d+)", text)
    return {one[1] for one in heads if one[2] in groups}


def _with_table(
    text: str, start: int, end: int, name: str, returns: str, parameters: list[tuple[str, str]]
) -> str:
    plain = returns.replace("static ", "").replace("inline ", "").replace("extern ", "")
    hidden = f"{name}_computed"
    declared = ", ".join(f"{kind} {one}" for kind, one in parameters)
    names = ", ".join(one for _, one in parameters)
    digest = " ^ ".join(
        f"(unsigned long){one} * {odd}ul" for (_, one), odd in zip(parameters, (1, 31, 1021), strict=False)
    )
    same = " && ".join(f"at->{one} == {one}" for _, one in parameters)
    fields = " ".join(f"{kind} {one};" for kind, one in parameters)
    stores = " ".join(f"at->{one} = {one};" for _, one in parameters)
    body = text[start:end]
    original = re.sub(rf"\b{name}\b", hidden, body[: body.index("(")]) + body[body.index("(") :]
    original = original if original.lstrip().startswith("static") else f"static {original}"
    prototype = f"static {plain} {hidden}({declared});\n"
    wrapper = (
        f"{prototype}\n{returns} {name}({declared}) {{\n"
        f"  static struct {{ {fields} {plain} value; char known; }} table[{ENTRIES}];\n"
        f"  unsigned long place = ({digest}) % {ENTRIES}u;\n"
        f"  if (table[place].known && {same.replace('at->', 'table[place].')}) return table[place].value;\n"
        f"  {plain} value = {hidden}({names});\n"
        f"  {stores.replace('at->', 'table[place].')} table[place].value = value; table[place].known = 1;\n"
        f"  return value;\n}}\n\n"
    )
    return text[:start] + wrapper + original + text[end:]
