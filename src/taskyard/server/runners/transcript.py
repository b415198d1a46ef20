"""Append events to the logs of sessions, and keep what is folded from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import structlog

from taskyard.kit.clock import Clock
from taskyard.protocol.link import SessionStartedEvent
from taskyard.server.db.tables import AppStatusRow, PermissionRow, SessionRow
from taskyard.server.runners.admission import AgentIdentity
from taskyard.server.runners.changes import ChangeLog
from taskyard.server.runners.folding import AppStatus, SessionView, app_status, fold
from taskyard.server.runners.messages import CleanEvent
from taskyard.server.runners.sanitise import one_line
from taskyard.server.runners.session_store import SessionStore
from taskyard.server.runners.store import AppOfSession, RunnerStore

__all__ = ["TranscriptWriter"]

log: structlog.stdlib.BoundLogger = structlog.get_logger()

_MAX_TITLE: Final = 500
#: What is still kept of a session whose log is full: its state must stay true.
_ALWAYS_KEPT: Final = frozenset(
    {
        "state",
        "turn_ended",
        "permission_requested",
        "permission_resolved",
        "report",
        "control",
    }
)
#: A hostile runner may tell of states for ever. Beyond this part of the limit they still
#: change the session, but are kept no more.
_SLACK: Final = 0.1
#: Sessions of one workspace, through all its builds.
_MOST_SESSIONS: Final = 200
_SHUTTING_DOWN: Final = frozenset(
    {"shutting_down", "shutdown_timeout", "shutdown_error", "off"}
)


@dataclass(slots=True)
class _Statuses:
    """The newest status of one app, while a batch is stored."""

    app_row_id: UUID
    latest: AppStatus | None
    at: datetime | None


class TranscriptWriter:
    """Works in one transaction, under the lock of the workspace's events.

    Numbers rise through all sessions of a workspace, so that a task's events have one
    order even when a second session takes over.
    """

    def __init__(
        self,
        *,
        store: RunnerStore,
        agent: AgentIdentity,
        clock: Clock,
        max_bytes: int,
    ) -> None:
        self.lifecycle: str | None = None
        self._store = store
        self._session_store = SessionStore(store.session)
        self._agent = agent
        self._clock = clock
        self._max_bytes = max_bytes
        self._sessions: dict[UUID, SessionRow] | None = None
        self._last_seq = 0
        self._statuses: dict[str, _Statuses | None] = {}
        self._rows: list[dict[str, Any]] = []
        self._told = set[tuple[UUID, str, str]]()  # session, kind, key of these rows
        self._changes = ChangeLog()

    async def session(
        self, session_id: UUID, *, key: str = "", agent: str = ""
    ) -> SessionRow | None:
        """The session, made when it is new; None when it is another workspace's."""
        sessions = await self._load()
        if session_id in sessions:
            return sessions[session_id]
        if await self._session_store.get_session(session_id) is not None:
            log.warning(
                "runner_named_a_foreign_session",
                workspace=str(self._agent.workspace_id),
                session=str(session_id),
            )
            return None
        if len(sessions) >= _MOST_SESSIONS:
            log.warning(
                "runner_has_too_many_sessions",
                workspace=str(self._agent.workspace_id),
                limit=_MOST_SESSIONS,
            )
            return None

        now = self._clock.now()
        row = SessionRow(
            id=session_id,
            workspace_id=self._agent.workspace_id,
            task_id=self._agent.task_id,
            key=key,
            agent=agent,
            driver="acp",
            external_id="",
            title="",
            state="starting",
            state_source="process",
            state_detail="",
            state_at=now,
            heard_at=now,
            report=None,
            usage=None,
            last_seq=0,
            bytes=0,
            created_at=now,
        )
        await self._session_store.add_session(row)
        sessions[session_id] = row
        return row

    async def begin(self, row: SessionRow, event: SessionStartedEvent) -> None:
        """The runner has started or resumed the session's agent.

        Whoever asked for permission before is gone with the process that asked.
        """
        now = self._clock.now()
        row.key = event["key"]
        row.agent = event["agent"]
        row.driver = event["driver"]
        # Of a session that is back in its terminal the runner tells so.
        row.controller = "chat"
        row.terminal = event.get("terminal") or (
            "live" if event["driver"] == "tui" else "none"
        )
        row.external_id = event["external_id"] or row.external_id
        row.permission_policy = event.get("permission_policy")
        row.state, row.state_source, row.state_detail = "starting", "process", ""
        row.state_until = None
        row.state_at = row.heard_at = now
        await self._session_store.drop_permissions(row.id, now=now)

    async def add(self, row: SessionRow, events: Sequence[CleanEvent]) -> None:
        """Number, fold and append events of one session."""
        before = await self._app(row)
        view, size, now = _view(row), 0, self._clock.now()
        for event in self._within_limit(row, events):
            if await self._was_told(row, event):
                continue
            view = fold(view, event, now=now)
            if row.bytes + size > self._max_bytes * (1 + _SLACK):
                continue
            self._number(row, event)
            size += event.size
            await self._side_effects(row, event)
            self._app_status(before, view, event)
        self._session_store.save_view(row, view, seq=self._last_seq, size=size, now=now)

    async def add_problem(self, session_id: UUID, detail: str) -> None:
        """Say in the transcript that something is missing from it."""
        row = await self.session(session_id)
        if row is not None:
            await self.add(row, [_problem(self._clock.now(), detail)])

    async def flush(self) -> None:
        """Write the events; before the transaction ends."""
        rows, self._rows = self._rows, []
        await self._session_store.add_events(rows)
        changes, self._changes = self._changes, ChangeLog()
        await self._session_store.save_changes(changes)

    async def _load(self) -> dict[UUID, SessionRow]:
        if self._sessions is None:
            rows = await self._session_store.sessions_of(self._agent.workspace_id)
            self._sessions = {row.id: row for row in rows}
            self._last_seq = max((row.last_seq for row in rows), default=0)
        return self._sessions

    def _within_limit(
        self, row: SessionRow, events: Sequence[CleanEvent]
    ) -> Sequence[CleanEvent]:
        """A log that is full keeps only what its state needs; it says so once."""
        size = sum(event.size for event in events)
        if row.bytes + size <= self._max_bytes:
            return events

        kept = [event for event in events if event.kind in _ALWAYS_KEPT]
        if row.bytes < self._max_bytes:
            row.bytes = self._max_bytes
            detail = (
                f"The transcript has reached its limit of {self._max_bytes} bytes; "
                "from here on only states, permissions and reports are kept."
            )
            kept.insert(0, _problem(self._clock.now(), detail))
        return kept

    async def _was_told(self, row: SessionRow, event: CleanEvent) -> bool:
        """Whether a runner that was killed tells a person's message or a turn's end again.

        1. The runner journals that the agent is about to see a prompt, and is killed
           before its outbox has the event of it (or has it, and is killed right then).
        2. The next runner cannot know which; it tells the message and the turn's end.
        3. The log keeps each once, by its key.
        """
        told_once = event.kind == "turn_ended" or (
            event.kind == "message" and event.data.get("role") == "user"
        )
        if not told_once:
            return False
        same = (row.id, event.kind, event.key)
        return same in self._told or await self._session_store.has_event(*same)

    def _number(self, row: SessionRow, event: CleanEvent) -> None:
        self._last_seq += 1
        self._told.add((row.id, event.kind, event.key))
        self._rows.append(
            {
                "session_id": row.id,
                "seq": self._last_seq,
                "kind": event.kind,
                "key": event.key,
                "at": event.at,
                "data": event.data,
            }
        )

    # -- what events do beside being kept ---------------------------------------------

    async def _side_effects(self, row: SessionRow, event: CleanEvent) -> None:
        match event.kind:
            case "permission_requested":
                await self._permission_requested(row, event)
            case "permission_resolved":
                await self._permission_resolved(row, event)
            case "message":
                await self._message(row, event)
            case "tool":
                self._tool(row, event)
            case "options":
                await self._options(row, event)
            case "state" if event.data.get("state") in {"exited", "error"}:
                await self._session_store.drop_permissions(
                    row.id, now=self._clock.now()
                )
            case _:
                pass

    async def _permission_requested(self, row: SessionRow, event: CleanEvent) -> None:
        tool, options = event.data.get("tool"), event.data.get("options")
        await self._session_store.add_permission(
            PermissionRow(
                id=uuid4(),
                session_id=row.id,
                request_id=event.key,
                title=one_line(str(event.data.get("title", "")), _MAX_TITLE),
                tool=tool if isinstance(tool, dict) else {},
                options=options if isinstance(options, list) else [],
                created_at=self._clock.now(),
            )
        )

    async def _permission_resolved(self, row: SessionRow, event: CleanEvent) -> None:
        if event.data.get("by") == "timeout":
            state = "timed_out"
        elif event.data.get("outcome") == "selected":
            state = "answered"
        else:
            state = "cancelled"
        await self._session_store.resolve_permission(
            row.id,
            event.key,
            state=state,
            option_id=str(event.data.get("option_id") or ""),
            now=self._clock.now(),
        )

    def _tool(self, row: SessionRow, event: CleanEvent) -> None:
        self._changes.note(
            session_id=row.id,
            subject=row.task_id or row.workspace_id,
            key=event.key,
            seq=self._last_seq,
            at=event.at,
            data=event.data,
        )

    async def _options(self, row: SessionRow, event: CleanEvent) -> None:
        offered = event.data.get("options")
        if isinstance(offered, list):
            await self._session_store.set_session(row.id, options=offered)

    async def _message(self, row: SessionRow, event: CleanEvent) -> None:
        if row.task_id is None or event.data.get("role") != "user":
            return
        try:
            message_id = UUID(str(event.data.get("message_id", "")))
        except ValueError:
            return
        await self._session_store.message_arrived(
            row.task_id, message_id, now=self._clock.now()
        )

    # -- the status of the session's app ----------------------------------------------

    async def _app(self, row: SessionRow) -> _Statuses | None:
        if row.key in self._statuses:
            return self._statuses[row.key]
        found = await self._store.app_of_session(self._agent, row.key)
        if self.lifecycle is None:
            self.lifecycle = found.lifecycle
        self._statuses[row.key] = _statuses(found)
        return self._statuses[row.key]

    def _app_status(
        self, statuses: _Statuses | None, view: SessionView, event: CleanEvent
    ) -> None:
        if statuses is None:
            return
        ended_by_the_stop = view.state == "exited" and self.lifecycle in _SHUTTING_DOWN
        status = app_status(view, event, statuses.latest)
        if status is None or ended_by_the_stop:
            return

        # The newest counts: two of one instant must still have an order.
        now = self._clock.now()
        if statuses.at is not None and now <= statuses.at:
            now = statuses.at + timedelta(microseconds=1)
        statuses.latest, statuses.at = status, now
        self._store.add_app_status(
            AppStatusRow(
                id=uuid4(),
                workspace_id=self._agent.workspace_id,
                agent_row_id=self._agent.agent_row_id,
                app_row_id=statuses.app_row_id,
                state=status.state,
                message=status.message,
                uri=status.uri,
                source=status.source,
                created_at=now,
            )
        )


def _statuses(found: AppOfSession) -> _Statuses | None:
    if found.app_row_id is None:
        return None
    if found.at is None:
        return _Statuses(found.app_row_id, None, None)
    latest = AppStatus(
        state=found.state, message=found.message, uri=found.uri, source=found.source
    )
    return _Statuses(found.app_row_id, latest, found.at)


def _view(row: SessionRow) -> SessionView:
    return SessionView(
        title=row.title,
        state=row.state,
        state_source=row.state_source,
        state_detail=row.state_detail,
        state_until=row.state_until,
        state_at=row.state_at,
        report=row.report,
        usage=row.usage,
        controller=row.controller,
    )


def _problem(now: datetime, detail: str) -> CleanEvent:
    return CleanEvent(
        kind="error",
        key=str(uuid4()),
        at=now,
        data={"detail": detail},
        size=len(detail),
    )
