"""The turns of a session, with drivers that are hardly there."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any, cast

import pytest
import pytest_asyncio

from taskyard.kit.clock import SystemClock
from taskyard.kit.supervisor import Supervisor
from taskyard.protocol.sessions import EventKind
from taskyard.runner.agents.driver import Driver
from taskyard.runner.agents.journal import Journal
from taskyard.runner.agents.turns import Turns
from taskyard.runner.store import Store

pytestmark = pytest.mark.asyncio


class Agent:
    """Works until it is told to stop; `fails` with what a driver must not raise."""

    def __init__(self, scene: "Scene", *, fails: bool = False) -> None:
        self.prompts: list[str] = []
        self.cancels = 0
        self.is_closed = False
        self._scene = scene
        self._fails = fails

    async def prompt(
        self, turn: str, text: str, *, taken: Callable[[], None] | None = None
    ) -> None:
        del taken
        self.prompts.append(text)
        if self._fails:
            raise KeyError("surprise")
        self._scene.tell("turn_ended", turn, {"stop_reason": "end_turn"})

    async def cancel(self) -> None:
        self.cancels += 1

    async def close(self, grace_seconds: float) -> None:
        del grace_seconds
        self.is_closed = True


class Scene:
    def __init__(self, journal: Journal, supervisor: Supervisor) -> None:
        self.agent: Agent | None = Agent(self)
        self.told: list[tuple[EventKind, str, dict[str, Any]]] = []
        self.journal = journal
        self.rested = asyncio.Event()
        self.turns = Turns(
            session_id="s1",
            journal=journal,
            clock=SystemClock(),
            supervisor=supervisor,
            driver=lambda: cast("Driver | None", self.agent),
            tell=self.tell,
            before_rest=self._nothing,
            on_rest=self.rested.set,
        )

    def tell(self, kind: EventKind, key: str, data: Mapping[str, Any]) -> None:
        if kind == "turn_ended":
            data = self.turns.stamped(key, data)
        self.told.append((kind, key, dict(data)))

    @property
    def ends(self) -> list[tuple[str, str]]:
        """Why turns ended, and whose they were."""
        return [
            (data["stop_reason"], data.get("message_id", ""))
            for kind, _, data in self.told
            if kind == "turn_ended"
        ]

    async def settled(self) -> None:
        async with asyncio.timeout(5):
            await self.rested.wait()

    async def _nothing(self) -> None: ...


@pytest_asyncio.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    store = await Store.open(tmp_path / "state.db")
    async with Supervisor() as supervisor:
        yield Scene(Journal(store), supervisor)
    await store.close()


async def test_a_prompt_whose_agent_is_gone_is_told_of_as_interrupted(
    scene: Scene,
) -> None:
    scene.agent = None

    await scene.turns.begin("m1", "hello")
    await scene.settled()

    assert scene.ends == [("interrupted", "m1")]
    assert ("message", "user-m1") in [(kind, key) for kind, key, _ in scene.told]
    assert not scene.turns.running
    assert await scene.journal.unfinished("s1") == []


async def test_a_turn_cancelled_while_it_is_written_down_never_reaches_the_agent(
    scene: Scene,
) -> None:
    agent = scene.agent
    assert agent is not None
    begun = asyncio.get_running_loop().create_task(scene.turns.begin("m1", "hello"))
    await asyncio.sleep(0)

    await scene.turns.cancel(cast("Driver", agent))
    await begun
    await scene.settled()
    scene.rested.clear()
    await scene.turns.begin("m2", "again")
    await scene.settled()

    assert agent.prompts == ["again"]
    assert scene.ends == [("cancelled", "m1"), ("end_turn", "m2")]


async def test_a_driver_that_breaks_ends_its_turn_and_its_agent(scene: Scene) -> None:
    scene.agent = agent = Agent(scene, fails=True)

    await scene.turns.begin("m1", "hello")
    await scene.settled()

    assert scene.ends == [("interrupted", "m1")]
    assert agent.is_closed
    assert "surprise" in scene.told[-1][2]["detail"]


async def test_only_the_turn_of_a_message_ends_with_its_name(scene: Scene) -> None:
    begun = asyncio.get_running_loop().create_task(scene.turns.begin("m1", "hello"))
    await asyncio.sleep(0)

    scene.tell("turn_ended", "typed by a person", {"stop_reason": "end_turn"})
    await begun
    await scene.settled()

    assert scene.ends == [("end_turn", ""), ("end_turn", "m1")]
