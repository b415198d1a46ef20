"""Run one program: lines as they come, a polite stop, and no process left behind."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from taskyard.provisioner.engine.stop import Stop

__all__ = ["Program", "run_program"]

_LAUNCHER: Final = Path(__file__).with_name("launch.py")
# A line of Terraform's is a few hundred bytes; one with a whole file in it is cut.
_LINE_BYTES: Final = 1 << 20
_CHUNK: Final = 1 << 16
# For what is in the pipe when the program has ended.
_DRAIN_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    kind: str  # "binary" or "library", as launch.py knows them
    path: Path

    def command(self, *arguments: str) -> list[str]:
        launcher = [sys.executable, "-I", "-S", str(_LAUNCHER), str(os.getpid())]
        return [*launcher, self.kind, str(self.path), *arguments]


async def run_program(
    program: Program,
    arguments: list[str],
    *,
    directory: Path,
    environment: Mapping[str, str],
    on_line: Callable[[str], None],
    stop: Stop,
    grace: float,
) -> int:
    """Exit code. `on_line` gets each line of stdout and stderr, without its end.

    `stop.asked` sends SIGINT, and SIGKILL to the whole group `grace` seconds later, or
    at once with `stop.killed` or when this coroutine is cancelled.
    """
    async with _pipe() as (stream, write_end):
        try:
            process = await asyncio.create_subprocess_exec(
                *program.command(*arguments),
                cwd=directory,
                env=dict(environment),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=write_end,
                stderr=write_end,
                start_new_session=True,  # plugins and local-exec are killed with it
            )
        finally:
            os.close(write_end)
        try:
            async with asyncio.TaskGroup() as group:
                reader = group.create_task(_read_lines(stream, on_line))
                ender = group.create_task(_end_when_asked(process, stop, grace))
                await process.wait()
                ender.cancel()
                # What it left in the background goes with the run, and lets go of the
                # pipe; unless it made a session of its own.
                _kill_group(process.pid)
                _, late = await asyncio.wait({reader}, timeout=_DRAIN_SECONDS)
                if late:
                    reader.cancel()
        finally:
            _kill_group(process.pid)
            await process.wait()
    return process.returncode or 0


@asynccontextmanager
async def _pipe() -> AsyncGenerator[tuple[asyncio.StreamReader, int]]:
    """The reading side as a stream, and the other side, which the caller closes.

    Not `stdout=PIPE`: asyncio gives no way to close that one while a stranger holds the
    other end.
    """
    read_end, write_end = os.pipe()
    stream = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(stream), os.fdopen(read_end, "rb")
    )
    try:
        yield stream, write_end
    finally:
        transport.close()


async def _end_when_asked(
    process: asyncio.subprocess.Process, stop: Stop, grace: float
) -> None:
    await stop.asked.wait()
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGINT)
    with suppress(TimeoutError):
        async with asyncio.timeout(grace):
            await stop.killed.wait()
    _kill_group(process.pid)


def _kill_group(leader: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


async def _read_lines(
    stream: asyncio.StreamReader, on_line: Callable[[str], None]
) -> None:
    pending, is_cut = b"", False
    while chunk := await stream.read(_CHUNK):
        *lines, pending = (pending + chunk).split(b"\n")
        for line in lines:
            if not is_cut:
                on_line(line.decode("utf-8", "replace"))
            is_cut = False
        if len(pending) > _LINE_BYTES:
            if not is_cut:
                on_line(pending[:_LINE_BYTES].decode("utf-8", "replace"))
            pending, is_cut = b"", True

    if pending and not is_cut:
        on_line(pending.decode("utf-8", "replace"))
