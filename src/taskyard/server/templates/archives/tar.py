"""Read tar archives strictly: ustar, GNU long names and pax, regular things only.

The standard library's reader is not used for what strangers send: it reads extension
headers of any size into memory and matches them with backtracking expressions. Here each
header costs at most `_MAX_EXTENSION` bytes, and everything unknown is refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Protocol

from taskyard.server.templates.archives.entries import (
    ArchiveRefused,
    Entry,
    Kind,
    Limits,
)

__all__ = ["Source", "looks_like_tar", "read_tar"]

_BLOCK: Final = 512
#: Long names and pax records; a path of 512 bytes and its neighbours fit many times over.
_MAX_EXTENSION: Final = 64 * 1024
_CHUNK: Final = 64 * 1024
_UNSUPPORTED: Final = {
    b"3": "a character device",
    b"4": "a block device",
    b"6": "a named pipe",
    b"S": "a sparse file",
    b"M": "a part of a multi-volume archive",
}


class Source(Protocol):
    """Where bytes come from; `b""` is the end. May return fewer bytes than asked."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(slots=True)
class _Overrides:
    """What extension headers say about the member that follows them."""

    path: str | None = None
    target: str | None = None
    size: int | None = None
    extensions: int = field(default=0)


def looks_like_tar(head: bytes) -> bool:
    """Say whether the first block of `head` is a tar header (or the end mark of one)."""
    block = head[:_BLOCK]
    return len(block) == _BLOCK and (not block.strip(b"\0") or _checksum_fits(block))


def read_tar(source: Source, limits: Limits) -> Iterator[Entry]:
    """Yield the members in order; raises ArchiveRefused or ArchiveTooLarge."""
    overrides = _Overrides()
    budget = limits.unpacked
    while (header := _read_header(source)) is not None:
        kind = header[156:157]
        size = _number(header[124:136], "size")
        if kind in b"xgLK" and kind:
            overrides.extensions += 1
            if overrides.extensions > limits.entries:
                raise limits.too_many_entries()

            _apply_extension(kind, _extension(source, size), overrides)
            continue

        size = size if overrides.size is None else overrides.size
        path = overrides.path or _header_path(header)
        if size > budget:
            raise limits.too_many_bytes()

        budget -= size
        target = overrides.target or _text(header[157:257])
        yield _member(source, header, path=path, target=target, size=size)
        overrides = _Overrides(extensions=overrides.extensions)


def _read_header(source: Source) -> bytes | None:
    header = _exactly(source, _BLOCK, allow_end=True)
    if not header or not header.strip(b"\0"):
        return None  # end of file, or the end mark

    if not _checksum_fits(header):
        raise ArchiveRefused(
            "The archive is damaged: a header has the wrong checksum.",
            detail="Make the archive again and upload it anew.",
        )
    return header


def _member(
    source: Source, header: bytes, *, path: str, target: str, size: int
) -> Entry:
    kind = header[156:157]
    match kind:
        case b"5":
            _skip(source, size)
            return Entry(path=path, kind=Kind.directory)
        case b"0" | b"\0" | b"7":
            data = _exactly(source, size)
            _exactly(source, -size % _BLOCK)
            if path.endswith("/"):  # how archives before ustar mark a directory
                return Entry(path=path, kind=Kind.directory)
            executable = bool(_number(header[100:108], "mode") & 0o111)
            return Entry(path=path, kind=Kind.file, data=data, executable=executable)
        case b"1" | b"2":
            _skip(source, size)
            link = Kind.hardlink if kind == b"1" else Kind.symlink
            return Entry(path=path, kind=link, target=target)
        case _:
            what = _UNSUPPORTED.get(kind, f"a member of unknown type {kind!r}")
            raise ArchiveRefused(
                f"{path!r} is {what}.",
                detail="Only files, directories and links within the archive can be used.",
            )


def _checksum_fits(header: bytes) -> bool:
    try:
        stated = int(header[148:156].strip(b" \0") or b"x", 8)
    except ValueError:
        return False
    return stated == sum(header[:148]) + sum(header[156:]) + 8 * ord(" ")


def _number(raw: bytes, what: str) -> int:
    if raw[:1] == b"\x80":  # base 256, of numbers that do not fit in octal
        return int.from_bytes(raw[1:], "big")

    digits = raw.strip(b" \0")
    try:
        value = int(digits, 8) if digits else 0
    except ValueError:
        value = -1
    if value < 0:
        raise ArchiveRefused(
            f"The archive is damaged: the {what} of a member is not a number.",
            detail="Make the archive again and upload it anew.",
        )
    return value


def _header_path(header: bytes) -> str:
    name = _text(header[:100])
    prefix = _text(header[345:500]) if header[257:263] == b"ustar\0" else ""
    return f"{prefix}/{name}" if prefix else name


def _text(raw: bytes) -> str:
    try:
        return raw.split(b"\0", 1)[0].decode()
    except UnicodeDecodeError as error:
        raise ArchiveRefused(
            f"A name in the archive is not UTF-8: {raw.split(bytes(1), 1)[0]!r}.",
            detail="Rename the file and make the archive again.",
        ) from error


def _extension(source: Source, size: int) -> bytes:
    if size > _MAX_EXTENSION:
        raise ArchiveRefused(
            f"An extension header of the archive has {size} bytes.",
            detail="Shorten file names and leave out extended attributes.",
        )
    data = _exactly(source, size)
    _exactly(source, -size % _BLOCK)
    return data


def _apply_extension(kind: bytes, data: bytes, overrides: _Overrides) -> None:
    match kind:
        case b"L":
            overrides.path = _text(data)
        case b"K":
            overrides.target = _text(data)
        case b"x":
            _apply_pax(data, overrides)
        case _:
            pass  # a global pax header holds comments, such as git's commit id


def _apply_pax(data: bytes, overrides: _Overrides) -> None:
    for key, value in _pax_records(data):
        if key == "path":
            overrides.path = value
        elif key == "linkpath":
            overrides.target = value
        elif key == "size":
            overrides.size = _pax_size(value)
        elif key.startswith("GNU.sparse"):
            raise ArchiveRefused(
                "The archive holds a sparse file.",
                detail="Make the archive without --sparse.",
            )


def _pax_records(data: bytes) -> Iterator[tuple[str, str]]:
    """Records are `<length> <key>=<value>` and a newline; the length counts all of it."""
    at = 0
    while at < len(data):
        space = data.find(b" ", at, at + 8)
        digits = data[at:space]
        length = int(digits) if space > 0 and digits.isdigit() else 0
        record = data[at : at + length]
        key, separator, value = record[len(digits) + 1 : -1].partition(b"=")
        if not separator or len(record) != length or not record.endswith(b"\n"):
            raise ArchiveRefused(
                "The archive is damaged: an extended header cannot be read.",
                detail="Make the archive again and upload it anew.",
            )
        at += length
        if key in {b"path", b"linkpath", b"size"} or key.startswith(b"GNU.sparse"):
            yield _whole_text(key), _whole_text(value)


def _whole_text(raw: bytes) -> str:
    if b"\0" in raw:
        raise ArchiveRefused(
            f"A name in the archive holds a NUL byte: {raw!r}.",
            detail="Rename the file and make the archive again.",
        )
    return _text(raw)


def _pax_size(value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) < 20):  # noqa: PLR2004 - digits of a 64-bit number
        raise ArchiveRefused(
            f"The archive is damaged: {value!r} is not the size of a file.",
            detail="Make the archive again and upload it anew.",
        )
    return int(value)


def _skip(source: Source, size: int) -> None:
    """Pass over the data of a member that should have none."""
    left = size + (-size % _BLOCK)
    while left > 0:
        left -= len(_exactly(source, min(left, _CHUNK)))


def _exactly(source: Source, size: int, *, allow_end: bool = False) -> bytes:
    parts: list[bytes] = []
    left = size
    while left > 0:
        part = source.read(min(left, _CHUNK))
        if not part:
            break
        parts.append(part)
        left -= len(part)

    if left and not (allow_end and not parts):
        raise ArchiveRefused(
            "The archive ends in the middle of a file.",
            detail="The upload may have been cut off: make the archive again and retry.",
        )
    return b"".join(parts)
