"""`agentapi server` as a process of its own, with a home of its own."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, final

from taskyard.testing.installation import free_port
from taskyard.testing.processes import Process, descendants
from tests.integration.runner.agentapi.client import Client

__all__ = ["AGENTAPI", "Server", "serving", "still_there"]

AGENTAPI: Final = (sys.executable, "-m", "taskyard.runner", "agentapi")
#: A machine of two cores that does other things as well.
PATIENCE_SECONDS: Final = 60


@final
class Server:
    """Starts at once; `client` speaks to it as soon as it listens."""

    def __init__(
        self,
        home: Path,
        words: Sequence[str],
        *,
        stdin: bytes | None = None,
        environment: Mapping[str, str] | None = None,
        program: Sequence[str] = AGENTAPI,
    ) -> None:
        self.port = free_port()
        self.client = Client(f"http://127.0.0.1:{self.port}")
        self.process = subprocess.Popen(
            [*program, "server", *words],
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(home),
                "TMPDIR": str(home),
                "AGENTAPI_PORT": str(self.port),
                **(environment or {}),
            },
            cwd=home,
            stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        if stdin is not None and self.process.stdin is not None:
            self.process.stdin.write(stdin)
            self.process.stdin.close()
            self.process.stdin = None

    async def family_with_daemon(self) -> list[Process]:
        """All its processes, once the daemon that an agent leaves is what it becomes."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                family = descendants({self.process.pid})
                if any(p.words.split()[-1:] in (["300"], ["600"]) for p in family):
                    return family
                await asyncio.sleep(0.05)

    async def ended(self) -> tuple[int, str]:
        """Wait for the end: the exit code and standard error."""
        _, errors = await asyncio.to_thread(
            self.process.communicate, timeout=PATIENCE_SECONDS
        )
        return self.process.returncode, errors.decode()

    async def end(self) -> tuple[int, str]:
        """End it as a person does, if it has not ended."""
        if self.process.poll() is None:
            self.process.terminate()
        return await self.ended()


def still_there(family: Sequence[Process]) -> list[Process]:
    return [p for p in descendants({p.pid for p in family}) if p in family]


@asynccontextmanager
async def serving(
    home: Path,
    *words: str,
    stdin: bytes | None = None,
    environment: Mapping[str, str] | None = None,
    program: Sequence[str] = AGENTAPI,
) -> AsyncGenerator[Server]:
    """A server for `words`, ended with the test."""
    server = Server(home, words, stdin=stdin, environment=environment, program=program)
    try:
        yield server
    finally:
        await server.client.close()
        if server.process.poll() is None:
            await server.end()
