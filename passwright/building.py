"""From a file's IR to its object by a lock file: what `apply` and the drop-in compilers do once clang is under way.

On every build's path, so that the order of things is by time: while clang runs, either the objects that were built before
are looked at, or a child process loads the native core and gets ready. A build runs in that process, with a deadline,
since a lock file is input and LLVM may crash on it.
"""

from __future__ import annotations

from passwright.passes.errors import LockError
from passwright.passes.lock_text import excerpt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from passwright.cli.child import Child
    from passwright.irgen.lowering import Lowering
    from passwright.passes.lock import LockEntry

DEADLINE = 120.0
"""Seconds that building one file may take."""
_WARM_UP = b"define void @f() { ret void }"


class NothingToUse(LockError):
    """The plain compiler is to compile: every entry of the source was rejected in review, say."""


class Build:
    """One source's object by what a lock says of it.

    The attribute `text` is the lock's, empty when it cannot be read; `excerpt` what stands there of the source.
    """

    def __init__(
        self,
        source: str,
        lock: str,
        *,
        kind: str = "obj",
        cache: bool = True,
        unused: bool = True,
        only: Sequence[str] = (),
        require_accepted: bool = False,
    ) -> None:
        """Read the lock. `kind` is "obj" or "asm"; without `cache` what was built before is not looked at.

        Without `unused` a source of which no entry is to be used is not built, but `NothingToUse` is raised: all were
        rejected, or none is of the functions `only` (symbols, or names of C++ functions). With `require_accepted` only
        entries that a review has accepted are used (see `locking.locked`).
        """
        self.source, self.lock, self.kind, self._cache = source, lock, kind, cache
        self._unused, self._only, self._require_accepted = unused, tuple(only), require_accepted
        try:
            with open(lock, "rb") as file:
                self.text = file.read()
        except OSError:
            self.text = b""  # `entries` will say what is wrong
        self.excerpt = excerpt(self.text, lock, source)
        self._child: Child | None = None

    def locked_flags(self) -> tuple[str, ...]:
        """The compile flags of the source's first entry, none where it has no entry.  Raises LockError."""
        from passwright.passes.lock_text import flags

        found = flags(self.excerpt)
        if found is None:
            from passwright.passes.lock import load

            entries = load(self.lock).find(self.source)
            found = entries[0].flags if entries else ()
        return found

    def entries(self, march: str) -> tuple[LockEntry, ...]:
        """What the lock says of this source on a CPU.  Raises LockError."""
        from passwright.irgen.lowering import resolve_march
        from passwright.locking import locked
        from passwright.passes.lock import load, parse_excerpt

        # The lock of a large project takes longer to parse than a small file to compile.
        lock = parse_excerpt(self.excerpt, self.lock) if self.excerpt else load(self.lock)
        found = locked(lock, self.source, resolve_march(march), require_accepted=self._require_accepted)
        if self._only:
            found = tuple(entry for entry in found if any(_is(entry.entry, name) for name in self._only))
        return found

    def object(self, lowering: Lowering, flags: Sequence[str]) -> bytes:
        """The object, or the assembly, from what clang is making.

        Raises as `Lowering.bitcode`, `entries` and `Child.result`.
        """
        from passwright.object_cache import Shelf

        asked = f"{self._only}{self.excerpt}" if self._only else self.excerpt
        shelf = Shelf(asked, self.kind, flags, require_accepted=self._require_accepted)
        cached = self._cache and bool(self.excerpt) and not shelf.empty
        if not cached:
            self._child = self._builder(lowering.march, flags)
        bitcode = lowering.bitcode()
        data = shelf.get(bitcode) if cached else None
        if data is None:
            data = self.object_of_ir(bitcode, lowering.march, flags)
            if self.excerpt:
                shelf.put(bitcode, data)
        return data

    def object_of_ir(self, bitcode: bytes, march: str, flags: Sequence[str]) -> bytes:
        """The object, or the assembly, of IR that is there already.  Raises as `entries` and `Child.result`."""
        if self._child is None:
            self._child = self._builder(march, flags)
        self._child.start(bitcode)
        return self._child.result(DEADLINE)

    def cancel(self) -> None:
        """End what still runs."""
        if self._child is not None:
            self._child.cancel()

    def _builder(self, march: str, flags: Sequence[str]) -> Child:
        """A process that builds the object from the IR that it will be given; what it raises is raised by `result`."""
        from passwright.cli.child import Child

        entries: list[LockEntry] = []

        def prepare() -> None:
            import passwright._native as native
            from passwright.irgen.flags import reorders_floats
            from passwright.passes import exact

            entries.extend(self.entries(march))
            if not entries and not self._unused:
                raise NothingToUse(f"{self.source}: no entry is to be used")
            # The first run of a pipeline waits for LLVM's pages and tables, the next one does not.
            module = native.Module.parse(_WARM_UP)
            module.run("default<O3>")
            module.emit(self.kind)
            for entry in entries:
                for step in entry.recipe.steps:
                    # Remembered, and compiling its patterns takes milliseconds.
                    exact.refused(step, reorders_floats(flags))

        def work(bitcode: bytes) -> bytes:
            from passwright._native import Module
            from passwright.locking import build

            return build(Module.parse(bitcode, self.source), entries, flags, kind=self.kind)

        return Child(prepare, work)


def _is(symbol: str, name: str) -> bool:
    """Whether a symbol is the function's, by itself or as C++ writes its name into the symbol."""
    return symbol == name or (symbol.startswith("_Z") and f"{len(name)}{name}" in symbol)
