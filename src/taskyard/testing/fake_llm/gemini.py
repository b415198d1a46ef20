"""Gemini generateContent; model and streaming stand in the address, not in the body."""

import json

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
)

__all__ = ["parse", "render"]


def parse(body: Json, *, model: str, stream: bool) -> Ask:
    ask = Ask(
        dialect="gemini",
        model=model,
        stream=stream,
        body=body,
        json_schema=_schema(one(body.get("generationConfig"))),
    )
    for tool in many(body.get("tools")):
        for function in many(tool.get("functionDeclarations")):
            schema: Json | None = function.get("parametersJsonSchema")
            ask.tools[function["name"]] = Tool(
                schema=schema or one(function.get("parameters"))
            )
    for message in many(body.get("contents")):
        parts: list[Json] = many(message.get("parts"))
        ask.turns.append((_role(message, parts), text_of(parts)))
    return ask


def _schema(config: Json) -> Json | None:
    schema: Json | None = config.get("responseJsonSchema") or config.get(
        "responseSchema"
    )
    if schema:
        return schema
    return {} if config.get("responseMimeType") == "application/json" else None


def _role(message: Json, parts: list[Json]) -> Role:
    if any("functionResponse" in part for part in parts):
        return "tool"
    return "assistant" if message.get("role") == "model" else "user"


def render(ask: Ask, answer: Answer) -> tuple[Json, list[str]]:
    calls: list[Json] = [
        {"functionCall": {"name": c.name, "args": c.arguments}} for c in answer.calls
    ]
    reason = "SAFETY" if answer.refuses else "STOP"
    spoken: list[Json] = [{"text": answer.text}] if answer.text else []
    whole = _response(ask, [*spoken, *calls], reason=reason)
    events = [_response(ask, [{"text": piece}]) for piece in pieces(answer.text)]
    events += [_response(ask, [call]) for call in calls]
    events.append(_response(ask, [{"text": ""}], reason=reason))
    return whole, [f"data: {json.dumps(event)}\r\n\r\n" for event in events]


def _response(ask: Ask, parts: list[Json], *, reason: str = "") -> Json:
    candidate: Json = {"index": 0, "content": {"role": "model", "parts": parts}}
    if reason:
        candidate["finishReason"] = reason
    return {
        "candidates": [candidate],
        "usageMetadata": {
            "promptTokenCount": 1000,
            "candidatesTokenCount": 50,
            "totalTokenCount": 1050,
        },
        "modelVersion": ask.model,
        "responseId": "r",
    }
