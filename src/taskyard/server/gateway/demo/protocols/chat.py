"""OpenAI Chat Completions."""

import json
import time
from collections.abc import Iterator
from typing import Any

from pydantic import Field

from taskyard.server.gateway.demo.asked import Answer, Asked, Call, Result, Turn
from taskyard.server.gateway.demo.protocols.parts import (
    MODEL_ID,
    Json,
    Lenient,
    arguments_of,
    new_id,
    pieces,
    spoken_tokens,
)

__all__ = ["ChatRequest"]


class Part(Lenient):
    type: str = "text"
    text: str | None = None


class FunctionCall(Lenient):
    name: str = ""
    arguments: str = ""


class ToolUse(Lenient):
    id: str = ""
    function: FunctionCall = Field(default_factory=FunctionCall)


class Message(Lenient):
    role: str
    content: str | list[Part] | None = None
    tool_calls: list[ToolUse] | None = None
    tool_call_id: str = ""

    @property
    def texts(self) -> list[str]:
        if self.content is None or isinstance(self.content, str):
            return [self.content] if self.content else []
        return [part.text for part in self.content if part.text]


class Function(Lenient):
    name: str
    parameters: dict[str, Any] = Field(default_factory=dict)


class ToolDefinition(Lenient):
    function: Function | None = None


class JsonSchema(Lenient):
    schema_: dict[str, Any] | None = Field(default=None, alias="schema")


class ResponseFormat(Lenient):
    type: str = "text"
    json_schema: JsonSchema | None = None


class StreamOptions(Lenient):
    include_usage: bool = False


class ChatRequest(Lenient):
    stream: bool = False
    stream_options: StreamOptions | None = None
    messages: list[Message] = Field(min_length=1)
    tools: list[ToolDefinition] | None = None
    response_format: ResponseFormat | None = None

    def asked(self) -> Asked:
        rules = {"system", "developer"}
        told = [t for m in self.messages if m.role in rules for t in m.texts]
        return Asked(
            turns=[_turn(m) for m in self.messages if m.role not in rules],
            system="\n".join(told),
            tools={
                tool.function.name: tool.function.parameters
                for tool in self.tools or []
                if tool.function
            },
            wanted_schema=self._schema(),
        )

    def _schema(self) -> Json | None:
        wanted = self.response_format
        if wanted is None or wanted.type == "text":
            return None
        return (wanted.json_schema.schema_ if wanted.json_schema else None) or {}

    def document(self, answer: Answer, input_tokens: int) -> Json:
        message: Json = {"role": "assistant", "content": answer.text or None}
        if calls := _calls(answer):
            message["tool_calls"] = calls
        choice: Json = {
            "index": 0,
            "message": message,
            "finish_reason": _finish_reason(answer),
        }
        return {
            **_head("chat.completion"),
            "choices": [choice],
            "usage": _usage(answer, input_tokens),
        }

    def events(self, answer: Answer, input_tokens: int) -> Iterator[bytes]:
        head = _head("chat.completion.chunk")
        for delta in _deltas(answer):
            choice: Json = {"index": 0, "delta": delta, "finish_reason": None}
            yield _event({**head, "choices": [choice]})

        end: Json = {"index": 0, "delta": {}, "finish_reason": _finish_reason(answer)}
        yield _event({**head, "choices": [end]})
        if self.stream_options and self.stream_options.include_usage:
            usage = _usage(answer, input_tokens)
            yield _event({**head, "choices": [], "usage": usage})
        yield b"data: [DONE]\n\n"


def _turn(message: Message) -> Turn:
    if message.role == "tool":
        text = "\n".join(message.texts)
        result = Result(call_id=message.tool_call_id, text=text)
        return Turn(role="user", results=[result])
    return Turn(
        role="assistant" if message.role == "assistant" else "user",
        texts=message.texts,
        calls=[
            Call(
                id=use.id,
                name=use.function.name,
                input=arguments_of(use.function.arguments),
            )
            for use in message.tool_calls or []
        ],
    )


def _calls(answer: Answer) -> list[Json]:
    return [
        {
            "id": new_id("call_"),
            "type": "function",
            "function": {"name": call.name, "arguments": json.dumps(dict(call.input))},
        }
        for call in answer.calls
    ]


def _deltas(answer: Answer) -> Iterator[Json]:
    yield {"role": "assistant", "content": ""}
    for piece in pieces(answer.text):
        yield {"content": piece}

    for index, call in enumerate(_calls(answer)):
        function = call["function"]
        opened = {**call, "index": index, "function": {**function, "arguments": ""}}
        yield {"tool_calls": [opened]}
        for piece in pieces(function["arguments"]):
            yield {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}


def _finish_reason(answer: Answer) -> str:
    return "tool_calls" if answer.calls else "stop"


def _head(kind: str) -> Json:
    return {
        "id": new_id("chatcmpl-"),
        "object": kind,
        "created": int(time.time()),
        "model": MODEL_ID,
    }


def _usage(answer: Answer, input_tokens: int) -> Json:
    spoken = spoken_tokens(answer)
    return {
        "prompt_tokens": input_tokens,
        "completion_tokens": spoken,
        "total_tokens": input_tokens + spoken,
    }


def _event(document: Json) -> bytes:
    return f"data: {json.dumps(document)}\n\n".encode()
