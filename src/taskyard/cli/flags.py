"""The flags before the command, for whichever command needs a server."""

from contextvars import ContextVar
from dataclasses import dataclass

__all__ = ["Flags", "current", "remember"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """Empty when not given by flag or environment."""

    url: str = ""
    token: str = ""


_flags: ContextVar[Flags] = ContextVar("_flags", default=Flags())  # noqa: B039 - frozen


def remember(flags: Flags) -> None:
    _flags.set(flags)


def current() -> Flags:
    return _flags.get()
