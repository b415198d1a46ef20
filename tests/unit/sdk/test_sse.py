"""Decoding server-sent events."""

from collections.abc import AsyncIterator

import pytest

from taskyard.sdk.sse import ServerSentEvent, decode

pytestmark = pytest.mark.asyncio


async def _lines(text: str) -> AsyncIterator[str]:
    for line in text.split("\n"):
        yield line


async def _decoded(text: str) -> list[ServerSentEvent]:
    return [event async for event in decode(_lines(text))]


async def test_fields_make_an_event_at_the_empty_line() -> None:
    found = await _decoded("id: 7\nevent: status\ndata: {}\n\n")

    assert found == [ServerSentEvent(event="status", data="{}", id="7")]


async def test_lines_of_data_are_joined_and_one_space_is_dropped() -> None:
    found = await _decoded("data:one\ndata:  two\n\n")

    assert [event.data for event in found] == ["one\n two"]


async def test_comments_and_unknown_fields_are_left_out() -> None:
    found = await _decoded(": alive\n\nretry: 3\n\ndata: x\n\n")

    assert [event.data for event in found] == ["x"]


async def test_an_event_that_is_cut_off_is_dropped() -> None:
    assert await _decoded("data: whole\n\ndata: ha") == [ServerSentEvent(data="whole")]


async def test_the_name_of_an_event_does_not_leak_into_the_next() -> None:
    found = await _decoded("event: status\ndata: 1\n\ndata: 2\n\n")

    assert [event.event for event in found] == ["status", "message"]
