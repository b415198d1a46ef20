"""What an agent tells again while it loads a conversation."""

from collections import deque
from collections.abc import Iterable
from typing import Final, final

from taskyard.runner.agents.acp.tools import characters
from taskyard.runner.agents.acp.updates import Translated
from taskyard.runner.agents.recall import Told

__all__ = ["Retold"]

#: The end of a conversation is what may be new.
EVENTS: Final = 20_000
CHARACTERS: Final = 16 * 1024 * 1024


@final
class Retold:
    """The newest events that fit."""

    def __init__(self) -> None:
        self._events: deque[tuple[Translated, int]] = deque()
        self._size = 0

    def add(self, events: Iterable[Translated]) -> None:
        for event in events:
            size = characters(event.data)
            self._events.append((event, size))
            self._size += size
        while len(self._events) > EVENTS or self._size > CHARACTERS:
            self._size -= self._events.popleft()[1]

    def take(self) -> list[Told]:
        """All of them, once."""
        told = [Told(*event) for event, _ in self._events]
        self.clear()
        return told

    def clear(self) -> None:
        self._events.clear()
        self._size = 0
