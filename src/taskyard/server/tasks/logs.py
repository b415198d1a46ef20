"""What was said in a task, in the contract's shape; and snapshots of other agents' words."""

import json
from datetime import datetime
from http import HTTPStatus
from typing import Any, ClassVar, Final, cast

from taskyard.kit.clock import Clock
from taskyard.kit.errors import InvalidRequest, TooLarge
from taskyard.protocol.api.tasks import TaskLog, TaskLogs
from taskyard.server.db.tables import TaskRow, TaskSnapshotRow
from taskyard.server.runners.sanitise import clean_json
from taskyard.server.tasks.app_client import logs_of
from taskyard.server.tasks.errors import LogsNotAvailable
from taskyard.server.tasks.records import TaskRecord
from taskyard.server.tasks.status import derive_status
from taskyard.server.tasks.store import TaskStore
from taskyard.server.tasks.transcript import Transcript

__all__ = ["MAX_SNAPSHOT", "TaskLogService"]

MAX_SNAPSHOT: Final = 64 * 1024
_FROM_SNAPSHOT: Final = frozenset({"pending", "initializing", "paused"})


class SnapshotTooLarge(TooLarge):
    """The snapshot is larger than 64 KiB."""

    status: ClassVar[HTTPStatus] = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class SnapshotMalformed(InvalidRequest):
    """Failed to decode request payload."""


class TaskLogService:
    def __init__(self, *, store: TaskStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def of(self, record: TaskRecord) -> TaskLogs:
        """The conversation, from the session's log, whatever runs at the moment.

        On the wire it counts as a snapshot while the task is not active. Raises
        `LogsNotAvailable` for a failed task that nothing is known of.
        """
        status = derive_status(record.status_facts())
        logs = await Transcript(self._store.session, record.id).logs()
        taken = await self._heard_at(record) if logs else None
        if not logs:
            snapshot = await self._store.snapshot(record.id)
            logs = _of_snapshot(snapshot, self._clock) if snapshot else []
            taken = snapshot.created_at if snapshot else None
        if not logs and status in {"error", "unknown"}:
            raise LogsNotAvailable(status)
        if status in _FROM_SNAPSHOT:
            return TaskLogs(logs=logs, snapshot=True, snapshot_at=taken)
        return TaskLogs(logs=logs)

    async def _heard_at(self, record: TaskRecord) -> datetime | None:
        sessions = await self._store.sessions_of(record.id)
        return max((session.heard_at for session in sessions), default=None)

    async def save_snapshot(self, task: TaskRow, body: bytes) -> None:
        """Keep the messages that an unmodified module sends before its workspace stops.

        Raises SnapshotTooLarge, SnapshotMalformed.
        """
        if len(body) > MAX_SNAPSHOT:
            raise SnapshotTooLarge
        try:
            data = clean_json(json.loads(body))
        except (ValueError, RecursionError) as bad:
            raise SnapshotMalformed(detail=str(bad)) from bad
        if not isinstance(data, dict) or not isinstance(
            cast("dict[str, Any]", data).get("messages"), list
        ):
            raise SnapshotMalformed('Missing required "messages" field.')
        await self._store.save_snapshot(
            task.id, {"format": "agentapi", "data": data}, now=self._clock.now()
        )


def _of_snapshot(row: TaskSnapshotRow, clock: Clock) -> list[TaskLog]:
    messages: list[Any] = row.log_snapshot.get("data", {}).get("messages", [])
    return logs_of(messages, clock)
