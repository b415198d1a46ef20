"""Read zip archives within limits."""

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final

from taskyard.server.templates.archives.entries import (
    ArchiveRefused,
    Entry,
    Kind,
    Limits,
)

__all__ = ["read_zip"]

_END: Final = b"PK\x05\x06"
_END_FORM: Final = struct.Struct("<4s4H2LH")
_DIRECTORY_ENTRY: Final = 46  # fixed bytes of a central directory entry
#: Per entry: the name, and extra fields of the kinds that zip programs write.
_DIRECTORY_ROOM: Final = 2048
_ENCRYPTED: Final = 0x1
_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_CHUNK: Final = 64 * 1024
_LINK_TARGET: Final = 4096


def read_zip(data: bytes, limits: Limits) -> Iterator[Entry]:
    """Yield the members in order; raises ArchiveRefused or ArchiveTooLarge."""
    _check_directory(data, limits)
    budget = limits.unpacked
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_overlap(archive)
            for info in archive.infolist():
                entry, used = _member(archive, info, budget, limits)
                budget -= used
                yield entry
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        UnicodeDecodeError,
        ValueError,
        struct.error,
        OSError,
    ) as error:
        raise ArchiveRefused(
            f"The zip archive is damaged: {error}.",
            detail="Make the archive again and upload it anew.",
        ) from error


def _check_directory(data: bytes, limits: Limits) -> None:
    """Refuse a directory of more entries than allowed before it is read into memory."""
    at = data.rfind(_END, max(0, len(data) - _END_FORM.size - 0xFFFF))
    if at < 0 or at + _END_FORM.size > len(data):
        raise ArchiveRefused(
            "The zip archive is damaged: it has no directory at its end.",
            detail="The upload may have been cut off: make the archive again and retry.",
        )

    _, _, _, _, count, size, *_ = _END_FORM.unpack_from(data, at)
    room = limits.entries * (_DIRECTORY_ENTRY + _DIRECTORY_ROOM)
    if count > limits.entries or size > room:
        raise limits.too_many_entries()


def _check_overlap(archive: zipfile.ZipFile) -> None:
    """Refuse entries that share their bytes, of which later Pythons say so themselves."""
    places = [info.header_offset for info in archive.infolist()]
    if len(set(places)) < len(places):
        raise ArchiveRefused(
            "The zip archive has entries that overlap.",
            detail="Make the archive again with an ordinary program.",
        )


def _member(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: int, limits: Limits
) -> tuple[Entry, int]:
    name = _name(info)
    mode = info.external_attr >> 16 if info.create_system == 3 else 0  # noqa: PLR2004 - Unix
    form = stat.S_IFMT(mode)
    if info.is_dir():
        return Entry(path=name, kind=Kind.directory), 0

    if form not in {0, stat.S_IFREG, stat.S_IFLNK}:
        raise ArchiveRefused(
            f"{name!r} is neither a file nor a directory nor a link.",
            detail="Only files, directories and links within the archive can be used.",
        )
    if info.flag_bits & _ENCRYPTED:
        raise ArchiveRefused(
            f"{name!r} is encrypted.", detail="Make the archive without a password."
        )
    if info.compress_type not in _METHODS:
        raise ArchiveRefused(
            f"{name!r} is compressed in a way that is not supported.",
            detail="Make the zip archive with the ordinary method (deflate).",
        )

    content = _content(archive, info, budget, limits)
    if form == stat.S_IFLNK:
        return _link(name, content), len(content)

    executable = bool(mode & 0o111)
    entry = Entry(path=name, kind=Kind.file, data=content, executable=executable)
    return entry, len(content)


def _name(info: zipfile.ZipInfo) -> str:
    # `filename` is cut at a NUL, and a name that is cut is not the name that was sent.
    if "\0" in info.orig_filename:
        raise ArchiveRefused(
            f"A name in the archive holds a NUL byte: {info.orig_filename!r}.",
            detail="Rename the file and make the archive again.",
        )
    return info.filename


def _content(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: int, limits: Limits
) -> bytes:
    """Read by what comes out, not by the size that the archive states."""
    parts: list[bytes] = []
    with archive.open(info) as stream:
        while part := stream.read(_CHUNK):
            budget -= len(part)
            if budget < 0:
                raise limits.too_many_bytes()
            parts.append(part)

    return b"".join(parts)


def _link(name: str, content: bytes) -> Entry:
    if len(content) > _LINK_TARGET:
        raise ArchiveRefused(
            f"The link {name!r} has a target of {len(content)} bytes.",
            detail="Replace the link by the file it stands for.",
        )
    return Entry(path=name, kind=Kind.symlink, target=content.decode())
