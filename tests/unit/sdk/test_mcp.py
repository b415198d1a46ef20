"""MCP messages answered over a network that a test owns."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from taskyard.sdk import Client
from taskyard.sdk.mcp.server import McpServer
from tests.support import wire

pytestmark = pytest.mark.asyncio


class Api:
    """Answers for a user, and never for a task: who asks for one waits."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.waits = asyncio.Event()
        self.gave_up = asyncio.Event()

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(f"{request.method} {request.url.path}")
        if request.url.path == "/api/v2/users/me":
            return httpx.Response(200, content=wire.user().model_dump_json())
        self.waits.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.gave_up.set()
        raise AssertionError


@pytest.fixture
def api() -> Api:
    return Api()


@pytest_asyncio.fixture
async def server(api: Api) -> AsyncIterator[McpServer]:
    transport = httpx.MockTransport(api)
    async with Client("http://server", "secret", transport=transport) as client:
        yield McpServer(client)


def call(request: object, tool: str, **arguments: Any) -> str:
    params = {"name": tool, "arguments": arguments}
    return json.dumps({"id": request, "method": "tools/call", "params": params})


async def refusal(server: McpServer, tool: str, **arguments: Any) -> str:
    result = json.loads(await server.respond(call(1, tool, **arguments)) or "")[
        "result"
    ]
    assert result["isError"], result
    return result["content"][0]["text"]


async def test_a_call_that_is_given_up_ends_and_others_go_on(
    api: Api, server: McpServer
) -> None:
    cancel = {"method": "notifications/cancelled", "params": {"requestId": "one"}}
    async with asyncio.TaskGroup() as group:
        call_one = call("one", "coder_wait_for_task", task_id="fix")
        waiting = group.create_task(_answer(server, call_one))
        await api.waits.wait()
        others = await server.respond(call("two", "coder_get_authenticated_user"))
        told = await server.respond(json.dumps(cancel))

    assert json.loads(others or "")["result"]["isError"] is False
    assert told is None
    assert waiting.cancelled()
    assert api.gave_up.is_set()


async def test_a_call_that_is_not_under_way_cannot_be_given_up(
    server: McpServer,
) -> None:
    first = await server.respond(call(1, "coder_get_authenticated_user"))
    cancel = {"method": "notifications/cancelled", "params": {"requestId": 1}}

    assert first is not None
    assert await server.respond(json.dumps(cancel)) is None
    assert await server.respond(call(1, "coder_get_authenticated_user")) == first


@pytest.mark.parametrize(
    "seconds",
    [float("inf"), float("nan"), 1.5, -1, 601, True, "9" * 5000, [1]],
    ids=["inf", "nan", "part", "negative", "long", "switch", "digits", "list"],
)
async def test_a_number_that_is_none_is_refused_by_name(
    api: Api, server: McpServer, seconds: object
) -> None:
    said = await refusal(
        server, "coder_wait_for_task", task_id="fix", timeout_seconds=seconds
    )

    assert said == "timeout_seconds must be a whole number from 0 to 600."
    assert api.asked == []


@pytest.mark.parametrize(
    "task",
    ["me/fix/messages/1", "/", "me/", "..", "fix?x", "fix\nit", "\ud800", ["fix"]],
    ids=["deep", "slash", "owner", "up", "query", "line", "surrogate", "list"],
)
async def test_a_tool_reaches_nothing_but_what_it_is_for(
    api: Api, server: McpServer, task: object
) -> None:
    await refusal(server, "coder_delete_task", task_id=task)

    assert api.asked == []


async def test_a_prompt_that_is_too_long_is_refused_by_name(
    api: Api, server: McpServer
) -> None:
    said = await refusal(
        server,
        "coder_create_task",
        input="x" * 300_000,
        template_version_id=str(uuid4()),
    )

    assert "input: String should have at most 262144 characters" in said
    assert api.asked == []


async def _answer(server: McpServer, message: str) -> str | None:
    return await server.respond(message)
