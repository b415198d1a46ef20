"""`agentapi attach`: a terminal onto a running server: its screen here, our keys there.

An agent that speaks ACP has no screen: its conversation is shown, with a line to type a
message below it.
"""

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
from itertools import pairwise
from typing import Any, Final, final
from urllib.parse import urlsplit

__all__ = ["CannotAttach", "attach", "fitting"]

_TIMEOUT: Final = 10.0
_DETACH: Final = b"\x1d"  # Ctrl-]: nothing an agent needs
_CLEAR: Final = "\x1b[H\x1b[2J"


class CannotAttach(Exception):
    """There is no server, or no terminal here; the text says which."""


def attach(url: str) -> int:
    """Show the screen until the agent ends or Ctrl-] is pressed. Raises `CannotAttach`."""
    server = _server(url)
    if not sys.stdin.isatty():
        raise CannotAttach("standard input is not a terminal")
    has_terminal = server.call("GET", "/status").get("transport") != "acp"
    view = _View(server, line=None if has_terminal else "")
    with _raw_terminal():
        threading.Thread(target=view.show, daemon=True).start()
        view.type()
    return 0


def fitting(screen: str, rows: int) -> list[str]:
    """As many lines of the end as fit; a compatible terminal is taller than a person's.

    Then without the gap that an agent leaves above its input box.
    """
    lines = screen.split("\n")
    if len(lines) > rows:
        pairs = pairwise(["-", *lines])
        lines = [line for above, line in pairs if line.strip() or above.strip()]
    return lines[-max(rows, 1) :]


def _server(url: str) -> "_Server":
    try:
        address = urlsplit(url)
        host, port = address.hostname, address.port
    except ValueError as exc:
        raise CannotAttach(f"the URL {url!r} cannot be used: {exc}") from exc
    if address.scheme != "http" or not host:
        raise CannotAttach(f"the URL {url!r} must look like http://localhost:3284")
    return _Server(host, port or 80, address.path.rstrip("/"))


@final
class _Server:
    def __init__(self, host: str, port: int, base: str) -> None:
        self._host = host
        self._port = port
        self._base = base

    def call(
        self, method: str, path: str, body: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """The JSON of an answer. Raises `CannotAttach` for anything but 200."""
        connection = http.client.HTTPConnection(
            self._host, self._port, timeout=_TIMEOUT
        )
        try:
            text = None if body is None else json.dumps(body)
            headers = {"content-type": "application/json"}
            connection.request(method, self._base + path, text, headers)
            answer = connection.getresponse()
            data = answer.read()
        except (OSError, http.client.HTTPException) as exc:
            raise CannotAttach(
                f"no server answers at {self._host}:{self._port}: {exc}"
            ) from exc
        finally:
            connection.close()
        if answer.status != http.client.OK:
            raise CannotAttach(f"the server answered {answer.status}: {data[:200]!r}")
        return dict(json.loads(data))

    def stream(self, path: str) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection(self._host, self._port)
        connection.request("GET", self._base + path)
        return connection.getresponse()


@final
class _View:
    """`line` is what is typed for an agent without a terminal; None for one with."""

    def __init__(self, server: _Server, *, line: str | None) -> None:
        self._server = server
        self._line = line
        self._screen = ""
        self._problem = ""
        self._stopped = threading.Event()
        self._drawing = threading.Lock()

    def show(self) -> None:
        """Draw each screen until the stream ends; then the server has, and so do we."""
        try:
            for line in self._server.stream("/internal/screen"):
                if self._stopped.is_set():
                    return
                if line.startswith(b"data: "):
                    self._screen = str(json.loads(line[6:])["screen"])
                    self._draw()
        except (OSError, http.client.HTTPException, ValueError):
            pass
        finally:
            self._stopped.set()

    def type(self) -> None:
        """Hand on what is typed until Ctrl-] or the end."""
        loop = asyncio.new_event_loop()
        gone = loop.create_future()

        def typed() -> None:
            if gone.done():
                return
            data = os.read(0, 4096)
            if not data or _DETACH in data:
                gone.set_result(None)
                return
            try:
                self._take(data.decode("utf-8", "replace"))
            except CannotAttach as exc:
                self._problem = str(exc)
                self._draw()

        def look() -> None:
            if self._stopped.is_set() and not gone.done():
                gone.set_result(None)
            loop.call_later(0.2, look)

        loop.add_reader(0, typed)
        look()
        try:
            loop.run_until_complete(gone)
        finally:
            loop.close()
            self._stopped.set()

    def _take(self, keys: str) -> None:
        if self._line is None:
            self._send("raw", keys)
            return
        self._problem = ""
        # A menu is open, or the turn is to end: keys, not a message.
        if not self._line and (
            keys in "\x03\r" or keys[0] in "\x1b\t" or self._asks(keys)
        ):
            self._send("raw", keys)
            return
        for key in keys:
            if key == "\r" and self._line.strip():
                self._send("user", self._line)
                self._line = ""
            elif key in "\b\x7f":
                self._line = self._line[:-1]
            elif key.isprintable():
                self._line += key
        self._draw()

    def _asks(self, keys: str) -> bool:
        return keys.isdecimal() and "Permission needed:" in self._screen

    def _send(self, kind: str, content: str) -> None:
        self._server.call("POST", "/message", {"type": kind, "content": content})

    def _draw(self) -> None:
        size = fcntl.ioctl(1, termios.TIOCGWINSZ, b"\0" * 8)
        rows, columns = struct.unpack("HHHH", size)[:2]
        below = [] if self._line is None else ["", self._problem, f"> {self._line}"]
        room = (rows or 24) - len(below)
        lines = [*fitting(self._screen, room), *below]
        cut = [line[: columns or 80] for line in lines]
        with self._drawing:
            sys.stdout.write(_CLEAR + "\r\n".join(cut))
            sys.stdout.flush()


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
