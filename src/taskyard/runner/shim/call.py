"""Ask the runner of this workspace, from a command."""

import json
import os
import socket
import sys
from typing import Any, NoReturn, cast

__all__ = ["CallFailed", "call", "fail"]


class CallFailed(Exception):
    """The runner refused or cannot be reached; the text is for the person at the shell."""


def call(
    method: str, params: dict[str, Any], *, timeout: float | None = 30.0
) -> dict[str, Any]:  # noqa: ASYNC109, RUF100
    """One request, one answer. Raises `CallFailed`."""
    path = os.environ.get("TASKYARD_RUNNER_SOCKET") or os.path.expanduser(  # noqa: PTH111 - pathlib costs 10 ms of start-up
        "~/.taskyard/runner.sock"
    )
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
            door.settimeout(timeout)
            door.connect(path)
            request = {"method": method, "params": params}
            door.sendall(json.dumps(request).encode() + b"\n")
            with door.makefile("rb") as answers:
                line = answers.readline()
        answer = cast("dict[str, Any]", json.loads(line))
    except TimeoutError as exc:
        raise CallFailed(f"the runner did not answer within {timeout:g} s") from exc
    except OSError as exc:
        raise CallFailed(
            f"the runner cannot be reached at {path} ({exc.strerror}); is this a workspace?"
        ) from exc
    except ValueError as exc:
        raise CallFailed("the runner ended before it answered") from exc
    if not answer.get("ok"):
        raise CallFailed(str(answer.get("error")))
    return cast("dict[str, Any]", answer.get("result") or {})


def fail(sentence: str, code: int = 1) -> NoReturn:
    """End the command with a message."""
    sys.stderr.write(f"{os.environ.get('TASKYARD_SHIM', 'taskyard')}: {sentence}\n")
    sys.exit(code)
