"""What every client of AgentAPI relies on, wherever it is served and whatever drives it."""

import asyncio
import hashlib
import json
import time
from datetime import datetime
from pathlib import Path

import httpx
import pytest

from tests.integration.runner.agentapi.client import ApiError, Event
from tests.integration.runner.agentapi.conftest import Target

pytestmark = pytest.mark.asyncio

MEGABYTE = 1024 * 1024


async def test_the_status_names_the_agent_and_its_transport(target: Target) -> None:
    answer = await target.client.http.get("/status")

    body = answer.json()
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert (
        answer.headers["link"]
        == '</schemas/StatusResponseBody.json>; rel="describedBy"'
    )
    assert body.pop("$schema") == (
        f"{target.client.http.base_url.copy_with(path='/schemas/StatusResponseBody.json')}"
    )
    assert body == {
        "status": "stable",
        "agent_type": target.agent_type,
        "transport": target.transport,
    }


async def test_a_conversation_has_both_sides_in_order(target: Target) -> None:
    first = await target.client.turn("say one")
    second = await target.client.turn("  say two \n")

    answer = await target.client.http.get("/messages")
    messages = answer.json()["messages"]
    assert (first, second) == (target.said("one"), target.said("two"))
    assert [(m["id"], m["role"], m["content"]) for m in messages] == [
        (0, "user", "say one"),
        (1, "agent", target.said("one")),
        (2, "user", "say two"),
        (3, "agent", target.said("two")),
    ]
    assert all(set(m) == {"id", "role", "content", "time"} for m in messages)
    assert all(datetime.fromisoformat(m["time"]).tzinfo for m in messages)
    assert answer.json()["$schema"].endswith("/schemas/MessagesResponseBody.json")


async def test_a_later_subscriber_hears_all_messages_then_the_status(
    target: Target,
) -> None:
    await target.client.turn("say one")

    heard: list[Event] = []
    async for event in target.client.events():
        heard.append(event)
        if event.name == "status_change":
            break

    messages = await target.client.messages()
    assert heard == [
        *(
            Event(
                "message_update",
                {
                    "id": m["id"],
                    "role": m["role"],
                    "message": m["content"],
                    "time": m["time"],
                },
            )
            for m in messages
        ),
        Event("status_change", {"status": "stable", "agent_type": target.agent_type}),
    ]


async def test_a_turn_is_followed_by_events_that_published_clients_know(
    target: Target,
) -> None:
    heard: list[Event] = []
    stream = target.client.events()
    heard.append(await anext(stream))
    await target.client.send(f"say hello\n{target.working(1)}\nsay bye")

    async for event in stream:
        heard.append(event)
        if event.name == "status_change" and event.data["status"] == "stable":
            break
    await stream.aclose()

    statuses = [e.data["status"] for e in heard if e.name == "status_change"]
    texts = {
        e.data["id"]: e.data["message"] for e in heard if e.name == "message_update"
    }
    messages = await target.client.messages()
    assert statuses == ["stable", "running", "stable"]
    assert texts == {m["id"]: m["content"] for m in messages}
    assert "hello" in str(texts)


async def test_the_event_stream_forbids_every_kind_of_buffering(target: Target) -> None:
    async with target.client.http.stream("GET", "/events") as answer:
        headers = answer.headers

    assert headers["content-type"].startswith("text/event-stream")
    assert headers["cache-control"] == "no-cache, no-store, must-revalidate"
    assert headers["pragma"] == "no-cache"
    assert headers["expires"] == "0"
    assert headers["connection"] == "keep-alive"
    assert headers["x-accel-buffering"] == headers["x-proxy-buffering"] == "no"


async def test_nothing_waits_while_the_agent_works(target: Target) -> None:
    await target.client.send(target.working(3))

    began = time.monotonic()
    status = await target.client.status()
    with pytest.raises(ApiError) as refused:
        await target.client.send("say more")
    await target.client.messages()
    stream = target.client.events()
    await anext(stream)
    await stream.aclose()
    spent = time.monotonic() - began

    assert status == "running"
    assert refused.value.status == 500
    assert spent < 2, "the agent still works"
    assert await target.client.status() == "running"


async def test_a_busy_agent_is_refused_in_the_words_clients_look_for(
    target: Target,
) -> None:
    await target.client.send(target.working(2))

    answer = await target.client.http.post(
        "/message", json={"content": "more", "type": "user"}
    )

    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["link"] == '</schemas/ErrorModel.json>; rel="describedBy"'
    body = answer.json()
    assert body.pop("$schema").endswith("/schemas/ErrorModel.json")
    assert body == {
        "title": "Internal Server Error",
        "status": 500,
        "detail": "unexpected error occurred",
        "errors": [
            {
                "message": "failed to send message: message can only be sent when the "
                "agent is waiting for user input"
            }
        ],
    }


async def test_an_empty_message_is_refused(target: Target) -> None:
    with pytest.raises(ApiError) as refused:
        await target.client.send(" \n\t ")

    [error] = json.loads(str(refused.value))["errors"]
    assert error["message"] == "failed to send message: message must not be empty"
    assert await target.client.messages() == []


async def test_a_file_is_kept_under_its_contents_hash_and_its_name(
    target: Target,
) -> None:
    content = b"a\r\nb\x00--c"

    answer = await target.client.http.post(
        "/upload", files={"file": ("../../notes.txt", content)}
    )

    path = Path(answer.json()["filePath"])
    assert answer.status_code == 200
    assert answer.json()["ok"] is True
    assert path.is_absolute()
    assert path.name == "notes.txt"
    assert path.parent.name == hashlib.sha256(content).hexdigest()[:16]
    assert path.parent.parent.name.startswith("agentapi-uploads-")
    assert await asyncio.to_thread(path.read_bytes) == content


async def test_a_file_may_have_ten_megabytes_and_no_byte_more(target: Target) -> None:
    http = target.client.http
    sizes = (10 * MEGABYTE, 10 * MEGABYTE + 1, 30 * MEGABYTE)
    answers = [
        await http.post("/upload", files={"file": ("big", b"x" * size)})
        for size in sizes
    ]

    assert [answer.status_code for answer in answers] == [200, 400, 400]
    assert [answer.json()["detail"] for answer in answers[1:]] == [
        "file size exceeds 10MB limit"
    ] * 2


async def test_a_form_without_the_file_is_refused(target: Target) -> None:
    lacking = await target.client.http.post("/upload", files={"other": ("x", b"x")})
    plain = await target.client.http.post("/upload", content=b"x")

    assert (lacking.status_code, plain.status_code) == (422, 422)
    assert lacking.json()["errors"] == [
        {"message": "File required", "location": "file"}
    ]
    assert plain.json()["detail"] == "validation failed"


async def test_the_root_leads_to_the_chat_page(target: Target) -> None:
    http = target.client.http
    root = await http.get("/")
    page = await http.get("/chat/embed")
    missing = await http.get("/chat/none")
    nothing = await http.get("/nothing")

    assert (root.status_code, root.headers["location"]) == (307, "/chat/embed")
    assert page.headers["content-type"].startswith("text/html")
    assert 'ArrowUp: "\\x1b[A"' in page.text, "menus can be answered there"
    assert (missing.status_code, nothing.status_code) == (404, 404)


async def test_the_api_describes_itself(target: Target) -> None:
    http = target.client.http
    document = (await http.get("/openapi.json")).json()
    names = document["components"]["schemas"]
    schemas = [await http.get(f"/schemas/{name}.json") for name in names]
    page = await http.get("/docs")

    assert sorted(document["paths"]) == [
        *("/events", "/message", "/messages", "/status", "/upload")
    ]
    assert all(answer.json()["type"] == "object" for answer in schemas)
    assert page.status_code == 200
    events = document["paths"]["/events"]["get"]["responses"]["200"]["content"]
    items = events["text/event-stream"]["schema"]["items"]["oneOf"]
    assert [item["properties"]["event"]["const"] for item in items] == [
        *("message_update", "status_change", "agent_error")
    ]


async def test_a_route_says_which_method_it_is_for(target: Target) -> None:
    http = target.client.http
    answers = [await http.delete("/status"), await http.get("/message")]
    head = await http.head("/status")

    assert [a.status_code for a in (*answers, head)] == [405, 405, 405]
    assert [a.headers["allow"] for a in answers] == ["GET", "POST"]
    assert await target.client.status() == "stable", "the connection is still good"


async def test_a_permission_is_shown_as_text_and_answered_by_a_digit(
    target: Target,
) -> None:
    await target.client.send("ask execute" if target.transport == "acp" else "ask")
    asked = await target.client.until_said("1. ")
    waiting = await target.client.status()
    await target.client.send("2", "raw")
    await target.client.until_status("stable")

    answered = await target.client.messages()
    assert waiting == "running", "it is not stable while it waits for a person"
    assert "❯ 1. " in asked[-1]["content"]
    chosen = "answered id-allow_once" if target.transport == "acp" else "chose 2"
    assert chosen in answered[-1]["content"]


async def test_escape_ends_the_turn(target: Target) -> None:
    await target.client.send("wait")
    await target.client.until_status("running")

    await target.client.send("\x1b", "raw")
    await target.client.until_status("stable")

    assert (await target.client.turn("say next")).endswith("next")


async def test_the_screen_is_streamed_without_blanks_at_its_end(
    target: Target,
) -> None:
    await target.client.turn("say hello")

    async with target.client.http.stream("GET", "/internal/screen") as answer:
        lines = answer.aiter_lines()
        name, data = await anext(lines), await anext(lines)

    screen = str(json.loads(data.removeprefix("data: "))["screen"])
    assert name == "event: screen"
    assert target.said("hello") in screen
    assert screen == screen.rstrip()


async def test_the_agent_is_asked_of_by_many_at_once_without_harm(
    target: Target,
) -> None:
    async def look() -> None:
        for _ in range(20):
            await target.client.messages()
            await target.client.status()

    answers = await asyncio.gather(
        target.client.send(target.working(3)),
        *(look() for _ in range(5)),
        *(target.client.send(target.working(3)) for _ in range(3)),
        return_exceptions=True,
    )

    refused = [a for a in answers if isinstance(a, ApiError)]
    assert len(refused) == 3, "whichever was first, one message at a time"
    assert not [a for a in answers if isinstance(a, httpx.HTTPError)]
