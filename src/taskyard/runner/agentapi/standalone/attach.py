"""`agentapi attach`: a terminal onto a running server: its screen here, our keys there."""

import asyncio
import fcntl
import http.client
import json
import os
import struct
import sys
import termios
import threading
import tty
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlsplit

__all__ = ["CannotAttach", "attach"]

_TIMEOUT: Final = 10.0
_DETACH: Final = b"\x1d"  # Ctrl-]: nothing an agent needs


class CannotAttach(Exception):
    """There is no server, or no terminal here; the text says which."""


def attach(url: str) -> int:
    """Show the screen until the agent ends or Ctrl-] is pressed. Raises `CannotAttach`."""
    address = urlsplit(url)
    if address.scheme != "http" or not address.hostname:
        raise CannotAttach(f"the URL {url!r} must look like http://localhost:3284")
    if not sys.stdin.isatty():
        raise CannotAttach("standard input is not a terminal")
    host, port = address.hostname, address.port or 80
    base = address.path.rstrip("/")
    status = _json(host, port, "GET", f"{base}/status")
    if status.get("transport") == "acp":
        raise CannotAttach("this agent speaks ACP: it has no terminal to attach to")
    stopped = threading.Event()
    with _raw_terminal():
        threading.Thread(
            target=_show, args=(host, port, base, stopped), daemon=True
        ).start()
        _type(host, port, base, stopped)
    return 0


def _show(host: str, port: int, base: str, stopped: threading.Event) -> None:
    try:
        connection = http.client.HTTPConnection(host, port)
        connection.request("GET", f"{base}/internal/screen")
        answer = connection.getresponse()
        for line in answer:
            if stopped.is_set():
                return
            if line.startswith(b"data: "):
                _draw(str(json.loads(line[6:])["screen"]))
    except (OSError, http.client.HTTPException, ValueError):
        pass  # the server has ended; so does attaching
    finally:
        stopped.set()


def _draw(screen: str) -> None:
    """As much of the end as fits; a compatible terminal is taller than a person's."""
    size = fcntl.ioctl(1, termios.TIOCGWINSZ, b"\0" * 8)
    rows, columns = struct.unpack("HHHH", size)[:2]
    lines = [line[: columns or 80] for line in screen.split("\n")][-(rows or 24) :]
    sys.stdout.write("\x1b[H\x1b[2J" + "\r\n".join(lines))
    sys.stdout.flush()


def _type(host: str, port: int, base: str, stopped: threading.Event) -> None:
    loop = asyncio.new_event_loop()
    gone = loop.create_future()

    def typed() -> None:
        data = os.read(0, 4096)
        if not data or _DETACH in data:
            gone.set_result(None)
            return
        body = {"type": "raw", "content": data.decode("utf-8", "replace")}
        try:
            _json(host, port, "POST", f"{base}/message", body)
        except CannotAttach:
            stopped.set()

    def look() -> None:
        if stopped.is_set() and not gone.done():
            gone.set_result(None)
        loop.call_later(0.2, look)

    loop.add_reader(0, typed)
    look()
    try:
        loop.run_until_complete(gone)
    finally:
        loop.close()
        stopped.set()


def _json(
    host: str, port: int, method: str, path: str, body: dict[str, Any] | None = None
) -> dict[str, Any]:
    connection = http.client.HTTPConnection(host, port, timeout=_TIMEOUT)
    try:
        text = None if body is None else json.dumps(body)
        connection.request(method, path, text, {"content-type": "application/json"})
        answer = connection.getresponse()
        data = answer.read()
    except (OSError, http.client.HTTPException) as exc:
        raise CannotAttach(f"no server answers at {host}:{port}: {exc}") from exc
    finally:
        connection.close()
    if answer.status != http.client.OK:
        raise CannotAttach(f"the server answered {answer.status}: {data[:200]!r}")
    return dict(json.loads(data))


@contextmanager
def _raw_terminal() -> Generator[None]:
    before = termios.tcgetattr(0)
    sys.stdout.write("\x1b[?1049h")
    try:
        tty.setraw(0)
        yield
    finally:
        termios.tcsetattr(0, termios.TCSADRAIN, before)
        sys.stdout.write("\x1b[?1049l")
        sys.stdout.flush()
