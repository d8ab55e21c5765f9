"""The service over HTTP: a FastAPI application, its OpenAPI page at /docs.

Binary data is base64 in JSON. Errors have the form that the command line prints: {"error": {"kind", "message", "hint"}}.
A job's compile flags are of a known list, because a compiler can be told to read, write and load files.
"""

from __future__ import annotations

import asyncio
import json
import re
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any, Literal

from fastapi import FastAPI, Header, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, field_validator
from starlette.exceptions import HTTPException as StarletteHTTPException

from passwright import __version__
from passwright.passes.errors import PasswrightError, UsageError
from passwright.service import choosing, protocol
from passwright.service.guard import Guard, TooLarge
from passwright.service.listen import is_loopback
from passwright.service.requests import LONGEST
from passwright.service.service import Answer, Service
from passwright.service.tuning import Job, Tuning
from passwright.service.writing import SAMPLES, Wanted

BODY = 16 << 20
"""Bytes of a request's body."""
SECONDS = 120.0
"""For one request, but a tuning job, which may be asked after."""
BUDGET = 300.0
"""Seconds that a tuning job may search per kernel."""
LONGEST_TEXT = 4000
"""Characters of a requirement."""
SOURCE = 1 << 20
"""Characters of a source."""
_STATUS = {1: 422, 2: 400, 3: 422, 4: 500}
"""By exit code: the input's fault, usage, verification, ours."""
_FLAG = re.compile(
    r"-D\w+(=[\w.+-]*)?|-U\w+|-std=[\w+]+|-O[0-3sz]|-Ofast|-g[0-3]?|-w"
    r"|-f(no-)?(fast-math|associative-math|unsafe-math-optimizations|math-errno|trapping-math|signed-zeros|finite-math-only"
    r"|reciprocal-math|strict-aliasing|wrapv|exceptions|rtti|unroll-loops|vectorize|slp-vectorize|signed-char|unsigned-char"
    r"|omit-frame-pointer|builtin|PIC|pic)|-ffp-(contract|model)=\w+"
    r"|-m(tune|arch|prefer-vector-width)=[\w.-]+|-m(no-)?(avx|sse|fma|bmi|f16c)[\w.]*"
)


def _decoded(text: object) -> bytes:
    if not isinstance(text, str):
        raise ValueError("not base64 in a string")
    return b64decode(text, validate=True)  # a ValueError, if it is none


Base64 = Annotated[
    bytes, BeforeValidator(_decoded), WithJsonSchema({"type": "string", "contentEncoding": "base64"})
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Build(_Strict):
    bitcode: Base64 = Field(
        description="the file's unoptimised IR: clang -O3 -Xclang -disable-llvm-passes -emit-llvm"
    )
    source: str = Field("<memory>", max_length=4096, description="the file's name")
    march: str = Field("native", max_length=64, description="what it was compiled for")
    flags: list[str] = Field(
        [], max_length=256, description="what it was compiled with; only fast-math counts here"
    )
    kind: Literal["obj", "asm"] = "obj"


class ApplyRequest(_Build):
    """A file to be built by its lock entries; `source` is its name in the lock."""

    lock: str = Field(max_length=BODY, description="the text of passwright.lock")


class LearnedRequest(_Build):
    """A file to be built with recipes that the learned policy chooses without running anything."""

    seconds: float = Field(choosing.SECONDS, ge=0, le=LONGEST, description="that choosing may take, about")


class Choice(BaseModel):
    """What was decided for one function; see `choosing.Choice`."""

    entry: str
    recipe: str
    gain: float
    probability: float
    tried: int


class BuiltObject(BaseModel):
    """An object; `recipes` by function, of those that are not at -O3; `cached`: where it was found, "" if it was made."""

    object: str = Field(description="base64")
    recipes: dict[str, str]
    choices: list[Choice]
    cached: str


class OptimizeRequest(_Strict):
    """A source to be searched, verified and measured, as `passwright optimize` does."""

    source: str = Field(
        max_length=SOURCE, description="the text of a C or C++ file that needs no files but the system's"
    )
    name: str = Field(
        "kernel.c",
        pattern=r"^\w[\w.+-]{0,99}\.(c|cc|cpp|cxx)$",
        description="its name, whose suffix says the language",
    )
    entries: list[str] = Field([], max_length=64, description="functions; default: all with a loop")
    flags: list[str] = Field([], max_length=64)
    march: str = Field("native", pattern=r"^[\w.-]{1,40}$")
    budget: float = Field(20.0, ge=0, le=BUDGET, description="seconds per kernel")
    objective: Literal["time", "size", "ir-instructions"] = "time"
    policy: Literal["learned", "evolve", "coreset", "random"] = "learned"
    workload: str = Field(
        "", max_length=SOURCE, description="how to call the kernel (TOML); default: inferred"
    )

    @field_validator("flags")
    @classmethod
    def _known(cls, flags: list[str]) -> list[str]:
        for flag in flags:
            if not _FLAG.fullmatch(flag):
                raise ValueError(f"{flag}: not among the flags that a tuning job may have")
        return flags


class GenerateRequest(_Strict):
    """A requirement to write a kernel for, as `passwright generate` does."""

    text: str = Field(
        max_length=LONGEST_TEXT,
        description="English or the formal notation, with a prototype if the function must have one",
    )
    language: Literal["", "c", "cpp"] = Field("", description="default: what the text says, else c")
    style: Literal["plain", "tuned", "stl"] = "plain"
    samples: int = Field(10, ge=0, le=SAMPLES, description="candidates of the generator; 0: the rules alone")
    sure: float = Field(0.9, description="a text that is so probable ends the drawing of others beside it")
    stream: bool = Field(False, description="answer with server-sent events: reading, token, result or error")


class Candidate(BaseModel):
    """A source that was written and judged; `verdict` as in `Generated`."""

    origin: Literal["generator", "rules"]
    confidence: float
    verdict: str
    message: str


class Generated(BaseModel):
    """What `generate --json` prints of the kernel; `cached`: where it was found, "" if it was made."""

    requirement: dict[str, Any]
    source: str
    origin: Literal["generator", "rules"]
    verdict: str
    tests: int
    candidates: list[Candidate]
    doubtful: bool
    other_readings: list[dict[str, Any]]
    seconds: dict[str, float]
    cached: str


class Submitted(BaseModel):
    """Where a tuning job stands. `result` is what `optimize --json` prints; `object` (base64) and `lock` go with it."""

    id: str
    state: str
    result: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    object: str = ""
    lock: str = ""


def application(
    service: Service, *, token: str = "", host: str = "127.0.0.1", body: int = BODY, seconds: float = SECONDS
) -> FastAPI:
    """The application; `token`: what requests must carry, if anything; `host`: what it listens on."""
    tuning = Tuning()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        await tuning.close()

    app = FastAPI(
        title="Passwright", version=__version__, lifespan=lifespan, redoc_url=None, description=_ABOUT
    )
    hosts = (
        frozenset({"localhost", "127.0.0.1", "[::1]", host})
        if is_loopback(host) and not token
        else frozenset()
    )
    app.add_middleware(Guard, token=token, hosts=hosts, body=body, seconds=seconds)
    _explain_errors(app, body)

    @app.post("/v1/apply")
    async def apply(request: ApplyRequest) -> BuiltObject:
        """Build a file by its entries in a lock file: the bytes that `passwright apply` gives."""
        made = await service.apply(
            request.bitcode,
            request.lock.encode(),
            source=request.source,
            cpu=request.march,
            kind=request.kind,
            flags=tuple(request.flags),
        )
        return _built(made)

    @app.post("/v1/learned")
    async def learned(request: LearnedRequest) -> BuiltObject:
        """Build a file with recipes for its hot-looking functions; nothing is run, LLVM's verifier accepts it."""
        made = await service.learned(
            request.bitcode,
            source=request.source,
            march=request.march,
            kind=request.kind,
            flags=tuple(request.flags),
            choosing_seconds=request.seconds,
        )
        return _built(made)

    @app.post("/v1/generate", response_model=Generated)
    async def generate(request: GenerateRequest) -> Response | dict[str, Any]:
        """Write a kernel for a requirement, tested against what the requirement means."""
        wanted = Wanted(**request.model_dump(exclude={"stream"}))
        if not request.stream:
            return await service.generate(wanted)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(_told(service, wanted), media_type="text/event-stream", headers=headers)

    @app.post("/v1/optimize", status_code=202)
    async def optimize(request: OptimizeRequest, response: Response) -> Submitted:
        """Submit a tuning job. It runs when those before it are done, where it can reach no files but its own."""
        asked = request.model_dump(exclude={"source", "workload"}) | {
            "confined": not is_loopback(host) or bool(token)
        }
        job = tuning.submit(asked, request.source, request.workload)
        response.headers["Location"] = f"/v1/optimize/{job.id}"
        return _submitted(job)

    @app.get("/v1/optimize/{identity}")
    async def state(identity: str) -> Submitted:
        """Where a tuning job stands, and its result when it is done."""
        return _submitted(_found(tuning, identity))

    @app.get("/v1/optimize/{identity}/events", response_class=StreamingResponse)
    async def events(identity: str, last_event_id: Annotated[int, Header(ge=-1)] = -1) -> StreamingResponse:
        """What a tuning job does, as server-sent events, from its beginning or after `Last-Event-ID`, until it is over."""
        job = _found(tuning, identity)

        async def stream() -> AsyncIterator[str]:
            async for number, event in job.events(last_event_id):
                yield f"id: {number}\nevent: {event['event']}\ndata: {json.dumps(event)}\n\n"

        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(stream(), media_type="text/event-stream", headers=headers)

    @app.delete("/v1/optimize/{identity}")
    async def cancel(identity: str) -> Submitted:
        """End a tuning job; nothing is kept of what it had found."""
        job = _found(tuning, identity)
        await job.cancel()
        return _submitted(job)

    return app


_ABOUT = 'Verified pass recipes for files, and kernels for requirements. Errors: `{"error": {kind, message, hint}}`.'


def _explain_errors(app: FastAPI, body: int) -> None:
    def answer(status: int, told: dict[str, Any]) -> JSONResponse:
        return JSONResponse({"error": told}, status)

    @app.exception_handler(PasswrightError)
    async def ours(request: Request, problem: PasswrightError) -> JSONResponse:
        return answer(_STATUS[problem.exit_code], protocol.told(problem))

    @app.exception_handler(RequestValidationError)
    async def malformed(request: Request, problem: RequestValidationError) -> JSONResponse:
        first = problem.errors()[0]
        where = ".".join(str(part) for part in first["loc"] if part != "body")
        text = f"{where}: {first['msg']}" if where else str(first["msg"])
        return answer(422, protocol.told(UsageError(text, hint="/docs has what requests look like")))

    @app.exception_handler(TooLarge)
    async def too_large(request: Request, problem: TooLarge) -> JSONResponse:
        text = f"more than {body >> 20} MiB"
        return answer(
            413, {"kind": "InputError", "message": text, "hint": "build this file without the service"}
        )

    @app.exception_handler(StarletteHTTPException)
    async def other(request: Request, problem: StarletteHTTPException) -> JSONResponse:
        return answer(
            problem.status_code,
            {"kind": "UsageError", "message": str(problem.detail), "hint": "/docs has what there is"},
        )


async def _told(service: Service, wanted: Wanted) -> AsyncIterator[str]:
    """What happens to a request for a kernel, as server-sent events; the last one is `result` or `error`."""
    said: asyncio.Queue[tuple[str, Any] | None] = asyncio.Queue()
    work = asyncio.ensure_future(
        service.generate(wanted, lambda event: said.put_nowait(next(iter(event.items()))))
    )
    work.add_done_callback(lambda _: said.put_nowait(None))
    try:
        while (event := await said.get()) is not None:
            yield f"event: {event[0]}\ndata: {json.dumps(event[1])}\n\n"
        try:
            yield f"event: result\ndata: {json.dumps(work.result())}\n\n"
        except Exception as problem:
            yield f"event: error\ndata: {json.dumps(protocol.told(problem))}\n\n"
    finally:
        work.cancel()


def _built(made: Answer) -> BuiltObject:
    choices = [Choice(**one) for one in made.choices]
    return BuiltObject(object=_text(made.object), recipes=made.recipes, choices=choices, cached=made.cached)


def _submitted(job: Job) -> Submitted:
    return Submitted(
        id=job.id,
        state=job.state,
        result=job.result,
        error=job.error,
        object=_text(job.object),
        lock=job.lock,
    )


def _found(tuning: Tuning, identity: str) -> Job:
    try:
        return tuning.get(identity)
    except KeyError:
        raise HTTPException(404, f"there is no job {identity}") from None


def _text(data: bytes) -> str:
    return b64encode(data).decode()
