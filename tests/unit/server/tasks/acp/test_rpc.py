"""What one editor may make the server do at a time."""

import asyncio
import json
from typing import Any

import pytest

from taskyard.protocol.acp import Json
from taskyard.server.tasks.acp.rpc import Answer, Peer

pytestmark = pytest.mark.asyncio


class Endless:
    """An editor that sends one notification after another."""

    def __init__(self) -> None:
        self.read = 0

    async def receive(self) -> str | None:
        self.read += 1
        await asyncio.sleep(0)
        return json.dumps({"jsonrpc": "2.0", "method": "session/cancel", "params": {}})

    async def send(self, frame: str) -> None:
        del frame


class Stuck:
    """Never done with anything."""

    async def answer(self, method: str, params: Json) -> Answer:
        del method, params
        return await asyncio.get_running_loop().create_future()


async def test_who_sends_more_than_is_worked_on_is_read_no_more() -> None:
    wire: Any = Endless()

    async with asyncio.TaskGroup() as group:
        serving = group.create_task(Peer(wire).serve(Stuck()))
        for _ in range(1000):
            await asyncio.sleep(0)
        serving.cancel()

    assert wire.read == 65
