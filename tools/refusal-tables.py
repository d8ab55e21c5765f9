"""What recipes may not contain, and how large modules may grow, as C++ for the clang plugin.

The tables have one home each (passes/exact.py, passes/build.py); this prints them. CMake runs it from the checkout, where
the package need not be installed yet:

    python tools/refusal-tables.py > refusal_tables.inc
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Print the tables."""
    package = ModuleType("passwright")  # without its own __init__, which needs the native core
    package.__path__ = [str(ROOT)]
    sys.modules["passwright"] = package
    from passwright.passes import exact
    from passwright.passes.build import Limits
    from passwright.passes.recipe import REFERENCES

    references: list[str] = []

    print("// Made by tools/refusal-tables.py.  Do not edit.")
    for name, table in (("deniedKnobs", exact.KNOBS), ("deniedPasses", exact.PASSES)):
        print(f"const Denied {name}[] = {{")
        for entry in table:
            pattern, reason, harmless = map(text, (entry.pattern, entry.reason, entry.harmless))
            print(f"    {{{pattern}, {reason}, {str(entry.fast_math).lower()}, {harmless}}},")
        print("};")
    print(
        f"const StringRef conflicts[][2] = {{{', '.join(f'{{{text(a)}, {text(b)}}}' for a, b in exact.CONFLICTS)}}};"
    )
    print(f"const StringRef attributes[] = {{{', '.join(map(text, exact.ATTRIBUTES))}}};")
    for objective, reference in REFERENCES.items():
        steps = ", ".join(text(str(step)) for step in reference)
        references.append(f"{{{text(objective)}, {{{steps}}}}}")
    print(f"const std::map<std::string, Recipe> references = {{{', '.join(references)}}};")
    limits = Limits()
    print(f"constexpr double growthLimit = {limits.growth!r};")
    print(f"constexpr size_t growthFloor = {limits.floor};")


def text(value: str) -> str:
    """A C++ string; patterns must mean the same to LLVM's regular expressions (POSIX extended)."""
    assert "(?" not in value and "\\" not in value, value
    return json.dumps(value)


if __name__ == "__main__":
    main()
