"""The workspace's only way out: an HTTP proxy that judges, writes down, then connects.

`CONNECT` carries TLS untouched once the name in its ClientHello is the host that was
asked for (otherwise one allowed name on a shared address would open all the others).
Plain HTTP is judged request by request, one a connection. Names are resolved here, the
workspace has no DNS; the address that was checked is the address that is connected to.

Known limit: names that share a certificate and an address can be reached inside an
allowed tunnel (HTTP/2 coalescing). Only interception could see that.
"""

import json
import select
import socket
from collections.abc import Callable
from http import HTTPStatus
from typing import TypedDict

from taskyard.provisioner.isolation.sandboxd import http, relay, tls
from taskyard.provisioner.isolation.sandboxd.rules import Policy, Rule

__all__ = ["Decision", "EgressProxy"]

_PEEK_SECONDS = 10.0
_DIAL_SECONDS = 10.0
_HTTPS = 443
_TLS_RECORD = b"\x16"


class Decision(TypedDict):
    """One line of the egress log."""

    at: float  # seconds since 1970
    verdict: str  # "allow" or "deny"
    method: str
    host: str
    port: int
    path: str
    rule: str  # the text of the one that allowed it
    why: str  # of a denial


class _Denied(Exception):
    """The policy says no."""


class _NoUpstream(Exception):
    """The policy says yes, but the host cannot be reached."""


class EgressProxy:
    """Serves one workspace; safe to call from many threads.

    `record` is called with every decision, before anything is sent to the host.
    """

    def __init__(
        self,
        policy: Policy,
        *,
        record: Callable[[Decision], None],
        now: Callable[[], float],
        resolve: Callable[[str, int], list[str]] | None = None,
        connect: Callable[[str, int], socket.socket] | None = None,
    ) -> None:
        self._policy = policy
        self._record = record
        self._now = now
        self._resolve = resolve or _resolve
        self._connect = connect or _connect

    def handle(self, client: socket.socket) -> None:
        """Answer the one request of a connection; returns when it is over."""
        client.settimeout(_PEEK_SECONDS)
        try:
            request, rest = http.read_request(client)
        except http.BadRequest as error:
            self._deny("", "", 0, "", f"malformed request: {error}")
            _answer(
                client, HTTPStatus.BAD_REQUEST, f"This is not a proxy request: {error}."
            )
            return
        if request is None:
            return
        try:
            if request.method == "CONNECT":
                self._tunnel(client, request, rest)
            else:
                self._plain(client, request, rest)
        except http.BadRequest as error:
            self._deny(request.method, "", 0, request.target, str(error))
            _answer(
                client,
                HTTPStatus.BAD_REQUEST,
                f"The request cannot be judged: {error}.",
            )
        except _Denied as denied:
            _answer(client, HTTPStatus.FORBIDDEN, str(denied))
        except _NoUpstream as problem:
            _answer(client, HTTPStatus.BAD_GATEWAY, str(problem))

    def _tunnel(
        self, client: socket.socket, request: http.Request, rest: bytes
    ) -> None:
        host, port = http.split_authority(request.target)
        rule = self._policy.for_tunnel(host, port)
        if rule is None:
            raise self._denied("CONNECT", host, port, "", "no rule names this host")

        upstream = self._dial("CONNECT", host, port, "")
        try:
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            hello = self._opening(client, upstream, host, port, rest)
            if hello is None:
                return
            self._allow("CONNECT", host, port, "", rule)
            upstream.sendall(hello)
            relay.splice(client, upstream)
        finally:
            relay.close(upstream)

    def _opening(
        self,
        client: socket.socket,
        upstream: socket.socket,
        host: str,
        port: int,
        data: bytes,
    ) -> bytes | None:
        """The client's first bytes when they may pass, else None.

        Port 443 speaks TLS or nothing. Other ports, which a rule named, may speak what
        they like, and the server may speak first; TLS there is held to the same name.
        """
        if port == _HTTPS:
            return self._hello(client, host, port, data)
        if not data:
            ready, _, _ = select.select([client, upstream], [], [], _PEEK_SECONDS)
            if not ready:
                # Not let through unseen: what comes late could be TLS for another name.
                self._deny("CONNECT", host, port, "", "neither side says anything")
                return None
            data = client.recv(tls.LONGEST_HELLO) if client in ready else b""
        if data.startswith(_TLS_RECORD):
            return self._hello(client, host, port, data)
        return data

    def _hello(
        self, client: socket.socket, host: str, port: int, data: bytes
    ) -> bytes | None:
        """A whole ClientHello that asks for `host`, else None."""
        while True:
            try:
                name = tls.server_name(data)
                break
            except tls.Incomplete:
                more = self._more(client)
                data += more
                why = "" if more else "no whole TLS ClientHello"
            except tls.NotTls:
                why = "this is not TLS"
            if why:
                self._deny("CONNECT", host, port, "", why)
                return None
        if name == host or (name is None and http.is_address(host)):
            return data
        self._deny("CONNECT", host, port, "", f"TLS asks for {name!r}")
        return None

    def _more(self, client: socket.socket) -> bytes:
        try:
            return client.recv(tls.LONGEST_HELLO)
        except TimeoutError:
            return b""

    def _plain(self, client: socket.socket, request: http.Request, rest: bytes) -> None:
        host, port, path = http.split_url(request.target)
        rule = self._policy.for_request(request.method, host, port, path)
        if rule is None:
            raise self._denied(
                request.method, host, port, path, "no rule allows this request"
            )
        body = http.body_of(request)  # refuses what two servers could read differently
        upstream = self._dial(request.method, host, port, path)
        try:
            self._allow(request.method, host, port, path, rule)
            http.exchange(client, upstream, request, body, rest)
        finally:
            relay.close(upstream)

    def _dial(self, method: str, host: str, port: int, path: str) -> socket.socket:
        """Connect to the first address of `host` that the policy accepts."""
        try:
            addresses = self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise _NoUpstream(f"{host} cannot be resolved: {error}.") from None
        usable = [a for a in addresses if self._policy.may_connect(host, port, a)]
        if not usable:
            raise self._denied(
                method, host, port, path, "its address is not public, no rule names it"
            )
        problem: OSError | None = None
        for address in usable:
            try:
                return self._connect(address, port)
            except OSError as error:
                problem = error
        raise _NoUpstream(f"{host}:{port} does not answer: {problem}.")

    def _denied(
        self, method: str, host: str, port: int, path: str, why: str
    ) -> _Denied:
        self._deny(method, host, port, path, why)
        return _Denied(
            f"The workspace's egress policy denies {method} {host}:{port}{path[:200]}: "
            f"{why}. Add an egress rule such as domain={host} to the template."
        )

    def _deny(self, method: str, host: str, port: int, path: str, why: str) -> None:
        self._write(
            Decision(
                at=self._now(),
                verdict="deny",
                method=method,
                host=host,
                port=port,
                path=path,
                rule="",
                why=why,
            )
        )

    def _allow(self, method: str, host: str, port: int, path: str, rule: Rule) -> None:
        self._write(
            Decision(
                at=self._now(),
                verdict="allow",
                method=method,
                host=host,
                port=port,
                path=path,
                rule=rule.text,
                why="",
            )
        )

    def _write(self, decision: Decision) -> None:
        """Write it down; what the workspace chose is cut, and JSON keeps it on a line."""
        decision["at"] = round(decision["at"], 3)
        decision["method"] = decision["method"][:20]
        decision["host"] = decision["host"][:255]
        decision["path"] = decision["path"][:500]
        decision["why"] = decision["why"][:200]
        self._record(decision)


def _resolve(host: str, port: int) -> list[str]:
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(answer[4][0]) for answer in answers]


def _connect(address: str, port: int) -> socket.socket:
    connection = socket.create_connection((address, port), _DIAL_SECONDS)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _answer(client: socket.socket, status: HTTPStatus, message: str) -> None:
    """One whole response; what the client still sends is not waited for."""
    body = json.dumps({"message": message}).encode()
    verdict = "deny" if status is HTTPStatus.FORBIDDEN else "error"
    client.sendall(
        f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: application/json\r\n"
        f"X-Taskyard-Egress: {verdict}\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
        + body
    )
    client.shutdown(socket.SHUT_WR)
