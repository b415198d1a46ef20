"""`taskyard hook AGENT`: hand what an agent's hook says to the runner, and be gone.

The agent waits for it. So it says nothing, always succeeds, and gives up soon: a runner
that is away must not be felt. Few imports, for the same reason.
"""

import os
import socket
from contextlib import suppress
from typing import cast

__all__ = ["main"]

#: From here on, to connect and to hand over.
_SECONDS = 0.5
#: Below the limit of a line at the runner's socket.
_PAYLOAD_BYTES = 1024 * 1024
#: More is not even looked at.
_LARGEST_BYTES = 128 * 1024 * 1024
_TEXT_CHARACTERS = 32 * 1024


def main(arguments: list[str]) -> int:
    with suppress(Exception):
        payload = _input()
        key = os.environ.get("TASKYARD_SESSION_KEY", "")
        if payload and key and arguments:
            _send(_request(key, arguments[0], payload))
    return 0


def _input() -> bytes:
    """All of it, or the agent would find its pipe broken."""
    pieces: list[bytes] = []
    size = 0
    while piece := os.read(0, 1 << 20):
        size += len(piece)
        if size <= _LARGEST_BYTES:
            pieces.append(piece)
    return b"".join(pieces) if size <= _LARGEST_BYTES else b""


def _request(key: str, agent: str, payload: bytes) -> bytes:
    if len(payload) > _PAYLOAD_BYTES:
        payload = _cut(payload)
    # Line breaks in JSON are between values only; the runner reads a request a line.
    line = payload.replace(b"\n", b" ").replace(b"\r", b" ")
    head = f'{{"method":"hook","params":{{"key":{_text(key)},"agent":{_text(agent)},'
    return head.encode() + b'"payload":' + line + b"}}\n"


def _text(text: str) -> str:
    if text.replace("-", "").replace("_", "").isalnum() and text.isascii():
        return f'"{text}"'
    import json  # noqa: PLC0415 - not needed for the usual names

    return json.dumps(text)


def _cut(payload: bytes) -> bytes:
    """A file that a tool has read may be as large as it likes: keep its beginning."""
    import json  # noqa: PLC0415 - not needed for the usual payload

    def shorter(value: object) -> object:
        if isinstance(value, str):
            return value[:_TEXT_CHARACTERS]
        if isinstance(value, dict):
            fields = cast("dict[str, object]", value)
            return {name: shorter(field) for name, field in fields.items()}
        if isinstance(value, list):
            return [shorter(item) for item in cast("list[object]", value)[:100]]
        return value

    cut = json.dumps(shorter(json.loads(payload))).encode()
    return cut if len(cut) <= 3 * _PAYLOAD_BYTES else b"{}"


def _send(request: bytes) -> None:
    path = os.environ.get("TASKYARD_RUNNER_SOCKET") or os.path.expanduser(  # noqa: PTH111 - pathlib costs 10 ms of start-up
        "~/.taskyard/runner.sock"
    )
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
        door.settimeout(_SECONDS)
        door.connect(path)
        # The answer is not waited for: what is sent is read even when we are gone.
        door.sendall(request)
