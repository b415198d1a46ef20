"""The agentapi module's scripts, run by a real shell around servers of the test."""

import json
import socket
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from typing_extensions import override

from taskyard.protocol.provisioner import TaskInput
from taskyard.testing.installation import free_port
from tests.integration.provisioner.yard import Yard
from tests.integration.registry.home import Home
from tests.integration.registry.test_modules import AGENTAPI_EVERYTHING, HEAD

pytestmark = pytest.mark.asyncio(loop_scope="module")


class AgentApi(BaseHTTPRequestHandler):
    """Twelve messages, and the server that takes the end of the conversation."""

    messages: list[dict[str, Any]]
    taken: list[tuple[str, str, dict[str, Any]]]

    def do_GET(self) -> None:
        self._answer(200, {"messages": self.messages, "status": "stable"})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        token = self.headers["Coder-Session-Token"]
        self.taken.append((self.path, token, json.loads(body)))
        self._answer(204, None)

    def _answer(self, status: int, document: object) -> None:
        body = b"" if document is None else json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Tests are quiet."""


@pytest.fixture
def agent_api() -> Iterator[tuple[int, type[AgentApi]]]:
    class Handler(AgentApi):
        messages = [  # noqa: RUF012 - one for the test
            {"id": n, "role": "agent", "content": f"message {n}", "time": "t"}
            for n in range(12)
        ]
        taken = []  # noqa: RUF012 - as above

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_port, Handler
        server.shutdown()
        thread.join()


async def agentapi_scripts(
    yard: Yard, port: int, start: str, *, snapshot: bool
) -> tuple[str, str]:
    module = (
        AGENTAPI_EVERYTHING.replace('"agentapi server -- mine"', json.dumps(start))
        .replace("= 3285", f"= {port}")
        .replace(
            "task_log_snapshot            = false",
            f"task_log_snapshot = {str(snapshot).lower()}",
        )
        .replace("/home/coder/project", "~/project")
    )
    workspace = yard.workspace({"main.tf": HEAD + module})
    task = TaskInput(id=workspace.id, prompt="go")
    built = await workspace.build(task=task)
    await workspace.build("delete", task=task)
    scripts = next(a for r in built.resources for a in r.agents).scripts
    by_stage = {s.run_on_stop: s.script for s in scripts}
    return by_stage[False], by_stage[True]


async def test_the_agent_runs_behind_the_api_until_it_is_stopped(
    yard: Yard, home: Home
) -> None:
    port = free_port()
    serve = (
        "#!/bin/bash\n"
        'echo "$@" > ~/arguments; env | grep ^AGENTAPI_ | sort > ~/environment\n'
        'echo $$ > "$AGENTAPI_PID_FILE"; mkdir -p www; touch www/status; trap : USR1\n'
        f'exec {sys.executable} -m http.server "$2" --bind 127.0.0.1 --directory www\n'
    )
    start, stop = await agentapi_scripts(yard, port, serve, snapshot=False)

    started = home.run(start)
    stopped = home.run(stop)

    assert started.returncode == 0, started.stderr
    assert (home.path / "arguments").read_text() == f"true {port}\n"
    environment = (home.path / "environment").read_text()
    assert "AGENTAPI_ALLOWED_HOSTS=*" in environment
    assert f"AGENTAPI_STATE_FILE={home.path}/state.json" in environment
    assert "/apps/mine/chat" in environment
    assert stopped.returncode == 0, stopped.stderr
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5).close()


async def test_an_agent_that_dies_at_once_is_explained(yard: Yard, home: Home) -> None:
    port = free_port()
    start, _ = await agentapi_scripts(
        yard, port, "echo no licence; exit 4", snapshot=False
    )

    done = home.run(start)

    assert done.returncode == 1
    assert "no licence" in done.stderr


async def test_the_end_of_the_conversation_is_sent_when_it_stops(
    yard: Yard, home: Home, agent_api: tuple[int, type[AgentApi]]
) -> None:
    port, handler = agent_api
    _, stop = await agentapi_scripts(yard, port, "true", snapshot=True)

    done = home.run(
        stop, CODER_AGENT_URL=f"http://127.0.0.1:{port}", CODER_AGENT_TOKEN="token"
    )

    assert done.returncode == 0, done.stderr
    [(path, token, body)] = handler.taken
    assert path.endswith("/log-snapshot?format=agentapi")
    assert token == "token"
    assert [m["id"] for m in body["messages"]] == list(range(2, 12))
