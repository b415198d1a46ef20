"""The SQL of workspaces and their builds."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    case,
    func,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from taskyard.server.db.tables import (
    BuildRow,
    OrganizationMemberRow,
    ProvisionerJobRow,
    TaskAppRow,
    TaskRow,
    WorkspaceRow,
)
from taskyard.server.identity.actor import Actor

__all__ = ["WorkspaceStore", "may_read", "may_write", "status_in_sql"]


def may_read(actor: Actor) -> ColumnElement[bool]:
    if actor.reads_everything or actor.manages_templates:
        return true()
    return WorkspaceRow.owner_id == actor.user_id


def may_write(actor: Actor, workspace: WorkspaceRow) -> bool:
    return actor.manages_everything or workspace.owner_id == actor.user_id


def _latest_number() -> ScalarSelect[int]:
    other = aliased(BuildRow)
    return (
        select(func.max(other.build_number))
        .where(other.workspace_id == BuildRow.workspace_id)
        .correlate(BuildRow)
        .scalar_subquery()
    )


def status_in_sql() -> ColumnElement[str]:
    """`job_status` and `workspace_status` for queries; a test keeps them together."""
    job = ProvisionerJobRow
    doing = case(
        (BuildRow.transition == "start", "starting"),
        (BuildRow.transition == "stop", "stopping"),
        else_="deleting",
    )
    done = case(
        (BuildRow.transition == "start", "running"),
        (BuildRow.transition == "stop", "stopped"),
        else_="deleted",
    )
    over = case(
        (job.error.is_(None), done),
        (job.canceled_at.is_(None), "failed"),
        else_="canceled",
    )
    return case(
        (job.completed_at.is_not(None), over),
        (job.canceled_at.is_not(None), "canceling"),
        (job.started_at.is_(None), "pending"),
        else_=doing,
    )


class WorkspaceStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    # -- workspaces -------------------------------------------------------------------

    async def add(self, row: WorkspaceRow | BuildRow | TaskAppRow) -> None:
        self._session.add(row)
        await self._session.flush()

    async def workspace(self, *conditions: ColumnElement[bool]) -> WorkspaceRow | None:
        return await self._session.scalar(select(WorkspaceRow).where(*conditions))

    async def lock(self, workspace_id: UUID) -> WorkspaceRow | None:
        """The workspace, if it is not deleted; builds of it are made one at a time."""
        return await self._session.scalar(
            select(WorkspaceRow)
            .where(WorkspaceRow.id == workspace_id, WorkspaceRow.deleted_at.is_(None))
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        )

    async def lock_with_task(self, workspace_id: UUID) -> None:
        """For who is going to delete both: the task first, as whoever changes a task does."""
        await self._session.execute(
            select(TaskRow.id)
            .where(TaskRow.workspace_id == workspace_id)
            .with_for_update(key_share=True)
        )
        await self.lock(workspace_id)

    async def list_all(
        self, conditions: Sequence[ColumnElement[bool]], *, limit: int, offset: int
    ) -> tuple[list[WorkspaceRow], int]:
        """One page, last used first, and how many there are in all."""
        query = self._with_latest_build(select(WorkspaceRow), conditions)
        count = await self._session.scalar(
            self._with_latest_build(select(func.count()), conditions)
        )
        rows = await self._session.scalars(
            query.order_by(
                WorkspaceRow.last_used_at.desc(), func.lower(WorkspaceRow.name)
            )
            .limit(limit)
            .offset(offset)
        )
        return list(rows), count or 0

    @staticmethod
    def _with_latest_build(
        query: Select[Any], conditions: Sequence[ColumnElement[bool]]
    ) -> Select[Any]:
        return (
            query.select_from(WorkspaceRow)
            .join(BuildRow, BuildRow.workspace_id == WorkspaceRow.id)
            .join(ProvisionerJobRow, ProvisionerJobRow.id == BuildRow.job_id)
            .where(BuildRow.build_number == _latest_number(), *conditions)
        )

    async def update_workspace(self, id_: UUID, **values: Any) -> None:
        await self._session.execute(
            update(WorkspaceRow)
            .where(WorkspaceRow.id == id_)
            .values(**values)
            .execution_options(synchronize_session="fetch")
        )

    async def is_member(self, organization_id: UUID, user_id: UUID) -> bool:
        row = await self._session.get(OrganizationMemberRow, (organization_id, user_id))
        return row is not None

    # -- builds -----------------------------------------------------------------------

    async def build(self, *conditions: ColumnElement[bool]) -> BuildRow | None:
        return await self._session.scalar(select(BuildRow).where(*conditions))

    async def latest_build(self, workspace_id: UUID) -> BuildRow | None:
        return await self._session.scalar(
            select(BuildRow)
            .where(BuildRow.workspace_id == workspace_id)
            .order_by(BuildRow.build_number.desc())
            .limit(1)
        )

    async def latest_builds(
        self, workspace_ids: Collection[UUID]
    ) -> dict[UUID, BuildRow]:
        rows = await self._session.scalars(
            select(BuildRow)
            .where(BuildRow.workspace_id.in_(workspace_ids))
            .ext(distinct_on(BuildRow.workspace_id))
            .order_by(BuildRow.workspace_id, BuildRow.build_number.desc())
        )
        return {row.workspace_id: row for row in rows}

    async def builds(
        self, workspace_id: UUID, *, limit: int, offset: int
    ) -> list[BuildRow]:
        """Newest first."""
        rows = await self._session.scalars(
            select(BuildRow)
            .where(BuildRow.workspace_id == workspace_id)
            .order_by(BuildRow.build_number.desc())
            .limit(limit)
            .offset(offset)
        )
        return list(rows)

    async def has_succeeded(self, workspace_id: UUID) -> bool:
        """Whether any build of it ever did."""
        found = await self._session.scalar(
            select(BuildRow.id)
            .join(ProvisionerJobRow, ProvisionerJobRow.id == BuildRow.job_id)
            .where(
                BuildRow.workspace_id == workspace_id,
                ProvisionerJobRow.completed_at.is_not(None),
                ProvisionerJobRow.error.is_(None),
            )
            .limit(1)
        )
        return found is not None

    async def state_before(self, build: BuildRow) -> bytes | None:
        """The newest state of the workspace that this build goes on from.

        Its own counts too: an earlier attempt may have left one.
        """
        return await self._session.scalar(
            select(BuildRow.state)
            .where(
                BuildRow.workspace_id == build.workspace_id,
                BuildRow.build_number <= build.build_number,
                BuildRow.state.is_not(None),
            )
            .order_by(BuildRow.build_number.desc())
            .limit(1)
        )

    async def state_of(self, build_id: UUID) -> bytes | None:
        return await self._session.scalar(
            select(BuildRow.state).where(BuildRow.id == build_id)
        )

    async def update_build(self, id_: UUID, **values: Any) -> None:
        await self._session.execute(
            update(BuildRow)
            .where(BuildRow.id == id_)
            .values(**values)
            .execution_options(synchronize_session="fetch")
        )

    # -- tasks ------------------------------------------------------------------------

    async def task_of(self, workspace_id: UUID) -> TaskRow | None:
        """Also a deleted one: its workspace is still to be destroyed as a task's."""
        return await self._session.scalar(
            select(TaskRow).where(TaskRow.workspace_id == workspace_id)
        )

    async def task_ids(self, workspace_ids: Collection[UUID]) -> dict[UUID, UUID]:
        rows = await self._session.execute(
            select(TaskRow.workspace_id, TaskRow.id).where(
                TaskRow.workspace_id.in_(workspace_ids), TaskRow.deleted_at.is_(None)
            )
        )
        return {workspace: task for workspace, task in rows if workspace is not None}
