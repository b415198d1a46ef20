"""Carry messages and answers to runners: once each, in order, whatever is restarted.

How a message travels, and where each crash is caught:
1. It is a row, `queued`. Nothing has happened yet.
2. The agent is idle: the row becomes `sending`, and that is committed before anything is
   sent. A crash from here on finds the row and sends the same id again.
3. The command `prompt` carries the row's id. The runner journals it before it acts, so an
   id that comes twice is answered twice and done once.
4. The answer makes the row `delivered`. If the answer is lost, the transcript's own event
   of that message does it (see runners.transcript), or the next attempt.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias
from uuid import UUID
from weakref import WeakValueDictionary

import structlog
from sqlalchemy import select, union
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.kit.clock import Clock
from taskyard.kit.errors import Unreachable
from taskyard.protocol.link import CommandName, Reply
from taskyard.server.db import topics
from taskyard.server.db.broadcast import notify
from taskyard.server.db.engine import Sessions
from taskyard.server.db.tables import (
    MessageRow,
    PermissionRow,
    SessionRow,
)
from taskyard.server.runners.link import LinkRegistry
from taskyard.server.tasks.messages import MessageStore
from taskyard.server.tasks.permissions import PermissionStore
from taskyard.server.tasks.store import TaskStore

__all__ = ["Courier", "Standing", "choose"]

log: structlog.stdlib.BoundLogger = structlog.get_logger()

#: Journaling takes a runner milliseconds; more means that it is stuck or gone.
_DEADLINE_SECONDS: Final = 20.0

Step: TypeAlias = Literal["prompt", "steer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Delivery:
    agent_row_id: UUID
    session_id: UUID
    message: MessageRow
    step: Step


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    agent_row_id: UUID
    permission: PermissionRow


#: Nothing happens here by itself. Being spoken to, the runner starts the agent again, or
#: the agent asks its vendor again.
_DOWN: Final = frozenset({"exited", "error", "auth_required", "limited"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How it stands with the session that messages go to."""

    state: str
    since: datetime
    until: datetime | None = None  # of a usage limit


def choose(
    waiting: Sequence[MessageRow], session: Standing, now: datetime
) -> tuple[MessageRow, Step] | None:
    """What to send now, of messages in order; None: nothing can be sent.

    One that was on its way goes on its way again first, by the same step.
    """
    for message in waiting:
        if message.state == "sending":
            return message, "steer" if message.delivery == "steer" else "prompt"

    if waiting and (session.state == "idle" or _is_worth_a_try(waiting, session, now)):
        return waiting[0], "prompt"
    if session.state == "running":
        for message in waiting:
            if message.delivery == "steer":
                return message, "steer"
    return None


def _is_worth_a_try(
    waiting: Sequence[MessageRow], session: Standing, now: datetime
) -> bool:
    """Once for each word of a person: whoever logged in, or paid, says something then."""
    if session.state not in _DOWN:
        return False
    if session.until is not None and session.until <= now:
        return True
    return any(message.created_at > session.since for message in waiting)


class Courier:
    """One for the process; delivers to the runners that are linked to it."""

    def __init__(
        self, *, sessions: Sessions, links: LinkRegistry, clock: Clock
    ) -> None:
        self._sessions = sessions
        self._links = links
        self._clock = clock
        self._locks = WeakValueDictionary[UUID, asyncio.Lock]()

    async def tasks_with_post(self) -> list[UUID]:
        """Tasks that something waits for, and whose runner is linked here."""
        linked = [
            link.agent.task_id
            for link in self._links.all()
            if link.is_ready and link.agent.task_id is not None
        ]
        if not linked:
            return []
        messages = select(MessageRow.task_id).where(
            MessageRow.task_id.in_(linked), MessageRow.state.in_(("queued", "sending"))
        )
        answers = (
            select(SessionRow.task_id)
            .join(PermissionRow, PermissionRow.session_id == SessionRow.id)
            .where(
                SessionRow.task_id.in_(linked),
                PermissionRow.state == "answered",
                PermissionRow.sent_at.is_(None),
            )
        )
        async with self._sessions.begin() as session:
            found = await session.scalars(union(messages, answers))
            return [task_id for task_id in found if task_id is not None]

    async def deliver(self, task_id: UUID) -> None:
        """Send what can be sent now; returns when it is answered or cannot be."""
        lock = self._locks.setdefault(task_id, asyncio.Lock())
        async with lock:
            await self._answers(task_id)
            await self._messages(task_id)

    def is_busy(self, task_id: UUID) -> bool:
        """A delivery of this task is under way."""
        lock = self._locks.get(task_id)
        return lock is not None and lock.locked()

    # -- messages ---------------------------------------------------------------------

    async def _messages(self, task_id: UUID) -> None:
        """One prompt at most: the next has to wait until its turn has ended."""
        while (delivery := await self._next_message(task_id)) is not None:
            try:
                reply = await self._send(
                    delivery.agent_row_id,
                    delivery.step,
                    {
                        "session_id": str(delivery.session_id),
                        "message_id": str(delivery.message.id),
                        "text": delivery.message.text,
                    },
                    id_=_command_id(delivery.message.id, delivery.step),
                )
            except Unreachable:
                return  # it stays on its way, and is sent again under the same id
            await self._settle(task_id, delivery, reply)
            if delivery.step == "prompt":
                return

    async def _next_message(self, task_id: UUID) -> _Delivery | None:
        """Load what is due and mark it as on its way."""
        async with self._sessions.begin() as session:
            place = await self._place(session, task_id)
            if place is None:
                return None
            agent_row_id, main = place
            messages = MessageStore(session)
            # A person at the terminal has the agent: what waits, waits for the chat.
            standing = Standing(
                state=main.state if main.controller == "chat" else "in the terminal",
                since=main.state_at,
                until=main.state_until,
            )
            waiting = await messages.waiting(task_id, lock=True)
            chosen = choose(waiting, standing, self._clock.now())
            if chosen is None:
                return None
            message, step = chosen
            # A steering message that is prompted after all is sent again as a prompt.
            delivery = "queue" if step == "prompt" else message.delivery
            await messages.set(
                message.id, state="sending", session_id=main.id, delivery=delivery
            )
        return _Delivery(
            agent_row_id=agent_row_id, session_id=main.id, message=message, step=step
        )

    async def _settle(self, task_id: UUID, delivery: _Delivery, reply: Reply) -> None:
        values = _outcome(delivery.step, reply)
        if values.get("state") == "delivered":
            values["delivered_at"] = self._clock.now()
        elif values.get("state") == "failed":
            log.warning(
                "message_not_taken", task=str(task_id), error=values.get("error")
            )
        async with self._sessions.begin() as session:
            # The transcript may have told of its arrival first.
            await MessageStore(session).set(
                delivery.message.id, MessageRow.state == "sending", **values
            )
            await notify(session, topics.TASK, task_id)

    # -- answers ----------------------------------------------------------------------

    async def _answers(self, task_id: UUID) -> None:
        for answer in await self._unsent(task_id):
            row = answer.permission
            try:
                reply = await self._send(
                    answer.agent_row_id,
                    "answer_permission",
                    {
                        "session_id": str(row.session_id),
                        "request_id": row.request_id,
                        "option_id": row.option_id,
                    },
                    id_=str(row.id),
                )
            except Unreachable:
                return
            async with self._sessions.begin() as session:
                await PermissionStore(session).set(row.id, sent_at=self._clock.now())
                await notify(session, topics.TASK, task_id)
            if not reply["ok"]:
                # The agent no longer asks; its own event says what became of it.
                log.info(
                    "answer_not_taken", task=str(task_id), error=reply.get("error")
                )

    async def _unsent(self, task_id: UUID) -> list[_Answer]:
        async with self._sessions.begin() as session:
            answers = await PermissionStore(session).unsent(task_id)
            place = await self._place(session, task_id) if answers else None
        if place is None:
            return []
        return [_Answer(agent_row_id=place[0], permission=row) for row in answers]

    # -- both -------------------------------------------------------------------------

    async def _place(
        self, session: AsyncSession, task_id: UUID
    ) -> tuple[UUID, SessionRow] | None:
        """The linked agent of the task's latest build, and the session it runs there."""
        place = await TaskStore(session).running(task_id)
        if place is None or not self._links.is_connected(place[0]):
            return None
        return place

    async def _send(
        self, agent_row_id: UUID, name: CommandName, args: dict[str, str], *, id_: str
    ) -> Reply:
        link = self._links.require(agent_row_id)
        return await link.command(name, args, id=id_, deadline=_DEADLINE_SECONDS)


def _command_id(message_id: UUID, step: Step) -> str:
    """A message that could not steer is prompted later: that is another command."""
    return str(message_id) if step == "prompt" else f"{message_id}/steer"


def _outcome(step: Step, reply: Reply) -> dict[str, object]:
    """What the runner's answer makes of the message."""
    if reply["ok"]:
        return {"state": "delivered"}

    match reply.get("code", "failed"):
        case "busy" | "no_session":
            return {"state": "queued"}
        case "unsupported" if step == "steer":
            return {"state": "queued", "delivery": "queue"}
        case _:
            return {
                "state": "failed",
                "error": reply.get("error", "the agent did not take it"),
            }
