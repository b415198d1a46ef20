"""Read the sessions of a task: pages of events, and the conversation in plain words."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.protocol.api.tasks import StoredEvent, TaskLog
from taskyard.server.db.tables import SessionEventRow, SessionRow

__all__ = ["MAX_PAGE", "Transcript", "fold_logs"]

MAX_PAGE: Final = 1000
#: A page ends before it holds more than this, whatever was asked for.
_PAGE_BYTES: Final = 8 * 1024 * 1024
#: The conversation of `logs` goes back as far as this many events of messages.
_LOG_EVENTS: Final = 50_000


@dataclass(frozen=True, slots=True)
class _Piece:
    """A `message` or `message_chunk` event."""

    seq: int
    kind: str
    key: str
    at: datetime
    data: dict[str, Any]


class Transcript:
    """Events of all sessions of a task, in one order: their numbers rise together.

    Sessions are few, events many: each session is asked by its primary key for at most
    one page, and the pages are merged.
    """

    def __init__(self, session: AsyncSession, task_id: UUID) -> None:
        self._session = session
        self._task_id = task_id
        self._ids: list[UUID] | None = None

    async def after(self, seq: int, *, limit: int = MAX_PAGE) -> list[StoredEvent]:
        """The next events above `seq`, oldest first; [] when there is nothing new."""
        rows = await self._rows(SessionEventRow.seq > seq, newest=False, limit=limit)
        return _cut(sorted(rows, key=lambda row: row.seq), limit)

    async def before(
        self, seq: int | None, *, limit: int = MAX_PAGE
    ) -> list[StoredEvent]:
        """The last events below `seq` (None: the very last), oldest first."""
        conditions = [] if seq is None else [SessionEventRow.seq < seq]
        rows = await self._rows(*conditions, newest=True, limit=limit)
        newest_first = sorted(rows, key=lambda row: row.seq, reverse=True)
        return _cut(newest_first, limit)[::-1]

    async def last_seq(self) -> int:
        statement = select(func.max(SessionRow.last_seq)).where(
            SessionRow.task_id == self._task_id
        )
        return (await self._session.scalar(statement)) or 0

    async def logs(self) -> list[TaskLog]:
        """What was said, oldest first: the person's words and the agent's."""
        ids = await self._session_ids()
        statement = (
            select(
                SessionEventRow.seq,
                SessionEventRow.kind,
                SessionEventRow.key,
                SessionEventRow.at,
                SessionEventRow.data,
            )
            .where(
                SessionEventRow.session_id.in_(ids),
                SessionEventRow.kind.in_(("message", "message_chunk")),
            )
            .order_by(SessionEventRow.seq.desc())
            .limit(_LOG_EVENTS)
        )
        rows = (await self._session.execute(statement)).all()
        return fold_logs(_Piece(*row) for row in reversed(rows))

    async def _rows(
        self, *conditions: ColumnElement[bool], newest: bool, limit: int
    ) -> list[SessionEventRow]:
        rows = list[SessionEventRow]()
        order = SessionEventRow.seq.desc() if newest else SessionEventRow.seq
        for session_id in await self._session_ids():
            statement = (
                select(SessionEventRow)
                .where(SessionEventRow.session_id == session_id, *conditions)
                .order_by(order)
                .limit(min(limit, MAX_PAGE))
            )
            rows.extend(await self._session.scalars(statement))
        return rows

    async def _session_ids(self) -> Sequence[UUID]:
        if self._ids is None:
            statement = select(SessionRow.id).where(SessionRow.task_id == self._task_id)
            self._ids = list(await self._session.scalars(statement))
        return self._ids


def fold_logs(pieces: Iterable[_Piece]) -> list[TaskLog]:
    """Messages of one key are one: chunks append to it, a whole message replaces it.

    Thoughts are left out: the contract's logs are what was said.
    """
    texts: dict[str, list[str]] = {}
    first: dict[str, _Piece] = {}
    for piece in pieces:
        if piece.data.get("kind", "text") != "text":
            continue
        words = str(piece.data.get("text", ""))
        if piece.key not in first:
            first[piece.key] = piece
            texts[piece.key] = [words]
        elif piece.kind == "message":
            texts[piece.key] = [words]
        else:
            texts[piece.key].append(words)

    return [
        TaskLog(
            id=number,
            content="".join(texts[key]),
            type="input" if piece.data.get("role") == "user" else "output",
            time=piece.at,
        )
        for number, (key, piece) in enumerate(first.items())
    ]


def _cut(rows: Sequence[SessionEventRow], limit: int) -> list[StoredEvent]:
    """The first of `rows`, within the page's limits; at least one if there is any."""
    page, size = list[StoredEvent](), 0
    for row in rows[:limit]:
        size += len(json.dumps(row.data))
        if page and size > _PAGE_BYTES:
            break
        page.append(
            StoredEvent(
                seq=row.seq,
                session_id=row.session_id,
                kind=row.kind,
                key=row.key,
                at=row.at,
                data=row.data,
            )
        )
    return page
