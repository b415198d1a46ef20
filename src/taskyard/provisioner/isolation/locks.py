"""One lock a sandbox, held across threads and processes, in one file for all of them."""

import contextlib
import fcntl
import os
import struct
from collections.abc import Generator
from pathlib import Path
from uuid import UUID

__all__ = ["locked"]

_RANGE = 1 << 62


@contextlib.contextmanager
def locked(path: Path, sandbox_id: UUID) -> Generator[None]:
    """Hold the byte of `path` that stands for this sandbox; waits for its holder.

    "Open file description" locks: unlike POSIX's they hold between threads too, and
    unlike `flock` many fit into one file, which therefore need not be removed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
    descriptor = os.open(path, flags, 0o600)
    try:
        # struct flock: type, whence, start, length, pid (0 for this kind)
        wanted = struct.pack(
            "hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, sandbox_id.int % _RANGE, 1, 0
        )
        _ = fcntl.fcntl(descriptor, fcntl.F_OFD_SETLKW, wanted)
        yield
    finally:
        os.close(descriptor)
