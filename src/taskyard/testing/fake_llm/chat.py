"""OpenAI Chat Completions."""

import json
import time
from typing import Final

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

_USAGE: Final = {"prompt_tokens": 1000, "completion_tokens": 50, "total_tokens": 1050}
_ROLES: Final[dict[str, Role]] = {"assistant": "assistant", "tool": "tool"}


def parse(body: Json) -> Ask:
    ask = Ask(
        dialect="chat",
        model=body.get("model", ""),
        stream=bool(body.get("stream")),
        body=body,
        json_schema=_schema(one(body.get("response_format"))),
    )
    for tool in many(body.get("tools")):
        if function := tool.get("function"):
            ask.tools[function["name"]] = Tool(schema=one(function.get("parameters")))
    for message in body["messages"]:
        if message["role"] not in {"system", "developer"}:
            ask.turns.append((_role(message), text_of(message.get("content"))))
    return ask


def _schema(wanted: Json) -> Json | None:
    if schema := one(wanted.get("json_schema")).get("schema"):
        return schema
    return {} if wanted.get("type") == "json_object" else None


def _role(message: Json) -> Role:
    calls: list[Json] = many(message.get("tool_calls"))
    names = {one(call.get("function")).get("name") for call in calls}
    if names & {"ToolSearch", "tool_search"}:
        return "search"
    return _ROLES.get(message["role"], "user")


def render(ask: Ask, answer: Answer) -> tuple[Json, list[str]]:
    calls = [
        {
            "id": uid("call_"),
            "type": "function",
            "function": {"name": c.name, "arguments": json.dumps(c.arguments)},
        }
        for c in answer.calls
    ]
    reason = "tool_calls" if calls else "stop"
    if answer.refuses:
        reason = "content_filter"
    base: Json = {
        "id": uid("chatcmpl-"),
        "created": int(time.time()),
        "model": ask.model,
    }
    message: Json = {"role": "assistant", "content": answer.text or None}
    if calls:
        message["tool_calls"] = calls
    choice: Json = {"index": 0, "finish_reason": reason, "message": message}
    whole = {**base, "object": "chat.completion", "usage": _USAGE, "choices": [choice]}

    choices: list[Json] = [
        {"index": 0, "delta": delta, "finish_reason": None}
        for delta in _deltas(answer.text, calls)
    ]
    choices.append({"index": 0, "delta": {}, "finish_reason": reason})
    base["object"] = "chat.completion.chunk"
    events = [{**base, "choices": [c]} for c in choices]
    events.append({**base, "choices": [], "usage": _USAGE})
    return whole, [*(f"data: {json.dumps(e)}\n\n" for e in events), "data: [DONE]\n\n"]


def _deltas(text: str, calls: list[Json]) -> list[Json]:
    deltas: list[Json] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": piece} for piece in pieces(text)]
    for index, call in enumerate(calls):
        function = call["function"]
        opening = {"index": index, **call, "function": {**function, "arguments": ""}}
        deltas.append({"tool_calls": [opening]})
        deltas += [
            {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}
            for piece in pieces(function["arguments"])
        ]
    return deltas
