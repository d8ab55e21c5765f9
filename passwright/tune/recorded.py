"""What a build compiled, as the drop-in compilers write it down in `record` mode: one JSON object a line.

The fields are those of a compilation database (`directory`, `file`, `arguments`, `output`), the compiler being the first of
the arguments.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from passwright.passes.errors import InputError
from passwright.passes.json_lines import read_lines


@dataclass(frozen=True)
class Compile:
    """One `-c` compile of one source.

    Attributes:
        directory: where the compiler ran.
        file: the source as it was spelled.
        arguments: the compiler and all of its arguments.
        output: the object, as it was spelled.
    """

    directory: str
    file: str
    arguments: tuple[str, ...]
    output: str

    @property
    def source(self) -> Path:
        """The source's path."""
        return Path(self.directory, self.file)

    @property
    def object(self) -> Path:
        """The object's path."""
        return Path(self.directory, self.output)

    @property
    def flags(self) -> tuple[str, ...]:
        """The arguments without compiler and source."""
        return tuple(argument for argument in self.arguments[1:] if argument != self.file)


def read_compiles(path: Path) -> list[Compile]:
    """The last compile of every object.  A line that was cut off is left out; raises InputError for anything else."""
    found: dict[Path, Compile] = {}
    for number, fields in enumerate(read_lines(path), 1):
        try:
            one = Compile(
                str(fields["directory"]),
                str(fields["file"]),
                tuple(str(argument) for argument in fields["arguments"]),
                str(fields["output"]),
            )
        except (ValueError, KeyError, TypeError, RecursionError):
            raise InputError(
                f"{path}:{number}: no record of a compile", hint="remove the file, build again"
            ) from None
        found.pop(one.object, None)
        found[one.object] = one
    return list(found.values())
