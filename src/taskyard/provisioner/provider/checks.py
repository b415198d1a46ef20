"""Rules for single values; each says what is allowed, so that the author can fix it."""

import re
import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

__all__ = [
    "at_least",
    "at_most_long",
    "between",
    "duplicates",
    "is_uuid",
    "matching",
    "one_of",
]


def one_of(*allowed: str) -> Callable[[Any], str | None]:
    choices = ", ".join(f'"{choice}"' for choice in allowed)

    def check(value: Any) -> str | None:
        return None if value in allowed else f'Use one of {choices}, not "{value}".'

    return check


def matching(pattern: str, rule: str) -> Callable[[Any], str | None]:
    """`rule` completes "<value> is not allowed: it must ..."."""
    compiled = re.compile(pattern, re.ASCII)

    def check(value: Any) -> str | None:
        if compiled.fullmatch(str(value)):
            return None
        return f'"{value}" is not allowed: it must {rule}.'

    return check


def at_most_long(characters: int) -> Callable[[Any], str | None]:
    def check(value: Any) -> str | None:
        if len(str(value)) <= characters:
            return None
        return (
            f"Too long: {len(str(value))} characters, at most {characters} are allowed."
        )

    return check


def at_least(minimum: int) -> Callable[[Any], str | None]:
    def check(value: Any) -> str | None:
        return None if value >= minimum else f"Must be {minimum} or more, not {value}."

    return check


def between(minimum: int, maximum: int) -> Callable[[Any], str | None]:
    def check(value: Any) -> str | None:
        if minimum <= value <= maximum:
            return None
        return f"Must be from {minimum} to {maximum}, not {value}."

    return check


def is_uuid(value: Any) -> str | None:
    try:
        uuid.UUID(str(value))
    except ValueError:
        return f'"{value}" is not a UUID. Refer to the id of a resource.'
    return None


def duplicates(values: Iterable[Any]) -> list[Any]:
    return [value for value, count in Counter(values).items() if count > 1]
