"""What a session is after an event: the fields that status rules and lists read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, get_args

from taskyard.protocol.sessions import Controller, SessionState
from taskyard.server.runners.messages import CleanEvent
from taskyard.server.runners.sanitise import one_line

__all__ = ["MESSAGE_LENGTH", "AppStatus", "SessionView", "app_status", "fold"]

#: The contract's limit for the message of an app status.
MESSAGE_LENGTH: Final = 160
_MAX_DETAIL: Final = 2000
_MAX_TITLE: Final = 200
_MAX_URI: Final = 2048
#: In characters of JSON: a few totals. It is added up, and read for every status.
_MAX_USAGE: Final = 4096
_STATES: Final = frozenset(get_args(SessionState))
_CONTROLLERS: Final = frozenset(get_args(Controller))
_REPORTS: Final = frozenset({"working", "idle", "complete", "failure"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionView:
    """The folded session; field names are the columns'."""

    title: str = ""
    state: str = "starting"
    state_source: str = "process"
    state_detail: str = ""
    state_until: datetime | None = None
    state_at: datetime
    report: dict[str, Any] | None = None
    usage: dict[str, Any] | None = None
    controller: str = "chat"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppStatus:
    """A line of an app's status history (Coder's words)."""

    state: str
    message: str
    uri: str
    source: str  # report | session


def fold(view: SessionView, event: CleanEvent, *, now: datetime) -> SessionView:
    """The view after `event`, which is stored `now`; the same when nothing changes.

    A state holds since the server knows of it: workspaces may have any clock, and what
    was delivered when is known by the server's.
    """
    changes: dict[str, Any] = {}
    match event.kind:
        case "state":
            return _fold_state(view, event, now)
        case "report":
            return _fold_report(view, event)
        case "turn_ended" if view.state == "idle":
            changes = {"state_at": now}
        case "title":
            changes = {"title": one_line(_text(event, "title"), _MAX_TITLE)}
        case "usage":
            usage = {**(view.usage or {}), **event.data}
            if len(json.dumps(usage)) <= _MAX_USAGE:
                changes = {"usage": usage}
        case "control" if _text(event, "controller") in _CONTROLLERS:
            changes = {"controller": _text(event, "controller")}
        case _:
            pass
    return replace(view, **changes) if changes else view


def _fold_state(view: SessionView, event: CleanEvent, now: datetime) -> SessionView:
    state = _text(event, "state")
    if state not in _STATES:
        return view

    # A report belongs to the turn it was made in.
    turn_begins = state == "running" and view.state in {"idle", "starting"}
    return replace(
        view,
        state=state,
        state_source=one_line(_text(event, "source"), 32) or "driver",
        state_detail=one_line(_text(event, "detail"), _MAX_DETAIL),
        state_until=_time(_text(event, "resets_at")) if state == "limited" else None,
        state_at=now if state != view.state else view.state_at,
        report=None if turn_begins else view.report,
    )


def _fold_report(view: SessionView, event: CleanEvent) -> SessionView:
    report = {
        "state": one_line(_text(event, "state"), 32),
        "summary": one_line(_text(event, "summary"), _MAX_DETAIL),
        "link": _text(event, "link")[:_MAX_URI],
    }
    return replace(view, report=report)


def app_status(
    view: SessionView, event: CleanEvent, latest: AppStatus | None
) -> AppStatus | None:
    """The status that `event` gives the session's app; None when it stays as it is.

    `view` is the session after the event. What an agent says of itself counts as said.
    What it is seen to do adds working and idle; empty messages inherit the one before.
    A reported failure stands until the next turn: the end of the turn says nothing
    against it. A session that waits for an answer is not idle.
    """
    new: AppStatus | None = None
    if event.kind == "report":
        new = _of_report(view)
    elif event.kind == "state":
        new = _of_state(view)
    if new is None:
        return None

    if latest is not None:
        new = replace(
            new, message=new.message or latest.message, uri=new.uri or latest.uri
        )
        if (new.state, new.message, new.uri) == (
            latest.state,
            latest.message,
            latest.uri,
        ):
            return None
    return new


def _of_report(view: SessionView) -> AppStatus | None:
    report = view.report or {}
    if report.get("state") not in _REPORTS:
        return None
    return AppStatus(
        state=report["state"],
        message=one_line(report["summary"], MESSAGE_LENGTH),
        uri=report["link"],
        source="report",
    )


#: State of a session -> state of its app, and what to say where it says nothing itself.
_OF_STATE: Final[Mapping[str, tuple[str, str]]] = {
    "running": ("working", ""),
    "idle": ("idle", ""),
    "requires_action": ("working", "Waiting for an answer"),
    "auth_required": ("failure", "The agent must be logged in"),
    "limited": ("failure", "The usage limit is reached"),
    "exited": ("failure", "The agent's process has ended"),
    "error": ("failure", "The agent cannot be started"),
}


def _of_state(view: SessionView) -> AppStatus | None:
    known = _OF_STATE.get(view.state)
    if known is None:
        return None
    state, words = known
    if state == "idle" and (view.report or {}).get("state") == "failure":
        return None
    message = (view.state_detail or words) if words else ""
    return AppStatus(
        state=state,
        message=one_line(message, MESSAGE_LENGTH),
        uri="",
        source="session",
    )


def _time(text: str) -> datetime | None:
    """A moment with its zone (RFC 3339); None for anything else."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _text(event: CleanEvent, name: str) -> str:
    value = event.data.get(name, "")
    return value if isinstance(value, str) else ""
