"""What a figure is held against; a bench that misses a goal ends with 1."""

import sys

__all__ = ["finish", "goal"]

_missed: list[str] = []


def goal(what: str, value: float, limit: float, unit: str = "") -> None:
    """Print whether `value` stays within `limit`."""
    is_reached = value <= limit
    words = "reached" if is_reached else "MISSED"
    print(f"goal: {what} {value:.4g} <= {limit:.4g} {unit}".rstrip() + f": {words}")
    if not is_reached:
        _missed.append(what)


def finish() -> None:
    """The last line of a bench."""
    sys.exit(1 if _missed else 0)
