"""What figures are held against; a bench that misses a goal ends with 1."""

import sys

__all__ = ["finish", "goal"]

_missed: list[str] = []


def goal(
    what: str, value: float, limit: float, unit: str = "", *, at_least: bool = False
) -> None:
    """Print whether `value` stays within `limit`, or with `at_least` comes up to it."""
    is_reached = value >= limit if at_least else value <= limit
    words = "reached" if is_reached else "MISSED"
    sign = ">=" if at_least else "<="
    print(f"goal: {what} {value:.4g} {sign} {limit:.4g} {unit}".rstrip() + f": {words}")
    if not is_reached:
        _missed.append(what)


def finish() -> None:
    """The last line of a bench."""
    sys.exit(1 if _missed else 0)
