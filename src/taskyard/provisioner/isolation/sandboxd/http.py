"""As much HTTP/1.1 as a forwarding proxy needs: one strictly read request a connection."""

import ipaddress
import re
import socket
from typing import NamedTuple

from taskyard.provisioner.isolation.sandboxd import relay

__all__ = [
    "BadRequest",
    "Body",
    "Request",
    "body_of",
    "exchange",
    "is_address",
    "read_request",
    "split_authority",
    "split_url",
]

_HEAD_BYTES = 65_536
_CHUNK = 65_536
_HTTP = 80
_HIGHEST_PORT = 65_535
_LONGEST_NAME = 253
_LINE_END = b"\r\n"
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HOST = re.compile(r"[a-z0-9_.-]+")
_HEX = re.compile(rb"[0-9A-Fa-f]{1,15}")
#: Meant for this hop only, or naming it.
_HOP = frozenset({
    "connection", "keep-alive", "proxy-connection", "proxy-authorization",
    "proxy-authenticate", "te", "trailer", "host",
})  # fmt: skip


class BadRequest(Exception):
    """What came is not HTTP as we are willing to read it."""


class Request(NamedTuple):
    method: str
    target: str
    headers: tuple[tuple[str, str], ...]  # names in lower case

    def values(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name]


class Body(NamedTuple):
    length: int  # bytes; meaningless when chunked
    chunked: bool
    upgrade: bool  # what follows is another protocol, if the server agrees


def read_request(client: socket.socket) -> tuple[Request | None, bytes]:
    """The request's head, and what of its body came with it.

    None when the client left without a word or fell silent. Raises `BadRequest`.
    """
    data = b""
    while b"\r\n\r\n" not in data:
        if len(data) > _HEAD_BYTES:
            raise BadRequest(f"its head is longer than {_HEAD_BYTES} bytes")
        try:
            more = client.recv(_CHUNK)
        except TimeoutError:
            return None, b""
        if not more:
            return None, b""
        data += more
    head, _, rest = data.partition(b"\r\n\r\n")
    return _parse(head), rest


def split_authority(target: str) -> tuple[str, int]:
    """Host (lower case, no trailing dot, no brackets) and port of a CONNECT."""
    host, colon, port = target.rpartition(":")
    if (
        not colon
        or not port.isascii()
        or not port.isdigit()
        or int(port) > _HIGHEST_PORT
    ):
        raise BadRequest("CONNECT needs host:port")
    return _host(host), int(port)


def split_url(target: str) -> tuple[str, int, str]:
    """Host, port and path (with query) of an absolute http URL."""
    if not target.lower().startswith("http://"):
        raise BadRequest("send the whole http:// URL, or CONNECT for https")
    rest = target[7:].partition("#")[0]
    cut = min((rest.index(c) for c in "/?" if c in rest), default=len(rest))
    authority, path = rest[:cut], rest[cut:]
    if authority.startswith("[") and authority.endswith("]"):
        host, port = authority, "80"
    elif ":" in authority:
        host, _, port = authority.rpartition(":")
    else:
        host, port = authority, "80"
    host, number = split_authority(f"{host}:{port}")
    return host, number, path if path.startswith("/") else f"/{path}"


def is_address(host: str) -> bool:
    try:
        _ = ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def body_of(request: Request) -> Body:
    """How the body ends; raises `BadRequest` where two servers could disagree."""
    lengths = request.values("content-length")
    codings = request.values("transfer-encoding")
    if len(lengths) + len(codings) > 1:
        raise BadRequest("it says twice how long its body is")
    if codings and codings[0].lower() != "chunked":
        raise BadRequest(f"transfer-encoding {codings[0]!r} is not understood")
    if lengths and not (lengths[0].isascii() and lengths[0].isdigit()):
        raise BadRequest("its content-length is not a number")
    upgrade = bool(request.values("upgrade"))
    if upgrade and (codings or (lengths and int(lengths[0]))):
        raise BadRequest("an upgrade with a body is not understood")
    return Body(int(lengths[0]) if lengths else 0, bool(codings), upgrade)


def exchange(
    client: socket.socket,
    upstream: socket.socket,
    request: Request,
    body: Body,
    rest: bytes,
) -> None:
    """Send the one request, and carry back whatever the server answers until it closes.

    Nothing beyond the request's own body is sent: a second request behind it would pass
    unjudged.
    """
    upstream.sendall(_head(request, body))
    client.settimeout(None)
    upstream.settimeout(None)
    if body.upgrade:
        answer = _answer_head(upstream)
        client.sendall(answer)
        if answer.startswith((b"HTTP/1.1 101", b"HTTP/1.0 101")):
            upstream.sendall(rest)
            relay.splice(client, upstream)
            return
    elif body.chunked:
        _carry_chunks(client, upstream, rest)
    else:
        _carry_length(client, upstream, rest, body.length)
    while data := upstream.recv(_CHUNK):
        client.sendall(data)
    client.shutdown(socket.SHUT_WR)


def _parse(head: bytes) -> Request:
    text = head.decode("latin-1")
    lines = text.split("\r\n")
    if any("\n" in line or "\r" in line or "\0" in line for line in lines):
        raise BadRequest("a line ends without CR LF, or holds a NUL")
    words = lines[0].split(" ")
    if len(words) != len(("method", "target", "version")) or words[2] not in {
        "HTTP/1.1",
        "HTTP/1.0",
    }:
        raise BadRequest("the request line is not METHOD TARGET HTTP/1.1")
    method, target, _ = words
    if not _TOKEN.fullmatch(method) or not target.isascii() or not target.isprintable():
        raise BadRequest("the request line holds characters that do not belong there")
    headers: list[tuple[str, str]] = []
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if not colon or not _TOKEN.fullmatch(name):
            raise BadRequest("a header is not name: value")
        headers.append((name.lower(), value.strip(" \t")))
    return Request(method, target, tuple(headers))


def _host(text: str) -> str:
    host = text.lower()
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
        if not is_address(host):
            raise BadRequest("the address in brackets is not one")
        return str(ipaddress.ip_address(host))
    host = host.removesuffix(".")
    if not _HOST.fullmatch(host) or len(host) > _LONGEST_NAME:
        raise BadRequest("the host is not a host name")
    return host


def _head(request: Request, body: Body) -> bytes:
    host, port, path = split_url(request.target)
    named = f"[{host}]" if ":" in host else host
    lines = [
        f"{request.method} {path} HTTP/1.1",
        f"host: {named}" if port == _HTTP else f"host: {named}:{port}",
        "connection: upgrade" if body.upgrade else "connection: close",
    ]
    lines += [f"{key}: {value}" for key, value in request.headers if key not in _HOP]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _answer_head(upstream: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data and len(data) <= _HEAD_BYTES:
        more = upstream.recv(_CHUNK)
        if not more:
            break
        data += more
    return data


def _carry_length(
    client: socket.socket, upstream: socket.socket, rest: bytes, length: int
) -> None:
    data = rest[:length]
    upstream.sendall(data)
    left = length - len(data)
    while left:
        data = client.recv(min(left, _CHUNK))
        if not data:
            raise ConnectionResetError
        upstream.sendall(data)
        left -= len(data)


def _carry_chunks(client: socket.socket, upstream: socket.socket, rest: bytes) -> None:
    """Pass the chunks on one by one, and no trailers."""
    buffer = rest
    while True:
        while b"\r\n" not in buffer:
            buffer += _some(client, len(buffer))
        line, _, buffer = buffer.partition(b"\r\n")
        size_text = line.partition(b";")[0].strip()
        if not _HEX.fullmatch(size_text):
            raise BadRequest("a chunk does not start with its size")
        size = int(size_text, 16)
        upstream.sendall(b"%x\r\n" % size)
        if size == 0:
            upstream.sendall(b"\r\n")
            return
        left = size
        while left:
            data, buffer = buffer[:left], buffer[left:]
            upstream.sendall(data)
            left -= len(data)
            if left:
                buffer = _some(client, 0)
        while len(buffer) < len(_LINE_END):
            buffer += _some(client, 0)
        if not buffer.startswith(_LINE_END):
            raise BadRequest("a chunk does not end where it says")
        upstream.sendall(_LINE_END)
        buffer = buffer.removeprefix(_LINE_END)


def _some(client: socket.socket, held: int) -> bytes:
    if held > _HEAD_BYTES:
        raise BadRequest("a chunk's head is too long")
    data = client.recv(_CHUNK)
    if not data:
        raise ConnectionResetError
    return data
