"""Carry bytes between two sockets, and serve a listener with a thread a connection."""

import contextlib
import socket
import threading
from collections.abc import Callable
from typing import NamedTuple

__all__ = ["close", "dial", "forward", "serve", "splice"]

_CHUNK = 65_536
_RETRY_SECONDS = 0.05
_HEAD_SECONDS = 10.0
_DIAL_SECONDS = 10.0
_HEAD_BYTES = 65_536

_DOWN = b"""HTTP/1.1 502 Bad Gateway\r
Content-Type: application/json\r
Content-Length: %d\r
Connection: close\r
\r
%s"""
_DOWN_BODY = (
    b'{"message": "The Taskyard server is not reachable at the moment; try again.", '
    b'"detail": "The workspace goes on; connections work again when the server does."}'
)


def serve(
    listener: socket.socket,
    handle: Callable[[socket.socket], None],
    *,
    at_once: int,
    name: str,
) -> None:
    """Handle each connection in a thread, in the background, for ever.

    `handle` owns its socket. Past `at_once` connections, others wait in the backlog.
    """
    listener.settimeout(None)
    loop = _Loop(listener, handle, threading.BoundedSemaphore(at_once))
    threading.Thread(target=loop.run, name=name, daemon=True).start()


class _Loop(NamedTuple):
    listener: socket.socket
    handle: Callable[[socket.socket], None]
    slots: threading.BoundedSemaphore

    def run(self) -> None:
        while True:
            _ = self.slots.acquire()
            try:
                connection, _ = self.listener.accept()
            except OSError:
                # Out of descriptors, or the peer already gone: let others end first.
                self.slots.release()
                _ = threading.Event().wait(_RETRY_SECONDS)
                continue
            try:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                one = threading.Thread(
                    target=self._one, args=(connection,), daemon=True
                )
                one.start()
            except (OSError, RuntimeError):  # it left at once; no more threads
                connection.close()
                self.slots.release()

    def _one(self, connection: socket.socket) -> None:
        try:
            with contextlib.suppress(OSError):  # the peer went away; nothing to tell it
                self.handle(connection)
        finally:
            connection.close()
            self.slots.release()


def dial(server: str) -> socket.socket:
    """Connect to `host:port` or `unix:/path`."""
    if server.startswith("unix:"):
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(server.removeprefix("unix:"))
        except OSError:
            connection.close()
            raise
        return connection
    host, _, port = server.rpartition(":")
    connection = socket.create_connection((host.strip("[]"), int(port)), _DIAL_SECONDS)
    connection.settimeout(None)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def forward(client: socket.socket, server: str) -> None:
    """Connect `client` to the server; say 502 in HTTP while that is down.

    The server is looked for anew for every connection, so it may come and go.
    """
    try:
        upstream = dial(server)
    except OSError:
        _say_down(client)
        return
    splice(client, upstream)


def splice(one: socket.socket, other: socket.socket) -> None:
    """Carry bytes both ways until both have ended; closes both."""
    for each in (one, other):
        each.settimeout(None)
        each.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    try:
        back = threading.Thread(target=_carry, args=(other, one), daemon=True)
        back.start()
        _carry(one, other)
        back.join()
    finally:
        close(one)
        close(other)


def close(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.close()


def _carry(source: socket.socket, target: socket.socket) -> None:
    """One direction; the end of it is passed on, a failure ends both."""
    try:
        while data := source.recv(_CHUNK):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        for each in (source, target):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


def _say_down(client: socket.socket) -> None:
    # The request is read first: closing with unread bytes would reset the connection,
    # and the answer with it.
    client.settimeout(_HEAD_SECONDS)
    head = b""
    while b"\r\n\r\n" not in head and len(head) < _HEAD_BYTES:
        data = client.recv(_CHUNK)
        if not data:
            return
        head += data
    client.sendall(_DOWN % (len(_DOWN_BODY), _DOWN_BODY))
    client.shutdown(socket.SHUT_WR)
