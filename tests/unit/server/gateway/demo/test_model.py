"""The demo model, seen from an agent that really carries out what it is told."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from typing_extensions import override

from taskyard.server.gateway.demo.listing import LISTINGS
from taskyard.server.gateway.demo.model import note
from taskyard.server.gateway.demo.protocols.anthropic import MessagesRequest
from taskyard.server.gateway.demo.replay import MAX_TURNS
from tests.support.pretend_agent import (
    CLAUDE_TOOLS,
    REPORT_TOOL,
    PretendAgent,
    ToolFailed,
)
from tests.unit.server.gateway.demo.conftest import ask


def test_documenting_writes_a_page_from_files_that_were_read(
    agent: PretendAgent, project: Path
) -> None:
    last = agent.prompt("document the project structure")

    page = (project / "docs/STRUCTURE.md").read_text()
    assert "| `backend/store.py` | 71 | Notes, kept in one JSON file. |" in page
    assert "- `/api/notes/{id}`" in page
    assert {Path(r["file_path"]).name for r in agent.used("Read")} >= {
        "README.md",
        "server.py",
        "style.css",
    }
    assert "docs/STRUCTURE.md" in last


def test_the_primary_colour_changes_where_the_theme_defines_it(
    agent: PretendAgent, project: Path
) -> None:
    last = agent.prompt("change the primary color theme to purple")

    assert "--color-primary: #6d28d9;" in (project / "frontend/style.css").read_text()
    assert "`#0f766e` to `#6d28d9`" in last


def test_a_follow_up_goes_on_in_the_same_conversation(
    agent: PretendAgent, project: Path
) -> None:
    agent.prompt("change the primary color theme to purple")
    agent.prompt("now make it green")

    assert "--color-primary: #15803d;" in (project / "frontend/style.css").read_text()


def test_text_on_a_light_colour_is_made_dark(
    agent: PretendAgent, project: Path
) -> None:
    last = agent.prompt("make the theme yellow")

    style = (project / "frontend/style.css").read_text()
    assert "--color-primary: #facc15;" in style
    assert "--color-on-primary: #171717;" in style
    assert "stays readable" in last


def test_a_project_without_a_theme_is_left_alone(
    agent: PretendAgent, project: Path
) -> None:
    (project / "frontend/style.css").write_text("body { color: red; }\n")

    last = agent.prompt("change the primary color theme to purple")

    assert "changed nothing" in last
    assert agent.reports[-1]["state"] == "failure"


def test_the_backend_is_rewritten_in_go_and_checked_honestly(
    agent: PretendAgent, project: Path
) -> None:
    last = agent.prompt("rewrite the backend in go")

    written = {path.name for path in (project / "backend-go").iterdir()}
    assert {"go.mod", "main.go", "server.go", "store.go", "README.md"} <= written
    claim = "its tests pass" if shutil.which("go") else "Not compiled"
    assert claim in last


class SendsToBackground(PretendAgent):
    @override
    def _bash(self, command: str) -> str:
        if "go test" in command:
            return "Command did not complete within its 120s timeout and was moved away"
        return super()._bash(command)


def test_a_check_that_goes_on_in_the_background_is_not_called_passed(
    project: Path,
) -> None:
    agent = SendsToBackground(directory=project, model=ask)

    last = agent.prompt("rewrite the backend in go")

    assert "Not checked yet" in last
    assert "pass" not in last


@pytest.mark.parametrize("role", ["user", "system"])
def test_the_end_of_a_command_in_the_background_is_noted_once(
    agent: PretendAgent, role: str
) -> None:
    agent.prompt("hi there")
    request = agent.request()
    notification = (
        "<task-notification>\n<status>completed</status>\n"
        '<summary>Background command "go test" completed (exit code 0)</summary>\n'
        "</task-notification>"
    )
    request["messages"].append({"role": role, "content": notification})

    answer = ask(request)

    assert answer["stop_reason"] == "end_turn"
    assert answer["content"][0]["text"].startswith(
        'Noted: Background command "go test" completed (exit code 0).'
    )


def test_another_backend_is_not_pretended_to_be_rewritten(
    agent: PretendAgent, project: Path
) -> None:
    for path in ("backend/server.py", "README.md"):
        (project / path).write_text("# something else\n")

    last = agent.prompt("rewrite the backend in go")

    assert "can't rewrite this backend" in last
    assert not (project / "backend-go").exists()


def test_a_named_file_is_written_with_the_content_asked_for(
    agent: PretendAgent, project: Path
) -> None:
    last = agent.prompt("please create notes/hello.txt containing 'hello world'")

    assert (project / "notes/hello.txt").read_text() == "hello world\n"
    assert "12 bytes" in last


def test_a_file_that_exists_is_read_before_it_is_written(
    agent: PretendAgent, project: Path
) -> None:
    agent.prompt('write README.md containing "new"')

    assert (project / "README.md").read_text() == "new\n"


def test_the_tests_are_run_by_the_command_that_the_readme_names(
    agent: PretendAgent,
) -> None:
    last = agent.prompt("run the tests")

    assert {"python3 -m unittest discover tests"} <= {
        use["command"] for use in agent.used("Bash")
    }
    assert "succeeded" in last


def test_a_command_that_fails_is_reported_as_failed(agent: PretendAgent) -> None:
    last = agent.prompt("run `ls /nowhere`")

    assert "failed" in last
    assert agent.reports[-1]["state"] == "failure"


def test_a_question_is_answered_from_the_files(agent: PretendAgent) -> None:
    last = agent.prompt("Which port does the server use?")

    assert "python3 -m backend --port 8000" in last
    assert not agent.used("Write")


def test_anything_else_leaves_a_note_with_what_was_found(
    agent: PretendAgent, project: Path
) -> None:
    last = agent.prompt("add a dark mode toggle")

    note = (project / "docs/notes/add-a-dark-mode-toggle.md").read_text()
    assert "> add a dark mode toggle" in note
    assert "- `frontend/style.css`" in note
    assert "can't write new code" in last


def test_small_talk_needs_no_files(agent: PretendAgent) -> None:
    agent.prompt("hi there")

    assert not agent.used("Bash")


@pytest.mark.parametrize(
    "prompt",
    [
        "document the project structure",
        "change the primary color theme to purple",
        "add a dark mode toggle",
        "hi there",
        "why?",
    ],
)
def test_every_final_answer_says_that_no_model_answered(
    agent: PretendAgent, prompt: str
) -> None:
    assert agent.prompt(prompt).endswith(note("ANTHROPIC_API_KEY"))


def test_reports_come_first_and_end_complete(agent: PretendAgent) -> None:
    agent.prompt("change the primary color theme to purple")

    assert agent.calls[0]["name"] == REPORT_TOOL["name"]
    assert [report["state"] for report in agent.reports] == ["working", "complete"]
    assert all(0 < len(report["summary"]) < 160 for report in agent.reports)


def test_without_a_report_tool_the_work_is_done_all_the_same(project: Path) -> None:
    tools = tuple(tool for tool in CLAUDE_TOOLS if tool is not REPORT_TOOL)
    agent = PretendAgent(directory=project, model=ask, tools=tools)

    agent.prompt("change the primary color theme to purple")

    assert "#6d28d9" in (project / "frontend/style.css").read_text()


def test_with_a_shell_only_files_are_read_and_written_through_it(project: Path) -> None:
    agent = PretendAgent(directory=project, model=ask, tools=CLAUDE_TOOLS[:1])

    agent.prompt("change the primary color theme to purple")
    agent.prompt("document the project structure")

    assert "#6d28d9" in (project / "frontend/style.css").read_text()
    assert (project / "docs/STRUCTURE.md").is_file()


def test_without_any_useful_tool_it_says_so_at_once(project: Path) -> None:
    agent = PretendAgent(directory=project, model=ask, tools=(REPORT_TOOL,))

    last = agent.prompt("document the project structure")

    assert "found no files" in last


def test_a_deferred_report_tool_is_looked_for_first(project: Path) -> None:
    search = {
        "name": "ToolSearch",
        "input_schema": {
            "type": "object",
            "properties": {
                "query": {"type": "string"},
                "max_results": {"type": "number"},
            },
            "required": ["query", "max_results"],
        },
    }
    agent = PretendAgent(
        directory=project, model=ask, tools=(*CLAUDE_TOOLS[:4], search)
    )
    request = agent.request()
    request["system"] += "Deferred tools: mcp__coder__coder_report_task\n"
    request["messages"] = [{"role": "user", "content": "run the tests in `true`"}]

    first = ask(request)["content"][-1]
    request["messages"] += [
        {"role": "assistant", "content": [first]},
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": first["id"], "content": "ok"}
            ],
        },
    ]
    second = ask(request)["content"][-1]

    assert first["name"] == "ToolSearch"
    assert "coder_report_task" in first["input"]["query"]
    assert second["name"] == "mcp__coder__coder_report_task"


def test_the_same_request_gets_the_same_answer_from_any_process(
    agent: PretendAgent,
) -> None:
    agent.prompt("document the project structure")
    request = agent.request()
    request["messages"] = request["messages"][:-1]

    first, second = ask(request), ask(request)

    assert first["content"] == second["content"]


class RefusesEdits(PretendAgent):
    @override
    def _edit(self, given: Mapping[str, str]) -> str:
        raise ToolFailed("The user refused")


def test_a_refused_edit_ends_with_an_explanation(project: Path) -> None:
    agent = RefusesEdits(directory=project, model=ask)

    last = agent.prompt("change the primary color theme to purple")

    assert "could not edit `frontend/style.css`: The user refused" in last


def test_a_conversation_that_never_ends_is_ended() -> None:
    turn: list[dict[str, Any]] = []
    for number in range(MAX_TURNS):
        use: dict[str, Any] = {
            "type": "tool_use",
            "id": f"t{number}",
            "name": "Other",
            "input": {},
        }
        result = {"type": "tool_result", "tool_use_id": f"t{number}", "content": ""}
        turn += [
            {"role": "assistant", "content": [use]},
            {"role": "user", "content": [result]},
        ]
    request = {
        "messages": [{"role": "user", "content": "document the structure"}, *turn],
        "tools": list(CLAUDE_TOOLS),
    }

    answer = ask(request)

    assert answer["stop_reason"] == "end_turn"
    assert "I stop here" in answer["content"][0]["text"]


def test_the_models_page_lists_it() -> None:
    listed = LISTINGS["anthropic"]

    assert listed["first_id"] == "taskyard-demo"
    assert "not an AI" in json.dumps(listed)


def test_a_request_that_is_not_understood_is_invalid() -> None:
    with pytest.raises(ValueError, match="messages"):
        MessagesRequest.model_validate({"model": "x", "messages": []})
