"""What can be wrong with who somebody says they are.

* Unauthenticated
  - BadCredentials      (401)
  - SessionExpired      (401)
* Forbidden
  - ScopeTooNarrow      (403)
  - RoleMissing         (403)
  - CrossSiteRequest    (403)
  - AccountSuspended    (403)
* Conflict
  - UsernameTaken, EmailTaken, AlreadySetUp, LastOwner (409)
* NotFound
  - UserNotFound, OrganizationNotFound, TokenNotFound (404)
* TooManyAttempts (429)
"""

from http import HTTPStatus

from taskyard.kit.errors import (
    Conflict,
    Forbidden,
    NotFound,
    TaskyardError,
    Unauthenticated,
)

__all__ = [
    "AccountSuspended",
    "AlreadySetUp",
    "BadCredentials",
    "CrossSiteRequest",
    "EmailTaken",
    "LastOwner",
    "OrganizationNotFound",
    "RoleMissing",
    "ScopeTooNarrow",
    "SessionExpired",
    "SetupTokenInvalid",
    "TokenNotFound",
    "TooManyAttempts",
    "UserNotFound",
    "UsernameTaken",
]

_NOT_FOUND = "Resource not found or you do not have access to this resource"


class BadCredentials(Unauthenticated):
    """Incorrect email or password."""


class SessionExpired(Unauthenticated):
    """Sign in again: this session or token is no longer valid."""


class SetupTokenInvalid(Unauthenticated):
    """This set-up link is not valid any more."""


class AccountSuspended(Forbidden):
    """This account is suspended. Ask an owner of this server to activate it."""


class ScopeTooNarrow(Forbidden):
    """The scope of this token does not cover the request."""


class RoleMissing(Forbidden):
    """Your role does not allow this."""


class CrossSiteRequest(Forbidden):
    """A page of another site sent this request with your cookie; it was not done."""


class UsernameTaken(Conflict):
    """A user with this username already exists."""


class EmailTaken(Conflict):
    """A user with this email already exists."""


class AlreadySetUp(Conflict):
    """The first user has already been created."""


class LastOwner(Conflict):
    """This is the last active owner: the server would be without one."""


class UserNotFound(NotFound):
    __doc__ = _NOT_FOUND


class OrganizationNotFound(NotFound):
    __doc__ = _NOT_FOUND


class TokenNotFound(NotFound):
    __doc__ = _NOT_FOUND


class TooManyAttempts(TaskyardError):
    """Too many failed logins. Wait some minutes, then try again."""

    status = HTTPStatus.TOO_MANY_REQUESTS
