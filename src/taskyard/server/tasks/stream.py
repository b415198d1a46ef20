"""Follow a task as it happens: its events by number, its status when it changes."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.protocol.api.tasks import StoredEvent, TaskDetail
from taskyard.server.db import topics
from taskyard.server.db.broadcast import Broadcast, Hint
from taskyard.server.db.engine import Sessions
from taskyard.server.identity.actor import Actor
from taskyard.server.tasks.service import TaskService
from taskyard.server.tasks.transcript import Transcript

__all__ = ["HEARTBEAT_SECONDS", "Frame", "Sign", "TaskStreams", "Watched", "encode"]

#: A comment at least this often: proxies drop silent streams, and a status that only
#: time changes (no_signal) is looked at again.
HEARTBEAT_SECONDS: Final = 15.0
#: Hints of a change come in bunches (a message is queued, sent, taken, worked on). Events
#: are told at once; the status of all that, which takes longer to find out, once.
_BUNCH_SECONDS: Final = 0.05
_PAGE: Final = 500


class Sign(Enum):
    """What is seen of a task beside its events and its status."""

    SILENCE = "silence"  # nothing for `HEARTBEAT_SECONDS`
    DELETED = "deleted"  # the last thing seen


#: The next events (at least one), the status as it is now, or a sign.
Watched: TypeAlias = list[StoredEvent] | TaskDetail | Sign


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One server-sent event; without `event` it is a comment that keeps the line open."""

    event: str = ""
    data: str = ""
    id: int | None = None


def encode(frame: Frame) -> bytes:
    """As it travels."""
    if not frame.event:
        return b": still here\n\n"
    number = f"id: {frame.id}\n" if frame.id is not None else ""
    return f"{number}event: {frame.event}\ndata: {frame.data}\n\n".encode()


class TaskStreams:
    """One for the process. A stream holds a database session only while it reads."""

    def __init__(
        self,
        *,
        sessions: Sessions,
        broadcast: Broadcast,
        services: Callable[[AsyncSession], TaskService],
        heartbeat: float = HEARTBEAT_SECONDS,
    ) -> None:
        self._sessions = sessions
        self._broadcast = broadcast
        self._services = services
        self._heartbeat = heartbeat

    async def follow(
        self,
        task_id: UUID,
        workspace_id: UUID | None,
        *,
        after: int = 0,
        tail: int | None = None,
    ) -> AsyncGenerator[Frame]:
        """Frames `event` (with the event's number), `status`, and `end` when deleted.

        `tail`: begin that many events before the end instead of at `after`.
        """
        if tail is not None:
            after = await self._start_of_tail(task_id, tail)
        shown: TaskDetail | None = None
        async with aclosing(self.watch(task_id, workspace_id, after=after)) as watched:
            async for seen in watched:
                match seen:
                    case list():
                        for event in seen:
                            yield _event_frame(event)
                    case TaskDetail():
                        if shown is None or _differs(seen, shown):
                            shown = seen
                            yield Frame(event="status", data=seen.model_dump_json())
                    case Sign.SILENCE:
                        yield Frame()
                    case Sign.DELETED:
                        yield Frame(event="end", data='{"reason":"deleted"}')

    async def watch(
        self, task_id: UUID, workspace_id: UUID | None, *, after: int
    ) -> AsyncGenerator[Watched]:
        """Events above `after`, and the status whenever it may have changed.

        Nothing is missed and nothing comes twice: 1. the subscription begins; 2. rows
        are read from the last number on; 3. a hint that comes in between leads to
        another look, which finds the rest or nothing. The first status comes after all
        events there are.
        """
        wanted = [(topics.TASK, task_id), (topics.TRANSCRIPT, task_id)]
        if workspace_id is not None:
            wanted.append((topics.WORKSPACE, workspace_id))
        async with self._broadcast.subscribe_all([*wanted]) as hints:
            now = asyncio.get_running_loop().time
            look_at: float | None = now()  # at the status
            is_last = False
            while True:
                while not is_last:
                    page, is_last = await self._page(task_id, after)
                    if page:
                        yield page
                        after = page[-1].seq

                if look_at is not None and now() >= look_at:
                    look_at = None
                    detail = await self._detail(task_id)
                    if detail is None:
                        yield Sign.DELETED
                        return
                    yield detail

                wait = self._heartbeat if look_at is None else look_at - now()
                batch = await hints.batch(timeout=wait)
                is_last = not any(map(_tells_of_events, batch))
                if look_at is None and not batch:
                    is_last, look_at = False, now()
                    yield Sign.SILENCE
                elif look_at is None and any(map(_may_change_status, batch)):
                    look_at = now() + _BUNCH_SECONDS

    async def follow_list(self, actor: Actor) -> AsyncGenerator[Frame]:
        """Frames `tasks` with the ids of tasks that changed; null = any may have."""
        yield Frame(event="tasks", data='{"task_ids":null}')
        async with self._broadcast.subscribe_all(
            [(topics.TASKS, None), (topics.WORKSPACE, None)]
        ) as hints:
            while True:
                batch = await hints.batch(timeout=self._heartbeat)
                if not batch:
                    yield Frame()
                elif None in batch:
                    yield Frame(event="tasks", data='{"task_ids":null}')
                elif ids := await self._visible(actor, batch):
                    data = json.dumps({"task_ids": ids})
                    yield Frame(event="tasks", data=data)

    # -- short transactions -----------------------------------------------------------

    async def _start_of_tail(self, task_id: UUID, tail: int) -> int:
        if tail <= 0:
            async with self._sessions.begin() as session:
                return await Transcript(session, task_id).last_seq()
        async with self._sessions.begin() as session:
            last = await Transcript(session, task_id).before(None, limit=tail)
        return last[0].seq - 1 if last else 0

    async def _page(self, task_id: UUID, after: int) -> tuple[list[StoredEvent], bool]:
        async with self._sessions.begin() as session:
            return await Transcript(session, task_id).page_after(after, limit=_PAGE)

    async def _detail(self, task_id: UUID) -> TaskDetail | None:
        async with self._sessions.begin() as session:
            service = self._services(session)
            record = await service.reload(task_id)
            return await service.detail(record) if record else None

    async def _visible(self, actor: Actor, batch: list[Hint | None]) -> list[str]:
        """Which tasks of the hints the actor may read (a deleted one is a change too)."""
        tasks, workspaces = set[UUID](), set[UUID]()
        for hint in batch:
            if hint is not None and hint.topic == topics.TASKS:
                tasks.add(UUID(hint.id.rpartition("/")[2]))
            elif hint is not None:
                workspaces.add(UUID(hint.id))
        async with self._sessions.begin() as session:
            found = await self._services(session).visible(
                actor, task_ids=tasks, workspace_ids=workspaces
            )
        return [str(id_) for id_ in found]


def _event_frame(event: StoredEvent) -> Frame:
    return Frame(event="event", id=event.seq, data=event.model_dump_json())


def _tells_of_events(hint: Hint | None) -> bool:
    return hint is None or hint.topic == topics.TRANSCRIPT


def _may_change_status(hint: Hint | None) -> bool:
    return hint is None or hint.topic != topics.TRANSCRIPT


def _differs(detail: TaskDetail, shown: TaskDetail) -> bool:
    """Signs of life alone are no news."""
    return _without_pulse(detail) != _without_pulse(shown)


def _without_pulse(detail: TaskDetail) -> TaskDetail:
    work = detail.work.model_copy(update={"heard_at": None})
    return detail.model_copy(update={"work": work})
