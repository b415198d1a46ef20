"""Messages to a task's agent: rows first, delivered by the courier."""

from collections.abc import Sequence
from typing import Any, Final, Literal
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, case, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.kit.clock import Clock
from taskyard.kit.errors import Conflict, NotFound
from taskyard.protocol.api.tasks import Message
from taskyard.server.db import topics
from taskyard.server.db.broadcast import notify
from taskyard.server.db.tables import MessageRow, TaskRow, UserRow
from taskyard.server.runners.sanitise import clean_text
from taskyard.server.tasks.errors import InputRequired, MessageNotEditable

__all__ = [
    "MessageIdTaken",
    "MessageNotFound",
    "MessageService",
    "MessageStore",
    "check_input",
]

Delivery = Literal["queue", "now", "steer"]
MessageState = Literal["queued", "sending", "delivered", "failed", "removed"]

_STATES: Final[dict[str, MessageState]] = {
    "queued": "queued",
    "sending": "sending",
    "delivered": "delivered",
    "failed": "failed",
    "removed": "removed",
}
#: How many finished messages a list shows beside those that wait.
_HISTORY: Final = 200


class MessageIdTaken(Conflict):
    """Another message has this id."""


class MessageNotFound(NotFound):
    """There is no such message in this task."""


def check_input(text: str) -> str:
    """The text as it can be stored. Raises `InputRequired`."""
    if not text.strip():
        raise InputRequired
    return clean_text(text)


class MessageStore:
    """Every query about messages."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def add(self, row: MessageRow) -> None:
        self.session.add(row)
        await self.session.flush()

    async def get(self, message_id: UUID, *, lock: bool = False) -> MessageRow | None:
        statement = select(MessageRow).where(MessageRow.id == message_id)
        if lock:
            statement = statement.with_for_update(key_share=True)
        return (
            await self.session.scalars(
                statement, execution_options={"populate_existing": True}
            )
        ).one_or_none()

    async def waiting(self, task_id: UUID, *, lock: bool = False) -> list[MessageRow]:
        """What is not delivered, in the order of delivery: the initial one first."""
        statement = (
            select(MessageRow)
            .where(
                MessageRow.task_id == task_id,
                MessageRow.state.in_(("queued", "sending")),
            )
            .order_by(_initial_first(), MessageRow.position)
        )
        if lock:
            statement = statement.with_for_update(key_share=True)
        return list(await self.session.scalars(statement))

    async def listed(self, task_id: UUID) -> list[tuple[MessageRow, str]]:
        """With the name of the author; in order, the newest `_HISTORY` of them."""
        statement = (
            select(MessageRow, UserRow.username)
            .outerjoin(UserRow, UserRow.id == MessageRow.author_id)
            .where(MessageRow.task_id == task_id)
            .order_by(_initial_first().desc(), MessageRow.position.desc())
            .limit(_HISTORY)
        )
        rows = (await self.session.execute(statement)).all()
        return [(row[0], row[1] or "") for row in reversed(rows)]

    async def set(
        self, message_id: UUID, *conditions: ColumnElement[bool], **values: Any
    ) -> bool:
        """Change a message if `conditions` still hold; whether they did."""
        statement = (
            update(MessageRow)
            .where(MessageRow.id == message_id, *conditions)
            .values(**values)
            .returning(MessageRow.id)
        )
        return (await self.session.scalar(statement)) is not None

    async def change_initial(self, task_id: UUID, text: str) -> None:
        """A new prompt replaces an initial message that is still in the queue."""
        await self.session.execute(
            update(MessageRow)
            .where(
                MessageRow.task_id == task_id,
                MessageRow.kind == "initial",
                MessageRow.state == "queued",
            )
            .values(text=text)
        )


class MessageService:
    def __init__(self, *, store: MessageStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def add(
        self,
        task: TaskRow,
        *,
        author_id: UUID,
        text: str,
        delivery: Delivery,
        id_: UUID | None = None,
    ) -> MessageRow:
        """Queue a message; one of the same author and `id_` is queued once.

        Raises `InputRequired`, `MessageIdTaken`.
        """
        known = await self._store.get(id_) if id_ else None
        if known is not None:
            if (known.task_id, known.author_id) != (task.id, author_id):
                raise MessageIdTaken
            return known
        row = MessageRow(
            id=id_ or uuid4(),
            task_id=task.id,
            session_id=None,
            author_id=author_id,
            kind="follow_up",
            delivery=delivery,
            state="queued",
            text=check_input(text),
            error="",
            created_at=self._clock.now(),
            delivered_at=None,
        )
        await self._store.add(row)
        await notify(self._store.session, topics.TASK, task.id)
        await notify(self._store.session, topics.POST, task.id)
        return row

    async def list(self, task: TaskRow) -> list[Message]:
        return [
            message(row, author_name=author)
            for row, author in await self._store.listed(task.id)
        ]

    async def show(self, message_id: UUID) -> Message:
        """One message as it is now."""
        row = await self._store.get(message_id)
        if row is None:
            raise MessageNotFound
        author = (
            await self._store.session.get(UserRow, row.author_id)
            if row.author_id
            else None
        )
        return message(row, author_name=author.username if author else "")

    async def change(
        self,
        task: TaskRow,
        message_id: UUID,
        *,
        text: str | None,
        position: int | None,
    ) -> None:
        """Edit a queued message, or move it to `position` (0 = next) of the queue.

        The queue is locked as the courier does it, from its head: a message that was
        locked before those ahead of it would deadlock with a delivery.

        Raises `MessageNotFound`, `MessageNotEditable`, `InputRequired`.
        """
        waiting = (
            await self._store.waiting(task.id, lock=True)
            if position is not None
            else []
        )
        row = await self._queued(task, message_id)
        if text is not None:
            await self._store.set(row.id, text=check_input(text))
        if position is not None:
            await self._move(waiting, row, position)
        await notify(self._store.session, topics.TASK, task.id)
        await notify(self._store.session, topics.POST, task.id)

    async def remove(self, task: TaskRow, message_id: UUID) -> None:
        """Raises `MessageNotFound`, `MessageNotEditable`."""
        row = await self._queued(task, message_id)
        await self._store.set(row.id, state="removed")
        await notify(self._store.session, topics.TASK, task.id)

    async def _queued(self, task: TaskRow, message_id: UUID) -> MessageRow:
        row = await self._store.get(message_id, lock=True)
        if row is None or row.task_id != task.id:
            raise MessageNotFound
        if row.state != "queued":
            raise MessageNotEditable(row.state)
        return row

    async def _move(
        self, waiting: Sequence[MessageRow], row: MessageRow, index: int
    ) -> None:
        queue = [m for m in waiting if m.state == "queued" and m.kind == "follow_up"]
        if row.kind == "initial":
            raise MessageNotEditable("the first message")
        places = [m.position for m in queue]
        order = [m for m in queue if m.id != row.id]
        order.insert(max(0, min(index, len(order))), row)
        for place, moved in zip(places, order, strict=True):
            await self._store.set(moved.id, position=place)


def message(row: MessageRow, *, author_name: str) -> Message:
    """The wire's shape."""
    return Message(
        id=row.id,
        task_id=row.task_id,
        author_id=row.author_id,
        author_name=author_name,
        input=row.text,
        state=_STATES[row.state],
        kind="initial" if row.kind == "initial" else "follow_up",
        position=row.position,
        created_at=row.created_at,
        delivered_at=row.delivered_at,
        error=row.error,
    )


def _initial_first() -> ColumnElement[int]:
    return case((MessageRow.kind == "initial", 0), else_=1)
