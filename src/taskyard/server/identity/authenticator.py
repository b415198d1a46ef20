"""From the text of a token to the person behind it, remembered for some seconds."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.kit.clock import Clock
from taskyard.server.db import topics
from taskyard.server.db.broadcast import note
from taskyard.server.db.engine import Sessions, after_commit
from taskyard.server.db.tables import TokenRow, UserRow
from taskyard.server.identity.actor import Actor, Role, Scope
from taskyard.server.identity.errors import AccountSuspended, SessionExpired
from taskyard.server.identity.secrets import Secret, parse
from taskyard.server.identity.store import IdentityStore

__all__ = ["Authenticator"]

#: Each request would otherwise cost a query of 2 ms; a revoked token works on *another*
#: server of the same database for at most this long (on this one it ends at once).
_REMEMBER: Final = timedelta(seconds=5)
_MOST_REMEMBERED: Final = 4096
_TOUCH_EVERY: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _Remembered:
    actor: Actor
    secret_hash: bytes
    until: datetime


class Authenticator:
    """One for the process."""

    def __init__(self, *, sessions: Sessions, clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock
        self._known: dict[str, _Remembered] = {}
        self._generation = 0

    async def identify(self, token: str) -> Actor:
        """Raises SessionExpired, AccountSuspended."""
        secret = parse(token)
        if secret is None:
            raise SessionExpired(detail="This is not a token of this server.")

        now = self._clock.now()
        known = self._known.get(secret.id)
        if known and known.until > now and secret.matches(known.secret_hash):
            return known.actor
        return await self._look_up(secret, now)

    async def _look_up(self, secret: Secret, now: datetime) -> Actor:
        # A token may be revoked between the query and the line that remembers it:
        # whoever revokes raises the generation, and then nothing is remembered.
        generation = self._generation
        async with self._sessions.begin() as session:
            store = IdentityStore(session)
            row = await store.token(secret.id)
            if row is None or not secret.matches(row.secret_hash):
                raise SessionExpired
            if row.expires_at <= now:
                raise SessionExpired(detail="It expired.")
            user = await store.user_by_id(row.user_id)
            if user is None:
                raise SessionExpired
            if user.status == "suspended":
                raise AccountSuspended
            organizations = await store.organizations_of([user.id])
            await store.touch_token(
                row,
                now=now,
                expires_at=_extended(row, now),
                older_than=_TOUCH_EVERY,
            )

        actor = _actor(row, user, organizations[user.id])
        if generation == self._generation:
            self._remember(row, actor, now)
        return actor

    def _remember(self, row: TokenRow, actor: Actor, now: datetime) -> None:
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.clear()
        until = min(now + _REMEMBER, row.expires_at)
        self._known[row.id] = _Remembered(actor, row.secret_hash, until)

    def forget_after(self, session: AsyncSession, user_id: UUID) -> None:
        """Look this user up anew once `session` has changed something about them.

        Here and in every other server; their streams end, see `identity.access`.
        """
        after_commit(session, lambda: self.forget({user_id}))
        note(session, topics.ACCESS, user_id)

    def forget(self, user_ids: Collection[UUID] | None) -> None:
        """Look these users up anew; None = all."""
        self._generation += 1
        self._known = {
            id_: known
            for id_, known in self._known.items()
            if user_ids is not None and known.actor.user_id not in user_ids
        }

    async def actors(self, token_ids: Collection[str]) -> dict[str, Actor]:
        """Who these tokens are good for now, by token; those that are not are left out."""
        async with self._sessions.begin() as session:
            store = IdentityStore(session)
            rows = await store.active_tokens(token_ids, now=self._clock.now())
            organizations = await store.organizations_of({user.id for _, user in rows})
        return {
            token.id: _actor(token, user, organizations[user.id])
            for token, user in rows
        }


def _extended(row: TokenRow, now: datetime) -> datetime:
    """A session lives on while it is used; a token has the end it was made with."""
    if row.kind != "session":
        return row.expires_at
    return max(row.expires_at, now + timedelta(seconds=row.lifetime_seconds))


def _actor(row: TokenRow, user: UserRow, organization_ids: list[UUID]) -> Actor:
    return Actor(
        user_id=user.id,
        username=user.username,
        roles=frozenset({Role.MEMBER, *(Role(role) for role in user.roles)}),
        organization_ids=frozenset(organization_ids),
        token_id=row.id,
        scope=Scope(row.scope),
    )
