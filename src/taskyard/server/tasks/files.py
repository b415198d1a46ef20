"""Fetch a file that a task's tools changed, as it is in the workspace now."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from posixpath import basename
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.kit.errors import Conflict, NotFound, TooLarge, Unreachable
from taskyard.kit.mux.mux import StreamReset
from taskyard.server.db.engine import Sessions
from taskyard.server.identity.actor import Actor
from taskyard.server.runners.link import LinkRegistry, NotConnected
from taskyard.server.runners.sanitise import one_line
from taskyard.server.tasks.artifacts import ArtifactService
from taskyard.server.tasks.errors import NoRunningAgent
from taskyard.server.tasks.service import TaskService

__all__ = ["PresentFile", "TaskFiles"]

#: The runner's own limit; a workspace that sends more is not believed.
_MAX_BYTES: Final = 16 * 1024 * 1024
_CHUNK: Final = 64 * 1024
_OPEN_SECONDS: Final = 15.0
_SILENCE_SECONDS: Final = 30.0
_MAX_SENTENCE: Final = 500


class FileGone(NotFound):
    """The file is not in the workspace any more."""


class FileRefused(Conflict):
    """The workspace does not hand this file out."""


class FileTooLarge(TooLarge):
    """The file is too large to be fetched."""


class FileNotReachable(Unreachable):
    """The file cannot be fetched from the workspace."""


@dataclass(frozen=True, slots=True)
class PresentFile:
    name: str
    chunks: AsyncGenerator[bytes]


class TaskFiles:
    """One for the process: bytes are passed on without a transaction."""

    def __init__(
        self,
        *,
        sessions: Sessions,
        services: Callable[[AsyncSession], TaskService],
        links: LinkRegistry,
    ) -> None:
        self._sessions = sessions
        self._services = services
        self._links = links

    async def open(
        self, actor: Actor, user: str, task: str, artifact: UUID
    ) -> PresentFile:
        """Raises NotTheOwner, NoRunningAgent, NotConnected, FileGone, FileRefused, FileTooLarge."""
        async with self._sessions.begin() as session:
            service = self._services(session)
            record = await service.find(actor, user, task)
            # As with the terminal: who may read a transcript may not walk a workspace.
            service.check_may_change(actor, record)
            place = await ArtifactService(session, record.id).place(artifact)
            if record.agent is None:
                raise NoRunningAgent
            agent_row_id = record.agent.id
        link = self._links.get(agent_row_id)
        if link is None:
            raise NotConnected(
                detail="Resume the task to fetch files of its workspace."
            )
        reader = asyncio.StreamReader(limit=2 * _CHUNK)
        target = {
            "service": "file",
            "session_id": str(place.session_id),
            "path": place.path,
        }
        try:
            async with asyncio.timeout(_OPEN_SECONDS):
                transport, _ = await link.open(
                    target, lambda: asyncio.StreamReaderProtocol(reader), wait=True
                )
        except (StreamReset, TimeoutError) as refused:
            raise _refusal(str(refused)) from refused
        chunks = _chunks(reader, transport)
        await anext(chunks)
        return PresentFile(basename(place.path), chunks)


async def _chunks(
    reader: asyncio.StreamReader, transport: asyncio.Transport
) -> AsyncGenerator[bytes]:
    """Ends early, without a word, when the link is lost: the length was never told.

    The first is empty: a generator that has begun gives the stream back, whoever drops it;
    a client that goes before the answer begins leaves one that has not.
    """
    left = _MAX_BYTES
    try:
        yield b""
        while left:
            async with asyncio.timeout(_SILENCE_SECONDS):
                chunk = await reader.read(min(_CHUNK, left))
            if not chunk:
                return
            left -= len(chunk)
            yield chunk
    finally:
        transport.abort()


def _refusal(reason: str) -> Exception:
    reason = one_line(reason, _MAX_SENTENCE)
    code, _, detail = reason.partition(": ")
    match code:
        case "not_found":
            return FileGone(detail=detail)
        case "refused":
            return FileRefused(detail=detail)
        case "too_large":
            return FileTooLarge(detail=detail)
        case _:
            return FileNotReachable(detail=reason)
