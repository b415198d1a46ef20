"""What one editor says in a session, and how each of it ends."""

import asyncio
from collections.abc import Iterable
from typing import final
from uuid import UUID, uuid4

import structlog

from taskyard.kit.errors import TaskyardError
from taskyard.protocol.acp import initial_message_id
from taskyard.protocol.api.tasks import StoredEvent, TaskDetail
from taskyard.server.identity.actor import Actor
from taskyard.server.tasks.acp.desk import Desk, Opened
from taskyard.server.tasks.acp.waiting import (
    Verdict,
    Waiting,
    ended,
    turn_verdict,
    verdict,
)

__all__ = ["Prompts"]

log: structlog.stdlib.BoundLogger = structlog.get_logger()


@final
class Prompts:
    """They outlive a view: told anew, an editor still waits for its answers.

    `told` is the number of the last event that the editor has been told of: a turn is
    answered after what was said in it.
    """

    def __init__(self, opened: Opened, *, actor: Actor, desk: Desk) -> None:
        self.told = 0
        self._opened = opened
        self._actor = actor
        self._desk = desk
        self._posting = asyncio.Lock()
        self._waiting: dict[UUID, Waiting] = {}
        self._mine = set[UUID]()  # messages of this editor, which shows them itself
        self._unwanted = set[UUID]()  # cancelled before there was a message

    @property
    def are_waiting(self) -> bool:
        return bool(self._waiting)

    def claim(self, message_ids: Iterable[UUID]) -> None:
        """The editor's own, sent before it connected again."""
        self._mine.update(message_ids)

    def is_mine(self, event: StoredEvent) -> bool:
        return event.data.get("role") == "user" and _message(event) in self._mine

    # -- what the editor asks ---------------------------------------------------------

    async def send(self, text: str, message_id: UUID | None) -> str:
        """Queue it, wait for its turn to end; the stop reason. Raises RpcError too.

        Whoever may not speak may not wait either: what waits here can be cancelled here,
        and the first prompt, which is not posted, has an id that everybody can work out.

        1. The id is known before there is a row: a turn that ends quickly finds somebody
           who waits for it.
        2. It is posted. Asked again, after a connection was lost, it is there already.
        3. It may have ended before what this editor is told of: then the rows know.
        """
        self._desk.check_may_change(self._actor, self._opened)
        id_ = message_id or uuid4()
        waiting = self._waiting.setdefault(id_, Waiting())
        self._mine.add(id_)
        try:
            if id_ != initial_message_id(self._opened.task_id):
                async with self._posting:
                    await self._desk.post(self._actor, self._opened, id_, text)
            mail = await self._desk.mail(self._opened.task_id, id_)
            if (before := ended(mail, told=self.told)) is not None:
                waiting.end(before)
            return await asyncio.shield(waiting.answer)
        finally:
            self._waiting.pop(id_, None)

    async def cancel(self) -> None:
        """Take back what this editor has queued; else end the turn that runs.

        Raises NotTheOwner, ScopeTooNarrow, AppUnreachable.
        """
        async with self._posting:  # after what was sent before
            theirs, running = list(self._waiting.items()), 0
            for message_id, waiting in theirs:
                waiting.is_cancelled = True
                if await self._desk.withdraw(self._opened.task_id, message_id):
                    waiting.end("cancelled")
                elif not await self._desk.mail(self._opened.task_id, message_id):
                    # Of a task that is still being made. Nobody waits for a workspace to
                    # be told that nothing is done in it.
                    self._unwanted.add(message_id)
                    waiting.end("cancelled")
                else:
                    running += 1
            if running or not theirs:
                await self._desk.cancel(self._actor, self._opened)

    def end_all(self, verdict: Verdict) -> None:
        """The editor does not look any more, or there is nothing to look at."""
        for waiting in self._waiting.values():
            waiting.end(verdict)

    # -- what happens -----------------------------------------------------------------

    async def note(self, event: StoredEvent) -> None:
        """An event that the editor has been told."""
        if event.kind == "turn_ended" and (message_id := _message(event)):
            self._mine.discard(message_id)
            if waiting := self._waiting.get(message_id):
                waiting.end(turn_verdict(event.data))
            return
        begins = event.kind == "state" and event.data.get("state") == "running"
        if begins and any(waiting.is_cancelled for waiting in self._waiting.values()):
            # A prompt that was on its way when it was cancelled.
            await self._cancel_running()

    async def look(self, task: TaskDetail) -> None:
        """Bring what waits in line with the rows."""
        for message_id, waiting in list(self._waiting.items()):
            await self._settle(message_id, waiting, task)
        for message_id in list(self._unwanted):
            if await self._desk.mail(self._opened.task_id, message_id):
                self._unwanted.discard(message_id)
                if not await self._desk.withdraw(self._opened.task_id, message_id):
                    await self._cancel_running()

    async def _settle(
        self, message_id: UUID, waiting: Waiting, task: TaskDetail
    ) -> None:
        mail = await self._desk.mail(self._opened.task_id, message_id)
        in_queue = mail is not None and mail.state == "queued"
        decided = ended(mail, told=self.told) or verdict(mail, task)
        if in_queue and (waiting.is_cancelled or decided is not None):
            # Else it would be sent when nobody waits for it any more.
            if not await self._desk.withdraw(self._opened.task_id, message_id):
                return
            decided = "cancelled" if waiting.is_cancelled else decided
        if decided is not None:
            waiting.end(decided)

    async def _cancel_running(self) -> None:
        try:
            await self._desk.cancel(self._actor, self._opened)
        except TaskyardError as error:
            log.info("acp_cancel_failed", error=error.message)


def _message(event: StoredEvent) -> UUID | None:
    named = event.data.get("message_id")
    try:
        return UUID(named) if isinstance(named, str) else None
    except ValueError:
        return None
