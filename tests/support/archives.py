"""Archives byte by byte: what no ordinary program would write."""

import gzip
import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = [
    "DEVICE",
    "LINK",
    "PIPE",
    "SOCKET",
    "Member",
    "many",
    "overlapping_zip",
    "pax",
    "tar",
    "tgz",
    "unix_zip",
    "zip_of",
]

_BLOCK = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A tar header, and the data behind it. `size` may lie."""

    name: bytes | str = "main.tf"
    data: bytes = b""
    kind: bytes = b"0"
    target: bytes | str = b""
    mode: bytes = b"0000644\0"
    size: bytes | None = None
    magic: bytes = b"ustar\0" + b"00"
    prefix: bytes = b""
    checksum: bytes | None = None

    def encode(self) -> bytes:
        size = self.size or b"%011o\0" % len(self.data)
        header = bytearray(
            _field(self.name, 100)
            + self.mode
            + b"0000000\0" * 2
            + size
            + b"00000000000\0"
            + b" " * 8
            + self.kind
            + _field(self.target, 100)
            + self.magic
            + bytes(32 + 32 + 16)
            + self.prefix.ljust(155, b"\0")
        ).ljust(_BLOCK, b"\0")
        header[148:156] = self.checksum or b"%06o\0 " % sum(header)
        return bytes(header) + self.data + bytes(-len(self.data) % _BLOCK)


def _field(text: bytes | str, size: int) -> bytes:
    raw = text.encode() if isinstance(text, str) else text
    return raw[:size].ljust(size, b"\0")


def tar(*members: Member, end: bool = True) -> bytes:
    return b"".join(m.encode() for m in members) + bytes(2 * _BLOCK if end else 0)


def tgz(*members: Member) -> bytes:
    return gzip.compress(tar(*members), compresslevel=9)


def pax(**records: str) -> Member:
    """An extended header for the member after it."""
    data = b""
    for key, value in records.items():
        rest = f" {key}={value}\n".encode()
        length = len(rest) + 1
        while len(str(length)) + len(rest) != length:
            length = len(str(length)) + len(rest)
        data += str(length).encode() + rest
    return Member(name="pax", kind=b"x", data=data)


def zip_of(*entries: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in entries:
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return out.getvalue()


def unix_zip(name: str, data: bytes, mode: int) -> bytes:
    """One entry with the Unix mode of, say, a link or a device."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo(name)
        info.create_system = 3
        info.external_attr = mode << 16
        archive.writestr(info, data)
        archive.writestr("main.tf", b"")
    return out.getvalue()


def overlapping_zip(copies: int, size: int) -> bytes:
    """Many entries that share the compressed bytes of one: a small file, a huge content."""
    plain = bytes(size)
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = deflate.compress(plain) + deflate.flush()
    crc = zlib.crc32(plain)
    local = _local(b"a0000", crc, len(packed), size) + packed
    directory = _central(b"a0000", crc, len(packed), size) * copies
    end = struct.pack(
        "<4s4H2LH", b"PK\x05\x06", 0, 0, copies, copies, len(directory), len(local), 0
    )
    return local + directory + end


def _local(name: bytes, crc: int, packed: int, size: int) -> bytes:
    form = "<4s5H3L2H"
    head = (b"PK\x03\x04", 20, 0, 8, 0, 0, crc, packed, size, len(name), 0)
    return struct.pack(form, *head) + name


def _central(name: bytes, crc: int, packed: int, size: int) -> bytes:
    form = "<4s6H3L5H2L"
    head = (b"PK\x01\x02", 20, 20, 0, 8, 0, 0, crc, packed, size, len(name))
    return struct.pack(form, *head, 0, 0, 0, 0, 0, 0) + name


LINK = stat.S_IFLNK | 0o777
DEVICE = stat.S_IFBLK | 0o644
PIPE = stat.S_IFIFO | 0o644
SOCKET = stat.S_IFSOCK | 0o644


def many(names: Sequence[str]) -> tuple[Member, ...]:
    return tuple(Member(name=name) for name in names)
