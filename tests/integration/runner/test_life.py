"""How sessions begin, go on after a death, and end."""

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest

from tests.integration.runner.workspace import TestWorkspace

pytestmark = pytest.mark.asyncio


async def test_an_agent_that_dies_is_resumed_and_its_prompt_not_repeated(
    tmp_path: Path,
) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        server = workspace.server
        session = await workspace.begin()

        end = await workspace.turn(session, "say before\ndie")
        await server.until(lambda: server.state == "idle")
        await workspace.turn(session, "say after", message="m2")

        states = [event["data"] for event in server.session_events("state")]
        exited = next(data for data in states if data["state"] == "exited")
        assert end["stop_reason"] == "interrupted"
        assert "out of memory" in exited["detail"]
        assert server.said() == "beforeafter"
        assert len(server.named("session_identified")) == 1, "it was not resumed"


async def test_an_agent_that_keeps_dying_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("taskyard.runner.agents.deaths.RESTART_PAUSE_SECONDS", 0.01)
    async with TestWorkspace(tmp_path) as workspace:
        server = workspace.server
        await workspace.try_begin("dies-often")

        await server.until(lambda: server.state == "error")

        last = server.session_events("state")[-1]["data"]
        assert last["action"] == "restart"
        assert "4 times" in last["detail"]


@pytest.mark.parametrize(
    ("agent", "reason"),
    [
        ("dies-at-once", "left-pad"),
        ("old-protocol", "version 0 of the Agent Client Protocol"),
        ("refuses-sessions", "no space for a session"),
    ],
)
async def test_an_agent_that_cannot_start_says_why(
    tmp_path: Path, agent: str, reason: str
) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        answer = await workspace.try_begin(agent)

        await workspace.server.until(lambda: workspace.server.state == "error")
        assert not answer["ok"]
        assert reason in answer["error"]
        assert reason in workspace.server.session_events("state")[-1]["data"]["detail"]


async def test_a_missing_program_is_named(tmp_path: Path) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        answer = await workspace.try_begin("ghost", command=["/no/such/agent"])
        unknown = await workspace.try_begin("ghost", command=[], key="two")

        assert "/no/such/agent" in answer["error"]
        assert "no built-in command" in unknown["error"]


async def test_an_agent_that_wants_a_login_is_tried_again_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("taskyard.runner.agents.session.RETRY_SECONDS", 0.0)
    async with TestWorkspace(tmp_path) as workspace:
        server = workspace.server
        session = await workspace.begin("wants-login")
        await server.until(lambda: server.state == "auth_required")
        refused = await server.command(
            "prompt", session_id=session, message_id="m1", text="say x"
        )

        (tmp_path / ".logged-in").touch()
        await server.command(
            "prompt", session_id=session, message_id="m1", text="say x"
        )
        await server.until(lambda: server.state == "idle")
        await workspace.turn(session, "say welcome", message="m1")

        wanted = next(
            e["data"]
            for e in server.session_events("state")
            if e["data"]["state"] == "auth_required"
        )
        assert refused.get("code") == "busy"
        assert wanted["action"] == "login"
        assert "Sign in" in wanted["detail"]
        assert server.said() == "welcome"


async def test_two_prompts_for_an_agent_that_is_down_bring_back_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("taskyard.runner.agents.session.RETRY_SECONDS", -1.0)
    async with TestWorkspace(tmp_path) as workspace:
        server = workspace.server
        session = await workspace.begin("wants-login")
        await server.until(lambda: server.state == "auth_required")
        (tmp_path / ".logged-in").touch()

        await asyncio.gather(
            *(
                server.command("prompt", session_id=session, message_id=m, text="say x")
                for m in ("m1", "m2")
            )
        )
        await server.until(lambda: server.state == "idle")
        await workspace.turn(session, "say welcome", message="m3")
        await workspace.stop()

        states = [event["data"]["state"] for event in server.session_events("state")]
        assert states.count("starting") == 2, "the first, and the one after the login"
        assert "error" not in states, "nobody tries once more"


@pytest.mark.parametrize("agent", ["polite", "loads-only"])
async def test_the_next_build_resumes_the_conversation_without_repeating_it(
    tmp_path: Path, agent: str
) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        server = workspace.server
        session = await workspace.begin(agent)
        await workspace.turn(session, "say first")
        external = server.named("session_identified")[0]["external_id"]
        await workspace.stop()

        server.manifest["build_id"] = "the-next-build"
        server.manifest["sessions"] = [
            {"id": session, "key": "chat", "external_id": external, "agent": agent}
        ]
        await workspace.start()
        await server.until(lambda: server.lifecycles.count("ready") == 2)
        again = await workspace.begin(agent)
        await workspace.turn(again, "say second", message="m2")

        assert again == session
        assert server.named("session_started")[1]["resumed"]
        assert server.said() == "firstsecond"
        assert len(server.named("session_identified")) == 1


@pytest.mark.parametrize("agent", ["forgets-sessions", "cannot-resume"])
async def test_an_agent_without_memory_begins_anew_and_says_so(
    tmp_path: Path, agent: str
) -> None:
    seed = {"id": "s1", "key": "chat", "external_id": "long-gone", "agent": agent}
    async with TestWorkspace(tmp_path, sessions=(seed,)) as workspace:
        session = await workspace.begin(agent)
        await workspace.turn(session, "say hello")

        server = workspace.server
        assert session == "s1"
        assert "begins anew" in server.session_events("error")[0]["data"]["detail"]
        assert server.named("session_identified")[0]["external_id"] != "long-gone"


async def test_a_turn_cut_off_by_a_crash_of_the_runner_is_interrupted_not_repeated(
    tmp_path: Path,
) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        server = workspace.server
        session = await workspace.begin(permission_policy="ask")
        await server.command(
            "prompt",
            "c1",
            session_id=session,
            message_id="m1",
            text="say hi\nask execute",
        )
        await server.until(lambda: server.state == "requires_action")
        await workspace.crash()

        await workspace.start()
        await server.until(lambda: bool(server.session_events("turn_ended")))
        await server.until(lambda: server.state == "idle")
        again = await server.command(
            "prompt",
            "c1",
            session_id=session,
            message_id="m1",
            text="say hi\nask execute",
        )
        await workspace.turn(session, "say bye", message="m2")

        end = server.session_events("turn_ended")[0]["data"]
        assert (end["stop_reason"], end["message_id"]) == ("interrupted", "m1")
        assert (
            server.session_events("permission_resolved")[0]["data"]["outcome"]
            == "cancelled"
        )
        assert again["ok"]
        assert server.said() == "hibye"


async def test_nothing_that_an_agent_started_outlives_its_session(
    tmp_path: Path,
) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        session = await workspace.begin("ignores-end")
        name = f"leftover-of-{tmp_path}"
        await workspace.turn(session, f"daemon {name}")
        await workspace.server.until(lambda: bool(processes(name)))

        await workspace.stop()

        assert not processes(name)


async def test_an_agent_that_is_still_starting_ends_with_the_workspace(
    tmp_path: Path,
) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        name = f"never-ready-{tmp_path}"
        command = ["bash", "-c", f'exec -a "{name}" sleep 600']
        start = asyncio.get_running_loop().create_task(
            workspace.try_begin("mute", command=command)
        )
        await workspace.server.until(lambda: bool(processes(name)))

        await workspace.stop()
        with suppress(ValueError):
            await start

        assert not processes(name)
        assert workspace.server.lifecycles[-1] == "off"


async def test_npm_variables_do_not_reach_the_agent(tmp_path: Path) -> None:
    workspace = TestWorkspace(tmp_path)
    workspace.environment |= {"npm_config_prefix": "/usr", "INIT_CWD": "/srv"}
    async with workspace:
        session = await workspace.begin(environment={"COLOR": "blue"})

        await workspace.turn(
            session,
            "environment npm_config_prefix\nenvironment INIT_CWD\nenvironment COLOR",
        )

        assert (
            workspace.server.said() == "npm_config_prefix=NoneINIT_CWD=NoneCOLOR=blue"
        )


async def test_starting_a_living_session_again_returns_it(tmp_path: Path) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        first = await workspace.begin()
        again = await workspace.begin()

        assert first == again
        assert len(workspace.server.named("session_started")) == 1


def processes(name: str) -> list[int]:
    """Pids of what calls itself `name`."""
    found: list[int] = []
    for folder in Path("/proc").iterdir():
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if folder.name.isdigit() and words[0] == name.encode():
            found.append(int(folder.name))
    return found
