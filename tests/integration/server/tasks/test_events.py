"""Following a task: no event is missed, none comes twice, it ends with the task."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from http import HTTPStatus
from typing import Any

import httpx
import pytest

from taskyard.server.factory import Factory
from taskyard.server.runners.session_store import SessionStore
from taskyard.server.tasks.stream import Frame, encode
from taskyard.testing.runners import FakeRunner
from tests.conftest import Account
from tests.support.provisioning import ok
from tests.support.serving import served
from tests.support.tasks import Active, Bench

pytestmark = pytest.mark.asyncio


def _follow(active: Active, **start: int) -> AsyncGenerator[Frame]:
    streams = active.bench.process.task_streams
    return streams.follow(active.id, None, **start)


async def _take(frames: AsyncGenerator[Frame], event: str, count: int) -> list[Frame]:
    """The next `count` frames of that kind; others are passed over."""
    found = list[Frame]()
    async with asyncio.timeout(20):
        while len(found) < count:
            frame = await anext(frames)
            if frame.event == event:
                found.append(frame)
    return found


def _chat(active: Active, count: int, *, start: int = 0) -> None:
    for number in range(start, start + count):
        active.runner.session_event(
            active.session,
            "message_chunk",
            "a",
            role="agent",
            kind="text",
            text=f"{number} ",
        )


async def test_a_new_follower_gets_everything_then_the_status(bench: Bench) -> None:
    active = await bench.active()

    async with aclosing(_follow(active)) as frames:
        events = await _take(frames, "event", 4)
        status = (await _take(frames, "status", 1))[0]

    assert [frame.id for frame in events] == [1, 2, 3, 4]
    assert json.loads(status.data)["work"]["status"] == "idle"


async def test_events_arrive_as_they_are_stored(bench: Bench) -> None:
    active = await bench.active()

    async with aclosing(_follow(active, after=4)) as frames:
        await _take(frames, "status", 1)
        _chat(active, 3)
        events = await _take(frames, "event", 3)

    assert [frame.id for frame in events] == [5, 6, 7]


async def test_reconnecting_while_events_come_in_misses_and_repeats_nothing(
    bench: Bench,
) -> None:
    active = await bench.active()
    total = 4 + 200
    seen = list[int | None]()

    async def write() -> None:
        for number in range(20):
            _chat(active, 10, start=number * 10)
            await active.runner.settled()

    async def read() -> None:
        while len(seen) < total:
            count = min(37, total - len(seen))
            async with aclosing(_follow(active, after=len(seen))) as frames:
                seen.extend(frame.id for frame in await _take(frames, "event", count))

    async with asyncio.TaskGroup() as group:
        group.create_task(write())
        group.create_task(read())

    assert seen == list(range(1, total + 1))


async def test_a_tail_begins_near_the_end(bench: Bench) -> None:
    active = await bench.active()
    _chat(active, 20)
    await active.runner.settled()

    async with aclosing(_follow(active, tail=5)) as frames:
        events = await _take(frames, "event", 5)
    async with aclosing(_follow(active, tail=0)) as frames:
        first = await anext(frames)

    assert [frame.id for frame in events] == [20, 21, 22, 23, 24]
    assert first.event == "status"


async def test_a_change_of_state_is_told(bench: Bench) -> None:
    active = await bench.active()

    async with aclosing(_follow(active, after=10**6)) as frames:
        await _take(frames, "status", 1)
        active.runner.state(active.session, "running")
        status = (await _take(frames, "status", 1))[0]

    assert json.loads(status.data)["work"]["status"] == "working"


async def test_the_stream_ends_when_the_task_is_deleted(bench: Bench) -> None:
    active = await bench.active()

    async with aclosing(_follow(active)) as frames:
        await _take(frames, "status", 1)
        await bench.client.delete(active.path)
        end = (await _take(frames, "end", 1))[0]
        rest = [frame async for frame in frames]

    assert json.loads(end.data) == {"reason": "deleted"}
    assert rest == []


async def test_silence_is_filled_with_comments(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    active = await bench.active()
    streams = bench.process.task_streams
    monkeypatch.setattr(streams, "_heartbeat", 0.05)

    async with aclosing(streams.follow(active.id, None, after=10**6)) as frames:
        await _take(frames, "status", 1)
        comment = await anext(frames)

    assert encode(comment) == b": still here\n\n"


async def test_a_paused_task_can_still_be_read(bench: Bench) -> None:
    active = await bench.active()
    await active.pause()

    page = ok(await bench.client.get(f"{active.path}/events/page"))

    assert [event["seq"] for event in page] == [1, 2, 3, 4]


async def test_pages_go_back_from_the_end(bench: Bench) -> None:
    active = await bench.active()
    _chat(active, 10)
    await active.runner.settled()
    path = f"{active.path}/events/page"

    last = ok(await bench.client.get(f"{path}?limit=5"))
    before = ok(await bench.client.get(f"{path}?limit=5&before={last[0]['seq']}"))
    after = ok(await bench.client.get(f"{path}?limit=2&after=12"))

    assert [event["seq"] for event in last] == [10, 11, 12, 13, 14]
    assert [event["seq"] for event in before] == [5, 6, 7, 8, 9]
    assert [event["seq"] for event in after] == [13, 14]


async def test_a_page_of_huge_events_ends_early_whichever_way_it_is_read(
    bench: Bench,
) -> None:
    active = await bench.active()
    for number in range(50):
        huge = {"title": "cat", "kind": "read", "raw_output": "x" * 250_000}
        active.runner.session_event(active.session, "tool", f"t{number}", **huge)
    await active.runner.settled()
    path = f"{active.path}/events/page?limit=1000"

    first = ok(await bench.client.get(f"{path}&after=0"))
    rest = ok(await bench.client.get(f"{path}&after={first[-1]['seq']}"))
    newest = ok(await bench.client.get(path))
    older = ok(await bench.client.get(f"{path}&before={newest[0]['seq']}"))

    everything = list(range(1, newest[-1]["seq"] + 1))
    assert len(everything) > 50
    assert [event["seq"] for event in first + rest] == everything
    assert [event["seq"] for event in older + newest] == everything
    assert all(len(page) < 40 for page in (first, rest, newest, older))


async def test_the_stream_is_a_page_for_who_accepts_json(bench: Bench) -> None:
    active = await bench.active()

    answer = await bench.client.get(
        f"{active.path}/events",
        params={"after": 2},
        headers={"Accept": "application/json"},
    )

    assert [event["seq"] for event in answer.json()] == [3, 4]


@pytest.mark.parametrize("number", ["x", "-1", "1" * 20, "1" * 5000])
async def test_a_place_that_no_event_can_have_is_a_bad_request(
    bench: Bench, number: str
) -> None:
    active = await bench.active()

    by_header = await bench.client.get(
        f"{active.path}/events", headers={"Last-Event-ID": number}
    )
    by_query = await bench.client.get(f"{active.path}/events?after={number}")

    assert by_header.status_code == HTTPStatus.BAD_REQUEST
    assert by_query.status_code == HTTPStatus.BAD_REQUEST


async def test_two_sessions_of_a_task_share_one_order(bench: Bench) -> None:
    active = await bench.active()
    second = active.runner.start_session(key="helper")
    active.runner.state(second, "idle")
    _chat(active, 1)
    await active.runner.settled()

    events = await active.events()

    assert [event["seq"] for event in events] == [1, 2, 3, 4, 5, 6]
    assert [event["session_id"] for event in events[4:]] == [
        str(second),
        str(active.session),
    ]


async def test_a_large_transcript_opens_at_its_end(bench: Bench) -> None:
    active = await bench.active()
    rows: list[dict[str, Any]] = [
        {
            "session_id": active.session,
            "seq": seq,
            "kind": "message_chunk",
            "key": "a",
            "at": bench.clock.now(),
            "data": {"role": "agent", "kind": "text", "text": "x" * 200},
        }
        for seq in range(5, 5005)
    ]
    async with bench.process.sessions.begin() as session:
        await SessionStore(session).add_events(rows)

    page = ok(await bench.client.get(f"{active.path}/events/page?limit=100"))

    assert (page[0]["seq"], page[-1]["seq"]) == (4905, 5004)


async def test_hints_of_the_list_name_the_tasks_that_changed(bench: Bench) -> None:
    actor = await bench.process.authenticator.identify(bench.yard.owner.token)

    async with aclosing(bench.process.task_streams.follow_list(actor)) as frames:
        first = await anext(frames)
        task, hinted = await asyncio.gather(
            bench.task(run=False), _take(frames, "tasks", 1)
        )

    assert json.loads(first.data) == {"task_ids": None}
    assert json.loads(hinted[0].data) == {"task_ids": [task["id"]]}


async def test_hints_name_no_foreign_tasks(bench: Bench, member: Account) -> None:
    active = await bench.active()
    stranger = await bench.process.authenticator.identify(member.token)

    async with bench.process.sessions.begin() as session:
        found = (
            await Factory(bench.process, session)
            .tasks()
            .visible(stranger, task_ids={active.id}, workspace_ids=set())
        )

    assert found == []


async def test_a_client_resumes_by_the_last_id_it_saw(bench: Bench) -> None:
    active = await bench.active()
    headers = {"Coder-Session-Token": bench.yard.owner.token, "Last-Event-ID": "2"}

    async with (
        served(bench.app) as url,
        httpx.AsyncClient(base_url=url, headers=headers) as client,
        client.stream("GET", f"{active.path}/events") as response,
    ):
        lines = response.aiter_lines()
        head = [await anext(lines) for _ in range(4)]

    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["cache-control"] == "no-store"
    assert head[0].startswith(":")
    assert head[2:4] == ["id: 3", "event: event"]


async def test_frames_are_encoded_for_the_wire() -> None:
    frame = Frame(event="event", id=7, data='{"a":1}')

    assert encode(frame) == b'id: 7\nevent: event\ndata: {"a":1}\n\n'


async def test_a_runner_that_doubles_its_session_events_adds_none(
    bench: Bench,
) -> None:
    active = await bench.active()
    runner: FakeRunner = active.runner
    seq = runner.session_event(active.session, "title", "title", title="Hello")
    await runner.settled()

    event: dict[str, Any] = {
        "name": "session_events",
        "session_id": str(active.session),
        "events": [],
    }
    runner.say({"type": "event", "seq": seq, "event": event})
    runner.session_event(active.session, "title", "title", title="Again")
    await runner.settled()

    titles = [
        event["data"] for event in await active.events() if event["kind"] == "title"
    ]
    assert titles == [{"title": "Hello"}, {"title": "Again"}]
