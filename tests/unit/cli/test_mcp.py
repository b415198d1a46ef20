"""`taskyard mcp serve`: one JSON message a line, on standard input and output."""

import json
import os
import signal
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from tests.support import wire
from tests.support.fake_api import FakeApi, refusal
from tests.unit.cli.conftest import Taskyard


def lines(*messages: dict[str, Any]) -> str:
    return "".join(json.dumps({"jsonrpc": "2.0", **each}) + "\n" for each in messages)


def call(tool: str, **arguments: str) -> dict[str, Any]:
    params = {"name": tool, "arguments": arguments}
    return {"id": 7, "method": "tools/call", "params": params}


def test_messages_are_answered_in_order_until_the_input_ends(
    taskyard: Taskyard, api: FakeApi
) -> None:
    api.on("GET /users/me", wire.user())
    api.on("DELETE /tasks/ada/fix-it", None)
    told = lines(
        {"id": 1, "method": "initialize", "params": {}},
        {"method": "notifications/initialized"},
        call("coder_delete_task", task_id="ada/fix-it"),
    )

    ran = taskyard("mcp", "serve", stdin=told)

    first, second = (json.loads(line) for line in ran.out.splitlines())
    assert ran.code == 0, ran.err
    server = first["result"]["serverInfo"]
    assert server == {"name": "taskyard", "version": metadata.version("taskyard")}
    assert second["id"] == 7
    assert second["result"]["isError"] is False
    assert len(api.bodies("DELETE /tasks/ada/fix-it")) == 1


def test_only_allowed_tools_are_offered(taskyard: Taskyard, api: FakeApi) -> None:
    api.on("GET /users/me", wire.user())
    told = lines({"id": 1, "method": "tools/list"}, call("coder_delete_task"))

    ran = taskyard("mcp", "serve", "--allowed-tools", "coder_list_tasks", stdin=told)

    listed, refused = (json.loads(line) for line in ran.out.splitlines())
    assert [t["name"] for t in listed["result"]["tools"]] == ["coder_list_tasks"]
    assert refused["result"]["isError"] is True


def test_what_the_server_refuses_is_told_to_the_model(
    taskyard: Taskyard, api: FakeApi
) -> None:
    api.on("GET /users/me", wire.user())
    api.on("POST /tasks/me/x/pause", refusal(409, "conflict", "It is paused already."))

    ran = taskyard("mcp", "serve", stdin=lines(call("coder_pause_task", task_id="x")))

    result = json.loads(ran.out)["result"]
    assert result["isError"] is True
    assert "It is paused already" in result["content"][0]["text"]


def test_who_is_not_signed_in_is_told_at_once(taskyard: Taskyard, api: FakeApi) -> None:
    api.on("GET /users/me", refusal(401, "unauthenticated", "Sign in."))

    ran = taskyard("mcp", "serve")

    assert ran.code != 0
    assert ran.out == ""
    assert "taskyard login" in ran.err


def test_an_interrupt_ends_it_while_it_waits_for_input(
    api: FakeApi, tmp_path: Path
) -> None:
    api.on("GET /users/me", wire.user())
    environment = os.environ | {
        "TASKYARD_URL": api.url,
        "TASKYARD_TOKEN": "a-token",
        "TASKYARD_CONFIG_DIR": str(tmp_path),
    }

    with subprocess.Popen(
        [sys.executable, "-m", "taskyard.cli", "mcp", "serve"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    ) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        program.stdin.write(lines({"id": 1, "method": "ping"}).encode())
        program.stdin.flush()
        answer = program.stdout.readline()
        program.send_signal(signal.SIGINT)
        # Its input stays open: what ends it is the signal.
        program.wait(timeout=20)
        err = program.stderr.read() if program.stderr else b""

    assert json.loads(answer) == {"jsonrpc": "2.0", "id": 1, "result": {}}
    assert program.returncode == 130
    assert b"Traceback" not in err
