"""What sandboxes tried to reach: written down by their supervisors, read by owners."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.kit.crypto import digest
from taskyard.kit.text import clean, shorten
from taskyard.server.db import topics
from taskyard.server.db.broadcast import notify
from taskyard.server.db.tables import BuildRow, EgressDecisionRow, WorkspaceRow
from taskyard.server.workspaces.errors import SupervisorTokenInvalid

__all__ = ["Decision", "EgressService"]

#: Per workspace; the newest are kept. A busy `npm install` makes 2,000.
MAX_DECISIONS: Final = 10_000
_MAX_HOST: Final = 255
_MAX_TEXT: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    at: datetime
    verdict: str  # allow | deny
    method: str
    host: str
    port: int
    rule: str = ""
    reason: str = ""


class EgressService:
    def __init__(self, *, session: AsyncSession) -> None:
        self._session = session

    async def workspace_of(self, supervisor_token: str) -> UUID:
        """Whose sandbox the token was made for. Raises SupervisorTokenInvalid."""
        found = await self._session.scalar(
            select(BuildRow.workspace_id)
            .join(WorkspaceRow, WorkspaceRow.id == BuildRow.workspace_id)
            .where(
                BuildRow.supervisor_token_hash == digest(supervisor_token),
                WorkspaceRow.deleted_at.is_(None),
            )
        )
        if found is None:
            raise SupervisorTokenInvalid
        return found

    async def add(self, workspace_id: UUID, decisions: Sequence[Decision]) -> None:
        """Store a batch, and forget the oldest beyond the limit."""
        self._session.add_all(_row(workspace_id, decision) for decision in decisions)
        await self._session.flush()
        keep = (
            select(EgressDecisionRow.id)
            .where(EgressDecisionRow.workspace_id == workspace_id)
            .order_by(EgressDecisionRow.id.desc())
            .offset(MAX_DECISIONS)
            .limit(1)
        )
        await self._session.execute(
            delete(EgressDecisionRow).where(
                EgressDecisionRow.workspace_id == workspace_id,
                EgressDecisionRow.id <= keep.scalar_subquery(),
            )
        )
        await notify(self._session, topics.EGRESS, workspace_id)

    async def page(
        self, workspace_id: UUID, *, verdict: str, limit: int, offset: int
    ) -> tuple[list[EgressDecisionRow], int]:
        """Newest first, of one verdict or ("") of both; and how many in all."""
        conditions = [EgressDecisionRow.workspace_id == workspace_id]
        if verdict:
            conditions.append(EgressDecisionRow.verdict == verdict)
        count = await self._session.scalar(
            select(func.count()).select_from(EgressDecisionRow).where(*conditions)
        )
        rows = await self._session.scalars(
            select(EgressDecisionRow)
            .where(*conditions)
            .order_by(EgressDecisionRow.id.desc())
            .limit(limit)
            .offset(offset)
        )
        return list(rows), count or 0


def _row(workspace_id: UUID, decision: Decision) -> EgressDecisionRow:
    return EgressDecisionRow(
        workspace_id=workspace_id,
        at=decision.at,
        verdict=decision.verdict,
        method=shorten(clean(decision.method), 32),
        host=shorten(clean(decision.host), _MAX_HOST),
        port=decision.port,
        rule=shorten(clean(decision.rule), _MAX_TEXT),
        reason=shorten(clean(decision.reason), _MAX_TEXT),
    )
