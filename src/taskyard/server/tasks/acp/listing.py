"""Tasks as the sessions that an editor can open, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from taskyard.kit.errors import InvalidRequest, Validation
from taskyard.protocol.acp import META, Json, SessionInfo
from taskyard.protocol.api.tasks import Task

__all__ = ["Listed", "listing"]

_PAGE: Final = 50


class CursorUnknown(InvalidRequest):
    """The cursor is not one that session/list gave."""

    def __init__(self) -> None:
        super().__init__(validations=[Validation("cursor", "begin without one")])


@dataclass(frozen=True, slots=True)
class Listed:
    """A task, and the folder that its agent works in, as its template says."""

    task: Task
    directory: str


def listing(tasks: Sequence[Listed], cursor: str) -> Json:
    """A page of `tasks`, which are newest first; the cursor is where the last one ended.

    An editor's own folder (`cwd` of the request) is no reason to leave a task out: it is
    one of another machine than the workspaces'.
    """
    last = _read(cursor) if cursor else None
    rest = [listed for listed in tasks if last is None or _place(listed) > last]
    page = rest[:_PAGE]
    answer: Json = {"sessions": [_session(listed) for listed in page]}
    if len(rest) > len(page):
        created, id_ = _place(page[-1])
        answer["nextCursor"] = f"{created}/{id_}"
    return answer


def _place(listed: Listed) -> tuple[int, str]:
    """Rises from newest to oldest."""
    created = listed.task.created_at.timestamp()
    return -round(created * 1_000_000), str(listed.task.id)


def _read(cursor: str) -> tuple[int, str]:
    """Raises CursorUnknown."""
    created, slash, id_ = cursor.partition("/")
    try:
        return (int(created), id_) if slash else _unknown()
    except ValueError:
        raise CursorUnknown from None


def _unknown() -> tuple[int, str]:
    raise CursorUnknown


def _session(listed: Listed) -> SessionInfo:
    task, directory = listed.task, listed.directory
    return {
        "sessionId": str(task.id),
        # Absolute, says the protocol; where ~ is, only the workspace knows.
        "cwd": directory if directory.startswith("/") else "/",
        "title": task.display_name or task.name,
        "updatedAt": task.updated_at.isoformat(),
        "_meta": {
            META: {
                "name": task.name,
                "owner": task.owner_name,
                "template": task.template_name,
                "status": task.status,
            }
        },
    }
