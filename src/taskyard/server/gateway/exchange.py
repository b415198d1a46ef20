"""A request on its way through the gateway, and what it stands for at the other end."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from http import HTTPStatus
from typing import ClassVar, Literal, Protocol

__all__ = ["Broken", "ErrorKind", "Header", "Outgoing", "Refused", "Reply", "Upstream"]

Header = tuple[bytes, bytes]

#: Anthropic's words; other vendors' shapes have a place for them too.
ErrorKind = Literal[
    "invalid_request_error",
    "authentication_error",
    "permission_error",
    "not_found_error",
    "request_too_large",
    "rate_limit_error",
    "api_error",
    "overloaded_error",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A checked request: its credentials have been taken off."""

    method: str
    path: str  # below the vendor's base URL, as it was sent: "v1/messages"
    query: str  # without "?"
    headers: Sequence[Header]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    status: int
    headers: Sequence[Header]
    chunks: AsyncIterator[bytes]


class Upstream(Protocol):
    """Where answers come from: a vendor, or the demo model."""

    #: What answers, whatever its answers say; "" where they know best.
    model: ClassVar[str]

    def open(self, request: Outgoing) -> AbstractAsyncContextManager[Reply]:
        """Send the request; the reply is good inside the context.

        Leaving the context before the chunks have ended aborts the request, so that a
        vendor stops generating. Raises `Refused` when there is no answer to pass on; the
        chunks raise `Broken` when it ends too early.
        """
        ...


class Refused(Exception):
    """The gateway itself answers, in the vendor's shape, with a sentence for the user."""

    def __init__(
        self,
        status: HTTPStatus,
        kind: ErrorKind,
        message: str,
        *,
        worth_retrying: bool = False,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.kind: ErrorKind = kind
        self.message = message
        self.worth_retrying = worth_retrying


class Broken(Exception):
    """The other end broke off in the middle of its answer."""
