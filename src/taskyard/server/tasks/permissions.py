"""Questions of agents to people: asked once, answered once, the first answer wins."""

from datetime import datetime
from typing import Any, Final, Literal, cast
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.kit.clock import Clock
from taskyard.kit.errors import Conflict, InvalidRequest, NotFound, Validation
from taskyard.protocol.api.tasks import AnswerPermission, Permission
from taskyard.server.db import topics
from taskyard.server.db.broadcast import notify
from taskyard.server.db.tables import PermissionRow, SessionRow, TaskRow, UserRow
from taskyard.server.tasks.errors import AlreadyAnswered

__all__ = ["PermissionService", "PermissionStore", "choose_option"]

_State = Literal["pending", "answered", "cancelled", "timed_out"]
_STATES: Final[dict[str, _State]] = {
    "pending": "pending",
    "answered": "answered",
    "cancelled": "cancelled",
    "timed_out": "timed_out",
}
_HISTORY: Final = 200


class PermissionNotFound(NotFound):
    """There is no such request in this task."""


class NoSuchOption(InvalidRequest):
    """The request does not offer this answer."""


class RequestOver(Conflict):
    """The agent no longer waits for an answer to this request."""


class PermissionStore:
    """Every query about permission requests."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def listed(self, task_id: UUID) -> list[tuple[PermissionRow, str]]:
        """With the name of who answered; oldest first."""
        statement = (
            select(PermissionRow, UserRow.username)
            .join(SessionRow, SessionRow.id == PermissionRow.session_id)
            .outerjoin(UserRow, UserRow.id == PermissionRow.answered_by)
            .where(SessionRow.task_id == task_id)
            .order_by(PermissionRow.created_at.desc(), PermissionRow.id)
            .limit(_HISTORY)
        )
        rows = (await self.session.execute(statement)).all()
        return [(row[0], row[1] or "") for row in reversed(rows)]

    async def find(self, task_id: UUID, id_: UUID) -> tuple[PermissionRow, str] | None:
        """By our id, as it is now."""
        statement = (
            select(PermissionRow, UserRow.username)
            .join(SessionRow, SessionRow.id == PermissionRow.session_id)
            .outerjoin(UserRow, UserRow.id == PermissionRow.answered_by)
            .where(SessionRow.task_id == task_id, PermissionRow.id == id_)
            .execution_options(populate_existing=True)
        )
        row = (await self.session.execute(statement)).one_or_none()
        return (row[0], row[1] or "") if row else None

    async def answer(
        self, id_: UUID, *, option_id: str, by: UUID, now: datetime
    ) -> bool:
        """Whether this answer was the first."""
        statement = (
            update(PermissionRow)
            .where(PermissionRow.id == id_, PermissionRow.state == "pending")
            .values(
                state="answered", option_id=option_id, answered_by=by, answered_at=now
            )
            .returning(PermissionRow.id)
        )
        return (await self.session.scalar(statement)) is not None

    async def unsent(self, task_id: UUID) -> list[PermissionRow]:
        """Answers that the runner has not taken yet."""
        statement = (
            select(PermissionRow)
            .join(SessionRow, SessionRow.id == PermissionRow.session_id)
            .where(
                SessionRow.task_id == task_id,
                PermissionRow.state == "answered",
                PermissionRow.sent_at.is_(None),
            )
            .order_by(PermissionRow.answered_at)
        )
        return list(await self.session.scalars(statement))

    async def set(
        self, id_: UUID, *conditions: ColumnElement[bool], **values: Any
    ) -> None:
        await self.session.execute(
            update(PermissionRow)
            .where(PermissionRow.id == id_, *conditions)
            .values(**values)
        )


class PermissionService:
    def __init__(self, *, store: PermissionStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def list(self, task: TaskRow) -> list[Permission]:
        return [
            permission(row, answered_by=by)
            for row, by in await self._store.listed(task.id)
        ]

    async def answer(
        self, task: TaskRow, id_: UUID, body: AnswerPermission, *, by: UUID
    ) -> Permission:
        """Answer a request; the same answer again changes nothing and is no error.

        Two people may press a button at once. 1. Both read "pending". 2. Both run the
        conditional UPDATE; the database lets one of them change the row. 3. The other
        reads who was first and is told so.

        Raises PermissionNotFound, NoSuchOption, AlreadyAnswered, RequestOver.
        """
        found = await self._store.find(task.id, id_)
        if found is None:
            raise PermissionNotFound
        option_id = choose_option(cast("list[dict[str, Any]]", found[0].options), body)
        first = await self._store.answer(
            id_, option_id=option_id, by=by, now=self._clock.now()
        )
        now_found = await self._store.find(task.id, id_)
        assert now_found is not None  # noqa: S101 - requests are never deleted alone
        row, name = now_found
        if not first:
            _check_same(row, name, option_id=option_id)
        else:
            await notify(self._store.session, topics.TASK, task.id)
            await notify(self._store.session, topics.POST, task.id)
        return permission(row, answered_by=name)


def choose_option(options: list[dict[str, Any]], body: AnswerPermission) -> str:
    """The id of the option meant. Options are chosen by kind or id, never by position.

    Raises NoSuchOption.
    """
    for option in options:
        if body.option_id and option.get("id") == body.option_id:
            return body.option_id
        if not body.option_id and body.kind and option.get("kind") == body.kind:
            return str(option.get("id", ""))

    offered = ", ".join(f"{o.get('id')} ({o.get('kind')})" for o in options)
    field = "option_id" if body.option_id else "kind"
    raise NoSuchOption(
        detail=f"It offers: {offered}.",
        validations=[Validation(field, "is not offered")],
    )


def permission(row: PermissionRow, *, answered_by: str) -> Permission:
    """The wire's shape."""
    return Permission(
        id=row.id,
        session_id=row.session_id,
        request_id=row.request_id,
        title=row.title,
        tool=row.tool,
        options=cast("list[dict[str, Any]]", row.options),
        state=_STATES[row.state],
        option_id=row.option_id,
        answered_by=answered_by,
        created_at=row.created_at,
        answered_at=row.answered_at,
    )


def _check_same(row: PermissionRow, name: str, *, option_id: str) -> None:
    if row.state == "answered" and row.option_id == option_id:
        return
    if row.state == "answered":
        raise AlreadyAnswered(
            name or "The permission policy", f"The answer was {row.option_id!r}."
        )
    raise RequestOver(detail=f"It is {row.state}.")
