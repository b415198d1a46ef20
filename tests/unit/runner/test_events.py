"""Events are joined, masked and bounded on their way out."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from taskyard.kit.clock import ManualClock
from taskyard.protocol.sessions import MAX_EVENT_BYTES, SessionEvent
from taskyard.runner.agents.events import EventBuffer, fit
from taskyard.runner.masking import Mask

pytestmark = pytest.mark.asyncio

KEY = "sk-0123456789"


class Sent:
    """A buffer and what came out of it."""

    def __init__(self) -> None:
        self.batches: list[list[SessionEvent]] = []
        clock = ManualClock(datetime(2026, 1, 1, tzinfo=UTC))
        self.buffer = EventBuffer(send=self._take, mask=Mask([KEY]), clock=clock)
        self._arrived = asyncio.Event()

    def _take(self, batch: list[SessionEvent]) -> None:
        self.batches.append(batch)
        self._arrived.set()

    async def first(self) -> None:
        """Wait for the first batch."""
        async with asyncio.timeout(5):
            await self._arrived.wait()

    def say(self, text: str, key: str = "m", kind: str = "text") -> None:
        self.buffer.add(
            "message_chunk", key, {"role": "agent", "kind": kind, "text": text}
        )

    @property
    def events(self) -> list[SessionEvent]:
        return [event for batch in self.batches for event in batch]

    @property
    def text(self) -> str:
        return "".join(
            e["data"]["text"] for e in self.events if e["kind"] == "message_chunk"
        )


async def test_chunks_of_a_message_become_one_event() -> None:
    sent = Sent()

    for part in ("Hel", "lo ", "you"):
        sent.say(part)
    sent.buffer.flush()

    assert [event["data"]["text"] for event in sent.events] == ["Hello you"]


async def test_order_is_kept_between_messages_and_other_events() -> None:
    sent = Sent()

    sent.say("a")
    sent.say("t", kind="thought")
    sent.buffer.add("tool", "t1", {"title": "x"})
    sent.say("b")
    sent.buffer.flush()

    assert [(e["kind"], e["data"].get("text")) for e in sent.events] == [
        ("message_chunk", "a"),
        ("message_chunk", "t"),
        ("tool", None),
        ("message_chunk", "b"),
    ]


async def test_what_a_person_waits_for_goes_out_at_once() -> None:
    sent = Sent()

    sent.say("a")
    sent.buffer.add("state", "state", {"state": "idle"})

    assert [event["kind"] for event in sent.events] == ["message_chunk", "state"]


async def test_the_rest_goes_out_within_a_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("taskyard.runner.agents.events.FLUSH_SECONDS", 0.001)
    sent = Sent()

    sent.say("a")
    await sent.first()

    assert sent.text == "a"


@pytest.mark.parametrize("cut", range(1, len(KEY)))
async def test_a_secret_cut_anywhere_is_masked(
    cut: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("taskyard.runner.agents.events.FLUSH_SECONDS", 0.001)
    sent = Sent()

    sent.say(f"the key {KEY[:cut]}")
    await sent.first()
    sent.say(f"{KEY[cut:]} is secret")
    sent.buffer.flush()

    assert sent.text == "the key [redacted] is secret"


async def test_text_held_back_comes_when_it_was_no_secret() -> None:
    sent = Sent()

    sent.say("ends with sk-01")
    sent.buffer.add("turn_ended", "t", {})

    assert sent.text == "ends with sk-01"


async def test_long_text_is_split_and_nothing_of_it_lost() -> None:
    sent = Sent()
    whole = "".join(f"{number}," for number in range(60_000))

    sent.say(whole)
    sent.buffer.flush()

    assert sent.text == whole
    assert max(len(json.dumps(event)) for event in sent.events) < MAX_EVENT_BYTES


@pytest.mark.parametrize(
    "data",
    [
        {"raw_output": "é" * 900_000},
        {"content": [{"text": "x" * 50_000} for _ in range(100)]},
        {"raw_input": {f"k{number}": "y" * 100 for number in range(50_000)}},
        {"raw_output": [[["z" * 1000] * 100] * 100]},
    ],
)
async def test_an_event_is_cut_to_its_limit_and_says_so(data: dict[str, Any]) -> None:
    event: SessionEvent = {"kind": "tool", "key": "t", "at": "", "data": data}

    cut, size = fit(event)

    assert size <= MAX_EVENT_BYTES
    assert len(json.dumps(cut, ensure_ascii=False).encode()) <= MAX_EVENT_BYTES + 32
    assert cut["data"]["truncated"] > 100_000


async def test_a_small_event_is_left_alone() -> None:
    event: SessionEvent = {"kind": "tool", "key": "t", "at": "", "data": {"title": "x"}}

    assert fit(event)[0] == event
