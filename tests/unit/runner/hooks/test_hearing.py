"""What wakes whoever listens to an agent's hooks and files."""

import asyncio
import json
from pathlib import Path

import pytest

from taskyard.runner.agents.hooks.hearing import Hearing
from taskyard.runner.agents.hooks.wiring import Wiring
from tests.unit.runner.hooks.told import Told

pytestmark = pytest.mark.asyncio


async def test_it_says_whether_its_files_held_anything_new(tmp_path: Path) -> None:
    told = Told()
    hearing, spool = Hearing(told.emit), tmp_path / "spool"
    await hearing.open(Wiring(agent="claude-code", spool=spool))

    async def look() -> bool:
        hearing.look()
        async with asyncio.timeout(5):
            return await hearing.next()

    first = await look()
    spool.write_text(
        json.dumps(
            {
                "hook_event_name": "MessageDisplay",
                "session_id": "c",
                "message_id": "m",
                "index": 0,
                "delta": "hello",
            }
        )
    )
    second = await look()

    assert (first, second, await look()) == (False, True, False)
    assert told.said == [("agent", "hello")]
