"""A page of events, made as short as what a reader ends up with."""

from typing import Any

from taskyard.protocol.api.tasks import StoredEvent
from taskyard.server.tasks.acp.condense import condense
from tests.support import wire


def piece(seq: int, text: str, key: str = "m", role: str = "agent") -> StoredEvent:
    return wire.event(seq, "message_chunk", key, role=role, kind="text", text=text)


def shown(events: list[StoredEvent]) -> list[tuple[int, str, Any]]:
    return [(e.seq, e.key, e.data.get("text") or e.data.get("n")) for e in events]


def test_pieces_that_follow_one_another_are_one() -> None:
    page = [piece(1, "a"), piece(2, "b"), piece(3, "c", "other"), piece(4, "d")]

    assert shown(condense(page)) == [(2, "m", "ab"), (3, "other", "c"), (4, "m", "d")]


def test_pieces_of_two_speakers_are_two() -> None:
    page = [piece(1, "a"), piece(2, "b", role="user")]

    assert shown(condense(page)) == [(1, "m", "a"), (2, "m", "b")]


def test_pieces_are_joined_only_as_far_as_a_frame_holds() -> None:
    half = "x" * 40_000

    assert [event.seq for event in condense([piece(1, half), piece(2, half)])] == [1, 2]


def test_a_whole_message_stands_for_what_was_said_of_it_before() -> None:
    page = [
        piece(1, "draft"),
        wire.event(2, "state", "state", n="s"),
        wire.event(3, "message", "m", role="agent", kind="text", text="final"),
        wire.event(4, "message", "m", role="agent", kind="text", text="final!"),
        piece(5, " more"),
    ]

    assert shown(condense(page)) == [(2, "state", "s"), (5, "m", "final! more")]


def test_a_tool_call_stays_where_it_began_with_what_became_of_it() -> None:
    page = [
        wire.event(1, "tool", "t", n="pending"),
        piece(2, "meanwhile"),
        wire.event(3, "tool", "t", n="completed"),
    ]

    assert shown(condense(page)) == [(1, "t", "completed"), (2, "m", "meanwhile")]


def test_of_what_replaces_itself_the_last_is_told() -> None:
    page = [
        wire.event(1, "plan", "plan", n=1),
        wire.event(2, "usage", "usage", n=2),
        wire.event(3, "plan", "plan", n=3),
    ]

    assert shown(condense(page)) == [(2, "usage", 2), (3, "plan", 3)]


def test_whoever_has_seen_a_number_has_seen_all_below_it() -> None:
    page = [
        wire.event(1, "tool", "t", n="pending"),
        piece(2, "a"),
        piece(3, "b"),
        wire.event(4, "turn_ended", "turn", n="end"),
        wire.event(5, "tool", "t", n="completed"),
    ]

    numbers = [event.seq for event in condense(page)]

    assert numbers == sorted(numbers)
    assert numbers == [1, 3, 4]


def test_an_empty_page_stays_empty() -> None:
    assert condense([]) == []
