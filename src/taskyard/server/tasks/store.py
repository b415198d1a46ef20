"""Every query about tasks."""

from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import datetime
from itertools import chain
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    delete,
    func,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from taskyard.server.db.tables import (
    AgentRow,
    AppRow,
    AppStatusRow,
    BuildRow,
    GatewayLimitRow,
    OrganizationMemberRow,
    PermissionRow,
    ProvisionerJobRow,
    ResourceRow,
    SessionRow,
    TaskAppRow,
    TaskRow,
    TaskSnapshotRow,
    TemplateRow,
    TemplateVersionRow,
    UserRow,
    WorkspaceRow,
)
from taskyard.server.db.tables.tasks import MessageRow
from taskyard.server.identity.actor import Actor
from taskyard.server.provisioning.status import JobProgress
from taskyard.server.tasks.evidence import LimitFacts
from taskyard.server.tasks.parts import (
    TaskAgent,
    TaskApp,
    TaskBuild,
    TaskOwner,
    TaskTemplate,
    TaskWorkspace,
)
from taskyard.server.tasks.records import TaskRecord, WaitingFacts, main_session
from taskyard.server.tasks.status import AppStatusFact

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
        rows = await self.session.execute(
            _records()
            .where(TaskRow.deleted_at.is_(None), *conditions)
            .order_by(TaskRow.created_at.desc(), TaskRow.id)
            .execution_options(populate_existing=True)
        )
        return [_record(row) for row in rows]

    async def record(self, *conditions: ColumnElement[bool]) -> TaskRecord | None:
        found = await self.records(*conditions)
        return found[0] if found else None

    async def ids(self, *conditions: ColumnElement[bool]) -> list[UUID]:
        """Deleted ones too."""
        return list(await self.session.scalars(select(TaskRow.id).where(*conditions)))

    async def lock(self, *conditions: ColumnElement[bool]) -> TaskRow | None:
        """The task, if it is not deleted: one change of its life at a time."""
        return await self.session.scalar(
            select(TaskRow)
            .join(UserRow, UserRow.id == TaskRow.owner_id)
            .where(TaskRow.deleted_at.is_(None), *conditions)
            .with_for_update(of=TaskRow)
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
        number = (
            select(func.max(BuildRow.build_number))
            .where(BuildRow.workspace_id == TaskRow.workspace_id)
            .correlate(TaskRow)
            .scalar_subquery()
        )
        found = await self.session.execute(
            select(
                TaskAppRow.agent_row_id, BuildRow.created_at, AppRow.slug, SessionRow
            )
            .join(TaskRow, TaskRow.id == TaskAppRow.task_id)
            .join(BuildRow, BuildRow.workspace_id == TaskRow.workspace_id)
            .outerjoin(AppRow, AppRow.id == TaskAppRow.app_row_id)
            .join(SessionRow, SessionRow.task_id == TaskRow.id)
            .where(
                TaskRow.id == task_id,
                TaskRow.deleted_at.is_(None),
                BuildRow.build_number == number,
                TaskAppRow.build_number == BuildRow.build_number,
                TaskAppRow.agent_row_id.is_not(None),
            )
        )
        rows = found.all()
        if not rows:
            return None
        agent_row_id, built_at, slug, _ = rows[0]
        session = main_session([row[3] for row in rows], slug)
        if agent_row_id is None or session is None or session.heard_at <= built_at:
            return None
        return agent_row_id, session

    async def waiting(self, task_id: UUID) -> WaitingFacts:
        is_queued = MessageRow.state.in_(("queued", "sending"))
        messages = (
            select(
                func.count().filter(is_queued).label("queued"),
                func.max(MessageRow.delivered_at).label("delivered"),
            )
            .where(MessageRow.task_id == task_id)
            .subquery()
        )
        oldest = (
            select(
                func.count().over().label("pending"),
                PermissionRow.created_at,
                PermissionRow.title,
            )
            .join(SessionRow, SessionRow.id == PermissionRow.session_id)
            .where(SessionRow.task_id == task_id, PermissionRow.state == "pending")
            .order_by(PermissionRow.created_at)
            .limit(1)
            .subquery()
        )
        limit = (
            select(
                GatewayLimitRow.detail,
                GatewayLimitRow.reached_at,
                GatewayLimitRow.resets_at,
            )
            .join(TaskRow, TaskRow.workspace_id == GatewayLimitRow.workspace_id)
            .where(TaskRow.id == task_id)
            .order_by(GatewayLimitRow.reached_at.desc())
            .limit(1)
            .subquery()
        )
        found = await self.session.execute(
            select(messages, oldest, limit)
            .select_from(messages)
            .outerjoin(oldest, true())
            .outerjoin(limit, true())
        )
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


def _columns(part: type, row: type) -> tuple[Any, ...]:
    return tuple(getattr(row, field.name) for field in fields(part))


#: The parts of a record, in its order, each with its columns.
_PARTS: Final[tuple[tuple[str, Callable[..., Any], tuple[Any, ...]], ...]] = (
    ("owner", TaskOwner, _columns(TaskOwner, UserRow)),
    ("template", TaskTemplate, _columns(TaskTemplate, TemplateRow)),
    ("workspace", TaskWorkspace, _columns(TaskWorkspace, WorkspaceRow)),
    ("build", TaskBuild, _columns(TaskBuild, BuildRow)),
    ("job", JobProgress, _columns(JobProgress, ProvisionerJobRow)),
    ("agent", TaskAgent, _columns(TaskAgent, AgentRow)),
    (
        "app",
        TaskApp,
        (
            AppRow.id,
            AppRow.slug,
            AppRow.health,
            func.coalesce(AppRow.spec["url"].astext, ""),
        ),
    ),
    ("app_status", AppStatusFact, _columns(AppStatusFact, AppStatusRow)),
)


def _record(row: Sequence[Any]) -> TaskRecord:
    parts, at = dict[str, Any](), 1
    for name, make, columns in _PARTS:
        values = row[at : at + len(columns)]
        parts[name] = None if values[0] is None else make(*values)
        at += len(columns)
    return TaskRecord(task=row[0], **parts)


def _records() -> Select[Any]:
    """The latest build decides; its agent and app are those recorded for that build."""
    number = (
        select(func.max(BuildRow.build_number))
        .where(BuildRow.workspace_id == WorkspaceRow.id)
        .correlate(WorkspaceRow)
        .scalar_subquery()
    )
    newest = aliased(AppStatusRow)
    status_id = (
        select(newest.id)
        .where(newest.workspace_id == WorkspaceRow.id)
        .order_by(newest.created_at.desc())
        .limit(1)
        .correlate(WorkspaceRow)
        .scalar_subquery()
    )
    return (
        select(TaskRow, *chain.from_iterable(columns for _, _, columns in _PARTS))
        .join(UserRow, UserRow.id == TaskRow.owner_id)
        .join(TemplateVersionRow, TemplateVersionRow.id == TaskRow.template_version_id)
        .join(TemplateRow, TemplateRow.id == TemplateVersionRow.template_id)
        .outerjoin(WorkspaceRow, WorkspaceRow.id == TaskRow.workspace_id)
        .outerjoin(
            BuildRow,
            and_(
                BuildRow.workspace_id == WorkspaceRow.id,
                BuildRow.build_number == number,
            ),
        )
        .outerjoin(ProvisionerJobRow, ProvisionerJobRow.id == BuildRow.job_id)
        .outerjoin(
            TaskAppRow,
            and_(
                TaskAppRow.task_id == TaskRow.id,
                TaskAppRow.build_number == BuildRow.build_number,
            ),
        )
        .outerjoin(AgentRow, AgentRow.id == TaskAppRow.agent_row_id)
        .outerjoin(AppRow, AppRow.id == TaskAppRow.app_row_id)
        .outerjoin(AppStatusRow, AppStatusRow.id == status_id)
    )
