"""The agentapi module's scripts around the real `agentapi` and a terminal agent."""

import json
import os
import shlex
import stat
import sys
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from typing_extensions import override

from taskyard.testing import tui_agents
from taskyard.testing.installation import free_port
from tests.integration.provisioner.yard import Yard
from tests.integration.registry.home import Home
from tests.integration.registry.test_agentapi_scripts import agentapi_scripts
from tests.integration.runner.agentapi.client import Client

pytestmark = pytest.mark.asyncio(loop_scope="module")

#: As the start scripts of agent modules are: arguments are `true PORT`.
START = f"""#!/bin/bash
exec agentapi server --type claude --port "$2" --term-width 67 --term-height 1190 \\
  -- {shlex.join(tui_agents.command("polite"))}
"""


class SnapshotTaker(BaseHTTPRequestHandler):
    """The server that takes the end of the conversation."""

    taken: list[dict[str, Any]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.taken.append(json.loads(body))
        self.send_response(204)
        self.end_headers()

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Tests are quiet."""


@pytest.fixture
def snapshots() -> Iterator[tuple[int, list[dict[str, Any]]]]:
    class Handler(SnapshotTaker):
        taken = []  # noqa: RUF012 - one for the test

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_port, Handler.taken
        server.shutdown()
        thread.join()


@asynccontextmanager
async def talking(port: int) -> AsyncGenerator[Client]:
    client = Client(f"http://127.0.0.1:{port}")
    try:
        yield client
    finally:
        await client.close()


async def test_an_agent_is_started_spoken_to_stopped_and_goes_on(
    yard: Yard, home: Home, snapshots: tuple[int, list[dict[str, Any]]]
) -> None:
    source = Path(__file__).parents[3] / "src"
    home.add_command(
        "agentapi",
        f'#!/bin/sh\nPYTHONPATH={source} exec {sys.executable} -m taskyard.runner agentapi "$@"\n',
    )
    port = free_port()
    start, stop = await agentapi_scripts(yard, port, START, snapshot=True)
    server = {
        "CODER_AGENT_URL": f"http://127.0.0.1:{snapshots[0]}",
        "CODER_AGENT_TOKEN": "token",
    }

    started = home.run(start)
    assert started.returncode == 0, started.stderr
    pids = [int((home.path / "pid").read_text())]
    async with talking(port) as client:
        await client.until_status("stable")
        first = await client.turn("say one")
        size = await client.turn("size")
    stopped = home.run(stop, **server)
    again = home.run(start)
    pids.append(int((home.path / "pid").read_text()))
    async with talking(port) as client:
        restored = await client.messages()
    end = home.run(stop, **server)

    state = home.path / "state.json"
    assert (first, size) == ("● one", "● 67x1190")
    assert stopped.returncode == 0, stopped.stderr
    assert again.returncode == 0, again.stderr
    assert [m["content"] for m in restored] == ["say one", "● one", "size", "● 67x1190"]
    assert end.returncode == 0, end.stderr
    assert stat.S_IMODE(state.stat().st_mode) == 0o600
    assert [m["role"] for m in snapshots[1][0]["messages"]] == ["user", "agent"] * 2
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
