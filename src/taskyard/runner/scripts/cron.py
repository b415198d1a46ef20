"""Cron expressions of six fields, seconds first."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Self, final

__all__ = ["Cron", "InvalidCron"]

_NAMES: Final = {
    **{n: i for i, n in enumerate(("sun", "mon", "tue", "wed", "thu", "fri", "sat"))},
    **{
        name: number
        for number, name in enumerate(
            (
                "jan",
                "feb",
                "mar",
                "apr",
                "may",
                "jun",
                "jul",
                "aug",
                "sep",
                "oct",
                "nov",
                "dec",
            ),
            start=1,
        )
    },
}
#: second, minute, hour, day of month, month, day of week (0 and 7 are Sunday)
_RANGES: Final = ((0, 59), (0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_SHORTHANDS: Final = {
    "@yearly": "0 0 0 1 1 *",
    "@annually": "0 0 0 1 1 *",
    "@monthly": "0 0 0 1 * *",
    "@weekly": "0 0 0 * * 0",
    "@daily": "0 0 0 * * *",
    "@midnight": "0 0 0 * * *",
    "@hourly": "0 0 * * * *",
}
#: 29 February on a given weekday comes back within 28 years, not much later.
_HORIZON_DAYS: Final = 366 * 29


class InvalidCron(ValueError):
    """The text is no cron expression; the message says what is wrong with it."""


@final
@dataclass(frozen=True, slots=True)
class Cron:
    """When a script is to run."""

    seconds: frozenset[int]
    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    any_day: bool
    any_weekday: bool

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read six fields (or five, then at second 0), or `@daily` and its like."""
        fields = _SHORTHANDS.get(text.strip().lower(), text).split()
        if len(fields) == len(_RANGES) - 1:
            fields = ["0", *fields]
        if len(fields) != len(_RANGES):
            raise InvalidCron(f"{text!r} has {len(fields)} fields; six are needed")
        sets = [
            _field(f, low, high) for f, (low, high) in zip(fields, _RANGES, strict=True)
        ]
        weekdays = frozenset(day % 7 for day in sets[5])
        return cls(
            *sets[:5],
            weekdays=weekdays,
            any_day=fields[3] in ("*", "?"),
            any_weekday=fields[5] in ("*", "?"),
        )

    def next_after(self, moment: datetime) -> datetime | None:
        """The first second after `moment` that matches; None when none ever does."""
        at = moment.replace(microsecond=0) + timedelta(seconds=1)
        limit = at + timedelta(days=_HORIZON_DAYS)
        while at < limit:
            for fits, skip in _STEPS:
                if not fits(self, at):
                    at = skip(at)
                    break
            else:
                return at
        return None

    def fits_day(self, at: datetime) -> bool:
        """Day of month and weekday: either is enough when both are given."""
        by_day = at.day in self.days
        by_weekday = at.isoweekday() % 7 in self.weekdays
        if self.any_day or self.any_weekday:
            return by_day and by_weekday
        return by_day or by_weekday


_Step = tuple[Callable[[Cron, datetime], bool], Callable[[datetime], datetime]]
#: What must fit, coarsest first, and where to go on when it does not.
_STEPS: Final[tuple[_Step, ...]] = (
    (
        lambda cron, at: at.month in cron.months,
        lambda at: _midnight(at.replace(day=1) + timedelta(days=32)).replace(day=1),
    ),
    (Cron.fits_day, lambda at: _midnight(at + timedelta(days=1))),
    (
        lambda cron, at: at.hour in cron.hours,
        lambda at: at.replace(minute=0, second=0) + timedelta(hours=1),
    ),
    (
        lambda cron, at: at.minute in cron.minutes,
        lambda at: at.replace(second=0) + timedelta(minutes=1),
    ),
    (lambda cron, at: at.second in cron.seconds, lambda at: at + timedelta(seconds=1)),
)


def _midnight(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0)


def _field(text: str, low: int, high: int) -> frozenset[int]:
    values: set[int] = set()
    for part in text.lower().split(","):
        span, _, step_text = part.partition("/")
        step = _number(step_text) if step_text else 1
        if step < 1:
            raise InvalidCron(f"step of {part!r} must be at least 1")
        first, last = _span(span, low, high, open_ended=bool(step_text))
        values.update(range(first, last + 1, step))
    return frozenset(values)


def _span(text: str, low: int, high: int, *, open_ended: bool) -> tuple[int, int]:
    if text in ("*", "?"):
        return low, high
    first_text, dash, last_text = text.partition("-")
    first = _number(first_text)
    last = _number(last_text) if dash else (high if open_ended else first)
    if not low <= first <= last <= high:
        raise InvalidCron(f"{text!r} is not within {low}-{high}")
    return first, last


def _number(text: str) -> int:
    if text in _NAMES:
        return _NAMES[text]
    if not text.isascii() or not text.isdigit():
        raise InvalidCron(f"{text!r} is not a number")
    return int(text)
