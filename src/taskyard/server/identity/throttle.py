"""Failed logins, counted in memory per account and per address."""

from collections import OrderedDict, deque
from datetime import datetime, timedelta
from typing import Final

from taskyard.kit.clock import Clock
from taskyard.server.identity.errors import TooManyAttempts

__all__ = ["Throttle"]

_MOST_KEYS: Final = 10_000
_ADDRESS_FACTOR: Final = 10  # many people may share one address


class Throttle:
    """Refuses before the password is looked at, also when it would be the right one."""

    def __init__(self, *, attempts: int, window: timedelta, clock: Clock) -> None:
        self._attempts = attempts
        self._window = window
        self._clock = clock
        self._failures: OrderedDict[str, deque[datetime]] = OrderedDict()

    def __len__(self) -> int:
        """How many accounts and addresses are remembered."""
        return len(self._failures)

    def check(self, *, account: str, address: str) -> None:
        """Raises TooManyAttempts."""
        limits = {
            f"account {account.lower()}": self._attempts,
            f"address {address}": self._attempts * _ADDRESS_FACTOR,
        }
        for key, limit in limits.items():
            if len(self._recent(key)) >= limit:
                raise TooManyAttempts(
                    detail="Logins are refused for up to "
                    f"{self._window.total_seconds() / 60:.0f} minutes."
                )

    def failed(self, *, account: str, address: str) -> None:
        for key in (f"account {account.lower()}", f"address {address}"):
            recent = self._recent(key)
            recent.append(self._clock.now())
            self._failures[key] = recent
            self._failures.move_to_end(key)
        while len(self._failures) > _MOST_KEYS:
            self._failures.popitem(last=False)

    def succeeded(self, *, account: str) -> None:
        self._failures.pop(f"account {account.lower()}", None)

    def _recent(self, key: str) -> deque[datetime]:
        recent = self._failures.get(key, deque())
        oldest = self._clock.now() - self._window
        while recent and recent[0] <= oldest:
            recent.popleft()
        return recent
