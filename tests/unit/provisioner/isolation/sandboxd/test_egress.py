"""The proxy's judgement, on socket pairs: no name is resolved, nothing is connected to."""

import json
import socket
import threading
from collections.abc import Iterator

import pytest

from taskyard.provisioner.isolation.sandboxd.egress import Decision, EgressProxy
from taskyard.provisioner.isolation.sandboxd.rules import Policy, parse
from tests.unit.provisioner.isolation.sandboxd.test_tls import hello, in_records

PUBLIC = "151.101.0.223"


class Outside:
    """A proxy, its client, and the one host that it can connect to."""

    def __init__(self, rules: list[str], answers: dict[str, list[str]]) -> None:
        self.decisions: list[Decision] = []
        self.connected: list[tuple[str, int]] = []
        self.client, proxy_side = socket.socketpair()
        self.host, self._upstream = socket.socketpair()
        self._answers = answers
        proxy = EgressProxy(
            Policy(parse(rule) for rule in rules),
            record=self.decisions.append,
            now=lambda: 1000.0,
            resolve=self._resolve,
            connect=self._connect,
        )
        self._thread = threading.Thread(target=self._run, args=(proxy, proxy_side))
        for each in (self.client, self.host):
            each.settimeout(10)
        self._thread.start()

    def send(self, data: bytes) -> None:
        self.client.sendall(data)

    def answer(self) -> bytes:
        """All that the client gets until the proxy ends."""
        return _read_all(self.client)

    def close(self) -> None:
        for each in (self.client, self.host):
            each.close()
        self._thread.join()
        self._upstream.close()

    def _run(self, proxy: EgressProxy, connection: socket.socket) -> None:
        with connection:
            try:
                proxy.handle(connection)
            except OSError:
                return

    def _resolve(self, host: str, _port: int) -> list[str]:
        try:
            return self._answers[host]
        except KeyError:
            raise socket.gaierror(-2, "Name or service not known") from None

    def _connect(self, address: str, port: int) -> socket.socket:
        self.connected.append((address, port))
        return self._upstream


@pytest.fixture
def outside(request: pytest.FixtureRequest) -> Iterator[Outside]:
    rules: list[str] = getattr(request, "param", ["domain=pypi.org"])
    answers = {
        "pypi.org": [PUBLIC],
        "rebound.org": ["10.0.0.7", "169.254.169.254"],
        "mixed.org": ["10.0.0.7", PUBLIC],
        PUBLIC: [PUBLIC],
    }
    made = Outside(rules, answers)
    yield made
    made.close()


def with_rules(*rules: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("outside", [list(rules)], indirect=True)


def test_tls_to_an_allowed_host_passes_untouched(outside: Outside) -> None:
    opening = in_records(hello("pypi.org"), 50)
    outside.send(b"CONNECT pypi.org:443 HTTP/1.1\r\nHost: pypi.org:443\r\n\r\n")
    assert b" 200 " in outside.client.recv(1000)
    for start in range(0, len(opening), 30):
        outside.send(opening[start : start + 30])
    seen = b""
    while len(seen) < len(opening):
        seen += outside.host.recv(10_000)
    outside.host.sendall(b"from the host")
    outside.host.shutdown(socket.SHUT_WR)
    outside.client.shutdown(socket.SHUT_WR)

    assert outside.answer() == b"from the host"
    assert seen == opening
    assert outside.connected == [(PUBLIC, 443)]
    assert outside.decisions == [
        Decision(
            at=1000.0,
            verdict="allow",
            method="CONNECT",
            host="pypi.org",
            port=443,
            path="",
            rule="domain=pypi.org",
            why="",
        )
    ]


@pytest.mark.parametrize(
    "target",
    [
        "example.com:443",
        "pypi.org:22",
        "pypi.org:8443",
        "pypi.org.evil.com:443",
        "127.0.0.1:443",
        "[::1]:443",
        "169.254.169.254:443",
        f"{PUBLIC}:443",
    ],
)
def test_a_tunnel_that_no_rule_names_is_denied_and_written_down(
    outside: Outside, target: str
) -> None:
    outside.send(f"CONNECT {target} HTTP/1.1\r\n\r\n".encode())

    answer = outside.answer()
    assert answer.startswith(b"HTTP/1.1 403 Forbidden\r\n")
    assert (
        "add an egress rule"
        in json.loads(answer.partition(b"\r\n\r\n")[2])["message"].lower()
    )
    assert [d["verdict"] for d in outside.decisions] == ["deny"]
    assert outside.connected == []


@pytest.mark.parametrize("host", ["PyPI.ORG", "pypi.org."])
def test_the_host_is_compared_as_names_are(outside: Outside, host: str) -> None:
    outside.send(f"CONNECT {host}:443 HTTP/1.1\r\n\r\n".encode())

    assert b" 200 " in outside.client.recv(1000)
    outside.client.close()


@pytest.mark.parametrize(
    ("opening", "why"),
    [
        (hello("example.com"), "'example.com'"),
        (hello(None), "None"),
        (b"GET / HTTP/1.1\r\nHost: example.com\r\n\r\n", "not TLS"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "not TLS"),
        (hello("pypi.org")[:40], "no whole TLS ClientHello"),
    ],
    ids=["other name", "no name", "http", "ssh", "half a hello"],  # hellos are random
)
def test_what_is_not_tls_for_that_host_never_reaches_it(
    outside: Outside, opening: bytes, why: str
) -> None:
    outside.send(b"CONNECT pypi.org:443 HTTP/1.1\r\n\r\n")
    assert b" 200 " in outside.client.recv(1000)
    outside.send(opening)
    outside.client.shutdown(socket.SHUT_WR)

    assert outside.answer() == b""
    assert why in outside.decisions[0]["why"]
    assert outside.host.recv(1000) == b""


@with_rules("domain=pypi.org port=8443")
def test_tls_on_another_port_is_held_to_its_name_too(outside: Outside) -> None:
    outside.send(b"CONNECT pypi.org:8443 HTTP/1.1\r\n\r\n")
    assert b" 200 " in outside.client.recv(1000)
    outside.send(hello("example.com"))

    assert outside.answer() == b""
    assert outside.decisions[0]["verdict"] == "deny"


@with_rules("domain=pypi.org port=22")
def test_on_a_named_port_the_host_may_speak_first(outside: Outside) -> None:
    outside.send(b"CONNECT pypi.org:22 HTTP/1.1\r\n\r\n")
    outside.host.sendall(b"SSH-2.0-host\r\n")

    data = b""
    while b"SSH-2.0-host" not in data:
        data += outside.client.recv(1000)
    assert outside.decisions[0]["verdict"] == "allow"


@with_rules(f"domain={PUBLIC}")
def test_a_named_address_needs_no_name_in_tls(outside: Outside) -> None:
    outside.send(f"CONNECT {PUBLIC}:443 HTTP/1.1\r\n\r\n".encode() + hello(None))

    assert b" 200 " in outside.client.recv(1000)
    assert outside.host.recv(10) == hello(None)[:10]


@with_rules("domain=rebound.org")
@pytest.mark.parametrize(
    "request_line", ["CONNECT rebound.org:443", "GET http://rebound.org/"]
)
def test_a_name_that_leads_inside_is_denied(
    outside: Outside, request_line: str
) -> None:
    outside.send(f"{request_line} HTTP/1.1\r\n\r\n".encode())

    assert b" 403 " in outside.answer()
    assert "not public" in outside.decisions[0]["why"]
    assert outside.connected == []


@with_rules("domain=mixed.org")
def test_of_mixed_answers_only_the_public_one_is_connected_to(
    outside: Outside,
) -> None:
    outside.send(b"CONNECT mixed.org:443 HTTP/1.1\r\n\r\n")

    assert b" 200 " in outside.client.recv(1000)
    assert outside.connected == [(PUBLIC, 443)]


@with_rules("domain=unknown.org")
def test_a_name_that_does_not_exist_is_a_bad_gateway(outside: Outside) -> None:
    outside.send(b"CONNECT unknown.org:443 HTTP/1.1\r\n\r\n")

    answer = outside.answer()
    assert b" 502 " in answer
    assert b"cannot be resolved" in answer


def test_a_plain_request_is_sent_as_the_host_expects_it(outside: Outside) -> None:
    outside.send(
        b"GET http://pypi.org/simple/?a=b HTTP/1.1\r\nHost: evil.example\r\n"
        b"Proxy-Authorization: Basic eDp5\r\nConnection: keep-alive\r\nX-Kept: 1\r\n\r\n"
    )
    seen = outside.host.recv(10_000)
    outside.host.sendall(b"HTTP/1.1 200 OK\r\n\r\nhi")
    outside.host.shutdown(socket.SHUT_WR)

    assert outside.answer() == b"HTTP/1.1 200 OK\r\n\r\nhi"
    assert seen == (
        b"GET /simple/?a=b HTTP/1.1\r\nhost: pypi.org\r\nconnection: close\r\n"
        b"x-kept: 1\r\n\r\n"
    )
    assert outside.decisions[0]["path"] == "/simple/?a=b"


@pytest.mark.parametrize(
    ("headers", "body", "passed"),
    [
        (b"Content-Length: 5\r\n", b"helloGET http://evil/ HTTP/1.1\r\n", b"hello"),
        (
            b"Transfer-Encoding: chunked\r\n",
            b"5;x=y\r\nhello\r\n0\r\n\r\nGET /evil HTTP/1.1\r\n\r\n",
            b"5\r\nhello\r\n0\r\n\r\n",
        ),
    ],
)
def test_nothing_beyond_the_body_is_sent_on(
    outside: Outside, headers: bytes, body: bytes, passed: bytes
) -> None:
    outside.send(b"POST http://pypi.org/ HTTP/1.1\r\n" + headers + b"\r\n" + body)
    seen = b""
    while not seen.endswith(passed):
        seen += outside.host.recv(10_000)
    outside.host.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
    outside.host.shutdown(socket.SHUT_WR)

    assert b" 204 " in outside.answer()
    assert outside.host.recv(1000) == b""


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\nHost: pypi.org\r\n\r\n",
        b"GET https://pypi.org/ HTTP/1.1\r\n\r\n",
        b"GET http://user@pypi.org/ HTTP/1.1\r\n\r\n",
        b"GET http://pypi.org\x00/ HTTP/1.1\r\n\r\n",
        b"GET http://pypi.org:99999/ HTTP/1.1\r\n\r\n",
        b"GET http://[::1/ HTTP/1.1\r\n\r\n",
        b"GET  http://pypi.org/ HTTP/1.1\r\n\r\n",
        b"GET http://pypi.org/ HTTP/2\r\n\r\n",
        b"GET http://pypi.org/ HTTP/1.1\r\nA: b\nC: d\r\n\r\n",
        b"GET http://pypi.org/ HTTP/1.1\r\nA : b\r\n\r\n",
        b"GET http://pypi.org/ HTTP/1.1\r\nA: b\r\n continued\r\n\r\n",
        (
            b"POST http://pypi.org/ HTTP/1.1\r\nContent-Length: 1\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n"
        ),
        (
            b"POST http://pypi.org/ HTTP/1.1\r\nContent-Length: 1\r\n"
            b"Content-Length: 2\r\n\r\n"
        ),
        b"POST http://pypi.org/ HTTP/1.1\r\nContent-Length: +1\r\n\r\n",
        b"POST http://pypi.org/ HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        b"CONNECT pypi.org HTTP/1.1\r\n\r\n",
        b"CONNECT user@pypi.org:443 HTTP/1.1\r\n\r\n",
        b"CONNECT pypi.org:443/x HTTP/1.1\r\n\r\n",
        b"CONNECT [pypi.org]:443 HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x00\x05hello\r\n\r\n",
        b"GET http://pypi.org/ HTTP/1.1\r\nA: " + b"x" * 70_000,
    ],
)
def test_what_two_servers_could_read_differently_is_refused(
    outside: Outside, data: bytes
) -> None:
    outside.send(data)

    assert outside.answer().startswith(b"HTTP/1.1 400 ")
    assert [d["verdict"] for d in outside.decisions] == ["deny"]
    assert outside.connected == []


def test_an_upgrade_passes_once_the_host_agrees(outside: Outside) -> None:
    outside.send(
        b"GET http://pypi.org/ws HTTP/1.1\r\nUpgrade: websocket\r\n"
        b"Connection: Upgrade\r\n\r\nframe"
    )
    assert b"connection: upgrade" in outside.host.recv(10_000)
    outside.host.sendall(b"HTTP/1.1 101 Switching Protocols\r\n\r\n")

    assert outside.host.recv(100) == b"frame"


def test_a_refused_upgrade_carries_nothing_more(outside: Outside) -> None:
    outside.send(
        b"GET http://pypi.org/ws HTTP/1.1\r\nUpgrade: x\r\n\r\n"
        b"GET /evil HTTP/1.1\r\nHost: other\r\n\r\n"
    )
    _ = outside.host.recv(10_000)
    outside.host.sendall(b"HTTP/1.1 400 No\r\n\r\n")
    outside.host.shutdown(socket.SHUT_WR)

    assert outside.answer() == b"HTTP/1.1 400 No\r\n\r\n"
    assert outside.host.recv(1000) == b""


def test_what_the_workspace_wrote_stays_on_one_line_of_the_log(
    outside: Outside,
) -> None:
    outside.send(b"GET http://evil.org/" + b"a" * 5000 + b"%0a HTTP/1.1\r\n\r\n")
    _ = outside.answer()

    line = json.dumps(outside.decisions[0])
    assert "\n" not in line
    assert len(line) < 1000


def _read_all(connection: socket.socket) -> bytes:
    data = b""
    while True:
        try:
            more = connection.recv(65_536)
        except ConnectionResetError:
            return data
        if not more:
            return data
        data += more
