"""Anthropic Messages."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import Field

from taskyard.server.gateway.demo.asked import Answer, Asked, Call, Result, Role, Turn
from taskyard.server.gateway.demo.protocols.parts import (
    MODEL_ID,
    Json,
    Lenient,
    new_id,
    pieces,
    spoken_tokens,
)

__all__ = ["MessagesRequest"]


class Block(Lenient):
    """A content block; unknown types keep their `type` and nothing else."""

    type: str
    text: str = ""
    id: str = ""
    name: str = ""
    input: dict[str, Any] = Field(default_factory=dict)
    tool_use_id: str = ""
    content: "str | list[Block] | None" = None
    is_error: bool | None = None


class Message(Lenient):
    role: str
    content: str | list[Block]

    @property
    def blocks(self) -> list[Block]:
        if isinstance(self.content, str):
            return [Block(type="text", text=self.content)]
        return self.content


class ToolDefinition(Lenient):
    name: str = ""
    input_schema: dict[str, Any] | None = None


class OutputFormat(Lenient):
    schema_: dict[str, Any] | None = Field(default=None, alias="schema")


class OutputConfig(Lenient):
    format: OutputFormat | None = None


class MessagesRequest(Lenient):
    """A request for a message; what the demo model does not use is not listed."""

    stream: bool = False
    model: str = MODEL_ID
    system: str | list[Block] | None = None
    messages: list[Message] = Field(min_length=1)
    tools: list[ToolDefinition] = Field(default_factory=list[ToolDefinition])
    stop_sequences: list[str] = Field(default_factory=list)
    output_config: OutputConfig | None = None

    def asked(self) -> Asked:
        wanted = self.output_config.format if self.output_config else None
        return Asked(
            turns=[_turn(message) for message in self.messages],
            system=_text_of(self.system),
            tools={
                tool.name: tool.input_schema
                for tool in self.tools
                if tool.input_schema is not None
            },
            wanted_schema=wanted.schema_ if wanted else None,
            stop_sequences=self.stop_sequences,
        )

    def document(self, answer: Answer, input_tokens: int) -> Json:
        return {
            "id": new_id("msg_"),
            "type": "message",
            "role": "assistant",
            # Claude Code goes on with the model that an answer names when it resumes, and
            # offers less for one it does not know.
            "model": self.model,
            "content": _blocks(answer),
            "stop_reason": _stop_reason(answer),
            "stop_sequence": answer.stop_sequence,
            "usage": {
                "input_tokens": input_tokens,
                "cache_creation_input_tokens": 0,
                "cache_read_input_tokens": 0,
                "output_tokens": spoken_tokens(answer),
            },
        }

    def events(self, answer: Answer, input_tokens: int) -> Iterator[bytes]:
        whole = self.document(answer, input_tokens)
        usage = whole["usage"]
        begun: Json = {
            **whole,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": {**usage, "output_tokens": 1},
        }
        yield _event("message_start", message=begun)
        for index, block in enumerate(whole["content"]):
            yield from _block_events(index, block)

        ending = {key: whole[key] for key in ("stop_reason", "stop_sequence")}
        spoken = {"output_tokens": usage["output_tokens"]}
        yield _event("message_delta", delta=ending, usage=spoken)
        yield _event("message_stop")


#: Newer agents put messages of their own between the others.
_ROLES: Final[Mapping[str, Role]] = {"assistant": "assistant", "system": "system"}


def _turn(message: Message) -> Turn:
    blocks = message.blocks
    return Turn(
        role=_ROLES.get(message.role, "user"),
        texts=[block.text for block in blocks if block.type == "text"],
        calls=[
            Call(id=block.id, name=block.name, input=block.input)
            for block in blocks
            if block.type == "tool_use"
        ],
        results=[
            Result(
                call_id=block.tool_use_id,
                text=_text_of(block.content),
                failed=block.is_error,
            )
            for block in blocks
            if block.type == "tool_result"
        ],
    )


def _text_of(content: str | list[Block] | None) -> str:
    if content is None or isinstance(content, str):
        return content or ""
    return "\n".join(block.text for block in content if block.type == "text")


def _stop_reason(answer: Answer) -> str:
    if answer.calls:
        return "tool_use"
    return "stop_sequence" if answer.stop_sequence else "end_turn"


def _blocks(answer: Answer) -> list[Json]:
    text: list[Json] = [{"type": "text", "text": answer.text}] if answer.text else []
    calls: list[Json] = [
        {
            "type": "tool_use",
            "id": new_id("toolu_"),
            "name": call.name,
            "input": dict(call.input),
        }
        for call in answer.calls
    ]
    return [*text, *calls]


def _block_events(index: int, block: Mapping[str, Any]) -> Iterator[bytes]:
    if block["type"] == "tool_use":
        start: Json = {**block, "input": {}}
        deltas = [
            {"type": "input_json_delta", "partial_json": piece}
            for piece in pieces(json.dumps(block["input"]))
        ]
    else:
        start = {"type": "text", "text": ""}
        deltas = [
            {"type": "text_delta", "text": piece} for piece in pieces(block["text"])
        ]

    yield _event("content_block_start", index=index, content_block=start)
    for delta in deltas:
        yield _event("content_block_delta", index=index, delta=delta)

    yield _event("content_block_stop", index=index)


def _event(name: str, **fields: object) -> bytes:
    return f"event: {name}\ndata: {json.dumps({'type': name, **fields})}\n\n".encode()
