"""Run one program: lines as they come, a polite stop, and no process left behind."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from taskyard.provisioner.engine.stop import Stop

__all__ = ["Program", "run_program"]

_LAUNCHER: Final = Path(__file__).with_name("launch.py")
# A line of Terraform's is a few hundred bytes; one with a whole file in it is cut.
_LINE_BYTES: Final = 1 << 20
_CHUNK: Final = 1 << 16
# A background process that a template left running keeps the pipes open.
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
    process = await asyncio.create_subprocess_exec(
        *program.command(*arguments),
        cwd=directory,
        env=dict(environment),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,  # so that plugins and local-exec can be killed with it
    )
    try:
        async with asyncio.TaskGroup() as group:
            assert process.stdout  # noqa: S101 - PIPE was asked for above
            reader = group.create_task(_read_lines(process.stdout, on_line))
            ender = group.create_task(_end_when_asked(process, stop, grace))
            await process.wait()
            ender.cancel()
            _, late = await asyncio.wait({reader}, timeout=_DRAIN_SECONDS)
            if late:
                reader.cancel()
    finally:
        # After its leader has ended too: what a template left in the background goes
        # with the run.
        _kill_group(process.pid)
        await process.wait()
    return process.returncode or 0


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
