"""Coding agents on this host: installed once, shared read-only by its workspaces."""

from pathlib import Path
from typing import Annotated

import typer

from taskyard.cli.lazy import group
from taskyard.cli.output import JsonOption, note, print_json, print_text
from taskyard.kit.errors import TaskyardError
from taskyard.provisioner.agent_install import (
    AgentNotInstallable,
    InstalledAgent,
    install,
    installed,
)
from taskyard.provisioner.agent_packages import PACKAGES
from taskyard.server.config import default_data_dir

__all__ = ["app"]

app = group("Install coding agents on this host.")

DataDirOption = Annotated[
    Path | None,
    typer.Option(help="Where the server keeps its data.", envvar="TASKYARD_DATA_DIR"),
]


class NotInstalled(TaskyardError):
    """The agent could not be installed."""


@app.command("install")
def install_agents(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME", help="Claude Code if left out."),
    ] = None,
    data_dir: DataDirOption = None,
    as_json: JsonOption = False,
) -> None:
    """Install the version of an agent that this Taskyard was tested with."""
    folder = _agents_dir(data_dir)
    done: list[InstalledAgent] = []
    for name in names or ["claude-code"]:
        try:
            agent = install(name, folder, progress=lambda line: note(line, "dim"))
        except AgentNotInstallable as error:
            raise NotInstalled(detail=str(error)) from error
        done.append(agent)
        note(f"{agent.name} {agent.version} is in {agent.path}.", "green")
    if as_json:
        print_json({"agents": [_as_json(agent) for agent in done]})


@app.command("list")
def list_agents(data_dir: DataDirOption = None, as_json: JsonOption = False) -> None:
    """List what is installed, and what can be."""
    found = installed(_agents_dir(data_dir))
    if as_json:
        print_json({"agents": [_as_json(agent) for agent in found]})
        return

    for agent in found:
        mark = " (current)" if agent.is_current else ""
        print_text(f"{agent.name} {agent.version}{mark}")
    there = {agent.name for agent in found}
    for name, package in PACKAGES.items():
        if name not in there:
            print_text(f"{name} {package.version}: not installed", "dim")


def _agents_dir(data_dir: Path | None) -> Path:
    return (data_dir or default_data_dir()) / "agents"


def _as_json(agent: InstalledAgent) -> dict[str, object]:
    return {
        "name": agent.name,
        "version": agent.version,
        "path": str(agent.path),
        "is_current": agent.is_current,
    }
