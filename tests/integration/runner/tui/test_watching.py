"""A terminal agent, watched and used from outside."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from taskyard.kit.mux.mux import StreamReset
from taskyard.testing import tui_agents
from tests.integration.runner.tui.talking import states
from tests.integration.runner.watching import Watcher
from tests.integration.runner.workspace import TestWorkspace

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def workspace(tmp_path: Path) -> AsyncIterator[TestWorkspace]:
    async with TestWorkspace(tmp_path) as made:
        yield made


async def begin(workspace: TestWorkspace, agent: str = "polite") -> str:
    answer = await workspace.try_begin(
        "mine", driver="tui", command=list(tui_agents.command(agent))
    )
    assert answer["ok"], answer
    await workspace.server.until(lambda: workspace.server.state == "idle")
    return str(answer["result"]["id"])


async def test_who_comes_late_sees_the_present_screen_and_then_what_happens(
    workspace: TestWorkspace,
) -> None:
    session = await begin(workspace)
    await workspace.turn(session, "say before")

    watcher = await Watcher.attach(workspace.server, session)
    await watcher.sees("● before")
    await workspace.turn(session, "say after", message="m2")
    await watcher.sees("● after")

    assert watcher.replays == 1
    assert watcher.terminal is not None
    assert watcher.terminal.is_alternate
    assert watcher.terminal.takes_paste
    late = await Watcher.attach(workspace.server, session)
    await late.sees("● after")
    assert late.text == watcher.text, "painted or followed, it is the same screen"


async def test_several_watch_and_any_of_them_types(workspace: TestWorkspace) -> None:
    session = await begin(workspace)
    one = await Watcher.attach(workspace.server, session)
    two = await Watcher.attach(workspace.server, session)

    one.type("say one\r")
    await two.sees("● one")
    two.type("say two\r")
    await one.sees("● two")

    assert one.text == two.text


async def test_the_size_is_that_of_who_asked_last(workspace: TestWorkspace) -> None:
    session = await begin(workspace)
    one = await Watcher.attach(workspace.server, session, 100, 30)
    await one.until(lambda: one.replays > 0)
    two = await Watcher.attach(workspace.server, session, 70, 20)
    await two.until(lambda: two.replays > 0)

    one.type("size\r")
    await two.sees("● 70x20")
    one.resize(90, 25)
    await two.until(lambda: two.replays > 1)
    one.type("size\r")
    await two.sees("● 90x25")
    watching = await Watcher.attach(workspace.server, session)
    await watching.sees("● 90x25")

    assert one.text == two.text == watching.text


async def test_answers_of_a_watchers_terminal_are_not_typed(
    workspace: TestWorkspace,
) -> None:
    session = await begin(workspace)
    watcher = await Watcher.attach(workspace.server, session)

    watcher.type("\x1b[?62;22c\x1b[24;80R\x1b]11;rgb:0000/0000/0000\x1b\\")
    watcher.type("say typed\r")
    await watcher.sees("● typed")

    assert "62;22" not in watcher.text
    assert "rgb" not in watcher.text


async def test_a_slow_watcher_holds_up_nobody_and_is_right_in_the_end(
    workspace: TestWorkspace,
) -> None:
    session = await begin(workspace)
    slow = await Watcher.attach(workspace.server, session)
    quick = await Watcher.attach(workspace.server, session)
    await slow.until(lambda: slow.replays == 1)
    slow.stop_reading()

    end = await workspace.turn(session, "flood 12000\nsay done")

    assert end["stop_reason"] == "end_turn"
    await quick.sees("● done", seconds=60)
    slow.go_on_reading()
    await slow.sees("● done", seconds=60)
    assert slow.replays > 1
    assert len(slow.received) < 8 * 1024 * 1024, "it was not sent what it missed"
    assert slow.text == quick.text


async def test_watchers_stay_while_the_agent_is_started_again(
    workspace: TestWorkspace,
) -> None:
    session = await begin(workspace)
    watcher = await Watcher.attach(workspace.server, session, 80, 24)
    await watcher.sees("Welcome")

    watcher.type("say before\r")
    await watcher.sees("● before")
    watcher.type("die\r")
    # It may be started again in the same moment.
    await workspace.server.until(
        lambda: (
            ("exited", "process") in states(workspace)
            and workspace.server.state == "idle"
        )
    )
    await watcher.until(lambda: "before" not in watcher.text and "❯" in watcher.text)
    watcher.type("size\r")
    await watcher.sees("● 80x24")

    assert not watcher.reason


async def test_the_end_of_the_workspace_is_told(workspace: TestWorkspace) -> None:
    session = await begin(workspace)
    watcher = await Watcher.attach(workspace.server, session)
    await watcher.sees("Welcome")

    await workspace.stop()

    assert watcher.reason == "the workspace is stopping"


async def test_who_speaks_something_else_is_sent_away(workspace: TestWorkspace) -> None:
    session = await begin(workspace)
    watcher = await Watcher.attach(workspace.server, session)

    watcher.say(b"GET / HTTP/1.1\r\n\r\n")
    await watcher.until(lambda: bool(watcher.reason))

    assert "no frame is of kind" in watcher.reason


async def test_a_terminal_that_is_not_there_is_refused_in_words(
    workspace: TestWorkspace,
) -> None:
    await begin(workspace)

    with pytest.raises(StreamReset, match="there is no session nobody"):
        await Watcher.attach(workspace.server, "nobody")


async def test_an_agent_that_still_starts_can_be_watched(
    workspace: TestWorkspace,
) -> None:
    answer = await workspace.try_begin(
        "mine", driver="tui", command=list(tui_agents.command("wants-trust"))
    )
    session = str(answer["result"]["id"])

    watcher = await Watcher.attach(workspace.server, session)
    await watcher.sees("Do you trust")
    watcher.type("1")
    await workspace.server.until(lambda: workspace.server.state == "idle")

    assert "❯" in watcher.text
