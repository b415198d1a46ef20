"""The AgentAPI routes, over a real socket, as a client that knows nothing of us sees them."""

import asyncio
import shutil
import socket
import tempfile
from pathlib import Path

import httpx
import pytest

from taskyard.runner.agentapi import agent_api
from taskyard.runner.agentapi.access import AllowedHosts, AllowedOrigins, InvalidList
from taskyard.runner.agentapi.agent_api import AgentApi
from taskyard.runner.agentapi.http import serve_on_loopback
from taskyard.runner.agentapi.surface import Access, Surface
from taskyard.testing.installation import free_port
from tests.unit.runner.agentapi.chatting import Chat, serving

pytestmark = pytest.mark.asyncio


@pytest.fixture(autouse=True)
def _temporary(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What is uploaded ends with the test."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


@pytest.mark.parametrize(
    ("body", "status", "errors"),
    [
        (b"", 400, []),
        (b"{", 400, [("Expecting", "body")]),
        (b"[]", 422, [("expected object", "body")]),
        (
            b"{}",
            422,
            [
                ("expected required property content to be present", "body"),
                ("expected required property type to be present", "body"),
            ],
        ),
        (b'{"content": 1, "type": "user"}', 422, [("expected string", "body.content")]),
        (
            b'{"content": "x", "type": "shout"}',
            422,
            [('expected value to be one of "user, raw"', "body.type")],
        ),
        (
            b'{"content": "x", "type": "user", "more": 1}',
            422,
            [("unexpected property", "body.more")],
        ),
    ],
)
async def test_a_message_that_is_none_is_explained(
    body: bytes, status: int, errors: list[tuple[str, str]]
) -> None:
    async with serving(Chat()) as client:
        answer = await client.post("/message", content=body)

    told = answer.json().get("errors", [])
    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert len(told) == len(errors)
    for have, (words, place) in zip(told, errors, strict=True):
        assert have["message"].startswith(words)
        assert have["location"] == place
        assert "value" in have


async def test_a_body_that_is_not_json_by_its_type_is_refused() -> None:
    async with serving(Chat()) as client:
        answer = await client.post(
            "/message", content=b"x", headers={"content-type": "text/plain"}
        )

    assert answer.status_code == 415
    [error] = answer.json()["errors"]
    assert error["message"] == "unknown content type: text/plain"


async def test_escape_cancels_the_turn_of_an_agent_without_a_terminal() -> None:
    chat = Chat()

    async with serving(chat) as client:
        answer = await client.post("/message", json={"content": "\x1b", "type": "raw"})

    assert (answer.status_code, chat.cancelled) == (200, 1)


async def test_an_upload_that_cannot_be_stored_is_explained() -> None:
    async with serving(Chat()) as client:
        answer = await client.post("/upload", files={"file": ("x" * 300, b"x")})

    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["message"].endswith("File name too long")


async def test_an_upload_goes_on_when_the_temporary_files_were_cleaned() -> None:
    async with serving(Chat()) as client:
        first = await client.post("/upload", files={"file": ("a", b"x")})
        await asyncio.to_thread(
            shutil.rmtree, Path(first.json()["filePath"]).parent.parent
        )
        again = await client.post("/upload", files={"file": ("a", b"x")})

    path = Path(again.json()["filePath"])
    assert await asyncio.to_thread(path.read_bytes) == b"x"


async def test_a_host_that_is_not_allowed_is_told_which_are() -> None:
    async with serving(Chat(), hosts=("localhost", "workspace")) as client:
        refused = await client.get("/status", headers={"host": "evil.test:80"})
        taken = await client.get("/status", headers={"host": "LOCALHOST:9"})

    assert refused.status_code == 400
    assert "Allowed hosts: localhost, workspace" in refused.text
    assert taken.status_code == 200


@pytest.mark.parametrize(
    ("rule", "origin"),
    [
        ("*", "*"),
        ("https://a.test:8443/some/path", "https://a.test:8443"),
        ("https://*.a.test:8443", "https://b.a.test:8443"),
    ],
)
async def test_a_browser_is_told_all_that_it_may_do(rule: str, origin: str) -> None:
    given = "https://b.test" if rule == "*" else origin
    async with serving(Chat(), origins=(rule,)) as client:
        preflight = await client.options(
            "/message",
            headers={"origin": given, "access-control-request-method": "POST"},
        )
        answer = await client.get("/status", headers={"origin": given})

    allowed = {
        "access-control-allow-origin": origin,
        "access-control-allow-credentials": "true",
        "access-control-expose-headers": "Link",
        "vary": "Origin",
    }
    more = {
        "access-control-allow-methods": "GET, POST, PUT, DELETE, OPTIONS",
        "access-control-allow-headers": (
            "Accept, Authorization, Content-Type, X-CSRF-Token"
        ),
        "access-control-max-age": "300",
    }
    assert preflight.status_code == 200
    assert (allowed | more).items() <= dict(preflight.headers).items()
    assert allowed.items() <= dict(answer.headers).items()
    assert not set(more) & set(answer.headers)


async def test_a_foreign_origin_gets_an_answer_but_no_permission() -> None:
    async with serving(Chat(), origins=("https://*.ours.test",)) as client:
        foreign = await client.options("/status", headers={"origin": "https://x.test"})
        ours = await client.options(
            "/status", headers={"origin": "https://a.ours.test"}
        )

    assert foreign.status_code == 200
    assert "access-control-allow-origin" not in foreign.headers
    assert ours.headers["access-control-allow-origin"] == "https://a.ours.test"
    assert ours.headers["access-control-max-age"] == "300"


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("a b", "whitespace"),
        ("a,b", "comma"),
        ("http://a", "must not include http"),
        ("a:80", "must not include a port"),
    ],
)
async def test_a_host_list_that_cannot_work_is_refused_at_start(
    entry: str, words: str
) -> None:
    with pytest.raises(InvalidList, match=words):
        AllowedHosts([entry])


async def test_it_listens_on_loopback_only() -> None:
    access = Access(hosts=AllowedHosts(["*"]), origins=AllowedOrigins(["*"]))
    port = free_port()
    surface = Surface(Chat(), access)
    async with serve_on_loopback(surface, port=port, body_limit=9) as server:
        places = {listening.getsockname()[0] for listening in server.sockets}

    assert "127.0.0.1" in places
    assert places <= {"127.0.0.1", "::1"}


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/status?x=//[", 200),
        ("http://localhost/status", 200),
        ("//status", 404),
        ("//[", 404),
        ("*", 404),
        ("/%00%ff", 404),
    ],
)
async def test_whatever_is_asked_for_is_answered(target: str, status: int) -> None:
    async with serving(Chat()) as client:
        reader, writer = await asyncio.open_connection(
            client.base_url.host, client.base_url.port
        )
        head = f"GET {target} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
        writer.write(head.encode())
        answer = await reader.read()
        writer.close()

    assert answer.startswith(b"HTTP/1.1 %d " % status)


async def test_markdown_of_a_structured_agent_comes_through_as_it_is() -> None:
    chat, text = Chat(), "# Title\n\n```py\na > b\n```\n" + "long line " * 40
    chat.hear("a", "agent", text)

    async with serving(chat) as client:
        listed = await client.get("/messages")

    assert listed.json()["messages"][0]["content"] == text


async def test_keys_go_to_the_terminal_of_an_agent_that_has_one() -> None:
    chat = Chat()
    chat.transport = "pty"

    async with serving(chat) as client:
        typed = await client.post("/message", json={"content": "\x1b[A", "type": "raw"})
        lost = await client.post("/message", json={"content": "dead", "type": "raw"})

    assert (typed.status_code, chat.keys) == (200, b"\x1b[A")
    assert lost.status_code == 500
    assert "not there" in lost.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    ("base", "location"),
    [
        ("/@jo/my.dev/apps/chat/chat", "/@jo/my.dev/apps/chat/chat/embed"),
        ("/a%20b/chat/", "/a%20b/chat/embed"),
        ("/日本\r\nx: y", "/%E6%97%A5%E6%9C%AC%0D%0Ax:%20y/embed"),
    ],
)
async def test_the_root_leads_to_the_page_wherever_it_is_seen(
    base: str, location: str
) -> None:
    async with serving(Chat(), chat_base_path=base) as client:
        root = await client.get("/")

    assert (root.status_code, root.headers["location"]) == (307, location)


async def test_a_session_waits_for_a_port_that_is_taken(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(agent_api, "RETRY_SECONDS", 0.01)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port: int = other.getsockname()[1]
        serving_it = AgentApi().serve(Chat(), port=port, stable_while_asking=False)
        work = asyncio.get_running_loop().create_task(serving_it)
        while not caplog.messages:  # noqa: ASYNC110 - the log is no event
            await asyncio.sleep(0.01)

    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        async with asyncio.timeout(20):
            while (status := await _status_of(client)) != 200:
                pass
    work.cancel()
    await asyncio.wait({work})

    assert status == 200
    assert f"AgentAPI waits for port {port}" in caplog.messages[0]


async def _status_of(client: httpx.AsyncClient) -> int:
    try:
        return (await client.get("/status")).status_code
    except httpx.TransportError:
        return 0
