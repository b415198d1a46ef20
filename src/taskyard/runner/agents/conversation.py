"""A session as a chat: what was said, by whom, and whether the agent is busy.

The AgentAPI-compatible surface stands on this and knows nothing of drivers.
"""

import asyncio
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, Protocol, final

from taskyard.protocol.sessions import EventKind

__all__ = ["Busy", "ChatMessage", "Conversation", "Status", "Transcript"]

Status = Literal["running", "stable"]
MESSAGES_KEPT: Final = 1000
MESSAGE_CHARACTERS: Final = 256 * 1024


class Busy(Exception):
    """The agent cannot take a prompt now; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatMessage:
    id: int  # counts from 0 in the order of the conversation
    role: Literal["user", "agent"]
    text: str
    at: str  # RFC 3339


class Conversation(Protocol):
    """What a chat surface may know of a session and do with it."""

    @property
    def agent(self) -> str: ...

    @property
    def transport(self) -> Literal["acp", "pty"]: ...

    @property
    def status(self) -> Status: ...

    @property
    def transcript(self) -> "Transcript": ...

    @property
    def screen(self) -> str:
        """What the agent's terminal shows; empty for an agent without one."""
        ...

    async def say(self, text: str) -> None:
        """Prompt the agent; returns when the turn has begun. Raises `Busy`."""
        ...

    async def cancel(self) -> None: ...

    async def write_raw(self, data: bytes) -> None:
        """Keys for the terminal. Raises `Unsupported`, `Busy` or `AgentFailed`."""
        ...


@final
class Transcript:
    """Text messages folded from events, newest `MESSAGES_KEPT`; thoughts are left out."""

    def __init__(self) -> None:
        self._messages: list[ChatMessage] = []
        self._open: dict[str, int] = {}  # key of a message -> its id
        self._first = 0
        self._watchers: set[asyncio.Event] = set()

    @property
    def messages(self) -> Sequence[ChatMessage]:
        return tuple(self._messages)

    @contextmanager
    def watch(self) -> Generator[asyncio.Event]:
        """An event that is set whenever messages or the status change; clear it yourself."""
        changed = asyncio.Event()
        self._watchers.add(changed)
        try:
            yield changed
        finally:
            self._watchers.discard(changed)

    def fold(self, kind: EventKind, key: str, data: Mapping[str, Any], at: str) -> None:
        """Take in one event of the session."""
        if kind in ("message", "message_chunk") and data.get("kind", "text") == "text":
            text = str(data.get("text", ""))
            self._say(
                key,
                "user" if data.get("role") == "user" else "agent",
                text,
                at,
                replace_it=kind == "message",
            )
        for watcher in self._watchers:
            watcher.set()

    def _say(
        self,
        key: str,
        role: Literal["user", "agent"],
        text: str,
        at: str,
        *,
        replace_it: bool,
    ) -> None:
        number = self._open.get(key)
        if number is not None and number >= self._first:
            old = self._messages[number - self._first]
            whole = text if replace_it else old.text + text
            self._messages[number - self._first] = replace(
                old, text=whole[:MESSAGE_CHARACTERS]
            )
            return

        number = self._first + len(self._messages)
        self._messages.append(
            ChatMessage(id=number, role=role, text=text[:MESSAGE_CHARACTERS], at=at)
        )
        self._open = {key: number, **dict(list(self._open.items())[:8])}
        if len(self._messages) > MESSAGES_KEPT:
            del self._messages[0]
            self._first += 1
