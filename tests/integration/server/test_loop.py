"""Background loops: woken by hints, kept alive through errors."""

import asyncio
from datetime import timedelta

import pytest

from taskyard.server.background.loop import Loop, keep_going
from taskyard.server.db.broadcast import notify
from taskyard.server.factory import ProcessContext

pytestmark = pytest.mark.asyncio


async def test_a_hint_wakes_it_long_before_its_time(process: ProcessContext) -> None:
    ran: asyncio.Queue[None] = asyncio.Queue()

    async def step(_: ProcessContext) -> None:
        ran.put_nowait(None)

    loop = Loop(name="test", every=timedelta(hours=1), step=step, topics=("task",))
    await process.broadcast.connected.wait()
    process.supervisor.start(keep_going(process, loop), name="test")
    await ran.get()

    async with process.sessions.begin() as session:
        await notify(session, "task", "1")

    async with asyncio.timeout(10):
        await ran.get()


async def test_a_step_that_fails_is_called_again(process: ProcessContext) -> None:
    calls: asyncio.Queue[int] = asyncio.Queue()

    async def step(_: ProcessContext) -> None:
        calls.put_nowait(1)
        raise ValueError("broken")

    loop = Loop(name="test", every=timedelta(milliseconds=1), step=step)
    process.supervisor.start(keep_going(process, loop), name="test")

    async with asyncio.timeout(20):
        await calls.get()
        await calls.get()
