from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from taskyard.server.tasks.evidence import (
    AgentFacts,
    BuildFacts,
    LimitFacts,
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
            _session("error"), "crashed", "driver", "restart", id="agent unusable"
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
    ("timeout", "waited", "status"),
    [
        (120, timedelta(seconds=119), "starting"),
        (120, timedelta(seconds=121), "no_signal"),
        pytest.param(0, timedelta(days=1), "starting", id="no timeout"),
    ],
)
def test_a_runner_that_never_connects_is_no_signal_after_its_timeout(
    timeout: int, waited: timedelta, status: str
) -> None:
    facts = replace(
        _agent(
            connected=False,
            first_connected_at=None,
            heard_at=None,
            connection_timeout=timedelta(seconds=timeout),
        ),
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


RESET = NOW + timedelta(hours=3)
LIMIT = LimitFacts(detail="The limit is reached.", since=NOW, resets_at=RESET)


def _limited(state: str, **changes: object) -> WorkFacts:
    return replace(_session(state), limit=replace(LIMIT, **changes))


@pytest.mark.parametrize("state", ["starting", "idle", "running", "limited"])
def test_a_vendors_refusal_limits_whatever_the_agent_makes_of_it(state: str) -> None:
    fact = derive_work(_limited(state))

    assert (fact.status, fact.source, fact.action) == ("limited", "gateway", "wait")
    assert (fact.since, fact.resets_at) == (NOW, RESET)


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("requires_action", "needs_input"),
        ("auth_required", "needs_login"),
        ("exited", "crashed"),
    ],
)
def test_what_a_person_must_do_goes_before_a_limit(state: str, status: str) -> None:
    assert derive_work(_limited(state)).status == status


def test_a_limit_is_over_at_its_time_by_itself() -> None:
    facts = replace(_limited("idle"), now=RESET)

    assert derive_work(facts).status == "idle"


def test_a_limit_without_an_end_holds_until_the_workspace_starts_again() -> None:
    facts = _limited("idle", resets_at=None)
    later = replace(BUILD, completed_at=NOW)

    assert derive_work(facts).status == "limited"
    assert derive_work(replace(facts, build=later)).status == "idle"


def test_a_limit_that_the_agent_names_is_over_at_its_time() -> None:
    session = replace(SESSION, state="limited", until=RESET)
    before = replace(WORKING, session=session)

    fact, after = derive_work(before), derive_work(replace(before, now=RESET))

    assert (fact.status, fact.resets_at) == ("limited", RESET)
    assert (after.status, after.since, after.resets_at) == ("idle", RESET, None)
    assert "next message" in after.detail


def test_an_agent_that_rests_after_an_error_tells_it() -> None:
    assert derive_work(_session("idle", "API Error: 500")).detail == "API Error: 500"


@pytest.mark.parametrize(
    ("reported", "status", "source"),
    [("failure", "failed", "report"), ("complete", "idle", "driver")],
)
def test_what_the_agent_says_of_its_work_outlives_the_turn(
    reported: str, status: str, source: str
) -> None:
    report = {"state": reported, "summary": "no network", "link": ""}
    session = replace(SESSION, state="idle", report=report)

    fact = derive_work(replace(WORKING, session=session))

    assert (fact.status, fact.source, fact.detail) == (status, source, "no network")
    assert fact.reported == reported


@pytest.mark.parametrize(
    ("facts", "wrong"),
    [
        pytest.param(_session("running"), "idle", id="idle while it runs"),
        pytest.param(_session("idle"), "working", id="working for ever"),
        pytest.param(
            replace(WORKING, session=replace(SESSION, heard_at=AT - 2 * TURN_SILENCE)),
            "working",
            id="working for ever, without a sign of life",
        ),
        pytest.param(_session("exited"), "working", id="working after its end"),
        pytest.param(
            replace(
                WORKING,
                session=replace(SESSION, state="idle", report={"state": "failure"}),
            ),
            "idle",
            id="its failure is dropped",
        ),
        pytest.param(
            replace(_session("idle"), last_delivered=NOW),
            "idle",
            id="the first run is not told",
        ),
        pytest.param(_session("requires_action"), "idle", id="a permission is rest"),
        pytest.param(_session("auth_required"), "idle", id="a login is rest"),
        pytest.param(_limited("idle"), "idle", id="a limit is rest"),
        pytest.param(_limited("running"), "working", id="a limit is work"),
    ],
)
def test_what_others_get_wrong_is_right(facts: WorkFacts, wrong: str) -> None:
    fact = derive_work(facts)

    assert fact.status != wrong
    assert fact.source
    assert fact.since <= facts.now
