"""The service over HTTP: the same answers, for those who may ask, within limits."""

from __future__ import annotations

import asyncio
import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from service_support import MATMUL, File, end_daemon

httpx = pytest.importorskip("httpx", reason="needs httpx")
pytest.importorskip("fastapi", reason="needs passwright[serve]")
pytest.importorskip("uvicorn", reason="needs passwright[serve]")

from passwright.passes.errors import InputError, UsageError  # noqa: E402
from passwright.service import http, listen  # noqa: E402

TOKEN = "0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="module")
def matmul(tmp_path_factory: pytest.TempPathFactory) -> File:
    return File(tmp_path_factory.mktemp("sources"), 1, MATMUL)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of `passwright serve --http`, with a token."""
    folder = tmp_path_factory.mktemp("run")
    (folder / "token").write_text(TOKEN + "\n")
    (folder / "token").chmod(0o600)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(folder))
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        command = [sys.executable, "-m", "passwright", "serve", "--http", "127.0.0.1:0"]
        process = subprocess.Popen(
            [*command, "--token-file", str(folder / "token")], stderr=subprocess.PIPE, text=True
        )
        assert process.stderr is not None
        line = process.stderr.readline()
        assert "listening on http://" in line, line + process.stderr.read()
        yield line.split()[-1].removesuffix("/docs")
        process.terminate()
        assert process.wait(30) == 0
        end_daemon()


@pytest.fixture
def client(server: str) -> Iterator[Any]:
    with httpx.Client(base_url=server, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=120) as one:
        yield one


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def error(response: Any, status: int, kind: str) -> dict[str, str]:
    assert response.status_code == status, response.text
    told = response.json()["error"]
    assert told["kind"] == kind and told["message"] and set(told) == {"kind", "message", "hint"}
    return dict(told)


def test_apply_gives_the_bytes_of_this_process(client: Any, matmul: File) -> None:
    request = {
        "bitcode": encoded(matmul.bitcode),
        "lock": matmul.lock.decode(),
        "source": matmul.name,
        "march": matmul.march,
    }
    first = client.post("/v1/apply", json=request)
    assert first.status_code == 200, first.text
    assert base64.b64decode(first.json()["object"]) == matmul.expected()
    assert first.json()["recipes"] == {matmul.entry.entry: str(matmul.entry.recipe)}
    again = client.post("/v1/apply", json=request).json()
    assert again["cached"] == "memory" and again["object"] == first.json()["object"]
    told = error(client.post("/v1/apply", json={**request, "source": "other.c"}), 422, "LockError")
    assert "has no entry" in told["message"] and "optimize" in told["hint"]


def test_learned(client: Any, matmul: File) -> None:
    response = client.post("/v1/learned", json={"bitcode": encoded(matmul.bitcode), "march": matmul.march})
    assert response.status_code == 200, response.text
    found = response.json()
    assert list(found["recipes"]) == ["multiply1"] and found["choices"][0]["gain"] > 0.3
    assert base64.b64decode(found["object"])[:4] == b"\x7fELF"


def test_what_is_wrong_is_said_in_one_form(client: Any, matmul: File) -> None:
    error(client.post("/v1/learned", json={"bitcode": encoded(b"no IR")}), 422, "ParseError")
    error(client.post("/v1/learned", json={"bitcode": "no base64!"}), 422, "UsageError")
    error(client.post("/v1/learned", json={}), 422, "UsageError")
    error(client.post("/v1/learned", content=b"{"), 422, "UsageError")
    error(client.post("/v1/learned", json={"bitcode": "", "more": 1}), 422, "UsageError")
    error(client.get("/v1/nothing"), 404, "UsageError")
    error(client.get("/v1/learned"), 405, "UsageError")
    error(client.get("/v1/optimize/unknown"), 404, "UsageError")


def test_the_token_is_needed(server: str, matmul: File) -> None:
    for headers in ({}, {"Authorization": f"Bearer {TOKEN[:-1]}"}, {"Authorization": f"Basic {TOKEN}"}):
        error(httpx.post(server + "/v1/learned", json={}, headers=headers), 401, "UsageError")
    for path in ("/docs", "/openapi.json"):
        assert httpx.get(server + path).status_code == 200


def test_the_openapi_page_has_every_operation(server: str) -> None:
    found = httpx.get(server + "/openapi.json").json()
    assert {(path, verb) for path, verbs in found["paths"].items() for verb in verbs} == {
        ("/v1/apply", "post"),
        ("/v1/learned", "post"),
        ("/v1/generate", "post"),
        ("/v1/optimize", "post"),
        ("/v1/optimize/{identity}", "get"),
        ("/v1/optimize/{identity}", "delete"),
        ("/v1/optimize/{identity}/events", "get"),
    }


def test_requests_are_bounded(client: Any) -> None:
    size = http.BODY + 1

    def pieces() -> Iterator[bytes]:
        yield b'{"bitcode": "'
        for _ in range(size >> 16):
            yield b"A" * (1 << 16)

    for content in (b" " * size, pieces()):
        try:
            response = client.post("/v1/learned", content=content)
        except (httpx.WriteError, httpx.ReadError, httpx.RemoteProtocolError):
            continue  # it was hung up on in the middle
        error(response, 413, "InputError")
    assert client.post("/v1/learned", json={}).status_code == 422  # it lives


def events(client: Any, identity: str, after: int = -1) -> Iterator[tuple[int, dict[str, Any]]]:
    headers = {"Last-Event-ID": str(after)}
    with client.stream("GET", f"/v1/optimize/{identity}/events", headers=headers) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        number = -1
        for line in response.iter_lines():
            name, _, value = line.partition(": ")
            if name == "id":
                number = int(value)
            elif name == "data":
                yield number, json.loads(value)


def test_a_tuning_job_is_followed_to_its_end(client: Any) -> None:
    source = """
void halves(int n, double *restrict out, const double *restrict in) {
    for (int i = 0; i < n; i++) out[i] = in[i] / 2.0;
}
"""
    submitted = client.post("/v1/optimize", json={"source": source, "name": "halves.c", "budget": 2.0})
    assert submitted.status_code == 202, submitted.text
    identity = submitted.json()["id"]
    assert submitted.headers["location"] == f"/v1/optimize/{identity}"
    seen = list(events(client, identity))
    assert [number for number, _ in seen] == list(range(len(seen)))
    assert [event["phase"] for _, event in seen if event["event"] == "progress"][:2] == ["lower", "workload"]
    last = seen[-1][1]
    assert last["event"] == "done" and last["result"]["kernels"][0]["entry"] == "halves"
    assert [number for number, _ in events(client, identity, after=seen[-3][0])] == [
        number for number, _ in seen[-2:]
    ]
    state = client.get(f"/v1/optimize/{identity}").json()
    assert state["state"] == "done" and base64.b64decode(state["object"])[:4] == b"\x7fELF"


def test_a_tuning_job_is_cancelled(client: Any) -> None:
    source = MATMUL % {"n": 1}
    running = client.post("/v1/optimize", json={"source": source, "budget": 250.0}).json()["id"]
    waiting = client.post("/v1/optimize", json={"source": source, "budget": 250.0}).json()["id"]
    for _, event in events(client, running):
        if event["event"] == "progress":
            break
    assert client.delete(f"/v1/optimize/{waiting}").json()["state"] == "cancelled"
    client.delete(f"/v1/optimize/{running}")
    end = monotonic() + 30
    while client.get(f"/v1/optimize/{running}").json()["state"] != "cancelled":
        assert monotonic() < end
        sleep(0.05)
    assert list(events(client, running))[-1][1] == {"event": "cancelled"}


def test_a_tuning_job_reads_no_files(client: Any, tmp_path: Path) -> None:
    secret = tmp_path / "secret.h"
    secret.write_text("the secret text\n")
    source = f'#include "{secret}"\nvoid f(int n, double *a) {{ for (int i = 0; i < n; i++) a[i] *= 2; }}\n'
    identity = client.post("/v1/optimize", json={"source": source, "budget": 1.0}).json()["id"]
    last = list(events(client, identity))[-1][1]
    assert last["event"] == "failed" and "the secret text" not in json.dumps(last)
    assert "ermission denied" in last["error"]["message"] or "Landlock" in last["error"]["message"]


@pytest.mark.parametrize(
    "change",
    [
        {"flags": ["-fplugin=/tmp/x.so"]},
        {"flags": ["-include", "/etc/passwd"]},
        {"flags": ["-I/"]},
        {"flags": ["-Wp,-MD,/tmp/x"]},
        {"flags": ["@/tmp/x"]},
        {"flags": ["-mllvm"]},
        {"name": "../x.c"},
        {"name": "-o.c"},
        {"name": "x.ll"},
        {"budget": 1e9},
        {"march": "native -o x"},
    ],
)
def test_a_tuning_job_may_not_say_everything(client: Any, change: dict[str, object]) -> None:
    error(client.post("/v1/optimize", json={"source": "", **change}), 422, "UsageError")


# -- who may listen -------------------------------------------------------------------------------------------------------


def test_beyond_loopback_a_token_is_needed() -> None:
    for address in ("0.0.0.0:0", "[::]:0", "example.org:80"):
        with pytest.raises(UsageError, match="no token"):
            listen.listening(address, None)
    run = subprocess.run(
        [sys.executable, "-m", "passwright", "serve", "--http", "0.0.0.0:0"], capture_output=True, text=True
    )
    assert run.returncode == 2 and "--token-file" in run.stderr


@pytest.mark.tiny
def test_a_token_is_a_secret_of_some_length(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text(TOKEN)
    path.chmod(0o644)
    with pytest.raises(InputError, match="other users"):
        listen.read_token(path)
    path.chmod(0o600)
    assert listen.read_token(path) == TOKEN
    path.write_text("short")
    with pytest.raises(InputError, match="at least"):
        listen.read_token(path)
    with pytest.raises(InputError):
        listen.read_token(tmp_path / "none")


def asked(token: str = "", host: str = "127.0.0.1", seconds: float = 5.0, **headers: str) -> Any:
    """A request to the application itself, with a service that never answers."""

    class Slow:
        async def learned(self, *_: object, **__: object) -> None:
            await asyncio.sleep(60)

    app = http.application(Slow(), token=token, host=host, seconds=seconds)  # type: ignore[arg-type]

    async def ask() -> Any:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as client:
            return await client.post("/v1/learned", json={"bitcode": "AAAA"}, headers=headers)

    return asyncio.run(ask())


def test_a_web_page_cannot_ask_a_service_on_loopback() -> None:
    error(asked(host="127.0.0.1", Host="attacker.example"), 421, "UsageError")
    error(asked(seconds=0.1, Host="localhost:8000"), 504, "WorkerError")


def test_requests_take_so_long_and_no_longer() -> None:
    error(asked(seconds=0.1), 504, "WorkerError")
    error(asked(token=TOKEN, host="10.1.2.3", seconds=0.1), 401, "UsageError")
    error(
        asked(token=TOKEN, host="10.1.2.3", seconds=0.1, Authorization=f"bearer {TOKEN}"), 504, "WorkerError"
    )
