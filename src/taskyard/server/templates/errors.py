"""What can be wrong with a request about templates.

* InvalidRequest (400)
  - ArchiveRefused        (of `templates.archives`)
  - NameInvalid
  - FileUnknown
  - TemplateInUse
  - VersionNotPromotable
  - VersionInUse
* NotFound (404)
  - FileNotFound, TemplateNotFound, VersionNotFound
* Conflict (409)
  - NameTaken
* VersionNotReady (412)
* TooLarge (413)
  - ArchiveTooLarge       (of `templates.archives`)
"""

from http import HTTPStatus

from taskyard.kit.errors import (
    Conflict,
    InvalidRequest,
    NotFound,
    TaskyardError,
    Validation,
)

__all__ = [
    "FileNotFound",
    "FileUnknown",
    "NameInvalid",
    "NameTaken",
    "TemplateInUse",
    "TemplateNotFound",
    "VersionInUse",
    "VersionNotFound",
    "VersionNotPromotable",
    "VersionNotReady",
]

_NOT_FOUND = "Resource not found or you do not have access to this resource"


class FileNotFound(NotFound):
    __doc__ = _NOT_FOUND


class TemplateNotFound(NotFound):
    __doc__ = _NOT_FOUND


class VersionNotFound(NotFound):
    __doc__ = _NOT_FOUND


class FileUnknown(InvalidRequest):
    """There is no uploaded archive with this id."""


class NameInvalid(InvalidRequest):
    """The name is not valid."""

    def __init__(self, what: str, reason: str) -> None:
        super().__init__(
            f"The name of a {what} {reason}.",
            validations=[Validation("name", reason)],
        )


class NameTaken(Conflict):
    """The name is already in use."""

    def __init__(self, what: str, name: str) -> None:
        super().__init__(
            f"A {what} with the name {name!r} already exists.",
            validations=[
                Validation("name", "This value is already in use and should be unique.")
            ],
        )


class TemplateInUse(InvalidRequest):
    """All workspaces must be deleted before a template can be removed."""


class VersionInUse(InvalidRequest):
    """The active version of a template cannot be archived."""


class VersionNotPromotable(InvalidRequest):
    """This version cannot be the active one of the template."""


class VersionNotReady(TaskyardError):
    """The template version has not been imported yet."""

    status = HTTPStatus.PRECONDITION_FAILED
