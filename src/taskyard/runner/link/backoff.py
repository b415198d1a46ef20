"""When to dial again."""

import random
from typing import Final, final

__all__ = ["Backoff"]


@final
class Backoff:
    """Exponential backoff with full jitter that forgets after a link has lived a while.

    The first delay is jittered too: after a restart of the server every runner notices
    within the same millisecond, and a fixed delay would bring them all back in another.
    """

    CEILING: Final = 30.0
    HEALTHY_AFTER: Final = 20.0

    def __init__(self, rng: random.Random | None = None, *, first: float = 0.5) -> None:
        self._rng = rng or random.Random()  # noqa: S311 - jitter, not a secret
        self._first = first
        self._ceiling = first
        self._spread = 0.0

    def spread(self, seconds: float) -> None:
        """The server is about to stop: come back within this time, for once."""
        self._spread = min(max(seconds, 0.0), self.CEILING)

    def lived(self, seconds: float) -> None:
        """Say how long the last link lived."""
        if seconds >= self.HEALTHY_AFTER:
            self._ceiling = self._first

    def next_delay(self) -> float:
        """Seconds to wait before the next dial."""
        delay = self._rng.uniform(0, max(self._ceiling, self._spread))
        self._spread = 0.0
        self._ceiling = min(self.CEILING, self._ceiling * 2)
        return delay
