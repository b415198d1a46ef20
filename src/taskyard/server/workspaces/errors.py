"""What can be wrong with a request about workspaces.

* InvalidRequest (400)
  - WorkspaceNameInvalid
  - ParametersInvalid
  - PresetUnknown
  - VersionUnusable
* Unauthenticated (401)
  - SupervisorTokenInvalid
* NotFound (404)
  - WorkspaceNotFound, BuildNotFound, AgentNotFound, StateNotFound
* WorkspaceDeleted (410)
* Forbidden (403)
  - NotYours, CancelForbidden
* Conflict (409)
  - WorkspaceNameTaken
  - BuildActive
"""

from collections.abc import Sequence
from http import HTTPStatus

from taskyard.kit.errors import (
    Conflict,
    Forbidden,
    InvalidRequest,
    NotFound,
    TaskyardError,
    Unauthenticated,
    Validation,
)

__all__ = [
    "AgentNotFound",
    "BuildActive",
    "BuildNotFound",
    "CancelForbidden",
    "NotYours",
    "ParametersInvalid",
    "PresetUnknown",
    "StateNotFound",
    "SupervisorTokenInvalid",
    "VersionUnusable",
    "WorkspaceDeleted",
    "WorkspaceNameInvalid",
    "WorkspaceNameTaken",
    "WorkspaceNotFound",
]

_NOT_FOUND = "Resource not found or you do not have access to this resource"


class WorkspaceNotFound(NotFound):
    __doc__ = _NOT_FOUND


class WorkspaceDeleted(TaskyardError):
    """Workspace was deleted; with include_deleted=true it can still be looked at."""

    status = HTTPStatus.GONE


class BuildNotFound(NotFound):
    __doc__ = _NOT_FOUND


class AgentNotFound(NotFound):
    __doc__ = _NOT_FOUND


class StateNotFound(NotFound):
    """This build has no Terraform state."""


class NotYours(Forbidden):
    """Only its owner, and people with the role owner, can change this workspace."""


class CancelForbidden(Forbidden):
    """The template does not let users cancel the builds of its workspaces."""


class SupervisorTokenInvalid(Unauthenticated):
    """This is not the token of a running sandbox."""


class WorkspaceNameInvalid(InvalidRequest):
    """The name is not valid."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"The name of a workspace {reason}.",
            validations=[Validation("name", reason)],
        )


class ParametersInvalid(InvalidRequest):
    """Some parameters of the template are missing or not valid."""

    def __init__(self, errors: Sequence[Validation]) -> None:
        super().__init__(
            detail=" ".join(f"{error.field}: {error.detail}" for error in errors),
            validations=errors,
        )


class PresetUnknown(InvalidRequest):
    """The template version has no preset with this id."""


class VersionUnusable(InvalidRequest):
    __doc__ = "Template version not found or you do not have access to this resource"


class WorkspaceNameTaken(Conflict):
    """The name is already in use."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"A workspace with the name {name!r} already exists.",
            validations=[
                Validation("name", "This value is already in use and should be unique.")
            ],
        )


class BuildActive(Conflict):
    """A workspace build is already active."""
