"""Tasks driven by MCP messages over HTTP."""

import json
from typing import Any

import httpx
import pytest

from tests.conftest import Account

pytestmark = pytest.mark.asyncio

PATH = "/api/experimental/mcp/http"


async def ask(
    client: httpx.AsyncClient, method: str, **params: Any
) -> tuple[int, dict[str, Any]]:
    answer = await client.post(
        PATH, json={"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    )
    return answer.status_code, answer.json()


async def call(
    client: httpx.AsyncClient, tool: str, **arguments: str
) -> tuple[bool, str]:
    """Whether the tool failed, and what it said."""
    _, answer = await ask(client, "tools/call", name=tool, arguments=arguments)
    result = answer["result"]
    return result["isError"], result["content"][0]["text"]


async def test_a_client_is_greeted_and_told_the_tools(owner: Account) -> None:
    _, greeting = await ask(owner.client, "initialize", protocolVersion="2025-06-18")
    noted = await owner.client.post(
        PATH, json={"jsonrpc": "2.0", "method": "notifications/initialized"}
    )
    _, listed = await ask(owner.client, "tools/list")

    assert greeting["result"]["protocolVersion"] == "2025-06-18"
    assert (noted.status_code, noted.content) == (202, b"")
    tools = {tool["name"]: tool for tool in listed["result"]["tools"]}
    assert {
        "coder_create_task",
        "coder_list_tasks",
        "coder_get_task_status",
        "coder_send_task_input",
        "coder_get_task_logs",
        "coder_delete_task",
        "coder_list_templates",
        "coder_get_authenticated_user",
    } <= set(tools)
    assert tools["coder_delete_task"]["annotations"]["destructiveHint"] is True
    assert tools["coder_list_tasks"]["annotations"]["readOnlyHint"] is True
    assert tools["coder_create_task"]["inputSchema"]["required"] == [
        "input",
        "template_version_id",
    ]


async def test_tools_act_as_the_caller(owner: Account) -> None:
    failed, me = await call(owner.client, "coder_get_authenticated_user")
    _, tasks = await call(owner.client, "coder_list_tasks", status="active")
    _, templates = await call(owner.client, "coder_list_templates")

    assert not failed
    assert json.loads(me)["username"] == "ada"
    assert json.loads(tasks) == {"count": 0, "tasks": []}
    assert json.loads(templates) == []


@pytest.mark.parametrize(
    ("tool", "arguments", "sentence"),
    [
        ("coder_get_task_status", {"task_id": "nothing"}, "not"),
        ("coder_get_task_status", {}, "takes task_id"),
        ("coder_create_task", {"input": "x", "template_version_id": "y"}, "not an id"),
        ("coder_list_tasks", {"colour": "red"}, "Unknown: ['colour']"),
        ("coder_fly", {}, "There is no tool"),
    ],
)
async def test_a_model_is_told_what_it_did_wrong(
    owner: Account, tool: str, arguments: dict[str, str], sentence: str
) -> None:
    failed, text = await call(owner.client, tool, **arguments)

    assert failed
    assert sentence in text


async def test_strangers_and_streams_are_refused(
    owner: Account, anonymous: httpx.AsyncClient
) -> None:
    refused = await anonymous.post(PATH, json={})
    stream = await owner.client.get(PATH)
    _, unknown = await ask(owner.client, "resources/list")
    garbage = await owner.client.post(PATH, content=b"{")

    assert (refused.status_code, stream.status_code) == (401, 405)
    assert unknown["error"]["code"] == -32601
    assert garbage.json()["error"]["code"] == -32700
