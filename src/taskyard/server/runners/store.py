"""Every query of the runner link."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    func,
    insert,
    select,
    text,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from taskyard.server.db.tables import (
    AgentLogRow,
    AgentRow,
    AppRow,
    AppStatusRow,
    BuildRow,
    GatewayKeyRow,
    ProvisionerJobRow,
    RunnerStreamRow,
    TaskRow,
    TemplateRow,
    UserRow,
    WorkspaceRow,
)
from taskyard.server.runners.admission import AgentIdentity, LaterBuild

__all__ = ["AppOfSession", "RunnerStore"]


@dataclass(frozen=True, slots=True)
class AppOfSession:
    """What a batch of a session's events is held against; without `at` no status is there."""

    lifecycle: str
    app_row_id: UUID | None
    state: str
    message: str
    uri: str
    source: str
    at: datetime | None


def _app_of_session() -> Select[*tuple[Any, ...]]:
    newest = (
        select(AppStatusRow)
        .where(
            AppStatusRow.workspace_id == bindparam("workspace_id"),  # has the index
            AppStatusRow.app_row_id == AppRow.id,
        )
        .order_by(AppStatusRow.created_at.desc())
        .limit(1)
        .lateral()
    )
    its_app = and_(AppRow.agent_row_id == AgentRow.id, AppRow.slug == bindparam("slug"))
    return (
        select(
            AgentRow.lifecycle,
            AppRow.id,
            func.coalesce(newest.c.state, ""),
            func.coalesce(newest.c.message, ""),
            func.coalesce(newest.c.uri, ""),
            func.coalesce(newest.c.source, ""),
            newest.c.created_at,
        )
        .outerjoin(AppRow, its_app)
        .outerjoin(newest, true())
        .where(AgentRow.id == bindparam("agent_row_id"))
    )


#: Made once: putting such a statement together takes longer than running it.
_APP_OF_SESSION: Final = _app_of_session()


class RunnerStore:
    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    # -- who --------------------------------------------------------------------------

    async def agent_by_token(self, token_hash: bytes) -> AgentIdentity | None:
        """The agent of the newest build that has this token (a token may outlive one)."""
        return await self._identity(AgentRow.token_hash == token_hash)

    async def agent_by_id(self, agent_row_id: UUID) -> AgentIdentity | None:
        return await self._identity(AgentRow.id == agent_row_id)

    async def _identity(self, condition: ColumnElement[bool]) -> AgentIdentity | None:
        statement = (
            select(AgentRow, BuildRow.build_number, WorkspaceRow, TaskRow.id)
            .join(BuildRow, BuildRow.id == AgentRow.build_id)
            .join(WorkspaceRow, WorkspaceRow.id == AgentRow.workspace_id)
            .outerjoin(TaskRow, TaskRow.workspace_id == WorkspaceRow.id)
            .where(condition, WorkspaceRow.deleted_at.is_(None))
            .order_by(BuildRow.build_number.desc())
            .limit(1)
        )
        found = (await self.session.execute(statement)).one_or_none()
        if found is None:
            return None
        agent, build_number, workspace, task_id = found
        return AgentIdentity(
            agent_row_id=agent.id,
            build_id=agent.build_id,
            build_number=build_number,
            workspace_id=workspace.id,
            owner_id=workspace.owner_id,
            template_id=workspace.template_id,
            task_id=task_id,
            name=agent.name,
        )

    async def later_builds(self, agent: AgentIdentity) -> list[LaterBuild]:
        statement = (
            select(BuildRow.transition, ProvisionerJobRow)
            .join(ProvisionerJobRow, ProvisionerJobRow.id == BuildRow.job_id)
            .where(
                BuildRow.workspace_id == agent.workspace_id,
                BuildRow.build_number > agent.build_number,
            )
            .order_by(BuildRow.build_number)
        )
        rows = (await self.session.execute(statement)).all()
        return [
            LaterBuild(
                transition=transition,
                under_way=job.completed_at is None,
                succeeded=job.completed_at is not None and job.error is None,
            )
            for transition, job in rows
        ]

    # -- connections ------------------------------------------------------------------

    async def connected(
        self, agent_row_id: UUID, *, version: str, now: datetime
    ) -> None:
        await self.session.execute(
            update(AgentRow)
            .where(AgentRow.id == agent_row_id)
            .values(
                first_connected_at=func.coalesce(AgentRow.first_connected_at, now),
                last_connected_at=now,
                disconnected_at=None,
                runner_version=version,
                updated_at=now,
            )
        )

    async def disconnected(self, agent_row_id: UUID, *, now: datetime) -> None:
        await self.session.execute(
            update(AgentRow)
            .where(AgentRow.id == agent_row_id)
            .values(disconnected_at=now, updated_at=now)
        )

    async def still_connected(
        self, agent_row_ids: Sequence[UUID], *, now: datetime, older_than: datetime
    ) -> None:
        """One statement for all links of this process; the fresh ones are left alone."""
        await self.session.execute(
            update(AgentRow)
            .where(
                AgentRow.id.in_(agent_row_ids), AgentRow.last_connected_at < older_than
            )
            .values(last_connected_at=now)
        )

    # -- the stream of events ---------------------------------------------------------

    async def lock_workspace(self, workspace_id: UUID) -> None:
        """One writer of a workspace's events at a time, also across a replaced link."""
        await self.session.execute(
            text("select pg_advisory_xact_lock(hashtextextended(:name, 0))"),
            {"name": f"runner-events:{workspace_id}"},
        )

    async def stored_up_to(self, workspace_id: UUID, stream: UUID) -> int:
        """The highest number of the stream that is stored; 0 for a new one."""
        statement = select(RunnerStreamRow.last_seq).where(
            RunnerStreamRow.workspace_id == workspace_id,
            RunnerStreamRow.stream == stream,
        )
        return (await self.session.scalar(statement)) or 0

    async def advance(self, workspace_id: UUID, stream: UUID, seq: int) -> None:
        statement = pg_insert(RunnerStreamRow).values(
            workspace_id=workspace_id, stream=stream, last_seq=seq
        )
        await self.session.execute(
            statement.on_conflict_do_update(
                index_elements=["workspace_id", "stream"],
                set_={"last_seq": statement.excluded.last_seq},
            )
        )

    # -- agents and apps --------------------------------------------------------------

    async def agent_row(self, agent_row_id: UUID) -> AgentRow:
        return await self.session.get_one(AgentRow, agent_row_id)

    async def set_agent(self, agent_row_id: UUID, **values: Any) -> None:
        await self.session.execute(
            update(AgentRow).where(AgentRow.id == agent_row_id).values(**values)
        )

    async def apps(self, agent_row_id: UUID) -> list[AppRow]:
        statement = select(AppRow).where(AppRow.agent_row_id == agent_row_id)
        return list(await self.session.scalars(statement))

    async def app_of_session(self, agent: AgentIdentity, slug: str) -> AppOfSession:
        """The agent's state, its app `slug` if it has one, and that app's newest status."""
        found = await self.session.execute(
            _APP_OF_SESSION,
            {
                "workspace_id": agent.workspace_id,
                "agent_row_id": agent.agent_row_id,
                "slug": slug,
            },
        )
        return AppOfSession(*found.one())

    async def set_app_health(
        self, agent_row_id: UUID, app_id: UUID, health: str
    ) -> None:
        await self.session.execute(
            update(AppRow)
            .where(AppRow.id == app_id, AppRow.agent_row_id == agent_row_id)
            .values(health=health)
        )

    async def add_logs(self, agent_row_id: UUID, lines: list[dict[str, Any]]) -> None:
        if lines:
            values = [{"agent_row_id": agent_row_id, **line} for line in lines]
            await self.session.execute(insert(AgentLogRow), values)

    async def latest_app_status(self, app_row_id: UUID) -> AppStatusRow | None:
        statement = (
            select(AppStatusRow)
            .where(AppStatusRow.app_row_id == app_row_id)
            .order_by(AppStatusRow.created_at.desc())
            .limit(1)
        )
        return (await self.session.scalars(statement)).one_or_none()

    def add_app_status(self, row: AppStatusRow) -> None:
        self.session.add(row)

    # -- manifest ---------------------------------------------------------------------

    async def workspace(
        self, workspace_id: UUID
    ) -> tuple[WorkspaceRow, UserRow, TemplateRow]:
        statement = (
            select(WorkspaceRow, UserRow, TemplateRow)
            .join(UserRow, UserRow.id == WorkspaceRow.owner_id)
            .join(TemplateRow, TemplateRow.id == WorkspaceRow.template_id)
            .where(WorkspaceRow.id == workspace_id)
        )
        workspace, owner, template = (await self.session.execute(statement)).one()
        return workspace, owner, template

    # -- keys for the gateway ---------------------------------------------------------

    async def add_gateway_key(self, row: GatewayKeyRow) -> None:
        statement = pg_insert(GatewayKeyRow).values(
            id=row.id,
            key_hash=row.key_hash,
            workspace_id=row.workspace_id,
            build_id=row.build_id,
            task_id=row.task_id,
            created_at=row.created_at,
        )
        await self.session.execute(
            statement.on_conflict_do_nothing(index_elements=["key_hash"])
        )

    async def revoke_gateway_keys(
        self, workspace_id: UUID, *, but_of: UUID | None, now: datetime
    ) -> None:
        """End the keys of every build of the workspace except `but_of`."""
        statement = update(GatewayKeyRow).where(
            GatewayKeyRow.workspace_id == workspace_id,
            GatewayKeyRow.revoked_at.is_(None),
        )
        if but_of is not None:
            statement = statement.where(GatewayKeyRow.build_id != but_of)
        await self.session.execute(statement.values(revoked_at=now))

    # -- housekeeping -----------------------------------------------------------------

    async def replaced_agents(self, agent_row_ids: Sequence[UUID]) -> list[UUID]:
        """Those whose workspace has had a later build that succeeded, or is deleted."""
        own, later = aliased(BuildRow), aliased(BuildRow)
        statement = (
            select(AgentRow.id)
            .join(own, own.id == AgentRow.build_id)
            .join(
                later,
                and_(
                    later.workspace_id == own.workspace_id,
                    later.build_number > own.build_number,
                ),
            )
            .join(ProvisionerJobRow, ProvisionerJobRow.id == later.job_id)
            .where(
                AgentRow.id.in_(agent_row_ids),
                ProvisionerJobRow.completed_at.is_not(None),
                ProvisionerJobRow.error.is_(None),
            )
            .distinct()
        )
        return list(await self.session.scalars(statement))

    async def mark_lost_links(
        self, known: Sequence[UUID], *, older_than: datetime
    ) -> None:
        """Agents that count as connected although nobody has heard of them for long.

        The server that held their link was killed.
        """
        await self.session.execute(
            update(AgentRow)
            .where(
                AgentRow.last_connected_at < older_than,
                AgentRow.disconnected_at.is_(None),
                AgentRow.id.not_in(known),
            )
            .values(disconnected_at=AgentRow.last_connected_at)
        )
