"""Read the sessions of a task: pages of events, and the conversation in plain words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Text,
    bindparam,
    cast,
    func,
    select,
    true,
)
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.protocol.api.tasks import StoredEvent, TaskLog
from taskyard.server.db.tables import SessionEventRow, SessionRow

__all__ = ["MAX_PAGE", "Transcript", "fold_logs"]

MAX_PAGE: Final = 1000
#: A page ends with the event that makes it larger than this, whatever was asked for: they
#: come from workspaces, and a thousand of the largest would take the server's memory.
_PAGE_BYTES: Final = 8 * 1024 * 1024
_LOG_BYTES: Final = 2 * 1024 * 1024
_PIECE_BYTES: Final = 16  # also of an empty one: there may be millions
_END: Final = 2**62


def _pages(condition: ColumnElement[bool], *, newest: bool) -> Select[*tuple[Any, ...]]:
    """At most `limit` events of `task_id` that meet the condition.

    Each with the `size` of the page up to it; the first that is too much is its last.
    """
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
    page = (
        select(
            of_session, func.octet_length(cast(of_session.c.data, Text)).label("own")
        )
        .select_from(SessionRow)
        .join(of_session, true())
        .where(SessionRow.task_id == bindparam("task_id"))
        .order_by(merged.desc() if newest else merged)
        .limit(bindparam("limit"))
        .subquery()
    )
    order = page.c.seq.desc() if newest else page.c.seq
    size = func.sum(page.c.own).over(order_by=order, rows=(None, 0)).label("size")
    sized = select(page, size).subquery()
    return (
        select(sized)
        .where(sized.c.size - sized.c.own <= _PAGE_BYTES)
        .order_by(sized.c.seq.desc() if newest else sized.c.seq)
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
        is_cut = len(rows) >= min(limit, MAX_PAGE) or (
            bool(rows) and rows[-1].size > _PAGE_BYTES
        )
        return _events(rows), not is_cut

    async def before(
        self, seq: int | None, *, limit: int = MAX_PAGE
    ) -> list[StoredEvent]:
        """The last events below `seq` (None: the very last), oldest first."""
        rows = await self._rows(_BEFORE, _END if seq is None else seq, limit=limit)
        return _events(reversed(rows))

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
            size += sum(max(len(piece.text), _PIECE_BYTES) for piece in page)
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


def _events(rows: Iterable[Row[Any]]) -> list[StoredEvent]:
    return [StoredEvent.model_validate(row, from_attributes=True) for row in rows]
