"""Ask a program whether it speaks ACP (one `initialize`, one answer), or its version."""

import json
import os
import selectors
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Final

__all__ = ["answers_initialize", "says_version"]

_SECONDS: Final = 60.0
_MAX_ANSWER: Final = 1 << 20
_REQUEST: Final[dict[str, Any]] = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": 1, "clientCapabilities": {}},
}


def answers_initialize(
    program: Path, environment: Mapping[str, str], *, seconds: float = _SECONDS
) -> str | None:
    """None when it answers in time; otherwise what is wrong. Leaves no process behind."""
    with (
        tempfile.TemporaryDirectory(prefix="taskyard-agent-check-") as home,
        tempfile.TemporaryFile() as errors,
    ):
        process = subprocess.Popen(
            [str(program)],
            cwd=home,
            env={**environment, "HOME": home, "DISABLE_AUTOUPDATER": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        )
        try:
            problem = _handshake(process, seconds)
        finally:
            _end(process)

        if problem is None:
            return None
        errors.seek(0)
        said = errors.read()[-500:].decode(errors="replace").strip()
        return f"{problem}. It said: {said}" if said else problem


def _handshake(process: "subprocess.Popen[bytes]", seconds: float) -> str | None:
    stdin, stdout = process.stdin, process.stdout
    if stdin is None or stdout is None:
        return "it has no stdin or stdout"

    with suppress(BrokenPipeError):
        stdin.write(json.dumps(_REQUEST).encode() + b"\n")
        stdin.flush()
    return _first_answer(stdout, seconds)


def _first_answer(stdout: IO[bytes], seconds: float) -> str | None:
    deadline = time.monotonic() + seconds
    received = b""
    with selectors.DefaultSelector() as selector:
        selector.register(stdout, selectors.EVENT_READ)
        while (left := deadline - time.monotonic()) > 0 and len(received) < _MAX_ANSWER:
            if not selector.select(left):
                break
            piece = os.read(stdout.fileno(), 65536)
            if not piece:
                return "it ended without answering"

            received += piece
            if any(_is_answer(line) for line in received.split(b"\n")[:-1]):
                return None

    return f"it did not answer an ACP initialize within {seconds:.0f} s"


def _is_answer(line: bytes) -> bool:
    try:
        document: Any = json.loads(line)
    except ValueError:
        return False
    return isinstance(document, dict) and "result" in document


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Agents start helpers: the whole session goes."""
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(BrokenPipeError):
                stream.close()
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def says_version(
    program: Path, version: str, environment: Mapping[str, str]
) -> str | None:
    """None when `--version` names it; otherwise what is wrong."""
    with tempfile.TemporaryDirectory(prefix="taskyard-agent-check-") as home:
        try:
            done = subprocess.run(
                [str(program), "--version"],
                cwd=home,
                env={**environment, "HOME": home},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                timeout=_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"it did not say its version within {_SECONDS:.0f} s"
    if done.returncode == 0 and version in done.stdout:
        return None
    said = done.stdout[-500:].strip()
    return f"it ended with code {done.returncode}. It said: {said or 'nothing'}"
