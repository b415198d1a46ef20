"""A runner in this process, in a home of its own, attached to a fake server."""

import asyncio
import json
import os
import random
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Self, final

from taskyard.kit.clock import SystemClock
from taskyard.protocol.link import Script
from taskyard.runner.daemon import Settings, serve
from taskyard.runner.link.backoff import Backoff
from taskyard.runner.link.dial import WebSocketDialler
from taskyard.runner.places import Places
from taskyard.testing import acp_agents
from taskyard.testing.fake_llm.app import FakeLlm
from taskyard.testing.link_server import LinkServer, make_manifest
from tests.support.real_agents import AGENTS
from tests.support.serving import served

SECRET = "sk-very-secret-0123456789"
#: Of the scripted model.
MODEL_KEY = "task-key-0123456789"


@final
class TestWorkspace:
    """`server` is what the runner is attached to; `home` its home."""

    __test__ = False

    def __init__(self, home: Path, *scripts: Script, **manifest: Any) -> None:
        self.home = home
        manifest.setdefault("secret_environment", {"LLM_SECRET": SECRET})
        self.server = LinkServer(
            lambda url: make_manifest(access_url=url, scripts=scripts, **manifest)
        )
        self.environment = {
            "HOME": str(home),
            "PATH": os.environ["PATH"],
            "SHELL": "/bin/sh",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        self._stop = asyncio.Event()
        self._running: asyncio.Task[int] | None = None

    async def __aenter__(self) -> Self:
        await self.server.start()
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._running is not None:
            await self.stop()
        await self.server.stop()

    async def start(self) -> None:
        """Start a runner; returns when the server has greeted it."""
        times = len(self.server.hellos) + 1
        self._stop = asyncio.Event()
        self._running = asyncio.get_running_loop().create_task(self.run())
        if not self.server.status and not self.server.refusal:
            await self.server.until_attached(times)

    async def run(self) -> int:
        return await serve(
            Settings(url=self.server.url, token=self.server.token, stop_seconds=5),
            stop=self._stop,
            environment=self.environment,
            dialler=WebSocketDialler(url=self.server.url, token=self.server.token),
            clock=SystemClock(),
            backoff=Backoff(random.Random(1), first=0.02),  # noqa: S311 - jitter, repeatable
        )

    async def stop(self) -> int:
        """As SIGTERM does."""
        self._stop.set()
        return await self.ended()

    async def crash(self) -> None:
        """As SIGKILL does, nearly: nothing is said to anybody."""
        assert self._running is not None
        self._running.cancel()
        with suppress(asyncio.CancelledError):
            await self._running
        self._running = None

    async def ended(self) -> int:
        """Wait for the runner's own end; return its exit code."""
        assert self._running is not None
        async with asyncio.timeout(30):
            code = await self._running
        self._running = None
        return code

    async def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """One request at the runner's socket; the whole answer."""
        path = Places(home=self.home).socket
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(json.dumps({"method": method, "params": params}).encode() + b"\n")
        answer = json.loads(await reader.readline())
        writer.close()
        return answer

    async def begin(self, agent: str = "polite", **request: Any) -> str:
        """Start a session with a fake agent; return its id."""
        answer = await self.try_begin(agent, **request)
        assert answer["ok"], answer
        session_id: str = answer["result"]["id"]
        await self.server.until(
            lambda: (
                bool(self.server.named("session_identified"))
                or self.server.state == "auth_required"
            )
        )
        return session_id

    async def try_begin(self, agent: str = "polite", **request: Any) -> dict[str, Any]:
        await self.server.until(lambda: "ready" in self.server.lifecycles)
        return await self.ask(
            "session.start",
            **{
                "agent": agent,
                "key": "chat",
                "directory": str(self.home / "project"),
                "command": list(acp_agents.command(agent)),
                **request,
            },
        )

    async def turn(
        self, session_id: str, text: str, *, message: str = "m1"
    ) -> dict[str, Any]:
        """Prompt and wait for the end of the turn; return the data of its end."""
        before = len(self.server.session_events("turn_ended"))
        reply = await self.server.command(
            "prompt", session_id=session_id, message_id=message, text=text
        )
        assert reply["ok"], reply
        await self.server.until(
            lambda: len(self.server.session_events("turn_ended")) > before
        )
        return self.server.session_events("turn_ended")[-1]["data"]


@asynccontextmanager
async def with_real_agents(
    model: FakeLlm, **environment: str
) -> AsyncGenerator[TestWorkspace]:
    """A workspace with the installed agents, for whom the model plays every vendor."""
    # Codex keeps its sandbox's helper out of /tmp.
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="ty-agent-") as home:
        async with served(model.app) as url:
            made = TestWorkspace(
                Path(home),
                secret_environment={
                    "ANTHROPIC_BASE_URL": url,
                    "ANTHROPIC_AUTH_TOKEN": MODEL_KEY,
                    "OPENAI_BASE_URL": f"{url}/v1",
                    "OPENAI_API_KEY": MODEL_KEY,
                    "GOOGLE_GEMINI_BASE_URL": url,
                    "GEMINI_API_KEY": MODEL_KEY,
                    **environment,
                },
            )
            made.environment["TASKYARD_AGENTS_DIR"] = str(AGENTS)
            async with made:
                yield made
