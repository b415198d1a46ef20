from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from taskyard.protocol.sessions import MAX_EVENT_BYTES
from taskyard.server.runners.messages import (
    BadMessage,
    clean_events,
    read_event,
    read_hello,
    read_reply,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def _event(event: Any, seq: Any = 1) -> dict[str, Any]:
    return {"type": "event", "seq": seq, "event": event}


def test_a_good_event_is_read() -> None:
    event = {"name": "lifecycle", "state": "ready", "at": "2026-01-01T00:00:00Z"}

    numbered = read_event(_event(event))

    assert (numbered.seq, numbered.event, numbered.problem) == (1, event, "")


@pytest.mark.parametrize(
    "event",
    [
        pytest.param({"name": "lifecycle", "state": "asleep", "at": ""}, id="state"),
        pytest.param({"name": "nonsense"}, id="name"),
        pytest.param({}, id="empty"),
        pytest.param("text", id="not an object"),
        pytest.param({"name": "session_events", "session_id": "x"}, id="no events"),
        pytest.param(
            {"name": "session_events", "session_id": "no uuid", "events": []}, id="uuid"
        ),
    ],
)
def test_a_bad_event_is_a_value_with_its_number(event: Any) -> None:
    numbered = read_event(_event(event, seq=7))

    assert (numbered.seq, numbered.event) == (7, None)
    assert numbered.problem


@pytest.mark.parametrize("seq", [None, "1", 0, -1, True, 2**63])
def test_an_event_without_a_number_is_refused(seq: Any) -> None:
    with pytest.raises(BadMessage):
        read_event(_event({"name": "logs", "lines": []}, seq=seq))


def test_a_hello_names_what_is_wrong_with_it() -> None:
    with pytest.raises(BadMessage, match="runner_version"):
        read_hello({"type": "hello"})


def test_a_reply_is_made_fit_to_be_stored_and_shown() -> None:
    said = {"error": "no\0:\n\x1b]0;x\x07" + "y" * 2000, "result": {"a\0": ["\0"]}}

    reply = read_reply({"type": "reply", "id": "1", "ok": False, **said})

    error = reply.get("error", "")
    assert error.startswith("no\ufffd: ]0;x yyy")
    assert len(error) == 1000
    assert reply.get("result") == {"a\ufffd": ["\ufffd"]}


def test_a_result_that_is_too_large_is_none() -> None:
    body = {
        "type": "reply",
        "id": "1",
        "ok": True,
        "result": {"options": "x" * 300_000},
    }

    with pytest.raises(BadMessage, match="too large"):
        read_reply(body)


def test_events_of_a_session_are_judged_one_by_one() -> None:
    raw: list[dict[str, Any]] = [
        {"kind": "title", "key": "title", "at": "2026-01-01T00:00:00Z", "data": {}},
        {"kind": "title", "key": 5, "at": "", "data": {}},
        {"kind": "brand_new", "key": "k", "at": "", "data": {"x": 1}},
        {
            "kind": "message",
            "key": "m",
            "at": "",
            "data": {"text": "x" * (MAX_EVENT_BYTES * 2)},
        },
    ]

    clean = clean_events(raw, now=NOW)

    assert [event.kind for event in clean] == ["title", "error", "raw", "error"]
    assert clean[2].data == {"frame": {"kind": "brand_new", "data": {"x": 1}}}
    assert "left out" in clean[3].data["detail"]


def test_the_session_of_a_bad_event_is_known_where_it_says_so() -> None:
    session = uuid4()
    event = {
        "name": "session_identified",
        "session_id": str(session),
        "external_id": "e",
    }

    numbered = read_event(_event(event))

    assert numbered.session_id == session
