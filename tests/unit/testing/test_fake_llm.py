"""The scripted server in its other dialects, and what a scenario can do."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from taskyard.testing.fake_llm.app import FakeLlm

pytestmark = pytest.mark.asyncio

Json = dict[str, Any]
COMMAND: Json = {
    "type": "object",
    "properties": {"command": {"type": "string"}},
    "required": ["command"],
}
SCENARIO: Json = {
    "rules": [
        {
            "match": "please",
            "steps": [
                {"say": "Working.", "bash": {"command": "true"}},
                {"call": {"name": "absent", "args": {}}},
                {"say": "Done."},
            ],
        },
        {"match": "fail", "steps": [{"status": 529, "error": "full"}]},
    ]
}


@pytest.fixture
def fake() -> FakeLlm:
    return FakeLlm()


@pytest_asyncio.fixture
async def client(fake: FakeLlm) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=fake.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        await client.put("/__scenario/one", json=SCENARIO)
        yield client


def _anthropic(*messages: Json) -> Json:
    tool = {"name": "Bash", "input_schema": COMMAND}
    return {"model": "m", "messages": list(messages), "tools": [tool]}


async def test_each_key_has_its_own_scenario(client: httpx.AsyncClient) -> None:
    body = _anthropic({"role": "user", "content": "please"})

    own = (await client.post("/s/one/v1/messages", json=body)).json()
    other = (await client.post("/s/two/v1/messages", json=body)).json()

    assert own["content"][0]["text"] == "Working."
    assert other["content"][0]["text"] == "OK."


async def test_steps_follow_the_turns_and_skip_what_there_is_no_tool_for(
    client: httpx.AsyncClient,
) -> None:
    use = {"type": "tool_use", "id": "t", "name": "Bash", "input": {"command": "true"}}
    result = {"type": "tool_result", "tool_use_id": "t", "content": ""}
    body = _anthropic(
        {"role": "user", "content": "please"},
        {"role": "assistant", "content": [use]},
        {"role": "user", "content": [result]},
    )

    answer = (await client.post("/s/one/v1/messages", json=body)).json()

    assert answer["content"] == [{"type": "text", "text": "Done."}]


async def test_a_step_can_fail_as_a_vendor_does(client: httpx.AsyncClient) -> None:
    body = _anthropic({"role": "user", "content": "fail"})

    answer = await client.post("/s/one/v1/messages", json=body)

    assert answer.status_code == 529
    assert answer.json()["error"]["message"] == "full"


async def test_chat_streams_the_calls_of_the_whole_answer(
    client: httpx.AsyncClient,
) -> None:
    body: Json = {
        "model": "m",
        "messages": [{"role": "user", "content": "please"}],
        "tools": [
            {"type": "function", "function": {"name": "bash", "parameters": COMMAND}}
        ],
    }
    path = "/s/one/v1/chat/completions"

    whole = (await client.post(path, json=body)).json()["choices"][0]["message"]
    stream = (await client.post(path, json={**body, "stream": True})).text

    chunks = [
        json.loads(line[6:])
        for line in stream.splitlines()
        if line.startswith("data: {")
    ]
    deltas = [c["choices"][0]["delta"] for c in chunks if c["choices"]]
    said = "".join(delta.get("content") or "" for delta in deltas)
    pieces = [d["tool_calls"][0]["function"] for d in deltas if "tool_calls" in d]
    assert said == whole["content"] == "Working."
    assert "".join(piece["arguments"] for piece in pieces) == '{"command": "true"}'
    assert whole["tool_calls"][0]["function"]["name"] == "bash"
    assert stream.endswith("data: [DONE]\n\n")


async def test_responses_keep_the_namespace_of_a_tool(
    client: httpx.AsyncClient,
) -> None:
    tool = {"type": "function", "name": "exec_command", "parameters": COMMAND}
    body = {
        "model": "m",
        "input": "please",
        "tools": [{"type": "namespace", "name": "shells", "tools": [tool]}],
    }

    answer = (await client.post("/s/one/v1/responses", json=body)).json()

    [call] = [item for item in answer["output"] if item["type"] == "function_call"]
    assert call["namespace"] == "shells"
    assert json.loads(call["arguments"]) == {"command": "true"}


async def test_gemini_takes_model_and_streaming_from_the_address(
    client: httpx.AsyncClient,
) -> None:
    body = {
        "contents": [{"role": "user", "parts": [{"text": "please"}]}],
        "tools": [
            {
                "functionDeclarations": [
                    {"name": "run_shell_command", "parametersJsonSchema": COMMAND}
                ]
            }
        ],
    }
    base = "/s/one/v1beta/models/gemini-x"

    whole = (await client.post(f"{base}:generateContent", json=body)).json()
    stream = await client.post(f"{base}:streamGenerateContent", json=body)

    parts = whole["candidates"][0]["content"]["parts"]
    assert parts[1]["functionCall"] == {
        "name": "run_shell_command",
        "args": {"command": "true"},
    }
    assert whole["modelVersion"] == "gemini-x"
    assert stream.headers["content-type"].startswith("text/event-stream")


async def test_what_was_asked_is_kept_until_it_is_cleared(
    client: httpx.AsyncClient, fake: FakeLlm
) -> None:
    body = _anthropic({"role": "user", "content": "please"})
    await client.post("/s/one/v1/messages", json=body)

    listed = (await client.get("/__requests?key=one")).json()
    await client.delete("/__requests")

    assert [(e["kind"], e["step"]) for e in listed] == [("step", 0)]
    assert listed[0]["body"] == body
    assert fake.requests == []


async def test_a_schema_is_answered_with_an_instance(client: httpx.AsyncClient) -> None:
    schema = {"type": "object", "properties": {"title": {"type": "string"}}}
    body = {
        "model": "m",
        "messages": [{"role": "user", "content": "name it"}],
        "output_config": {"format": {"schema": schema}},
    }

    answer = (await client.post("/v1/messages", json=body)).json()

    assert json.loads(answer["content"][0]["text"]) == {"title": "fake"}


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("v1/messages", 429, ["anthropic-ratelimit-unified-reset"]),
        ("v1/chat/completions", 429, ["x-codex-primary-reset-at"]),
        ("v1/responses", 429, ["x-codex-primary-reset-at"]),
        ("v1beta/models/m:generateContent", 429, []),
    ],
)
async def test_vendors_fail_with_their_own_status_headers_and_body(
    client: httpx.AsyncClient, path: str, status: int, told: list[str]
) -> None:
    rule: Json = {"match": "x", "steps": [{"fails": "usage_limit", "resets_in": 60}]}
    await client.put("/__scenario/limit", json={"rules": [rule]})
    tool: Json = {"name": "Bash", "input_schema": COMMAND, "type": "function"}
    body = {
        **_anthropic({"role": "user", "content": "x"}),
        "tools": [{**tool, "function": {"name": "Bash", "parameters": COMMAND}}],
        "input": "x",
        "contents": [{"role": "user", "parts": [{"text": "x"}]}],
    }
    if "generate" in path:
        body["tools"] = [{"functionDeclarations": [{"name": "Bash"}]}]

    failed = await client.post(f"/s/limit/{path}", json=body)

    assert failed.status_code == status
    assert "error" in failed.json()
    assert set(told) <= failed.headers.keys()
