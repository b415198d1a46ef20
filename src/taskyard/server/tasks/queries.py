"""The large queries about tasks, made once.

Putting such a statement together takes longer than running it, and SQLAlchemy remembers
the text of one that it has seen before; so these take parameters.
"""

from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import datetime
from itertools import chain
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, func, select, true
from sqlalchemy.orm import aliased

from taskyard.server.db.tables import (
    AgentRow,
    AppRow,
    AppStatusRow,
    BuildRow,
    GatewayLimitRow,
    MessageRow,
    PermissionRow,
    ProvisionerJobRow,
    SessionRow,
    TaskAppRow,
    TaskRow,
    TemplateRow,
    TemplateVersionRow,
    UserRow,
    WorkspaceRow,
)
from taskyard.server.provisioning.status import JobProgress
from taskyard.server.tasks.parts import (
    TaskAgent,
    TaskApp,
    TaskBuild,
    TaskOwner,
    TaskTemplate,
    TaskWorkspace,
)
from taskyard.server.tasks.records import TaskRecord
from taskyard.server.tasks.status import AppStatusFact

__all__ = ["RECORD", "RECORDS", "RUNNING", "WAITING", "record"]


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


def record(row: Sequence[Any]) -> TaskRecord:
    """A row of `RECORDS` or `RECORD`."""
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
        .where(TaskRow.deleted_at.is_(None))
        .execution_options(populate_existing=True)
    )


def _running() -> Select[UUID | None, datetime, str, SessionRow]:
    number = (
        select(func.max(BuildRow.build_number))
        .where(BuildRow.workspace_id == TaskRow.workspace_id)
        .correlate(TaskRow)
        .scalar_subquery()
    )
    return (
        select(TaskAppRow.agent_row_id, BuildRow.created_at, AppRow.slug, SessionRow)
        .join(TaskRow, TaskRow.id == TaskAppRow.task_id)
        .join(BuildRow, BuildRow.workspace_id == TaskRow.workspace_id)
        .outerjoin(AppRow, AppRow.id == TaskAppRow.app_row_id)
        .join(SessionRow, SessionRow.task_id == TaskRow.id)
        .where(
            TaskRow.id == bindparam("task_id"),
            TaskRow.deleted_at.is_(None),
            BuildRow.build_number == number,
            TaskAppRow.build_number == BuildRow.build_number,
            TaskAppRow.agent_row_id.is_not(None),
        )
    )


def _waiting() -> Select[*tuple[Any, ...]]:
    is_queued = MessageRow.state.in_(("queued", "sending"))
    messages = (
        select(
            func.count().filter(is_queued).label("queued"),
            func.max(MessageRow.delivered_at).label("delivered"),
        )
        .where(MessageRow.task_id == bindparam("task_id"))
        .subquery()
    )
    oldest = (
        select(
            func.count().over().label("pending"),
            PermissionRow.created_at,
            PermissionRow.title,
        )
        .join(SessionRow, SessionRow.id == PermissionRow.session_id)
        .where(
            SessionRow.task_id == bindparam("task_id"), PermissionRow.state == "pending"
        )
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
        .where(TaskRow.id == bindparam("task_id"))
        .order_by(GatewayLimitRow.reached_at.desc())
        .limit(1)
        .subquery()
    )
    return (
        select(messages, oldest, limit)
        .select_from(messages)
        .outerjoin(oldest, true())
        .outerjoin(limit, true())
    )


#: Every task that is not deleted, newest first; conditions are added to it.
RECORDS: Final = _records().order_by(TaskRow.created_at.desc(), TaskRow.id)
#: The task `task_id`, if it is not deleted.
RECORD: Final = _records().where(TaskRow.id == bindparam("task_id"))
#: (agent of the latest build, time of that build, slug of the task's app, session) of
#: `task_id`, a row for each session.
RUNNING: Final = _running()
#: (messages queued, newest delivery, permissions pending, the oldest's time and title,
#: the newest limit of a vendor: detail, since, until).
WAITING: Final = _waiting()
