"""The real Claude Code in its own terminal interface, on a scripted model."""

import base64
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
import pytest_asyncio

from taskyard.runner.agents.definitions import DEFINITIONS, find
from taskyard.runner.agents.driver import AgentFailed
from taskyard.testing.fake_llm.app import FakeLlm
from taskyard.testing.fake_llm.scenario import Scenario
from taskyard.testing.installation import shared_agents
from tests.integration.runner.tui.talking import (
    allow,
    prompt,
    said,
    states,
    tools,
    type_at_the_terminal,
)
from tests.integration.runner.workspace import TestWorkspace
from tests.support.serving import served


def missing() -> str:
    """Why Claude Code cannot run here; empty when it can."""
    try:
        find(
            DEFINITIONS["claude-code"],
            "tui",
            {"TASKYARD_AGENTS_DIR": str(shared_agents()), "PATH": ""},
        )
    except AgentFailed as exc:
        return str(exc)
    return ""


pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.timeout(120),
    pytest.mark.skipif(
        bool(missing()), reason=f"Claude Code is not installed: {missing()}"
    ),
]


NO_CREDIT = "Your credit balance is too low to access the Anthropic API."
REPORT = {"state": "working", "summary": "Wrote hello.txt", "link": ""}
ANSWER = """\
Done, *really*:

```python
print("a > b")
```

| a | b |
|---|---|
| 1 | 2 |"""
SCENARIO: Scenario = {
    "rules": [
        {
            "match": r"hello\.txt",
            "steps": [
                {
                    "say": "I'll create **hello.txt**.\n\n- one\n- two",
                    "write": {"path": "hello.txt", "content": "hello\n"},
                },
                {"bash": {"command": "echo from-bash > bash.txt; wc -c hello.txt"}},
                {"call": {"name": "report_task", "args": REPORT}},
                {"say": ANSWER},
            ],
        },
        {"match": "fail", "steps": [{"bash": {"command": "exit 3"}}, {"say": "No."}]},
        {"match": "wait", "steps": [{"say": "x" * 2000, "chunk_delay": 0.5}]},
        {"match": "poor", "steps": [{"status": 400, "error": NO_CREDIT}]},
        {"match": "France", "steps": [{"say": "It is **Paris**."}]},
    ]
}


@pytest_asyncio.fixture
async def workspace(tmp_path: Path) -> AsyncIterator[TestWorkspace]:
    async with served(FakeLlm(SCENARIO).app) as model:
        made = TestWorkspace(
            tmp_path,
            secret_environment={
                "ANTHROPIC_BASE_URL": model,
                "ANTHROPIC_AUTH_TOKEN": "task-key-0123456789",
            },
        )
        made.environment["TASKYARD_AGENTS_DIR"] = str(shared_agents())
        async with made:
            yield made


async def begin(workspace: TestWorkspace, **more: str) -> str:
    asked = {"driver": "tui", "permission_policy": "ask", **more}
    return await workspace.begin("claude-code", command=[], **asked)


async def test_claude_asks_works_and_reports(
    workspace: TestWorkspace, tmp_path: Path
) -> None:
    server = workspace.server
    session = await begin(workspace)

    await prompt(workspace, session, "please write hello.txt")
    asked = [await allow(workspace, session, 1), await allow(workspace, session, 2)]
    await server.until(lambda: bool(server.session_events("turn_ended")))

    hello = tmp_path / "project/hello.txt"
    assert hello.read_text() == "hello\n"
    assert (tmp_path / "project/bash.txt").read_text() == "from-bash\n"
    assert asked[0]["tool"]["content"] == [
        {"type": "diff", "path": str(hello), "oldText": None, "newText": "hello\n"}
    ]
    assert asked[1]["tool"]["raw_input"]["command"] == (
        "echo from-bash > bash.txt; wc -c hello.txt"
    )
    assert said(workspace) == [
        ("user", "please write hello.txt"),
        ("agent", "I'll create **hello.txt**.\n\n- one\n- two"),
        ("agent", ANSWER),
    ]
    assert tools(workspace) == [
        (f"Write {hello}", ["in_progress", "pending", "completed"]),
        (asked[1]["tool"]["title"], ["in_progress", "pending", "completed"]),
        ("mcp__taskyard__report_task", ["in_progress", "completed"]),
    ]
    assert server.session_events("report")[0]["data"]["summary"] == "Wrote hello.txt"
    await server.until(lambda: server.state == "idle")
    assert server.session_events("state")[-1]["data"]["source"] == "hook"


async def test_what_a_person_types_at_the_terminal_is_in_the_transcript(
    workspace: TestWorkspace,
) -> None:
    server = workspace.server
    session = await begin(workspace)

    await type_at_the_terminal(workspace, session, "what is the capital of France")
    await server.until(lambda: bool(server.session_events("turn_ended")))

    assert said(workspace) == [
        ("user", "what is the capital of France"),
        ("agent", "It is **Paris**."),
    ]
    assert [state for state, _ in states(workspace)][-2:] == ["running", "idle"]
    assert states(workspace)[-1] == ("idle", "hook")


async def test_a_dialog_answered_at_the_terminal_is_resolved(
    workspace: TestWorkspace,
) -> None:
    server = workspace.server
    session = await begin(workspace)

    await prompt(workspace, session, "please fail")
    await server.until(lambda: server.state == "requires_action")
    data = base64.b64encode(b"1").decode()
    for _ in range(
        5
    ):  # it takes no key right after it has drawn; a person presses again
        await server.command("write_raw", session_id=session, data=data)
        with suppress(AssertionError):
            await server.until(
                lambda: bool(server.session_events("permission_resolved")), seconds=2
            )
            break
    await server.until(lambda: bool(server.session_events("turn_ended")))

    assert len(server.session_events("permission_resolved")) == 1
    assert tools(workspace) == [("exit 3", ["in_progress", "pending", "failed"])]
    assert said(workspace)[-1] == ("agent", "No.")


async def test_an_interrupted_turn_ends_though_no_hook_tells(
    workspace: TestWorkspace,
) -> None:
    server = workspace.server
    session = await begin(workspace)

    await prompt(workspace, session, "please wait")
    await server.until(lambda: ("running", "hook") in states(workspace))
    data = base64.b64encode(b"\x1b").decode()
    await server.command("write_raw", session_id=session, data=data)
    await server.until(lambda: bool(server.session_events("turn_ended")))

    assert server.session_events("turn_ended")[-1]["data"]["duration_ms"] < 10_000


async def test_a_vendors_refusal_is_a_state_of_its_own(
    workspace: TestWorkspace,
) -> None:
    server = workspace.server
    session = await begin(workspace)

    await prompt(workspace, session, "I am poor")
    await server.until(lambda: bool(server.session_events("turn_ended")))

    await server.until(lambda: server.state == "limited")
    assert server.session_events("state")[-1]["data"] == {
        "state": "limited",
        "source": "hook",
        "detail": "Credit balance is too low",
        "action": "wait",
    }
    assert server.session_events("turn_ended")[0]["data"]["stop_reason"] == "error"
    assert said(workspace) == [("user", "I am poor")]


async def test_a_conversation_is_gone_on_with_by_its_id(
    workspace: TestWorkspace,
) -> None:
    server = workspace.server
    await begin(workspace)

    [identified] = server.named("session_identified")

    assert identified["external_id"]
