"""How a task or workspace is named on the command line: `name`, `owner/name` or its id."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Self, TypeVar

import typer

from taskyard.cli.session import run
from taskyard.kit.errors import InvalidRequest, TaskyardError
from taskyard.sdk import Client

__all__ = ["Reference", "TaskArgument", "WorkspaceArgument"]

Found = TypeVar("Found")


def _tasks(incomplete: str) -> list[str]:
    found = _quietly(lambda client: client.tasks.find("owner:me"))
    names = [task.name for task in found.tasks] if found else []
    return [name for name in names if name.startswith(incomplete)]


def _workspaces(incomplete: str) -> list[str]:
    found = _quietly(lambda client: client.workspaces.find("owner:me"))
    names = [each.name for each in found.workspaces] if found else []
    return [name for name in names if name.startswith(incomplete)]


def _quietly(work: Callable[[Client], Awaitable[Found]]) -> Found | None:
    """For the shell's Tab key: an answer within a second, or none."""

    async def in_time(client: Client) -> Found:
        async with asyncio.timeout(1):
            return await work(client)

    try:
        return run(in_time)
    except (TaskyardError, TimeoutError):
        return None


TaskArgument = Annotated[
    str,
    typer.Argument(
        help="Its name, OWNER/NAME or id.", metavar="TASK", autocompletion=_tasks
    ),
]
WorkspaceArgument = Annotated[
    str,
    typer.Argument(
        help="Its name, OWNER/NAME or id.",
        metavar="WORKSPACE",
        autocompletion=_workspaces,
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    user: str
    name: str

    @classmethod
    def parse(cls, text: str) -> Self:
        parts = text.split("/")
        match parts:
            case [name] if name:
                return cls(user="me", name=name)
            case [user, name] if user and name:
                return cls(user=user, name=name)
            case _:
                raise InvalidRequest(
                    f"{text!r} names nothing.", detail="Use NAME, OWNER/NAME or an id."
                )
