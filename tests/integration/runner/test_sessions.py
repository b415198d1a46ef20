"""Sessions with agents that behave, and with agents that do not."""

import asyncio
import base64
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from taskyard.protocol.sessions import MAX_EVENT_BYTES
from tests.integration.runner.workspace import SECRET, TestWorkspace

pytestmark = pytest.mark.asyncio


# -- turns ----------------------------------------------------------------------------


async def test_a_turn_is_recorded_word_for_word(tmp_path: Path) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        session = await workspace.begin(prompt="do things")

        end = await workspace.turn(
            session, "think hmm\ntool edit\nusage\nsay All done: 3 > 2."
        )

        server = workspace.server
        assert end["stop_reason"] == "end_turn"
        assert end["message_id"] == "m1"
        assert end["usage"] == {"totalTokens": 7}
        assert server.said() == "All done: 3 > 2."
        assert [e["data"]["status"] for e in server.session_events("tool")] == [
            "pending",
            "completed",
        ]
        assert server.session_events("usage")[0]["data"]["cost"]["amount"] == 0.5
        thought = [
            e
            for e in server.session_events("message_chunk")
            if e["data"]["kind"] == "thought"
        ]
        assert "".join(e["data"]["text"] for e in thought) == "hmm"
        assert server.named("session_started")[0]["initial_prompt"] == "do things"


async def test_a_prompt_that_comes_before_its_session_is_taken_when_it_comes_again(
    tmp_path: Path,
) -> None:
    """As after a kill: the link is back before the session is."""
    async with TestWorkspace(tmp_path) as workspace:
        server = workspace.server
        await server.until(lambda: "ready" in server.lifecycles)
        message = {"message_id": "m1", "text": "say hello"}

        early = await server.command("prompt", "m1", session_id="not yet", **message)
        session = await workspace.begin()
        again = await server.command("prompt", "m1", session_id=session, **message)

        assert (early["ok"], early.get("code")) == (False, "no_session")
        assert again["ok"], again


async def test_states_tell_what_the_agent_does(tmp_path: Path) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        session = await workspace.begin(permission_policy="ask")
        server = workspace.server

        turn = asyncio.get_running_loop().create_task(
            workspace.turn(session, "ask execute")
        )
        await server.until(lambda: server.state == "requires_action")
        request = server.session_events("permission_requested")[0]
        await server.command(
            "answer_permission",
            session_id=session,
            request_id=request["key"],
            option_id="id-allow_once",
        )
        await turn

        states = [event["data"]["state"] for event in server.session_events("state")]
        assert states == [
            "starting",
            "idle",
            "running",
            "requires_action",
            "running",
            "idle",
        ]
        assert server.said() == "answered id-allow_once"
        resolved = server.session_events("permission_resolved")[0]
        assert resolved["data"] == {
            "outcome": "selected",
            "option_id": "id-allow_once",
            "by": "user",
        }


@pytest.mark.parametrize(
    ("policy", "kind", "answer"),
    [
        ("allow_edits", "edit", "id-allow_once"),
        ("allow_edits", "read", "id-allow_once"),
        ("allow_all", "execute", "id-allow_once"),
    ],
)
async def test_a_policy_answers_for_the_person(
    tmp_path: Path, policy: str, kind: str, answer: str
) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        session = await workspace.begin(permission_policy=policy)

        await workspace.turn(session, f"ask {kind}")

        assert workspace.server.said() == f"answered {answer}"
        resolved = workspace.server.session_events("permission_resolved")[0]
        assert resolved["data"]["by"] == "policy"


async def test_a_permission_request_survives_a_lost_link(tmp_path: Path) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        server = workspace.server
        session = await workspace.begin(permission_policy="ask")
        turn = asyncio.get_running_loop().create_task(
            workspace.turn(session, "ask execute")
        )
        await server.until(lambda: server.state == "requires_action")

        await server.cut()
        await server.until_attached(2)
        request = server.session_events("permission_requested")[0]
        await server.command(
            "answer_permission",
            session_id=session,
            request_id=request["key"],
            option_id="id-reject_once",
        )
        await turn

        assert server.said() == "answered id-reject_once"


async def test_a_cancelled_turn_ends_and_its_question_with_it(tmp_path: Path) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        server = workspace.server
        session = await workspace.begin(permission_policy="ask")
        turn = asyncio.get_running_loop().create_task(
            workspace.turn(session, "ask execute\nsay more")
        )
        await server.until(lambda: server.state == "requires_action")

        await server.command("cancel", session_id=session)
        end = await turn

        assert end["stop_reason"] == "cancelled"
        assert (
            server.session_events("permission_resolved")[0]["data"]["outcome"]
            == "cancelled"
        )
        assert server.state == "idle"


async def test_an_agent_that_ignores_cancel_is_ended_and_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("taskyard.runner.agents.turns.CANCEL_SECONDS", 0.2)
    async with TestWorkspace(tmp_path) as workspace:
        server = workspace.server
        session = await workspace.begin("deaf-to-cancel")
        turn = asyncio.get_running_loop().create_task(workspace.turn(session, "wait"))
        await server.until(lambda: server.state == "running")

        await server.command("cancel", session_id=session)
        end = await turn
        await server.until(lambda: server.state == "idle")
        await workspace.turn(session, "say back", message="m2")

        assert end["stop_reason"] == "cancelled"
        assert server.said() == "back"


async def test_a_busy_agent_says_so_and_the_same_command_works_later(
    tmp_path: Path,
) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        server = workspace.server
        session = await workspace.begin()
        first = asyncio.get_running_loop().create_task(workspace.turn(session, "wait"))
        await server.until(lambda: server.state == "running")
        second = {"session_id": session, "message_id": "m2", "text": "say two"}

        refused = await server.command("prompt", "c2", **second)
        await server.command("cancel", session_id=session)
        await first
        accepted = await server.command("prompt", "c2", **second)
        await server.until(lambda: "two" in server.said())

        assert (refused["ok"], refused.get("code")) == (False, "busy")
        assert accepted["ok"]


async def test_a_prompt_that_comes_twice_is_carried_out_once(tmp_path: Path) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        server = workspace.server
        session = await workspace.begin()
        args = {"session_id": session, "message_id": "m1", "text": "say once"}

        first = await server.command("prompt", "c1", **args)
        await server.until(lambda: bool(server.session_events("turn_ended")))
        again = await server.command("prompt", "c1", **args)
        other_command = await server.command("prompt", "c9", **args)
        await workspace.turn(session, "say after", message="m2")

        assert first["ok"]
        assert again["ok"]
        assert other_command["ok"]
        assert server.said() == "onceafter"


@pytest.mark.parametrize("delay", [0.0, 0.001, 0.002, 0.004, 0.008, 0.016])
async def test_a_prompt_whose_link_is_cut_is_carried_out_once(
    tmp_path: Path, delay: float
) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        server = workspace.server
        session = await workspace.begin()
        args = {"session_id": session, "message_id": "m1", "text": "say once"}

        lost = asyncio.get_running_loop().create_task(
            server.command("prompt", "c1", **args)
        )
        await asyncio.sleep(delay)
        await server.cut()
        await server.until_attached(2)
        lost.cancel()
        again = await server.command("prompt", "c1", **args)
        await server.until(lambda: bool(server.session_events("turn_ended")))
        await workspace.turn(session, "say after", message="m2")

        assert again["ok"]
        assert server.said() == "onceafter"


@pytest.mark.parametrize(
    ("command", "args", "code"),
    [
        (
            "prompt",
            {"session_id": "nobody", "message_id": "m", "text": "hi"},
            "no_session",
        ),
        ("write_raw", {"data": base64.b64encode(b"x").decode()}, "unsupported"),
        ("set_option", {"option_id": "volume", "value": "11"}, "unsupported"),
        ("steer", {"message_id": "m", "text": "hi"}, ""),
        ("cancel", {}, ""),
    ],
)
async def test_commands_are_answered_with_a_code(
    tmp_path: Path, command: Any, args: dict[str, Any], code: str
) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        session = await workspace.begin()

        reply = await workspace.server.command(
            command, **{"session_id": session, **args}
        )

        assert reply.get("code", "") == code
        assert bool(reply.get("error")) == bool(code)


# -- what agents say ------------------------------------------------------------------


async def test_secrets_are_masked_even_when_cut_in_two(tmp_path: Path) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        session = await workspace.begin()

        await workspace.turn(session, f"secret\nsay {SECRET}\ntool {SECRET}")

        assert SECRET not in str(workspace.server.events)
        assert workspace.server.said() == "the key is [redacted]![redacted]"


async def test_a_flood_arrives_whole_and_in_order(tmp_path: Path) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        session = await workspace.begin()

        await workspace.turn(session, "flood 20000")

        assert workspace.server.said() == "".join(
            f"{number} " for number in range(20000)
        )
        assert len(workspace.server.session_events("message_chunk")) < 500


async def test_huge_output_is_cut_and_says_so(tmp_path: Path) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        session = await workspace.begin()

        await workspace.turn(session, "huge 3000000")

        tool = workspace.server.session_events("tool")[0]
        assert tool["data"]["truncated"] > 2_500_000
        assert len(str(tool)) < MAX_EVENT_BYTES


async def test_noise_and_news_do_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("taskyard.runner.agents.process.LINE_BYTES", 100_000)
    async with TestWorkspace(tmp_path) as workspace:
        session = await workspace.begin()

        end = await workspace.turn(
            session, "garbage\nnovelty\noverlong 300000\nsay fine"
        )

        frames = [
            event["data"]["frame"] for event in workspace.server.session_events("raw")
        ]
        assert end["stop_reason"] == "end_turn"
        assert workspace.server.said() == "fine"
        assert {"sessionUpdate": "hologram_update", "shape": "sphere"} in frames
        assert any("300" in str(frame) and "skipped" in str(frame) for frame in frames)


async def test_a_failed_turn_leaves_the_session_usable(tmp_path: Path) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        session = await workspace.begin()

        end = await workspace.turn(session, "fail")
        await workspace.turn(session, "say ok", message="m2")

        assert end["stop_reason"] == "error"
        assert (
            "out of order"
            in workspace.server.session_events("error")[0]["data"]["detail"]
        )
        assert workspace.server.said() == "ok"


async def test_a_usage_limit_is_a_state_with_an_end(tmp_path: Path) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        server = workspace.server
        session = await workspace.begin()

        await workspace.turn(session, "limit 1800000000\nfail")
        await server.until(lambda: server.state == "limited")
        limited = server.session_events("state")[-1]["data"]
        await workspace.turn(session, "say again", message="m2")

        assert limited["action"] == "wait"
        assert limited["resets_at"] == "2027-01-15T08:00:00+00:00"
        await server.until(lambda: server.state == "idle")
        assert server.said() == "again"


# -- life and death -------------------------------------------------------------------


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


async def test_the_report_tool_reaches_the_log_of_its_session(tmp_path: Path) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        await workspace.begin()

        good = await workspace.ask(
            "report", key="chat", state="complete", summary="Done", link=""
        )
        long = await workspace.ask(
            "report", key="chat", state="complete", summary="x" * 161
        )
        odd = await workspace.ask("report", key="chat", state="happy", summary="x")

        server = workspace.server
        await server.until(lambda: bool(server.session_events("report")))
        assert server.session_events("report")[0]["data"] == {
            "state": "complete",
            "summary": "Done",
            "link": "",
        }
        assert good["ok"]
        assert long["error"] == "summary must be less than 160 characters"
        assert "working, idle, complete, failure" in odd["error"]


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
