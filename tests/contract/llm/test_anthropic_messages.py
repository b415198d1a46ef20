"""Who plays the Anthropic API plays it to the letter: the demo model and the fake."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from starlette.types import ASGIApp

from taskyard.testing.fake_llm.app import FakeLlm
from tests.contract.llm.demo import demo_model
from tests.support.pretend_agent import CLAUDE_TOOLS

pytestmark = pytest.mark.asyncio

Json = dict[str, Any]
PROMPTS = {
    "text": {"messages": [{"role": "user", "content": "hi there"}], "tools": []},
    "tool": {
        "messages": [{"role": "user", "content": "create hello.txt"}],
        "tools": list(CLAUDE_TOOLS),
        "system": "working in the directory /",
    },
}


def _demo() -> tuple[ASGIApp, str]:
    return demo_model(), "/gateway/anthropic"


def _fake() -> tuple[ASGIApp, str]:
    return FakeLlm().app, ""


@pytest_asyncio.fixture(params=[_demo, _fake], ids=["demo model", "fake"])
async def llm(request: pytest.FixtureRequest) -> AsyncIterator[httpx.AsyncClient]:
    app, prefix = request.param()
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app),
        base_url=f"http://test{prefix}",
        headers={"x-api-key": "key"},
    ) as client:
        yield client


async def _ask(llm: httpx.AsyncClient, kind: str, *, stream: bool) -> httpx.Response:
    body = {"model": "any", "max_tokens": 1000, "stream": stream, **PROMPTS[kind]}
    answer = await llm.post("/v1/messages", json=body)
    assert answer.status_code == 200, answer.text
    return answer


def _events(answer: httpx.Response) -> list[Json]:
    """Parsed strictly: one event line, one data line, one empty line."""
    events: list[Json] = []
    for block in answer.text.removesuffix("\n\n").split("\n\n"):
        name, data = block.split("\n")
        event = json.loads(data.removeprefix("data: "))
        assert name == f"event: {event['type']}"
        events.append(event)
    return events


def _put_together(events: list[Json]) -> Json:
    """Fold a stream into a message, as a client does; asserts the order on the way."""
    message: Json = events[0]["message"]
    assert events[0]["type"] == "message_start"
    assert message["content"] == []
    for event in events[1:]:
        _fold(message, event)

    assert [e["type"] for e in events[-2:]] == ["message_delta", "message_stop"]
    return message


def _fold(message: Json, event: Json) -> None:
    content: list[Json] = message["content"]
    match event["type"]:
        case "content_block_start":
            assert event["index"] == len(content)
            content.append({**event["content_block"], "json": ""})
        case "content_block_delta":
            assert event["index"] == len(content) - 1
            block, delta = content[-1], event["delta"]
            if delta["type"] == "text_delta":
                block["text"] += delta["text"]
            else:
                block["json"] += delta["partial_json"]
        case "content_block_stop":
            assert event["index"] == len(content) - 1
            given = content[-1].pop("json")
            if content[-1]["type"] == "tool_use":
                content[-1]["input"] = json.loads(given)
        case "message_delta":
            message |= event["delta"]
            message["usage"] |= event["usage"]
        case other:
            assert other == "message_stop"


def _told(message: Json) -> list[Json]:
    """Content without ids, which differ from call to call."""
    return [
        {k: v for k, v in block.items() if k != "id"} for block in message["content"]
    ]


@pytest.mark.parametrize("kind", PROMPTS)
async def test_a_stream_says_what_the_whole_message_says(
    llm: httpx.AsyncClient, kind: str
) -> None:
    whole = (await _ask(llm, kind, stream=False)).json()
    streamed = _put_together(_events(await _ask(llm, kind, stream=True)))

    assert _told(streamed) == _told(whole)
    assert streamed["stop_reason"] == whole["stop_reason"]
    assert streamed.keys() == whole.keys()


@pytest.mark.parametrize("kind", PROMPTS)
async def test_a_message_has_every_field_of_the_contract(
    llm: httpx.AsyncClient, kind: str
) -> None:
    message = (await _ask(llm, kind, stream=False)).json()

    assert message["type"] == "message"
    assert message["role"] == "assistant"
    assert message["id"].startswith("msg_")
    assert message["model"]
    assert message["stop_sequence"] is None
    assert message["usage"]["input_tokens"] > 0
    assert message["usage"]["output_tokens"] > 0


async def test_a_tool_is_called_with_what_it_requires(llm: httpx.AsyncClient) -> None:
    message = (await _ask(llm, "tool", stream=False)).json()

    assert message["stop_reason"] == "tool_use"
    [call] = [block for block in message["content"] if block["type"] == "tool_use"]
    schema = next(t["input_schema"] for t in CLAUDE_TOOLS if t["name"] == call["name"])
    assert set(schema["required"]) <= set(call["input"]) <= set(schema["properties"])
    assert call["id"].startswith("toolu_")


async def test_text_ends_the_turn(llm: httpx.AsyncClient) -> None:
    message = (await _ask(llm, "text", stream=False)).json()

    assert message["stop_reason"] == "end_turn"
    assert [block["type"] for block in message["content"]] == ["text"]


async def test_a_stream_is_marked_as_one(llm: httpx.AsyncClient) -> None:
    answer = await _ask(llm, "text", stream=True)

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-cache"


async def test_models_are_listed(llm: httpx.AsyncClient) -> None:
    listed = (await llm.get("/v1/models")).json()

    ids = [model["id"] for model in listed["data"]]
    assert (listed["first_id"], listed["last_id"]) == (ids[0], ids[-1])
    assert listed["has_more"] is False
    assert all(m["type"] == "model" and m["display_name"] for m in listed["data"])


async def test_tokens_are_counted(llm: httpx.AsyncClient) -> None:
    body = {"model": "any", **PROMPTS["text"]}

    answer = await llm.post("/v1/messages/count_tokens", json=body)

    assert answer.json()["input_tokens"] > 0
