"""A real `taskyard server` process, for tests of starting, stopping and dying."""

import asyncio
import os
import re
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from taskyard.testing.installation import free_port

__all__ = ["ServerProcess", "data_dir", "running_server"]

_READY = re.compile(r"Stop +Ctrl-C")
_SETUP_TOKEN = re.compile(r"/setup\?token=([0-9A-Za-z]+)")


@contextmanager
def data_dir() -> Generator[Path]:
    """As root, PostgreSQL runs as another user, who must be able to get there."""
    path = Path(tempfile.mkdtemp(prefix="taskyard-data-"))
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@dataclass(kw_only=True)
class ServerProcess:
    """Started by `start`; what it prints is kept in `output`."""

    data: Path
    port: int = field(default_factory=free_port)
    settings: dict[str, str] = field(default_factory=dict[str, str])
    arguments: tuple[str, ...] = ()
    output: str = ""
    _process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def process(self) -> asyncio.subprocess.Process:
        assert self._process is not None, "not started"
        return self._process

    @property
    def setup_token(self) -> str | None:
        found = _SETUP_TOKEN.search(self.output)
        return found[1] if found else None

    @property
    def postgres_pid(self) -> int:
        pid_file = self.data / "postgres/cluster/postmaster.pid"
        return int(pid_file.read_text().splitlines()[0])

    async def start(self) -> None:
        """Returns when it is ready; fails when it ends instead."""
        await self.spawn()
        async with asyncio.timeout(50):
            while not _READY.search(self.output):
                line = await self._read_line()
                assert line, f"the server ended: {self.output}"

    async def spawn(self) -> None:
        clean = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("TASKYARD_", "ANTHROPIC_", "PYTEST_"))
        }
        self.output = ""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "taskyard.cli", "server", *self.arguments),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=clean
            | {
                "TASKYARD_DATA_DIR": str(self.data),
                "TASKYARD_LISTEN": f"127.0.0.1:{self.port}",
                "TASKYARD_ACCESS_URL": self.url,
                "TASKYARD_PROVISIONERS": "0",
            }
            | self.settings,
        )

    async def ended(self) -> int:
        """Read to the end of the output; the exit code."""
        async with asyncio.timeout(50):
            while await self._read_line():
                pass
            return await self.process.wait()

    async def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return await self.ended()

    async def kill(self) -> None:
        self.process.kill()
        await self.ended()

    async def _read_line(self) -> str:
        assert self.process.stdout is not None
        line = (await self.process.stdout.readline()).decode(errors="replace")
        self.output += line
        return line

    async def create_owner(self, client: httpx.AsyncClient) -> str:
        """Make the first user, `ada`, and log in: the session's token."""
        user = {
            "username": "ada",
            "email": "ada@example.com",
            "password": "correct horse battery",
        }
        made = await client.post(
            "/api/v2/users/first", json=user | {"setup_token": self.setup_token}
        )
        assert made.status_code == 201, made.text
        session = await client.post("/api/v2/users/login", json=user)
        token: str = session.json()["session_token"]
        return token


@asynccontextmanager
async def running_server(
    data: Path, **settings: str
) -> AsyncGenerator[tuple[ServerProcess, httpx.AsyncClient]]:
    """A server and a client for it; killed at the end if it still runs."""
    server = ServerProcess(data=data, settings=settings)
    await server.start()
    try:
        async with httpx.AsyncClient(base_url=server.url, timeout=30) as client:
            yield server, client
    finally:
        if server.process.returncode is None:
            await server.kill()
