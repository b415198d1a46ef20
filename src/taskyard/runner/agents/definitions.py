"""Find agents: what is known of each is in `catalogue`, `files` and `preparation`.

A definition is data. An agent that speaks ACP needs nothing else; whoever has one of
their own starts it by command (`session start --agent NAME -- COMMAND …`).
"""

import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

from taskyard.runner.agents.catalogue import DEFINITIONS
from taskyard.runner.agents.definition import AgentDefinition
from taskyard.runner.agents.driver import AgentFailed
from taskyard.runner.agents.tui.profiles import PROFILES, profile_of

__all__ = ["DEFINITIONS", "find", "unknown"]

AGENTS_DIRECTORY: Final = "/opt/taskyard/agents"


def unknown(name: str) -> AgentDefinition:
    """A definition for an agent that is only a command."""
    return AgentDefinition(name=name)


def find(
    definition: AgentDefinition,
    kind: Literal["acp", "tui"],
    environment: Mapping[str, str],
    *,
    model: str = "",
) -> tuple[str, ...]:
    """The command of the agent, its program as an absolute path. Raises `AgentFailed`.

    `model` goes into it where an agent that speaks ACP takes one on its command line.
    """
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
    if kind == "acp" and model:
        command += tuple(
            w.replace("{MODEL}", model) for w in definition.model_arguments
        )
    return (program, *command[1:])


def _installed(folder: Path, program: str) -> str | None:
    """The program of the newest installed version."""
    try:
        versions = sorted(
            (p for p in folder.iterdir() if p.is_dir()), key=_version, reverse=True
        )
    except OSError:
        return None
    for version in versions:
        places = [version / place for place in ("node_modules/.bin", "bin", ".")]
        # The adapter for Claude carries the program itself, without a link in .bin.
        places += version.glob("node_modules/@anthropic-ai/claude-agent-sdk-*")
        for place in places:
            path = place / program
            if os.access(path, os.X_OK) and path.is_file():
                return str(path)
    return None


def _version(path: Path) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", path.name))
