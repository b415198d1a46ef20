"""Store what a runner reports: events and the number they end at, in one transaction."""

from collections.abc import Sequence
from typing import Any, Final, assert_never
from uuid import UUID

import structlog

from taskyard.kit.clock import Clock
from taskyard.protocol.acp import initial_message_id
from taskyard.protocol.link import (
    AppHealthEvent,
    DurableEvent,
    LifecycleEvent,
    LogsEvent,
    ScriptCompletedEvent,
    SessionEventsEvent,
    SessionIdentifiedEvent,
    SessionStartedEvent,
)
from taskyard.server.db import topics
from taskyard.server.db.broadcast import notify
from taskyard.server.db.tables import MessageRow, SessionRow
from taskyard.server.runners.admission import AgentIdentity
from taskyard.server.runners.limits import Limits, append_logs
from taskyard.server.runners.messages import CleanEvent, Numbered, clean_events
from taskyard.server.runners.sanitise import one_line, read_time
from taskyard.server.runners.session_store import SessionStore
from taskyard.server.runners.store import RunnerStore
from taskyard.server.runners.transcript import TranscriptWriter

__all__ = ["Ingest"]

log: structlog.stdlib.BoundLogger = structlog.get_logger()

_MAX_SCRIPT_RESULTS: Final = 200
_MAX_DETAIL: Final = 2000
_MAX_ID: Final = 256
_MAX_PROMPT: Final = 256 * 1024


class Ingest:
    """Works in one transaction of its caller, for one agent."""

    def __init__(
        self,
        *,
        store: RunnerStore,
        agent: AgentIdentity,
        clock: Clock,
        limits: Limits,
    ) -> None:
        self._store = store
        self._session_store = SessionStore(store.session)
        self._agent = agent
        self._clock = clock
        self._limits = limits
        self._transcript = TranscriptWriter(
            store=store, agent=agent, clock=clock, max_bytes=limits.session_bytes
        )
        self._hints: set[tuple[str, str]] = set()

    async def apply(self, stream: UUID, events: Sequence[Numbered]) -> int:
        """Store what is new of `events`; the number up to which the stream is stored.

        A number that is stored already is skipped: the runner sends again whatever it
        has no acknowledgement for. Gaps are its own business (see the outbox).
        """
        await self._store.lock_workspace(self._agent.workspace_id)
        stored = await self._store.stored_up_to(self._agent.workspace_id, stream)
        fresh = [numbered for numbered in events if numbered.seq > stored]
        if not fresh:
            return stored

        with self._store.session.no_autoflush:  # a session's row is written once
            for numbered in fresh:
                if numbered.seq > stored:  # the batch itself may repeat one
                    await self._one(numbered)
                    stored = numbered.seq
        await self._transcript.flush()
        await self._store.advance(self._agent.workspace_id, stream, stored)
        await self._send_hints()
        return stored

    async def _one(self, numbered: Numbered) -> None:
        if numbered.event is not None:
            await self._store_event(numbered.event)
            return

        log.warning(
            "runner_event_left_out",
            workspace=str(self._agent.workspace_id),
            seq=numbered.seq,
            problem=numbered.problem,
        )
        if numbered.session_id is not None:
            await self._transcript.add_problem(
                numbered.session_id, f"An event was left out: {numbered.problem}"
            )

    async def _store_event(self, event: DurableEvent) -> None:
        match event["name"]:
            case "lifecycle":
                await self._lifecycle(event)
            case "logs":
                await self._logs(event)
            case "script_completed":
                await self._script_completed(event)
            case "app_health":
                await self._app_health(event)
            case "session_started":
                await self._session_started(event)
            case "session_events":
                await self._session_events(event)
            case "session_identified":
                await self._session_identified(event)
            case _:
                assert_never(event["name"])

    # -- the workspace ----------------------------------------------------------------

    async def _lifecycle(self, event: LifecycleEvent) -> None:
        now = self._clock.now()
        at = read_time(event["at"], now=now)
        values: dict[str, Any] = {
            "lifecycle": event["state"],
            "lifecycle_detail": one_line(event.get("detail", ""), _MAX_DETAIL),
            "updated_at": now,
        }
        if event["state"] == "starting":
            values["started_at"] = at
        elif event["state"] in {"ready", "start_error", "start_timeout"}:
            values["ready_at"] = at
        await self._store.set_agent(self._agent.agent_row_id, **values)
        self._transcript.lifecycle = event["state"]
        self._hint_state()

    async def _logs(self, event: LogsEvent) -> None:
        agent = await self._store.agent_row(self._agent.agent_row_id)
        now = self._clock.now()
        lines: list[dict[str, Any]] = [
            {
                "source": line["source"][:_MAX_ID],
                "level": line["level"],
                "output": line["output"],
                "created_at": read_time(line["at"], now=now),
            }
            for line in event["lines"]
        ]
        await append_logs(self._store, agent, lines, limit=self._limits.log_bytes)
        self._hints.add((topics.AGENT_LOGS, str(agent.id)))

    async def _script_completed(self, event: ScriptCompletedEvent) -> None:
        agent = await self._store.agent_row(self._agent.agent_row_id)
        result = {
            key: value[:_MAX_ID] if isinstance(value, str) else value
            for key, value in event.items()
            if key != "name"
        }
        agent.script_results = [*agent.script_results, result][-_MAX_SCRIPT_RESULTS:]
        self._hint_state()

    async def _app_health(self, event: AppHealthEvent) -> None:
        try:
            app_id = UUID(event["app_id"])
        except ValueError:
            return
        await self._store.set_app_health(
            self._agent.agent_row_id, app_id, event["health"]
        )
        self._hint_state()

    # -- sessions ---------------------------------------------------------------------

    async def _session_started(self, event: SessionStartedEvent) -> None:
        event = _within_limits(event)
        session_id = UUID(event["session_id"])
        row = await self._transcript.session(
            session_id, key=event["key"], agent=event["agent"]
        )
        if row is None:
            return
        await self._transcript.begin(row, event)
        await self._initial_message(row, event)
        self._hint_state()
        self._hint_post()

    async def _initial_message(
        self, session: SessionRow, event: SessionStartedEvent
    ) -> None:
        """The task's first message, in the session of the task's own app."""
        task_id = self._agent.task_id
        if task_id is None or event["resumed"]:
            return
        slug = await self._session_store.task_app_slug(
            task_id, self._agent.build_number
        )
        if slug and slug != session.key:
            return
        task = await self._session_store.task(task_id)
        prompt = event["initial_prompt"] or (task.prompt if task else "")
        if task is None or not prompt.strip():
            return
        await self._session_store.add_initial_message(
            MessageRow(
                id=initial_message_id(task_id),
                task_id=task_id,
                session_id=session.id,
                author_id=task.owner_id,
                text=prompt,
                created_at=self._clock.now(),
            )
        )

    async def _session_events(self, event: SessionEventsEvent) -> None:
        row = await self._transcript.session(UUID(event["session_id"]))
        if row is None:
            return
        clean = clean_events(event["events"], now=self._clock.now())
        await self._transcript.add(row, clean)
        self._hints.add((topics.TRANSCRIPT, str(self._subject)))
        if any(_changes_state(one) for one in clean):
            self._hint_state()
        if any(one.kind in _TURNS for one in clean):
            self._hint_post()

    async def _session_identified(self, event: SessionIdentifiedEvent) -> None:
        row = await self._transcript.session(UUID(event["session_id"]))
        if row is not None:
            row.external_id = event["external_id"][:_MAX_ID]

    # -- hints ------------------------------------------------------------------------

    @property
    def _subject(self) -> UUID:
        return self._agent.task_id or self._agent.workspace_id

    def _hint_state(self) -> None:
        self._hints.add((topics.WORKSPACE, str(self._agent.workspace_id)))
        if self._agent.task_id is not None:
            self._hints.add((topics.TASK, str(self._agent.task_id)))
            self._hints.add(
                (topics.TASKS, f"{self._agent.owner_id}/{self._agent.task_id}")
            )

    def _hint_post(self) -> None:
        if self._agent.task_id is not None:
            self._hints.add((topics.POST, str(self._agent.task_id)))

    async def _send_hints(self) -> None:
        for topic, id_ in sorted(self._hints):
            await notify(self._store.session, topic, id_)


def _within_limits(event: SessionStartedEvent) -> SessionStartedEvent:
    """The row of a session is read for every status of its task."""
    return {
        **event,
        "key": event["key"][:_MAX_ID],
        "agent": event["agent"][:_MAX_ID],
        "external_id": event["external_id"][:_MAX_ID],
        "initial_prompt": event["initial_prompt"][:_MAX_PROMPT],
    }


#: The last totals of a turn are there when it ends, which is told.
_SILENT: Final = frozenset(
    {"message_chunk", "tool", "plan", "commands", "raw", "usage"}
)
#: What lets an agent take the next message, or one into its turn.
_TURNS: Final = frozenset({"state", "turn_ended", "control"})


def _changes_state(event: CleanEvent) -> bool:
    """Whether a reader of the task's state, not of its transcript, may care."""
    if event.kind == "message":
        return event.data.get("role") == "user"
    return event.kind not in _SILENT
