"""Streams that go on across lost connections."""

from collections.abc import Iterator
from contextlib import aclosing

import pytest

from taskyard.kit.errors import NotFound
from taskyard.protocol.api.tasks import StoredEvent, TaskDetail
from taskyard.sdk import Client, Retry, ServerUnreachable
from tests.support import wire
from tests.support.fake_api import FakeApi, frame

pytestmark = pytest.mark.asyncio

QUICK = Retry(first_pause=0.001)


@pytest.fixture
def api() -> Iterator[FakeApi]:
    api = FakeApi()
    with api.running():
        yield api


async def test_watching_loses_nothing_and_repeats_nothing(api: FakeApi) -> None:
    api.streams["/tasks/me/fix/events"] = [
        frame(wire.event(1, "title")) + b'event: event\ndata: {"seq":',
        b"",
        frame(wire.event(2, "title"), "event") + frame(wire.task("paused"), "status"),
    ]
    seen: list[int | str] = []

    async with (
        Client(api.url, retry=QUICK) as client,
        aclosing(client.tasks.watch("me", "fix")) as watched,
    ):
        async for item in watched:
            seen.append(item.seq if isinstance(item, StoredEvent) else item.work.status)
            if isinstance(item, TaskDetail):
                break

    assert seen == [1, 2, "paused"]
    assert [each.query["after"] for each in api.asked] == ["0", "1", "1"]


async def test_watching_a_task_that_is_gone_ends_by_its_error(api: FakeApi) -> None:
    async with Client(api.url, retry=QUICK) as client:
        with pytest.raises(NotFound):
            await anext(client.tasks.watch("me", "gone"))


async def test_watching_where_nothing_listens_ends_as_soon_as_any_request() -> None:
    pauses: list[float] = []

    async def note(seconds: float) -> None:
        pauses.append(seconds)

    async with Client("http://127.0.0.1:9", retry=Retry(sleep=note)) as client:
        with pytest.raises(ServerUnreachable):
            await anext(client.tasks.watch("me", "fix"))

    assert len(pauses) == Retry().attempts - 1


async def test_a_transcript_is_put_together_from_its_pages(api: FakeApi) -> None:
    api.on(
        "GET /tasks/me/fix/events/page",
        [wire.event(3, "title"), wire.event(4, "title")],
        [wire.event(1, "title"), wire.event(2, "title")],
    )

    async with Client(api.url) as client:
        events = await client.tasks.transcript("me", "fix")

    assert [event.seq for event in events] == [1, 2, 3, 4]
    assert [each.query.get("before") for each in api.asked] == [None, "3"]


async def test_a_build_log_is_read_line_by_line_to_its_end(api: FakeApi) -> None:
    build = wire.build()
    api.sockets[f"/workspacebuilds/{build.id}/logs"] = [
        wire.log_line(n, "Apply", f"line {n}").model_dump_json().encode()
        for n in (1, 2, 3)
    ]

    async with Client(api.url) as client:
        lines = [
            line.output
            async for line in client.workspaces.follow_build(build.id, after=1)
        ]

    assert lines == ["line 2", "line 3"]
