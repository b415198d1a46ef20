"""Turn an uploaded archive into one plain tar, or refuse it.

Equal folders give equal bytes: entries are sorted, and times, owners and odd modes are
dropped. Runs in a worker thread: it takes up to seconds and needs no loop.
"""

import gzip
import io
import tarfile
import zlib
from collections.abc import Iterator
from typing import Final

from taskyard.server.templates.archives.entries import (
    ArchiveRefused,
    Entry,
    Kind,
    Limits,
)
from taskyard.server.templates.archives.tar import looks_like_tar, read_tar
from taskyard.server.templates.archives.tree import Tree
from taskyard.server.templates.archives.zip import read_zip

__all__ = ["normalise"]

_GZIP: Final = b"\x1f\x8b"
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
#: Headers and padding beside the files themselves: two blocks and two extensions each.
_OVERHEAD_PER_ENTRY: Final = 4096
_CHUNK: Final = 64 * 1024
_OTHERS: Final = {
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"(\xb5/\xfd": "zstd",
    b"7z\xbc\xaf": "7z",
    b"Rar!": "rar",
}


class _Unzipped:
    """The inside of a gzip stream; refuses to give more than the limits allow."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self._stream = gzip.GzipFile(fileobj=io.BytesIO(data))
        self._limits = limits
        self._left = limits.unpacked + limits.entries * _OVERHEAD_PER_ENTRY

    def read(self, size: int, /) -> bytes:
        try:
            data = self._stream.read(size)
        except (OSError, EOFError, zlib.error) as error:
            raise ArchiveRefused(
                f"The gzip archive is damaged: {error}.",
                detail="The upload may have been cut off: make the archive again and retry.",
            ) from error
        self._left -= len(data)
        if self._left < 0:
            raise self._limits.too_many_bytes()
        return data


def normalise(data: bytes, limits: Limits) -> bytes:
    """Read tar, tar.gz or zip, whatever its name was, and write a plain tar.

    Raises:
        ArchiveRefused: it cannot be read, or holds what must not be unpacked.
        ArchiveTooLarge: it is over one of the limits.
    """
    if len(data) > limits.compressed:
        raise limits.too_large_upload()

    tree = Tree(limits)
    for entry in _entries(data, limits):
        tree.add(entry)

    return _written(tree.finish())


def _entries(data: bytes, limits: Limits) -> Iterator[Entry]:
    if data.startswith(_ZIP):
        return read_zip(data, limits)
    if data.startswith(_GZIP):
        return _read_gzip(_Unzipped(data, limits), limits)
    if looks_like_tar(data):
        return read_tar(io.BytesIO(data), limits)

    raise ArchiveRefused(
        f"The upload is {_guess(data)}, not an archive that can be read.",
        detail="Send a tar, tar.gz or zip archive of the template's folder.",
    )


def _read_gzip(source: _Unzipped, limits: Limits) -> Iterator[Entry]:
    yield from read_tar(source, limits)
    while source.read(_CHUNK):
        pass  # the checksum stands at the end, behind the padding


def _guess(data: bytes) -> str:
    if not data:
        return "empty"
    for magic, name in _OTHERS.items():
        if data.startswith(magic):
            return f"compressed with {name}"
    return "something else"


def _written(entries: dict[str, Entry]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path, entry in entries.items():
            info = tarfile.TarInfo(path)
            match entry.kind:
                case Kind.directory:
                    info.type, info.mode = tarfile.DIRTYPE, 0o755
                case Kind.symlink:
                    info.type, info.mode = tarfile.SYMTYPE, 0o777
                    info.linkname = entry.target
                case Kind.file | Kind.hardlink:
                    info.mode = 0o755 if entry.executable else 0o644
                    info.size = len(entry.data)
            archive.addfile(info, io.BytesIO(entry.data))

    return out.getvalue()
