"""The language of the task list's search: `owner:me status:"active"`."""

from dataclasses import dataclass, field
from typing import Final, get_args

from taskyard.kit.errors import Validation
from taskyard.protocol.api.tasks import TaskStatus
from taskyard.server.tasks.errors import InvalidQuery

__all__ = ["TaskQuery", "parse"]

_KEYS: Final = ("owner", "organization", "status")
_PAIR: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskQuery:
    """Words as they were typed, in lower case; empty = everything."""

    owner: str = ""  # a username, an id, or "me"
    organization: str = ""  # a name, an id, or "default"
    status: TaskStatus | None = None


@dataclass(slots=True)
class _Found:
    values: dict[str, str] = field(default_factory=dict[str, str])
    problems: list[Validation] = field(default_factory=list[Validation])


def parse(query: str) -> TaskQuery:
    """Read a query; raises `InvalidQuery` that names every problem.

    Terms are separated by spaces, and quotes keep one together. One comma after a term
    is dropped: some clients join with ", ". A bare term names an owner.
    """
    found = _Found()
    for term in _split(query.lower(), " "):
        _read(term.removesuffix(","), found)

    status = _status(found)
    if found.problems:
        raise InvalidQuery(validations=found.problems)

    return TaskQuery(
        owner=found.values.get("owner", ""),
        organization=found.values.get("organization", ""),
        status=status,
    )


def _read(term: str, found: _Found) -> None:
    if not term:
        return
    if term.startswith(":") or term.endswith(":"):
        _complain(found, "q", f"Query element {term!r} cannot start or end with ':'")
        return

    parts = _split(term, ":")
    if len(parts) > _PAIR:
        _complain(found, "q", f"Query element {term!r} can only contain 1 ':'")
        return

    key, value = ("owner", parts[0]) if len(parts) == 1 else (parts[0], parts[1])
    value = value.removesuffix(",").strip('"')
    if key not in _KEYS:
        _complain(found, key, f"{key!r} is not a valid query param")
    elif key in found.values:
        _complain(found, key, f"Query param {key!r} provided more than once")
    else:
        found.values[key] = value


def _status(found: _Found) -> TaskStatus | None:
    word = found.values.get("status", "")
    if not word:
        return None
    for status in get_args(TaskStatus):
        if word == status:
            return status

    known = ", ".join(get_args(TaskStatus))
    _complain(found, "status", f"{word!r} is not a valid status; one of: {known}")
    return None


def _complain(found: _Found, name: str, detail: str) -> None:
    found.problems.append(Validation(name, detail))


def _split(text: str, separator: str) -> list[str]:
    """Parts of `text` between separators that are not inside double quotes; none empty."""
    parts, part, quoted = list[str](), "", False
    for character in text:
        if character == '"':
            quoted = not quoted
        if character == separator and not quoted:
            parts.append(part)
            part = ""
        else:
            part += character
    parts.append(part)
    return [p for p in parts if p]
