"""The real Claude Code, through the runner, on a scripted model."""

import json
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from taskyard.runner.agents.definitions import DEFINITIONS, find
from taskyard.runner.agents.driver import AgentFailed
from taskyard.testing.fake_llm.app import FakeLlm
from taskyard.testing.installation import shared_agents
from tests.integration.runner.tui.talking import states
from tests.integration.runner.workspace import TestWorkspace
from tests.support.serving import served


def missing() -> str:
    """Why Claude Code cannot run here; empty when it can."""
    try:
        find(
            DEFINITIONS["claude-code"],
            "acp",
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


@pytest_asyncio.fixture
async def workspace(tmp_path: Path) -> AsyncIterator[TestWorkspace]:
    async with served(FakeLlm().app) as model:
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


async def test_claude_works_reports_and_goes_on_in_the_next_build(
    workspace: TestWorkspace, tmp_path: Path
) -> None:
    server = workspace.server
    session = await workspace.begin("claude-code", command=[])
    external = server.named("session_identified")[0]["external_id"]

    end = await workspace.turn(session, "please write hello.txt")

    assert end["stop_reason"] == "end_turn"
    assert (tmp_path / "project/hello.txt").read_text() == "hello from fake llm\n"
    assert (tmp_path / "project/bash.txt").read_text() == "from-bash\n"
    assert server.said() == "I'll create hello.txt.All done: hello.txt is written."
    assert server.session_events("report")[0]["data"]["summary"] == "Wrote hello.txt"
    assert server.session_events("usage")[-1]["data"]["cost"]["currency"] == "USD"
    assert not server.session_events("raw"), "every kind of update is understood"
    assert not server.session_events("error")
    tools = {e["key"]: e["data"] for e in server.session_events("tool")}
    assert {tool["status"] for tool in tools.values()} == {"completed"}
    options = server.session_events("options")[-1]["data"]["options"]
    assert next(o["value"] for o in options if o["id"] == "mode") == "acceptEdits"

    await workspace.stop()
    server.manifest["build_id"] = "the-next-build"
    server.manifest["sessions"] = [
        {"id": session, "key": "chat", "external_id": external, "agent": "claude-code"}
    ]
    before = len(server.session_events())
    await workspace.start()
    await server.until(lambda: server.lifecycles.count("ready") == 2)
    await workspace.begin("claude-code", command=[])
    await workspace.turn(session, "what is the capital of France", message="m2")

    told = server.session_events()[before:]
    assert not [e for e in told if e["kind"] == "tool"], "the old turn was told again"
    assert server.said().endswith("The capital of France is Paris.")
    assert len(server.named("session_identified")) == 1
    assert "task-key-0123456789" not in json.dumps(server.events)


async def test_claude_asks_a_person_and_stops_when_it_is_cancelled(
    workspace: TestWorkspace, tmp_path: Path
) -> None:
    server = workspace.server
    session = await workspace.begin("claude-code", command=[], permission_policy="ask")
    prompt = {
        "session_id": session,
        "message_id": "m1",
        "text": "please write hello.txt",
    }

    await server.command("prompt", **prompt)
    await server.until(lambda: server.state == "requires_action", seconds=60)
    asked = server.session_events("permission_requested")[0]
    await server.command(
        "answer_permission",
        session_id=session,
        request_id=asked["key"],
        option_id=next(
            o["id"] for o in asked["data"]["options"] if o["kind"] == "allow_once"
        ),
    )
    await server.until(
        lambda: len(server.session_events("permission_requested")) == 2, seconds=60
    )
    await server.until(lambda: server.state == "requires_action")
    await server.command("cancel", session_id=session)
    await server.until(lambda: server.state == "idle", seconds=60)

    assert asked["data"]["tool"]["kind"] == "edit"
    assert (tmp_path / "project/hello.txt").exists()
    assert not (tmp_path / "project/bash.txt").exists()
    assert server.session_events("turn_ended")[0]["data"]["stop_reason"] == "cancelled"
    outcomes = [
        e["data"]["outcome"] for e in server.session_events("permission_resolved")
    ]
    assert outcomes == ["selected", "cancelled"]


async def test_a_killed_claude_comes_back_with_its_conversation(
    workspace: TestWorkspace, tmp_path: Path
) -> None:
    server = workspace.server
    session = await workspace.begin("claude-code", command=[])
    await workspace.turn(session, "what is the capital of France")

    for pid in processes_of(tmp_path, "claude-agent-acp"):
        os.kill(pid, signal.SIGKILL)
    await server.until(
        lambda: ("exited", "process") in states(workspace) and server.state == "idle",
        seconds=60,
    )
    await workspace.turn(session, "please write hello.txt", message="m2")

    assert (tmp_path / "project/hello.txt").exists()
    assert len(server.named("session_identified")) == 1, (
        "another conversation was begun"
    )
    assert not server.session_events("error")


def processes_of(home: Path, program: str) -> list[int]:
    """Pids of a program in a home, without the warden around it."""
    found: list[int] = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            variables = (folder / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        is_it = (
            any(word.endswith(program.encode()) for word in words)
            and b"-c" not in words
        )
        if is_it and f"HOME={home}".encode() in variables:
            found.append(int(folder.name))
    return found
