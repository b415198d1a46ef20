"""Tasks whose template brings an AgentAPI of its own: the server dials it."""

import asyncio
import json
from http import HTTPStatus
from typing import Any

import pytest
from typing_extensions import override

from taskyard.kit.mux.mux import MuxStream
from taskyard.testing.runners import FakeRunner
from tests.support.tasks import Active, Bench

pytestmark = pytest.mark.asyncio

MESSAGES = [
    {"id": 0, "role": "agent", "content": "hi", "time": "2026-01-01T00:00:00Z"},
    {"id": 1, "role": "user", "content": "do", "time": "2026-01-01T00:00:01Z"},
]


class _AgentApiProtocol(asyncio.Protocol):
    """One request of an AgentAPI, answered by the runner's table."""

    def __init__(self, runner: "AgentApiRunner") -> None:
        self._runner = runner
        self._transport: asyncio.Transport | None = None
        self._request = b""

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    @override
    def data_received(self, data: bytes) -> None:
        self._request += data
        head, end, body = self._request.partition(b"\r\n\r\n")
        if end and len(body) >= _length(head) and self._transport is not None:
            self._transport.write(self._runner.respond(head.decode(), body))
            self._transport.close()


class AgentApiRunner(FakeRunner):
    """Something in its workspace listens on port 3284."""

    status: Any = "stable"
    code = 200
    said: list[Any]

    def respond(self, head: str, body: bytes) -> bytes:
        method, path, _ = head.split(" ", 2)
        answer: dict[str, Any] = {}
        code = 200
        match (method, path):
            case ("GET", "/status"):
                answer = {"status": self.status, "agent_type": "custom"}
            case ("GET", "/messages"):
                answer = {"messages": MESSAGES}
            case _:
                self.said = [*getattr(self, "said", []), json.loads(body)]
                code = self.code
        data = json.dumps(answer).encode()
        return b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%b" % (
            code,
            len(data),
            data,
        )

    @override
    def opened(self, stream: MuxStream, target: dict[str, Any]) -> None:
        assert target == {"service": "tcp", "port": 3284}
        stream.accept(_AgentApiProtocol(self))


class GarbledRunner(AgentApiRunner):
    """What listens there speaks something else."""

    @override
    def respond(self, head: str, body: bytes) -> bytes:
        return b"SSH-2.0-OpenSSH\r\n"


async def _task(bench: Bench, kind: type[FakeRunner]) -> Active:
    task = await bench.task()
    runner = await bench.runner(kind)
    active = Active(bench=bench, task=task, runner=runner)
    runner.lifecycle("ready")
    runner.emit(await active.app_healthy())
    await runner.settled()
    return active


async def test_a_message_goes_to_its_agentapi(bench: Bench) -> None:
    active = await _task(bench, AgentApiRunner)

    answer = await bench.client.post(f"{active.path}/send", json={"input": "do it"})

    assert answer.status_code == HTTPStatus.NO_CONTENT
    assert isinstance(active.runner, AgentApiRunner)
    assert active.runner.said == [{"content": "do it", "type": "user"}]


async def test_its_logs_are_read_live(bench: Bench) -> None:
    active = await _task(bench, AgentApiRunner)

    logs = (await bench.client.get(f"{active.path}/logs")).json()

    assert [(log["id"], log["type"], log["content"]) for log in logs["logs"]] == [
        (0, "output", "hi"),
        (1, "input", "do"),
    ]


@pytest.mark.parametrize(
    ("status", "code", "message", "detail"),
    [
        (
            "running",
            200,
            "Task app is not ready to accept input.",
            "Status: running",
        ),
        (7, 200, "Failed to get status from task app.", "It answered 200."),
        ("stable", 500, "Task app rejected the message.", "It answered 500."),
    ],
)
async def test_what_goes_wrong_there_is_a_bad_gateway(
    bench: Bench, status: Any, code: int, message: str, detail: str
) -> None:
    active = await _task(bench, AgentApiRunner)
    assert isinstance(active.runner, AgentApiRunner)
    active.runner.status, active.runner.code = status, code

    answer = await bench.client.post(f"{active.path}/send", json={"input": "x"})

    body = answer.json()
    assert (answer.status_code, body["message"], body["detail"]) == (
        HTTPStatus.BAD_GATEWAY,
        message,
        detail,
    )


@pytest.mark.parametrize("kind", [FakeRunner, GarbledRunner])
async def test_nothing_sensible_there_is_a_bad_gateway(
    bench: Bench, kind: type[FakeRunner]
) -> None:
    active = await _task(bench, kind)

    sent = await bench.client.post(f"{active.path}/send", json={"input": "x"})
    logs = await bench.client.get(f"{active.path}/logs")

    assert sent.status_code == logs.status_code == HTTPStatus.BAD_GATEWAY
    assert sent.json()["message"] == "Failed to reach task app endpoint."


def _length(head: bytes) -> int:
    for line in head.decode().splitlines():
        name, _, value = line.partition(":")
        if name.lower() == "content-length":
            return int(value)
    return 0
