"""Where the defect classifier's examples come from: mutants of our kernels, and public labelled functions.

Everything is `Labelled` source: text, entry, label, the line that is wrong where it is known, and the group along which
sets are split. Nothing is compiled here (policy/defect_graphs.py).

Public files are given as a folder (`--public`), with `defects/juliet.jsonl.gz`, `defects/sven_train.jsonl.gz` and
`repair/codeflaws.jsonl.gz`; what is not there is left out. Their functions come without headers, so each set gets a
preamble of declarations.
"""

from __future__ import annotations

import difflib
import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from passwright.bench.mutants.rows import Row

Split = Literal["train", "validation", "test"]

_HEADERS = "".join(
    f"#include <{name}.h>\n"
    for name in [
        "stdio",
        "stdlib",
        "string",
        "stdint",
        "limits",
        "float",
        "math",
        "wchar",
        "ctype",
        "assert",
        "time",
        "errno",
        "inttypes",
        "unistd",
    ]
)
_SOCKETS = "".join(
    f"#include <{name}.h>\n"
    for name in ["sys/types", "sys/socket", "netinet/in", "arpa/inet", "alloca", "stdbool"]
)
_JULIET = f"""{_HEADERS}{_SOCKETS}
#define ALLOCA alloca
#define SNPRINTF snprintf
#define CHAR_ARRAY_SIZE (3 * sizeof(int) + 2)
#define TCP_PORT 27015
#define LISTEN_BACKLOG 5
#define IP_ADDRESS "127.0.0.1"
#define SOCKET int
#define INVALID_SOCKET -1
#define SOCKET_ERROR -1
#define CLOSE_SOCKET close
#define RAND32() ((int)((unsigned)rand() << 30 ^ (unsigned)rand() << 15 ^ (unsigned)rand()))
#define RAND64() ((int64_t)((uint64_t)rand() << 45 ^ (uint64_t)rand() << 15 ^ (uint64_t)rand()))
#define SRC_STRING "AAAAAAAAAA"
#define SRC_STR "0123456789abcdef0123456789abcde"
#define HELLO_STRING "hello"
#define WIDE_STRING L"AAAAAAAAAA"
#define ASSERT_VALUE 5
typedef struct _twoIntsStruct {{ int intOne; int intTwo; }} twoIntsStruct;
typedef struct _charVoid {{ char charFirst[16]; void *voidSecond; void *voidThird; }} charVoid;
void printLine(const char *); void printWLine(const wchar_t *); void printIntLine(int); void printShortLine(short);
void printFloatLine(float); void printLongLine(long); void printLongLongLine(int64_t); void printSizeTLine(size_t);
void printHexCharLine(char); void printUnsignedLine(unsigned); void printHexUnsignedCharLine(unsigned char);
void printDoubleLine(double); void printStructLine(const twoIntsStruct *);
#line 1
"""
_PLAIN = f"{_HEADERS}#line 1\n"


@dataclass(frozen=True)
class Labelled:
    """One function with its label.

    Attributes:
        origin: "mutants", "juliet", "sven" or "codeflaws".
        group: kernel, problem or template; variants of one are compared with each other and never split.
        family: what the split goes along: family of kernels, problem, CWE.
        split: train, validation or test.
        defective: the label.
        line: that is wrong, from 1; 0 unknown.
        kind: the mutation operator, the CWE or the class of the defect; "" for what is clean.
        shows: how a mutant's defect showed.
        source, suffix, entry, preamble: what to compile.
    """

    origin: str
    group: str
    family: str
    split: Split
    defective: bool
    line: int
    kind: str
    shows: str
    source: str
    suffix: str
    entry: str
    preamble: str = ""


def of_mutants(rows: list[Row]) -> Iterator[Labelled]:
    """Our own labelled mutants: held-out families are for testing, a sixth of the others for validation."""
    for row in rows:
        split: Split = "test" if row.held_out else "validation" if _lot(row.family, 6) == 0 else "train"
        suffix = ".cpp" if row.language == "c++" else ".c"
        yield Labelled(
            "mutants", row.kernel, row.family, split, row.defective, row.line if row.operator else 0, row.operator,
            row.shows, row.source, suffix, row.entry,
        )  # fmt: skip


def of_public(folder: Path, pairs: int) -> Iterator[Labelled]:
    """What of the public sets is in `folder`; at most so many pairs of Codeflaws."""
    yield from _juliet(folder / "defects/juliet.jsonl.gz")
    yield from _sven(folder / "defects/sven_train.jsonl.gz")
    yield from _codeflaws(folder / "repair/codeflaws.jsonl.gz", pairs)


def _juliet(path: Path) -> Iterator[Labelled]:
    """By CWE: a quarter of them for testing. Templates that occur there are trained on nowhere."""
    rows = list(_read(path))
    tested = {_template(row["file"]) for row in rows if _lot(row["cwe"], 4) == 0}
    for row in rows:
        template, lot = _template(row["file"]), _lot(row["cwe"], 4)
        if lot and template in tested:
            continue
        split: Split = "test" if lot == 0 else "validation" if _lot(template, 8) == 0 else "train"
        yield Labelled(
            "juliet", row["file"], row["cwe"], split, bool(row["label"]), 0, row["cwe"] if row["label"] else "", "",
            _visible(row["func"]), ".c", row["func_name"], _JULIET,
        )  # fmt: skip


def _template(file: str) -> str:
    """What a file of Juliet has in common with those of other CWEs: its name without the CWE and the number."""
    return re.sub(r"_\d+[a-z]?\.c$", "", file.partition("__")[2])


def _sven(path: Path) -> Iterator[Labelled]:
    """By project."""
    for row in _read(path):
        project = row["commit_link"].split("/")[2]
        split = _by_lot(project)
        suffix = ".c" if row["file_name"].endswith((".c", ".h")) else ".cpp"
        line = next(iter(one["line_no"] for one in row["line_changes"]["deleted"]), 0)
        for key, defective in (("func_src_before", True), ("func_src_after", False)):
            yield Labelled(
                "sven", row["commit_link"] + row["func_name"], project, split, defective, line if defective else 0,
                row["vul_type"] if defective else "", "", _visible(row[key]), suffix, row["func_name"], _PLAIN,
            )  # fmt: skip


def _codeflaws(path: Path, pairs: int) -> Iterator[Labelled]:
    """By problem; pairs are drawn by the hash of their id, the same ones each time."""
    rows = sorted(_read(path), key=lambda row: _digest(row["id"]))[:pairs]
    for row in rows:
        problem = "-".join(row["id"].split("-")[:2])
        split, line = _by_lot(problem), changed_line(row["buggy"], row["fixed"])
        for key, defective in (("buggy", True), ("fixed", False)):
            yield Labelled(
                "codeflaws", row["id"], problem, split, defective, line if defective else 0,
                row["defect_class"] if defective else "", "", row[key], ".c", "main", "",
            )  # fmt: skip


def _visible(function: str) -> str:
    """Without `static`: what nobody calls would not be compiled, and in Juliet it tells the good from the bad."""
    return re.sub(r"^(\s*)static\s+(inline\s+)?", r"\1", function)


def changed_line(before: str, after: str) -> int:
    """The first line of `before` that is not in `after`, from 1; the line before an insertion."""
    matcher = difflib.SequenceMatcher(None, before.splitlines(), after.splitlines(), autojunk=False)
    for tag, start, *_ in matcher.get_opcodes():
        if tag != "equal":
            return max(1, start + (tag != "insert"))
    return 0


def _by_lot(name: str) -> Split:
    lot = _lot(name, 20)
    return "test" if lot < 4 else "validation" if lot < 6 else "train"


def _lot(name: str, lots: int) -> int:
    return int(_digest(name)[:8], 16) % lots


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def _read(path: Path) -> Iterator[dict[str, Any]]:
    if path.is_file():
        with gzip.open(path, "rt", encoding="utf-8") as file:
            yield from map(json.loads, file)
