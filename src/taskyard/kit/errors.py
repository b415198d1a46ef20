"""Errors that a caller is meant to see.

* TaskyardError
  - InvalidRequest  (400)
  - Unauthenticated (401)
  - Forbidden       (403)
  - NotFound        (404)
  - Conflict        (409)
  - TooLarge        (413)
  - Unreachable     (502)
  - Unavailable     (503)

The class name, in snake case, is the stable code; the docstring is the default
message; `detail` is for the person who has to act on it; `validations` names the
fields of the request that are wrong. Clients match on `code` and status only.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import ClassVar

__all__ = [
    "Conflict",
    "Forbidden",
    "InvalidRequest",
    "NotFound",
    "TaskyardError",
    "TooLarge",
    "Unauthenticated",
    "Unavailable",
    "Unreachable",
    "Validation",
]


@dataclass(frozen=True, slots=True)
class Validation:
    """What is wrong with one field of a request."""

    field: str
    detail: str


class TaskyardError(Exception):
    """Something went wrong."""

    status: ClassVar[HTTPStatus] = HTTPStatus.INTERNAL_SERVER_ERROR
    code: ClassVar[str] = "taskyard_error"

    def __init_subclass__(cls) -> None:
        cls.code = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def __init__(
        self,
        message: str = "",
        *,
        detail: str = "",
        validations: Sequence[Validation] = (),
    ) -> None:
        self.message = message or (self.__doc__ or "").strip().splitlines()[0]
        self.detail = detail
        self.validations = tuple(validations)
        super().__init__(self.message)


class InvalidRequest(TaskyardError):
    """The request cannot be carried out as written."""

    status = HTTPStatus.BAD_REQUEST


class Unauthenticated(TaskyardError):
    """Sign in: the request carries no valid session or token."""

    status = HTTPStatus.UNAUTHORIZED


class Forbidden(TaskyardError):
    """You are not allowed to do this."""

    status = HTTPStatus.FORBIDDEN


class NotFound(TaskyardError):
    """Resource not found or you do not have access to this resource."""

    status = HTTPStatus.NOT_FOUND


class Conflict(TaskyardError):
    """The resource is not in a state that allows this."""

    status = HTTPStatus.CONFLICT


class TooLarge(TaskyardError):
    """The request is larger than this server accepts."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class Unreachable(TaskyardError):
    """The workspace did not answer."""

    status = HTTPStatus.BAD_GATEWAY


class Unavailable(TaskyardError):
    """The server cannot do this at the moment; try again."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
