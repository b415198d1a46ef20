from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from taskyard.server.tasks.evidence import (
    AgentFacts,
    BuildFacts,
    SessionFacts,
    WorkFacts,
)
from taskyard.server.tasks.status import AppStatusFact
from taskyard.server.tasks.work import (
    HANDOVER,
    LINK_GRACE,
    SESSION_GRACE,
    TURN_SILENCE,
    derive_work,
)

AT = datetime(2026, 1, 1, 12, tzinfo=UTC)
NOW = AT + timedelta(minutes=1)
BUILD = BuildFacts(
    transition="start", job="succeeded", created_at=AT, started_at=AT, completed_at=AT
)
AGENT = AgentFacts(
    lifecycle="ready",
    detail="",
    created_at=AT,
    connected=True,
    first_connected_at=AT,
    heard_at=NOW,
    ready_at=AT,
)
SESSION = SessionFacts(
    state="running", source="driver", detail="", since=AT, heard_at=NOW
)
WORKING = WorkFacts(
    now=NOW,
    build=BUILD,
    agent=AGENT,
    session=SESSION,
    app_status=None,
    created_at=AT,
)


def _session(state: str, detail: str = "") -> WorkFacts:
    return replace(WORKING, session=replace(SESSION, state=state, detail=detail))


def _build(transition: str, job: str) -> WorkFacts:
    return replace(WORKING, build=replace(BUILD, transition=transition, job=job))


def _agent(**changes: object) -> WorkFacts:
    return replace(WORKING, agent=replace(AGENT, **changes))


@pytest.mark.parametrize(
    ("facts", "status", "source", "action"),
    [
        pytest.param(
            replace(WORKING, build=None), "pending", "build", "", id="no build"
        ),
        pytest.param(_build("start", "pending"), "pending", "build", "", id="queued"),
        pytest.param(_build("start", "running"), "starting", "build", "", id="built"),
        pytest.param(
            _build("start", "failed"), "failed", "build", "view_logs", id="build failed"
        ),
        pytest.param(
            _build("start", "canceled"), "failed", "build", "resume", id="cancelled"
        ),
        pytest.param(_build("stop", "running"), "pausing", "build", "", id="pausing"),
        pytest.param(
            _build("stop", "succeeded"), "paused", "build", "resume", id="paused"
        ),
        pytest.param(_build("delete", "pending"), "deleting", "build", "", id="delete"),
        pytest.param(WORKING, "working", "driver", "", id="a turn runs"),
        pytest.param(_session("idle"), "idle", "driver", "", id="idle"),
        pytest.param(_session("starting"), "starting", "driver", "", id="agent starts"),
        pytest.param(
            _session("requires_action"), "needs_input", "driver", "answer", id="asks"
        ),
        pytest.param(
            _session("auth_required"), "needs_login", "driver", "login", id="login"
        ),
        pytest.param(_session("limited"), "limited", "driver", "wait", id="limited"),
        pytest.param(
            _session("exited"), "crashed", "driver", "restart", id="agent died"
        ),
        pytest.param(
            _session("error"), "failed", "driver", "view_logs", id="agent unusable"
        ),
        pytest.param(
            replace(_session("running"), oldest_permission=AT, permission_title="rm"),
            "needs_input",
            "driver",
            "answer",
            id="a permission waits",
        ),
        pytest.param(
            replace(WORKING, agent=None), "failed", "build", "view_logs", id="no agent"
        ),
        pytest.param(
            replace(_agent(lifecycle="starting"), session=None),
            "starting",
            "process",
            "",
            id="scripts run",
        ),
        pytest.param(
            replace(_agent(lifecycle="start_error"), session=None),
            "failed",
            "process",
            "view_logs",
            id="a start script failed and no session exists",
        ),
        pytest.param(
            _agent(lifecycle="start_error"),
            "working",
            "driver",
            "",
            id="a start script failed but the agent works",
        ),
        pytest.param(
            _agent(lifecycle="off"), "no_signal", "link", "restart", id="runner is off"
        ),
    ],
)
def test_work_is_derived_from_evidence(
    facts: WorkFacts, status: str, source: str, action: str
) -> None:
    fact = derive_work(facts)

    assert (fact.status, fact.source, fact.action) == (status, source, action)


@pytest.mark.parametrize(
    ("waited", "status"),
    [(timedelta(seconds=119), "starting"), (timedelta(seconds=121), "no_signal")],
)
def test_a_runner_that_never_connects_is_no_signal_after_its_timeout(
    waited: timedelta, status: str
) -> None:
    facts = replace(
        _agent(connected=False, first_connected_at=None, heard_at=None),
        now=AT + waited,
        session=None,
    )

    fact = derive_work(facts)

    assert (fact.status, fact.source) == (status, "link")


@pytest.mark.parametrize(
    ("away", "status", "source"),
    [
        (LINK_GRACE, "working", "driver"),
        (LINK_GRACE + timedelta(seconds=1), "no_signal", "link"),
    ],
)
def test_a_lost_link_is_told_after_a_grace_and_never_called_idle(
    away: timedelta, status: str, source: str
) -> None:
    facts = _agent(connected=False, heard_at=NOW - away)

    fact = derive_work(facts)

    assert (fact.status, fact.source) == (status, source)


@pytest.mark.parametrize(
    ("silence", "status"),
    [(TURN_SILENCE, "working"), (TURN_SILENCE + timedelta(seconds=1), "no_signal")],
)
def test_a_turn_that_says_nothing_for_too_long_is_no_signal(
    silence: timedelta, status: str
) -> None:
    session = replace(SESSION, heard_at=NOW - silence)

    fact = derive_work(replace(WORKING, session=session))

    assert fact.status == status


def test_an_idle_session_may_be_silent_for_ever() -> None:
    session = replace(SESSION, state="idle", heard_at=NOW - timedelta(days=3))

    fact = derive_work(replace(WORKING, session=session))

    assert fact.status == "idle"


@pytest.mark.parametrize(
    ("waited", "status"),
    [
        (SESSION_GRACE, "starting"),
        (SESSION_GRACE + timedelta(seconds=1), "no_signal"),
    ],
)
def test_a_workspace_that_starts_no_agent_is_told_after_a_while(
    waited: timedelta, status: str
) -> None:
    facts = replace(WORKING, session=None, now=AT + waited)

    fact = derive_work(facts)

    assert (fact.status, fact.source) == (status, "process")


@pytest.mark.parametrize(
    ("reported", "status"),
    [
        ("working", "working"),
        ("idle", "idle"),
        ("complete", "idle"),
        ("failure", "failed"),
    ],
)
def test_an_agent_without_a_session_speaks_by_its_reports(
    reported: str, status: str
) -> None:
    report = AppStatusFact(
        state=reported, message="m", uri="", created_at=AT + timedelta(seconds=1)
    )

    fact = derive_work(replace(WORKING, session=None, app_status=report))

    assert (fact.status, fact.source, fact.detail) == (status, "report", "m")


@pytest.mark.parametrize(
    ("delivered", "now", "status"),
    [
        pytest.param(timedelta(0), timedelta(0), "idle", id="before the last turn"),
        pytest.param(timedelta(seconds=1), timedelta(seconds=2), "working", id="just"),
        pytest.param(
            timedelta(seconds=1),
            HANDOVER + timedelta(seconds=2),
            "idle",
            id="nothing came of it",
        ),
    ],
)
def test_a_message_that_was_just_delivered_is_work(
    delivered: timedelta, now: timedelta, status: str
) -> None:
    facts = replace(_session("idle"), last_delivered=AT + delivered, now=AT + now)

    assert derive_work(facts).status == status


def test_a_status_carries_its_age_and_the_last_sign_of_life() -> None:
    fact = derive_work(WORKING)

    assert (fact.since, fact.heard_at) == (AT, NOW)


def test_the_agents_own_summary_is_the_detail_of_its_work() -> None:
    session = replace(
        SESSION, report={"state": "working", "summary": "reading main.py"}
    )

    fact = derive_work(replace(WORKING, session=session))

    assert fact.detail == "reading main.py"
