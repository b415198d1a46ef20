"""Hints between processes: something about `topic`/`id` has changed, look at the state.

A hint is never the data: PostgreSQL delivers it only to who listens at that moment, and
limits it to 8000 bytes. So every waiter looks at the rows first, then waits; after a
reconnect, and when a waiter is too slow, it gets `None`: "anything may have happened".
Send one hint per change of state or batch, never one per log line.
"""

import asyncio
import json
import logging
from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import psycopg
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

__all__ = ["Broadcast", "Hint", "Subscription", "note", "notify"]

log = logging.getLogger(__name__)

_CHANNEL: Final = "taskyard"
_NOTIFY: Final = text(
    "select pg_notify(:channel, payload) from unnest(cast(:payloads as text[])) payload"
)
_NOTED: Final = "hints"
_QUEUE_LIMIT: Final = 100
_LIVENESS_SECONDS: Final = 30
_RECONNECT_SECONDS: Final = 1


@dataclass(frozen=True, slots=True)
class Hint:
    topic: str
    id: str


async def notify(session: AsyncSession, topic: str, id: UUID | str) -> None:  # noqa: A002 - the word for it
    """As `note`."""
    note(session, topic, id)


def note(session: AsyncSession, topic: str, id: UUID | str) -> None:  # noqa: A002 - the word for it
    """Tell all processes, when and only when this transaction commits.

    The hints of a transaction travel in one statement at its end, each of them once.
    """
    noted = session.info.get(_NOTED)
    if noted is None:
        noted = session.info[_NOTED] = dict[str, None]()
        event.listen(session.sync_session, "before_commit", _send_noted)
        event.listen(session.sync_session, "after_rollback", _forget_noted)
    noted[json.dumps({"topic": topic, "id": str(id)})] = None


def _send_noted(session: Session) -> None:
    noted: dict[str, None] = session.info[_NOTED]
    if noted and not session.in_nested_transaction():
        session.execute(_NOTIFY, {"channel": _CHANNEL, "payloads": list(noted)})
        noted.clear()


def _forget_noted(session: Session) -> None:
    session.info[_NOTED].clear()


class Subscription:
    """The bounded queue of one waiter."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Hint | None] = asyncio.Queue(_QUEUE_LIMIT)

    async def next(self) -> Hint | None:
        """Wait for a hint; None = anything may have happened."""
        return await self._queue.get()

    async def changed(self, *, timeout: float) -> bool:  # noqa: ASYNC109 - a tick, not a failure
        """Wait for any hint and drop all that are there; False after `timeout` seconds."""
        try:
            async with asyncio.timeout(timeout):
                await self._queue.get()
        except TimeoutError:
            return False

        while not self._queue.empty():
            self._queue.get_nowait()
        return True

    async def batch(self, *, timeout: float) -> list[Hint | None]:  # noqa: ASYNC109 - as above
        """Wait for a hint, then take all that are there; [] after `timeout` seconds."""
        try:
            async with asyncio.timeout(timeout):
                hints = [await self._queue.get()]
        except TimeoutError:
            return []

        while not self._queue.empty():
            hints.append(self._queue.get_nowait())
        return hints

    def put(self, hint: Hint | None) -> None:
        try:
            self._queue.put_nowait(hint)
        except asyncio.QueueFull:
            while not self._queue.empty():
                self._queue.get_nowait()
            self._queue.put_nowait(None)


class Broadcast:
    """One LISTEN connection for the whole process; waiters are served in memory."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._waiters: dict[tuple[str, str | None], set[Subscription]] = defaultdict(
            set
        )
        self.connected = asyncio.Event()
        self.is_closing = False

    @asynccontextmanager
    async def subscribe(
        self,
        topic: str,
        id: UUID | str | None = None,  # noqa: A002 - the word for it
    ) -> AsyncGenerator[Subscription]:
        """Hints about one thing, or about everything of `topic` when `id` is None."""
        async with self.subscribe_all([(topic, id)]) as subscription:
            yield subscription

    @asynccontextmanager
    async def subscribe_all(
        self, wanted: list[tuple[str, UUID | str | None]]
    ) -> AsyncGenerator[Subscription]:
        """One subscription to several (topic, id) at once."""
        keys = [(topic, None if id_ is None else str(id_)) for topic, id_ in wanted]
        subscription = Subscription()
        for key in keys:
            self._waiters[key].add(subscription)
        try:
            yield subscription
        finally:
            for key in keys:
                self._waiters[key].discard(subscription)
                if not self._waiters[key]:
                    del self._waiters[key]

    def close(self) -> None:
        """Wake everyone for the last time: whoever waits for long answers as it is now."""
        self.is_closing = True
        self._ring_all()

    async def run(self) -> None:
        """Listen for ever, through restarts of the database."""
        while True:
            try:
                await self._listen()
            except psycopg.OperationalError as error:
                log.warning("the database does not notify: %s", error)
            finally:
                self.connected.clear()
            await asyncio.sleep(_RECONNECT_SECONDS)

    async def _listen(self) -> None:
        connection = await psycopg.AsyncConnection.connect(self._dsn, autocommit=True)
        async with connection:
            await connection.execute(f"listen {_CHANNEL}")
            self.connected.set()
            self._ring_all()
            while True:
                # The pause is the check for life: a half-open connection never raises.
                async for note in connection.notifies(timeout=_LIVENESS_SECONDS):
                    self._deliver(note.payload)
                await connection.execute("select 1")

    def _ring_all(self) -> None:
        for waiters in self._waiters.values():
            for waiter in waiters:
                waiter.put(None)

    def _deliver(self, payload: str) -> None:
        fields: dict[str, str] = json.loads(payload)
        hint = Hint(fields["topic"], fields["id"])
        for key in ((hint.topic, hint.id), (hint.topic, None)):
            for waiter in self._waiters.get(key, ()):
                waiter.put(hint)
