"""Ways in which agents put things, beside those that Claude Code has."""

import json
from typing import Any

import pytest

from taskyard.server.gateway.demo import model
from taskyard.server.gateway.demo.protocols.chat import ChatRequest
from taskyard.server.gateway.demo.protocols.gemini import GenerateRequest
from taskyard.server.gateway.demo.protocols.responses import ResponsesRequest

Json = dict[str, Any]
EXEC = """Run JavaScript code

exec tool declaration:
```ts
declare const tools: { exec_command(args: {
  // Shell command to execute.
  cmd: string;
  justification?: string;
  sandbox_permissions?: "use_default" | "require_escalated";
}): Promise<{
  output: string;
}>; };
```
"""
CODE_MODE: Json = {
    "type": "additional_tools",
    "role": "developer",
    "tools": [
        {
            "type": "namespace",
            "name": "functions",
            "tools": [{"type": "custom", "name": "exec", "description": EXEC}],
        }
    ],
}


def _responses(*items: Json, **more: Any) -> list[Json]:
    request = ResponsesRequest.model_validate({"input": list(items), **more})
    answer = model.answer(request.asked(), key_setting="OPENAI_API_KEY")
    output: list[Json] = request.document(answer, 1)["output"]
    return output


def _chat(messages: list[Json], tools: list[Json] | None = None) -> Json:
    body = {"messages": messages, "tools": tools}
    request = ChatRequest.model_validate(body)
    answer = model.answer(request.asked(), key_setting="OPENAI_API_KEY")
    message: Json = request.document(answer, 1)["choices"][0]["message"]
    return message


def _user(text: str) -> Json:
    return {"type": "message", "role": "user", "content": text}


def test_codex_writes_programs_where_it_is_offered_nothing_else() -> None:
    begun = [CODE_MODE, _user("<environment_context>x</environment_context>")]
    begun.append(_user("run `make test`"))

    [report] = _responses(*begun)
    done = {"type": "custom_tool_call_output", "call_id": report["call_id"], "output": "{}"}  # fmt: skip
    *_, command = _responses(*begun, report, done)

    assert (report["type"], report["name"]) == ("custom_tool_call", "exec")
    assert report["namespace"] == "functions"
    assert 'endsWith("report_task")' in report["input"]
    assert command["input"] == 'text(await tools.exec_command({"cmd": "make test"}));'


def test_codex_asks_to_leave_its_sandbox_where_that_forbids() -> None:
    rules = {
        "type": "message",
        "role": "developer",
        "content": "`sandbox_mode` is `read-only`: only reading.",
    }
    schema = {"type": "object", "properties": {key: {"type": "string"} for key in ("cmd", "sandbox_permissions", "justification")}}  # fmt: skip
    tool = {"type": "function", "name": "exec_command", "parameters": schema}

    [call] = _responses(rules, _user("run `make test`"), tools=[tool])

    arguments = json.loads(call["arguments"])
    assert arguments["sandbox_permissions"] == "require_escalated"
    assert arguments["justification"].endswith("?")


def test_a_tool_of_a_namespace_is_called_by_both_names() -> None:
    schema = {"type": "object", "properties": {"state": {"type": "string"}}}
    inner = {"type": "function", "name": "report_task", "parameters": schema}
    tools = [{"type": "namespace", "name": "mcp__taskyard", "tools": [inner]}]

    [call] = _responses(_user("run `make test`"), tools=tools)

    assert (call["namespace"], call["name"]) == ("mcp__taskyard", "report_task")
    assert json.loads(call["arguments"]) == {"state": "working"}


def test_qwen_looks_for_the_report_tool_and_calls_it_by_name() -> None:
    search = {"query": {"type": "string"}, "max_results": {"type": "integer"}}
    bridge = {"name": {"type": "string"}, "arguments": {"type": "object"}}
    tools = [
        {"type": "function", "function": {"name": name, "parameters": {"properties": properties}}}
        for name, properties in (("tool_search", search), ("tool_call", bridge))
    ]  # fmt: skip
    begun = [
        {"role": "system", "content": "Deferred tools: mcp__taskyard__report_task"},
        {"role": "user", "content": "run `make test`"},
    ]

    looks = _chat(begun, tools)
    found = {
        "role": "tool",
        "tool_call_id": looks["tool_calls"][0]["id"],
        "content": "loaded",
    }
    [call] = _chat([*begun, looks, found], tools)["tool_calls"]

    assert looks["tool_calls"][0]["function"]["name"] == "tool_search"
    assert call["function"]["name"] == "tool_call"
    arguments = json.loads(call["function"]["arguments"])
    assert arguments["name"] == "mcp__taskyard__report_task"
    assert arguments["arguments"]["state"] == "working"


def test_gemini_may_leave_out_ids() -> None:
    def call(name: str, **arguments: str) -> Json:
        return {"role": "model", "parts": [{"functionCall": {"name": name, "args": arguments}}]}  # fmt: skip

    def result(name: str, output: str) -> Json:
        return {"parts": [{"functionResponse": {"name": name, "response": {"output": output}}}]}  # fmt: skip

    shell = {"name": "run_shell_command", "parameters": {"type": "OBJECT", "properties": {"command": {"type": "STRING"}}}}  # fmt: skip
    contents = [
        {"parts": [{"text": "run the tests"}]},
        call("run_shell_command", command="git ls-files"),
        result("run_shell_command", "Output: go.mod"),
        call("run_shell_command", command="go test ./..."),
        result("run_shell_command", "Output: all good"),
    ]
    request = GenerateRequest.model_validate(
        {"contents": contents, "tools": [{"functionDeclarations": [shell]}]}
    )

    answer = model.answer(request.asked(), key_setting="GEMINI_API_KEY")

    assert "`go test ./...` succeeded" in answer.text
    assert "all good" in answer.text


def test_aider_gets_an_edit_in_text_and_no_claim_about_it() -> None:
    rules = {
        "role": "system",
        "content": "Use *SEARCH/REPLACE blocks*. No title needed.",
    }

    said = _chat([rules, {"role": "user", "content": "create a.txt with 'hi'"}])

    block = "a.txt\n```\n<<<<<<< SEARCH\n=======\nhi\n>>>>>>> REPLACE\n```"
    assert block in said["content"]
    assert "is written" not in said["content"]
    assert "Set `OPENAI_API_KEY`" in said["content"]


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ("You generate concise, one-line Git commit messages.", "Change what was asked for"),
        ("You are a title generator.", "Fix the login page"),
        ("You are the managed memory extraction subagent.", "There is nothing to remember."),
    ],
)  # fmt: skip
def test_what_agents_ask_on_the_side_is_short(rules: str, said: str) -> None:
    messages = [
        {"role": "system", "content": rules},
        {"role": "user", "content": "fix the login page"},
    ]

    assert _chat(messages)["content"] == said


def test_a_title_is_made_of_what_stands_behind_the_rules() -> None:
    schema = {"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]}  # fmt: skip
    text = {"format": {"type": "json_schema", "schema": schema}}

    [said] = _responses(
        _user("Make a title.\n\nUser's first message:\nfix the login page"), text=text
    )

    assert json.loads(said["content"][0]["text"]) == {"title": "Fix the login page"}
