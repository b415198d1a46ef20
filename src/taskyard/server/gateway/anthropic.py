"""The Anthropic Messages API as far as Taskyard itself reads and writes it.

The gateway forwards bytes and needs none of this; the demo model answers requests, and
refusals have the vendor's shape so that agents show our sentence.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = [
    "Answer",
    "Block",
    "ErrorKind",
    "Message",
    "MessagesRequest",
    "ToolCall",
    "error_body",
    "events",
    "message_body",
    "text_of",
]

ErrorKind = Literal[
    "invalid_request_error",
    "authentication_error",
    "permission_error",
    "not_found_error",
    "request_too_large",
    "rate_limit_error",
    "api_error",
    "overloaded_error",
]

#: Length of one streamed piece of text or tool input, in characters.
_PIECE: Final = 24
#: Long tool inputs come in larger pieces, so that a file does not take half a minute.
_MAX_PIECES: Final = 60


class _Lenient(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Block(_Lenient):
    """A content block; unknown types keep their `type` and nothing else."""

    type: str
    text: str = ""
    id: str = ""
    name: str = ""
    input: dict[str, Any] = Field(default_factory=dict)
    tool_use_id: str = ""
    content: "str | list[Block] | None" = None
    is_error: bool | None = None


class Message(_Lenient):
    role: str
    content: str | list[Block]

    @property
    def blocks(self) -> list[Block]:
        if isinstance(self.content, str):
            return [Block(type="text", text=self.content)]
        return self.content


class ToolDefinition(_Lenient):
    name: str = ""
    input_schema: dict[str, Any] | None = None


class OutputFormat(_Lenient):
    schema_: dict[str, Any] | None = Field(default=None, alias="schema")


class OutputConfig(_Lenient):
    format: OutputFormat | None = None


class MessagesRequest(_Lenient):
    """A request for a message; what the demo model does not use is not listed."""

    model: str = ""
    stream: bool = False
    max_tokens: int = 4096
    system: str | list[Block] | None = None
    messages: list[Message] = Field(min_length=1)
    tools: list[ToolDefinition] = Field(default_factory=list[ToolDefinition])
    stop_sequences: list[str] = Field(default_factory=list)
    output_config: OutputConfig | None = None

    @property
    def system_text(self) -> str:
        return text_of(self.system)

    @property
    def wanted_schema(self) -> dict[str, Any] | None:
        """The JSON schema the answer must fit; None = free text."""
        if self.output_config is None or self.output_config.format is None:
            return None
        return self.output_config.format.schema_


def text_of(content: str | list[Block] | None) -> str:
    if content is None or isinstance(content, str):
        return content or ""
    return "\n".join(block.text for block in content if block.type == "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    name: str
    input: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a model says: text, and tools to call after it."""

    text: str = ""
    calls: tuple[ToolCall, ...] = ()
    stop_sequence: str | None = None
    ids: tuple[str, ...] = field(default=())  # of the message, then of each call

    @property
    def stop_reason(self) -> str:
        if self.calls:
            return "tool_use"
        return "stop_sequence" if self.stop_sequence else "end_turn"


def message_body(answer: Answer, *, model: str, input_tokens: int) -> dict[str, Any]:
    """The whole message, as for a request without `stream`."""
    return {
        "id": answer.ids[0],
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": _blocks(answer),
        "stop_reason": answer.stop_reason,
        "stop_sequence": answer.stop_sequence,
        "usage": _usage(answer, input_tokens),
    }


def events(answer: Answer, *, model: str, input_tokens: int) -> Iterator[bytes]:
    """The same message as server-sent events, in the vendor's order."""
    whole = message_body(answer, model=model, input_tokens=input_tokens)
    usage = whole["usage"]
    yield _event(
        "message_start",
        message={
            **whole,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": {**usage, "output_tokens": 1},
        },
    )
    for index, block in enumerate(whole["content"]):
        yield from _block_events(index, block)

    yield _event(
        "message_delta",
        delta={
            "stop_reason": whole["stop_reason"],
            "stop_sequence": whole["stop_sequence"],
        },
        usage={"output_tokens": usage["output_tokens"]},
    )
    yield _event("message_stop")


def error_body(kind: ErrorKind, message: str) -> dict[str, Any]:
    return {"type": "error", "error": {"type": kind, "message": message}}


def _blocks(answer: Answer) -> list[dict[str, Any]]:
    text = [{"type": "text", "text": answer.text}] if answer.text else []
    calls = [
        {"type": "tool_use", "id": id_, "name": call.name, "input": dict(call.input)}
        for id_, call in zip(answer.ids[1:], answer.calls, strict=True)
    ]
    return [*text, *calls]


def _block_events(index: int, block: Mapping[str, Any]) -> Iterator[bytes]:
    if block["type"] == "tool_use":
        start: dict[str, Any] = {**block, "input": {}}
        deltas = [
            {"type": "input_json_delta", "partial_json": piece}
            for piece in _pieces(json.dumps(block["input"]))
        ]
    else:
        start = {"type": "text", "text": ""}
        deltas = [
            {"type": "text_delta", "text": piece} for piece in _pieces(block["text"])
        ]

    yield _event("content_block_start", index=index, content_block=start)
    for delta in deltas:
        yield _event("content_block_delta", index=index, delta=delta)

    yield _event("content_block_stop", index=index)


def _pieces(text: str) -> list[str]:
    length = max(_PIECE, len(text) // _MAX_PIECES)
    return [text[start : start + length] for start in range(0, len(text), length)]


def _event(name: str, **fields: object) -> bytes:
    return f"event: {name}\ndata: {json.dumps({'type': name, **fields})}\n\n".encode()


def _usage(answer: Answer, input_tokens: int) -> dict[str, int]:
    spoken = len(answer.text) + sum(
        len(json.dumps(dict(c.input))) for c in answer.calls
    )
    return {
        "input_tokens": input_tokens,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "output_tokens": max(1, spoken // 4),
    }
