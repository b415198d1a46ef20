"""The event stream of AgentAPI: everything so far, then every change, no other names.

Published clients stop at an event name they do not know and at lines over 128 KiB, so
only the known names are sent, and long messages are cut on this stream (never in
`GET /messages`). A comment keeps the connection alive.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

from taskyard.runner.agents.conversation import ChatMessage, Conversation
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
_MESSAGE_BYTES: Final = 120 * 1024
#: A message that grows is sent whole each time: at most this often.
_QUIET: Final = 0.1
_ALIVE: Final = 15.0
_CUT: Final = "\n\n[cut here: the whole message is in GET /messages]"


async def chat_events(conversation: Conversation) -> AsyncIterator[bytes]:
    """`message_update` and `status_change`: first all there is, then what changes."""
    sent: dict[int, ChatMessage] = {}
    status = ""
    with conversation.transcript.watch() as changed:
        while True:
            changed.clear()
            for message in conversation.transcript.messages:
                if sent.get(message.id) != message:
                    sent[message.id] = message
                    yield server_sent("message_update", _update(message))
            if conversation.status != status:
                status = conversation.status
                yield server_sent(
                    "status_change",
                    {"status": status, "agent_type": type_of(conversation.agent)},
                )
            if not await _wait(changed):
                yield b": ping\n\n"


async def screen_events(conversation: Conversation) -> AsyncIterator[bytes]:
    """`screen`: what a terminal would show; for a structured agent, its last words."""
    shown: str | None = None
    with conversation.transcript.watch() as changed:
        while True:
            changed.clear()
            screen = _rendered(conversation)
            if screen != shown:
                shown = screen
                yield server_sent("screen", {"screen": screen})
            if conversation.transport == "pty":
                # A screen changes without an event; only who attaches pays for looking.
                await asyncio.sleep(_QUIET)
            elif not await _wait(changed):
                yield b": ping\n\n"


def server_sent(name: str, data: Mapping[str, Any]) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()


async def _wait(changed: asyncio.Event) -> bool:
    """Until something changed and a moment has passed; False when nothing did for long."""
    try:
        async with asyncio.timeout(_ALIVE):
            await changed.wait()
    except TimeoutError:
        return False

    await asyncio.sleep(_QUIET)
    return True


def _update(message: ChatMessage) -> dict[str, Any]:
    text = message.text
    if len(json.dumps(text)) > _MESSAGE_BYTES:
        # JSON escapes make at most twelve bytes of a character, so this always fits.
        text = text[: _MESSAGE_BYTES // 12 - len(_CUT)] + _CUT
    return {"id": message.id, "role": message.role, "message": text, "time": message.at}


def _rendered(conversation: Conversation) -> str:
    if conversation.transport == "pty":
        return conversation.screen[-_MESSAGE_BYTES:]
    messages = conversation.transcript.messages[-20:]
    lines = [f"{'> ' if m.role == 'user' else ''}{m.text}" for m in messages]
    return "\n\n".join(lines).rstrip()[-_MESSAGE_BYTES // 12 :]
