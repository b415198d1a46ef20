import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from taskyard.server.db import jobs
from taskyard.server.db.engine import (
    Sessions,
    create_engine,
    create_sessions,
    normal_url,
)
from taskyard.server.db.jobs import ClaimedJob, LeaseLost

pytestmark = pytest.mark.asyncio

TTL = timedelta(minutes=1)


@pytest_asyncio.fixture
async def sessions(database_url: str) -> AsyncIterator[Sessions]:
    engine = create_engine(normal_url(database_url))
    yield create_sessions(engine)
    await engine.dispose()


async def enqueue(sessions: Sessions, **what: object) -> int:
    async with sessions.begin() as session:
        job = await jobs.enqueue(session, "build", **what)  # pyright: ignore[reportArgumentType] - the tests' own
    assert job is not None
    return job


async def claim(
    sessions: Sessions, *, slots: int = 1, tags: dict[str, str] | None = None
) -> list[ClaimedJob]:
    async with sessions.begin() as session:
        return await jobs.claim(
            session, ["build"], worker="w", ttl=TTL, slots=slots, tags=tags
        )


async def finish(sessions: Sessions, job_id: int, token: UUID) -> None:
    async with sessions.begin() as session:
        await jobs.finish(session, job_id, token)


async def lapse(sessions: Sessions, job_id: int) -> None:
    """As if its runner had been silent for longer than its lease."""
    async with sessions.begin() as session:
        await session.execute(
            text("update jobs set lease_until = now() - interval '1s' where id = :id"),
            {"id": job_id},
        )


async def test_a_job_exists_exactly_when_its_transaction_does(
    sessions: Sessions,
) -> None:
    async with sessions() as session:
        await jobs.enqueue(session, "build")
        await session.rollback()
    nothing = await claim(sessions)
    job = await enqueue(sessions, payload={"n": 1})

    (claimed,) = await claim(sessions)

    assert nothing == []
    assert (claimed.id, claimed.payload, claimed.attempt) == (job, {"n": 1}, 1)


async def test_jobs_of_one_key_run_one_at_a_time_oldest_first(
    sessions: Sessions,
) -> None:
    first = await enqueue(sessions, key="workspace")
    second = await enqueue(sessions, key="workspace")
    other = await enqueue(sessions, key="another")

    batch = await claim(sessions, slots=10)
    none = await claim(sessions, slots=10)
    await finish(sessions, batch[0].id, batch[0].token)
    (after,) = await claim(sessions, slots=10)

    assert [job.id for job in batch] == [first, other]
    assert none == []
    assert after.id == second


async def test_many_claimers_never_share_a_job_or_a_key(sessions: Sessions) -> None:
    for number in range(40):
        await enqueue(sessions, key=f"key-{number % 8}")
    ran: list[int] = []
    busy: set[str] = set()

    async def work() -> None:
        while len(ran) < 40:
            try:
                taken = await claim(sessions, slots=2)
            except IntegrityError:  # another was faster for the same key
                continue
            for job in taken:
                assert job.key is not None
                assert job.key not in busy
                busy.add(job.key)
            for job in taken:
                busy.discard(job.key or "")
                ran.append(job.id)
                await finish(sessions, job.id, job.token)

    await asyncio.gather(*(work() for _ in range(5)))

    assert sorted(ran) == sorted(set(ran))
    assert len(ran) == 40


async def test_a_silent_runner_loses_its_job_and_cannot_write_any_more(
    sessions: Sessions,
) -> None:
    job = await enqueue(sessions, key="workspace")
    (lost,) = await claim(sessions)
    await lapse(sessions, job)

    (taken,) = await claim(sessions)

    assert (taken.id, taken.attempt) == (job, 2)
    assert taken.token != lost.token
    async with sessions() as session:
        with pytest.raises(LeaseLost):
            await jobs.finish(session, job, lost.token)
        with pytest.raises(LeaseLost):
            await jobs.renew(session, job, lost.token, ttl=TTL)
        with pytest.raises(LeaseLost):
            await jobs.retry(session, job, lost.token, delay=TTL, error="late")
    await finish(sessions, taken.id, taken.token)


async def test_a_renewed_lease_holds_and_tells_of_a_wish_to_stop(
    sessions: Sessions,
) -> None:
    job = await enqueue(sessions)
    (mine,) = await claim(sessions)

    async with sessions.begin() as session:
        before = await jobs.renew(session, job, mine.token, ttl=TTL)
        asked = await jobs.request_cancel(session, job)
        asked_again = await jobs.request_cancel(session, job)
        after = await jobs.renew(session, job, mine.token, ttl=TTL)

    assert (before, asked, asked_again, after) == (False, "running", "over", True)


async def test_a_job_that_is_cancelled_before_it_runs_never_does(
    sessions: Sessions,
) -> None:
    job = await enqueue(sessions)
    async with sessions.begin() as session:
        how = await jobs.request_cancel(session, job)

    assert (how, await claim(sessions)) == ("cancelled", [])


async def test_a_job_given_back_runs_again_after_its_delay(sessions: Sessions) -> None:
    job = await enqueue(sessions)
    (first,) = await claim(sessions)
    async with sessions.begin() as session:
        await jobs.retry(session, job, first.token, delay=TTL, error="no disk")

    at_once = await claim(sessions)
    async with sessions.begin() as session:
        await session.execute(text("update jobs set run_at = now()"))
    (later,) = await claim(sessions)

    assert at_once == []
    assert later.attempt == 2


async def test_of_one_name_only_one_waits(sessions: Sessions) -> None:
    await enqueue(sessions, unique_name="tick")

    async with sessions.begin() as session:
        second = await jobs.enqueue(session, "build", unique_name="tick")
        survives = await session.scalar(text("select 1"))

    assert (second, survives) == (None, 1)


@pytest.mark.parametrize(
    ("wanted", "offered", "taken"),
    [
        ({}, {}, True),
        ({}, {"gpu": "yes"}, True),
        ({"gpu": "yes"}, {}, False),
        ({"gpu": "yes"}, {"gpu": "no"}, False),
        ({"gpu": "yes"}, {"gpu": "yes", "zone": "a"}, True),
    ],
)
async def test_a_job_goes_to_who_offers_its_tags(
    sessions: Sessions, wanted: dict[str, str], offered: dict[str, str], *, taken: bool
) -> None:
    await enqueue(sessions, payload={"tags": wanted})

    claimed = await claim(sessions, tags=offered)

    assert bool(claimed) is taken


async def test_old_jobs_are_forgotten_and_live_ones_are_not(sessions: Sessions) -> None:
    old = await enqueue(sessions)
    live = await enqueue(sessions)
    (claimed,) = await claim(sessions)
    await finish(sessions, old, claimed.token)
    async with sessions.begin() as session:
        await session.execute(
            text("update jobs set finished_at = now() - interval '9d' where id = :id"),
            {"id": old},
        )

        await jobs.prune(session, older_than=timedelta(days=7))
        left = list(await session.scalars(text("select id from jobs")))

    assert left == [live]


async def test_an_unknown_lease_is_lost(sessions: Sessions) -> None:
    job = await enqueue(sessions)

    with pytest.raises(LeaseLost):
        await finish(sessions, job, uuid4())
