from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from taskyard.protocol.api.tasks import TaskStatus
from taskyard.server.tasks.status import (
    AppStatusFact,
    JobStatus,
    StatusFacts,
    Transition,
    current_state,
    derive_status,
    task_state,
)

AT = datetime(2026, 1, 1, tzinfo=UTC)

UP = StatusFacts(
    has_workspace=True,
    transition="start",
    job="succeeded",
    build_created_at=AT,
    lifecycle="ready",
    app_health="healthy",
)


@pytest.mark.parametrize(
    ("transition", "job", "expected"),
    [
        pytest.param(None, None, "pending", id="no build yet"),
        pytest.param("start", "pending", "pending", id="start queued"),
        pytest.param("start", "running", "active", id="start under way"),
        pytest.param("start", "succeeded", "active", id="started"),
        pytest.param("start", "failed", "error", id="start failed"),
        pytest.param("start", "canceling", "error", id="start being cancelled"),
        pytest.param("start", "canceled", "error", id="start cancelled"),
        pytest.param("stop", "pending", "unknown", id="stop queued"),
        pytest.param("stop", "running", "unknown", id="stopping"),
        pytest.param("stop", "succeeded", "paused", id="stopped"),
        pytest.param("stop", "failed", "error", id="stop failed"),
        pytest.param("delete", "running", "unknown", id="deleting"),
        pytest.param("delete", "succeeded", "paused", id="deleted"),
        pytest.param("delete", "failed", "error", id="delete failed"),
    ],
)
def test_the_build_decides_unless_it_is_active(
    transition: Transition | None, job: JobStatus | None, expected: TaskStatus
) -> None:
    status = derive_status(replace(UP, transition=transition, job=job))

    assert status == expected


@pytest.mark.parametrize(
    ("lifecycle", "expected"),
    [
        (None, "initializing"),
        ("created", "initializing"),
        ("starting", "initializing"),
        ("ready", "active"),
        ("start_timeout", "active"),
        ("start_error", "active"),
        ("shutting_down", "unknown"),
        ("shutdown_error", "unknown"),
        ("off", "unknown"),
    ],
)
def test_then_the_agent_decides(lifecycle: str | None, expected: TaskStatus) -> None:
    status = derive_status(replace(UP, lifecycle=lifecycle))

    assert status == expected


@pytest.mark.parametrize(
    ("health", "expected"),
    [
        ("initializing", "initializing"),
        ("healthy", "active"),
        ("disabled", "active"),
        ("unhealthy", "error"),
        (None, "unknown"),
    ],
)
def test_last_the_app_decides(health: str | None, expected: TaskStatus) -> None:
    status = derive_status(replace(UP, app_health=health))

    assert status == expected


def test_a_task_without_a_workspace_is_pending() -> None:
    assert derive_status(replace(UP, has_workspace=False)) == "pending"


def _reported(after: timedelta) -> AppStatusFact:
    return AppStatusFact(
        state="working", message="reading", uri="https://x", created_at=AT + after
    )


def test_a_report_of_this_build_is_the_current_state() -> None:
    state = current_state(replace(UP, app_status=_reported(timedelta(seconds=1))))

    assert state is not None
    assert (state.state, state.message, state.uri) == (
        "working",
        "reading",
        "https://x",
    )


def test_a_report_of_an_earlier_build_is_dropped_when_a_new_one_starts() -> None:
    state = current_state(replace(UP, app_status=_reported(timedelta(seconds=-1))))

    assert state is None


def test_a_report_is_kept_when_the_workspace_stops() -> None:
    facts = replace(UP, transition="stop", app_status=_reported(timedelta(seconds=-1)))

    state = current_state(facts)

    assert state is not None


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        pytest.param(
            replace(UP, job="running", lifecycle=None),
            "Workspace is starting",
            id="build",
        ),
        pytest.param(
            replace(UP, lifecycle="created"), "Agent is connecting", id="created"
        ),
        pytest.param(
            replace(UP, lifecycle="starting"), "Agent is starting", id="starting"
        ),
        pytest.param(
            replace(UP, app_health="initializing"), "App is initializing", id="app"
        ),
        pytest.param(
            replace(UP, lifecycle=None), "Initializing workspace agent", id="no agent"
        ),
    ],
)
def test_an_initializing_task_says_what_it_waits_for(
    facts: StatusFacts, message: str
) -> None:
    state = current_state(facts)

    assert state is not None
    assert (state.state, state.message, state.timestamp) == ("working", message, AT)


def test_a_paused_task_without_reports_has_no_current_state() -> None:
    assert current_state(replace(UP, transition="stop")) is None


@pytest.mark.parametrize(
    ("reported", "shown"),
    [
        ("working", "working"),
        ("idle", "idle"),
        ("complete", "complete"),
        ("failure", "failed"),
        ("something new", "working"),
    ],
)
def test_a_reported_failure_is_shown_as_failed(reported: str, shown: str) -> None:
    assert task_state(reported) == shown
