"""Kernels that are written for requirements: what decides an answer, and the work, in the daemon or in a client's process.

In the daemon each request has a thread, which reads, writes and judges (generating.py); what they draw from the network is
gathered (gather.py). The generator is loaded with the first request that needs it.
"""

from __future__ import annotations

import asyncio
import json
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from passwright.object_cache import ObjectCache, digest
from passwright.passes.errors import UsageError, WorkerError
from passwright.service import gather
from passwright.service.place import stamp

if TYPE_CHECKING:
    from passwright.generating import Model
    from passwright.irgen.generator.generator import Generator
    from passwright.service.cache import Address

Event = dict[str, Any]
"""`{"reading": …}` (generating.Reading), then `{"token": …}` for each piece of the likeliest candidate."""
Tell = Callable[[Event], None]
STYLES = ("plain", "tuned", "stl")
SAMPLES = 64
AT_A_TIME = 16
"""Requests that are worked on; most of the time they wait for the network or for clang."""


@dataclass(frozen=True)
class Wanted:
    """A request: the arguments of `generating.generate`.

    Attributes:
        language: "c", "cpp", or "" for what the text says.
    """

    text: str
    language: str = ""
    style: str = "plain"
    samples: int = 10
    sure: float = 0.9

    @classmethod
    def of(cls, header: Mapping[str, Any]) -> Wanted:
        """What a header asks for.  Raises UsageError."""
        names = [one.name for one in fields(cls)]
        try:
            wanted = cls(**{name: header[name] for name in names if name in header})
        except TypeError:
            raise UsageError("generate: there is no text", hint="give the requirement as text") from None
        right = (
            isinstance(wanted.text, str)
            and wanted.language in ("", "c", "cpp")
            and wanted.style in STYLES
            and type(wanted.samples) is int
            and 0 <= wanted.samples <= SAMPLES
            and isinstance(wanted.sure, int | float)
        )
        if not right:
            raise UsageError(
                "generate: a field that cannot be used",
                hint=f"text, language (c, cpp), style ({', '.join(STYLES)}), samples (0 to {SAMPLES}), sure (a number)",
            )
        return wanted


def address(wanted: Wanted, folder: Path | None = None) -> Address:
    """Where the answer is kept: by all that decides it, which is the request, the generator's files and this Passwright."""
    return shelf(folder), digest(json.dumps(asdict(wanted)).encode())


def shelf(folder: Path | None = None) -> str:
    """The half of an address that does not hang on the request."""
    return digest(repr(("generate", stamp(), _sources(), _weights(folder or shipped_folder()))).encode())


def here(wanted: Wanted, tell: Tell, *, kept: bool = True, folder: Path | None = None) -> dict[str, Any]:
    """The answer, made in this process, or found on disk. `kept`: look there, and keep it there.

    Raises as `generating.generate`.
    """
    cache = ObjectCache() if kept else None
    where = address(wanted, folder) if kept else ("", "")
    data = cache.get(*where) if cache else None
    if data is not None:
        return {**json.loads(data), "cached": "disk"}
    model = _Model(partial(_loaded, folder or shipped_folder())) if folder else None
    data = _written(wanted, model, tell)
    if cache:
        cache.put(*where, data)
        cache.close()
    return {**json.loads(data), "cached": ""}


class Writing:
    """What the service keeps for `generate`."""

    def __init__(self, folder: Path | None = None, width: float | None = None) -> None:
        """`folder`: of the generator, by default the one that ships; `width`: Δt in seconds."""
        self._folder = folder or shipped_folder()
        self._shelf = ""
        self._loading = threading.Lock()
        self._generator: Generator | None = None
        self.gatherer = gather.Gatherer(self._draw_many, gather.WIDTH if width is None else width)
        self._threads = ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="generate")
        self._stories: dict[Address, _Story] = {}

    async def address(self, wanted: Wanted) -> Address:
        """See `address`. Files are looked at once, before they are loaded."""
        if not self._shelf:
            self._shelf = await asyncio.to_thread(shelf, self._folder)
        return self._shelf, digest(json.dumps(asdict(wanted)).encode())

    @contextmanager
    def story(self, where: Address, tell: Tell) -> Iterator[Tell]:
        """Listen to what happens to a request, from its beginning, with all who ask for the same; gives whom to tell it."""
        story = self._stories.setdefault(where, _Story())
        story.listen(tell)
        try:
            yield story.tell
        finally:
            if story.leave(tell):
                self._stories.pop(where, None)

    async def write(self, wanted: Wanted, tell: Tell) -> bytes:
        """The answer as JSON; given up when the task is cancelled.  Raises as `generating.generate`."""
        loop = asyncio.get_running_loop()
        over = threading.Event()

        def heard(event: Event) -> None:
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(tell, event)

        def work() -> bytes:
            with self.gatherer:
                return _written(wanted, _Model(lambda: self._through(over.is_set)), heard)

        try:
            return await loop.run_in_executor(self._threads, work)
        finally:
            over.set()

    def close(self) -> None:
        """Give up what is under way."""
        self.gatherer.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _loaded(self) -> Generator:
        with self._loading:
            if self._generator is None:
                self._generator = _loaded(self._folder)
            return self._generator

    def _through(self, over: Callable[[], bool]) -> Generator:
        from dataclasses import replace

        from passwright.irgen.generator.batch import Asked
        from passwright.irgen.generator.decode import Drawn

        def draw(asked: Asked) -> list[Drawn]:
            drawn = self.gatherer.draw(replace(asked, over=over))
            if over():
                raise _GivenUp
            return drawn

        return self._loaded().through(draw)

    def _draw_many(self, asked: Any) -> Any:
        from passwright.irgen.generator.batch import draw_many

        return draw_many(self._loaded().network, asked)


class _GivenUp(WorkerError):
    """Nobody waits for it any more."""

    def __init__(self) -> None:
        super().__init__("given up: nobody waits for it any more")


class _Story:
    """What has happened to a request so far, and who is told."""

    def __init__(self) -> None:
        self._events: list[Event] = []
        self._listeners: list[Tell] = []

    def listen(self, tell: Tell) -> None:
        for event in self._events:
            tell(event)
        self._listeners.append(tell)

    def leave(self, tell: Tell) -> bool:
        """Whether nobody listens any more."""
        self._listeners.remove(tell)
        return not self._listeners

    def tell(self, event: Event) -> None:
        self._events.append(event)
        for listener in list(self._listeners):
            listener(event)


class _Model:
    """A generator that is loaded when it is first needed: formal requirements written by the rules need none."""

    def __init__(self, generator: Callable[[], Generator]) -> None:
        self._of = generator
        self._found: Generator | None = None

    def __getattr__(self, name: str) -> Any:
        if self._found is None:
            self._found = self._of()
        return getattr(self._found, name)


def _written(wanted: Wanted, model: Model | _Model | None, tell: Tell) -> bytes:
    from passwright.generating import generate
    from passwright.passes import config

    found = generate(
        wanted.text,
        model=model,
        language=wanted.language or None,  # type: ignore[arg-type]
        style=wanted.style,
        samples=wanted.samples,
        sure=wanted.sure,
        on_reading=lambda reading: tell({"reading": reading.to_json()}),
        on_token=lambda token: tell({"token": token}),
        record=Path(config.data_dir()) / "episodes.jsonl",
    )
    return json.dumps(found.to_json()).encode()


def _loaded(folder: Path) -> Generator:
    from passwright.irgen.generator.generator import Generator

    return Generator.load(folder)


def shipped_folder() -> Path:
    """Of the generator's weights; found without loading what reads them."""
    from importlib.util import find_spec

    spec = find_spec("passwright.irgen")
    assert spec is not None and spec.submodule_search_locations
    return Path(next(iter(spec.submodule_search_locations)), "generator", "weights")


def _weights(folder: Path) -> str:
    """Of the files that decide what the generator writes; "" for a folder without any."""
    names = ("weights.npz", "tokenizer.json", "words.json")
    with suppress(OSError):
        return digest(b"".join(digest((folder / name).read_bytes()).encode() for name in names))
    return ""


def _sources() -> tuple[object, ...]:
    """What tells the code that reads, writes and judges from that of another build, beyond `stamp`."""
    root = shipped_folder().parent.parent
    told: list[object] = []
    for path in (root, root.parent / "bench"):
        for folder, _, names in sorted(os.walk(path)):
            if not any(part in folder for part in ("__pycache__", "corpus", "kernels", "mutants", "native")):
                newest = [
                    os.stat(os.path.join(folder, n)).st_mtime_ns
                    for n in names
                    if n.endswith((".py", ".lark"))
                ]
                told.append((os.path.basename(folder), len(newest), max(newest, default=0)))
    return tuple(told)
