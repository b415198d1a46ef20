"""Tell who watches that a workspace has changed: its page, and its task's."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.server.db import topics
from taskyard.server.db.broadcast import notify
from taskyard.server.db.tables import TaskRow

__all__ = ["hint_workspace"]


async def hint_workspace(session: AsyncSession, workspace_id: UUID) -> None:
    """When, and only when, this transaction commits."""
    await notify(session, topics.WORKSPACE, workspace_id)
    tasks = await session.execute(
        select(TaskRow.id, TaskRow.owner_id).where(TaskRow.workspace_id == workspace_id)
    )
    for task_id, owner_id in tasks:
        await notify(session, topics.TASK, task_id)
        await notify(session, topics.TASKS, f"{owner_id}/{task_id}")
