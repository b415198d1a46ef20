"""Record agents' terminals: `python -m tests.integration.runner.tui.record FOLDER`.

The fake agents always; Claude Code, on the scripted model, where it is installed.
"""

import asyncio
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, final

from taskyard.protocol.sessions import EventKind
from taskyard.runner.agents.definition import Place
from taskyard.runner.agents.definitions import DEFINITIONS, find
from taskyard.runner.agents.driver import Launch
from taskyard.runner.agents.preparation import prepare
from taskyard.runner.agents.tui.driver import TuiDriver
from taskyard.testing import tui_agents
from taskyard.testing.fake_llm.app import FakeLlm
from taskyard.testing.installation import shared_agents
from taskyard.testing.recordings import Entry, Recording, save
from tests.support.serving import served

#: Long enough for every rule to come to its end.
PAUSE_SECONDS: Final = 3.0


@final
class Recorder:
    """A driver whose bytes are kept; permissions are granted after a second."""

    def __init__(self, *, verbatim: bool) -> None:
        self.entries: list[Entry] = []
        self.driver = TuiDriver(
            emit=self.emit,
            verbatim=verbatim,
            on_output=lambda data: self.mark("out", data),
        )
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self._asked: asyncio.Queue[tuple[str, str]] = asyncio.Queue()

    def mark(self, kind: Any, data: bytes = b"") -> None:
        self.entries.append(Entry(self._loop.time() - self._began, kind, data))

    def emit(self, kind: EventKind, key: str, data: Mapping[str, Any]) -> None:
        if kind == "permission_requested":
            self._asked.put_nowait((key, str(data["options"][0]["id"])))

    async def allow(self) -> None:
        while True:
            request, option = await self._asked.get()
            await asyncio.sleep(1)
            await self.driver.answer_permission(request, option)

    async def turn(self, text: str) -> None:
        self.mark("prompt")
        allowing = self._loop.create_task(self.allow())
        await self.driver.prompt(f"turn-{len(self.entries)}", text)
        allowing.cancel()
        self.mark("rest")
        await asyncio.sleep(PAUSE_SECONDS)


async def record(recorder: Recorder, launch: Launch, path: Path, *texts: str) -> None:
    await recorder.driver.start(launch)
    await asyncio.sleep(PAUSE_SECONDS)
    for text in texts:
        await recorder.turn(text)
    entries = tuple(recorder.entries)
    await recorder.driver.close(0)
    recording = Recording(
        agent=launch.agent,
        columns=launch.columns,
        rows=launch.rows,
        entries=entries,
    )
    save(recording, path)


async def fakes(folder: Path, home: Path) -> None:
    for agent, profile in (("polite", "claude-code"), ("silent", "custom")):
        launch = Launch(
            agent=profile,
            command=tui_agents.command(agent),
            environment={"PATH": os.environ["PATH"], "HOME": str(home)},
            directory=home,
            permission_policy="ask",
        )
        path = folder / f"{agent}.jsonl"
        script = ("say hello\nthink 1", "think 0.5\nask\nthink 0.5")
        await record(Recorder(verbatim=True), launch, path, *script)


async def claude(folder: Path, home: Path) -> None:
    definition = DEFINITIONS["claude-code"]
    async with served(FakeLlm().app) as model:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "TASKYARD_AGENTS_DIR": str(shared_agents()),
            **definition.environment,
            "ANTHROPIC_BASE_URL": model,
            "ANTHROPIC_AUTH_TOKEN": "x",
        }
        place = Place(directory=home / "work", environment=environment)
        (home / "work").mkdir()
        prepare(definition, home=home, place=place)
        launch = Launch(
            agent="claude-code",
            command=find(definition, "tui", environment),
            environment=environment,
            directory=home / "work",
            permission_policy="ask",
        )
        path = folder / "claude-code.jsonl"
        script = ("please write hello.txt", "what is the capital of France")
        await record(Recorder(verbatim=False), launch, path, *script)


async def main(folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir="/var/tmp") as home:
        await fakes(folder, Path(home))
        await claude(folder, Path(home))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
