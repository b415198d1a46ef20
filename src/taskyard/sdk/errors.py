"""What a server's refusal becomes in the client.

Every answer that is not 2xx is raised as a `TaskyardError`: of the class that the status
names (`NotFound`, `Conflict`, ...), carrying the server's own code, message and detail.

* TaskyardError
  - Unavailable
    + ServerUnreachable  (nothing answered, or what answered is not Taskyard)
  - ServerFailed         (500 and everything without a class of its own)
"""

import re
from functools import lru_cache
from http import HTTPStatus

import httpx
from pydantic import ValidationError

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
    Validation,
)
from taskyard.protocol.api.common import ErrorBody

__all__ = ["ServerFailed", "ServerUnreachable", "from_response", "from_validation"]


class ServerUnreachable(Unavailable):
    """The Taskyard server does not answer."""


class ServerFailed(TaskyardError):
    """The server failed to answer this request."""


_BY_STATUS: dict[int, type[TaskyardError]] = {
    kind.status: kind
    for kind in (
        InvalidRequest,
        Unauthenticated,
        Forbidden,
        NotFound,
        Conflict,
        TooLarge,
        Unreachable,
        Unavailable,
    )
}
# Too many attempts: nothing is wrong with the request itself, later it will do.
_BY_STATUS[HTTPStatus.TOO_MANY_REQUESTS] = Unavailable
_CODE = re.compile(r"[a-z]+(?:_[a-z]+)*", re.ASCII)


def from_response(response: httpx.Response) -> TaskyardError:
    """The error for a response whose body was read and whose status is not 2xx."""
    try:
        body = ErrorBody.model_validate_json(response.content)
    except ValidationError:
        return _foreign(response)

    kind = _BY_STATUS.get(response.status_code)
    if kind is None:
        kind = ServerFailed if response.is_server_error else InvalidRequest
    if _CODE.fullmatch(body.code) and len(body.code) <= 64:  # noqa: PLR2004 - a class name
        kind = _named(kind, body.code)
    return kind(
        body.message,
        detail=body.detail,
        validations=[Validation(v.field, v.detail) for v in body.validations],
    )


def from_validation(error: ValidationError) -> InvalidRequest:
    """Of a request that its own model refused: the server never saw it."""
    wrong = [
        Validation(".".join(map(str, each["loc"])), each["msg"])
        for each in error.errors(include_url=False, include_input=False)
    ]
    return InvalidRequest(validations=wrong)


def _foreign(response: httpx.Response) -> TaskyardError:
    reason = f"{response.status_code} {response.reason_phrase}".strip()
    detail = f"{response.request.url} answered {reason} without Taskyard's error body"
    if response.status_code in (HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT):
        return ServerUnreachable(detail=detail)
    kind = _BY_STATUS.get(response.status_code, ServerFailed)
    return kind(detail=detail)


@lru_cache(maxsize=256)
def _named(kind: type[TaskyardError], code: str) -> type[TaskyardError]:
    """A subclass of `kind` whose code is the server's, so that callers can match it."""
    if kind.code == code:
        return kind

    return type("".join(word.title() for word in code.split("_")), (kind,), {})
