"""OpenAI Responses."""

import json
import time
from typing import Any, Final

from taskyard.testing.fake_llm.ask import (
    Answer,
    Ask,
    Json,
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
    "input_tokens_details": {"cached_tokens": 0},
    "output_tokens": 50,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": 1050,
}


def parse(body: Json) -> Ask:
    wanted: Json = one(body.get("text")).get("format") or {}
    ask = Ask(
        dialect="responses",
        model=body.get("model", ""),
        stream=bool(body.get("stream")),
        body=body,
        json_schema=wanted.get("schema"),
    )
    for tool in many(body.get("tools")):
        _take_tool(ask, tool)
    given: Any = many(body.get("input"))
    items: list[Json] = (
        [{"role": "user", "content": given}] if isinstance(given, str) else given
    )
    for item in items:
        _take_item(ask, item)
    return ask


def _take_tool(ask: Ask, tool: Json) -> None:
    inside = tool.get("type") == "namespace"
    functions: list[Json] = tool["tools"] if inside else [tool]
    for function in functions:
        if "name" in function:
            ask.tools[function["name"]] = Tool(
                schema=one(function.get("parameters")),
                kind=function.get("type", "function"),
                namespace=tool["name"] if inside else None,
            )


def _take_item(ask: Ask, item: Json) -> None:
    kind: str = item.get("type", "message")
    if kind == "message" and item.get("role") in {"user", "assistant"}:
        ask.turns.append((item["role"], text_of(item.get("content"))))
    elif kind.endswith("_output"):
        ask.turns.append(("tool", str(item.get("output"))))
    elif kind.endswith("_call") or kind == "reasoning":
        searched = item.get("name") == "ToolSearch"
        ask.turns.append(("search" if searched else "assistant", ""))


def render(ask: Ask, answer: Answer) -> tuple[Json, list[str]]:
    items = _items(ask, answer)
    response: Json = {
        "id": uid("resp_"),
        "object": "response",
        "created_at": int(time.time()),
        "model": ask.model,
        "error": None,
        "incomplete_details": None,
        "parallel_tool_calls": True,
        "tools": [],
        "tool_choice": "auto",
    }
    begun = {**response, "status": "in_progress", "output": list[Json]()}
    whole = {**response, "status": "completed", "output": items, "usage": _USAGE}

    events: list[Json] = [
        {"type": "response.created", "response": begun},
        {"type": "response.in_progress", "response": begun},
    ]
    for index, item in enumerate(items):
        if item["type"] == "message":
            events += _message_events(index, item, answer.text)
        else:
            events += _call_events(index, item)
        events.append(
            {"type": "response.output_item.done", "output_index": index, "item": item}
        )
    events.append({"type": "response.completed", "response": whole})
    return whole, [
        f"event: {e['type']}\ndata: {json.dumps({**e, 'sequence_number': n})}\n\n"
        for n, e in enumerate(events)
    ]


def _items(ask: Ask, answer: Answer) -> list[Json]:
    items: list[Json] = []
    if answer.text:
        part = {"type": "output_text", "text": answer.text, "annotations": list[Json]()}
        items.append(
            {
                "type": "message",
                "id": uid("msg_"),
                "role": "assistant",
                "status": "completed",
                "content": [part],
            }
        )
    for call in answer.calls:
        common: Json = {
            "call_id": uid("call_"),
            "name": call.name,
            "status": "completed",
        }
        if call.raw is not None:
            kind: Json = {
                "type": "custom_tool_call",
                "id": uid("ctc_"),
                "input": call.raw,
            }
        else:
            arguments = json.dumps(call.arguments)
            kind = {"type": "function_call", "id": uid("fc_"), "arguments": arguments}
        tool = ask.tools.get(call.name)
        if tool is not None and tool.namespace:
            common["namespace"] = tool.namespace
        items.append({**kind, **common})
    return items


def _message_events(index: int, item: Json, text: str) -> list[Json]:
    part: Json = {"type": "output_text", "text": "", "annotations": list[Json]()}
    at = {"item_id": item["id"], "output_index": index, "content_index": 0}
    opened = {**item, "status": "in_progress", "content": list[Json]()}
    return [
        {"type": "response.output_item.added", "output_index": index, "item": opened},
        {"type": "response.content_part.added", **at, "part": part},
        *(
            {"type": "response.output_text.delta", **at, "delta": piece}
            for piece in pieces(text)
        ),
        {"type": "response.output_text.done", **at, "text": text},
        {"type": "response.content_part.done", **at, "part": {**part, "text": text}},
    ]


def _call_events(index: int, item: Json) -> list[Json]:
    field, name = (
        ("input", "custom_tool_call_input")
        if item["type"] == "custom_tool_call"
        else ("arguments", "function_call_arguments")
    )
    at = {"item_id": item["id"], "output_index": index}
    opened = {**item, "status": "in_progress", field: ""}
    return [
        {"type": "response.output_item.added", "output_index": index, "item": opened},
        *(
            {"type": f"response.{name}.delta", **at, "delta": piece}
            for piece in pieces(item[field])
        ),
        {"type": f"response.{name}.done", **at, field: item[field]},
    ]
