"""Failures that only the command line knows."""

from taskyard.kit.errors import TaskyardError

__all__ = ["TaskBroke", "TimedOut"]


class TaskBroke(TaskyardError):
    """The task failed."""


class TimedOut(TaskyardError):
    """The task did not get there in time."""
