"""The sessions that a connection follows: one run each, and none after it."""

import asyncio
from typing import Any, cast
from uuid import UUID, uuid4

import pytest

from taskyard.server.tasks.acp.attachment import Attachment, Start
from taskyard.server.tasks.acp.attachments import Attachments
from taskyard.server.tasks.acp.desk import Opened

pytestmark = pytest.mark.asyncio


class SlowToEnd:
    """An attachment whose run takes a while to end when it is cancelled."""

    def __init__(self) -> None:
        self.running = 0

    def begin_anew(self, opened: Opened, **_: Any) -> None:
        del opened

    async def run(self, start: Start) -> None:
        del start
        self.running += 1
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            for _ in range(5):
                await asyncio.sleep(0)
            self.running -= 1


def opened(task_id: UUID) -> Opened:
    return Opened(
        task_id=task_id,
        owner_id=task_id,
        workspace_id=None,
        last_seq=0,
        options=[],
        seldom=[],
        may_change=True,
    )


async def test_a_session_that_is_asked_for_twice_at_once_is_followed_once() -> None:
    followed, task = SlowToEnd(), opened(uuid4())
    sessions = Attachments(lambda _: cast("Attachment", followed))

    async def work() -> None:
        async def follow() -> None:
            await sessions.follow(task, Start(after=0), cwd="", mine=())
            await asyncio.sleep(0)
            seen.append(followed.running)

        await follow()
        await asyncio.gather(follow(), follow())

    seen = list[int]()
    async with asyncio.timeout(5):
        await sessions.during(work())

    assert seen == [1, 1, 1]
    assert followed.running == 0
