"""Statuses of workspaces and agents, as tables."""

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from taskyard.protocol.api.templates import ProvisionerJobStatus
from taskyard.protocol.api.workspaces import Transition, WorkspaceStatus
from taskyard.server.db.tables import AgentRow
from taskyard.server.workspaces.status import (
    AgentStatus,
    agent_health,
    agent_status,
    workspace_status,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("transition", "running", "succeeded"),
    [
        ("start", "starting", "running"),
        ("stop", "stopping", "stopped"),
        ("delete", "deleting", "deleted"),
    ],
)
def test_a_workspace_is_what_its_latest_build_does(
    transition: Transition, running: WorkspaceStatus, succeeded: WorkspaceStatus
) -> None:
    own = {"running": running, "succeeded": succeeded}
    for job in get_args(ProvisionerJobStatus):
        assert workspace_status(transition, job) == own.get(job, job)


def agent(
    *,
    first: float | None = None,
    last: float | None = None,
    gone: float | None = None,
    created: float = 0,
    timeout: int = 120,
) -> AgentRow:
    """Times are seconds before now."""

    def at(seconds: float | None) -> datetime | None:
        return None if seconds is None else NOW - timedelta(seconds=seconds)

    return AgentRow(
        created_at=NOW - timedelta(seconds=created),
        first_connected_at=at(first),
        last_connected_at=at(last),
        disconnected_at=at(gone),
        connection_timeout=timeout,
    )


@pytest.mark.parametrize(
    ("row", "status"),
    [
        (agent(), "connecting"),
        (agent(created=119), "connecting"),
        (agent(created=121), "timeout"),
        (agent(created=9999, timeout=0), "connecting"),
        (agent(created=121, first=5, last=1), "connected"),
        (agent(first=5, last=5), "connected"),
        (agent(first=9, last=5, gone=2), "disconnected"),
        (agent(first=9, last=5, gone=5), "disconnected"),
        (agent(first=9, last=1, gone=5), "connected"),
        (agent(first=9, gone=5), "disconnected"),
    ],
)
def test_an_agent_is_as_its_connection_says(row: AgentRow, status: AgentStatus) -> None:
    assert agent_status(row, NOW) == status


@pytest.mark.parametrize(
    ("status", "lifecycle", "reason"),
    [
        ("connected", "ready", ""),
        ("connected", "starting", ""),
        ("connecting", "created", ""),
        ("timeout", "created", "too long to connect"),
        ("disconnected", "ready", "lost connection"),
        ("disconnected", "off", "not running"),
        ("connected", "start_error", "startup script"),
        ("connected", "start_timeout", ""),
        ("connected", "shutting_down", "shutting down"),
        ("connected", "shutdown_error", "shutting down"),
    ],
)
def test_an_agent_is_unhealthy_for_a_reason(
    status: AgentStatus, lifecycle: str, reason: str
) -> None:
    health = agent_health(status, lifecycle)

    assert health["healthy"] == (reason == "")
    assert reason in health.get("reason", "")
