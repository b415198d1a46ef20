"""What the paths that people wait for cost: statements, each a round trip to the database."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import event

from tests.support.provisioning import ok
from tests.support.tasks import Bench

pytestmark = pytest.mark.asyncio


@asynccontextmanager
async def _statements(bench: Bench) -> AsyncGenerator[list[str]]:
    """The statements of the block; whose token it is, is known before."""
    await bench.get("/users/me")
    engine, seen = bench.process.engine.sync_engine, list[str]()

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def test_a_message_is_taken_with_a_lock_a_row_and_a_hint(bench: Bench) -> None:
    active = await bench.active()

    async with _statements(bench) as seen:
        ok(await bench.client.post(f"{active.path}/messages", json={"input": "go on"}))

    assert [statement.split()[0].upper() for statement in seen] == [
        "SELECT",
        "INSERT",
        "SELECT",
    ]
    assert "FOR NO KEY UPDATE" in seen[0]
    assert "pg_notify" in seen[2]


async def test_a_list_of_tasks_is_one_statement_that_reads_no_specs(
    bench: Bench,
) -> None:
    for _ in range(2):
        await bench.active()

    async with _statements(bench) as seen:
        listed = await bench.get("/tasks")

    assert listed["count"] == 2
    assert len(seen) == 1
    assert "workspace_agents.spec" not in seen[0]
    assert "script_results" not in seen[0]


async def test_a_task_with_all_that_waits_in_it_is_four_statements(
    bench: Bench,
) -> None:
    active = await bench.active()

    async with _statements(bench) as seen:
        await active.detail()

    assert len(seen) == 4
