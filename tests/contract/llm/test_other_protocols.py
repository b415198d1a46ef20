"""OpenAI's and Google's protocols as the demo model and the fake play them."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio
from starlette.types import ASGIApp

from taskyard.testing.fake_llm.app import FakeLlm
from tests.contract.llm.demo import demo_model

pytestmark = pytest.mark.asyncio

Json = dict[str, Any]
SCHEMA: Json = {
    "type": "object",
    "properties": {"file_path": {"type": "string"}, "content": {"type": "string"}},
    "required": ["file_path", "content"],
}
RULES = "You are an agent. Working directory: /"


# -- each protocol: how a prompt is put, and how an answer is read -----------------------


@dataclass(frozen=True, kw_only=True)
class Said:
    """What an answer says, whatever protocol it came by."""

    text: str
    calls: list[tuple[str, Json]]
    finish: str


@dataclass(frozen=True, kw_only=True)
class Protocol:
    name: str
    prefix: str  # of the gateway
    fake: str  # of the fake
    path: Callable[[bool], str]
    body: Callable[[str, bool], Json]
    whole: Callable[[Json], Said]
    fold: Callable[[list[Json]], Said]
    finishes: tuple[str, str]  # after text, after a call


def _chat_body(prompt: str, stream: bool) -> Json:  # noqa: FBT001 - one signature for all
    tool = {"name": "write_file", "parameters": SCHEMA}
    return {
        "model": "any",
        "stream": stream,
        "stream_options": {"include_usage": True} if stream else None,
        "messages": [
            {"role": "system", "content": RULES},
            {"role": "user", "content": prompt},
        ],
        "tools": [{"type": "function", "function": tool}],
    }


def _chat_said(choice: Json, message: Json) -> Said:
    calls: list[Json] = message.get("tool_calls") or []
    functions: list[Json] = [call["function"] for call in calls]
    return Said(
        text=message.get("content") or "",
        calls=[(f["name"], json.loads(f["arguments"])) for f in functions],
        finish=choice["finish_reason"],
    )


def _chat_whole(answer: Json) -> Said:
    assert answer["object"] == "chat.completion"
    assert answer["usage"]["total_tokens"] > 0
    [choice] = answer["choices"]
    return _chat_said(choice, choice["message"])


def _chat_fold(events: list[Json]) -> Said:
    message: Json = {"content": "", "tool_calls": []}
    last: Json = {}
    for event in events:
        assert event["object"] == "chat.completion.chunk"
        for choice in event["choices"]:
            last = choice
            message["content"] += choice["delta"].get("content") or ""
            for piece in choice["delta"].get("tool_calls", []):
                calls = message["tool_calls"]
                if piece["index"] == len(calls):
                    calls.append({"function": {**piece["function"]}})
                else:
                    function = calls[piece["index"]]["function"]
                    function["arguments"] += piece["function"]["arguments"]
    assert events[-1]["choices"] == []
    assert events[-1]["usage"]["total_tokens"] > 0
    return _chat_said(last, message)


def _responses_body(prompt: str, stream: bool) -> Json:  # noqa: FBT001 - as above
    tool = {"type": "function", "name": "write_file", "parameters": SCHEMA}
    content = [{"type": "input_text", "text": prompt}]
    return {
        "model": "any",
        "stream": stream,
        "instructions": RULES,
        "input": [{"type": "message", "role": "user", "content": content}],
        "tools": [tool],
    }


def _responses_whole(answer: Json) -> Said:
    assert answer["object"] == "response"
    assert answer["usage"]["total_tokens"] > 0
    items = answer["output"]
    parts = [p for i in items if i["type"] == "message" for p in i["content"]]
    calls = [i for i in items if i["type"] == "function_call"]
    return Said(
        text="".join(part["text"] for part in parts),
        calls=[(c["name"], json.loads(c["arguments"])) for c in calls],
        finish=answer["status"],
    )


def _responses_fold(events: list[Json]) -> Said:
    """What is said twice, in pieces and whole, must be the same."""
    assert [e["sequence_number"] for e in events] == list(range(len(events)))
    assert events[0]["type"] == "response.created"
    assert events[-1]["type"] == "response.completed"
    items: dict[int, str] = {}
    for event in events:
        if event["type"].endswith(".delta"):
            index = event["output_index"]
            items[index] = items.get(index, "") + event["delta"]
        elif event["type"] == "response.output_item.done":
            item = event["item"]
            whole = item.get("arguments") or item["content"][0]["text"]
            assert items[event["output_index"]] == whole
    return _responses_whole(events[-1]["response"])


def _gemini_body(prompt: str, stream: bool) -> Json:  # noqa: FBT001 - as above
    del stream
    tool = {"name": "write_file", "parametersJsonSchema": SCHEMA}
    return {
        "systemInstruction": {"parts": [{"text": RULES}]},
        "contents": [{"role": "user", "parts": [{"text": prompt}]}],
        "tools": [{"functionDeclarations": [tool]}],
    }


def _gemini_whole(answer: Json) -> Said:
    return _gemini_fold([answer])


def _gemini_fold(events: list[Json]) -> Said:
    assert events[-1]["usageMetadata"]["totalTokenCount"] > 0
    candidates = [event["candidates"][0] for event in events]
    assert all("finishReason" not in candidate for candidate in candidates[:-1])
    parts = [part for c in candidates for part in c["content"]["parts"]]
    calls = [part["functionCall"] for part in parts if "functionCall" in part]
    return Said(
        text="".join(part.get("text", "") for part in parts),
        calls=[(call["name"], call["args"]) for call in calls],
        finish=candidates[-1]["finishReason"],
    )


def _gemini_path(stream: bool) -> str:  # noqa: FBT001 - as above
    verb = "streamGenerateContent?alt=sse" if stream else "generateContent"
    return f"/v1beta/models/any:{verb}"


PROTOCOLS = (
    Protocol(
        name="chat",
        prefix="/gateway/openai/v1",
        fake="/v1",
        path=lambda _: "/chat/completions",
        body=_chat_body,
        whole=_chat_whole,
        fold=_chat_fold,
        finishes=("stop", "tool_calls"),
    ),
    Protocol(
        name="responses",
        prefix="/gateway/openai/v1",
        fake="/v1",
        path=lambda _: "/responses",
        body=_responses_body,
        whole=_responses_whole,
        fold=_responses_fold,
        finishes=("completed", "completed"),
    ),
    Protocol(
        name="gemini",
        prefix="/gateway/gemini",
        fake="",
        path=_gemini_path,
        body=_gemini_body,
        whole=_gemini_whole,
        fold=_gemini_fold,
        finishes=("STOP", "STOP"),
    ),
)


# -- the same of whoever plays it --------------------------------------------------------


def _demo(protocol: Protocol) -> tuple[ASGIApp, str]:
    return demo_model(), protocol.prefix


def _fake(protocol: Protocol) -> tuple[ASGIApp, str]:
    return FakeLlm().app, protocol.fake


@dataclass(frozen=True, kw_only=True)
class Llm:
    protocol: Protocol
    client: httpx.AsyncClient

    async def ask(self, prompt: str) -> Said:
        return self.protocol.whole((await self._post(prompt, stream=False)).json())

    async def stream(self, prompt: str) -> Said:
        answer = await self._post(prompt, stream=True)
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = [line for line in answer.text.splitlines() if line.startswith("data:")]
        if self.protocol.name == "chat":
            assert lines.pop() == "data: [DONE]"
        return self.protocol.fold([json.loads(line[5:]) for line in lines])

    async def _post(self, prompt: str, *, stream: bool) -> httpx.Response:
        body = self.protocol.body(prompt, stream)
        answer = await self.client.post(self.protocol.path(stream), json=body)
        assert answer.status_code == 200, answer.text
        return answer


@pytest_asyncio.fixture(params=[_demo, _fake], ids=["demo model", "fake"])
async def llm(request: pytest.FixtureRequest, protocol: Protocol) -> AsyncIterator[Llm]:
    app, prefix = request.param(protocol)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app),
        base_url=f"http://test{prefix}",
        headers={"x-api-key": "key"},
    ) as client:
        yield Llm(protocol=protocol, client=client)


@pytest.fixture(params=PROTOCOLS, ids=lambda protocol: protocol.name)
def protocol(request: pytest.FixtureRequest) -> Protocol:
    found: Protocol = request.param
    return found


@pytest.mark.parametrize("prompt", ["hi there", "create hello.txt"])
async def test_a_stream_says_what_the_whole_answer_says(llm: Llm, prompt: str) -> None:
    assert await llm.stream(prompt) == await llm.ask(prompt)


async def test_a_tool_is_called_with_what_it_requires(llm: Llm) -> None:
    said = await llm.ask("create hello.txt")

    [(name, arguments)] = said.calls
    assert name == "write_file"
    assert set(arguments) == {"file_path", "content"}
    assert said.finish == llm.protocol.finishes[1]


async def test_text_ends_the_turn(llm: Llm) -> None:
    said = await llm.ask("hi there")

    assert said.text
    assert not said.calls
    assert said.finish == llm.protocol.finishes[0]


@pytest.mark.parametrize("llm", [_demo], ids=["demo model"], indirect=True)
async def test_models_are_listed(llm: Llm) -> None:
    path = "/v1beta/models" if llm.protocol.name == "gemini" else "/models"

    listed = (await llm.client.get(path)).json()

    [model] = listed.get("data") or listed["models"]
    assert "taskyard-demo" in (model.get("id") or model["name"])
