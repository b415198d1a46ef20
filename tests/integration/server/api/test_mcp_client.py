"""The tools in the hands of the genuine MCP client: over HTTP, and over a process's pipes."""

import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from fastapi import FastAPI
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult, TextContent

from taskyard.sdk.mcp.tools import TOOLS
from tests.conftest import Account
from tests.support.provisioning import provisioner, yard
from tests.support.serving import served
from tests.support.tasks import Active, Bench, bench

__all__ = ["bench", "provisioner", "yard"]

pytestmark = pytest.mark.asyncio

OPTIONS = [
    {
        "id": "model",
        "name": "Model",
        "category": "model",
        "type": "select",
        "value": "small",
        "choices": [{"value": v, "name": v} for v in ("small", "large")],
    }
]


@pytest_asyncio.fixture
async def url(app: FastAPI) -> AsyncIterator[str]:
    """The application on a real port: the client brings its own HTTP."""
    async with served(app) as address:
        yield address


async def _over_http(stack: AsyncExitStack, url: str, token: str) -> ClientSession:
    http = await stack.enter_async_context(
        httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"})
    )
    read, write = await stack.enter_async_context(
        streamable_http_client(f"{url}/api/experimental/mcp/http", http_client=http)
    )
    return await stack.enter_async_context(ClientSession(read, write))


async def _over_pipes(stack: AsyncExitStack, url: str, token: str) -> ClientSession:
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "taskyard.cli", "mcp", "serve"],
        env={
            "PATH": os.environ["PATH"],
            "HOME": os.environ["HOME"],
            "TASKYARD_URL": url,
            "TASKYARD_TOKEN": token,
        },
    )
    read, write = await stack.enter_async_context(stdio_client(server))
    return await stack.enter_async_context(ClientSession(read, write))


async def _call(
    session: ClientSession, tool: str, **arguments: Any
) -> tuple[bool, Any]:
    """Whether it failed, and what it said: as a value where it is JSON."""
    result = await session.call_tool(tool, arguments)
    assert isinstance(result, CallToolResult)
    [content] = result.content
    assert isinstance(content, TextContent)
    if result.is_error:
        return True, result.structured_content
    told = json.loads(content.text)
    assert result.structured_content is None or result.structured_content == told
    return False, told


async def _done(session: ClientSession, tool: str, **arguments: Any) -> Any:
    failed, told = await _call(session, tool, **arguments)
    assert not failed, told
    return told


async def _with_something_in_it(bench: Bench) -> Active:
    """A task whose agent has options, has written a file and asks for permission."""
    active = await bench.active()
    runner, session = active.runner, active.session
    runner.session_event(session, "options", "options", options=OPTIONS)
    runner.session_event(
        session,
        "tool",
        "call",
        title="Write a.txt",
        kind="edit",
        status="completed",
        content=[
            {"type": "diff", "path": "/p/a.txt", "oldText": None, "newText": "hi\n"}
        ],
    )
    runner.state(session, "running")
    runner.session_event(
        session,
        "permission_requested",
        "r1",
        title="make clean",
        tool={"title": "make clean", "kind": "execute"},
        options=[{"id": "yes", "name": "Yes", "kind": "allow_once"}],
    )
    runner.state(session, "requires_action", detail="make clean")
    await runner.settled()
    return active


@pytest.mark.parametrize("connect", [_over_http, _over_pipes], ids=["http", "stdio"])
async def test_the_tools_are_declared_with_what_they_do(
    url: str, owner: Account, connect: Any
) -> None:
    async with AsyncExitStack() as stack:
        session = await connect(stack, url, owner.token)

        greeting = await session.initialize()
        listed = (await session.list_tools()).tools

    assert greeting.server_info.name == "taskyard"
    assert {tool.name for tool in listed} == set(TOOLS)
    for tool in listed:
        assert tool.title
        assert tool.description
        assert tool.annotations is not None
        reads = tool.name.split("_")[1] in {"get", "list", "wait", "template"}
        assert tool.annotations.read_only_hint is reads, tool.name
        assert tool.annotations.destructive_hint is (tool.name == "coder_delete_task")
    wait = next(tool for tool in listed if tool.name == "coder_wait_for_task")
    assert wait.input_schema["required"] == ["task_id"]
    assert wait.input_schema["properties"]["timeout_seconds"]["type"] == "integer"


@pytest.mark.parametrize("connect", [_over_http, _over_pipes], ids=["http", "stdio"])
async def test_a_task_is_driven_from_its_beginning_to_its_end(
    bench: Bench, url: str, connect: Any
) -> None:
    active = await _with_something_in_it(bench)
    task = str(active.id)
    async with AsyncExitStack() as stack:
        session = await connect(stack, url, bench.yard.owner.token)
        await session.initialize()

        # Look
        waited = await _done(
            session, "coder_wait_for_task", task_id=task, timeout_seconds=0
        )
        assert (waited["work"]["status"], waited["timed_out"]) == ("needs_input", False)
        said = await _done(session, "coder_get_task_logs", task_id=task)
        assert [line["content"] for line in said["logs"]] == ["Done."]
        events = await _done(session, "coder_get_task_events", task_id=task, limit=2)
        assert [event["kind"] for event in events["events"]][-1] == "state"
        later = await _done(
            session, "coder_get_task_events", task_id=task, after=events["last_seq"]
        )
        assert later == {"events": [], "last_seq": events["last_seq"]}

        # Answer
        asked = await _done(session, "coder_list_task_permissions", task_id=task)
        [request] = asked["permissions"]
        answered = await _done(
            session,
            "coder_answer_task_permission",
            task_id=task,
            permission_id=request["id"],
            answer="allow_once",
        )
        assert answered["state"] == "answered"

        # What it made
        made = await _done(session, "coder_list_task_artifacts", task_id=task)
        [artifact] = made["artifacts"]
        detail = await _done(
            session,
            "coder_get_task_artifact",
            task_id=task,
            artifact_id=artifact["id"],
        )
        assert (detail["text"], detail["path"]) == ("hi\n", "/p/a.txt")

        # Settings
        offered = await _done(session, "coder_get_task_options", task_id=task)
        assert offered["options"][0]["value"] == "small"
        await _done(
            session,
            "coder_set_task_option",
            task_id=task,
            option_id="model",
            value="large",
        )
        policy = await _done(
            session, "coder_set_task_permission_policy", task_id=task, policy="ask"
        )
        assert policy["policy"] == "ask"

        # Talk, stop, pause, delete
        sent = await _done(
            session, "coder_send_task_input", task_id=task, input="go on"
        )
        assert sent["state"] == "queued"
        await _done(session, "coder_cancel_task", task_id=task)
        await _done(session, "coder_pause_task", task_id=task)
        await bench.yard.provisioner.run_all()
        await _done(session, "coder_resume_task", task_id=task)
        await bench.yard.provisioner.run_all()
        await _done(session, "coder_delete_task", task_id=task)
        assert (await _done(session, "coder_list_tasks"))["count"] == 0

    acted_on = [command["name"] for command in active.runner.acted_on]
    assert {"set_option", "set_policy", "cancel"} <= set(acted_on)


async def test_a_task_is_made_and_its_workspace_looked_at(
    bench: Bench, url: str
) -> None:
    async with AsyncExitStack() as stack:
        session = await _over_http(stack, url, bench.yard.owner.token)
        await session.initialize()

        [template] = await _done(session, "coder_list_templates")
        shown = await _done(session, "coder_get_template", template_id=template["id"])
        version = template["active_version_id"]
        parameters = await _done(
            session, "coder_template_version_parameters", template_version_id=version
        )
        presets = await _done(
            session, "coder_list_template_presets", template_version_id=version
        )
        made = await _done(
            session,
            "coder_create_task",
            input="fix it",
            template_version_id=version,
            name="by-mcp",
            permission_policy="ask",
        )
        await bench.yard.provisioner.run_all()
        status = await _done(session, "coder_get_task_status", task_id="by-mcp")
        found = await _done(session, "coder_list_workspaces")
        [workspace] = found["workspaces"]
        whole = await _done(
            session, "coder_get_workspace", workspace_id=workspace["id"]
        )
        build = await _done(
            session,
            "coder_get_workspace_build_logs",
            workspace_build_id=workspace["build_id"],
        )
        agent = await _done(
            session,
            "coder_get_workspace_agent_logs",
            workspace_agent_id=workspace["agents"][0]["id"],
        )

    assert (shown["parameters"], shown["presets"]) == (parameters, presets)
    assert status["id"] == made["id"]
    assert status["permission_policy"] == "ask"
    assert whole["name"] == workspace["name"] == "by-mcp"
    assert status["workspace_id"] == workspace["id"]
    assert build["left_out"] == agent["left_out"] == 0


@pytest.mark.parametrize(
    ("tool", "arguments", "code", "field"),
    [
        ("coder_get_task_status", {"task_id": "nothing"}, "task_not_found", None),
        ("coder_get_task_status", {}, "invalid_request", "task_id"),
        ("coder_list_tasks", {"colour": "red"}, "invalid_request", "colour"),
        ("coder_list_tasks", {"status": "happy"}, "invalid_request", "status"),
        (
            "coder_wait_for_task",
            {"task_id": "x", "timeout_seconds": 9999},
            "invalid_request",
            "timeout_seconds",
        ),
        (
            "coder_create_task",
            {"input": "x", "template_version_id": "y"},
            "invalid_request",
            "template_version_id",
        ),
        ("coder_fly", {}, "not_found", None),
    ],
)
async def test_a_refusal_has_a_code_and_names_the_field(
    *,
    url: str,
    owner: Account,
    tool: str,
    arguments: dict[str, Any],
    code: str,
    field: str | None,
) -> None:
    async with AsyncExitStack() as stack:
        session = await _over_http(stack, url, owner.token)
        await session.initialize()

        failed, told = await _call(session, tool, **arguments)

    assert failed
    assert told["error"]["code"] == code
    fields = [each["field"] for each in told["error"]["validations"]]
    assert fields == ([field] if field else [])
