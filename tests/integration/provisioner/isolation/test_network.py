"""The two doors: to the server, and through the egress policy to the world."""

import http.server
import json
import ssl
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from typing_extensions import override

from tests.integration.provisioner.isolation.conftest import Inside, Yard

GET = """
import ssl, urllib.error, urllib.request
context = ssl.create_default_context(cafile={ca!r}) if {ca!r} else None
try:
    with urllib.request.urlopen({url!r}, timeout=20, context=context) as answer:
        print(answer.status, answer.read().decode(), end="")
except urllib.error.HTTPError as error:
    print(error.code, error.read().decode(), end="")
"""

#: A tunnel to one host, and inside it TLS that asks for another.
SPOOF = """
import socket, ssl
raw = socket.create_connection(("127.0.0.1", 3128))
raw.sendall(b"CONNECT localhost:{port} HTTP/1.1\\r\\n\\r\\n")
assert b" 200 " in raw.recv(1000)
context = ssl._create_unverified_context()
with context.wrap_socket(raw, server_hostname="{name}") as tls:
    tls.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n")
    print(tls.recv(1000))
"""


class Requests(http.server.BaseHTTPRequestHandler):
    """Says who it is; keeps what it was sent."""

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Keep the test's output clean."""

    def _answer(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(length)
        assert isinstance(self.server, Upstream)
        self.server.seen.append((self.path, dict(self.headers), body))
        self.server.arrived.set()
        self.send_response(200)
        self.send_header("content-length", "4")
        self.end_headers()
        _ = self.wfile.write(b"here")


class Upstream(http.server.ThreadingHTTPServer):
    """A server on the host's loopback."""

    daemon_threads = True

    def __init__(self, port: int = 0, context: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", port), Requests)
        self.seen: list[tuple[str, dict[str, str], bytes]] = []
        self.arrived = threading.Event()
        self.port = int(self.server_address[1])
        if context is not None:
            self.socket = context.wrap_socket(self.socket, server_side=True)

    @override
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves in the middle is part of these tests."""


@contextmanager
def serving(
    port: int = 0, context: ssl.SSLContext | None = None
) -> Generator[Upstream]:
    server = Upstream(port, context)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a key and a certificate for localhost, its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(tz=UTC)  # noqa: TID251 - checked against the real time
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    _ = path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def secure(certificate: Path) -> Iterator[Upstream]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with serving(context=context) as server:
        yield server


@pytest.fixture
def plain() -> Iterator[Upstream]:
    with serving() as server:
        yield server


def rule(server: Upstream) -> str:
    return f"domain=localhost port={server.port} address=127.0.0.0/8"


def get(inside: Inside, url: str, ca: str = "") -> str:
    return inside.run(
        f"import os; os.environ['no_proxy'] = os.environ['NO_PROXY'] = ''\n"
        f"{GET.format(url=url, ca=ca)}"
    )


def log_of(yard: Yard, inside: Inside) -> list[tuple[str, str, str]]:
    lines = (yard.directory(inside.spec.id) / "egress.jsonl").read_text().splitlines()
    decisions = [json.loads(line) for line in lines]
    return [(d["verdict"], d["method"], d["host"]) for d in decisions]


def test_https_to_a_named_host_goes_through(
    yard: Yard, secure: Upstream, certificate: Path
) -> None:
    inside = yard.inside(egress=(rule(secure),))
    _ = (inside.spec.home / "ca.pem").write_bytes(certificate.read_bytes())
    (inside.spec.home / "ca.pem").chmod(0o644)

    answer = get(inside, f"https://localhost:{secure.port}/", "/home/coder/ca.pem")

    assert answer == "200 here"
    assert log_of(yard, inside) == [("allow", "CONNECT", "localhost")]


def test_plain_http_to_a_named_host_goes_through(yard: Yard, plain: Upstream) -> None:
    inside = yard.inside(egress=(rule(plain),))

    assert get(inside, f"http://localhost:{plain.port}/a?b") == "200 here"
    assert plain.seen[0][0] == "/a?b"


def test_without_a_rule_nothing_goes_through(
    yard: Yard, plain: Upstream, secure: Upstream
) -> None:
    inside = yard.inside()

    http_answer = get(inside, f"http://localhost:{plain.port}/")
    https_answer = get(inside, f"https://localhost:{secure.port}/")

    assert http_answer.startswith("403 ")
    assert "egress policy denies GET localhost" in http_answer
    assert "Tunnel connection failed: 403 Forbidden" in https_answer
    assert log_of(yard, inside) == [
        ("deny", "GET", "localhost"),
        ("deny", "CONNECT", "localhost"),
    ]
    assert plain.seen == secure.seen == []


def test_a_rule_without_its_address_does_not_lead_into_the_host(
    yard: Yard, plain: Upstream
) -> None:
    inside = yard.inside(egress=(f"domain=localhost port={plain.port}", "domain=*"))

    answer = get(inside, f"http://localhost:{plain.port}/")

    assert "its address is not public" in answer
    assert plain.seen == []


def test_tls_for_another_name_is_cut_off(yard: Yard, secure: Upstream) -> None:
    inside = yard.inside(egress=(rule(secure),))

    answer = inside.run(SPOOF.format(port=secure.port, name="other.example"))

    assert "Error" in answer
    assert secure.seen == []
    assert log_of(yard, inside) == [("deny", "CONNECT", "localhost")]


def test_an_address_that_no_rule_names_is_denied(yard: Yard, plain: Upstream) -> None:
    inside = yard.inside(egress=(rule(plain),))

    assert get(inside, f"http://127.0.0.1:{plain.port}/").startswith("403 ")


def test_another_port_of_a_named_host_is_denied(
    yard: Yard, plain: Upstream, secure: Upstream
) -> None:
    inside = yard.inside(egress=(rule(secure),))

    assert get(inside, f"http://localhost:{plain.port}/").startswith("403 ")


def test_many_at_once_are_served(yard: Yard, plain: Upstream) -> None:
    inside = yard.inside(egress=(rule(plain),))

    answer = inside.run(
        "import os, urllib.request\n"
        "from concurrent.futures import ThreadPoolExecutor\n"
        "os.environ['no_proxy'] = os.environ['NO_PROXY'] = ''\n"
        f"def get(n): return urllib.request.urlopen("
        f"'http://localhost:{plain.port}/%d' % n, timeout=30).status\n"
        "with ThreadPoolExecutor(20) as pool:\n"
        "    print(list(pool.map(get, range(60))) == [200] * 60)"
    )

    assert answer == "True"
    assert len(plain.seen) == 60


def test_the_server_is_there_under_its_own_address(yard: Yard) -> None:
    with serving() as server:
        inside = yard.inside(
            access_url="http://127.0.0.1:7080",
            server_address=f"127.0.0.1:{server.port}",
        )

        answer = inside.run(GET.format(url="http://127.0.0.1:7080/x", ca=""))

    assert answer == "200 here"
    assert server.seen[0][0] == "/x"


@pytest.mark.parametrize(
    "url", ["http://yard.example", "http://yard.example:8080", "http://10.1.2.3:7080"]
)
def test_the_server_is_there_under_any_address(yard: Yard, url: str) -> None:
    with serving() as server:
        inside = yard.inside(access_url=url, server_address=f"127.0.0.1:{server.port}")

        assert inside.run(GET.format(url=url, ca="")) == "200 here"


def test_the_server_may_go_and_come_back(yard: Yard) -> None:
    inside: Inside | None = None
    with serving() as server:
        port = server.port
        inside = yard.inside(server_address=f"127.0.0.1:{port}")
        before = inside.run(GET.format(url="http://127.0.0.1:7080/", ca=""))
    away = inside.run(GET.format(url="http://127.0.0.1:7080/", ca=""))
    with serving(port):
        after = inside.run(GET.format(url="http://127.0.0.1:7080/", ca=""))

    assert before == after == "200 here"
    assert away.startswith("502 ")
    assert "not reachable at the moment" in away


def test_decisions_are_told_to_the_server(yard: Yard) -> None:
    with serving() as server:
        inside = yard.inside(
            server_address=f"127.0.0.1:{server.port}", supervisor_token="tok"
        )

        _ = get(inside, "http://evil.example/path")

        assert server.arrived.wait(20)
        path, headers, body = server.seen[0]
    assert path == f"/api/v2/sandboxes/{inside.spec.id}/egress"
    assert headers["Authorization"] == "Bearer tok"
    (decision,) = json.loads(body)["decisions"]
    assert (decision["verdict"], decision["host"], decision["path"]) == (
        "deny",
        "evil.example",
        "/path",
    )
