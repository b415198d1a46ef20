"""Background tasks and their end."""

import asyncio
from datetime import timedelta

import pytest

from taskyard.kit.supervisor import Supervisor

pytestmark = pytest.mark.asyncio


async def test_closing_cancels_what_runs_and_waits_for_it() -> None:
    ended: list[str] = []
    began = asyncio.Event()

    async def work() -> None:
        began.set()
        try:
            await asyncio.sleep(3600)
        finally:
            await asyncio.sleep(0)
            ended.append("work")

    async with Supervisor() as supervisor:
        supervisor.start(work(), name="work")
        await began.wait()

    assert ended == ["work"]


async def test_work_that_is_cancelled_before_its_first_step_leaves_nothing() -> None:
    async def work() -> None:
        raise AssertionError

    supervisor = Supervisor()
    supervisor.start(work(), name="work")
    await supervisor.close()
    supervisor.start(work(), name="late")  # a warning of either fails this test


async def test_a_failure_ends_neither_the_loop_nor_the_others() -> None:
    calls: list[int] = []
    twice = asyncio.Event()

    async def failing() -> None:
        calls.append(1)
        if len(calls) == 2:
            twice.set()
        raise ValueError("again")

    async with Supervisor() as supervisor:
        supervisor.every(timedelta(0), failing, name="failing")
        async with asyncio.timeout(5):
            await twice.wait()

    assert len(calls) >= 2
