"""What comes from inside a workspace over plain HTTP, from modules that know Coder."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast
from uuid import UUID, uuid4

from taskyard.kit.clock import Clock
from taskyard.kit.errors import InvalidRequest, Validation
from taskyard.protocol.api.workspaces import AppStatusUpdate
from taskyard.server.db import topics
from taskyard.server.db.broadcast import notify
from taskyard.server.db.tables import AppRow, AppStatusRow
from taskyard.server.runners.admission import AgentIdentity
from taskyard.server.runners.folding import MESSAGE_LENGTH
from taskyard.server.runners.limits import Limits, append_logs
from taskyard.server.runners.sanitise import clean_text, one_line
from taskyard.server.runners.store import RunnerStore

__all__ = ["AgentReports", "LogLine"]

_STATES: Final = ("complete", "failure", "working", "idle")
_LEVELS: Final = frozenset({"trace", "debug", "info", "warn", "error"})
_MAX_SOURCES: Final = 64
_MAX_URI: Final = 2048


class MessageTooLong(InvalidRequest):
    """Message is too long."""


class StateInvalid(InvalidRequest):
    """Invalid state provided."""


class AppUnknown(InvalidRequest):
    """Failed to get workspace app."""


class TooManySources(InvalidRequest):
    """An agent may have 64 log sources."""


class LogSourceUnknown(InvalidRequest):
    """Register the log source first: POST .../log-source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    created_at: datetime
    output: str
    level: str


class AgentReports:
    """Works in one transaction, for one agent."""

    def __init__(
        self, *, store: RunnerStore, clock: Clock, limits: Limits | None = None
    ) -> None:
        self._store = store
        self._clock = clock
        self._limits = limits or Limits()

    async def app_status(self, agent: AgentIdentity, body: AppStatusUpdate) -> None:
        """Add a status. Raises MessageTooLong, StateInvalid, AppUnknown."""
        _check(body)
        apps = await self._store.apps(agent.agent_row_id)
        app = next((app for app in apps if app.slug == body.app_slug), None)
        if app is None:
            raise AppUnknown(detail=f'No app found with slug "{body.app_slug}"')

        self._store.add_app_status(
            AppStatusRow(
                id=uuid4(),
                workspace_id=agent.workspace_id,
                agent_row_id=agent.agent_row_id,
                app_row_id=app.id,
                state=body.state,
                message=one_line(body.message, MESSAGE_LENGTH),
                uri=clean_text(body.uri)[:_MAX_URI],
                source="report",
                created_at=await self._next_time(app),
            )
        )
        await self._hint(agent)

    async def _next_time(self, app: AppRow) -> datetime:
        """Now, but after the app's newest status: the newest counts."""
        now = self._clock.now()
        latest = await self._store.latest_app_status(app.id)
        if latest is None or latest.created_at < now:
            return now
        return latest.created_at + timedelta(microseconds=1)

    async def add_log_source(
        self, agent: AgentIdentity, *, id_: UUID, display_name: str, icon: str
    ) -> dict[str, str]:
        """Raises TooManySources. The same id again changes nothing."""
        row = await self._store.agent_row(agent.agent_row_id)
        sources = cast("list[dict[str, str]]", row.log_sources)
        for source in sources:
            if source["id"] == str(id_):
                return source
        if len(sources) >= _MAX_SOURCES:
            raise TooManySources

        source = {
            "workspace_agent_id": str(row.id),
            "id": str(id_),
            "display_name": one_line(display_name, 128),
            "icon": one_line(icon, 256),
            "created_at": self._clock.now().isoformat(),
        }
        row.log_sources = [*sources, source]
        return source

    async def add_logs(
        self, agent: AgentIdentity, source_id: UUID, lines: Sequence[LogLine]
    ) -> None:
        """Keep what fits; beyond the limit the agent is marked.

        Raises LogSourceUnknown.
        """
        row = await self._store.agent_row(agent.agent_row_id)
        sources = cast("list[dict[str, str]]", row.log_sources)
        if all(source["id"] != str(source_id) for source in sources):
            raise LogSourceUnknown

        values: list[dict[str, Any]] = [
            {
                "source": str(source_id),
                "level": line.level if line.level in _LEVELS else "info",
                "output": clean_text(line.output),
                "created_at": line.created_at,
            }
            for line in lines
        ]
        await append_logs(self._store, row, values, limit=self._limits.log_bytes)
        await notify(self._store.session, topics.AGENT_LOGS, row.id)

    async def _hint(self, agent: AgentIdentity) -> None:
        await notify(self._store.session, topics.WORKSPACE, agent.workspace_id)
        if agent.task_id is not None:
            await notify(self._store.session, topics.TASK, agent.task_id)
            await notify(
                self._store.session, topics.TASKS, f"{agent.owner_id}/{agent.task_id}"
            )


def _check(body: AppStatusUpdate) -> None:
    if len(body.message) > MESSAGE_LENGTH:
        raise MessageTooLong(
            validations=[
                Validation("message", "Message must be less than 160 characters.")
            ]
        )
    if body.state not in _STATES:
        raise StateInvalid(
            validations=[
                Validation("state", f"State must be one of: {', '.join(_STATES)}.")
            ]
        )
