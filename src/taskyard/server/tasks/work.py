"""What the work of a task is really doing: a pure function of evidence and its age.

The rules stand in `RULES`, in order; the first that knows an answer gives it. Every
answer names its source and the moment since when it holds. Silence is never read as
"idle": where nothing has been heard for too long the answer is `no_signal`.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias

from taskyard.protocol.api.tasks import StatusFact, WorkStatus
from taskyard.server.tasks.evidence import BuildFacts, SessionFacts, WorkFacts

__all__ = [
    "HANDOVER",
    "LINK_GRACE",
    "RULES",
    "SESSION_GRACE",
    "TURN_SILENCE",
    "derive_work",
]

#: A link may be away this long before its silence is told: runners dial again within
#: 30 s (their longest pause), and a restart of the server takes a few.
LINK_GRACE: Final = timedelta(seconds=45)
#: After the start scripts a session must show up within this time.
SESSION_GRACE: Final = timedelta(minutes=2)
#: A running turn that reports nothing for so long is called stalled. Long commands of an
#: agent (builds, test suites) are silent too: most end within a quarter of an hour.
TURN_SILENCE: Final = timedelta(minutes=15)
#: Between taking a message and reporting the turn a runner needs milliseconds; an agent
#: that does nothing with it is idle again after this time.
HANDOVER: Final = timedelta(seconds=30)


Action: TypeAlias = Literal[
    "", "answer", "login", "resume", "restart", "wait", "view_logs"
]
Reported: TypeAlias = Literal["", "working", "idle", "complete", "failure"]
_REPORTED: Final[tuple[Reported, ...]] = ("working", "idle", "complete", "failure")
Rule: TypeAlias = Callable[[WorkFacts], StatusFact | None]


def derive_work(facts: WorkFacts) -> StatusFact:
    """Say what the work is doing, how that is known and since when."""
    for rule in RULES:
        if (fact := rule(facts)) is not None:
            return fact
    return _no_session(facts)


#: What a build says by itself: transition, job -> status, words, what to do. A start that
#: has succeeded says nothing.
_BUILDS: Final[dict[tuple[str, str], tuple[WorkStatus, str, Action]]] = {
    ("start", "pending"): ("pending", "The build waits for a provisioner.", ""),
    ("start", "running"): ("starting", "The workspace is being made.", ""),
    ("start", "failed"): ("failed", "The build failed.", "view_logs"),
    ("start", "canceling"): ("failed", "The build is being cancelled.", "wait"),
    ("start", "canceled"): ("failed", "The build was cancelled.", "resume"),
    ("stop", "pending"): ("pausing", "", ""),
    ("stop", "running"): ("pausing", "", ""),
    ("stop", "succeeded"): ("paused", "", "resume"),
    ("stop", "failed"): ("failed", "The workspace could not be stopped.", "view_logs"),
    ("stop", "canceling"): ("failed", "The stop is being cancelled.", "wait"),
    ("stop", "canceled"): ("failed", "The stop was cancelled.", "resume"),
    ("delete", "pending"): ("deleting", "", ""),
    ("delete", "running"): ("deleting", "", ""),
    ("delete", "succeeded"): ("deleting", "The workspace is deleted.", ""),
    ("delete", "failed"): (
        "failed",
        "The workspace could not be deleted.",
        "view_logs",
    ),
    ("delete", "canceling"): ("failed", "The deletion is being cancelled.", "wait"),
    ("delete", "canceled"): ("failed", "The deletion was cancelled.", "view_logs"),
}


def _the_build(facts: WorkFacts) -> StatusFact | None:
    """A build that is not a finished start decides alone."""
    build = facts.build
    if build is None:
        return StatusFact(status="pending", source="build", since=facts.created_at)

    known = _BUILDS.get((build.transition, build.job))
    if known is None:
        return None
    status, detail, action = known
    return _from_build(build, status, build.error or detail, action)


def _never_connected(facts: WorkFacts) -> StatusFact | None:
    agent = facts.agent
    if agent is None:
        assert facts.build is not None  # noqa: S101 - the rule before has seen one
        return _from_build(
            facts.build,
            "failed",
            "The template made no agent for this task.",
            "view_logs",
        )
    if agent.connected or agent.first_connected_at is not None:
        return None

    waited = facts.now - agent.created_at
    if not agent.connection_timeout or waited <= agent.connection_timeout:
        return StatusFact(
            status="starting",
            source="link",
            since=agent.created_at,
            detail="Waiting for the workspace to connect.",
        )
    return StatusFact(
        status="no_signal",
        source="link",
        since=agent.created_at,
        detail="The workspace has started, but its runner has not connected within "
        f"{_words(agent.connection_timeout)}.",
        action="view_logs",
    )


def _link_lost(facts: WorkFacts) -> StatusFact | None:
    agent = facts.agent
    if agent is None or agent.connected:
        return None

    heard = agent.heard_at or agent.first_connected_at or agent.created_at
    if facts.now - heard <= LINK_GRACE:
        return None
    return StatusFact(
        status="no_signal",
        source="link",
        since=heard,
        heard_at=agent.heard_at,
        detail="The connection to the workspace is lost; it is dialled again by itself.",
        action="wait",
    )


def _shutting_down(facts: WorkFacts) -> StatusFact | None:
    agent = facts.agent
    if agent is None or agent.lifecycle not in {
        "shutting_down",
        "shutdown_timeout",
        "shutdown_error",
        "off",
    }:
        return None
    return StatusFact(
        status="no_signal",
        source="link",
        since=agent.heard_at or agent.created_at,
        heard_at=agent.heard_at,
        detail="The runner has shut down although the workspace is meant to run.",
        action="restart",
    )


def _permission(facts: WorkFacts) -> StatusFact | None:
    if facts.oldest_permission is None:
        return None
    return StatusFact(
        status="needs_input",
        source="driver",
        since=facts.oldest_permission,
        heard_at=_heard(facts),
        detail=facts.permission_title,
        action="answer",
    )


def _refused_by_vendor(facts: WorkFacts) -> StatusFact | None:
    """The vendor told the gateway; the agent may not understand it, or go on trying."""
    limit, session, build = facts.limit, facts.session, facts.build
    if limit is None or _is_over(limit.resets_at, facts.now):
        return None
    if session is not None and session.state not in _MAY_BE_LIMITED:
        return None
    # Nobody knows when it ends: a workspace that starts again is told anew.
    if limit.resets_at is None and build is not None and limit.since <= build.since:
        return None
    return StatusFact(
        status="limited",
        source="gateway",
        since=limit.since,
        heard_at=_heard(facts),
        detail=limit.detail,
        action="wait",
        resets_at=limit.resets_at,
    )


_MAY_BE_LIMITED: Final = frozenset({"starting", "idle", "running", "limited"})


#: State of a session -> status, words where the session has none, what to do.
_SESSIONS: Final[dict[str, tuple[WorkStatus, str, Action]]] = {
    "starting": ("starting", "The agent is starting.", ""),
    "idle": ("idle", "", ""),
    "requires_action": ("needs_input", "The agent asks for something.", "answer"),
    "auth_required": ("needs_login", "The agent wants to be logged in.", "login"),
    "limited": ("limited", "The vendor's usage limit is reached.", "wait"),
    "exited": ("crashed", "The agent's process has ended.", "restart"),
    "error": ("crashed", "The agent cannot be started.", "restart"),
}


def _handed_over(facts: WorkFacts) -> StatusFact | None:
    """A message is delivered, but its turn has not been heard of yet: it is not idle."""
    session, delivered = facts.session, facts.last_delivered
    if session is None or session.state != "idle" or delivered is None:
        return None
    if delivered <= session.since or facts.now - delivered > HANDOVER:
        return None
    return StatusFact(
        status="working",
        source="link",
        since=delivered,
        heard_at=_heard(facts),
        detail="The agent has got a message.",
    )


def _session_says(facts: WorkFacts) -> StatusFact | None:
    session = facts.session
    if session is None:
        return None
    if session.state == "running":
        return _running(facts, session)

    known = _SESSIONS.get(session.state)
    if known is None:
        return None
    if session.state == "idle":
        return _at_rest(facts, session)
    if session.state == "limited" and _is_over(session.until, facts.now):
        return _limit_over(facts, session)
    status, detail, action = known
    fact = _of_session(facts, session, status, session.detail or detail, action)
    return fact.model_copy(update={"resets_at": session.until})


def _at_rest(facts: WorkFacts, session: SessionFacts) -> StatusFact:
    """Idle, unless the agent says that it has failed; a detail is what went wrong."""
    if _reported_state(session) == "failure":
        said = _of_session(facts, session, "failed", _summary(session))
        return said.model_copy(update={"source": "report"})
    return _of_session(facts, session, "idle", session.detail or _summary(session))


def _limit_over(facts: WorkFacts, session: SessionFacts) -> StatusFact:
    detail = "The usage limit should be over; the next message will tell."
    fact = _of_session(facts, session, "idle", detail)
    return fact.model_copy(update={"since": session.until})


def _running(facts: WorkFacts, session: SessionFacts) -> StatusFact:
    if facts.now - session.heard_at <= TURN_SILENCE:
        detail = session.detail or _summary(session)
        return _of_session(facts, session, "working", detail)
    return StatusFact(
        status="no_signal",
        source=session.source,
        since=session.heard_at,
        heard_at=session.heard_at,
        detail="A turn is running, but the agent has said nothing for "
        f"{_words(facts.now - session.heard_at)}.",
        action="wait",
    )


def _script_failed(facts: WorkFacts) -> StatusFact | None:
    """Without a session a failed start script is the likely cause; with one it is a note."""
    agent = facts.agent
    if agent is None or agent.lifecycle not in {"start_error", "start_timeout"}:
        return None
    return StatusFact(
        status="failed",
        source="process",
        since=agent.ready_at or agent.created_at,
        heard_at=agent.heard_at,
        detail=agent.detail or "A start script failed, and no agent session exists.",
        action="view_logs",
    )


def _reported(facts: WorkFacts) -> StatusFact | None:
    """An agent we do not drive (a module with its own AgentAPI) speaks by its reports."""
    reported, build = facts.app_status, facts.build
    if reported is None or build is None or reported.created_at <= build.created_at:
        return None

    match reported.state:
        case "working":
            status = "working"
        case "failure":
            return StatusFact(
                status="failed",
                source="report",
                since=reported.created_at,
                heard_at=_heard(facts),
                detail=reported.message,
            )
        case _:
            status = "idle"
    return StatusFact(
        status=status,
        source="report",
        since=reported.created_at,
        heard_at=_heard(facts),
        detail=reported.message,
    )


def _coming_up(facts: WorkFacts) -> StatusFact | None:
    agent = facts.agent
    if agent is None or agent.lifecycle not in {"created", "starting"}:
        return None
    return StatusFact(
        status="starting",
        source="process",
        since=agent.first_connected_at or agent.created_at,
        heard_at=agent.heard_at,
        detail="The start scripts are running.",
    )


def _no_session(facts: WorkFacts) -> StatusFact:
    agent = facts.agent
    since = (agent.ready_at or agent.created_at) if agent else facts.created_at
    if facts.now - since <= SESSION_GRACE:
        return StatusFact(
            status="starting",
            source="process",
            since=since,
            heard_at=_heard(facts),
            detail="Waiting for the agent.",
        )
    return StatusFact(
        status="no_signal",
        source="process",
        since=since,
        heard_at=_heard(facts),
        detail="The start scripts are done, but no agent session was started.",
        action="view_logs",
    )


#: Reading this list is reading the behaviour.
RULES: Final[Sequence[Rule]] = (
    _the_build,
    _never_connected,
    _link_lost,
    _shutting_down,
    _permission,
    _refused_by_vendor,
    _handed_over,
    _session_says,
    _script_failed,
    _reported,
    _coming_up,
)


def _from_build(
    build: BuildFacts, status: WorkStatus, detail: str, action: Action
) -> StatusFact:
    return StatusFact(
        status=status, source="build", since=build.since, detail=detail, action=action
    )


def _of_session(
    facts: WorkFacts,
    session: SessionFacts,
    status: WorkStatus,
    detail: str,
    action: Action = "",
) -> StatusFact:
    return StatusFact(
        status=status,
        source=session.source,
        since=session.since,
        heard_at=_heard(facts),
        detail=detail if session.controller == "chat" else _in_terminal(detail),
        action=action,
        reported=_reported_state(session),
    )


def _is_over(until: datetime | None, now: datetime) -> bool:
    return until is not None and until <= now


def _in_terminal(detail: str) -> str:
    """As true as ever, but a person is at the agent's own terminal."""
    if detail:
        return f"In the terminal: {detail}"
    return "In the terminal; messages wait until the chat has control again."


def _heard(facts: WorkFacts) -> datetime | None:
    """The last sign of life: of the session, or of the link that carries it."""
    signs = [
        sign
        for sign in (
            facts.session.heard_at if facts.session else None,
            facts.agent.heard_at if facts.agent else None,
        )
        if sign is not None
    ]
    return max(signs, default=None)


def _summary(session: SessionFacts) -> str:
    summary = (session.report or {}).get("summary", "")
    return summary if isinstance(summary, str) else ""


def _reported_state(session: SessionFacts) -> Reported:
    said = (session.report or {}).get("state")
    for state in _REPORTED:
        if state == said:
            return state
    return ""


def _words(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    if seconds < 120:  # noqa: PLR2004 - below, seconds read better
        return f"{seconds} seconds"
    return f"{seconds // 60} minutes"
