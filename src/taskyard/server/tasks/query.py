"""What the task list's search can ask for: `owner:me organization:default status:active`."""

from dataclasses import dataclass
from typing import Final, get_args

from taskyard.kit import search
from taskyard.kit.errors import Validation
from taskyard.protocol.api.tasks import TaskStatus
from taskyard.server.tasks.errors import InvalidQuery

__all__ = ["TaskQuery", "parse"]

_KEYS: Final = ("owner", "organization", "status")
_MESSAGE: Final = "Invalid task search query."


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskQuery:
    """Words as they were typed, in lower case; empty = everything."""

    owner: str = ""  # a username, an id, or "me"
    organization: str = ""  # a name, an id, or "default"
    status: TaskStatus | None = None


def parse(query: str) -> TaskQuery:
    """A bare term names an owner. Raises `InvalidSearch`, `InvalidQuery`."""
    terms = search.parse(query, keys=_KEYS, bare="owner", message=_MESSAGE)
    return TaskQuery(
        owner=terms.get("owner", ""),
        organization=terms.get("organization", ""),
        status=_status(terms.get("status", "")),
    )


def _status(word: str) -> TaskStatus | None:
    if not word:
        return None
    for status in get_args(TaskStatus):
        if word == status:
            return status

    known = ", ".join(get_args(TaskStatus))
    raise InvalidQuery(
        validations=[Validation("status", f"{word!r} is not one of {known}")]
    )
