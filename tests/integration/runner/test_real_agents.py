"""Real agents other than Claude Code, through the runner, on a scripted model.

`make test-agents` installs them; without it each test says what is missing.
"""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from taskyard.testing.fake_llm.app import FakeLlm
from tests.integration.runner.workspace import (
    MODEL_KEY,
    TestWorkspace,
    with_real_agents,
)
from tests.support.real_agents import require

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.e2e,
    pytest.mark.timeout(180),
]


@dataclass(frozen=True, kw_only=True)
class Case:
    agent: str
    model: str
    why_no_question: str = ""


CASES = (
    # A model that Codex does not know is offered plain tools, which the script speaks.
    Case(
        agent="codex",
        model="gpt-5",
        why_no_question="asks when its model wants out of its sandbox, where nothing is written",
    ),
    Case(agent="gemini", model="gemini-2.5-pro"),
    Case(agent="opencode", model="fake-model"),
    Case(agent="copilot", model="fake-model"),
    Case(agent="qwen", model="fake-model"),
)


@pytest.fixture(params=CASES, ids=lambda case: case.agent)
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.param
    require(found.agent, every_run=frozenset({"codex", "gemini"}))
    return found


@pytest_asyncio.fixture
async def workspace() -> AsyncIterator[TestWorkspace]:
    async with with_real_agents(FakeLlm()) as made:
        yield made


async def test_it_works_reports_and_goes_on_in_the_next_build(
    case: Case, workspace: TestWorkspace
) -> None:
    server = workspace.server
    request: dict[str, Any] = {
        "command": [],
        "options": {"model": case.model},
        "permission_policy": "allow_all",
    }
    session = await workspace.begin(case.agent, **request)
    external = server.named("session_identified")[0]["external_id"]

    end = await workspace.turn(session, "please write hello.txt")

    project = workspace.home / "project"
    assert end["stop_reason"] == "end_turn"
    assert (project / "hello.txt").read_text() == "hello from fake llm\n"
    assert (project / "bash.txt").read_text() == "from-bash\n"
    assert server.said().endswith("All done: hello.txt is written.")
    assert server.session_events("report")[0]["data"]["summary"] == "Wrote hello.txt"
    assert not server.session_events("error")
    tools = {e["key"]: e["data"] for e in server.session_events("tool")}
    assert {tool["status"] for tool in tools.values()} == {"completed"}

    await workspace.stop()
    server.manifest["build_id"] = "the-next-build"
    server.manifest["sessions"] = [
        {"id": session, "key": "chat", "external_id": external, "agent": case.agent}
    ]
    before = len(server.session_events())
    await workspace.start()
    await server.until(lambda: server.lifecycles.count("ready") == 2)
    await workspace.begin(case.agent, **request)
    await workspace.turn(session, "what is the capital of France", message="m2")

    told = server.session_events()[before:]
    again = [(e["at"], e["kind"]) for e in told]
    assert "tool" not in {kind for _, kind in again}, f"told again: {again}"
    assert server.said().endswith("The capital of France is Paris.")
    assert MODEL_KEY not in json.dumps(server.events)


async def test_it_asks_a_person_and_stops_when_it_is_cancelled(
    case: Case, workspace: TestWorkspace
) -> None:
    if case.why_no_question:
        pytest.skip(f"{case.agent} {case.why_no_question}")
    server = workspace.server
    session = await workspace.begin(
        case.agent,
        command=[],
        options={"model": case.model},
        permission_policy="ask",
    )

    await server.command(
        "prompt",
        session_id=session,
        message_id="m1",
        text="please write hello.txt",
    )
    await server.until(lambda: server.state == "requires_action", seconds=90)
    asked = server.session_events("permission_requested")[0]["data"]
    await server.command("cancel", session_id=session)
    await server.until(lambda: server.state == "idle", seconds=60)

    assert {"allow_once"} <= {option["kind"] for option in asked["options"]}
    assert asked["title"]
    assert not (workspace.home / "project/hello.txt").exists()
    assert server.session_events("turn_ended")[0]["data"]["stop_reason"] == "cancelled"


async def test_codex_writes_nothing_while_it_must_ask(
    case: Case, workspace: TestWorkspace
) -> None:
    if not case.why_no_question:
        pytest.skip(f"{case.agent} asks; see above")
    session = await workspace.begin(
        case.agent,
        command=[],
        options={"model": case.model},
        permission_policy="ask",
    )

    end = await workspace.turn(session, "please write hello.txt")

    assert end["stop_reason"] == "end_turn"
    assert not (workspace.home / "project/hello.txt").exists()
