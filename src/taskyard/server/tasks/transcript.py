"""Read the sessions of a task: pages of events, and the conversation in plain words."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, bindparam, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.protocol.api.tasks import StoredEvent, TaskLog
from taskyard.protocol.sessions import MAX_EVENT_BYTES
from taskyard.server.db.tables import SessionEventRow, SessionRow

__all__ = ["MAX_PAGE", "Transcript", "fold_logs"]

MAX_PAGE: Final = 1000
#: A page ends before it holds more than this, whatever was asked for.
_PAGE_BYTES: Final = 8 * 1024 * 1024
_LOG_BYTES: Final = 2 * 1024 * 1024
_END: Final = 2**62


def _pages(condition: ColumnElement[bool], *, newest: bool) -> Select[*tuple[Any, ...]]:
    """At most `limit` events of `task_id` that meet the condition."""
    seq = SessionEventRow.seq
    of_session = (
        select(
            SessionEventRow.session_id,
            seq,
            SessionEventRow.kind,
            SessionEventRow.key,
            SessionEventRow.at,
            SessionEventRow.data,
        )
        .where(SessionEventRow.session_id == SessionRow.id, condition)
        .order_by(seq.desc() if newest else seq)
        .limit(bindparam("limit"))
        .lateral()
    )
    merged = of_session.c.seq
    return (
        select(of_session)
        .select_from(SessionRow)
        .join(of_session, true())
        .where(SessionRow.task_id == bindparam("task_id"))
        .order_by(merged.desc() if newest else merged)
        .limit(bindparam("limit"))
    )


_AFTER: Final = _pages(SessionEventRow.seq > bindparam("seq"), newest=False)
_BEFORE: Final = _pages(SessionEventRow.seq < bindparam("seq"), newest=True)


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
    one page, and the pages are merged, all in one statement.
    """

    def __init__(self, session: AsyncSession, task_id: UUID) -> None:
        self._session = session
        self._task_id = task_id

    async def after(self, seq: int, *, limit: int = MAX_PAGE) -> list[StoredEvent]:
        """The next events above `seq`, oldest first; [] when there is nothing new."""
        page, _ = await self.page_after(seq, limit=limit)
        return page

    async def page_after(
        self, seq: int, *, limit: int = MAX_PAGE
    ) -> tuple[list[StoredEvent], bool]:
        """The next events above `seq`, and whether there were no more than these."""
        rows = await self._rows(_AFTER, seq, limit=limit)
        page = _cut(rows)
        return page, len(page) == len(rows) < min(limit, MAX_PAGE)

    async def before(
        self, seq: int | None, *, limit: int = MAX_PAGE
    ) -> list[StoredEvent]:
        """The last events below `seq` (None: the very last), oldest first."""
        rows = await self._rows(_BEFORE, _END if seq is None else seq, limit=limit)
        return _cut(rows)[::-1]

    async def last_seq(self) -> int:
        statement = select(func.max(SessionRow.last_seq)).where(
            SessionRow.task_id == self._task_id
        )
        return (await self._session.scalar(statement)) or 0

    async def logs(self) -> list[TaskLog]:
        """What was said, oldest first: the person's words and the agent's.

        Of a very long conversation the newest part, which is what fits `_LOG_BYTES`.
        """
        ids = await self._session_ids()
        newest_first, size, before = list[_Piece](), 0, _END
        while size < _LOG_BYTES:
            page = await self._pieces(ids, before)
            newest_first.extend(piece for piece in page if piece.form == "text")
            size += sum(len(piece.text) for piece in page)
            if len(page) < MAX_PAGE:
                break
            before = page[-1].seq
        return fold_logs(reversed(newest_first))

    async def _pieces(self, ids: Sequence[UUID], before: int) -> list[_Piece]:
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
                SessionEventRow.session_id.in_(ids),
                SessionEventRow.seq < before,
                SessionEventRow.kind.in_(("message", "message_chunk")),
            )
            .order_by(SessionEventRow.seq.desc())
            .limit(MAX_PAGE)
        )
        return [_Piece(*row) for row in await self._session.execute(statement)]

    async def _rows(
        self, pages: Select[*tuple[Any, ...]], seq: int, *, limit: int
    ) -> Sequence[Row[Any]]:
        found = await self._session.execute(
            pages,
            {"task_id": self._task_id, "seq": seq, "limit": min(limit, MAX_PAGE)},
        )
        return found.all()

    async def _session_ids(self) -> Sequence[UUID]:
        statement = select(SessionRow.id).where(SessionRow.task_id == self._task_id)
        return (await self._session.scalars(statement)).all()


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


def _cut(rows: Sequence[Row[Any]]) -> list[StoredEvent]:
    """The first of `rows`, within the limit of a page; at least one if there is any."""
    is_short = len(rows) * MAX_EVENT_BYTES <= _PAGE_BYTES
    page, size = list[StoredEvent](), 0
    for row in rows:
        size += 0 if is_short else len(json.dumps(row.data))
        if page and size > _PAGE_BYTES:
            break
        page.append(StoredEvent.model_validate(row, from_attributes=True))
    return page
