"""A terminal driver with a fake agent under it, and what it emitted."""

import os
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any, final

import pytest_asyncio

from taskyard.protocol.sessions import EventKind
from taskyard.runner.agents.driver import Launch, PermissionPolicy
from taskyard.runner.agents.tui.driver import TuiDriver
from taskyard.testing import tui_agents


@final
class Driven:
    """`driver` and the events of its agent."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.events: list[tuple[EventKind, str, dict[str, Any]]] = []
        self.driver = TuiDriver(emit=self.emit, verbatim=True, start_seconds=10)
        self.turns = 0

    def emit(self, kind: EventKind, key: str, data: Mapping[str, Any]) -> None:
        self.events.append((kind, key, dict(data)))

    async def start(
        self, agent: str = "polite", policy: PermissionPolicy = "ask", **more: Any
    ) -> None:
        await self.driver.start(
            Launch(
                agent=more.pop("profile", "claude-code"),
                command=more.pop("command", tui_agents.command(agent)),
                environment={"PATH": os.environ["PATH"], "HOME": str(self.home)},
                directory=self.home,
                permission_policy=policy,
                **more,
            )
        )

    async def say(self, text: str) -> str:
        """One turn; what the agent answered."""
        self.turns += 1
        await self.driver.prompt(f"turn-{self.turns}", text)
        return self.answer(f"turn-{self.turns}")

    def answer(self, turn: str) -> str:
        text = ""
        for kind, key, data in self.events:
            if key == f"{turn}-answer":
                text = data["text"] if kind == "message" else text + data["text"]
        return text

    def of(self, kind: EventKind) -> list[dict[str, Any]]:
        return [data for k, _, data in self.events if k == kind]

    @property
    def states(self) -> list[tuple[str, str]]:
        """States with their sources, without repetitions of a state."""
        told = [(d["state"], d["source"]) for d in self.of("state")]
        return [t for i, t in enumerate(told) if i == 0 or told[i - 1][0] != t[0]]


Drive = Callable[[], Driven]


@pytest_asyncio.fixture
async def driven(tmp_path: Path) -> AsyncIterator[Driven]:
    made = Driven(tmp_path)
    yield made
    await made.driver.close(0)
