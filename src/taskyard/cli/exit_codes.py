"""What the exit status of `taskyard` means; scripts may rely on it."""

from enum import IntEnum

from taskyard.cli.errors import TaskBroke
from taskyard.kit.errors import (
    Conflict,
    Forbidden,
    InvalidRequest,
    NotFound,
    TaskyardError,
    TooLarge,
    Unauthenticated,
    Unavailable,
    Unreachable,
)

__all__ = ["ExitCode", "for_error"]


class ExitCode(IntEnum):
    OK = 0
    FAILED = 1
    USAGE = 2
    NOT_FOUND = 3
    AUTH = 4
    CONFLICT = 5
    UNREACHABLE = 6
    TASK_FAILED = 7
    INTERRUPTED = 130


_BY_ERROR: dict[type[TaskyardError], ExitCode] = {
    TaskBroke: ExitCode.TASK_FAILED,
    InvalidRequest: ExitCode.USAGE,
    TooLarge: ExitCode.USAGE,
    NotFound: ExitCode.NOT_FOUND,
    Unauthenticated: ExitCode.AUTH,
    Forbidden: ExitCode.AUTH,
    Conflict: ExitCode.CONFLICT,
    Unavailable: ExitCode.UNREACHABLE,
    Unreachable: ExitCode.UNREACHABLE,
}


def for_error(error: TaskyardError) -> ExitCode:
    for kind, code in _BY_ERROR.items():
        if isinstance(error, kind):
            return code

    return ExitCode.FAILED
