"""Record real agents' terminals: `python -m tests.integration.runner.tui.record FOLDER`.

    … FOLDER                      every scene of every agent that is installed
    … FOLDER claude-code codex    of these agents
    … FOLDER codex/bad-key        this scene
    --show                        print the screen of every moment as well

It plays in a network namespace of its own where there is nothing but the scripted model,
and in homes below /var/tmp: Codex does not do all its work below /tmp.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from taskyard.kit.clock import SystemClock
from taskyard.runner.agents.definition import Place, complete
from taskyard.runner.agents.definitions import DEFINITIONS, find, unknown
from taskyard.runner.agents.driver import AgentFailed, Launch
from taskyard.runner.agents.preparation import prepare
from taskyard.runner.agents.tui.emulators import open_terminal
from taskyard.runner.agents.tui.launching import command_line
from taskyard.runner.agents.tui.profiles import profile_of
from taskyard.testing.fake_llm.app import FakeLlm
from taskyard.testing.installation import shared_agents
from taskyard.testing.recordings import Recording, save
from tests.integration.runner.tui.scenes import PLAYERS, SCENES, Player, Scene
from tests.integration.runner.tui.stage import NotShown, staged
from tests.support.serving import served

_ALONE: Final = "TASKYARD_RECORDS_ALONE"
_KEYS: Final[dict[str, str]] = dict.fromkeys(
    ("ANTHROPIC_AUTH_TOKEN", "OPENAI_API_KEY", "GEMINI_API_KEY"),
    "recorded-key-0123456789",
)


async def record(agent: str, name: str, home: Path) -> Recording:
    """Play a scene. Raises `NotShown`, or `AgentFailed` when the agent is not installed."""
    scene, player = SCENES[name], PLAYERS[agent]
    async with served(FakeLlm(scene.scenario).app) as model:
        launch = _launch(agent, scene, player, home, model)
        async with staged(launch) as stage:
            try:
                await scene.play(stage, player)
            except NotShown as exc:
                missed = exc
            else:
                return stage.recording(
                    version=_version(launch.command[0]),
                    made=f"{SystemClock().now():%Y-%m-%d}",
                )
    raise missed


def _launch(agent: str, scene: Scene, player: Player, home: Path, model: str) -> Launch:
    definition = DEFINITIONS.get(agent) or unknown(agent)
    directory = home / "work"
    directory.mkdir()
    if player.wants_git:
        subprocess.run(["git", "init", "-q", str(directory)], check=True)
    environment = complete(
        definition,
        {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "TASKYARD_AGENTS_DIR": str(shared_agents()),
            **player.environment,
            **_addresses(model),
            **(_KEYS if scene.has_key else dict[str, str]()),
        },
        model=player.model,
    )
    if scene.is_set_up:
        place = Place(directory=directory, environment=environment, model=player.model)
        prepare(definition, home=home, place=place)
    plain = Launch(
        agent=agent,
        command=find(definition, "tui", environment),
        environment=environment,
        directory=directory,
        permission_policy="ask",
        options={"model": player.model} if player.model else {},
    )
    words = command_line(profile_of(agent), plain).words
    return Launch(
        agent=agent, command=words, environment=environment, directory=directory
    )


def _addresses(model: str) -> dict[str, str]:
    return {
        "ANTHROPIC_BASE_URL": model,
        "OPENAI_BASE_URL": f"{model}/v1",
        "GOOGLE_GEMINI_BASE_URL": model,
    }


def _version(program: str) -> str:
    """The folder an agent is installed in is named for its version."""
    folders = Path(program).parts
    return next((p for p in reversed(folders) if p[:1].isdigit() and "." in p), "")


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def show(recording: Recording) -> None:
    """Print what was to be seen at each moment."""
    terminal = open_terminal(recording.columns, recording.rows)
    for entry in recording.entries:
        if entry.kind == "out":
            terminal.feed(entry.data)
        elif entry.kind == "moment":
            name = entry.data.decode()
            say(f"---- {name} at {entry.at:.1f} s: {terminal.title!r}")
            say("\n".join(x for x in terminal.text().split("\n") if x.strip()))
    terminal.close()


async def main(folder: Path, chosen: list[str], *, loud: bool) -> bool:
    """Whether everything was recorded that could be."""
    wanted = [
        (agent, scene)
        for agent in PLAYERS
        for scene in SCENES
        if not chosen or agent in chosen or f"{agent}/{scene}" in chosen
    ]
    is_whole = True
    for agent, scene in wanted:
        # An agent may still write while it is swept away.
        with tempfile.TemporaryDirectory(
            dir="/var/tmp", prefix="ty-record-", ignore_cleanup_errors=True
        ) as home:
            try:
                recording = await record(agent, scene, Path(home))
            except (AgentFailed, NotShown) as exc:
                say(f"{agent}/{scene}: {exc}")
                is_whole = False
                continue
        save(recording, folder / f"{agent}.{scene}.jsonl.gz")
        say(f"{agent}/{scene}: {len(recording.output)} bytes")
        if loud:
            show(recording)
    return is_whole


def _alone() -> None:
    """Start again where nothing but loopback can be reached."""
    os.environ[_ALONE] = "1"
    program = [sys.executable, "-m", "tests.integration.runner.tui.record"]
    script = 'ip link set lo up && exec "$@"'
    unshare = ["unshare", "--map-root-user", "--net", "sh", "-c", script, "sh"]
    os.execvp("unshare", [*unshare, *program, *sys.argv[1:]])  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("chosen", nargs="*", metavar="AGENT[/SCENE]")
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    if not os.environ.get(_ALONE):
        _alone()
    options.folder.mkdir(parents=True, exist_ok=True)
    done = asyncio.run(main(options.folder, options.chosen, loud=options.show))
    sys.exit(0 if done else 1)
