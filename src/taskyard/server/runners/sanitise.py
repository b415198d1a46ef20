"""Make what a workspace sends fit to be stored: it is hostile until shown otherwise.

PostgreSQL refuses NUL in text, UTF-8 knows no lone surrogates, JSON knows no NaN, and a
nesting of a million levels ends the process that walks it.
"""

import math
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias, cast

__all__ = ["clean_json", "clean_text", "one_line", "read_time"]

MAX_DEPTH: Final = 48
#: JSONB keeps numbers exactly; nobody needs one of thousands of digits.
_MAX_INTEGER: Final = 2**63
_EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
_CLOCK_AHEAD: Final = timedelta(days=1)

Json: TypeAlias = Any


def clean_text(text: str) -> str:
    """`text` without NUL and lone surrogates (each becomes U+FFFD)."""
    if text.isascii() and "\0" not in text:
        return text
    valid = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    return valid.replace("\0", "\ufffd")


def one_line(text: str, limit: int) -> str:
    """Printable characters on one line, at most `limit`, cut with an ellipsis."""
    line = " ".join(
        "".join(c if c.isprintable() else " " for c in clean_text(text)).split()
    )
    return line if len(line) <= limit else line[: limit - 1] + "…"


def clean_json(value: Json, *, depth: int = MAX_DEPTH) -> Json:
    """The same value, storable: clean texts, finite numbers, bounded nesting."""
    match value:
        case str():
            return clean_text(value)
        case dict() | list():
            return _clean_items(cast("dict[Any, Json] | list[Json]", value), depth - 1)
        case int() | float() | None:
            return _clean_number(value)
        case _:
            return clean_text(str(value))


def _clean_items(items: dict[Any, Json] | list[Json], depth: int) -> Json:
    if depth < 0:
        return "… (nested too deeply)"
    if isinstance(items, list):
        return [clean_json(item, depth=depth) for item in items]
    return {
        clean_text(str(key)): clean_json(item, depth=depth)
        for key, item in items.items()
    }


def _clean_number(number: float | None) -> Json:
    """As it is (None and booleans too), or in words where JSONB cannot have it."""
    if number is None or isinstance(number, bool):
        return number
    if isinstance(number, int):
        return number if abs(number) < _MAX_INTEGER else str(number)[:64]
    return number if math.isfinite(number) else str(number)


def read_time(text: str, *, now: datetime) -> datetime:
    """An RFC 3339 time of the workspace's clock; `now` where it makes no sense."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return now

    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return at if _EARLIEST <= at <= now + _CLOCK_AHEAD else now
