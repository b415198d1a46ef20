"""An agent on a terminal of its own: bytes in, keys out, its size, its end."""

import asyncio
import fcntl
import os
import pty
import signal
import struct
import termios
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, Self, final

from taskyard.runner.agents.driver import AgentFailed
from taskyard.runner.agents.process import (
    WARDEN_SECONDS,
    clean_environment,
    warden_command,
)

__all__ = ["TerminalProcess"]

READ_BYTES: Final = 64 * 1024
#: Keys that the agent has not read yet; more than this nobody typed.
PENDING_BYTES: Final = 4 * 1024 * 1024


@final
class TerminalProcess:
    """The agent under its warden (see `warden`), both on the slave side.

    `on_output` is called from the event loop with what the agent wrote, at most 64 KiB at
    a time: other work of the loop comes between, however much the agent writes.
    """

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        master: int,
        name: str,
        on_output: Callable[[bytes], None],
    ) -> None:
        self._process = process
        self._master = master
        self._name = name
        self._on_output = on_output
        self._pending = bytearray()
        self._loop = asyncio.get_running_loop()
        os.set_blocking(master, False)
        self._loop.add_reader(master, self._read)

    @classmethod
    async def start(
        cls,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        directory: Path,
        size: tuple[int, int],
        on_output: Callable[[bytes], None],
    ) -> Self:
        """Start `command` on a terminal of (columns, rows). Raises `AgentFailed`."""
        try:
            master, slave = pty.openpty()
        except OSError as exc:
            raise AgentFailed(f"there is no terminal to be had: {exc}") from exc
        try:
            _set_size(master, *size)
            process = await asyncio.create_subprocess_exec(
                *warden_command(),
                *command,
                stdin=slave,
                stdout=slave,
                stderr=slave,
                env=_terminal_environment(environment),
                cwd=directory,
                start_new_session=True,
            )
        except OSError as exc:
            os.close(master)
            raise AgentFailed(
                f"cannot start {command[0]} in {directory}: {exc.strerror}"
            ) from exc
        finally:
            os.close(slave)
        return cls(process, master, Path(command[0]).name, on_output)

    def write(self, data: bytes) -> None:
        """Type `data`; what the agent does not read yet is kept. Raises `AgentFailed`."""
        if self._master < 0:
            raise AgentFailed(f"{self._name} does not listen any more")
        if len(self._pending) + len(data) > PENDING_BYTES:
            raise AgentFailed(f"{self._name} does not read what is typed")
        if not self._pending and data:
            self._loop.add_writer(self._master, self._flush)
        self._pending += data
        self._flush()

    def try_write(self, data: bytes) -> None:
        """As `write`, where it does not matter whether anybody listens."""
        with suppress(AgentFailed):
            self.write(data)

    def resize(self, columns: int, rows: int) -> None:
        """The kernel tells the agent (SIGWINCH)."""
        if self._master >= 0:
            _set_size(self._master, columns, rows)

    async def wait(self) -> str:
        """Wait for the end; return a sentence about it."""
        code = await self._process.wait()
        self._read_rest()
        return f"{self._name} ended with exit code {code}"

    async def end(self, grace_seconds: float) -> None:
        """Hang up after the grace has passed, then end it and all it started."""
        if grace_seconds > 0 and await self._ended_within(grace_seconds):
            self._hang_up()
            return
        self._signal(signal.SIGTERM)
        if not await self._ended_within(WARDEN_SECONDS):
            self._signal(signal.SIGKILL)
            await self._process.wait()
        self._hang_up()

    def _read(self) -> None:
        try:
            data = os.read(self._master, READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""  # EIO: nobody has the other side open any more
        if data:
            self._on_output(data)
        else:
            self._hang_up()

    def _read_rest(self) -> None:
        """What the agent wrote just before its end."""
        for _ in range(64):
            if self._master < 0:
                return
            self._read()

    def _flush(self) -> None:
        if self._master < 0:
            return
        try:
            written = os.write(self._master, self._pending)
        except BlockingIOError:
            return
        except OSError:
            self._hang_up()
            return
        del self._pending[:written]
        if not self._pending:
            self._loop.remove_writer(self._master)

    def _hang_up(self) -> None:
        if self._master >= 0:
            self._loop.remove_reader(self._master)
            self._loop.remove_writer(self._master)
            os.close(self._master)
            self._master = -1

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            self._process.send_signal(number)

    async def _ended_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._process.wait()
        except TimeoutError:
            return False
        return True


def _set_size(descriptor: int, columns: int, rows: int) -> None:
    fcntl.ioctl(
        descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0)
    )


def _terminal_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """What a program looks at to know what it may draw."""
    clean = clean_environment(environment)
    for name in ("LINES", "COLUMNS", "NO_COLOR", "CI", "TERM_PROGRAM"):
        clean.pop(name, None)
    return {
        "LANG": "C.UTF-8",
        **clean,
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
    }
