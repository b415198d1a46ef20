"""A streamed answer says what the whole one says, in every protocol."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from taskyard.server.gateway.demo.upstream import DemoModel
from taskyard.server.gateway.dialects import DIALECTS, DialectName
from taskyard.server.gateway.exchange import Outgoing

pytestmark = pytest.mark.asyncio

Json = dict[str, Any]
#: What it says, and the arguments of the tool that it calls, as they came.
Said = tuple[str, Json]

PROMPT = "create hello.txt containing 'hi'"
SCHEMA = {
    "type": "object",
    "properties": {"file_path": {"type": "string"}, "content": {"type": "string"}},
}
FUNCTION = {"name": "write_file", "parameters": SCHEMA}
USER = {"role": "user", "content": PROMPT}
EXPECTED: Said = (
    "I'll write `hello.txt`.",
    {"file_path": "hello.txt", "content": "hi\n"},
)


def _events(body: bytes) -> Iterator[Json]:
    for line in body.decode().splitlines():
        data = line.removeprefix("data: ")
        if data not in {line, "[DONE]"}:
            yield json.loads(data)


def _anthropic(body: bytes) -> Said:
    [text, call] = json.loads(body)["content"]
    return text["text"], call["input"]


def _anthropic_stream(body: bytes) -> Said:
    deltas = [e["delta"] for e in _events(body) if e["type"] == "content_block_delta"]
    return (
        "".join(d.get("text", "") for d in deltas),
        json.loads("".join(d.get("partial_json", "") for d in deltas)),
    )


def _chat(body: bytes) -> Said:
    [choice] = json.loads(body)["choices"]
    [call] = choice["message"]["tool_calls"]
    return choice["message"]["content"], json.loads(call["function"]["arguments"])


def _chat_stream(body: bytes) -> Said:
    deltas = [choice["delta"] for e in _events(body) for choice in e["choices"]]
    calls = [call["function"] for d in deltas for call in d.get("tool_calls", ())]
    assert body.endswith(b"data: [DONE]\n\n")
    return (
        "".join(d.get("content", "") for d in deltas),
        json.loads("".join(call["arguments"] for call in calls)),
    )


def _responses(body: bytes) -> Said:
    [message, call] = json.loads(body)["output"]
    return message["content"][0]["text"], json.loads(call["arguments"])


def _responses_stream(body: bytes) -> Said:
    events = list(_events(body))
    assert [e["sequence_number"] for e in events] == list(range(len(events)))
    done = [e["item"] for e in events if e["type"] == "response.output_item.done"]
    assert events[-1]["type"] == "response.completed"
    assert events[-1]["response"]["output"] == done

    def joined(kind: str) -> str:
        return "".join(e["delta"] for e in events if e["type"] == f"response.{kind}")

    return (
        joined("output_text.delta"),
        json.loads(joined("function_call_arguments.delta")),
    )


def _gemini(body: bytes) -> Said:
    return _documents(json.loads(body))


def _gemini_stream(body: bytes) -> Said:
    return _documents(*_events(body))


def _gemini_list(body: bytes) -> Said:
    return _documents(*json.loads(body))


def _documents(*documents: Json) -> Said:
    candidates = [c for document in documents for c in document["candidates"]]
    parts = [part for c in candidates for part in c["content"]["parts"]]
    [call] = [part["functionCall"] for part in parts if "functionCall" in part]
    ends = [c.get("finishReason") for c in candidates]
    assert ends == [None] * (len(ends) - 1) + ["STOP"]
    return "".join(part.get("text", "") for part in parts), call["args"]


MESSAGES: Json = {
    "messages": [USER],
    "tools": [{"name": "write_file", "input_schema": SCHEMA}],
}
CHAT: Json = {
    "messages": [USER],
    "tools": [{"type": "function", "function": FUNCTION}],
    "stream_options": {"include_usage": True},
}
RESPONSES: Json = {"input": [USER], "tools": [{"type": "function", **FUNCTION}]}
GEMINI: Json = {
    "contents": [{"parts": [{"text": PROMPT}]}],
    "tools": [{"functionDeclarations": [FUNCTION]}],
}
STREAM: Json = {"stream": True}
LIST = "v1beta/models/g:streamGenerateContent"


@pytest.mark.parametrize(
    ("name", "address", "body", "read"),
    [
        ("anthropic", "v1/messages?beta=true", MESSAGES, _anthropic),
        ("anthropic", "v1/messages?beta=true", MESSAGES | STREAM, _anthropic_stream),
        ("openai", "chat/completions", CHAT, _chat),
        ("openai", "chat/completions", CHAT | STREAM, _chat_stream),
        ("openai", "responses", RESPONSES, _responses),
        ("openai", "responses", RESPONSES | STREAM, _responses_stream),
        ("gemini", "v1beta/models/g:generateContent", GEMINI | STREAM, _gemini),
        ("gemini", "v1beta/models/g%3AgenerateContent", GEMINI, _gemini),
        ("gemini", f"{LIST}?alt=sse", GEMINI, _gemini_stream),
        ("gemini", LIST, GEMINI, _gemini_list),
    ],
)
async def test_text_call_and_usage_arrive(
    name: DialectName, address: str, body: Json, read: Callable[[bytes], Said]
) -> None:
    dialect = DIALECTS[name]
    path, _, query = address.partition("?")
    sent = json.dumps(body).encode()
    request = Outgoing(method="POST", path=path, query=query, headers=(), body=sent)

    async with DemoModel(dialect=dialect, pause=timedelta()).open(request) as reply:
        answer = b"".join([chunk async for chunk in reply.chunks])

    tap = dialect.tap()
    tap.feed(answer)
    used = tap.result()
    assert dialect.bills(request)
    assert read(answer) == EXPECTED
    assert used is not None
    assert (used.model, used.exact) == ("taskyard-demo", True)
    assert used.input_tokens == len(sent) // 4
    assert used.output_tokens > len(EXPECTED[0]) // 4
