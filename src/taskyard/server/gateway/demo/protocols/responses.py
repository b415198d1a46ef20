"""OpenAI Responses, with the ways in which Codex offers its tools."""

import json
import time
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import Field

from taskyard.server.gateway.demo.asked import (
    Answer,
    Asked,
    Call,
    Result,
    Schema,
    ToolCall,
    Turn,
)
from taskyard.server.gateway.demo.protocols import code_mode
from taskyard.server.gateway.demo.protocols.parts import (
    MODEL_ID,
    Json,
    Lenient,
    arguments_of,
    new_id,
    pieces,
    spoken_tokens,
)

__all__ = ["ResponsesRequest"]

_JOINED: Final = "__"  # between a namespace and the name of a tool in it


class Part(Lenient):
    type: str = "input_text"
    text: str = ""


class Tool(Lenient):
    """A function, a tool that takes free text, or a namespace with tools in it."""

    type: str = "function"
    name: str = ""
    description: str = ""
    parameters: dict[str, Any] | None = None
    tools: "list[Tool]" = Field(default_factory=list)


class Item(Lenient):
    """One item of the conversation: a message, a call, the output of one, tools."""

    type: str = "message"
    role: str = "user"
    content: str | list[Part] | None = None
    call_id: str = ""
    name: str = ""
    namespace: str | None = None
    arguments: str = ""
    input: str = ""
    output: str | list[Part] | None = None
    tools: list[Tool] = Field(default_factory=list[Tool])


class TextFormat(Lenient):
    type: str = "text"
    schema_: dict[str, Any] | None = Field(default=None, alias="schema")


class TextConfig(Lenient):
    format: TextFormat | None = None


class ResponsesRequest(Lenient):
    stream: bool = False
    instructions: str | None = None
    input: str | list[Item] = Field(min_length=1)
    tools: list[Tool] | None = None
    text: TextConfig | None = None

    @property
    def items(self) -> list[Item]:
        if isinstance(self.input, str):
            return [Item(content=self.input)]
        return self.input

    @property
    def offered(self) -> list[tuple[str, Tool]]:
        """Every tool with its namespace, which is empty for most."""
        given = [*(self.tools or []), *(t for item in self.items for t in item.tools)]
        return [
            (outer.name if outer.type == "namespace" else "", tool)
            for outer in given
            for tool in (outer.tools if outer.type == "namespace" else [outer])
        ]

    def asked(self) -> Asked:
        rules = [i for i in self.items if i.role in {"system", "developer"}]
        told = [_text_of(item.content) for item in rules]
        wanted = self.text.format if self.text else None
        return Asked(
            turns=_turns(self.items),
            system="\n".join([self.instructions or "", *told]),
            tools=self._tools(),
            wanted_schema=(wanted.schema_ or {})
            if wanted and wanted.type != "text"
            else None,
        )

    def _tools(self) -> dict[str, Schema]:
        found: dict[str, Schema] = {}
        for namespace, tool in self.offered:
            if tool.type == "custom" and tool.name == code_mode.NAME:
                found |= code_mode.tools(tool.description)
            elif tool.type == "function" and tool.name:
                found[_joined(namespace, tool.name)] = tool.parameters or {}
        return found

    def document(self, answer: Answer, input_tokens: int) -> Json:
        spoken = spoken_tokens(answer)
        return {
            **_head("completed"),
            "output": self._output(answer),
            "usage": {
                "input_tokens": input_tokens,
                "input_tokens_details": {"cached_tokens": 0},
                "output_tokens": spoken,
                "output_tokens_details": {"reasoning_tokens": 0},
                "total_tokens": input_tokens + spoken,
            },
        }

    def events(self, answer: Answer, input_tokens: int) -> Iterator[bytes]:
        whole = self.document(answer, input_tokens)
        begun: Json = {**whole, "status": "in_progress", "output": [], "usage": None}
        for number, event in enumerate(_events(begun, whole)):
            numbered = json.dumps({**event, "sequence_number": number})
            yield f"event: {event['type']}\ndata: {numbered}\n\n".encode()

    def _output(self, answer: Answer) -> list[Json]:
        items = [self._call(call) for call in answer.calls]
        if not answer.text:
            return items
        part: Json = {"type": "output_text", "text": answer.text, "annotations": []}
        message: Json = {
            "type": "message",
            "id": new_id("msg_"),
            "role": "assistant",
            "status": "completed",
            "content": [part],
        }
        return [message, *items]

    def _call(self, call: ToolCall) -> Json:
        common: Json = {"call_id": new_id("call_"), "status": "completed"}
        for namespace, tool in self.offered:
            if tool.type == "function" and _joined(namespace, tool.name) == call.name:
                inside = {"namespace": namespace} if namespace else {}
                return {
                    "type": "function_call",
                    "id": new_id("fc_"),
                    "name": tool.name,
                    "arguments": json.dumps(dict(call.input)),
                    **inside,
                    **common,
                }
        return {
            "type": "custom_tool_call",
            "id": new_id("ctc_"),
            "name": code_mode.NAME,
            "input": code_mode.program(call),
            **self._namespace_of_code(),
            **common,
        }

    def _namespace_of_code(self) -> dict[str, str]:
        found = (name for name, tool in self.offered if tool.name == code_mode.NAME)
        name = next(found, "")
        return {"namespace": name} if name else {}


def _turns(items: list[Item]) -> list[Turn]:
    """The items of one answer of the model are one turn."""
    turns: list[Turn] = []
    for turn in filter(None, map(_turn, items)):
        if turns and turn.role == turns[-1].role == "assistant":
            texts, calls = (
                [*turns[-1].texts, *turn.texts],
                [*turns[-1].calls, *turn.calls],
            )
            turns[-1] = Turn(role="assistant", texts=texts, calls=calls)
        else:
            turns.append(turn)
    return turns


def _turn(item: Item) -> Turn | None:
    match item.type:
        case "message" if item.role in {"user", "assistant"}:
            role = "assistant" if item.role == "assistant" else "user"
            return Turn(role=role, texts=_texts_of(item.content))
        case "function_call":
            name = _joined(item.namespace or "", item.name)
            arguments = arguments_of(item.arguments)
            call = Call(id=item.call_id, name=name, input=arguments)
            return Turn(role="assistant", calls=[call])
        case "custom_tool_call":
            call = code_mode.call(item.call_id, item.name, item.input)
            return Turn(role="assistant", calls=[call])
        case "function_call_output" | "custom_tool_call_output":
            result = Result(call_id=item.call_id, text=_text_of(item.output))
            return Turn(role="user", results=[result])
        case _:
            return None


def _texts_of(content: str | list[Part] | None) -> list[str]:
    if content is None or isinstance(content, str):
        return [content] if content else []
    return [part.text for part in content if part.text]


def _text_of(content: str | list[Part] | None) -> str:
    return "\n".join(_texts_of(content))


def _joined(namespace: str, name: str) -> str:
    return f"{namespace}{_JOINED}{name}" if namespace else name


def _head(status: str) -> Json:
    return {
        "id": new_id("resp_"),
        "object": "response",
        "created_at": int(time.time()),
        "status": status,
        "model": MODEL_ID,
        "error": None,
        "incomplete_details": None,
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
    }


def _events(begun: Json, whole: Json) -> Iterator[Json]:
    yield {"type": "response.created", "response": begun}
    yield {"type": "response.in_progress", "response": begun}
    for index, item in enumerate(whole["output"]):
        at = {"output_index": index}
        is_message = item["type"] == "message"
        yield from (_message_events if is_message else _call_events)(at, item)
        yield {"type": "response.output_item.done", **at, "item": item}
    yield {"type": "response.completed", "response": whole}


def _message_events(at: Mapping[str, int], item: Json) -> Iterator[Json]:
    [part] = item["content"]
    opened: Json = {**item, "status": "in_progress", "content": []}
    yield {"type": "response.output_item.added", **at, "item": opened}
    place = {**at, "item_id": item["id"], "content_index": 0}
    empty = {**part, "text": ""}
    yield {"type": "response.content_part.added", **place, "part": empty}
    for piece in pieces(part["text"]):
        yield {"type": "response.output_text.delta", **place, "delta": piece}
    yield {"type": "response.output_text.done", **place, "text": part["text"]}
    yield {"type": "response.content_part.done", **place, "part": part}


def _call_events(at: Mapping[str, int], item: Json) -> Iterator[Json]:
    field, name = (
        ("input", "custom_tool_call_input")
        if item["type"] == "custom_tool_call"
        else ("arguments", "function_call_arguments")
    )
    opened = {**item, "status": "in_progress", field: ""}
    yield {"type": "response.output_item.added", **at, "item": opened}
    place = {**at, "item_id": item["id"]}
    for piece in pieces(item[field]):
        yield {"type": f"response.{name}.delta", **place, "delta": piece}
    yield {"type": f"response.{name}.done", **place, field: item[field]}
