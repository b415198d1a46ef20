"""Streams end with the access of who opened them.

A request is judged when it comes; a stream lasts. Whoever changes a user or a token rings
`topics.ACCESS` in the same transaction; then, and every minute (tokens expire), one query
looks at the tokens of the streams that are open, and the others are ended.
"""

from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from taskyard.server.db import topics
from taskyard.server.db.broadcast import Broadcast, Hint, Subscription
from taskyard.server.identity.actor import Actor
from taskyard.server.identity.authenticator import Authenticator

__all__ = ["AccessWatch"]

log: structlog.stdlib.BoundLogger = structlog.get_logger()

#: A hint to ourselves: this user has opened a stream.
_OPENED: Final = "opened"
_LOOK_SECONDS: Final = 60.0
_RETRY_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class _Held:
    actor: Actor
    end: Callable[[], None]


class AccessWatch:
    """One for the process."""

    def __init__(self, *, authenticator: Authenticator, broadcast: Broadcast) -> None:
        self._authenticator = authenticator
        self._broadcast = broadcast
        self._held = set[_Held]()
        self._hints: Subscription | None = None

    @contextmanager
    def hold(self, actor: Actor, end: Callable[[], None]) -> Generator[None]:
        """Have `end` called, once, when the actor is no longer what they are now."""
        held = _Held(actor, end)
        self._held.add(held)
        if self._hints is not None:
            # It may have ended between the judgement of the request and this line.
            self._hints.put(Hint(_OPENED, str(actor.user_id)))
        try:
            yield
        finally:
            self._held.discard(held)

    async def run(self) -> None:
        """Until cancelled."""
        async with self._broadcast.subscribe(topics.ACCESS) as hints:
            self._hints = hints
            wait = _LOOK_SECONDS
            while True:
                batch = await hints.batch(timeout=wait)
                self._forget(batch)
                try:
                    await self._look(_users(batch))
                    wait = _LOOK_SECONDS
                except (SQLAlchemyError, OSError) as failure:
                    log.warning("access_not_looked_at", problem=str(failure))
                    wait = _RETRY_SECONDS

    def _forget(self, batch: Sequence[Hint | None]) -> None:
        """What another server changed is seen by the next request, too."""
        changed = [h for h in batch if h is None or h.topic == topics.ACCESS]
        if changed:
            self._authenticator.forget(_users(changed))

    async def _look(self, users: Collection[UUID] | None) -> None:
        held = [h for h in self._held if users is None or h.actor.user_id in users]
        if not held:
            return
        actors = await self._authenticator.actors({h.actor.token_id for h in held})
        for one in held:
            if one in self._held and actors.get(one.actor.token_id) != one.actor:
                self._held.discard(one)
                one.end()


def _users(batch: Sequence[Hint | None]) -> set[UUID] | None:
    """Whom the hints are about; None = it may be anybody."""
    if not batch or None in batch:
        return None
    return {UUID(hint.id) for hint in batch if hint is not None}
