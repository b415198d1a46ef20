"""A workspace may send anything: what it sends must not hold up the server."""

import json
import time
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from taskyard.server.gateway.demo import model
from taskyard.server.gateway.demo.protocols.anthropic import MessagesRequest
from taskyard.server.gateway.demo.protocols.parts import arguments_of
from taskyard.server.gateway.demo.upstream import DemoModel
from taskyard.server.gateway.dialects import DIALECTS, DialectName
from taskyard.server.gateway.exchange import Outgoing, Refused
from tests.support.pretend_agent import CLAUDE_TOOLS

#: Half of what the demo model reads, and the time of a CPU that this may take.
SIZE = 4_000_000
SECONDS = 2.0

#: All that the demo model reads of one request.
WHOLE = 8 * 1024 * 1024

SEEDS = {
    "open tags": "<system-reminder>",
    "open notifications": "<task-notification><summary>",
    "open sessions": "<session> ",
    "directories": "Working directory:" + " " * 50,
    "create words": "create write make ",
    "rewrite words": "rewrite port convert ",
    "fences": "```\n",
    "hyphens": "-",
    "variables": "a.css:1:  --primary",
    "definitions": "func (",
    "declarations": "--color-primary :",
    "empty lines": "\n ",
    "interruptions": "[Request interrupted by user",
    "mcp names": "mcp__",
}


def _seconds(body: dict[str, Any]) -> float:
    raw = json.dumps(body).encode()
    started = time.process_time()
    request = MessagesRequest.model_validate_json(raw)
    answer = model.answer(request.asked(), key_setting="ANTHROPIC_API_KEY")
    for _ in request.events(answer, len(raw)):
        pass
    return time.process_time() - started


def _after(prompt: str, *outcomes: str) -> dict[str, Any]:
    """A conversation in which every step so far had one of these outcomes."""
    messages: list[dict[str, Any]] = [{"role": "user", "content": prompt}]
    for number, outcome in enumerate(outcomes):
        use = {
            "type": "tool_use",
            "id": f"t{number}",
            "name": "Bash",
            "input": {"command": ""},
        }
        if number == 0:
            use["name"] = "mcp__coder__coder_report_task"
        result = {
            "type": "tool_result",
            "tool_use_id": f"t{number}",
            "content": outcome,
        }
        messages += [
            {"role": "assistant", "content": [use]},
            {"role": "user", "content": [result]},
        ]
    return {"messages": messages, "tools": list(CLAUDE_TOOLS), "stream": True}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_huge_prompt_takes_linear_time(seed: str) -> None:
    text = SEEDS[seed] * (SIZE // len(SEEDS[seed]))

    assert _seconds(_after(text)) < SECONDS


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "prompt",
    ["document the structure", "make the theme red", "what is it?", "run the tests"],
)
def test_huge_outcomes_take_linear_time(seed: str, prompt: str) -> None:
    text = SEEDS[seed] * (SIZE // 4 // len(SEEDS[seed]))
    outcomes = ["Thanks", "a.css:1:  --color-primary: red;\nREADME.md", text, text]

    assert _seconds(_after(prompt, *outcomes)) < SECONDS


def test_a_schema_that_repeats_itself_is_answered_at_once() -> None:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(12):
        inner = {"type": "object", "properties": {"a": schema}, "required": ["a"] * 50}
        schema = inner
    body = {
        "messages": [{"role": "user", "content": "x"}],
        "output_config": {"format": {"schema": schema}},
    }

    assert _seconds(body) < SECONDS


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"a": True}, "required": ["a"]},
        {"properties": [1], "required": ["a"]},
        {"required": 3},
        {"required": [["a"], 1]},
        {"type": []},
        {"type": {"a": 1}},
        {"enum": {"a": 1}},
        {"anyOf": {"a": 1}},
        {"oneOf": [7]},
    ],
)
def test_a_schema_that_is_none_is_answered_all_the_same(schema: dict[str, Any]) -> None:
    wanted = {"output_config": {"format": {"schema": schema}}}
    tool = {"name": "Bash", "input_schema": schema}

    assert _seconds({**_after("run the tests"), **wanted}) < SECONDS
    assert _seconds({**_after("run the tests"), "tools": [tool]}) < SECONDS


def test_json_that_is_too_deep_is_taken_for_words() -> None:
    deep = '{"output": ' * 15_000
    outcome = f"Wall time: 1 s\nOutput:\n{deep}"

    assert _seconds(_after("what is it?", "Thanks", outcome)) < SECONDS
    assert arguments_of(deep) == {}


def test_a_file_without_end_of_line_is_cut() -> None:
    text = "x" * SIZE

    assert _seconds(_after("what is it?", "Thanks", "README.md", "", text)) < SECONDS


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [WHOLE, 500_000, 85_000])
@pytest.mark.parametrize(
    ("name", "path", "body"),
    [
        ("anthropic", "v1/messages", '{"messages":[1%s]}'),
        (
            "anthropic",
            "v1/messages",
            '{"messages":[{"role":"user","content":[{"type":""}%s]}]}',
        ),
        ("openai", "chat/completions", '{"messages":[{"role":"user"}%s]}'),
        ("openai", "responses", '{"input":[{}%s]}'),
        ("gemini", "v1beta/models/g:generateContent", '{"contents":[{}%s]}'),
    ],
)
@pytest.mark.parametrize("unit", [",1", ",{}", ",[[[[]]]]", ',{"type":"","role":""}'])
async def test_a_body_of_small_values_is_read_or_refused_at_once(
    name: DialectName, path: str, body: str, unit: str, size: int
) -> None:
    raw = (body % (unit * ((size - len(body)) // len(unit)))).encode()
    request = Outgoing(method="POST", path=path, query="", headers=(), body=raw)
    demo = DemoModel(dialect=DIALECTS[name], pause=timedelta())

    started = time.process_time()
    with suppress(Refused):
        async with demo.open(request):
            pass

    assert time.process_time() - started < SECONDS


@pytest.mark.asyncio
async def test_a_long_conversation_about_json_is_read() -> None:
    text = json.dumps([{"id": number, "name": "x"} for number in range(100_000)])
    messages = [{"role": "user", "content": "hello"}] * 5000
    body = {"messages": [*messages, {"role": "user", "content": text}]}
    raw = json.dumps(body).encode()
    request = Outgoing(
        method="POST", path="v1/messages", query="", headers=(), body=raw
    )
    demo = DemoModel(dialect=DIALECTS["anthropic"], pause=timedelta())

    async with demo.open(request) as reply:
        assert reply.status == 200
