"""Make a page of events as short as what a reader ends up with."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final, final

from taskyard.protocol.api.tasks import StoredEvent

__all__ = ["condense"]

#: Pieces of a message are joined up to here: what is sent at once must fit a frame.
_JOINED_CHARACTERS: Final = 64 * 1024
#: Of these only the last of a page counts.
_REPLACED: Final = frozenset({"plan", "usage", "commands", "options", "title"})


def condense(events: Iterable[StoredEvent]) -> list[StoredEvent]:
    """Events in order, where what is told in pieces or again is told once.

    Whoever has been sent an event of the result has been sent all before its number, so
    that a reader who is cut off can go on from there. So pieces that follow one another
    are joined under the last number, and what replaces something stands where it was said
    last; but a tool call stays where it began, under the number it began with: what was
    said after it belongs behind it.
    """
    page = _Page()
    for event in events:
        page.add(event)
    return page.events()


@final
class _Page:
    def __init__(self) -> None:
        self._kept: dict[int, StoredEvent] = {}  # by number, and in that order
        self._seats: dict[tuple[str, str], int] = {}
        self._pieces: dict[str, list[int]] = defaultdict(list)

    def events(self) -> list[StoredEvent]:
        return list(self._kept.values())

    def add(self, event: StoredEvent) -> None:
        match event.kind:
            case "message_chunk":
                self._add_piece(event)
            case "message":
                for seq in self._pieces.pop(event.key, []):
                    self._kept.pop(seq, None)
                self._keep(event)
                self._pieces[event.key].append(event.seq)
            case "tool":
                self._add_tool(event)
            case kind if kind in _REPLACED:
                self._kept.pop(self._seats.pop((kind, event.key), 0), None)
                self._seats[kind, event.key] = event.seq
                self._keep(event)
            case _:
                self._keep(event)

    def _keep(self, event: StoredEvent) -> None:
        self._kept[event.seq] = event

    def _add_piece(self, event: StoredEvent) -> None:
        pieces = self._pieces[event.key]
        last = self._kept.get(next(reversed(self._kept), 0))
        if last is not None and _goes_on(last, event):
            self._kept.pop(last.seq)
            pieces.remove(last.seq)
            text = f"{last.data.get('text')}{event.data.get('text')}"
            data = {**last.data, "text": text}
            event = last.model_copy(update={"seq": event.seq, "data": data})
        pieces.append(event.seq)
        self._keep(event)

    def _add_tool(self, event: StoredEvent) -> None:
        began = self._seats.setdefault(("tool", event.key), event.seq)
        self._kept[began] = event.model_copy(update={"seq": began})


def _goes_on(last: StoredEvent, event: StoredEvent) -> bool:
    if last.key != event.key or last.kind not in {"message", "message_chunk"}:
        return False
    if any(last.data.get(name) != event.data.get(name) for name in ("role", "kind")):
        return False
    size = len(str(last.data.get("text"))) + len(str(event.data.get("text")))
    return size <= _JOINED_CHARACTERS
