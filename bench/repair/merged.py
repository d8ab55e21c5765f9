"""Several variants of one C program in one executable: compiled and linked once, told apart by an argument.

Each copy stands between macros that give its file-scope names a number, `main` included; the headers come once, in front. A
copy that does not compile is named by its `#line` and left out. Where that does not work out, the variants are built one
by one. C++ is always built one by one.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from passwright.irgen.clang import Compilation, find_clang
from passwright.irgen.repair.names import KEYWORDS, Names
from passwright.irgen.tokens import Source, read
from passwright.passes.errors import CompileError, ToolchainError

_INCLUDE = re.compile(r"(?m)^[ \t]*#[ \t]*include[^\n]*$")
_DEFINED = re.compile(r"(?m)^[ \t]*#[ \t]*(?:define|undef)[ \t]+(\w+)")
_FAILED = re.compile(r"^copy(\d+)\.c:\d+", re.MULTILINE)
_ROUNDS = 6
TIMEOUT = 30.0


@dataclass(frozen=True)
class Built:
    """A program that runs: `argv` before the user's arguments."""

    argv: tuple[str, ...]


def build(
    sources: Sequence[str],
    folder: Path,
    *,
    suffix: str = ".c",
    flags: Sequence[str] = (),
    others: Sequence[str] = (),
    merge: bool = True,
) -> list[Built | None]:
    """Executables of the sources, None for those that do not compile or link.

    `others`: objects, sources and libraries to link with; `merge`: as one executable where that works.
    Raises ToolchainError where there is no linker.
    """
    if merge and len(sources) > 1 and suffix == ".c":
        found = _together(sources, folder, flags, others)
        if found is not None:
            return found
    return [
        _alone(text, folder / f"single{number}", suffix, flags, others) for number, text in enumerate(sources)
    ]


def _alone(text: str, base: Path, suffix: str, flags: Sequence[str], others: Sequence[str]) -> Built | None:
    source = base.with_suffix(suffix)
    source.write_text(text, encoding="utf-8", errors="surrogateescape")
    if _compile(source, base.with_suffix(".o"), flags) or not _link(base, suffix, others):
        return None
    return Built((str(base),))


def _compile(source: Path, output: Path, flags: Sequence[str]) -> str:
    """Compile; returns the diagnostics of a failure, empty when it worked."""
    try:
        run = Compilation([*find_clang().argv, "-c", "-O0", "-w", *flags, str(source)]).wait(TIMEOUT)
    except CompileError as error:
        return error.message
    if run.returncode != 0:
        return run.diagnostics or "failed"
    output.write_bytes(run.output)
    return ""


def linker(suffix: str) -> str:
    """A driver that links.  Raises ToolchainError."""
    names = ("clang++-19", "g++", "clang++") if suffix != ".c" else ("clang-19", "gcc", "clang", "cc")
    for name in names:
        if found := shutil.which(name):
            return found
    raise ToolchainError("no driver to link the program with", hint="apt-get install gcc g++")


def _link(base: Path, suffix: str, others: Sequence[str]) -> bool:
    command = [linker(suffix), str(base.with_suffix(".o")), *others, "-lm", "-o", str(base)]
    try:
        return subprocess.run(command, capture_output=True, timeout=TIMEOUT, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def _together(
    sources: Sequence[str], folder: Path, flags: Sequence[str], others: Sequence[str]
) -> list[Built | None] | None:
    base = folder / "merged"
    left = {number: text for number, text in enumerate(sources) if _balanced(text)}
    for _ in range(_ROUNDS):
        if not left:
            return [None] * len(sources)
        path = base.with_suffix(".c")
        path.write_text(merged(left), encoding="utf-8", errors="surrogateescape")
        problem = _compile(path, base.with_suffix(".o"), [*flags, "-ferror-limit=0"])
        if not problem:
            if not _link(base, ".c", others):
                return None
            return [
                Built((str(base), str(number))) if number in left else None for number in range(len(sources))
            ]
        named = {int(number) for number in _FAILED.findall(problem)}
        if not named & set(left):
            return None
        # What is wrong with one copy may show in the next one: that is tried again.
        order = list(left)
        guilty = {
            at for before, at in zip([-1, *order], order, strict=False) if at in named and before not in named
        }
        left = {number: text for number, text in left.items() if number not in guilty}
    return None


def _balanced(text: str) -> bool:
    """Whether every bracket has its partner; a copy without would spoil those behind it."""
    open_ones: list[str] = []
    for token in read(text).tokens:
        if token.kind == "op" and token.text in "([{":
            open_ones.append(token.text)
        elif (
            token.kind == "op"
            and token.text in ")]}"
            and (not open_ones or "([{".index(open_ones.pop()) != ")]}".index(token.text))
        ):
            return False
    return not open_ones


def merged(sources: dict[int, str]) -> str:
    """The text of a file that has all of them."""
    includes: dict[str, None] = {}
    bodies: list[str] = []
    for number, text in sources.items():
        includes.update(dict.fromkeys(_INCLUDE.findall(text)))
        names = sorted(_file_names(read(text)) - set(_DEFINED.findall(text)))
        renamed = "".join(f"#define {name} {name}__{number}\n" for name in names)
        back = "".join(f"#undef {name}\n" for name in names)
        macros = "".join(f"#undef {name}\n" for name in dict.fromkeys(_DEFINED.findall(text)))
        bodies.append(f'{renamed}#line 1 "copy{number}.c"\n{_INCLUDE.sub("", text)}\n{back}{macros}')
    cases = "".join(f"case {number}: run = (void *)main__{number}; break;\n" for number in sources)
    last = f"""#line 1 "choice.c"
int main(int count, char **words) {{
  void *run = 0;
  int number = 0;
  for (char *at = words[1]; *at; at++) number = 10 * number + (*at - '0');
  switch (number) {{
{cases}  default: return 125;
  }}
  words[1] = words[0];
  return ((int (*)(int, char **))run)(count - 1, words + 1);
}}
"""
    return "\n".join(includes) + "\n" + "".join(bodies) + last


def _file_names(source: Source) -> set[str]:
    """Names that copies would share: functions, globals, tags, types and enumerators."""
    found = {one.name for one in Names(source).all if one.body == -1} | {"main"}
    for place, token in enumerate(source.tokens):
        if token.text in ("struct", "union", "enum") and source[place + 1] not in ("{", ""):
            found.add(source[place + 1])
        if token.text == "enum":
            brace = place + 1 if source[place + 1] == "{" else place + 2
            if source[brace] == "{" and brace in source.partner:
                inside = source.tokens[brace + 1 : source.partner[brace]]
                found |= {one.text for one in inside if one.kind == "name"}
        if token.text == "typedef":
            end = place
            while end < len(source.tokens) and source[end] != ";":
                end = source.partner[end] + 1 if source[end] == "{" and end in source.partner else end + 1
            if end > place and end <= len(source.tokens) and source.tokens[end - 1].kind == "name":
                found.add(source[end - 1])
    return {name for name in found if re.fullmatch(r"[A-Za-z_]\w*", name)} - (KEYWORDS - {"main"})
