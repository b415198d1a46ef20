"""Files a person gives to the agent: one multipart field, kept under its content's hash."""

import asyncio
import hashlib
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from taskyard.runner.agentapi.http import Request

__all__ = [
    "BODY_BYTES",
    "MAX_BYTES",
    "NoFile",
    "NotMultipart",
    "TooBig",
    "Uploads",
    "field_file",
]

MAX_BYTES: Final = 10 * 1024 * 1024
#: A form around the largest file.
BODY_BYTES: Final = MAX_BYTES + 1024 * 1024


class NotMultipart(ValueError):
    """The body is not multipart form data."""


class NoFile(ValueError):
    """The form has no such field."""


class TooBig(ValueError):
    """The file is larger than `MAX_BYTES`."""

    def __init__(self) -> None:
        super().__init__("file size exceeds 10MB limit")


@dataclass(frozen=True, slots=True)
class UploadedFile:
    name: str
    content: bytes


class Uploads:
    """A folder of its own under the temporary directory, made at the first upload."""

    def __init__(self) -> None:
        self._folder: Path | None = None

    async def keep(self, file: UploadedFile) -> Path:
        """Store `file`; the same content and name give the same path again.

        Raises `TooBig` or `OSError`.
        """
        if len(file.content) > MAX_BYTES:
            raise TooBig
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="agentapi-uploads-"))
        return await asyncio.to_thread(_store, file, self._folder)

    def remove(self) -> None:
        """Forget all of them; the next one has a folder of its own."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None


def field_file(request: Request, field: str) -> UploadedFile:
    """The file in form field `field`. Raises `NotMultipart`, `NoFile` or `TooBig`."""
    if request.is_cut:
        raise TooBig
    content_type = request.headers.get("content-type", "")
    body = request.body
    boundary = re.search(r'boundary="?([^";,]{1,200})"?', content_type)
    if not content_type.startswith("multipart/form-data") or boundary is None:
        raise NotMultipart("cannot read multipart form: it must be multipart/form-data")

    for part in (b"\r\n" + body).split(b"\r\n--" + boundary[1].encode("latin-1"))[1:]:
        head, blank, content = part.partition(b"\r\n\r\n")
        disposition = head.decode("utf-8", "replace")
        if blank and _parameter(disposition, "name") == field:
            name = PurePosixPath(
                (_parameter(disposition, "filename") or "file").replace("\\", "/")
            ).name
            return UploadedFile(
                name if name not in {"", ".", ".."} else "file", content
            )
    raise NoFile("File required")


def _store(file: UploadedFile, below: Path) -> Path:
    folder = below / hashlib.sha256(file.content).hexdigest()[:16]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # /tmp may have been cleaned
    path = folder / file.name
    path.write_bytes(file.content)
    return path


def _parameter(disposition: str, name: str) -> str | None:
    found = re.search(rf'[;\s]{name}="((?:[^"\\\r\n]|\\.)*)"', disposition)
    return None if found is None else found[1].replace("\x00", "")
