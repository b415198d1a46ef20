import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest
import pytest_asyncio
from sqlalchemy import text

from taskyard.kit.supervisor import Supervisor
from taskyard.server.db import jobs, topics
from taskyard.server.db.broadcast import Broadcast, Hint, Subscription, notify
from taskyard.server.db.engine import (
    Sessions,
    create_engine,
    create_sessions,
    listen_dsn,
    normal_url,
)

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def sessions(database_url: str) -> AsyncIterator[Sessions]:
    engine = create_engine(normal_url(database_url))
    yield create_sessions(engine)
    await engine.dispose()


@pytest_asyncio.fixture
async def broadcast(database_url: str) -> AsyncIterator[Broadcast]:
    broadcast = Broadcast(listen_dsn(normal_url(database_url)))
    async with Supervisor() as supervisor:
        supervisor.start(broadcast.run(), name="broadcast")
        await broadcast.connected.wait()
        yield broadcast


async def test_a_hint_reaches_those_who_wait_for_that_thing_or_for_all(
    broadcast: Broadcast, sessions: Sessions
) -> None:
    async with (
        broadcast.subscribe("task", "1") as one,
        broadcast.subscribe("task", "2") as other,
        broadcast.subscribe("task") as all_tasks,
        broadcast.subscribe_all([("workspace", None), ("task", "1")]) as both,
    ):
        async with sessions.begin() as session:
            await notify(session, "task", "1")

        hints = [await each.next() for each in (one, all_tasks, both)]
        silent = await other.changed(timeout=0.05)

    assert hints == [Hint("task", "1")] * 3
    assert silent is False


async def test_nobody_hears_of_what_was_rolled_back(
    broadcast: Broadcast, sessions: Sessions
) -> None:
    async with broadcast.subscribe("task") as hints:
        async with sessions() as session:
            await notify(session, "task", "1")
            await session.rollback()
        async with sessions.begin() as session:
            await notify(session, "task", "2")

        assert await hints.next() == Hint("task", "2")


async def test_the_hints_of_a_transaction_come_once_each_and_survive_savepoints(
    broadcast: Broadcast, sessions: Sessions
) -> None:
    async with broadcast.subscribe("task") as hints:
        async with sessions.begin() as session:
            await notify(session, "task", "1")
            async with session.begin_nested():
                await notify(session, "task", "2")
            await notify(session, "task", "1")
            early = await hints.changed(timeout=0.05)
        async with sessions.begin() as session:
            await notify(session, "task", "last")
        heard = [await hints.next() for _ in range(3)]

    assert early is False
    assert heard == [Hint("task", id_) for id_ in ("1", "2", "last")]


async def test_a_session_that_was_rolled_back_says_only_what_it_does_afterwards(
    broadcast: Broadcast, sessions: Sessions
) -> None:
    async with broadcast.subscribe("task") as hints:
        async with sessions() as session:
            await session.execute(text("select 1"))
            await notify(session, "task", "1")
            await session.rollback()
            await notify(session, "task", "2")
            await session.commit()

        assert await hints.next() == Hint("task", "2")


async def test_a_connection_that_the_database_ended_is_replaced_before_its_use(
    sessions: Sessions, database_url: str
) -> None:
    async with sessions.begin() as session:
        pid = await session.scalar(text("select pg_backend_pid()"))
    admin = await psycopg.AsyncConnection.connect(database_url, autocommit=True)
    async with admin:
        await admin.execute("select pg_terminate_backend(%s, 10000)", (pid,))

    async with sessions.begin() as session:
        other = await session.scalar(text("select pg_backend_pid()"))

    assert other != pid


async def test_who_is_too_slow_is_told_to_look_at_everything() -> None:
    subscription = Subscription()
    for number in range(101):
        subscription.put(Hint("task", str(number)))

    assert await subscription.next() is None
    assert await subscription.changed(timeout=0.01) is False


async def test_many_hints_are_one_change() -> None:
    subscription = Subscription()
    for number in range(5):
        subscription.put(Hint("task", str(number)))

    first = await subscription.changed(timeout=1)
    second = await subscription.changed(timeout=0.01)

    assert (first, second) == (True, False)


async def test_after_a_lost_connection_everybody_looks_again(
    broadcast: Broadcast, sessions: Sessions, database_url: str
) -> None:
    async with broadcast.subscribe("task") as hints:
        admin = await psycopg.AsyncConnection.connect(database_url, autocommit=True)
        async with admin:
            await admin.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where query like 'listen%' and datname = current_database()"
            )

        async with asyncio.timeout(20):
            lost = await hints.next()
        async with sessions.begin() as session:
            await notify(session, "task", "7")
        heard = await hints.next()

    assert (lost, heard) == (None, Hint("task", "7"))


async def test_a_new_job_and_a_wish_to_stop_ring_by_themselves(
    broadcast: Broadcast, sessions: Sessions
) -> None:
    async with broadcast.subscribe_all(
        [(topics.QUEUE, None), (topics.QUEUE_CANCEL, None)]
    ) as hints:
        async with sessions.begin() as session:
            job = await jobs.enqueue(session, "build")
        async with sessions.begin() as session:
            await jobs.request_cancel(session, job or 0)

        heard = [await hints.next(), await hints.next()]

    assert heard == [Hint("queue", "build"), Hint("queue_cancel", "build")]
