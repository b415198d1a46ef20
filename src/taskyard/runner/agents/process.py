"""The process of an agent: its pipes, its last words, its end."""

import asyncio
import pkgutil
import signal
import sys
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple, Self, final

from taskyard.runner.agents.driver import AgentFailed
from taskyard.runner.logs import LineSplitter

__all__ = ["AgentProcess", "Oversized", "clean_environment", "warden_command"]

#: Longer lines are skipped: no agent has a reason to send one, a broken one may.
LINE_BYTES: Final = 32 * 1024 * 1024
READ_BYTES: Final = 64 * 1024
STDERR_LINES: Final = 200
#: The warden sweeps for two seconds at most.
WARDEN_SECONDS: Final = 5.0


class Oversized(NamedTuple):
    """A line that was skipped for its length."""

    head: bytes
    size: int


def clean_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Leave out what a surrounding `npm run` would have put there.

    npm's own variables make an agent's nested npm work in our folder, with our settings.
    """
    return {
        name: value
        for name, value in environment.items()
        if not name.lower().startswith("npm_") and name != "INIT_CWD"
    }


@final
class AgentProcess:
    """An agent under its warden (see `warden`)."""

    def __init__(self, process: asyncio.subprocess.Process, name: str) -> None:
        assert process.stdin is not None  # noqa: S101 - PIPE was asked for
        assert process.stdout is not None  # noqa: S101 - PIPE was asked for
        assert process.stderr is not None  # noqa: S101 - PIPE was asked for
        self._process = process
        self._name = name
        self._input = process.stdin
        self._output = process.stdout
        self._errors = process.stderr
        self._last_words: deque[str] = deque(maxlen=STDERR_LINES)

    @classmethod
    async def start(
        cls, command: Sequence[str], *, environment: Mapping[str, str], directory: Path
    ) -> Self:
        """Start `command`. Raises `AgentFailed` when it cannot be."""
        try:
            process = await asyncio.create_subprocess_exec(
                *warden_command(),
                *command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=clean_environment(environment),
                cwd=directory,
                start_new_session=True,
            )
        except OSError as exc:
            raise AgentFailed(
                f"cannot start {command[0]} in {directory}: {exc.strerror}"
            ) from exc
        return cls(process, Path(command[0]).name)

    @property
    def last_words(self) -> str:
        """The newest lines of standard error."""
        return "\n".join(self._last_words)

    async def send(self, line: bytes) -> None:
        """Write a line. Raises `AgentFailed` when nobody reads any more."""
        try:
            self._input.write(line + b"\n")
            await self._input.drain()
        except (ConnectionError, RuntimeError) as exc:
            raise AgentFailed(f"{self._name} does not listen any more") from exc

    async def lines(self) -> AsyncIterator[bytes | Oversized]:
        """Lines of standard output until its end."""
        rest = bytearray()
        skipped: Oversized | None = None
        while data := await self._output.read(READ_BYTES):
            *ends, tail = data.split(b"\n")
            for end in ends:
                if skipped is not None:
                    yield Oversized(skipped.head, skipped.size + len(end))
                    skipped = None
                else:
                    yield bytes(rest + end)
                rest.clear()
            if skipped is not None:
                skipped = Oversized(skipped.head, skipped.size + len(tail))
            else:
                rest += tail
                if len(rest) > LINE_BYTES:
                    skipped = Oversized(bytes(rest[:256]), len(rest))
                    rest.clear()
            # A flood must not keep the loop from everything else.
            await asyncio.sleep(0)
        if rest:
            yield bytes(rest)

    async def listen_to_errors(self) -> None:
        """Keep the newest lines of standard error until its end."""
        splitter = LineSplitter(self._last_words.append)
        while data := await self._errors.read(READ_BYTES):
            splitter.feed(data)
        splitter.end()

    async def wait(self) -> str:
        """Wait for the end; return a sentence about it."""
        code = await self._process.wait()
        return f"{self._name} ended with exit code {code}"

    async def end(self, grace_seconds: float) -> None:
        """Close its input and wait for the grace, then end it and all it started.

        Without grace its input stays open: the end of input may look like an answer.
        """
        if grace_seconds > 0:
            with suppress(ConnectionError, RuntimeError):
                self._input.close()
            if await self._ended_within(grace_seconds):
                return
        self._signal(signal.SIGTERM)
        if not await self._ended_within(WARDEN_SECONDS):
            self._signal(signal.SIGKILL)
            await self._process.wait()

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


def warden_command() -> list[str]:
    """The warden's source on the command line: inside an archive it is no file."""
    source = pkgutil.get_data("taskyard.runner.agents", "warden.py")
    assert source is not None  # noqa: S101 - it is part of this package
    return [sys.executable, "-I", "-S", "-c", source.decode()]
