"""The registry of links."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from taskyard.kit.clock import ManualClock
from taskyard.kit.mux.mux import Mux
from taskyard.server.runners.admission import AgentIdentity
from taskyard.server.runners.connection import Connection
from taskyard.server.runners.link import LinkRegistry

pytestmark = pytest.mark.asyncio


def _connection() -> Connection:
    agent = AgentIdentity(
        agent_row_id=uuid4(),
        build_id=uuid4(),
        build_number=1,
        workspace_id=uuid4(),
        owner_id=uuid4(),
        template_id=uuid4(),
        task_id=None,
        name="main",
    )
    return Connection(agent=agent, clock=ManualClock(datetime(2026, 1, 1, tzinfo=UTC)))


async def test_before_a_shutdown_each_runner_is_told_over_what_time_to_come_back() -> (
    None
):
    registry, told = LinkRegistry(), list[dict[str, Any]]()
    connections = [_connection() for _ in range(100)]
    for connection in connections:
        registry.add(connection)

    registry.go_away()

    runner = Mux(dialled=True, on_open=lambda _s, _t: None, on_go_away=told.append)
    for connection in connections:
        frame = connection.mux.next_message()
        assert frame is not None
        runner.message_received(frame)
    assert told == [{"spread_seconds": 2.0}] * 100
