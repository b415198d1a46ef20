"""Whoever changes a task holds up its runner in nothing."""

import pytest
from sqlalchemy import text, update

from taskyard.server.db.tables import SessionRow, TaskRow
from taskyard.server.tasks.store import TaskStore
from tests.support.tasks import Bench

pytestmark = pytest.mark.asyncio


async def test_a_locked_task_lets_its_runner_write_its_session(bench: Bench) -> None:
    """A row that one transaction writes twice has its foreign keys looked up again."""
    active = await bench.active()
    session_row = SessionRow.id == active.session
    sessions = bench.process.sessions

    async with sessions.begin() as ours, sessions.begin() as runners:
        assert await TaskStore(ours).lock(TaskRow.id == active.id) is not None
        await runners.execute(text("set local lock_timeout = '1s'"))
        for title in ("first", "second"):
            statement = update(SessionRow).where(session_row).values(title=title)
            await runners.execute(statement)

    async with sessions.begin() as session:
        row = await session.get_one(SessionRow, active.session)
        assert row.title == "second"
