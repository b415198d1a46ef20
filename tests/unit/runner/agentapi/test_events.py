"""The streams of AgentAPI: what they say, how much, and how they end."""

import asyncio
import gc
import json
from typing import Literal

import pytest

from taskyard.runner.agentapi import events
from taskyard.runner.agentapi.access import AllowedHosts, AllowedOrigins
from taskyard.runner.agentapi.events import chat_events, screen_events
from taskyard.runner.agentapi.http import serve_on_loopback
from taskyard.runner.agentapi.surface import Access, Surface
from taskyard.runner.agents.conversation import MESSAGES_KEPT, ChatMessage, Problem
from tests.unit.runner.agentapi.chatting import AT, Chat, serving

pytestmark = pytest.mark.asyncio


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
    stream = chat_events(chat, lambda: chat.status)
    for number in range(3 * MESSAGES_KEPT):
        chat.hear(f"{number}", "agent", f"number {number}")
        if number % MESSAGES_KEPT == 0:
            while b"status_change" not in await anext(stream):
                pass
            chat.status = "running" if chat.status == "stable" else "stable"

    while b"status_change" not in await anext(stream):
        pass

    # By its type: `isinstance` asks other tests' weak references, too.
    kept = [o for o in gc.get_objects() if type(o) is ChatMessage]
    await stream.aclose()
    assert len([m for m in kept if m.text.startswith("number ")]) <= MESSAGES_KEPT


async def test_no_event_is_longer_than_published_clients_can_read() -> None:
    chat = Chat()
    chat.hear("a", "agent", "\U0001f600\x01" * 100_000)

    async with serving(chat) as client, client.stream("GET", "/events") as answer:
        lines = answer.aiter_lines()
        line = [await anext(lines) for _ in range(2)][1]

    assert 110 * 1024 < len(line.encode()) < 128 * 1024
    assert json.loads(line[6:])["message"].endswith("GET /messages]")


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


async def test_the_end_of_a_long_screen_is_what_is_shown() -> None:
    chat = Chat()
    chat.transport = "pty"
    chat.hear("a", "agent", "ä\x01" * 200_000 + "the end")
    stream = screen_events(chat)

    event = await anext(stream)
    await stream.aclose()

    assert 230 * 1024 < len(event) < 256 * 1024
    assert event.endswith(b'the end"}\n\n')


@pytest.mark.parametrize("transport", ["acp", "pty"])
async def test_a_quiet_stream_says_that_it_is_alive(
    transport: Literal["acp", "pty"], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "ALIVE_SECONDS", 0.01)
    chat = Chat()
    chat.transport = transport

    for stream in (chat_events(chat, lambda: chat.status), screen_events(chat)):
        first = [await anext(stream) for _ in range(2)]
        await stream.aclose()

        assert first[0].startswith(b"event: ")
        assert first[1] == b": ping\n\n", "a comment: published clients read on"


async def test_a_problem_is_told_once_and_after_the_status() -> None:
    chat = Chat()
    chat.hear("a", "agent", "hello")
    chat.problems = (Problem(message="no state", level="warning", at=AT),)
    stream = chat_events(chat, lambda: chat.status)

    first = [await anext(stream) for _ in range(3)]
    chat.hear("b", "agent", "more")
    then = await anext(stream)
    await stream.aclose()

    names = [event.split(b"\n")[0] for event in (*first, then)]
    assert names == [
        *(b"event: message_update", b"event: status_change", b"event: agent_error"),
        b"event: message_update",
    ]
    assert json.loads(first[2].split(b"data: ")[1]) == {
        "message": "no state",
        "level": "warning",
        "time": AT,
    }
