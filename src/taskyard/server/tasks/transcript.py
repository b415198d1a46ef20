"""Read the sessions of a task: pages of events, and the conversation in plain words."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.protocol.api.tasks import StoredEvent, TaskLog
from taskyard.server.db.tables import SessionEventRow, SessionRow

__all__ = ["MAX_PAGE", "Transcript", "fold_logs"]

MAX_PAGE: Final = 1000
#: A page ends before it holds more than this, whatever was asked for.
_PAGE_BYTES: Final = 8 * 1024 * 1024
_LOG_BYTES: Final = 2 * 1024 * 1024
_END: Final = 2**62


@dataclass(frozen=True, slots=True)
class _Piece:
    """Of a `message` or `message_chunk` event."""

    seq: int
    kind: str
    key: str
    at: datetime
    text: str
    role: str
    form: str  # text | thought


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
        """What was said, oldest first: the person's words and the agent's.

        Of a very long conversation the newest part, which is what fits `_LOG_BYTES`.
        """
        newest_first, size, before = list[_Piece](), 0, _END
        while size < _LOG_BYTES:
            page = await self._pieces(before)
            newest_first.extend(piece for piece in page if piece.form == "text")
            size += sum(len(piece.text) for piece in page)
            if len(page) < MAX_PAGE:
                break
            before = page[-1].seq
        return fold_logs(reversed(newest_first))

    async def _pieces(self, before: int) -> list[_Piece]:
        """The last page of messages below `before`, newest first.

        Thoughts are told apart by the caller: a condition on what is in the JSON has no
        statistics, and makes PostgreSQL read the whole session.
        """
        data = SessionEventRow.data
        statement = (
            select(
                SessionEventRow.seq,
                SessionEventRow.kind,
                SessionEventRow.key,
                SessionEventRow.at,
                func.coalesce(data["text"].astext, ""),
                func.coalesce(data["role"].astext, ""),
                func.coalesce(data["kind"].astext, "text"),
            )
            .where(
                SessionEventRow.session_id.in_(await self._session_ids()),
                SessionEventRow.seq < before,
                SessionEventRow.kind.in_(("message", "message_chunk")),
            )
            .order_by(SessionEventRow.seq.desc())
            .limit(MAX_PAGE)
        )
        return [_Piece(*row) for row in await self._session.execute(statement)]

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
    """Messages of one key are one: chunks append to it, a whole message replaces it."""
    texts: dict[str, list[str]] = {}
    first: dict[str, _Piece] = {}
    for piece in pieces:
        if piece.key not in first or piece.kind == "message":
            first.setdefault(piece.key, piece)
            texts[piece.key] = [piece.text]
        else:
            texts[piece.key].append(piece.text)

    return [
        TaskLog(
            id=number,
            content="".join(texts[key]),
            type="input" if piece.role == "user" else "output",
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
