"""Passwords: which are accepted, and how they are kept (argon2id)."""

import asyncio
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from taskyard.kit.errors import InvalidRequest, Validation

__all__ = ["Passwords", "WeakPassword"]

_MAX_LENGTH: Final = 256
#: Enough to stop what is tried first; people choose better ones when not nagged.
_COMMON: Final = frozenset(
    {
        "password",
        "password1",
        "passw0rd",
        "1234567890",
        "12345678910",
        "qwertyuiop",
        "letmeinplease",
        "iloveyou123",
        "administrator",
        "changemeplease",
        "taskyard",
    }
)


class WeakPassword(InvalidRequest):
    """This password is not accepted."""


class Passwords:
    """Hashing runs in a thread: it takes tens of milliseconds of a CPU on purpose."""

    def __init__(self, *, memory_kib: int, rounds: int, min_length: int) -> None:
        self._hasher = PasswordHasher(
            time_cost=rounds, memory_cost=memory_kib, parallelism=1
        )
        self._min_length = min_length
        self._nobody = ""

    def check_strength(self, password: str, *, username: str, email: str) -> None:
        """Raises WeakPassword with the reason."""
        reason = self._weakness(password, {username.lower(), email.lower()})
        if reason:
            raise WeakPassword(
                detail=reason, validations=[Validation("password", reason)]
            )

    def _weakness(self, password: str, personal: set[str]) -> str:
        if len(password) < self._min_length:
            return f"Use at least {self._min_length} characters."
        if len(password) > _MAX_LENGTH:
            return f"Use at most {_MAX_LENGTH} characters."
        if len(set(password)) < 5:  # noqa: PLR2004 - "aaaaaaaaaa" and its friends
            return "Use more different characters."
        if password.lower() in _COMMON | personal:
            return "This is one of the first that are tried. Choose another."
        return ""

    async def hash(self, password: str) -> str:
        return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, hashed: str, password: str) -> bool:
        """Takes as long for a user who has no password (`hashed` empty) as for others."""
        if not self._nobody:
            self._nobody = await self.hash("nobody has this password")
        matches = await asyncio.to_thread(
            self._matches, hashed or self._nobody, password
        )
        return matches and bool(hashed)

    def _matches(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except (VerifyMismatchError, InvalidHashError):
            return False
