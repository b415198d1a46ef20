"""Why a server does not start; the text says what to do."""

__all__ = ["CannotStart"]


class CannotStart(Exception):
    """The server cannot start."""
