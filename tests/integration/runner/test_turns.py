"""Turns: prompts, questions, cancellations, and commands that come at the wrong time."""

import asyncio
import base64
from pathlib import Path
from typing import Any

import pytest

from tests.integration.runner.workspace import TestWorkspace

pytestmark = pytest.mark.asyncio


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
