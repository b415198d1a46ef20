"""An agent goes from the chat to its own terminal and back; the log has both halves."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from taskyard.kit.mux.mux import StreamReset
from taskyard.testing import acp_agents, tui_agents
from tests.integration.runner.watching import Watcher
from tests.integration.runner.workspace import TestWorkspace

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def workspace(tmp_path: Path) -> AsyncIterator[TestWorkspace]:
    async with TestWorkspace(tmp_path) as made:
        yield made


async def begin(
    workspace: TestWorkspace, *, chat: str = "loads-only", terminal: str = "remembers"
) -> str:
    """A session whose agent has had one prompt, `say first`."""
    session = await workspace.begin(
        "mine",
        command=list(acp_agents.command(chat)),
        terminal_command=[*tui_agents.command(terminal), "{id}"],
    )
    await workspace.turn(session, "say first", message="first")
    return session


async def give(
    workspace: TestWorkspace, session: str, controller: str, **more: Any
) -> dict[str, Any]:
    reply = await workspace.server.command(
        "set_control", session_id=session, controller=controller, **more
    )
    return dict(reply)


async def rested(workspace: TestWorkspace, *, times: int = 0) -> None:
    """Wait until the agent is idle; `times`: for the so-manieth time."""

    def holds() -> bool:
        states = workspace.server.session_events("state")
        idle = [event for event in states if event["data"]["state"] == "idle"]
        return workspace.server.state == "idle" and len(idle) >= times

    await workspace.server.until(holds)


def idles(workspace: TestWorkspace) -> int:
    states = workspace.server.session_events("state")
    return sum(event["data"]["state"] == "idle" for event in states)


def moves(workspace: TestWorkspace) -> list[tuple[str, str]]:
    return [
        (event["data"]["controller"], event["data"]["by"])
        for event in workspace.server.session_events("control")
    ]


def people_said(workspace: TestWorkspace) -> list[str]:
    return [
        event["data"]["text"]
        for event in workspace.server.session_events("message")
        if event["data"]["role"] == "user"
    ]


async def test_what_is_said_in_the_terminal_is_in_the_log_when_the_chat_goes_on(
    workspace: TestWorkspace,
) -> None:
    session = await begin(workspace)
    started = workspace.server.named("session_started")[0]

    reply = await give(workspace, session, "terminal")
    watcher = await Watcher.attach(workspace.server, session)
    await watcher.sees("❯ say first")
    watcher.type("say second\r")
    await watcher.sees("● second")
    watcher.type("say third\r")
    await watcher.sees("● third")
    await rested(workspace)
    back = await give(workspace, session, "chat")
    await workspace.turn(session, "say fourth", message="fourth")

    assert started["terminal"] == "handover"
    assert reply["ok"], reply
    assert back["result"] == {"controller": "chat"}
    assert moves(workspace) == [("terminal", "user"), ("chat", "user")]
    said = ["say first", "say second", "say third", "say fourth"]
    assert people_said(workspace) == said
    assert watcher.reason == "the chat has control of the agent again"
    assert not workspace.server.session_events("error")


async def test_nothing_is_told_twice_however_often_it_goes(
    workspace: TestWorkspace,
) -> None:
    session = await begin(workspace)

    for _ in range(3):
        await give(workspace, session, "terminal")
        watcher = await Watcher.attach(workspace.server, session)
        await watcher.sees("❯ say first")
        # The same words each time: only their number tells them apart.
        watcher.type("say on\r")
        await watcher.sees("● on")
        await rested(workspace)
        await give(workspace, session, "chat")
    await workspace.turn(session, "say on", message="last")
    await give(workspace, session, "terminal")
    await give(workspace, session, "chat")

    assert people_said(workspace) == ["say first", *["say on"] * 4]


async def test_leaving_the_program_gives_control_back(workspace: TestWorkspace) -> None:
    session = await begin(workspace)
    await give(workspace, session, "terminal")
    watcher = await Watcher.attach(workspace.server, session)
    await watcher.sees("❯ say first")

    watcher.type("say bye\r")
    await watcher.sees("● bye")
    watcher.type("exit\r")
    await watcher.until(lambda: bool(watcher.reason))
    await workspace.server.until(lambda: people_said(workspace)[-1] == "say bye")
    await workspace.turn(session, "say again", message="again")

    assert moves(workspace) == [("terminal", "user"), ("chat", "agent")]
    detail = workspace.server.session_events("control")[-1]["data"]["detail"]
    assert "ended with exit code 0" in detail
    states = [e["data"]["state"] for e in workspace.server.session_events("state")]
    assert "exited" not in states, "nothing has crashed"


async def test_prompts_wait_while_somebody_is_at_the_terminal(
    workspace: TestWorkspace,
) -> None:
    session = await begin(workspace)
    await give(workspace, session, "terminal")
    prompt = {"session_id": session, "message_id": "m2", "text": "say two"}

    refused = await workspace.server.command("prompt", **prompt)
    await give(workspace, session, "chat")
    taken = await workspace.server.command("prompt", **prompt)

    assert (refused["ok"], refused.get("code")) == (False, "busy")
    assert "in its terminal" in refused.get("error", "")
    assert taken["ok"]


async def test_a_running_turn_stays_unless_it_is_to_be_cancelled(
    workspace: TestWorkspace,
) -> None:
    session = await begin(workspace)
    await workspace.server.command(
        "prompt", session_id=session, message_id="m2", text="wait"
    )
    await workspace.server.until(lambda: workspace.server.state == "running")

    refused = await give(workspace, session, "terminal")
    given = await give(workspace, session, "terminal", cancel_turn=True)

    assert refused["code"] == "busy"
    assert "a turn is running" in refused["error"]
    assert given["ok"], given
    ended = workspace.server.session_events("turn_ended")[-1]["data"]
    assert ended["stop_reason"] == "cancelled"
    assert moves(workspace) == [("terminal", "user")]


async def test_an_agent_at_work_in_its_terminal_stays_there(
    workspace: TestWorkspace,
) -> None:
    session = await begin(workspace)
    await give(workspace, session, "terminal")
    watcher = await Watcher.attach(workspace.server, session)
    await watcher.sees("❯ say first")
    watcher.type("wait\r")
    await workspace.server.until(lambda: workspace.server.state == "running")

    refused = await give(workspace, session, "chat")
    given = await give(workspace, session, "chat", cancel_turn=True)

    assert "works in its terminal" in refused["error"]
    assert given["ok"], given
    await workspace.server.until(lambda: workspace.server.state == "idle")


async def test_a_terminal_that_cannot_be_opened_leaves_the_chat_as_it_was(
    workspace: TestWorkspace,
) -> None:
    session = await begin(workspace, terminal="dies-at-once")

    reply = await give(workspace, session, "terminal")
    await workspace.turn(session, "say still here", message="m2")

    assert reply["code"] == "failed"
    assert "no configuration" in reply["error"]
    assert moves(workspace) == [("terminal", "user"), ("chat", "server")]
    assert people_said(workspace) == ["say first", "say still here"]


async def test_an_agent_without_a_known_terminal_says_so(
    workspace: TestWorkspace,
) -> None:
    session = await workspace.begin()

    reply = await give(workspace, session, "terminal")

    assert workspace.server.named("session_started")[0]["terminal"] == "none"
    assert reply["code"] == "unsupported"
    with pytest.raises(StreamReset, match="no terminal"):
        await Watcher.attach(workspace.server, session)


async def test_an_agent_in_the_chat_cannot_be_watched(workspace: TestWorkspace) -> None:
    session = await begin(workspace)

    with pytest.raises(StreamReset, match="give control to its terminal first"):
        await Watcher.attach(workspace.server, session)


async def test_an_agent_that_wants_a_login_can_be_logged_in_at_its_terminal(
    workspace: TestWorkspace,
) -> None:
    session = await workspace.begin(
        "mine",
        command=list(acp_agents.command("wants-login")),
        terminal_command=list(tui_agents.command("polite")),
    )
    assert workspace.server.state == "auth_required"

    given = await give(workspace, session, "terminal")
    watcher = await Watcher.attach(workspace.server, session)
    await watcher.sees("Welcome")
    (workspace.home / ".logged-in").touch()
    back = await give(workspace, session, "chat")
    end = await workspace.turn(session, "say hello")

    assert given["ok"], given
    assert back["ok"], back
    assert end["stop_reason"] == "end_turn"


async def test_an_agent_of_a_terminal_only_holds_messages_while_a_person_types(
    workspace: TestWorkspace,
) -> None:
    answer = await workspace.try_begin(
        "mine", driver="tui", command=list(tui_agents.command("polite"))
    )
    session = str(answer["result"]["id"])
    await rested(workspace)
    prompt = {"session_id": session, "message_id": "m1", "text": "say one"}

    await give(workspace, session, "terminal")
    refused = await workspace.server.command("prompt", **prompt)
    await give(workspace, session, "chat")
    started = idles(workspace)
    taken = await workspace.server.command("prompt", **prompt)

    assert workspace.server.named("session_started")[0]["terminal"] == "live"
    assert refused.get("code") == "busy"
    assert taken["ok"]
    assert started == 1, "the same process went on"


async def test_asked_for_what_is_so_nothing_happens(workspace: TestWorkspace) -> None:
    session = await begin(workspace)

    reply = await give(workspace, session, "chat")

    assert reply["ok"]
    assert not moves(workspace)


async def test_two_who_take_it_at_once_get_one_terminal(
    workspace: TestWorkspace,
) -> None:
    session = await begin(workspace)

    replies = await asyncio.gather(
        *(give(workspace, session, "terminal") for _ in range(3))
    )

    assert all(reply["ok"] for reply in replies)
    assert moves(workspace) == [("terminal", "user")]


# -- crashes --------------------------------------------------------------------------


async def test_a_killed_runner_finds_the_terminal_where_it_was(
    workspace: TestWorkspace,
) -> None:
    session = await begin(workspace)
    await give(workspace, session, "terminal")
    watcher = await Watcher.attach(workspace.server, session)
    await watcher.sees("❯ say first")
    watcher.type("say unheard\r")
    await watcher.sees("● unheard")
    await rested(workspace)
    before = idles(workspace)

    await workspace.crash()
    await workspace.start()
    await rested(workspace, times=before + 1)
    again = await Watcher.attach(workspace.server, session)
    await again.sees("❯ say unheard")
    await give(workspace, session, "chat")

    assert moves(workspace) == [
        ("terminal", "user"),
        ("terminal", "server"),
        ("chat", "user"),
    ]
    assert people_said(workspace) == ["say first", "say unheard"]


async def test_a_killed_runner_whose_terminal_is_gone_falls_back_to_the_chat(
    workspace: TestWorkspace,
) -> None:
    session = await begin(workspace)
    await give(workspace, session, "terminal")
    watcher = await Watcher.attach(workspace.server, session)
    await watcher.sees("❯ say first")
    watcher.type("say lost?\r")
    await watcher.sees("● lost?")
    await workspace.crash()
    # The program is there, the terminal's own file is not: it cannot go on.
    hidden = next((workspace.home / ".fake-agent").iterdir())
    kept = hidden.rename(workspace.home / "kept")

    starting = asyncio.get_running_loop().create_task(workspace.start())
    await starting
    await workspace.server.until(lambda: ("chat", "server") in moves(workspace))
    kept.rename(hidden)

    detail = workspace.server.session_events("control")[-1]["data"]["detail"]
    assert "its terminal could not be opened" in detail


async def test_a_runner_killed_on_the_way_back_tells_what_was_said_once(
    workspace: TestWorkspace,
) -> None:
    session = await begin(workspace)
    await give(workspace, session, "terminal")
    watcher = await Watcher.attach(workspace.server, session)
    await watcher.sees("❯ say first")
    watcher.type("say second\r")
    await watcher.sees("● second")
    await rested(workspace)

    going = asyncio.get_running_loop().create_task(give(workspace, session, "chat"))
    await workspace.server.until(lambda: moves(workspace)[-1] == ("chat", "user"))
    await workspace.crash()
    going.cancel()
    await workspace.start()
    await workspace.server.until(lambda: "say second" in people_said(workspace))
    await workspace.server.until(lambda: workspace.server.state == "idle")
    await workspace.turn(session, "say third", message="m3")

    assert people_said(workspace) == ["say first", "say second", "say third"]


async def test_the_next_build_begins_in_the_chat_and_knows_what_was_said(
    workspace: TestWorkspace,
) -> None:
    session = await begin(workspace)
    external = workspace.server.named("session_identified")[0]["external_id"]
    await give(workspace, session, "terminal")
    watcher = await Watcher.attach(workspace.server, session)
    await watcher.sees("❯ say first")
    watcher.type("say second\r")
    await watcher.sees("● second")

    await workspace.stop()
    workspace.server.manifest["build_id"] = "the-next-build"
    workspace.server.manifest["sessions"] = [
        {"id": session, "key": "chat", "external_id": external, "agent": "mine"}
    ]
    await workspace.start()
    await workspace.server.until(lambda: workspace.server.lifecycles.count("ready") > 1)
    answer = await workspace.try_begin(
        "mine",
        command=list(acp_agents.command("loads-only")),
        terminal_command=[*tui_agents.command("remembers"), "{id}"],
    )

    assert answer["ok"], answer
    await workspace.server.until(lambda: "say second" in people_said(workspace))
    assert moves(workspace) == [("terminal", "user"), ("chat", "server")]
    assert people_said(workspace) == ["say first", "say second"]


async def test_a_conversation_of_before_is_not_told_as_new(
    workspace: TestWorkspace,
) -> None:
    """A runner that does not know the session's past learns it from the agent first."""
    folder = workspace.home / ".fake-agent"
    folder.mkdir()
    (folder / "old-id").write_text("long ago\nand later\n")
    session = "5f7d4c9a-0000-4000-8000-000000000001"
    workspace.server.manifest["sessions"] = [
        {"id": session, "key": "chat", "external_id": "old-id", "agent": "mine"}
    ]
    await workspace.crash()
    await workspace.start()
    answer = await workspace.try_begin(
        "mine",
        command=list(acp_agents.command("loads-only")),
        terminal_command=[*tui_agents.command("remembers"), "{id}"],
    )
    assert answer["ok"], answer

    await give(workspace, session, "terminal")
    watcher = await Watcher.attach(workspace.server, session)
    await watcher.sees("❯ and later")
    watcher.type("say now\r")
    await watcher.sees("● now")
    await rested(workspace)
    await give(workspace, session, "chat")

    assert people_said(workspace) == ["say now"]
