"""Read what a runner says: checked against the protocol's shapes, cleaned, limited."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID, uuid4

from pydantic import Discriminator, TypeAdapter, ValidationError
from typing_extensions import TypedDict

from taskyard.protocol.link import DurableEvent, Hello, MetadataValue, Reply
from taskyard.protocol.sessions import EVENT_KINDS, MAX_EVENT_BYTES
from taskyard.server.runners.sanitise import (
    clean_json,
    clean_text,
    one_line,
    read_time,
)

__all__ = [
    "BadMessage",
    "CleanEvent",
    "Numbered",
    "clean_events",
    "read_event",
    "read_hello",
    "read_metadata",
    "read_reply",
]

_MAX_KEY: Final = 512
_MAX_SENTENCE: Final = 1000
#: Room for what the runner's own count leaves out (the frame, escapes).
_SLACK: Final = 16 * 1024


class BadMessage(Exception):
    """The message is not of the protocol; the text says where."""


class _SessionEvents(TypedDict):
    session_id: str
    events: list[dict[str, Any]]


_HELLO: Final = TypeAdapter(Hello)
_METADATA: Final = TypeAdapter(MetadataValue)
_REPLY: Final = TypeAdapter(Reply)
_EVENT: Final[TypeAdapter[DurableEvent]] = TypeAdapter(
    Annotated[DurableEvent, Discriminator("name")]
)
_SESSION_EVENTS: Final = TypeAdapter(_SessionEvents)


@dataclass(frozen=True, slots=True)
class Numbered:
    """An event under its number in the runner's stream; None + problem when it is bad."""

    seq: int
    event: DurableEvent | None
    problem: str = ""
    session_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanEvent:
    """A session event as it can be stored."""

    kind: str
    key: str
    at: datetime
    data: dict[str, Any]
    size: int


def read_hello(body: dict[str, Any]) -> Hello:
    """Raises BadMessage."""
    return _read(_HELLO, body)


def read_metadata(body: dict[str, Any]) -> MetadataValue:
    """Raises BadMessage."""
    return _read(_METADATA, body)


def read_reply(body: dict[str, Any]) -> Reply:
    """As it can be stored and shown to people. Raises BadMessage."""
    reply: Reply = _read(_REPLY, clean_json(body))
    if _size(reply.get("result")) > MAX_EVENT_BYTES + _SLACK:
        raise BadMessage("the result of a command is too large")
    if "error" in reply:
        reply["error"] = one_line(reply["error"], _MAX_SENTENCE)
    return reply


def read_event(body: dict[str, Any]) -> Numbered:
    """Raises BadMessage only when there is not even a number; a bad event is a value.

    The events of a session are kept raw here: one bad one must not take its neighbours
    down, so `clean_events` looks at each by itself.
    """
    seq, event = body.get("seq"), body.get("event")
    if not isinstance(seq, int) or isinstance(seq, bool) or not 0 < seq < 2**62:
        raise BadMessage("an event has no number")

    event = clean_json(event)
    adapter: TypeAdapter[Any] = _EVENT
    if isinstance(event, dict) and event.get("name") == "session_events":  # pyright: ignore[reportUnknownMemberType]
        adapter = _SESSION_EVENTS
    try:
        checked = _read(adapter, event)
        session_id = _session_of(checked)
    except (BadMessage, ValueError) as bad:
        return Numbered(seq, None, str(bad))

    if adapter is _SESSION_EVENTS:
        checked["name"] = "session_events"
    return Numbered(seq, checked, session_id=session_id)


def clean_events(raw: Sequence[Any], *, now: datetime) -> list[CleanEvent]:
    """Each as it can be stored; a bad one becomes an `error` event that says so."""
    return [_clean_event(event, now=now) for event in raw]


def _clean_event(raw: Any, *, now: datetime) -> CleanEvent:
    kind, key, data = raw.get("kind"), raw.get("key"), raw.get("data")
    at = read_time(str(raw.get("at", "")), now=now)
    if not isinstance(kind, str) or not isinstance(key, str) or not _is_object(data):
        return _error(at, "The runner sent an event that is not of the expected form.")
    if kind not in EVENT_KINDS:  # a newer runner: keep it, as what it is
        kind, data = "raw", {"frame": {"kind": kind[:64], "data": data}}

    size = _size(data)
    if size > MAX_EVENT_BYTES + _SLACK:
        return _error(
            at,
            f"An event of kind {kind!r} was left out: it has {size} bytes, and "
            f"{MAX_EVENT_BYTES} are allowed.",
        )
    return CleanEvent(
        kind=kind, key=clean_text(key)[:_MAX_KEY], at=at, data=data, size=size
    )


def _error(at: datetime, detail: str) -> CleanEvent:
    return CleanEvent(
        kind="error", key=str(uuid4()), at=at, data={"detail": detail}, size=len(detail)
    )


def _size(data: Any) -> int:
    return len(json.dumps(data, ensure_ascii=False).encode())


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _session_of(event: Any) -> UUID | None:
    """Raises ValueError when the id is there but is none."""
    session_id = event.get("session_id")
    return None if session_id is None else UUID(session_id)


def _read(adapter: TypeAdapter[Any], body: Any) -> Any:
    try:
        return adapter.validate_python(body)
    except ValidationError as invalid:
        first = invalid.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(step) for step in first["loc"]) or "message"
        raise BadMessage(f"{where}: {first['msg']}") from invalid
