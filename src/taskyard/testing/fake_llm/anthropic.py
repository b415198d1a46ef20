"""Anthropic Messages."""

import json
from typing import Any, Final

from taskyard.testing.fake_llm.ask import (
    Answer,
    Ask,
    Json,
    Role,
    Tool,
    many,
    one,
    pieces,
    text_of,
    uid,
)

__all__ = ["parse", "render"]

_USAGE: Final = {
    "input_tokens": 1000,
    "output_tokens": 50,
    "cache_read_input_tokens": 0,
    "cache_creation_input_tokens": 0,
}
#: Newer agents put system messages between the others.
_ROLES: Final[dict[str, Role]] = {"assistant": "assistant", "system": "system"}


def parse(body: Json) -> Ask:
    wanted: Json = one(body.get("output_config")).get("format") or {}
    older: Json = one(body.get("output_format"))
    ask = Ask(
        dialect="anthropic",
        model=body.get("model", ""),
        stream=bool(body.get("stream")),
        body=body,
        json_schema=(wanted or older).get("schema"),
    )
    for tool in many(body.get("tools")):
        if "input_schema" in tool:
            ask.tools[tool["name"]] = Tool(schema=tool["input_schema"])
    for message in body["messages"]:
        content = message["content"]
        ask.turns.append((_role(message["role"], content), text_of(content)))
    return ask


def _role(role: str, content: Any) -> Role:
    parts: list[Json] = [] if isinstance(content, str) else content
    if any(part.get("type") == "tool_result" for part in parts):
        return "tool"
    if any(part.get("name") == "ToolSearch" for part in parts):
        return "search"
    return _ROLES.get(role, "user")


def render(ask: Ask, answer: Answer) -> tuple[Json, list[str]]:
    blocks: list[Json] = [{"type": "text", "text": answer.text}] if answer.text else []
    blocks += [
        {"type": "tool_use", "id": uid("toolu_"), "name": c.name, "input": c.arguments}
        for c in answer.calls
    ]
    message: Json = {
        "id": uid("msg_"),
        "type": "message",
        "role": "assistant",
        "model": ask.model,
        "stop_sequence": None,
        "stop_reason": _stop_reason(answer),
        "content": blocks,
        "usage": _USAGE,
    }
    started: Json = {
        **message,
        "content": [],
        "stop_reason": None,
        "usage": {**_USAGE, "output_tokens": 1},
    }
    events: list[Json] = [{"type": "message_start", "message": started}]
    for index, block in enumerate(blocks):
        events += _block(index, block)

    ending = {"stop_reason": message["stop_reason"], "stop_sequence": None}
    events += [
        {"type": "message_delta", "delta": ending, "usage": {"output_tokens": 50}},
        {"type": "message_stop"},
    ]
    return message, [f"event: {e['type']}\ndata: {json.dumps(e)}\n\n" for e in events]


def _stop_reason(answer: Answer) -> str:
    if answer.refuses:
        return "refusal"
    return "tool_use" if answer.calls else "end_turn"


def _block(index: int, block: Json) -> list[Json]:
    if block["type"] == "tool_use":
        start: Json = {**block, "input": {}}
        deltas = [
            {"type": "input_json_delta", "partial_json": piece}
            for piece in pieces(json.dumps(block["input"]))
        ]
    else:
        start = {"type": "text", "text": ""}
        deltas = [{"type": "text_delta", "text": p} for p in pieces(block["text"])]
    return [
        {"type": "content_block_start", "index": index, "content_block": start},
        *(
            {"type": "content_block_delta", "index": index, "delta": delta}
            for delta in deltas
        ),
        {"type": "content_block_stop", "index": index},
    ]
