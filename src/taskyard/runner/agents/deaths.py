"""How often an agent may die before it is left alone."""

from collections import deque
from typing import Final, final

__all__ = ["Deaths"]

#: An agent that dies this often within the window is left alone until someone prompts it.
RESTARTS: Final = 3
RESTART_WINDOW_SECONDS: Final = 300.0
#: The first return is at once, then after this, three times this, …
RESTART_PAUSE_SECONDS: Final = 1.0


@final
class Deaths:
    def __init__(self) -> None:
        self._at: deque[float] = deque(maxlen=RESTARTS + 1)

    @property
    def count(self) -> int:
        """Within the window that ended with the last one."""
        return sum(self._at[-1] - at < RESTART_WINDOW_SECONDS for at in self._at)

    def another(self, now: float) -> float | None:
        """Note one; the pause before the agent is started again, None = it is not."""
        self._at.append(now)
        if self.count > RESTARTS:
            return None
        return RESTART_PAUSE_SECONDS * (2 ** (self.count - 1) - 1)
