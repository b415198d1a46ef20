"""A person takes a real agent out of a real sandbox into their terminal, and gives it back."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Iterator

import pytest

from taskyard.protocol.terminal import TerminalSize
from taskyard.runner.agents.tui.emulators import open_terminal
from taskyard.runner.agents.tui.terminal import Terminal
from taskyard.sdk import Client
from taskyard.sdk.terminal import Closed, RemoteTerminal, Replay, Resized
from taskyard.testing.installation import Installation, installed

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.agents("claude-code"),
    pytest.mark.timeout(300),
]

FIRST = "document the project structure"
SECOND = "change the primary color theme to purple"


@pytest.fixture(scope="module")
def taskyard() -> Iterator[Installation]:
    with installed() as installation:
        yield installation


class Desk:
    """What a person has before them."""

    def __init__(self, remote: RemoteTerminal) -> None:
        self.remote = remote
        self.screen: Terminal = open_terminal(100, 30)
        self.closed: Closed | None = None
        self._changed = asyncio.Event()

    async def look(self) -> None:
        async for shown in self.remote.shown():
            match shown:
                case Replay(size):
                    self.screen = open_terminal(*size)
                case Resized(size):
                    self.screen.resize(*size)
                case bytes():
                    self.screen.feed(shown)
                case Closed():
                    self.closed = shown
                case _:
                    pass
            self._changed.set()

    async def sees(self, text: str) -> None:
        try:
            async with asyncio.timeout(60):
                while text not in self.screen.text():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise AssertionError(
                f"no {text!r} on the screen:\n{self.screen.text()}"
            ) from None

    async def ends(self) -> Closed:
        async with asyncio.timeout(60):
            while self.closed is None:
                self._changed.clear()
                await self._changed.wait()
        return self.closed


@contextlib.asynccontextmanager
async def sitting_at(client: Client, task: str) -> AsyncGenerator[Desk]:
    async with client.tasks.terminal("me", task, TerminalSize(100, 30)) as remote:
        desk = Desk(remote)
        async with asyncio.TaskGroup() as group:
            looking = group.create_task(desk.look())
            yield desk
            looking.cancel()


async def idle(client: Client, task: str) -> None:
    async with asyncio.timeout(90):
        async with contextlib.aclosing(
            client.tasks.watch_status("me", task)
        ) as watched:
            async for detail in watched:
                if detail.work.status == "idle":
                    return


def test_an_agent_is_used_at_its_own_terminal_and_goes_on_in_the_chat(
    taskyard: Installation,
) -> None:
    name = taskyard.create_task(FIRST)["name"]
    taskyard.until(
        "the first turn is done",
        lambda: any(e["kind"] == "turn_ended" for e in taskyard.events(name)),
        seconds=120,
    )

    async def visit() -> Closed:
        async with Client(taskyard.url, taskyard.token) as client:
            await idle(client, name)
            state = await client.tasks.set_control("me", name, "terminal")
            assert (state.controller, state.terminal) == ("terminal", "handover")
            async with sitting_at(client, name) as desk:
                await desk.sees("docs/STRUCTURE.md")
                detail = await client.tasks.get("me", name)
                assert detail.controller == "terminal"
                assert detail.work.detail.startswith("In the terminal")
                await desk.remote.type(SECOND.encode())
                await desk.sees(SECOND)
                await desk.remote.type(b"\r")
                await desk.sees("purple")
                await asyncio.to_thread(
                    taskyard.until,
                    "the turn at the terminal is written down",
                    lambda: SECOND in taskyard.said_by_user(name),
                    seconds=90,
                )
                await idle(client, name)
                await client.tasks.set_control("me", name, "chat", cancel_turn=True)
                return await desk.ends()

    closed = asyncio.run(visit())

    assert closed.reason == "the chat has control of the agent again"
    taskyard.until_work(name, "idle")
    assert taskyard.detail(name)["controller"] == "chat"
    assert taskyard.said_by_user(name) == [FIRST, SECOND], "both halves, each once"
    follow_up = {"input": FIRST}
    taskyard.post(f"/api/v2/tasks/me/{name}/messages", follow_up)
    taskyard.until(
        "the chat goes on",
        lambda: taskyard.said_by_user(name) == [FIRST, SECOND, FIRST],
        seconds=90,
    )
    taskyard.delete(f"/api/v2/tasks/me/{name}")
    taskyard.until(
        "no process is left", lambda: not taskyard.sandbox_processes(), seconds=60
    )
