"""Options and policies of real agents, held to what they then send to the model."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from taskyard.testing.fake_llm.app import FakeLlm
from tests.integration.runner.workspace import (
    TestWorkspace,
    with_real_agents,
)
from tests.support.real_agents import require

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(240)]


@dataclass(frozen=True, kw_only=True)
class Case:
    agent: str
    begins_with: str  # the model that the module asks for
    options: dict[str, str]
    model_sent: str  # part of the model's name in requests
    #: mode option's value for each policy
    modes: dict[str, str] = field(default_factory=dict[str, str])


CASES = (
    Case(
        agent="claude-code",
        begins_with="sonnet",
        options={"model": "opus", "effort": "high", "fast": "true"},
        model_sent="opus",
        modes={
            "ask": "default",
            "allow_edits": "acceptEdits",
            "allow_all": "bypassPermissions",
        },
    ),
    Case(
        agent="codex",
        begins_with="gpt-5",
        options={"model": "gpt-5.5", "reasoning_effort": "high"},
        model_sent="gpt-5.5",
        modes={
            "ask": "read-only",
            "allow_edits": "workspace-write",
            "allow_all": "agent-full-access",
        },
    ),
    Case(
        agent="gemini",
        begins_with="gemini-2.5-pro",
        options={"model": "gemini-3-flash-preview"},
        model_sent="gemini-3-flash",
        modes={"ask": "default", "allow_edits": "autoEdit", "allow_all": "yolo"},
    ),
)


@pytest.fixture(params=CASES, ids=lambda case: case.agent)
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.param
    require(found.agent)
    return found


@pytest.fixture
def model() -> FakeLlm:
    return FakeLlm()


@pytest_asyncio.fixture
async def workspace(model: FakeLlm) -> AsyncIterator[TestWorkspace]:
    async with with_real_agents(model) as made:
        yield made


async def test_what_is_chosen_reaches_the_model_now_and_after_a_pause(
    case: Case, workspace: TestWorkspace, model: FakeLlm
) -> None:
    server = workspace.server
    request: dict[str, Any] = {
        "command": [],
        "options": {"model": case.begins_with},
        "permission_policy": "allow_all",
    }
    session = await workspace.begin(case.agent, **request)
    await workspace.turn(session, "what is the capital of France")
    assert case.model_sent not in _models(model)

    for option, value in case.options.items():
        reply = await server.command(
            "set_option", session_id=session, option_id=option, value=value
        )
        assert reply["ok"], reply
    await workspace.turn(session, "what is the capital of France", message="m2")
    assert case.model_sent in _models(model)

    await workspace.stop()
    _let_a_minute_pass(workspace.home)
    server.manifest["build_id"] = "the-next-build"
    external = server.named("session_identified")[0]["external_id"]
    server.manifest["sessions"] = [
        {
            "id": session,
            "key": "chat",
            "external_id": external,
            "agent": case.agent,
            "options": case.options,
        }
    ]
    model.requests.clear()
    await workspace.start()
    await server.until(lambda: server.lifecycles.count("ready") == 2)
    await workspace.begin(case.agent, **request)
    await workspace.turn(session, "what is the capital of France", message="m3")

    assert case.model_sent in _models(model)
    told = server.session_events("options")[-1]["data"]["options"]
    shown = {option["id"]: _word(option["value"]) for option in told}
    assert case.options.items() <= shown.items()
    assert not server.session_events("error")
    assert "MODE_UPDATE" not in server.said()


async def test_a_policy_becomes_the_agents_own_mode(
    case: Case, workspace: TestWorkspace
) -> None:
    server = workspace.server
    session = await workspace.begin(
        case.agent,
        command=[],
        options={"model": case.begins_with},
        permission_policy="ask",
    )

    for policy in ("allow_edits", "allow_all", "ask"):
        reply = await server.command("set_policy", session_id=session, policy=policy)
        assert reply.get("result") == {"permission_policy": policy}
        await server.until(lambda: _mode(server) == case.modes[policy])  # noqa: B023 - asked within the turn of the loop


def _mode(server: Any) -> object:
    told = server.session_events("options")[-1]["data"]["options"]
    return next(option["value"] for option in told if option["id"] == "mode")


def _models(model: FakeLlm) -> str:
    """The models that were asked, by what agents send (a path, for Gemini)."""
    return " ".join(f"{e.get('model')} {e['path']}" for e in model.requests)


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _let_a_minute_pass(home: Path) -> None:
    """Gemini names a conversation's file by the minute in which it is opened.

    Resumed in the minute of its beginning, it writes the empty beginning of the resumed
    one into the same file, and then finds nothing to resume.
    """
    for file in home.glob(".gemini/tmp/*/chats/session-*.jsonl"):
        number = file.stem.rpartition("-")[2]
        file.rename(file.with_name(f"session-2026-01-01T00-00-{number}.jsonl"))
