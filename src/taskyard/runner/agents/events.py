"""From what a driver emits to what is stored: in order, joined, masked, bounded."""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any, Final, final

from taskyard.kit.clock import Clock
from taskyard.kit.shapes import as_list, as_object
from taskyard.protocol.sessions import MAX_EVENT_BYTES, EventKind, SessionEvent
from taskyard.runner.masking import Mask

__all__ = ["EventBuffer", "fit"]

FLUSH_SECONDS: Final = 0.05
#: A batch is one message on the link; one event may be almost this large by itself.
BATCH_BYTES: Final = 512 * 1024
#: Text of one chunk event; longer text becomes several, nothing is lost.
CHUNK_CHARACTERS: Final = 32 * 1024
#: A person waits for these: they go out at once.
_URGENT: Final = frozenset(
    {"state", "turn_ended", "permission_requested", "permission_resolved"}
)


@final
class EventBuffer:
    """Joins what comes within 50 ms into one batch.

    Text chunks of the same message become one event. A chunk whose end may be the
    beginning of a secret keeps that end back until the next chunk or any other event.
    """

    def __init__(
        self, *, send: Callable[[list[SessionEvent]], None], mask: Mask, clock: Clock
    ) -> None:
        self._send = send
        self._mask = mask
        self._clock = clock
        self._events: list[SessionEvent] = []
        self._size = 0
        self._chunk: SessionEvent | None = None
        self._timer: asyncio.TimerHandle | None = None

    def add(self, kind: EventKind, key: str, data: Mapping[str, Any]) -> None:
        """Take an event; it is sent within 50 ms, with those around it."""
        if kind == "message_chunk":
            self._add_chunk(key, data)
        else:
            self._close_chunk()
            self._append(kind, key, self._mask.value(data))
        if kind in _URGENT or self._size >= BATCH_BYTES:
            self._send_batch()
        elif self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(FLUSH_SECONDS, self._tick)

    def flush(self) -> None:
        """Send everything, also text that was kept back."""
        self._close_chunk()
        self._send_batch()

    def _add_chunk(self, key: str, data: Mapping[str, Any]) -> None:
        chunk = self._chunk
        if chunk is not None and (
            chunk["key"] != key
            or chunk["data"]["role"] != data["role"]
            or chunk["data"]["kind"] != data["kind"]
        ):
            self._close_chunk()
            chunk = None
        if chunk is None:
            chunk = self._event("message_chunk", key, {**data, "text": ""})
            self._chunk = chunk
        chunk["data"]["text"] += data["text"]
        while len(chunk["data"]["text"]) >= CHUNK_CHARACTERS:
            text = chunk["data"]["text"]
            self._emit_text(
                chunk, CHUNK_CHARACTERS - self._mask.held_back(text[:CHUNK_CHARACTERS])
            )

    def _tick(self) -> None:
        self._timer = None
        if self._chunk is not None:
            text = self._chunk["data"]["text"]
            self._emit_text(self._chunk, len(text) - self._mask.held_back(text))
        self._send_batch()

    def _close_chunk(self) -> None:
        if self._chunk is not None:
            self._emit_text(self._chunk, len(self._chunk["data"]["text"]))
            self._chunk = None

    def _emit_text(self, chunk: SessionEvent, end: int) -> None:
        text = chunk["data"]["text"]
        if end <= 0:
            if not text:
                return
            end = len(text) if len(text) >= CHUNK_CHARACTERS else 0
        if end:
            data = {**chunk["data"], "text": self._mask.text(text[:end])}
            self._append("message_chunk", chunk["key"], data)
            chunk["data"]["text"] = text[end:]

    def _append(self, kind: EventKind, key: str, data: Mapping[str, Any]) -> None:
        event, size = fit(self._event(kind, key, data))
        if self._size + size > BATCH_BYTES:
            self._send_batch()
        self._events.append(event)
        self._size += size

    def _send_batch(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            if self._chunk is not None and self._chunk["data"]["text"]:
                loop = asyncio.get_running_loop()
                self._timer = loop.call_later(FLUSH_SECONDS, self._tick)
        if self._events:
            events, self._events, self._size = self._events, [], 0
            self._send(events)

    def _event(
        self, kind: EventKind, key: str, data: Mapping[str, Any]
    ) -> SessionEvent:
        return {
            "kind": kind,
            "key": key[:200],
            "at": self._clock.now().isoformat(),
            "data": dict(data),
        }


def fit(event: SessionEvent) -> tuple[SessionEvent, int]:
    """Cut the longest texts of an event until it is small enough; say how much went.

    Returns the event and its size in bytes.
    """
    size = _size(event)
    limit = 64 * 1024
    lost = 0
    while size > MAX_EVENT_BYTES and limit > 0:
        lost += size
        data = _cut(event["data"], limit, items=limit)
        event = {**event, "data": {**data, "truncated": 0}}
        size = _size(event)
        lost -= size
        event["data"]["truncated"] = lost
        limit //= 4
    return event, size


def _size(event: SessionEvent) -> int:
    return len(json.dumps(event, ensure_ascii=False).encode("utf-8", "replace"))


def _cut(value: Any, limit: int, *, items: int) -> Any:
    if isinstance(value, str):
        return value[:limit]
    if isinstance(value, dict):
        fields = list(as_object(value).items())[:items]
        return {name: _cut(field, limit, items=items) for name, field in fields}
    if isinstance(value, list):
        return [_cut(item, limit, items=items) for item in as_list(value)[:items]]
    return value
