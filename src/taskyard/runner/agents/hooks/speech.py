"""What the agent says, as events: parts in order, each word once."""

import uuid
from dataclasses import dataclass, field
from typing import Any, Final, final

from taskyard.runner.agents.driver import Emit
from taskyard.runner.agents.hooks.facts import Said

__all__ = ["Speech"]

_MESSAGES_REMEMBERED: Final = 200
_PARTS_AHEAD: Final = 1000


@dataclass(slots=True)
class _Message:
    text: str = ""  # as told
    next: int = 0
    ahead: dict[int, str] = field(default_factory=dict[int, str])
    last: int | None = None  # the number of its last part
    is_whole: bool = False


@final
class Speech:
    """Messages of one agent. `end` comes when a turn is over, and may know its last words."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._messages: dict[str, _Message] = {}
        self._current = ""  # the last message of the turn
        self._ended_with = ""  # the last words of a turn, while nothing follows
        self._read = ""  # what the screen told instead, when the hooks did not come
        self._replaced: tuple[str, str] = ("", "")  # our key of a message, and its own

    def hear(self, said: Said) -> None:
        if not said.message:
            return
        message = self._messages.setdefault(said.message, _Message())
        while len(self._messages) > _MESSAGES_REMEMBERED:
            self._messages.pop(next(iter(self._messages)))
        self._current, self._ended_with = said.message, ""
        if message.is_whole and said.part is not None:
            return  # a part that came after the whole
        if said.part is None:
            self._replace(said.message, said.text)
            message.is_whole = True
            return
        if said.part >= message.next and len(message.ahead) < _PARTS_AHEAD:
            message.ahead[said.part] = said.text
        if said.is_last:
            message.last = said.part
        self._follow(said.message)

    def replace(self, message: str) -> None:
        """The agent's next words, if they come before it is asked again, are these.

        `message` is the key of what was read from the screen; "" when there is nothing
        that could be meant.
        """
        self._read = message

    def end(self, text: str | None) -> None:
        """The turn is over; `text` is its last message, word for word."""
        key, self._current = self._current, ""
        message, words = self._messages.get(key), (text or "").strip()
        if message is not None and not message.is_whole:
            if words and words.startswith(message.text.strip()):
                self._replace(key, text or "")
            elif message.ahead:
                self._replace(key, message.text + _joined(message.ahead))
            message.is_whole = True
        told = self._ended_with if message is None else message.text.strip()
        if words and words != told:
            fresh = f"said-{uuid.uuid4()}"
            self._messages[fresh] = _Message(is_whole=True)
            self._replace(fresh, text or "")
        self._ended_with = words

    def _follow(self, key: str) -> None:
        message = self._messages[key]
        while message.next in message.ahead:
            text = message.ahead.pop(message.next)
            message.next += 1
            message.text += text
            if text:
                self._tell("message_chunk", key, text)
        if message.last is not None and message.next > message.last:
            message.is_whole = True

    def _replace(self, key: str, text: str) -> None:
        message = self._messages[key]
        if text == message.text:
            return
        if message.text and text.startswith(message.text):
            self._tell("message_chunk", key, text[len(message.text) :])
        else:
            self._tell("message", key, text)
        message.text = text

    def _tell(self, kind: Any, key: str, text: str) -> None:
        if self._read:
            self._replaced, self._read = (key, self._read), ""
            kind = "message"
        if key == self._replaced[0]:
            key = self._replaced[1]
        self._emit(kind, key, {"role": "agent", "kind": "text", "text": text})


def _joined(ahead: dict[int, str]) -> str:
    return "".join(ahead[number] for number in sorted(ahead))
