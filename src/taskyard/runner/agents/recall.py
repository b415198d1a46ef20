"""What was said in an agent's terminal, when its conversation comes back to the chat.

An agent that loads a conversation tells all of it again. What the log has already is left
out, what came meanwhile is appended: the two are laid side by side by what people said,
and by the answers where people said the same twice.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from taskyard.protocol.sessions import EventKind

__all__ = ["Exchange", "Told", "exchanges_of", "keyed", "known_part", "missing"]

#: Of each text that is compared, and of exchanges: older ones need not be found again.
COMPARED_CHARACTERS: Final = 1000
COMPARED_EXCHANGES: Final = 300
#: An answer this long is not given twice by chance.
_TELLING: Final = 20
_SAME, _UNKNOWN, _OTHER = 4, 3, 2


class Told(NamedTuple):
    """Something the agent tells again, as an event."""

    kind: EventKind
    key: str
    data: Mapping[str, Any]


@dataclass(slots=True)
class Exchange:
    """What a person said, and what the agent answered; `events` are those after it."""

    said: str
    answer: str = ""
    events: list[Told] = field(default_factory=list[Told])


def exchanges_of(told: Iterable[Told]) -> list[Exchange]:
    """Group events: each message of a person begins an exchange, chunks are joined.

    What comes before the first message of a person belongs to one in which nothing was
    said.
    """
    exchanges: list[Exchange] = []
    for event in _joined(told):
        if event.kind == "message" and event.data["role"] == "user":
            exchanges.append(Exchange(said=event.data["text"], events=[event]))
            continue
        if not exchanges:
            exchanges.append(Exchange(said=""))
        exchanges[-1].events.append(event)
        if event.kind == "message" and event.data["kind"] == "text":
            exchanges[-1].answer += event.data["text"]
    return exchanges


def _joined(told: Iterable[Told]) -> list[Told]:
    """Messages whole; of a tool only what is known of it last, where it began."""
    places: dict[tuple[str, str], int] = {}
    events: list[Told] = []
    for event in told:
        kind: EventKind = "message" if event.kind == "message_chunk" else event.kind
        at = places.get((kind, event.key))
        if kind not in ("message", "tool") or at is None:
            places[kind, event.key] = len(events)
            events.append(Told(kind, event.key, dict(event.data)))
        elif event.kind == "message_chunk":
            text = events[at].data["text"] + event.data["text"]
            events[at] = Told(kind, event.key, {**events[at].data, "text": text})
        else:
            events[at] = Told(kind, event.key, dict(event.data))
    return events


def missing(
    known: Sequence[Exchange], told: Sequence[Exchange], *, is_complete: bool
) -> list[Told]:
    """The events of `told` that the log does not have, in their order.

    `is_complete`: `known` goes back to the beginning of the conversation.
    """
    end = known_part(known, told, is_complete=is_complete)
    late: list[Told] = []
    if end and known and not known[-1].answer.strip():
        # The last question is known, its answer was never heard.
        late = [event for event in told[end - 1].events if not _is_said(event)]
    return late + [event for exchange in told[end:] for event in exchange.events]


def known_part(
    known: Sequence[Exchange], told: Sequence[Exchange], *, is_complete: bool
) -> int:
    """How many of `told` the log has already.

    Both are read from the beginning, and what is in both, in the same order, is matched
    so that the most is. What people say more than once ("go on") may fit at several
    places. Then the answers decide; then the earlier place, if all that was said before
    is known: something told once more than it is known is new.
    """
    mine = [_Compared.of(exchange) for exchange in known]
    theirs = [_Compared.of(exchange) for exchange in told]
    if is_complete and _begins_with(theirs, mine):
        return len(mine)
    whole = is_complete and max(len(mine), len(theirs)) <= COMPARED_EXCHANGES
    earlier = max(len(theirs) - COMPARED_EXCHANGES, 0)
    mine, theirs = mine[-COMPARED_EXCHANGES:], theirs[earlier:]
    # best[j] = the greatest score of all of `mine` so far against theirs[:j].
    best = [0] * (len(theirs) + 1)
    for one in mine:
        row = [0]
        for j, other in enumerate(theirs):
            match = _score(one, other)
            row.append(max(best[j + 1], row[j], best[j] + match if match else 0))
        best = row
    if not best[-1]:
        return earlier
    end = best.index(best[-1]) if whole else _latest(mine, theirs, best)
    return earlier + end


def _begins_with(theirs: Sequence["_Compared"], mine: Sequence["_Compared"]) -> bool:
    """Nothing was forgotten: the usual case, also of a very long conversation."""
    return len(theirs) >= len(mine) and all(
        _score(one, other) >= _UNKNOWN for one, other in zip(mine, theirs, strict=False)
    )


def _latest(
    mine: Sequence["_Compared"], theirs: Sequence["_Compared"], best: Sequence[int]
) -> int:
    """The last place at which the newest that is known may stand."""
    for one in reversed(mine):
        for j in range(len(theirs), 0, -1):
            if _score(one, theirs[j - 1]) and best[j] == best[-1]:
                return j
    return 0


class _Compared(NamedTuple):
    said: str
    answer: str

    @classmethod
    def of(cls, exchange: Exchange) -> "_Compared":
        return cls(_plain(exchange.said), _plain(exchange.answer))


def _score(one: _Compared, other: _Compared) -> int:
    """How much two exchanges are the same; 0 = not at all."""
    alike = one.answer[:COMPARED_CHARACTERS] == other.answer[:COMPARED_CHARACTERS]
    if one.said != other.said:
        # An agent may tell a person's words in another form; its own it knows.
        return _OTHER if alike and len(one.answer) >= _TELLING else 0
    if not one.answer or not other.answer:
        return _UNKNOWN
    return _SAME if alike else _OTHER


def _plain(text: str) -> str:
    """Without what agents change when they keep a text: blanks, and its end."""
    return " ".join(text[: COMPARED_CHARACTERS * 2].split())[:COMPARED_CHARACTERS]


def _is_said(event: Told) -> bool:
    return event.kind == "message" and event.data["role"] == "user"


def keyed(events: Sequence[Told], place: str) -> list[Told]:
    """Under keys that are the same whenever the same is told at the same place.

    A runner that is killed after it has told them tells them again: the server keeps a
    key once, or replaces what it knows of it.
    """
    made: list[Told] = []
    for number, event in enumerate(events):
        if event.kind != "message":
            made.append(event)
            continue
        text = f"{place}\0{number}\0{event.data['role']}\0{event.data['text']}"
        digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:24]
        made.append(Told(event.kind, f"told-{digest}", event.data))
    return made
