"""Durations as people write them: `90s`, `30m`, `12h`, `30d`, `1h30m`."""

import re
from datetime import timedelta

from taskyard.kit.errors import InvalidRequest

__all__ = ["parse_duration"]

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_PART = re.compile(r"(\d+(?:\.\d+)?)([smhd])", re.ASCII)


def parse_duration(text: str) -> timedelta:
    """A bare number counts seconds."""
    if re.fullmatch(r"\d+(?:\.\d+)?", text, re.ASCII):
        text += "s"
    parts = _PART.findall(text)
    if not parts or "".join(a + b for a, b in parts) != text:
        raise InvalidRequest(
            f"{text!r} is not a duration.", detail="Use one such as 90s, 30m or 12h."
        )
    return sum(
        (timedelta(**{_UNITS[unit]: float(amount)}) for amount, unit in parts),
        timedelta(),
    )
