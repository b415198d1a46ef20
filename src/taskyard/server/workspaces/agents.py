"""Agents of builds (runners, in our words) and the logs of their scripts."""

from collections.abc import AsyncGenerator
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.protocol.api.workspaces import WorkspaceAgentLog
from taskyard.server.db import topics
from taskyard.server.db.broadcast import Broadcast
from taskyard.server.db.engine import Sessions
from taskyard.server.db.tables import AgentLogRow, AgentRow, WorkspaceRow
from taskyard.server.identity.actor import Actor
from taskyard.server.workspaces.errors import AgentNotFound
from taskyard.server.workspaces.store import may_read
from taskyard.server.workspaces.views import log_source_id

__all__ = ["AgentService", "follow_logs"]

_PAGE: Final = 500
#: A look at the rows even when no hint came: hints are lost while the database restarts.
_LOOK_SECONDS: Final = 15.0


class AgentService:
    def __init__(self, *, session: AsyncSession) -> None:
        self._session = session

    async def find(self, actor: Actor, id_: UUID) -> AgentRow:
        """If the actor may see its workspace. Raises AgentNotFound."""
        row = await self._session.scalar(
            select(AgentRow)
            .join(WorkspaceRow, WorkspaceRow.id == AgentRow.workspace_id)
            .where(AgentRow.id == id_, may_read(actor))
        )
        if row is None:
            raise AgentNotFound
        return row

    async def logs(
        self,
        agent_row_id: UUID,
        *,
        after: int = 0,
        before: int | None = None,
        limit: int | None = None,
    ) -> list[WorkspaceAgentLog]:
        """In order."""
        query = select(AgentLogRow).where(
            AgentLogRow.agent_row_id == agent_row_id, AgentLogRow.id > after
        )
        if before is not None:
            query = query.where(AgentLogRow.id < before)
        rows = await self._session.scalars(query.order_by(AgentLogRow.id).limit(limit))
        return [_line(row) for row in rows]


async def follow_logs(
    agent_row_id: UUID, *, after: int, sessions: Sessions, broadcast: Broadcast
) -> AsyncGenerator[list[WorkspaceAgentLog]]:
    """Batches as they come, for ever: scripts may run again at any time."""
    async with broadcast.subscribe(topics.AGENT_LOGS, agent_row_id) as hints:
        while True:
            async with sessions() as session:
                page = await AgentService(session=session).logs(
                    agent_row_id, after=after, limit=_PAGE
                )
            if page:
                after = page[-1].id
                yield page
            if len(page) < _PAGE:
                await hints.changed(timeout=_LOOK_SECONDS)


def _line(row: AgentLogRow) -> WorkspaceAgentLog:
    return WorkspaceAgentLog(
        id=row.id,
        created_at=row.created_at,
        output=row.output,
        level=row.level,
        source_id=log_source_id(row.agent_row_id, row.source),
    )
