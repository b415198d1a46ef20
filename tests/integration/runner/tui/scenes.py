"""What is recorded of each agent: its states, one scene after another."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from taskyard.testing.fake_llm.ask import FailureName
from taskyard.testing.fake_llm.scenario import DEFAULT, Scenario
from tests.integration.runner.tui.stage import Stage

__all__ = ["PLAYERS", "SCENES", "Player", "Scene"]

#: Agents try again for minutes; the first seconds show how that looks.
_RETRIES_SECONDS: Final = 12.0
_THINKING_SECONDS: Final = 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """An agent: what its screen shows when it takes input, and when it asks."""

    model: str
    ready: str
    asks: str
    #: Further variables, so that it fails within the recording's time.
    environment: Mapping[str, str]
    #: What it shows before it is at work or asks, for one that pauses while it starts.
    boots: str = r"\S"
    #: What it shows when a turn has begun, where that takes long.
    begins: str = r"\S"
    decline: bytes = b"\x1b"
    wants_git: bool = False  # else it asks for a repository first
    login: bytes = b""  # its command for it


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    play: Callable[[Stage, Player], Awaitable[None]]
    scenario: Scenario
    #: Whether it finds its settings and its key.
    is_set_up: bool = True
    has_key: bool = True


async def _work(stage: Stage, player: Player) -> None:
    await stage.until(player.ready)
    await stage.settle(_RETRIES_SECONDS)
    await stage.moment("idle")
    await stage.say("please take your time")
    await stage.until(player.begins)
    await stage.moment("working")
    await stage.until("took my time")
    await stage.moment("answered")
    await stage.say("please write hello.txt")
    await stage.until(player.asks)
    await stage.moment("asked")
    await stage.press(player.decline)
    await stage.settle(_RETRIES_SECONDS)
    await stage.moment("declined")


async def _login(stage: Stage, player: Player) -> None:
    """Some say at once that they want a login, some when they are spoken to."""
    await stage.until(player.boots)
    await stage.settle(_RETRIES_SECONDS)
    await stage.moment("started")
    if re.search(player.ready, stage.screen.text, re.MULTILINE):
        await stage.say("please try it")
        await stage.until(player.begins)
        await stage.settle(_RETRIES_SECONDS)
        await stage.moment("refused")
    if player.login:
        await stage.press(player.login)
        await stage.press(b"\r")
        await stage.settle(_RETRIES_SECONDS)
        await stage.moment("logging in")


async def _first_start(stage: Stage, player: Player) -> None:
    """Nobody has ever started it here: menus, until it is at its login."""
    await stage.until(player.boots)
    for number in range(1, 4):
        await stage.settle(_RETRIES_SECONDS)
        await stage.moment(f"screen {number}")
        await stage.press(b"\r")


async def _failing(stage: Stage, player: Player) -> None:
    await stage.until(player.ready)
    await stage.hold()
    await stage.say("please try it")
    await stage.until(player.begins)
    await stage.moment("trying")
    await stage.settle(_RETRIES_SECONDS)
    await stage.moment("failed")


def _fails(name: FailureName) -> Scenario:
    return {"rules": [{"match": "please", "steps": [{"fails": name}]}]}


_OUT_OF_THE_SANDBOX: Final = {
    "cmd": "echo hello > hello.txt",
    "sandbox_permissions": "require_escalated",
    "justification": "May I write hello.txt?",
}
_WORK: Final[Scenario] = {
    "rules": [
        {
            "match": "take your time",
            "steps": [{"sleep": _THINKING_SECONDS, "say": "I took my time."}],
        },
        {
            "match": "hello.txt",
            "steps": [
                # Codex asks only about what its sandbox would not let it do.
                {"call": {"name": "exec_command", "args": _OUT_OF_THE_SANDBOX}},
                {"write": {"path": "hello.txt", "content": "hello\n"}},
                {"say": "It is written."},
            ],
        },
    ]
}

SCENES: Final[Mapping[str, Scene]] = {
    "work": Scene(play=_work, scenario=_WORK),
    "no-key": Scene(play=_login, scenario=DEFAULT, has_key=False),
    "fresh-home": Scene(
        play=_first_start, scenario=DEFAULT, has_key=False, is_set_up=False
    ),
    "bad-key": Scene(play=_failing, scenario=_fails("login")),
    "server-error": Scene(play=_failing, scenario=_fails("server_error")),
    "overloaded": Scene(play=_failing, scenario=_fails("overloaded")),
    "usage-limit": Scene(play=_failing, scenario=_fails("usage_limit")),
}

PLAYERS: Final[Mapping[str, Player]] = {
    "claude-code": Player(
        model="",
        ready=r"^❯",
        asks=r"Do you want to",
        environment={"CLAUDE_CODE_MAX_RETRIES": "2"},
        login=b"/login",
    ),
    "codex": Player(
        model="gpt-5",
        ready=r"^›",
        asks=r"(?i)would you like|approve|allow",
        environment={},
    ),
    "gemini": Player(
        model="gemini-2.5-pro",
        ready=r"Type your message",
        asks=r"(?i)apply this change|allow",
        environment={},
    ),
    "opencode": Player(
        model="",
        ready=r"(?i)ask anything",
        asks=r"(?i)permission required",
        begins=r"esc interrupt|▣",
        environment={},
    ),
    "copilot": Player(
        model="", ready=r"(?i)^❯|^┃", asks=r"(?i)do you want", environment={}
    ),
    "qwen": Player(
        model="fake-model",
        ready=r"Type your message",
        asks=r"(?i)apply this change|allow",
        environment={},
    ),
    "aider": Player(
        model="openai/gpt-4o",
        ready=r"^(?:\w+ ?)?>\s*$",
        asks=r"\(Y\)es/\(N\)o",
        environment={},
        decline=b"n\r",
        wants_git=True,
        boots=r"Repo-map",
    ),
}
