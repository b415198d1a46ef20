"""How a task or workspace is named on the command line: `name`, `owner/name` or its id."""

from dataclasses import dataclass
from typing import Annotated, Self

import typer

from taskyard.kit.errors import InvalidRequest

__all__ = ["Reference", "TaskArgument", "WorkspaceArgument"]

TaskArgument = Annotated[
    str, typer.Argument(help="Its name, OWNER/NAME or id.", metavar="TASK")
]
WorkspaceArgument = Annotated[
    str, typer.Argument(help="Its name, OWNER/NAME or id.", metavar="WORKSPACE")
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
