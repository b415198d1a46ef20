"""`taskyard hook AGENT`: quick, silent and harmless, whatever the runner does."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

COMMAND = (sys.executable, "-m", "taskyard.runner", "hook", "claude-code")


class Door:
    """The runner's socket."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lines: list[bytes] = []
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(str(path))
        self._socket.listen()
        self._thread = threading.Thread(target=self._serve)

    def open(self) -> None:
        self._thread.start()

    def close(self) -> list[bytes]:
        """The lines that came."""
        if self._socket.fileno() >= 0:
            self._socket.shutdown(socket.SHUT_RDWR)
            self._socket.close()
        if self._thread.ident is not None:
            self._thread.join()
        return self._lines

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as lines:
                self._lines += lines


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    made = Door(tmp_path / "runner.sock")
    yield made
    made.close()


def run(payload: bytes, path: Path) -> float:
    """Run the hook; it must succeed and say nothing. Returns how long it took."""
    began = time.monotonic()
    done = subprocess.run(
        COMMAND,
        input=payload,
        capture_output=True,
        check=False,
        env={
            **os.environ,
            "TASKYARD_RUNNER_SOCKET": str(path),
            "TASKYARD_SESSION_KEY": "chat",
        },
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    return time.monotonic() - began


def test_the_payload_reaches_the_runner(door: Door) -> None:
    door.open()
    payload = {"hook_event_name": "Stop", "text": 'a\nb"c'}

    run(json.dumps(payload, indent=2).encode(), door.path)

    [request] = map(json.loads, door.close())
    assert request == {
        "method": "hook",
        "params": {"key": "chat", "agent": "claude-code", "payload": payload},
    }


def test_a_payload_of_60_mb_is_cut(door: Door) -> None:
    door.open()
    payload = {"session_id": "c", "tool_response": ["x" * 60_000_000], "last": "y"}

    run(json.dumps(payload).encode(), door.path)

    [request] = map(json.loads, door.close())
    assert request["params"]["payload"]["last"] == "y"
    assert len(json.dumps(request)) < 1_000_000


@pytest.mark.parametrize("payload", [b"", b"garbage\n\xff", b"[" * 2_000_000])
def test_garbage_is_no_failure(door: Door, payload: bytes) -> None:
    door.open()

    run(payload, door.path)


def test_a_runner_that_is_away_is_not_felt(tmp_path: Path) -> None:
    assert run(b"{}", tmp_path / "nobody.sock") < 5


def test_a_runner_that_does_not_listen_is_not_waited_for(door: Door) -> None:
    large = json.dumps({"text": "x" * 1_000_000}).encode()

    assert run(large, door.path) < 5
