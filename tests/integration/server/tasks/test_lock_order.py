"""Whoever takes several locks takes them in one order: nobody waits for who waits for them.

Each test holds the first lock of a change, so that the change waits for it; a change that
had the second one then would deadlock with everybody who takes them in order.
"""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

import pytest
from sqlalchemy import Select, func, select, text

from taskyard.server.db.engine import Sessions
from taskyard.server.db.tables import (
    AgentRow,
    MessageRow,
    TaskRow,
    TokenRow,
    UserRow,
    WorkspaceRow,
)
from taskyard.server.identity.actor import Role
from tests.conftest import PASSWORD, make_account
from tests.support.provisioning import ok
from tests.support.tasks import Bench

pytestmark = pytest.mark.asyncio

Result = TypeVar("Result")

_WAITING = text(
    "select count(*) from pg_stat_activity "
    "where datname = current_database() and wait_event_type = 'Lock'"
)


async def _held_up(
    change: Coroutine[Any, Any, Result],
    *,
    first: Select[Any],
    second: Select[Any],
    sessions: Sessions,
) -> Result:
    """What `change` comes to, which has to wait for `first` without having `second`."""
    async with asyncio.TaskGroup() as group, sessions.begin() as session:
        await session.execute(first)
        begun = group.create_task(change)
        await _somebody_waits(sessions)
        held = second.with_for_update(key_share=True, nowait=True)
        assert (await session.scalars(held)).all()
    return begun.result()


def _locked(rows: Select[Any]) -> Select[Any]:
    return rows.with_for_update(key_share=True)


async def _somebody_waits(sessions: Sessions) -> None:
    async with asyncio.timeout(20):
        while True:
            async with sessions.begin() as session:
                if await session.scalar(_WAITING):
                    return
            await asyncio.sleep(0)


async def test_a_message_is_moved_after_those_before_it_are_locked(
    bench: Bench,
) -> None:
    active = await bench.active()
    active.runner.state(active.session, "running")
    await active.runner.settled()
    ids = list[UUID]()
    for words in ("one", "two"):
        said = await bench.client.post(f"{active.path}/messages", json={"input": words})
        ids.append(UUID(ok(said)["id"]))

    moved = await _held_up(
        bench.client.patch(f"{active.path}/messages/{ids[1]}", json={"position": 0}),
        first=_locked(select(MessageRow.id).where(MessageRow.id == ids[0])),
        second=select(MessageRow.id).where(MessageRow.id == ids[1]),
        sessions=bench.process.sessions,
    )

    assert ok(moved)["id"] == str(ids[1])


async def test_a_deleted_workspace_is_locked_after_its_task(bench: Bench) -> None:
    task = await bench.task()
    workspace_id = UUID(task["workspace_id"])
    ordered = await bench.client.post(
        f"/api/v2/workspaces/{workspace_id}/builds", json={"transition": "delete"}
    )
    assert ordered.is_success

    await _held_up(
        bench.yard.provisioner.run_all(),
        first=_locked(select(TaskRow.id).where(TaskRow.id == UUID(task["id"]))),
        second=select(WorkspaceRow.id).where(WorkspaceRow.id == workspace_id),
        sessions=bench.process.sessions,
    )

    gone = await bench.client.get(f"/api/v2/tasks/me/{task['id']}")
    assert gone.status_code == 404


async def test_an_orphaned_workspace_is_locked_after_its_task(bench: Bench) -> None:
    task = await bench.task()
    workspace_id = UUID(task["workspace_id"])

    orphaned = await _held_up(
        bench.client.post(
            f"/api/v2/workspaces/{workspace_id}/builds",
            json={"transition": "delete", "orphan": True},
        ),
        first=_locked(select(TaskRow.id).where(TaskRow.id == UUID(task["id"]))),
        second=select(WorkspaceRow.id).where(WorkspaceRow.id == workspace_id),
        sessions=bench.process.sessions,
    )

    assert ok(orphaned)["status"] == "deleted"


async def test_owners_are_locked_in_the_order_of_their_ids(bench: Bench) -> None:
    other = await make_account(bench.app, "other", Role.OWNER)
    await other.client.aclose()
    first, second = sorted([bench.yard.owner.id, other.id])

    changed = await _held_up(
        bench.client.put(f"/api/v2/users/{second}/roles", json={"roles": []}),
        first=_locked(select(UserRow.id).where(UserRow.id == first)),
        second=select(UserRow.id).where(UserRow.id == second),
        sessions=bench.process.sessions,
    )

    assert ok(changed)["roles"] == []


async def test_the_tokens_that_a_new_password_ends_are_locked_after_their_user(
    bench: Bench,
) -> None:
    mel = await make_account(bench.app, "mel")
    await mel.client.aclose()
    body = {"password": f"{PASSWORD}-2"}

    changed = await _held_up(
        bench.client.put(f"/api/v2/users/{mel.id}/password", json=body),
        first=_locked(select(UserRow.id).where(UserRow.id == mel.id)),
        second=select(TokenRow.id).where(TokenRow.user_id == mel.id),
        sessions=bench.process.sessions,
    )

    assert changed.status_code == 204


async def test_a_token_is_noted_as_used_after_its_user(bench: Bench) -> None:
    mel = await make_account(bench.app, "mel")
    bench.clock.advance(timedelta(hours=1))

    async with mel.client:
        asked = await _held_up(
            mel.client.get("/api/v2/users/me"),
            first=_locked(select(UserRow.id).where(UserRow.id == mel.id)),
            second=select(TokenRow.id).where(TokenRow.user_id == mel.id),
            sessions=bench.process.sessions,
        )

    assert ok(asked)["username"] == "mel"


async def test_a_runner_that_dials_again_is_greeted_after_what_was_under_way(
    bench: Bench,
) -> None:
    active = await bench.active()
    again = await bench.runner(stream=active.runner.stream, connect=False)
    again.go_on_from(active.runner)
    agent = await bench.last_agent()
    name = f"runner-events:{agent.workspace_id}"

    await _held_up(
        bench.stack.enter_async_context(again),
        first=select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))),
        second=select(AgentRow.id).where(AgentRow.id == agent.id),
        sessions=bench.process.sessions,
    )

    assert again.manifest is not None
