"""`taskyard task terminal` at a real terminal, beside a real server."""

import asyncio
import fcntl
import os
import pty
import signal
import struct
import sys
import termios
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, final

import pytest
import pytest_asyncio
from typing_extensions import override

from taskyard.protocol.link import Command, Reply
from taskyard.protocol.terminal import FrameKind, encode, encode_object
from taskyard.runner.agents.tui.emulators import open_terminal
from taskyard.testing.runners import FakeRunner
from tests.integration.server.tasks.terminals import TerminalRunner
from tests.support.provisioning import provisioner, yard
from tests.support.serving import served
from tests.support.tasks import Active, Bench, bench

__all__ = ["bench", "provisioner", "yard"]

pytestmark = pytest.mark.asyncio


class ObedientRunner(TerminalRunner):
    """Moves control, and says so; `stays` is why it does not go back to the chat."""

    stays = ""

    @override
    def answer(self, command: Command) -> Reply | None:
        if command["name"] != "set_control":
            return super().answer(command)
        controller = str(command["args"]["controller"])
        if controller == "chat" and self.stays:
            return Reply(
                type="reply",
                id=command["id"],
                ok=False,
                code="busy",
                error=self.stays,
            )
        self.session_event(
            command["args"]["session_id"],
            "control",
            "control",
            controller=controller,
            by="user",
        )
        return super().answer(command)


@final
class Person:
    """Somebody at a terminal of 90 × 25, who has started the command there."""

    def __init__(self, process: asyncio.subprocess.Process, master: int) -> None:
        self.process = process
        self.screen = open_terminal(90, 25)
        self.raw = bytearray()
        self._master = master
        self._changed = asyncio.Event()
        asyncio.get_running_loop().add_reader(master, self._read)

    @classmethod
    async def sits_down(
        cls, url: str, token: str, home: Path, *arguments: str
    ) -> "Person":
        master, slave = pty.openpty()
        _set_size(master, 90, 25)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "taskyard.cli", "task", "terminal", *arguments),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(home),
                "TERM": "xterm-256color",
                "TASKYARD_CONFIG_DIR": str(home / "config"),
                "TASKYARD_URL": url,
                "TASKYARD_TOKEN": token,
            },
            start_new_session=True,
            # So that the kernel tells it of sizes.
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(slave)
        return cls(process, master)

    @property
    def modes(self) -> Any:
        return termios.tcgetattr(self._master)

    def types(self, keys: bytes) -> None:
        os.write(self._master, keys)

    def drags_the_window(self, columns: int, rows: int) -> None:
        _set_size(self._master, columns, rows)

    async def until(self, claim: Callable[[], bool]) -> None:
        try:
            async with asyncio.timeout(30):
                while not claim():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise AssertionError(
                f"it did not become true; shown:\n{bytes(self.raw)!r}"
            ) from None

    async def sees(self, text: str) -> None:
        await self.until(lambda: text in self.screen.text())

    async def reads(self, text: str) -> None:
        """Anywhere in what was written, also what is no longer shown."""
        await self.until(lambda: text.encode() in self.raw)

    async def leaves(self) -> int:
        async with asyncio.timeout(30):
            return await self.process.wait()

    def _read(self) -> None:
        try:
            data = os.read(self._master, 65536)
        except OSError:
            data = b""
        if not data:
            asyncio.get_running_loop().remove_reader(self._master)
        self.raw += data
        self.screen.feed(data)
        self._changed.set()


def _set_size(master: int, columns: int, rows: int) -> None:
    packed = struct.pack("HHHH", rows, columns, 0, 0)
    fcntl.ioctl(master, termios.TIOCSWINSZ, packed)


@pytest_asyncio.fixture
async def active(bench: Bench) -> AsyncIterator[Active]:
    """A task whose agent is in the chat, and can be handed over."""
    made = await bench.active()
    await made.replace(ObedientRunner)
    made.runner.start_session(id_=made.session, terminal="handover")
    made.runner.state(made.session, "idle")
    await made.runner.settled()
    yield made


@pytest_asyncio.fixture
async def person(
    active: Active, bench: Bench, tmp_path: Path
) -> AsyncIterator[Callable[..., Any]]:
    people: list[Person] = []
    async with served(bench.app, sockets=True) as url:

        async def sits_down(*flags: str) -> Person:
            made = await Person.sits_down(
                url, bench.yard.owner.token, tmp_path, active.task["name"], *flags
            )
            people.append(made)
            return made

        yield sits_down
        for each in people:
            if each.process.returncode is None:
                each.process.kill()
                await each.process.wait()


def runner_of(active: Active) -> ObedientRunner:
    assert isinstance(active.runner, ObedientRunner)
    return active.runner


def given(runner: FakeRunner) -> list[str]:
    return [
        str(c["args"]["controller"])
        for c in runner.commands
        if c["name"] == "set_control"
    ]


async def test_a_person_takes_the_agent_uses_it_and_gives_it_back(
    active: Active, person: Callable[..., Any]
) -> None:
    runner = runner_of(active)

    who = await person("--take")
    await who.sees("painted")
    before = who.modes
    who.types(b"hi\r")
    typed = await runner.terminals[0].got(1)
    who.drags_the_window(70, 20)
    resized = await runner.terminals[0].got(2)
    runner.terminals[0].say(encode(FrameKind.OUTPUT, b"\x1b[2;1Hlive"))
    await who.sees("live")
    who.types(b"\x1d")
    code = await who.leaves()

    assert code == 0
    await who.reads("Ctrl-] detaches")
    await who.reads("The chat has the agent again.")
    assert given(runner) == ["terminal", "chat"]
    assert (runner.targets[0]["columns"], runner.targets[0]["rows"]) == (90, 25)
    assert typed[0].content == b"hi\r"
    assert resized[1].object() == {"columns": 70, "rows": 20}
    assert not before[3] & termios.ECHO, "keys were handed on as they are"


async def test_the_persons_terminal_is_itself_again(
    active: Active, person: Callable[..., Any]
) -> None:
    runner = runner_of(active)
    who = await person("--take")
    await who.sees("painted")
    modes = b"\x1b[?1049h\x1b[?2004h\x1b[?1003h\x1b[?25l\x1b[>1u"
    runner.terminals[0].say(encode(FrameKind.OUTPUT, modes))
    await who.until(lambda: who.screen.is_alternate)

    who.types(b"\x1b[93;5u")
    await who.leaves()
    await who.reads("The chat has the agent again.")

    assert not who.screen.is_alternate
    assert not who.screen.takes_paste
    assert b"?1003h" not in who.screen.paint()
    assert who.modes[3] & termios.ECHO
    assert who.modes[3] & termios.ICANON


async def test_a_killed_command_leaves_the_terminal_in_order(
    active: Active, person: Callable[..., Any]
) -> None:
    who = await person("--take")
    await who.sees("painted")

    who.process.send_signal(signal.SIGTERM)
    await who.leaves()

    assert who.modes[3] & termios.ECHO
    assert given(runner_of(active)) == ["terminal", "chat"]


async def test_it_asks_before_it_takes_the_agent(
    active: Active, person: Callable[..., Any]
) -> None:
    who = await person()
    await who.reads("Hand it over to its terminal?")
    who.types(b"n\r")

    code = await who.leaves()

    assert code != 0
    assert not given(runner_of(active))


async def test_an_agent_without_a_terminal_is_a_failure_that_says_so(
    active: Active, person: Callable[..., Any]
) -> None:
    active.runner.start_session(id_=active.session, terminal="none")
    await active.runner.settled()

    who = await person()
    code = await who.leaves()

    assert code == 5
    await who.reads("This agent cannot be used in a terminal")
    assert who.modes[3] & termios.ECHO


async def test_an_agent_that_works_stays_in_its_terminal(
    active: Active, person: Callable[..., Any]
) -> None:
    runner = runner_of(active)
    runner.stays = "the agent works in its terminal"
    who = await person("--take")
    await who.sees("painted")

    who.types(b"\x1d")
    code = await who.leaves()

    assert code == 0
    await who.reads("the agent works in its terminal")
    await who.reads(f"taskyard task control {active.task['name']} chat")


async def test_the_end_of_the_agents_program_is_told(
    active: Active, person: Callable[..., Any]
) -> None:
    runner = runner_of(active)
    who = await person("--take", "--keep")
    await who.sees("painted")

    runner.terminals[0].say(encode_object(FrameKind.CLOSED, reason="claude ended"))
    code = await who.leaves()

    assert code == 0
    await who.reads("claude ended")
    assert given(runner) == ["terminal"]


async def test_a_lost_connection_is_found_again(
    active: Active, person: Callable[..., Any]
) -> None:
    who = await person("--take")
    await who.sees("painted")

    runner = runner_of(active)
    await runner.drop()
    await runner.connect()
    await who.until(lambda: who.raw.count(b"painted") > 1)
    who.types(b"x")
    typed = await runner.terminals[-1].got(1)
    who.types(b"\x1d")
    await who.leaves()

    assert typed[0].content == b"x"


async def test_without_a_terminal_it_says_what_to_do(
    active: Active, bench: Bench, tmp_path: Path
) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "taskyard.cli", "task", "terminal", "x"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
    )
    out, _ = await process.communicate()

    assert process.returncode == 2
    assert b"needs a terminal at both ends" in out
    assert active.bench is bench
