"""The agents we know: how each is found, told where it works, and kept from asking.

A definition is data. An agent that speaks ACP needs nothing else; whoever has one of
their own starts it by command (`session start --agent NAME -- COMMAND …`).
"""

import json
import logging
import os
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, cast

from taskyard.runner.agents.driver import AgentFailed
from taskyard.runner.agents.tui.profiles import PROFILES, profile_of

__all__ = ["DEFINITIONS", "AgentDefinition", "Setting", "find", "prepare", "unknown"]

log = logging.getLogger(__name__)

Json = dict[str, Any]
AGENTS_DIRECTORY: Final = "/opt/taskyard/agents"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A JSON file in the home that must hold `content` besides what is there already."""

    path: str  # relative to the home
    content: Callable[[Path, Mapping[str, str]], Json]  # (directory, environment)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentDefinition:
    name: str
    #: First word of the ACP command: looked up below the agents' folder, then on PATH.
    acp_command: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    modes: Mapping[str, str] = field(
        default_factory=dict[str, str]
    )  # policy -> mode id
    settings: tuple[Setting, ...] = ()
    install_hint: str = ""


def _claude_state(directory: Path, environment: Mapping[str, str]) -> Json:
    state: Json = {
        "hasCompletedOnboarding": True,
        "projects": {str(directory): {"hasTrustDialogAccepted": True}},
    }
    if key := environment.get("ANTHROPIC_API_KEY"):
        state["customApiKeyResponses"] = {"approved": [key[-20:]]}
    return state


def _claude_settings(_directory: Path, _environment: Mapping[str, str]) -> Json:
    return {"skipDangerousModePermissionPrompt": True}


DEFINITIONS: Final[Mapping[str, AgentDefinition]] = {
    definition.name: definition
    for definition in (
        AgentDefinition(
            name="claude-code",
            acp_command=("claude-agent-acp",),
            environment={
                # As root "bypass" is refused without it; the workspace is a sandbox.
                "IS_SANDBOX": "1",
                # Our report tool must be offered from the first turn on.
                "ENABLE_TOOL_SEARCH": "false",
                "DISABLE_AUTOUPDATER": "1",
                "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            },
            # Left alone it is "auto": an LLM classifier that no demo model can play.
            modes={
                "ask": "default",
                "allow_edits": "acceptEdits",
                "allow_all": "bypassPermissions",
            },
            settings=(
                Setting(path=".claude.json", content=_claude_state),
                Setting(path=".claude/settings.json", content=_claude_settings),
            ),
            install_hint="taskyard agents install claude-code",
        ),
    )
}


def unknown(name: str) -> AgentDefinition:
    """A definition for an agent that is only a command."""
    return AgentDefinition(name=name)


def find(
    definition: AgentDefinition,
    kind: Literal["acp", "tui"],
    environment: Mapping[str, str],
) -> tuple[str, ...]:
    """The command of the agent, its program as an absolute path. Raises `AgentFailed`."""
    command = {
        "acp": definition.acp_command,
        "tui": profile_of(definition.name).command,
    }[kind]
    if not command:
        known = DEFINITIONS if kind == "acp" else PROFILES
        raise AgentFailed(
            f"there is no built-in command for the agent {definition.name!r}: "
            "give one after `--`, or use one of " + ", ".join(sorted(known))
        )
    folder = Path(environment.get("TASKYARD_AGENTS_DIR") or AGENTS_DIRECTORY)
    program = _installed(folder / definition.name, command[0]) or shutil.which(
        command[0], path=environment.get("PATH", os.defpath)
    )
    if program is None:
        hint = (
            f"; on the host run `{definition.install_hint}`"
            if definition.install_hint
            else ""
        )
        raise AgentFailed(
            f"{command[0]} is neither in {folder / definition.name} nor on PATH{hint}"
        )
    return (program, *command[1:])


def prepare(
    definition: AgentDefinition,
    *,
    home: Path,
    directory: Path,
    environment: Mapping[str, str],
) -> None:
    """Write what keeps the agent from asking about trust and onboarding.

    What the user's files say already stays; a file that is no JSON is moved aside.
    """
    for setting in definition.settings:
        path = home / setting.path
        try:
            _merge_file(path, setting.content(directory, environment))
        except OSError as exc:
            log.warning("cannot write %s: %s", path, exc)


def _installed(folder: Path, program: str) -> str | None:
    """The program of the newest installed version."""
    try:
        versions = sorted(
            (p for p in folder.iterdir() if p.is_dir()), key=_version, reverse=True
        )
    except OSError:
        return None
    for version in versions:
        for place in ("node_modules/.bin", "bin", "."):
            path = version / place / program
            if os.access(path, os.X_OK) and path.is_file():
                return str(path)
    return None


def _version(path: Path) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", path.name))


def _merge_file(path: Path, wanted: Json) -> None:
    present: Json = {}
    if path.exists():
        try:
            present = cast("Json", json.loads(path.read_text()))
        except ValueError:
            path.replace(path.with_name(path.name + ".invalid"))
    merged = _merge(wanted, present)
    if merged == present:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".taskyard")
    fresh.write_text(json.dumps(merged, indent=2))
    fresh.chmod(0o600)
    fresh.replace(path)


def _merge(wanted: Json, present: Json) -> Json:
    """`wanted` wins; folders are merged, lists are joined."""
    merged = dict(present)
    for name, value in wanted.items():
        theirs = merged.get(name)
        if isinstance(theirs, dict) and isinstance(value, dict):
            merged[name] = _merge(cast("Json", value), cast("Json", theirs))
        elif isinstance(theirs, list) and isinstance(value, list):
            known = cast("list[Any]", theirs)
            merged[name] = [
                *known,
                *(x for x in cast("list[Any]", value) if x not in known),
            ]
        else:
            merged[name] = value
    return merged
