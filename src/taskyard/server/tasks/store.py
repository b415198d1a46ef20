"""Every query about tasks."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    delete,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.server.db.tables import (
    OrganizationMemberRow,
    ResourceRow,
    SessionRow,
    TaskRow,
    TaskSnapshotRow,
    TemplateRow,
    TemplateVersionRow,
    UserRow,
)
from taskyard.server.identity.actor import Actor
from taskyard.server.tasks import queries
from taskyard.server.tasks.evidence import LimitFacts
from taskyard.server.tasks.records import TaskRecord, WaitingFacts, main_session

__all__ = ["TaskStore", "may_read"]


def may_read(actor: Actor) -> ColumnElement[bool]:
    """The tasks that the actor may see, as a condition."""
    return true() if actor.reads_everything else TaskRow.owner_id == actor.user_id


class TaskStore:
    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def add(self, row: TaskRow) -> None:
        self.session.add(row)
        await self.session.flush()

    async def records(self, *conditions: ColumnElement[bool]) -> list[TaskRecord]:
        """Tasks that are not deleted, newest first, each with what its status needs."""
        rows = await self.session.execute(queries.RECORDS.where(*conditions))
        return [queries.record(row) for row in rows]

    async def find(self, *conditions: ColumnElement[bool]) -> TaskRecord | None:
        found = await self.records(*conditions)
        return found[0] if found else None

    async def record(self, task_id: UUID) -> TaskRecord | None:
        """The task, if it is not deleted."""
        rows = await self.session.execute(queries.RECORD, {"task_id": task_id})
        row = rows.one_or_none()
        return queries.record(row) if row else None

    async def ids(self, *conditions: ColumnElement[bool]) -> list[UUID]:
        """Deleted ones too."""
        return list(await self.session.scalars(select(TaskRow.id).where(*conditions)))

    async def lock(self, *conditions: ColumnElement[bool]) -> TaskRow | None:
        """The task, if it is not deleted: one change of its life at a time.

        As every lock here it lets others refer to the row (`key_share`): its runner, which
        writes its session meanwhile, would wait for it, and the holder for the session.
        """
        return await self.session.scalar(
            select(TaskRow)
            .join(UserRow, UserRow.id == TaskRow.owner_id)
            .where(TaskRow.deleted_at.is_(None), *conditions)
            .with_for_update(of=TaskRow, key_share=True)
            .execution_options(populate_existing=True)
        )

    async def set(self, task_id: UUID, **values: Any) -> None:
        await self.session.execute(
            update(TaskRow).where(TaskRow.id == task_id).values(**values)
        )

    # -- what a task is made of -------------------------------------------------------

    async def version(
        self, version_id: UUID
    ) -> tuple[TemplateVersionRow, TemplateRow] | None:
        statement = (
            select(TemplateVersionRow, TemplateRow)
            .join(TemplateRow, TemplateRow.id == TemplateVersionRow.template_id)
            .where(
                TemplateVersionRow.id == version_id, TemplateRow.deleted_at.is_(None)
            )
        )
        found = (await self.session.execute(statement)).one_or_none()
        return (found[0], found[1]) if found else None

    async def is_member(self, organization_id: UUID, user_id: UUID) -> bool:
        row = await self.session.get(OrganizationMemberRow, (organization_id, user_id))
        return row is not None

    # -- sessions ---------------------------------------------------------------------

    async def sessions_of(self, task_id: UUID) -> list[SessionRow]:
        statement = (
            select(SessionRow)
            .where(SessionRow.task_id == task_id)
            .order_by(SessionRow.created_at, SessionRow.id)
        )
        return list(await self.session.scalars(statement))

    async def running(self, task_id: UUID) -> tuple[UUID, SessionRow] | None:
        """The agent of the task's latest build, and the session it runs there, if any."""
        found = await self.session.execute(queries.RUNNING, {"task_id": task_id})
        rows = found.all()
        if not rows:
            return None
        agent_row_id, built_at, slug, _ = rows[0]
        session = main_session([row[3] for row in rows], slug)
        if agent_row_id is None or session is None or session.heard_at <= built_at:
            return None
        return agent_row_id, session

    async def waiting(self, task_id: UUID) -> WaitingFacts:
        found = await self.session.execute(queries.WAITING, {"task_id": task_id})
        queued, delivered, pending, asked_at, title, *limited = found.one()
        return WaitingFacts(
            queued_messages=queued,
            last_delivered=delivered,
            pending_permissions=pending or 0,
            oldest_permission=asked_at,
            permission_title=title or "",
            limit=_limit(*limited),
        )

    async def resource_types(self, build_id: UUID) -> list[str]:
        statement = select(ResourceRow.type).where(ResourceRow.build_id == build_id)
        return list(await self.session.scalars(statement))

    # -- snapshots of unmodified modules ----------------------------------------------

    async def snapshot(self, task_id: UUID) -> TaskSnapshotRow | None:
        return await self.session.get(TaskSnapshotRow, task_id)

    async def save_snapshot(
        self, task_id: UUID, snapshot: dict[str, Any], *, now: datetime
    ) -> None:
        statement = pg_insert(TaskSnapshotRow).values(
            task_id=task_id, log_snapshot=snapshot, created_at=now
        )
        await self.session.execute(
            statement.on_conflict_do_update(
                index_elements=["task_id"],
                set_={"log_snapshot": snapshot, "created_at": now},
            )
        )

    async def delete_snapshot(self, task_id: UUID) -> None:
        await self.session.execute(
            delete(TaskSnapshotRow).where(TaskSnapshotRow.task_id == task_id)
        )


def _limit(
    detail: str | None, since: datetime | None, resets_at: datetime | None
) -> LimitFacts | None:
    if detail is None or since is None:
        return None
    return LimitFacts(detail=detail, since=since, resets_at=resets_at)
