"""Every query of the runner link."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, insert, select, text, update
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
    MessageRow,
    PermissionRow,
    ProvisionerJobRow,
    RunnerStreamRow,
    SessionEventRow,
    SessionRow,
    TaskAppRow,
    TaskRow,
    TemplateRow,
    UserRow,
    WorkspaceRow,
)
from taskyard.server.runners.admission import AgentIdentity, LaterBuild
from taskyard.server.runners.folding import SessionView

__all__ = ["RunnerStore"]


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
        row = await self.session.get(RunnerStreamRow, (workspace_id, stream))
        return row.last_seq if row else 0

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

    # -- sessions ---------------------------------------------------------------------

    async def sessions_of(self, workspace_id: UUID) -> list[SessionRow]:
        """Every session of the workspace, oldest first."""
        statement = (
            select(SessionRow)
            .where(SessionRow.workspace_id == workspace_id)
            .order_by(SessionRow.created_at, SessionRow.id)
        )
        return list(await self.session.scalars(statement))

    async def get_session(self, session_id: UUID) -> SessionRow | None:
        return await self.session.get(SessionRow, session_id)

    async def add_session(self, row: SessionRow) -> None:
        self.session.add(row)
        await self.session.flush()

    async def set_session(self, session_id: UUID, **values: Any) -> None:
        await self.session.execute(
            update(SessionRow).where(SessionRow.id == session_id).values(**values)
        )

    async def save_view(
        self, row: SessionRow, view: SessionView, *, seq: int, size: int, now: datetime
    ) -> None:
        """Write what an event, or a batch of them, made of a session."""
        for name, value in asdict(view).items():
            setattr(row, name, value)
        row.last_seq = seq
        row.bytes += size
        row.heard_at = now
        await self.session.flush()

    async def has_event(self, session_id: UUID, kind: str, key: str) -> bool:
        """For kinds `message` and `turn_ended`, which have an index."""
        statement = select(SessionEventRow.seq).where(
            SessionEventRow.session_id == session_id,
            SessionEventRow.kind == kind,
            SessionEventRow.key == key,
            SessionEventRow.kind.in_(("message", "turn_ended")),
        )
        return await self.session.scalar(statement.limit(1)) is not None

    async def add_events(self, rows: list[dict[str, Any]]) -> None:
        if rows:
            await self.session.execute(insert(SessionEventRow), rows)

    async def add_permission(self, row: PermissionRow) -> None:
        """Once: the same request told again changes nothing."""
        statement = pg_insert(PermissionRow).values(
            id=row.id,
            session_id=row.session_id,
            request_id=row.request_id,
            title=row.title,
            tool=row.tool,
            options=row.options,
            state="pending",
            option_id="",
            created_at=row.created_at,
        )
        await self.session.execute(
            statement.on_conflict_do_nothing(
                index_elements=["session_id", "request_id"]
            )
        )

    async def resolve_permission(
        self,
        session_id: UUID,
        request_id: str,
        *,
        state: str,
        option_id: str,
        now: datetime,
    ) -> None:
        """The runner's word that a request is over, whoever answered it."""
        await self.session.execute(
            update(PermissionRow)
            .where(
                PermissionRow.session_id == session_id,
                PermissionRow.request_id == request_id,
            )
            .values(sent_at=func.coalesce(PermissionRow.sent_at, now))
        )
        await self.session.execute(
            update(PermissionRow)
            .where(
                PermissionRow.session_id == session_id,
                PermissionRow.request_id == request_id,
                PermissionRow.state == "pending",
            )
            .values(state=state, option_id=option_id, answered_at=now)
        )

    async def drop_permissions(self, session_id: UUID, *, now: datetime) -> None:
        """Nobody waits for an answer any more: the agent that asked is gone."""
        await self.session.execute(
            update(PermissionRow)
            .where(
                PermissionRow.session_id == session_id, PermissionRow.sent_at.is_(None)
            )
            .values(
                state="cancelled",
                sent_at=now,
                answered_at=func.coalesce(PermissionRow.answered_at, now),
            )
        )

    # -- messages ---------------------------------------------------------------------

    async def task(self, task_id: UUID) -> TaskRow | None:
        return await self.session.get(TaskRow, task_id)

    async def add_initial_message(self, row: MessageRow) -> None:
        """Once for the life of the task: the unique index decides, not this code."""
        statement = pg_insert(MessageRow).values(
            id=row.id,
            task_id=row.task_id,
            session_id=row.session_id,
            author_id=row.author_id,
            kind="initial",
            delivery="queue",
            state="queued",
            text=row.text,
            error="",
            created_at=row.created_at,
        )
        await self.session.execute(
            statement.on_conflict_do_nothing(
                index_elements=["task_id"], index_where=text("kind = 'initial'")
            )
        )

    async def message_arrived(
        self, task_id: UUID, message_id: UUID, *, now: datetime
    ) -> None:
        """The transcript has the message: a lost acknowledgement is made good."""
        await self.session.execute(
            update(MessageRow)
            .where(
                MessageRow.id == message_id,
                MessageRow.task_id == task_id,
                MessageRow.state.in_(("queued", "sending")),
            )
            .values(state="delivered", delivered_at=now)
        )

    async def task_app_slug(self, task_id: UUID, build_number: int) -> str:
        """The slug of the task's own app in a build; "" when it is not known."""
        statement = (
            select(AppRow.slug)
            .join(TaskAppRow, TaskAppRow.app_row_id == AppRow.id)
            .where(
                TaskAppRow.task_id == task_id, TaskAppRow.build_number == build_number
            )
        )
        return (await self.session.scalar(statement)) or ""

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
