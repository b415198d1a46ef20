"""Every query about the sessions of workspaces: their events, permissions, messages."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.server.db.tables import (
    AppRow,
    MessageRow,
    PermissionRow,
    SessionEventRow,
    SessionFileChangeRow,
    SessionRow,
    TaskAppRow,
    TaskRow,
)
from taskyard.server.runners.changes import ChangeLog
from taskyard.server.runners.folding import SessionView

__all__ = ["SessionStore"]


class SessionStore:
    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    # -- sessions ---------------------------------------------------------------------

    async def sessions_of(self, workspace_id: UUID) -> list[SessionRow]:
        """Every session of the workspace, oldest first."""
        statement = (
            select(SessionRow)
            .where(SessionRow.workspace_id == workspace_id)
            .order_by(SessionRow.created_at, SessionRow.id)
        )
        return list(await self.session.scalars(statement))

    async def get_session(self, session_id: UUID) -> SessionRow | None:
        return await self.session.get(SessionRow, session_id)

    async def add_session(self, row: SessionRow) -> None:
        self.session.add(row)
        await self.session.flush()

    async def set_session(self, session_id: UUID, **values: Any) -> None:
        await self.session.execute(
            update(SessionRow).where(SessionRow.id == session_id).values(**values)
        )

    async def offered_options(self, session_id: UUID) -> list[Any]:
        """What the agent told last that it offers; see `SessionRow.options`."""
        statement = select(SessionRow.options).where(SessionRow.id == session_id)
        return (await self.session.scalar(statement)) or []

    async def choose_options(
        self, session_id: UUID, values: Mapping[str, str]
    ) -> SessionRow | None:
        """Add to what a person chose."""
        row = await self.session.get(
            SessionRow,
            session_id,
            with_for_update={"key_share": True},
            populate_existing=True,
        )
        if row is not None:
            row.chosen_options = {**(row.chosen_options or {}), **values}
            await self.session.flush()
        return row

    @staticmethod
    def save_view(
        row: SessionRow, view: SessionView, *, seq: int, size: int, now: datetime
    ) -> None:
        """Write what events made of a session, once, when the transaction ends."""
        for name, value in asdict(view).items():
            setattr(row, name, value)
        row.last_seq = seq
        row.bytes += size
        row.heard_at = now

    async def has_event(self, session_id: UUID, kind: str, key: str) -> bool:
        """For kinds `message` and `turn_ended`, which have an index."""
        statement = select(SessionEventRow.seq).where(
            SessionEventRow.session_id == session_id,
            SessionEventRow.kind == kind,
            SessionEventRow.key == key,
            SessionEventRow.kind.in_(("message", "turn_ended")),
        )
        return await self.session.scalar(statement.limit(1)) is not None

    async def add_events(self, rows: list[dict[str, Any]]) -> None:
        if rows:
            await self.session.execute(insert(SessionEventRow), rows)

    async def save_changes(self, changes: ChangeLog) -> None:
        """What tool calls did to files; a call that is told of again replaces its row."""
        if changes.rows:
            insertion = pg_insert(SessionFileChangeRow)
            new = insertion.excluded
            upsert = insertion.on_conflict_do_update(
                index_elements=["session_id", "tool_key", "artifact_id"],
                set_={
                    name: new[name]
                    for name in (
                        "kind",
                        "status",
                        "tool",
                        "seq",
                        "at",
                        "additions",
                        "deletions",
                    )
                },
            )
            await self.session.execute(upsert, list(changes.rows.values()))
        for (session_id, status), keys in changes.ended.items():
            await self.session.execute(
                update(SessionFileChangeRow)
                .where(
                    SessionFileChangeRow.session_id == session_id,
                    SessionFileChangeRow.tool_key.in_(keys),
                )
                .values(status=status)
            )

    async def add_permission(self, row: PermissionRow) -> None:
        """Once: the same request told again changes nothing."""
        statement = pg_insert(PermissionRow).values(
            id=row.id,
            session_id=row.session_id,
            request_id=row.request_id,
            title=row.title,
            tool=row.tool,
            options=row.options,
            state="pending",
            option_id="",
            created_at=row.created_at,
        )
        await self.session.execute(
            statement.on_conflict_do_nothing(
                index_elements=["session_id", "request_id"]
            )
        )

    async def resolve_permission(
        self,
        session_id: UUID,
        request_id: str,
        *,
        state: str,
        option_id: str,
        now: datetime,
    ) -> None:
        """The runner's word that a request is over, whoever answered it."""
        await self.session.execute(
            update(PermissionRow)
            .where(
                PermissionRow.session_id == session_id,
                PermissionRow.request_id == request_id,
            )
            .values(sent_at=func.coalesce(PermissionRow.sent_at, now))
        )
        await self.session.execute(
            update(PermissionRow)
            .where(
                PermissionRow.session_id == session_id,
                PermissionRow.request_id == request_id,
                PermissionRow.state == "pending",
            )
            .values(state=state, option_id=option_id, answered_at=now)
        )

    async def drop_permissions(self, session_id: UUID, *, now: datetime) -> None:
        """Nobody waits for an answer any more: the agent that asked is gone."""
        await self.session.execute(
            update(PermissionRow)
            .where(
                PermissionRow.session_id == session_id, PermissionRow.sent_at.is_(None)
            )
            .values(
                state="cancelled",
                sent_at=now,
                answered_at=func.coalesce(PermissionRow.answered_at, now),
            )
        )

    # -- messages ---------------------------------------------------------------------

    async def task(self, task_id: UUID) -> TaskRow | None:
        return await self.session.get(TaskRow, task_id)

    async def add_initial_message(self, row: MessageRow) -> None:
        """Once for the life of the task: the unique index decides, not this code."""
        statement = pg_insert(MessageRow).values(
            id=row.id,
            task_id=row.task_id,
            session_id=row.session_id,
            author_id=row.author_id,
            kind="initial",
            delivery="queue",
            state="queued",
            text=row.text,
            error="",
            created_at=row.created_at,
        )
        await self.session.execute(
            statement.on_conflict_do_nothing(
                index_elements=["task_id"], index_where=text("kind = 'initial'")
            )
        )

    async def message_arrived(
        self, task_id: UUID, message_id: UUID, *, now: datetime
    ) -> None:
        """The transcript has the message: a lost acknowledgement is made good."""
        await self.session.execute(
            update(MessageRow)
            .where(
                MessageRow.id == message_id,
                MessageRow.task_id == task_id,
                MessageRow.state.in_(("queued", "sending")),
            )
            .values(state="delivered", delivered_at=now)
        )

    async def task_app_slug(self, task_id: UUID, build_number: int) -> str:
        """The slug of the task's own app in a build; "" when it is not known."""
        statement = (
            select(AppRow.slug)
            .join(TaskAppRow, TaskAppRow.app_row_id == AppRow.id)
            .where(
                TaskAppRow.task_id == task_id, TaskAppRow.build_number == build_number
            )
        )
        return (await self.session.scalar(statement)) or ""
