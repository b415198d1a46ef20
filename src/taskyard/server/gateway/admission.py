"""How much of the server one workspace may hold at a time.

Whole requests are kept in memory until they are answered, and a workspace is hostile: it
may send as many and as large ones as it is let.
"""

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Final
from uuid import UUID

from taskyard.server.gateway.exchange import Refused
from taskyard.server.gateway.keys import Caller

__all__ = [
    "MAX_BODY_BYTES",
    "MAX_BYTES_AT_ONCE",
    "MAX_REQUESTS_AT_ONCE",
    "Admission",
    "Place",
]

#: Twice what the vendor takes in one request.
MAX_BODY_BYTES: Final = 64 * 1024 * 1024
#: An agent with a dozen sub-agents, each late in a long session, needs about 20 MB.
MAX_BYTES_AT_ONCE: Final = 128 * 1024 * 1024
MAX_REQUESTS_AT_ONCE: Final = 64


class Admission:
    """Counts what is under way, by workspace."""

    def __init__(self) -> None:
        self._requests: Counter[UUID] = Counter()
        self._bytes: Counter[UUID] = Counter()

    @contextmanager
    def place(self, caller: Caller) -> "Generator[Place]":
        """A place for one request, until the context is left. Raises `Refused`."""
        workspace = caller.workspace_id
        if self._requests[workspace] >= MAX_REQUESTS_AT_ONCE:
            raise _too_much(f"{MAX_REQUESTS_AT_ONCE} requests")

        self._requests[workspace] += 1
        place = Place(self._bytes, workspace)
        try:
            yield place
        finally:
            self._bytes[workspace] -= place.size
            self._requests[workspace] -= 1
            if not self._requests[workspace]:
                del self._requests[workspace], self._bytes[workspace]


class Place:
    """What one request holds."""

    def __init__(self, held: Counter[UUID], workspace: UUID) -> None:
        self.size = 0
        self._held = held
        self._workspace = workspace

    def add(self, size: int) -> None:
        """Hold `size` more bytes. Raises `Refused` when that is too much."""
        if self.size + size > MAX_BODY_BYTES:
            raise Refused(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                "request_too_large",
                f"Taskyard's gateway takes requests up to {MAX_BODY_BYTES >> 20} MB.",
            )
        if self._held[self._workspace] + size > MAX_BYTES_AT_ONCE:
            raise _too_much(f"{MAX_BYTES_AT_ONCE >> 20} MB")

        self.size += size
        self._held[self._workspace] += size


def _too_much(what: str) -> Refused:
    return Refused(
        HTTPStatus.TOO_MANY_REQUESTS,
        "rate_limit_error",
        f"Taskyard's gateway answers {what} of one workspace at a time; wait for some.",
        worth_retrying=True,
    )
