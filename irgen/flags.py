"""A user's compile flags, made fit for lowering: what to keep, what to drop and what to say about it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:  # no import at run time: see clang.py
    from collections.abc import Sequence

_DROP = {
    "-c",
    "-S",
    "-E",
    "-emit-llvm",
    "-pipe",
    "-s",
    "-M",
    "-MM",
    "-MD",
    "-MMD",
    "-MP",
    "-MG",
    "-MV",
    "-###",
    "-v",
}
_DROP_WITH_VALUE = {"-o", "-MF", "-MT", "-MQ", "-MJ", "-L", "-l", "-T", "-z", "-Xlinker"}
_DROP_JOINED = (
    "-o", "-MF", "-MT", "-MQ", "-MJ", "-Wp,-MD", "-Wp,-MMD", "-L", "-l", "-Wl,", "-flto", "-save-temps", "-fuse-ld=",
)  # fmt: skip
_KEEP_WITH_VALUE = {
    "-I", "-D", "-U", "-include", "-imacros", "-isystem", "-iquote", "-idirafter", "-iprefix", "-isysroot",
    "-x", "-target", "-Xclang", "-mllvm", "-Xpreprocessor", "-resource-dir", "--sysroot", "-arch",
}  # fmt: skip
_FAST = {"-ffast-math", "-Ofast", "-funsafe-math-optimizations", "-fassociative-math", "-ffp-model=fast"}


class Flags:
    """Flags for lowering.

    Attributes:
        flags: what is handed to clang.
        march: the last `-march` among them, "" for none.
        notes: what was changed, for the user.
        positional: what is no flag, such as the source file of a compile command.
    """

    def __init__(
        self, flags: tuple[str, ...], march: str, notes: tuple[str, ...], positional: tuple[str, ...] = ()
    ) -> None:
        self.flags, self.march, self.notes, self.positional = flags, march, notes, positional

    def flags_with_march(self) -> tuple[str, ...]:
        """The flags with the `-march` that was set aside."""
        return (*self.flags, f"-march={self.march}") if self.march else self.flags


def clean(flags: Sequence[str]) -> Flags:
    """Drop output, dependency, link and optimisation flags; keep what changes the meaning of the source.

    `-O0` … `-Os` give way to -O3, which is what recipes start from and what they are compared with;
    `-Ofast` leaves `-ffast-math` behind. `positional` holds what is no flag, such as the source file of a
    compile command.
    """
    kept: list[str] = []
    notes: list[str] = []
    positional: list[str] = []
    march = ""
    rest = iter(flags)
    for flag in rest:
        if flag in _DROP_WITH_VALUE:
            next(rest, None)
        elif flag in _KEEP_WITH_VALUE:
            kept += [flag, *([value] if (value := next(rest, None)) is not None else [])]
        elif flag in _DROP or flag.startswith(_DROP_JOINED):
            continue
        elif flag.startswith("-march="):
            march = flag.removeprefix("-march=")
        elif flag.startswith("-O"):
            if flag == "-Ofast":
                kept.append("-ffast-math")
            if flag != "-O3":
                notes.append(f"{flag} is replaced by -O3, the level that results are compared with")
        elif flag.startswith("-"):
            kept.append(flag)
        else:
            positional.append(flag)
    return Flags(tuple(kept), march, tuple(notes), tuple(positional))


def reorders_floats(flags: Sequence[str]) -> bool:
    """Whether the flags let the compiler reorder floating-point arithmetic, which changes last digits."""
    fast = False
    for flag in flags:
        if flag in _FAST:
            fast = True
        elif flag in ("-fno-fast-math", "-fno-associative-math", "-fno-unsafe-math-optimizations"):
            fast = False
    return fast


def sections(flags: Sequence[str]) -> tuple[bool, bool]:
    """Whether functions, and whether data, get a section each: the code generator's business, so not in the IR."""
    functions = data = False
    for flag in flags:
        if flag in ("-ffunction-sections", "-fno-function-sections"):
            functions = flag == "-ffunction-sections"
        elif flag in ("-fdata-sections", "-fno-data-sections"):
            data = flag == "-fdata-sections"
    return functions, data
