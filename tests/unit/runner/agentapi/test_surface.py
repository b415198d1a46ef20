"""The AgentAPI routes, over a real socket, as a client that knows nothing of us sees them."""

import asyncio
import gc
import json
import shutil
import socket
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

import httpx
import pytest

from taskyard.runner.agentapi.access import AllowedHosts, AllowedOrigins, InvalidList
from taskyard.runner.agentapi.events import chat_events
from taskyard.runner.agentapi.http import serve_on_loopback
from taskyard.runner.agentapi.surface import Access, Surface
from taskyard.runner.agentapi.uploads import MAX_BYTES
from taskyard.runner.agents.conversation import (
    MESSAGES_KEPT,
    Busy,
    ChatMessage,
    Problem,
    Status,
    Transcript,
)
from taskyard.runner.agents.driver import AgentFailed

pytestmark = pytest.mark.asyncio
AT = "2026-01-01T00:00:00Z"


@pytest.fixture(autouse=True)
def _temporary(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What is uploaded ends with the test."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


class Chat:
    """A conversation that answers each message at once."""

    agent = "claude"
    transport: Literal["acp", "pty"] = "acp"

    def __init__(self) -> None:
        self.status: Status = "stable"
        self.transcript = Transcript(tells_questions=lambda: self.transport == "acp")
        self.cancelled = 0
        self.keys = b""
        self.problems: tuple[Problem, ...] = ()
        self.answers: list[tuple[str, str]] = []

    async def say(self, text: str) -> None:
        if self.status == "running":
            raise Busy("a turn is under way")
        number = len(self.transcript.messages)
        self.hear(f"u{number}", "user", text)
        self.hear(f"a{number}", "agent", f"You said {text}")

    @property
    def screen(self) -> str:
        return "\n".join(m.text for m in self.transcript.messages)

    async def write_raw(self, data: bytes) -> None:
        if data == b"dead":
            raise AgentFailed("the agent is not there")
        self.keys += data

    def hear(self, key: str, role: str, text: str) -> None:
        self.transcript.fold("message", key, {"role": role, "text": text}, AT)

    async def cancel(self) -> None:
        self.cancelled += 1

    async def answer(self, request: str, option_id: str) -> None:
        self.answers.append((request, option_id))


@asynccontextmanager
async def serving(
    chat: Chat, hosts: tuple[str, ...] = ("*",), origins: tuple[str, ...] = ("*",)
) -> AsyncGenerator[httpx.AsyncClient]:
    access = Access(hosts=AllowedHosts(hosts), origins=AllowedOrigins(origins))
    surface = Surface(chat, access)
    async with serve_on_loopback(surface, port=0, body_limit=2 * MAX_BYTES) as server:
        port = server.sockets[0].getsockname()[1]
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            yield client


async def read_events(
    client: httpx.AsyncClient, count: int
) -> list[tuple[str, dict[str, object]]]:
    events: list[tuple[str, dict[str, object]]] = []
    name = ""
    async with client.stream("GET", "/events") as answer:
        async for line in answer.aiter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                events.append((name, json.loads(line.removeprefix("data: "))))
                if len(events) == count:
                    break
    return events


async def test_a_message_is_answered_and_listed_with_ids_in_order() -> None:
    async with serving(Chat()) as client:
        sent = await client.post("/message", json={"content": " hi ", "type": "user"})
        listed = await client.get("/messages")

    assert sent.status_code == 200
    assert sent.json()["ok"] is True
    assert [(m["id"], m["role"], m["content"]) for m in listed.json()["messages"]] == [
        (0, "user", "hi"),
        (1, "agent", "You said hi"),
    ]


async def test_the_event_stream_replays_messages_and_then_says_the_status() -> None:
    chat = Chat()
    chat.hear("a", "agent", "hello")

    async with serving(chat) as client:
        events = await read_events(client, 2)

    assert events == [
        ("message_update", {"id": 0, "role": "agent", "message": "hello", "time": AT}),
        ("status_change", {"status": "stable", "agent_type": "claude"}),
    ]


async def test_a_turn_that_is_over_at_once_is_a_change_of_status_all_the_same() -> None:
    chat = Chat()
    heard: list[str] = []

    async with serving(chat) as client, client.stream("GET", "/events") as answer:
        async for line in answer.aiter_lines():
            if line.startswith("data: "):
                data = json.loads(line.removeprefix("data: "))
                heard.append(data.get("status") or data["role"])
                if len(heard) in (1, 5):
                    await chat.say("hi")
                if len(heard) == 9:
                    break

    turn = ["user", "agent", "running", "stable"]
    assert heard == ["stable", *turn, *turn]


async def test_a_stream_keeps_nothing_of_what_the_conversation_has_forgotten() -> None:
    chat = Chat()
    events = chat_events(chat, lambda: chat.status)
    for number in range(3 * MESSAGES_KEPT):
        chat.hear(f"{number}", "agent", f"number {number}")
        if number % MESSAGES_KEPT == 0:
            while b"status_change" not in await anext(events):
                pass
            chat.status = "running" if chat.status == "stable" else "stable"

    while b"status_change" not in await anext(events):
        pass

    kept = [o for o in gc.get_objects() if isinstance(o, ChatMessage)]
    await events.aclose()
    assert len([m for m in kept if m.text.startswith("number ")]) <= MESSAGES_KEPT


async def test_no_event_is_longer_than_published_clients_can_read() -> None:
    chat = Chat()
    chat.hear("a", "agent", "\U0001f600\x01" * 100_000)

    async with serving(chat) as client, client.stream("GET", "/events") as answer:
        lines = answer.aiter_lines()
        line = [await anext(lines) for _ in range(2)][1]

    assert 110 * 1024 < len(line.encode()) < 128 * 1024
    assert json.loads(line[6:])["message"].endswith("GET /messages]")


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


async def test_a_busy_agent_refuses_with_the_words_clients_look_for() -> None:
    chat = Chat()
    chat.status = "running"

    async with serving(chat) as client:
        answer = await client.post("/message", json={"content": "x", "type": "user"})

    assert answer.status_code == 500
    assert "waiting for user input" in answer.json()["errors"][0]["message"]


async def test_escape_cancels_the_turn_of_an_agent_without_a_terminal() -> None:
    chat = Chat()

    async with serving(chat) as client:
        answer = await client.post("/message", json={"content": "\x1b", "type": "raw"})

    assert (answer.status_code, chat.cancelled) == (200, 1)


async def test_an_upload_is_kept_under_its_own_name_only() -> None:
    async with serving(Chat()) as client:
        answer = await client.post(
            "/upload", files={"file": ("../../etc/passwd", b"a\r\nb\x00--c")}
        )

    path = answer.json()["filePath"]
    assert path.endswith("/passwd")
    assert "agentapi-uploads-" in path
    with open(path, "rb") as file:  # noqa: ASYNC230, PTH123 - a test reads what was kept
        assert file.read() == b"a\r\nb\x00--c"


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


async def test_an_upload_without_the_field_is_refused() -> None:
    async with serving(Chat()) as client:
        answer = await client.post("/upload", files={"other": ("x", b"x")})

    assert answer.status_code == 422


async def test_a_host_that_is_not_allowed_is_told_which_are() -> None:
    async with serving(Chat(), hosts=("localhost", "workspace")) as client:
        refused = await client.get("/status", headers={"host": "evil.test:80"})
        taken = await client.get("/status", headers={"host": "LOCALHOST:9"})

    assert refused.status_code == 400
    assert "Allowed hosts: localhost, workspace" in refused.text
    assert taken.status_code == 200


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


async def test_a_growing_message_costs_no_more_than_its_reader_can_use() -> None:
    chat, received = Chat(), 0

    async def speak() -> None:
        for _ in range(400):
            data = {"role": "agent", "text": "some words of an answer " * 20}
            chat.transcript.fold("message_chunk", "a", data, AT)
            await asyncio.sleep(0.005)
        chat.hear("end", "agent", "the end")

    async with serving(chat) as client, client.stream("GET", "/events") as answer:
        speaking = asyncio.get_running_loop().create_task(speak())
        async for line in answer.aiter_lines():
            received += len(line)
            if '"the end"' in line:
                break
        await speaking

    whole = len(chat.transcript.messages[0].text)
    assert whole > 180_000
    assert received < 20 * whole, "told whole at each change, it is two hundred times"


async def test_it_listens_on_loopback_only() -> None:
    access = Access(hosts=AllowedHosts(["*"]), origins=AllowedOrigins(["*"]))
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    surface = Surface(Chat(), access)
    async with serve_on_loopback(surface, port=port, body_limit=9) as server:
        places = {listening.getsockname()[0] for listening in server.sockets}

    assert "127.0.0.1" in places
    assert places <= {"127.0.0.1", "::1"}


async def test_streams_end_with_the_server() -> None:
    """On Python 3.12 the end of a listener waits for all that is connected."""
    access = Access(hosts=AllowedHosts(["*"]), origins=AllowedOrigins(["*"]))
    surface = Surface(Chat(), access)
    async with serve_on_loopback(surface, port=0, body_limit=9) as server:
        port = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /events HTTP/1.1\r\nhost: localhost\r\n\r\n")
        began = await reader.readuntil(b"status_change")

    async with asyncio.timeout(10):  # a stream that is open says `ping` for ever
        await reader.read()
    writer.close()
    assert began.startswith(b"HTTP/1.1 200 OK\r\n")


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


async def test_the_root_leads_to_the_chat_page() -> None:
    async with serving(Chat()) as client:
        root = await client.get("/")
        page = await client.get("/chat/embed")
        missing = await client.get("/chat/none")

    assert (root.status_code, root.headers["location"]) == (307, "/chat/embed")
    assert "<title>Agent chat</title>" in page.text
    assert missing.status_code == 404


async def test_the_document_names_the_five_documented_routes() -> None:
    async with serving(Chat()) as client:
        paths = (await client.get("/openapi.json")).json()["paths"]

    assert sorted(paths) == ["/events", "/message", "/messages", "/status", "/upload"]


async def test_keys_go_to_the_terminal_of_an_agent_that_has_one() -> None:
    chat = Chat()
    chat.transport = "pty"

    async with serving(chat) as client:
        typed = await client.post("/message", json={"content": "\x1b[A", "type": "raw"})
        lost = await client.post("/message", json={"content": "dead", "type": "raw"})

    assert (typed.status_code, chat.keys) == (200, b"\x1b[A")
    assert lost.status_code == 500
    assert "not there" in lost.json()["errors"][0]["message"]


async def test_the_screen_of_a_terminal_agent_is_its_screen() -> None:
    chat = Chat()
    chat.transport = "pty"
    chat.hear("a", "user", "hi")

    async with (
        serving(chat) as client,
        client.stream("GET", "/internal/screen") as answer,
    ):
        lines = answer.aiter_lines()
        first = [await anext(lines) for _ in range(2)]

    assert first == ["event: screen", 'data: {"screen": "hi"}']
