"""Signing in with a password.

Not part of a request's transaction: hashing takes tens of milliseconds, and no
connection to the database is held meanwhile.
"""

from datetime import timedelta

from taskyard.kit.clock import Clock
from taskyard.server.db.engine import Sessions
from taskyard.server.db.tables import UserRow
from taskyard.server.identity.errors import AccountSuspended, BadCredentials
from taskyard.server.identity.passwords import Passwords
from taskyard.server.identity.store import IdentityStore
from taskyard.server.identity.throttle import Throttle
from taskyard.server.identity.tokens import new_token

__all__ = ["Logins"]


class Logins:
    """One for the process."""

    def __init__(
        self,
        *,
        sessions: Sessions,
        passwords: Passwords,
        throttle: Throttle,
        clock: Clock,
        lifetime: timedelta,
    ) -> None:
        self._sessions = sessions
        self._passwords = passwords
        self._throttle = throttle
        self._clock = clock
        self._lifetime = lifetime

    async def log_in(self, name: str, password: str, *, address: str) -> str:
        """A session for the user with this email or username: the token's text.

        Raises BadCredentials, after the same work whether or not there is such a user;
        AccountSuspended, only to who knows the password; TooManyAttempts.
        """
        self._throttle.check(account=name, address=address)
        user = await self._find(name)
        if (
            not await self._passwords.verify(
                user.password_hash if user else "", password
            )
            or user is None
        ):
            self._throttle.failed(account=name, address=address)
            raise BadCredentials

        self._throttle.succeeded(account=name)
        return await self._open_session(user)

    async def _find(self, name: str) -> UserRow | None:
        async with self._sessions.begin() as session:
            store = IdentityStore(session)
            if "@" in name:
                return await store.user_by_email(name)
            return await store.user_by_name(name)

    async def _open_session(self, user: UserRow) -> str:
        now = self._clock.now()
        async with self._sessions.begin() as session:
            store = IdentityStore(session)
            current = await store.user_by_id(user.id, lock=True)
            # The password may have been changed while it was being checked.
            if current is None or current.password_hash != user.password_hash:
                raise BadCredentials
            if current.status == "suspended":
                raise AccountSuspended
            if current.status == "dormant":
                await store.update_user(user.id, status="active")
            secret, row = new_token(
                user.id, kind="session", lifetime=self._lifetime, now=now
            )
            await store.add_token(row)
            return secret.text
