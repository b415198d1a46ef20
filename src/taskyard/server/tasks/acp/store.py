"""What only editors ask the log of a session."""

from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.protocol.api.tasks import StoredEvent
from taskyard.server.db.tables import (
    AgentRow,
    MessageRow,
    SessionEventRow,
    SessionRow,
    TaskRow,
)
from taskyard.server.identity.actor import Actor
from taskyard.server.tasks.errors import TaskNotFound
from taskyard.server.tasks.records import TaskRecord
from taskyard.server.tasks.store import TaskStore, may_read

__all__ = ["AcpStore"]

#: What is told seldom is looked for among the newest events, and among the first: agents
#: say what they can do when they begin. A search through all would read all.
_NEWEST: Final = 2000
_FIRST: Final = 200
_SELDOM: Final = ("commands", "permission_requested")


class AcpStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def record(self, actor: Actor, task_id: UUID) -> TaskRecord:
        """A task that the actor may read. Raises TaskNotFound."""
        record = await TaskStore(self._session).find(
            TaskRow.id == task_id, may_read(actor)
        )
        if record is None:
            raise TaskNotFound
        return record

    async def exists(self, task_id: UUID) -> bool:
        """Whoever's it is, and deleted or not."""
        return await self._session.get(TaskRow, task_id) is not None

    async def seldom(self, task_id: UUID, *, last_seq: int) -> list[StoredEvent]:
        """The agent's commands and what it asked, as far as it is easily found."""
        seq = SessionEventRow.seq
        first = max(0, last_seq - _NEWEST)
        rows = list[SessionEventRow]()
        # Two ranges of the primary key: with "or" between them all would be read.
        for place in ((seq <= min(_FIRST, first)), (seq > first)):
            rows += await self._session.scalars(
                select(SessionEventRow)
                .join(SessionRow, SessionRow.id == SessionEventRow.session_id)
                .where(
                    SessionRow.task_id == task_id,
                    place,
                    SessionEventRow.kind.in_(_SELDOM),
                )
                .order_by(seq)
            )
        return [StoredEvent.model_validate(row, from_attributes=True) for row in rows]

    async def turn_end(self, row: MessageRow) -> tuple[int, str]:
        """Where in the log the turn of a message ended, and how; (0, "") = it has not."""
        data = SessionEventRow.data
        statement = select(SessionEventRow.seq, data["stop_reason"].astext).where(
            SessionEventRow.session_id == row.session_id,
            SessionEventRow.kind == "turn_ended",  # these have an index
            data["message_id"].astext == str(row.id),
        )
        found = (await self._session.execute(statement)).first()
        return (found[0], found[1] or "") if found else (0, "")

    async def directories(self, agent_row_ids: list[UUID]) -> dict[UUID, str]:
        """Where agents work, as their templates say."""
        statement = select(AgentRow.id, AgentRow.spec["directory"].astext).where(
            AgentRow.id.in_(agent_row_ids)
        )
        rows = await self._session.execute(statement)
        return {id_: directory or "" for id_, directory in rows}
