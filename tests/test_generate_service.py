"""Serving the generator: draws of several requests together; `generate` of the daemon and over HTTP, cached and streamed."""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from time import sleep
from typing import Any

import numpy as np
import pytest
from service_support import end_daemon, running

from passwright.irgen.generator.batch import Asked, draw_many, encode_many
from passwright.irgen.generator.batch_speed import compare, random_network, save
from passwright.irgen.generator.config import EOS, load_config
from passwright.irgen.generator.decode import Drawing, Drawn, draw
from passwright.passes.errors import InputError, UsageError
from passwright.service import client
from passwright.service.gather import Gatherer
from passwright.service.service import Service
from passwright.service.writing import Wanted, address, here

NETWORK = random_network(load_config("tiny"), 300)
NETWORK._out[:, EOS] *= 4  # so that sequences end now and then


def sources(count: int, seed: int = 1) -> list[list[int]]:
    rng = random.Random(seed)
    return [[rng.randrange(3, 300) for _ in range(rng.randrange(1, 90))] for _ in range(count)]


def test_what_is_drawn_together_is_what_is_drawn_one_by_one() -> None:
    """Also where requests have several rows, end at different places, and need more room than there is at first."""
    asked = [
        Asked(source, Drawing(samples=1 + at % 3, most=(20, 150)[at % 2], seed=at, temperature=1.5, sure=2.0))
        for at, source in enumerate(sources(12))
    ]
    found = draw_many(NETWORK, asked)
    assert 5 < sum(map(len, found)) < 24  # some end, some do not
    for one, drawn in zip(asked, found, strict=True):
        alone = draw(NETWORK, one.source, one.drawing)
        assert [d.tokens for d in drawn] == [d.tokens for d in alone]
        assert np.allclose([d.log_probability for d in drawn], [d.log_probability for d in alone], rtol=1e-4)


def test_inputs_are_encoded_together_as_alone() -> None:
    given = [np.array(source) for source in sources(5)]
    for source, encoded in zip(given, encode_many(NETWORK, given), strict=True):
        assert np.allclose(encoded, NETWORK.encode(source), atol=1e-4)


def test_each_request_has_its_own_listener_and_may_leave() -> None:
    told: list[list[int]] = [[], []]
    drawing = Drawing(most=30, sure=2.0)
    asked = [
        Asked(source, drawing, on_token=told[at].append, over=lambda at=at: at == 0 and len(told[0]) >= 5)
        for at, source in enumerate(sources(2, seed=4))
    ]
    found = draw_many(NETWORK, asked)
    assert len(told[0]) == 5 and not found[0]
    alone: list[int] = []
    assert found[1] == draw(NETWORK, asked[1].source, drawing, on_token=alone.append) and told[1] == alone
    assert len(alone) > 5


def test_the_comparison_counts_what_it_says() -> None:
    (one,) = compare(NETWORK, [3], tokens=5, rounds=1)
    assert one.requests == 3 and one.alone > 0 and one.together > 0


def test_a_window_gathers_those_who_come_together() -> None:
    sizes: list[int] = []

    def run(asked: Any) -> list[list[Drawn]]:
        sizes.append(len(asked))
        sleep(0.05)
        return [[Drawn(tuple(one.source), 0.0)] for one in asked]

    found: dict[int, list[Drawn]] = {}
    together = threading.Barrier(6)
    gatherer = Gatherer(run, width=5.0)

    def ask(number: int) -> None:
        with gatherer:
            together.wait()
            for _ in range(3):
                found[number] = gatherer.draw(Asked([number]))

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(20)
    assert found == {n: [Drawn((n,), 0.0)] for n in range(6)}
    assert sizes == [6, 6, 6] and (gatherer.runs, gatherer.requests) == (3, 18)
    gatherer.close()
    with pytest.raises(RuntimeError):
        gatherer.draw(Asked([1]))


def test_a_run_that_fails_fails_for_those_in_it_alone() -> None:
    def run(asked: Any) -> list[list[Drawn]]:
        if 13 in asked[0].source:
            raise MemoryError("no room")
        return [[] for _ in asked]

    gatherer = Gatherer(run)
    with gatherer, pytest.raises(MemoryError):
        gatherer.draw(Asked([13]))
    assert gatherer.draw(Asked([1])) == []
    gatherer.close()


# Requirements in the formal notation need no trained network: with `samples=0` the rules write them.

DOT = "s = sum[i](x[i] * y[i]) for f64[n] x, f64[n] y, size n, return f64 s"
SCALE = "y[i] = x[i] * 2 for f64[n] x, out f64[n] y, size n"


@pytest.fixture(scope="module")
def untrained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A generator that writes nonsense within its grammars."""
    pytest.importorskip("llguidance", reason="the extra `generate` is not installed")
    vocabulary = pytest.importorskip("passwright.irgen.generator.tokenizer", reason="the extra `generate`")
    folder = tmp_path_factory.mktemp("generator")
    tokenizer = vocabulary.train([DOT, SCALE], 800)
    (folder / "tokenizer.json").write_text(tokenizer.to_str())
    (folder / "words.json").write_text(json.dumps({"known": ["sum", "of", "the"], "names": []}))
    save(random_network(load_config("tiny"), tokenizer.get_vocab_size()), folder / "weights.npz")
    return folder


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.mark.usefixtures("own_cache")
def test_the_disk_answers_what_was_asked_before() -> None:
    told: list[dict[str, Any]] = []
    first = here(Wanted(DOT, samples=0), told.append)
    assert first["cached"] == "" and first["verdict"] == "right" and "double" in first["source"]
    assert [next(iter(event)) for event in told] == ["reading"] and told[0]["reading"]["notation"] == DOT
    again = here(Wanted(DOT, samples=0), told.append)
    assert again == {**first, "cached": "disk"} and len(told) == 1
    assert here(Wanted(DOT, samples=0), told.append, kept=False)["cached"] == "" and len(told) == 2
    assert "std" in here(Wanted(DOT, language="cpp", style="stl", samples=0), told.append)["source"]


def test_whatever_decides_an_answer_is_in_its_address(untrained: Path, tmp_path: Path) -> None:
    wanted = Wanted(DOT)
    others = [
        Wanted(SCALE),
        Wanted(DOT, language="cpp"),
        Wanted(DOT, style="tuned"),
        Wanted(DOT, samples=1),
        Wanted(DOT, sure=0.5),
    ]
    found = {address(one) for one in (wanted, *others)} | {address(wanted, untrained)}
    for name in ("tokenizer.json", "words.json", "weights.npz"):
        (tmp_path / name).write_bytes((untrained / name).read_bytes())
    assert address(wanted, tmp_path) in found
    (tmp_path / "weights.npz").write_bytes(b"others")
    assert len(found | {address(wanted, tmp_path)}) == 8


def test_fields_that_cannot_be_used_are_refused() -> None:
    for header in (
        {},
        {"text": 3},
        {"text": "x", "language": "go"},
        {"text": "x", "samples": 1000},
        {"text": "x", "style": "odd"},
        {"text": "x", "samples": True},
    ):
        with pytest.raises(UsageError):
            Wanted.of(header)
    assert Wanted.of({"text": "x", "op": "generate", "samples": 0}) == Wanted("x", samples=0)


@pytest.mark.usefixtures("own_cache")
def test_the_same_request_at_the_same_time_is_worked_on_once(untrained: Path) -> None:
    async def ask() -> tuple[list[dict[str, Any]], list[list[str]], list[int]]:
        events: list[list[str]] = [[] for _ in range(4)]
        async with Service(jobs=1, generator=untrained) as service:

            async def one(at: int) -> dict[str, Any]:
                await asyncio.sleep(0.02 * at)
                return await service.generate(
                    Wanted(DOT, samples=1), lambda event: events[at].append(json.dumps(event))
                )

            answers = await asyncio.gather(*(one(at) for at in range(4)))
            later = await service.generate(Wanted(DOT, samples=1))
            gatherer = service.writing.gatherer
            return [*answers, later], events, [gatherer.requests, gatherer.runs]

    answers, events, counts = asyncio.run(ask())
    assert counts == [1, 1]
    assert answers[-1] == {**answers[0], "cached": "memory"}
    assert all(one == answers[0] for one in answers[:4]) and answers[0]["cached"] == ""
    # Whoever comes later hears it from the beginning: how it was read, then the tokens.
    assert all(one == events[0] for one in events) and len(events[0]) > 3
    assert "reading" in events[0][0] and all("token" in event for event in events[0][1:])


@pytest.mark.usefixtures("own_cache")
def test_different_requests_at_the_same_time_share_runs(untrained: Path) -> None:
    async def ask() -> tuple[list[dict[str, Any]], int, int]:
        async with Service(jobs=1, generator=untrained) as service:
            texts = [SCALE.replace("2", str(n)) for n in range(3, 7)]
            answers = await asyncio.gather(
                *(service.generate(Wanted(text, samples=1), kept=False) for text in texts)
            )
            return answers, service.writing.gatherer.requests, service.writing.gatherer.runs

    answers, requests, runs = asyncio.run(ask())
    assert [f"* {n}" in one["source"] for n, one in zip(range(3, 7), answers, strict=True)] == [True] * 4
    assert requests == 4 and runs < 4


def test_who_goes_away_is_not_worked_for(untrained: Path) -> None:
    async def ask() -> bool:
        async with Service(jobs=1, generator=untrained) as service:
            started = asyncio.Event()
            task = asyncio.create_task(
                service.generate(Wanted(DOT, samples=64), lambda event: started.set(), kept=False)
            )
            await started.wait()
            task.cancel()
            while service.writing.gatherer._might_come:
                await asyncio.sleep(0.01)
            return task.cancelled()

    assert asyncio.run(ask())  # and it comes to an end


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory, untrained: Path) -> Iterator[str]:
    """`passwright serve --http` with the untrained generator; its address."""
    folder = tmp_path_factory.mktemp("run")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(folder))
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        command = [sys.executable, "-m", "passwright", "serve", "--generator", str(untrained)]
        process = subprocess.Popen([*command, "--http", "127.0.0.1:0"], stderr=subprocess.PIPE, text=True)
        try:
            assert process.stderr is not None
            lines = sorted(process.stderr.readline() for _ in range(2))  # of the socket, and of HTTP
            assert "http://" in lines[1], lines
            yield lines[1].split()[-1].removesuffix("/docs")
        finally:
            process.terminate()
            assert process.wait(30) == 0
            end_daemon()


def test_a_client_is_told_what_happens_and_answered_from_memory(daemon: str) -> None:
    told: list[dict[str, Any]] = []
    fields = {"text": DOT, "samples": 2}
    first = client.generated(fields, tell=told.append)
    assert first is not None and first["verdict"] == "right" and first["cached"] == ""
    assert "reading" in told[0] and all("token" in one for one in told[1:]) and len(told) > 3
    again = client.generated(fields, tell=told.append)
    assert again == {**first, "cached": "memory"}
    anew = client.generated({**fields, "kept": False})
    assert anew is not None and anew["cached"] == "" and anew["source"] == first["source"]
    count = running()["generator"]
    assert isinstance(count, dict) and count["requests"] >= 2
    with pytest.raises(InputError, match="empty"):
        client.generated({"text": " "})
    with pytest.raises(InputError, match="x"):
        client.generated({"text": "s = sum[i](x[i]) for f64[n] q, size n, return f64 s", "samples": 0})


def test_the_verb_asks_the_daemon(daemon: str) -> None:
    command = [sys.executable, "-m", "passwright", "generate", SCALE, "--samples", "1", "--json"]
    plain = [*command, "--no-speed", "--no-reliability"]
    before = running()["requests"]
    found = json.loads(subprocess.run(plain, capture_output=True, check=True).stdout)
    assert found["verdict"] == "right" and found["speed"] is None and found["cached"] == ""
    assert json.loads(subprocess.run(plain, capture_output=True, check=True).stdout)["cached"] == "memory"
    anew = subprocess.run([*plain, "--no-cache"], capture_output=True, check=True)
    assert json.loads(anew.stdout)["cached"] == ""
    assert int(str(running()["requests"])) >= int(str(before)) + 3


def events(text: str) -> list[tuple[str, Any]]:
    found = []
    for block in text.strip().split("\n\n"):
        name, data = block.split("\n")
        found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def test_http_answers_and_streams(daemon: str) -> None:
    httpx = pytest.importorskip("httpx", reason="needs httpx")
    url = daemon + "/v1/generate"
    request = {"text": SCALE.replace("2", "5"), "samples": 1, "stream": True}
    response = httpx.post(url, json=request, timeout=60)
    assert response.headers["content-type"].startswith("text/event-stream")
    told = events(response.text)
    assert told[0][0] == "reading" and told[1][0] == "token" and told[-1][0] == "result"
    whole = httpx.post(url, json={**request, "stream": False}, timeout=60)
    assert whole.json() == {**told[-1][1], "cached": "memory"}
    wrong = httpx.post(url, json={"text": "", "stream": True})
    assert events(wrong.text)[-1][0] == "error" and "empty" in events(wrong.text)[-1][1]["message"]
    for json_body, status in (
        ({"text": ""}, 422),
        ({"text": "x", "samples": 65}, 422),
        ({}, 422),
        ({"text": "x" * 4001}, 422),
    ):
        answer = httpx.post(url, json=json_body)
        assert answer.status_code == status and set(answer.json()["error"]) == {"kind", "message", "hint"}


@pytest.mark.usefixtures("own_cache")
def test_without_a_daemon_there_is_none_to_ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert client.generated({"text": DOT, "samples": 0}) is None
