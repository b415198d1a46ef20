"""The search language of the list of users: `search:ada role:owner status:active`."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, or_, true

from taskyard.kit.errors import Validation
from taskyard.kit.search import InvalidSearch, parse
from taskyard.server.db.tables import UserRow

__all__ = ["conditions"]

_MESSAGE: Final = "Invalid user search query."
_STATUSES: Final = frozenset({"active", "dormant", "suspended"})


def conditions(query: str) -> list[ColumnElement[bool]]:
    """What the rows must fulfil. Raises InvalidSearch, naming the term."""
    terms = parse(query, keys=_KEYS, bare="search", message=_MESSAGE)
    return [_KEYS[key](value) for key, value in terms.items()]


def _search(value: str) -> ColumnElement[bool]:
    wanted = f"%{_literally(value)}%"
    columns = (UserRow.username, UserRow.email, UserRow.name)
    return or_(*(column.ilike(wanted, escape="\\") for column in columns))


def _name(value: str) -> ColumnElement[bool]:
    return UserRow.name.ilike(f"%{_literally(value)}%", escape="\\")


def _status(value: str) -> ColumnElement[bool]:
    wanted = value.split(",")
    if unknown := set(wanted) - _STATUSES:
        raise _bad("status", f"{', '.join(unknown)}: not active, dormant or suspended.")
    return UserRow.status.in_(wanted)


def _role(value: str) -> ColumnElement[bool]:
    wanted = value.split(",")
    if "member" in wanted:  # everybody is
        return true()
    return or_(*(UserRow.roles.contains([role]) for role in wanted))


def _github(value: str) -> ColumnElement[bool]:
    if not value.isdecimal() or int(value) >= 2**31:
        raise _bad("github_com_user_id", "It is a whole number.")
    return UserRow.github_com_user_id == int(value)


def _login_type(value: str) -> ColumnElement[bool]:
    return UserRow.login_type.in_(value.split(","))


def _time(key: str, value: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value.upper())
    except ValueError:
        raise _bad(key, "It is a time such as 2026-01-31T12:00:00Z.") from None
    if moment.tzinfo is None:
        raise _bad(key, "It needs a time zone, such as the Z of 2026-01-31T12:00:00Z.")
    return moment


def _literally(value: str) -> str:
    """Without the meaning that LIKE gives to some characters."""
    return value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _bad(field: str, detail: str) -> InvalidSearch:
    return InvalidSearch(_MESSAGE, validations=[Validation(field, detail)])


_KEYS: Final[Mapping[str, Callable[[str], ColumnElement[bool]]]] = {
    "search": _search,
    "name": _name,
    "status": _status,
    "role": _role,
    "github_com_user_id": _github,
    "login_type": _login_type,
    "last_seen_before": lambda v: UserRow.last_seen_at < _time("last_seen_before", v),
    "last_seen_after": lambda v: UserRow.last_seen_at > _time("last_seen_after", v),
    "created_before": lambda v: UserRow.created_at < _time("created_before", v),
    "created_after": lambda v: UserRow.created_at > _time("created_after", v),
}
