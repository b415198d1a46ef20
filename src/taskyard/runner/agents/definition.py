"""What is written down about an agent, and what a workspace makes of it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from taskyard.runner.agents.driver import McpServer, PermissionPolicy

__all__ = ["AgentDefinition", "Json", "Place", "Setting", "complete"]

Json = dict[str, Any]
_REFERENCE: Final = re.compile(r"\{(\w+)(?::([^}]*))?\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an agent is about to start, for what is written into its files."""

    directory: Path
    environment: Mapping[str, str]
    model: str = ""  # empty = the agent's own default
    policy: PermissionPolicy = "ask"
    mcp_servers: tuple[McpServer, ...] = ()
    system_prompt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A file in the home.

    An object is JSON that the file must hold besides what is there already. Text is the
    whole file; it begins with `TEXT_MARK` (see `preparation`), and a file that does not
    is the user's and stays. None = nothing to write here.
    """

    path: str  # relative to the home
    content: Callable[[Place], Json | str | None]
    #: JSON only: what the file says already goes before what we say.
    yields: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentDefinition:
    """An agent that speaks ACP. `{NAME}` in a value is the environment's NAME.

    `MODEL` is the model that was asked for. `{NAME:x}` is x where NAME is unset; a value
    that names something unset without that is left out. What the workspace sets itself
    goes before what stands here.
    """

    name: str
    #: First word of the ACP command: looked up below the agents' folder, then on PATH.
    acp_command: tuple[str, ...] = ()
    #: Added to the command when a model is asked for, with `{MODEL}`.
    model_arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    modes: Mapping[str, str] = field(
        default_factory=dict[str, str]
    )  # policy -> mode id
    settings: tuple[Setting, ...] = ()
    #: Done to the home before every start.
    repair: Callable[[Path], None] | None = None
    install_hint: str = ""


def complete(
    definition: AgentDefinition, given: Mapping[str, str], *, model: str
) -> dict[str, str]:
    """`given` with what the definition adds to it; empty values unset a name."""
    known = {name: value for name, value in given.items() if value}
    if model:
        known["MODEL"] = model
    added = {
        name: filled
        for name, value in definition.environment.items()
        if (filled := _filled(value, known)) is not None
    }
    merged = {**added, **given}
    return {name: value for name, value in merged.items() if value}


def _filled(value: str, known: Mapping[str, str]) -> str | None:
    for found in _REFERENCE.finditer(value):
        if found[1] not in known and found[2] is None:
            return None
    return _REFERENCE.sub(lambda found: known.get(found[1], found[2] or ""), value)
