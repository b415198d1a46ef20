"""A session as a chat: what was said, by whom, and whether the agent is busy.

The AgentAPI-compatible surface stands on this and knows nothing of drivers.
"""

import asyncio
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol, final

from taskyard.protocol.sessions import EventKind
from taskyard.runner.agents.question import Question

__all__ = [
    "Busy",
    "ChatMessage",
    "Conversation",
    "NotStarted",
    "Problem",
    "Role",
    "Status",
    "Transcript",
]

Status = Literal["running", "stable"]
Role = Literal["user", "agent"]
MESSAGES_KEPT: Final = 1000
MESSAGE_CHARACTERS: Final = 1024 * 1024
#: Of all messages together: the oldest go first.
TRANSCRIPT_CHARACTERS: Final = 8 * 1024 * 1024
#: Messages that are still told more about.
_OPEN: Final = 8


class Busy(Exception):
    """The agent cannot take a prompt now; the text says why."""


class NotStarted(Exception):
    """The agent was given the message and did nothing with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatMessage:
    id: int  # counts from 0 in the order of the conversation
    role: Role
    text: str
    at: str  # RFC 3339
    key: str = ""  # of the events it was folded from


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something a person should know that is not part of the conversation."""

    message: str
    level: Literal["error", "warning"]
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
    def problems(self) -> Sequence[Problem]:
        """The newest ones; a change of them wakes the transcript's watchers."""
        ...

    @property
    def screen(self) -> str:
        """What the agent's terminal shows; empty for an agent without one."""
        ...

    async def say(self, text: str) -> None:
        """Prompt the agent; returns when it has taken it. Raises `Busy` or `NotStarted`."""
        ...

    async def cancel(self) -> None: ...

    async def answer(self, request: str, option_id: str) -> None:
        """Answer a permission request; one that is not open is ignored. Raises `Busy`."""
        ...

    async def write_raw(self, data: bytes) -> None:
        """Keys for the terminal. Raises `Unsupported`, `Busy` or `AgentFailed`."""
        ...


class _Growing:
    """A message that is still told more about; joined when somebody reads it."""

    __slots__ = ("_message", "_parts", "size")

    def __init__(self, message: ChatMessage) -> None:
        self._message = message
        self._parts: list[str] = []
        self.size = len(message.text)

    @property
    def message(self) -> ChatMessage:
        if self._parts:
            self._set("".join((self._message.text, *self._parts)))
        return self._message

    def add(self, text: str) -> None:
        part = text[: MESSAGE_CHARACTERS - self.size]
        if part:
            self._parts.append(part)
            self.size += len(part)

    def replace(self, text: str) -> None:
        self._set(text[:MESSAGE_CHARACTERS])

    def _set(self, text: str) -> None:
        old = self._message
        self._message = ChatMessage(
            id=old.id, role=old.role, text=text, at=old.at, key=old.key
        )
        self._parts.clear()
        self.size = len(text)


@final
class Transcript:
    """Text messages folded from events; thoughts are left out.

    The newest `MESSAGES_KEPT` that fit into `TRANSCRIPT_CHARACTERS`. `tells_questions`
    is asked whether a permission request is to be a message of its own: in a turn a
    terminal shows it as part of the answer.
    """

    def __init__(self, *, tells_questions: Callable[[], bool]) -> None:
        self._tells_questions = tells_questions
        self._messages: list[_Growing] = []
        self._size = 0
        self._open: dict[str, int] = {}  # key of a message -> its id
        self._first = 0
        self._watchers: set[asyncio.Event] = set()
        #: The permission request that waits for a person, if any.
        self.question: Question | None = None

    @property
    def messages(self) -> Sequence[ChatMessage]:
        return tuple(growing.message for growing in self._messages)

    def restore(self, messages: Iterable[ChatMessage]) -> None:
        """Go on after these; only before anything was folded."""
        self._messages = [_Growing(message) for message in messages]
        self._size = sum(growing.size for growing in self._messages)
        self._first = self._messages[0].message.id if self._messages else 0
        last = [growing.message for growing in self._messages[-_OPEN:]]
        self._open = {m.key: m.id for m in reversed(last) if m.key}
        self.changed()

    @contextmanager
    def watch(self) -> Generator[asyncio.Event]:
        """An event that is set whenever messages or the status change; clear it yourself."""
        changed = asyncio.Event()
        self._watchers.add(changed)
        try:
            yield changed
        finally:
            self._watchers.discard(changed)

    def changed(self) -> None:
        """Wake whoever watches."""
        for watcher in self._watchers:
            watcher.set()

    def fold(self, kind: EventKind, key: str, data: Mapping[str, Any], at: str) -> None:
        """Take in one event of the session."""
        if kind in ("message", "message_chunk") and data.get("kind", "text") == "text":
            role: Role = "user" if data.get("role") == "user" else "agent"
            text = _valid(str(data.get("text", "")))
            self._say(key, role, text, at, replace_it=kind == "message")
        elif kind == "state" and data.get("state") == "auth_required":
            text = _valid(
                f"Login needed: {data.get('detail') or 'the agent asks for it'}"
            )
            self._say("login", "agent", text, at, replace_it=True)
        elif kind == "turn_ended" and data.get("stop_reason") == "error":
            self._tell_failure(key, str(data.get("detail", "")), at)
        elif kind == "permission_requested":
            since = asyncio.get_running_loop().time()
            self._ask(Question.of(key, data, at=at, since=since))
        elif kind == "permission_resolved":
            self._resolve(key, data, at)
        self.changed()

    def move_cursor(self, steps: int) -> None:
        """Move through the options of the open question."""
        if self.question is not None:
            self._ask(self.question.moved(steps))
            self.changed()

    # -- questions --------------------------------------------------------------------

    def _ask(self, question: Question) -> None:
        self.question = question
        if self._tells_questions():
            text = _valid(question.text)
            key = _key(question.request)
            self._say(key, "agent", text, question.at, replace_it=True)

    def _resolve(self, request: str, data: Mapping[str, Any], at: str) -> None:
        question, key = self.question, _key(request)
        if question is not None and question.request == request:
            self.question = None
            text = _valid(question.outcome(data))
        else:
            text = Question.unanswered(self._text_of(key))  # of an earlier life
        if data.get("by") == "policy":
            self._take_back(key)  # nobody was asked
        elif key in self._open:
            self._say(key, "agent", text, at, replace_it=True)

    def _text_of(self, key: str) -> str:
        number = self._open.get(key, -1)
        at = number - self._first
        return self._messages[at].message.text if at >= 0 else ""

    def _take_back(self, key: str) -> None:
        """Forget the newest message, which nobody has seen: it was told in this instant."""
        if self._messages and self._messages[-1].message.key == key:
            self._size -= self._messages.pop().size
            self._open.pop(key, None)

    # -- messages ---------------------------------------------------------------------

    def _tell_failure(self, turn: str, detail: str, at: str) -> None:
        """Why a turn failed, unless the agent has said so itself."""
        last = self._messages[-1].message.text if self._messages else ""
        if detail and detail not in last:
            text = _valid(f"The turn failed: {detail}")
            self._say(f"failure-{turn}", "agent", text, at, replace_it=True)

    def _say(
        self, key: str, role: Role, text: str, at: str, *, replace_it: bool
    ) -> None:
        number = self._open.get(key)
        if number is not None and number >= self._first:
            growing = self._messages[number - self._first]
            self._size -= growing.size
            if replace_it:
                growing.replace(text)
            else:
                growing.add(text)
        else:
            number = self._first + len(self._messages)
            growing = _Growing(
                ChatMessage(
                    id=number,
                    role=role,
                    text=text[:MESSAGE_CHARACTERS],
                    at=at,
                    key=key,
                )
            )
            self._messages.append(growing)
            self._open = {key: number, **dict(list(self._open.items())[: _OPEN - 1])}
        self._size += growing.size
        self._forget()

    def _forget(self) -> None:
        while len(self._messages) > 1 and (
            len(self._messages) > MESSAGES_KEPT or self._size > TRANSCRIPT_CHARACTERS
        ):
            self._size -= self._messages.pop(0).size
            self._first += 1


def _key(request: str) -> str:
    return f"question-{request}"


def _valid(text: str) -> str:
    """Text that can be stored and sent: half a surrogate pair becomes a question mark."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text
