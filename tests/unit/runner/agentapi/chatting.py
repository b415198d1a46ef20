"""A conversation without an agent, and its surface on a real socket."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Literal

import httpx

from taskyard.runner.agentapi.access import AllowedHosts, AllowedOrigins
from taskyard.runner.agentapi.http import serve_on_loopback
from taskyard.runner.agentapi.surface import Access, Surface
from taskyard.runner.agentapi.uploads import MAX_BYTES
from taskyard.runner.agents.conversation import Busy, Problem, Status, Transcript
from taskyard.runner.agents.driver import AgentFailed

__all__ = ["AT", "Chat", "serving"]

AT = "2026-01-01T00:00:00Z"


class Chat:
    """A conversation that answers each message at once."""

    agent = "claude"
    transport: Literal["acp", "pty"] = "acp"

    def __init__(self) -> None:
        self.status: Status = "stable"
        self.transcript = Transcript(tells_questions=lambda: self.transport == "acp")
        self.cancelled = 0
        self.keys = b""
        self.problems: tuple[Problem, ...] = ()
        self.answers: list[tuple[str, str]] = []

    async def say(self, text: str) -> None:
        if self.status == "running":
            raise Busy("a turn is under way")
        number = len(self.transcript.messages)
        self.hear(f"u{number}", "user", text)
        self.hear(f"a{number}", "agent", f"You said {text}")

    @property
    def screen(self) -> str:
        return "\n".join(m.text for m in self.transcript.messages)

    async def write_raw(self, data: bytes) -> None:
        if data == b"dead":
            raise AgentFailed("the agent is not there")
        self.keys += data

    def hear(self, key: str, role: str, text: str) -> None:
        self.transcript.fold("message", key, {"role": role, "text": text}, AT)

    async def cancel(self) -> None:
        self.cancelled += 1

    async def answer(self, request: str, option_id: str) -> None:
        self.answers.append((request, option_id))


@asynccontextmanager
async def serving(
    chat: Chat,
    hosts: tuple[str, ...] = ("*",),
    origins: tuple[str, ...] = ("*",),
    chat_base_path: str = "/chat",
) -> AsyncGenerator[httpx.AsyncClient]:
    access = Access(
        hosts=AllowedHosts(hosts),
        origins=AllowedOrigins(origins),
        chat_base_path=chat_base_path,
    )
    surface = Surface(chat, access)
    async with serve_on_loopback(surface, port=0, body_limit=2 * MAX_BYTES) as server:
        port = server.sockets[0].getsockname()[1]
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            yield client
