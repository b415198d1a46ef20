"""Gemini generateContent; whether it streams stands in the address, not in the body."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from pydantic import AliasChoices, Field

from taskyard.server.gateway.demo.asked import Answer, Asked, Call, Result, Turn
from taskyard.server.gateway.demo.protocols.parts import (
    MODEL_ID,
    Json,
    Lenient,
    new_id,
    pieces,
    spoken_tokens,
)

__all__ = ["GenerateRequest"]


class FunctionCall(Lenient):
    id: str = ""
    name: str = ""
    args: dict[str, Any] = Field(default_factory=dict)


class FunctionResponse(Lenient):
    id: str = ""
    name: str = ""
    response: dict[str, Any] = Field(default_factory=dict)


class Part(Lenient):
    text: str = ""
    thought: bool = False
    call: FunctionCall | None = Field(default=None, alias="functionCall")
    response: FunctionResponse | None = Field(default=None, alias="functionResponse")


class Content(Lenient):
    role: str = "user"
    parts: list[Part] = Field(default_factory=list[Part])


class Function(Lenient):
    name: str
    schema_: dict[str, Any] = Field(
        default_factory=dict,
        validation_alias=AliasChoices("parametersJsonSchema", "parameters"),
    )


class ToolDefinition(Lenient):
    functions: list[Function] = Field(
        default_factory=list[Function], alias="functionDeclarations"
    )


class Configuration(Lenient):
    mime: str = Field(default="", alias="responseMimeType")
    schema_: dict[str, Any] | None = Field(
        default=None,
        validation_alias=AliasChoices("responseJsonSchema", "responseSchema"),
    )


class GenerateRequest(Lenient):
    contents: list[Content] = Field(min_length=1)
    system: Content = Field(default_factory=Content, alias="systemInstruction")
    tools: list[ToolDefinition] = Field(default_factory=list[ToolDefinition])
    configuration: Configuration = Field(
        default_factory=Configuration, alias="generationConfig"
    )

    @property
    def stream(self) -> bool:
        """What says so is the address."""
        return False

    def asked(self) -> Asked:
        return Asked(
            turns=_turns(self.contents),
            system="\n".join(part.text for part in self.system.parts),
            tools={
                function.name: function.schema_
                for tool in self.tools
                for function in tool.functions
            },
            wanted_schema=self._schema(),
        )

    def _schema(self) -> Json | None:
        wanted = self.configuration
        if wanted.schema_:
            return wanted.schema_
        return {} if wanted.mime == "application/json" else None

    def document(self, answer: Answer, input_tokens: int) -> Json:
        text = [{"text": answer.text}] if answer.text else []
        return {
            "candidates": [_candidate([*text, *_calls(answer)], finishReason="STOP")],
            **_frame(answer, input_tokens),
        }

    def events(self, answer: Answer, input_tokens: int) -> Iterator[bytes]:
        for chunk in self.chunks(answer, input_tokens):
            yield f"data: {json.dumps(chunk)}\r\n\r\n".encode()

    @staticmethod
    def chunks(answer: Answer, input_tokens: int) -> Iterator[Json]:
        """The documents of a stream, of which the last one ends it."""
        frame = _frame(answer, input_tokens)
        text = [{"text": piece} for piece in pieces(answer.text)]
        for part in [*text, *_calls(answer)]:
            yield {"candidates": [_candidate([part])], **frame}
        last = _candidate([{"text": ""}], finishReason="STOP")
        yield {"candidates": [last], **frame}


def _turns(contents: list[Content]) -> list[Turn]:
    # Ids are optional: without them the n-th response of a name is of its n-th call.
    calls, responses = Counter[str](), Counter[str]()
    return [
        Turn(
            role="assistant" if content.role == "model" else "user",
            texts=[p.text for p in content.parts if p.text and not p.thought],
            calls=[
                Call(id=_id(p.call, calls), name=p.call.name, input=p.call.args)
                for p in content.parts
                if p.call
            ],
            results=[
                _result(p.response, _id(p.response, responses))
                for p in content.parts
                if p.response
            ],
        )
        for content in contents
    ]


def _id(part: FunctionCall | FunctionResponse, seen: Counter[str]) -> str:
    seen[part.name] += 1
    return part.id or f"{part.name}#{seen[part.name]}"


def _result(response: FunctionResponse, call_id: str) -> Result:
    failed = "error" in response.response
    told = response.response.get("error" if failed else "output", "")
    return Result(
        call_id=call_id,
        text=told if isinstance(told, str) else json.dumps(told),
        failed=failed,
    )


def _calls(answer: Answer) -> list[Json]:
    return [
        {"functionCall": {"name": call.name, "args": dict(call.input)}}
        for call in answer.calls
    ]


def _candidate(parts: list[Json], **more: str) -> Json:
    return {"index": 0, "content": {"role": "model", "parts": parts}, **more}


def _frame(answer: Answer, input_tokens: int) -> Json:
    """What stands in every document of one answer."""
    spoken = spoken_tokens(answer)
    return {
        "usageMetadata": {
            "promptTokenCount": input_tokens,
            "candidatesTokenCount": spoken,
            "totalTokenCount": input_tokens + spoken,
        },
        "modelVersion": MODEL_ID,
        "responseId": new_id(""),
    }
