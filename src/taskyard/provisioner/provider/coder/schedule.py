"""Prebuild schedules `* HOUR DAY MONTH WEEKDAY`: whether two of them ever meet."""

import re
from collections.abc import Sequence
from itertools import combinations
from typing import Final

__all__ = ["overlap"]

_RANGES: Final = ((0, 23), (1, 31), (1, 12), (0, 6))
_MONTHS: Final = "jan feb mar apr may jun jul aug sep oct nov dec"
_DAYS: Final = "sun mon tue wed thu fri sat"


def overlap(crons: Sequence[str]) -> tuple[str, str] | None:
    """The first two that match at the same hour of some day."""
    for one, other in combinations(crons, 2):
        pairs = zip(_fields(one), _fields(other), strict=True)
        if all(left & right for left, right in pairs):
            return one, other
    return None


def _fields(cron: str) -> list[set[int]]:
    words = cron.split()[1:]
    return [
        _matches(word, low, high)
        for word, (low, high) in zip(words, _RANGES, strict=True)
    ]


def _matches(field: str, low: int, high: int) -> set[int]:
    found: set[int] = set()
    for part in field.lower().split(","):
        span, _, step = part.partition("/")
        first, last = _span(span, low, high)
        found.update(range(first, last + 1, int(step) if step.isdigit() else 1))
    return found


def _span(span: str, low: int, high: int) -> tuple[int, int]:
    if span == "*":
        return low, high
    first, dash, last = span.partition("-")
    start = _number(first, low)
    return start, (_number(last, high) if dash else start)


def _number(word: str, default: int) -> int:
    if word.isdigit():
        return int(word)
    for names, start in ((_MONTHS, 1), (_DAYS, 0)):
        if match := re.search(rf"\b{re.escape(word)}\b", names):
            return names[: match.start()].count(" ") + start
    return default
