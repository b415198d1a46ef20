"""The event stream of AgentAPI: everything so far, then every change, no other names.

Published clients stop at an event name they do not know and at lines over 128 KiB, so
only the known names are sent, and long messages are cut on this stream (never in
`GET /messages`). A comment keeps the connection alive.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Any, Final

from taskyard.runner.agents.conversation import (
    ChatMessage,
    Conversation,
    Problem,
    Status,
)
from taskyard.runner.agents.tui.profiles import type_of

__all__ = ["SSE_HEADERS", "chat_events", "screen_events", "server_sent"]

SSE_HEADERS: Final = [
    ("content-type", "text/event-stream"),
    ("cache-control", "no-cache, no-store, must-revalidate"),
    ("pragma", "no-cache"),
    ("expires", "0"),
    ("connection", "keep-alive"),
    ("x-accel-buffering", "no"),
    ("x-proxy-buffering", "no"),
]
#: Of a message's text as JSON; the fields around it and the line itself fit as well.
MESSAGE_BYTES: Final = 120 * 1024
#: `agentapi attach` reads lines of 256 KiB.
SCREEN_BYTES: Final = 240 * 1024
#: A message that grows is sent whole each time: at most this often, and a long one less
#: often, so that a stream stays below some 320 KiB a second.
_QUIET: Final = 0.1
_BYTES_A_SECOND: Final = 320 * 1024
ALIVE_SECONDS: Final = 15.0
_CUT: Final = "\n\n[cut here: the whole message is in GET /messages]"
_SCREEN_MESSAGES: Final = 20
#: Ends of lines to some readers of event streams; JSON leaves them as they are.
_LINE_ENDS: Final = {0x85: "\\u0085", 0x2028: "\\u2028", 0x2029: "\\u2029"}


async def chat_events(
    conversation: Conversation, current: Callable[[], Status]
) -> AsyncGenerator[bytes]:
    """`message_update` and `status_change`: first all there is, then what changes.

    Every prompt is followed by `running` and then by `stable`, also when the turn was over
    before it was told of: readers wait for the change, not for the state. `agent_error`
    comes only where there is a problem to tell of.
    """
    sent: dict[int, ChatMessage] = {}
    status: Status | None = None
    told: set[Problem] = set()
    with conversation.transcript.watch() as changed:
        while True:
            changed.clear()
            size, prompted = 0, False
            messages = conversation.transcript.messages
            for message in messages:
                if sent.get(message.id) is not message:
                    prompted |= message.role == "user" and message.id not in sent
                    event = server_sent("message_update", _update(message))
                    size += len(event)
                    yield event
            sent = {message.id: message for message in messages}
            if prompted and status == "stable":
                status = "running"
                yield _status_change(conversation, status)
            if current() != status:
                status = current()
                yield _status_change(conversation, status)
            problems = conversation.problems
            for problem in problems:
                if problem not in told:
                    yield server_sent("agent_error", _problem(problem))
            told = set(problems)
            if not await _wait(changed, max(_QUIET, size / _BYTES_A_SECOND)):
                yield b": ping\n\n"


async def screen_events(conversation: Conversation) -> AsyncGenerator[bytes]:
    """`screen`: what a terminal would show; for a structured agent, its last words."""
    shown: str | None = None
    silent = 0.0
    with conversation.transcript.watch() as changed:
        while True:
            changed.clear()
            screen = _rendered(conversation)
            if screen != shown:
                shown, silent = screen, 0.0
                yield server_sent("screen", {"screen": screen})
            if conversation.transport == "pty":
                # A screen changes without an event; only who attaches pays for looking.
                await asyncio.sleep(_QUIET)
                silent += _QUIET
                alive = silent < ALIVE_SECONDS
            else:
                alive = await _wait(changed, _QUIET)
            if not alive:
                silent = 0.0
                yield b": ping\n\n"


def server_sent(name: str, data: Mapping[str, Any]) -> bytes:
    text = json.dumps(data, ensure_ascii=False).translate(_LINE_ENDS)
    return f"event: {name}\ndata: {text}\n\n".encode("utf-8", "replace")


async def _wait(changed: asyncio.Event, quiet: float) -> bool:
    """Until something changed and a moment has passed; False when nothing did for long."""
    try:
        async with asyncio.timeout(ALIVE_SECONDS):
            await changed.wait()
    except TimeoutError:
        return False

    await asyncio.sleep(quiet)
    return True


def _status_change(conversation: Conversation, status: Status) -> bytes:
    agent_type = type_of(conversation.agent)
    return server_sent("status_change", {"status": status, "agent_type": agent_type})


def _update(message: ChatMessage) -> dict[str, Any]:
    text = message.text
    if _size(text) > MESSAGE_BYTES:
        text = _beginning(text, MESSAGE_BYTES - len(_CUT)) + _CUT
    return {"id": message.id, "role": message.role, "message": text, "time": message.at}


def _problem(problem: Problem) -> dict[str, Any]:
    return {"message": problem.message, "level": problem.level, "time": problem.at}


def _rendered(conversation: Conversation) -> str:
    if conversation.transport == "pty":
        lines = (line.rstrip() for line in conversation.screen.split("\n"))
        screen = "\n".join(lines).rstrip()
    else:
        messages = conversation.transcript.messages[-_SCREEN_MESSAGES:]
        words = [f"{'> ' if m.role == 'user' else ''}{m.text}" for m in messages]
        screen = "\n\n".join(words).rstrip()
    if _size(screen) <= SCREEN_BYTES:
        return screen
    return _beginning(screen[::-1], SCREEN_BYTES)[::-1]


def _beginning(text: str, limit: int) -> str:
    """As much as takes `limit` bytes, found by halving."""
    low, high = 0, min(len(text), limit)
    while low < high:
        middle = (low + high + 1) // 2
        if _size(text[:middle]) <= limit:
            low = middle
        else:
            high = middle - 1
    return text[:low]


def _size(text: str) -> int:
    """Bytes as JSON in an event."""
    if len(text) * 6 < MESSAGE_BYTES:
        return len(text)  # even if every character is escaped, it fits
    encoded = json.dumps(text, ensure_ascii=False).translate(_LINE_ENDS)
    return len(encoded.encode("utf-8", "replace"))
