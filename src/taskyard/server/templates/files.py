"""Uploaded archives: normalised, then stored once per owner and content."""

import asyncio
import hashlib
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import or_, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.kit.clock import Clock
from taskyard.kit.errors import InvalidRequest
from taskyard.server.db.tables import FileRow
from taskyard.server.identity.actor import Actor
from taskyard.server.templates.archives.entries import Limits
from taskyard.server.templates.archives.normalise import normalise
from taskyard.server.templates.errors import FileNotFound
from taskyard.server.templates.store import TemplateStore

__all__ = ["FileService", "Upload", "UploadTypeUnknown", "check_type", "read_upload"]

_TYPES: Final = frozenset(
    {
        "",
        "application/gzip",
        "application/octet-stream",
        "application/tar+gzip",
        "application/x-gtar",
        "application/x-gzip",
        "application/x-tar",
        "application/x-tar+gzip",
        "application/x-tgz",
        "application/x-zip-compressed",
        "application/zip",
    }
)
_STORED_TYPE: Final = "application/x-tar"


class UploadTypeUnknown(InvalidRequest):
    """The content type of the upload is not that of an archive."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A plain tar that is safe to unpack."""

    data: bytes
    sha256: str


def check_type(content_type: str) -> None:
    """What it is, is seen in its first bytes; a type that is no archive is a mistake."""
    name = content_type.partition(";")[0].strip().lower()
    if name not in _TYPES:
        raise UploadTypeUnknown(
            f"An upload of type {name!r} is not supported.",
            detail=(
                "Send the archive itself as the body, with Content-Type "
                "application/x-tar, application/gzip or application/zip."
            ),
        )


async def read_upload(body: bytes, limits: Limits) -> Upload:
    """Normalise in a thread, with no session open. Raises as `archives.normalise`."""
    return await asyncio.to_thread(_read, body, limits)


def _read(body: bytes, limits: Limits) -> Upload:
    data = normalise(body, limits)
    return Upload(data, hashlib.sha256(data).hexdigest())


class FileService:
    def __init__(self, *, session: AsyncSession, clock: Clock) -> None:
        self._session = session
        self._store = TemplateStore(session)
        self._clock = clock

    async def add(self, actor: Actor, upload: Upload) -> tuple[UUID, bool]:
        """The file's id, and whether it is new: equal content is stored once."""
        added = await self._session.scalar(
            insert(FileRow)
            .values(
                id=uuid4(),
                owner_id=actor.user_id,
                sha256=upload.sha256,
                mimetype=_STORED_TYPE,
                size=len(upload.data),
                data=upload.data,
                created_at=self._clock.now(),
            )
            .on_conflict_do_nothing(index_elements=["owner_id", "sha256"])
            .returning(FileRow.id)
        )
        if added is not None:
            return added, True

        known = await self._store.file(
            FileRow.owner_id == actor.user_id, FileRow.sha256 == upload.sha256
        )
        if known is None:  # pruned between the two statements
            raise FileNotFound
        return known.id, False

    async def data(self, actor: Actor, id_: UUID) -> bytes:
        """The archive, for its owner and who manages templates or reads everything."""
        anybody = actor.manages_templates or actor.reads_everything
        mine = true() if anybody else or_(FileRow.owner_id == actor.user_id)
        row = await self._store.file(FileRow.id == id_, mine)
        data = await self._store.file_data(row.id) if row else None
        if data is None:
            raise FileNotFound
        return data
