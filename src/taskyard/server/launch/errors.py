"""Why a server does not start; the text says what to do."""

from taskyard.kit.errors import TaskyardError

__all__ = ["CannotStart"]


class CannotStart(TaskyardError):
    """The server cannot start."""
