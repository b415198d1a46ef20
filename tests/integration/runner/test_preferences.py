"""Options and permission policies: set in a running agent, and again at every start."""

from pathlib import Path
from typing import Any

import pytest

from taskyard.testing import acp_agents
from tests.integration.runner.workspace import TestWorkspace

pytestmark = pytest.mark.asyncio


def values(workspace: TestWorkspace) -> dict[str, Any]:
    """What the agent said last of its options."""
    told = workspace.server.session_events("options")[-1]["data"]["options"]
    return {option["id"]: option["value"] for option in told}


async def shows(workspace: TestWorkspace, **wanted: object) -> None:
    """Wait until the agent has said so; events come a moment after an answer."""
    await workspace.server.until(
        lambda: wanted.items() <= values(workspace).items(), seconds=30
    )


async def set_option(
    workspace: TestWorkspace, session: str, option: str, value: str
) -> dict[str, Any]:
    return dict(
        await workspace.server.command(
            "set_option", session_id=session, option_id=option, value=value
        )
    )


async def next_build(
    workspace: TestWorkspace, session: str, options: dict[str, str]
) -> None:
    """Pause and resume, as the server tells of the session then."""
    server = workspace.server
    external = server.named("session_identified")[0]["external_id"]
    agent = server.named("session_started")[0]["agent"]
    before = server.lifecycles.count("ready")
    await workspace.stop()
    server.manifest["build_id"] = "the-next-build"
    server.manifest["sessions"] = [
        {
            "id": session,
            "key": "chat",
            "external_id": external,
            "agent": agent,
            "options": options,
        }
    ]
    await workspace.start()
    await server.until(lambda: server.lifecycles.count("ready") > before)


# -- options --------------------------------------------------------------------------


async def test_a_model_is_known_by_its_name_without_the_vendor(tmp_path: Path) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        await workspace.begin("choosy", options={"model": "huge"})

        await shows(workspace, model="vendor/huge")
        assert not workspace.server.session_events("error")


@pytest.mark.parametrize(
    ("agent", "option", "value", "shown"),
    [
        ("choosy", "model", "large", "large"),
        ("choosy", "loud", "true", True),
        ("choosy", "mode", "bypassPermissions", "bypassPermissions"),
        ("two-models", "model", "two", "two"),
        ("polite", "mode", "default", "default"),
    ],
)
async def test_an_option_is_set_and_told(
    tmp_path: Path, agent: str, option: str, value: str, shown: object
) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        session = await workspace.begin(agent)

        reply = await set_option(workspace, session, option, value)

        assert reply["ok"], reply
        answered = {o["id"]: o["value"] for o in reply["result"]["options"]}
        assert answered[option] == shown
        await shows(workspace, **answered)


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        (
            "volume",
            "11",
            "the agent has no option 'volume'; it offers mode, model, loud",
        ),
        ("loud", "perhaps", "loud is true or false, not 'perhaps'"),
        ("model", "gigantic", "the agent refused model=gigantic: no such model"),
    ],
)
async def test_what_an_agent_does_not_take_is_said(
    tmp_path: Path, option: str, value: str, says: str
) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        session = await workspace.begin("choosy")
        before = values(workspace)

        reply = await set_option(workspace, session, option, value)

        assert (reply["code"], reply["error"]) == ("unsupported", says)
        assert values(workspace) == before


async def test_an_option_counts_in_the_running_turn(tmp_path: Path) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        session = await workspace.begin("choosy")

        await workspace.turn(session, "say quiet")
        await set_option(workspace, session, "loud", "true")
        await workspace.turn(session, "say quiet", message="m2")

        assert workspace.server.said() == "quietQUIET"


async def test_options_are_set_again_when_the_agent_has_died(tmp_path: Path) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        session = await workspace.begin("choosy")
        await set_option(workspace, session, "model", "large")

        await workspace.turn(session, "die")
        await workspace.server.until(lambda: workspace.server.state == "idle")

        await shows(workspace, model="large")


async def test_options_are_set_again_in_the_next_build(tmp_path: Path) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        session = await workspace.begin("choosy")
        await workspace.turn(session, "say hello")

        chosen = {"model": "large", "loud": "true", "mode": "bypassPermissions"}
        await next_build(workspace, session, chosen)
        await workspace.begin("choosy", permission_policy="allow_edits")

        await shows(workspace, mode="bypassPermissions", model="large", loud=True)
        assert not workspace.server.session_events("error")


async def test_what_a_person_chose_goes_before_what_the_module_asks(
    tmp_path: Path,
) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        session = await workspace.begin("choosy", options={"model": "large"})
        await shows(workspace, model="large")

        await next_build(workspace, session, {"model": "small"})
        await workspace.begin("choosy", options={"model": "large"})

        await shows(workspace, model="small")


async def test_an_option_that_comes_with_another_is_set_too(tmp_path: Path) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        session = await workspace.begin("unfolding")
        await workspace.turn(session, "say hello")

        await next_build(workspace, session, {"effort": "high", "model": "large"})
        await workspace.begin("unfolding")

        await shows(workspace, model="large", effort="high")
        assert not workspace.server.session_events("error")


# -- policies -------------------------------------------------------------------------


async def set_policy(
    workspace: TestWorkspace, session: str, policy: str
) -> dict[str, Any]:
    return dict(
        await workspace.server.command("set_policy", session_id=session, policy=policy)
    )


async def test_a_policy_counts_at_once(tmp_path: Path) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        session = await workspace.begin("polite", permission_policy="ask")

        reply = await set_policy(workspace, session, "allow_all")
        await workspace.turn(session, "ask execute")

        assert reply["result"] == {"permission_policy": "allow_all"}
        assert workspace.server.said() == "answered id-allow_once"
        resolved = workspace.server.session_events("permission_resolved")
        assert [event["data"]["by"] for event in resolved] == ["policy"]


async def test_a_question_that_waits_is_answered_by_a_policy_that_lets_it_through(
    tmp_path: Path,
) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        server = workspace.server
        session = await workspace.begin("polite", permission_policy="ask")
        await server.command(
            "prompt", session_id=session, message_id="m1", text="ask execute"
        )
        await server.until(lambda: server.state == "requires_action")

        await set_policy(workspace, session, "allow_edits")
        assert not server.session_events("permission_resolved")
        await set_policy(workspace, session, "allow_all")
        await server.until(lambda: bool(server.session_events("turn_ended")))

        assert server.said() == "answered id-allow_once"
        resolved = server.session_events("permission_resolved")
        assert [event["data"]["by"] for event in resolved] == ["policy"]


async def test_the_agents_own_mode_follows_the_policy(tmp_path: Path) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        session = await workspace.begin(
            "claude-code",
            command=list(acp_agents.command("choosy")),
            permission_policy="ask",
        )
        await shows(workspace, mode="default")

        await set_policy(workspace, session, "allow_edits")
        await shows(workspace, mode="acceptEdits")
        await set_policy(workspace, session, "allow_all")

        await shows(workspace, mode="bypassPermissions")


async def test_without_a_persons_word_the_modules_counts_again(tmp_path: Path) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        session = await workspace.begin("polite", permission_policy="allow_all")
        await set_policy(workspace, session, "ask")

        reply = await set_policy(workspace, session, "")

        assert reply["result"] == {"permission_policy": "allow_all"}


async def test_a_persons_policy_goes_before_the_modules_at_a_start(
    tmp_path: Path,
) -> None:
    async with TestWorkspace(tmp_path, task_permission_policy="ask") as workspace:
        server = workspace.server
        session = await workspace.begin("polite", permission_policy="allow_all")

        await server.command(
            "prompt", session_id=session, message_id="m1", text="ask read"
        )
        await server.until(lambda: server.state == "requires_action")

        assert server.named("session_started")[0]["permission_policy"] == "ask"


async def test_a_policy_set_while_the_server_was_away_counts_when_it_is_back(
    tmp_path: Path,
) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        server = workspace.server
        session = await workspace.begin("polite", permission_policy="ask")
        server.manifest["task_permission_policy"] = "allow_all"

        await server.cut()
        await server.until_attached(2)
        await workspace.turn(session, "ask execute")

        assert server.said() == "answered id-allow_once"
