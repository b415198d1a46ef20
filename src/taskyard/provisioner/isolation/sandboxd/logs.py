"""Log files that cannot grow without bound and never fail their writer."""

import contextlib
import os
from pathlib import Path

__all__ = ["BoundedLog"]


class BoundedLog:
    """Append to `path`; past `limit` bytes it becomes `path`.1, replacing the last one.

    A full or broken disk loses lines, counted in `lost`, and nothing else: neither the
    workspace nor its network may depend on a log. One thread writes at a time.
    """

    def __init__(self, path: Path, *, limit: int) -> None:
        self.lost = 0
        self._path = path
        self._limit = limit
        self._descriptor = -1
        self._size = 0

    def write(self, data: bytes) -> None:
        try:
            self._rotate_for(len(data))
            written = os.write(self._descriptor, data)
            self._size += written
            if written < len(data):
                self.lost += 1
        except OSError:
            self.lost += 1
            self.close()

    def close(self) -> None:
        if self._descriptor >= 0:
            with contextlib.suppress(OSError):
                os.close(self._descriptor)
            self._descriptor = -1

    def _rotate_for(self, length: int) -> None:
        self._open()
        if self._size and self._size + length > self._limit:
            self.close()
            os.replace(self._path, f"{self._path}.1")  # noqa: PTH105 - one call, no new object
            self._open()

    def _open(self) -> None:
        if self._descriptor < 0:
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
            self._descriptor = os.open(self._path, flags, 0o600)
            self._size = os.fstat(self._descriptor).st_size
