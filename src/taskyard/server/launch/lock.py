"""One server per data directory: the kernel keeps the lock, however a server ends."""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from taskyard.server.launch.errors import CannotStart

__all__ = ["locked"]


@contextmanager
def locked(data_dir: Path) -> Generator[None]:
    """Raises CannotStart when another server has this directory, or it is not writable."""
    try:
        data_dir.mkdir(mode=0o755, parents=True, exist_ok=True)
        handle = os.open(data_dir / "server.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise CannotStart(
            f"Cannot write to {data_dir}: {error.strerror}. Choose another directory "
            "with TASKYARD_DATA_DIR."
        ) from error

    try:
        _take(handle, data_dir)
        yield
    finally:
        os.close(handle)


def _take(handle: int, data_dir: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        owner = os.read(handle, 32).decode(errors="replace").strip()
        raise CannotStart(
            f"Another Taskyard server (process {owner or 'unknown'}) uses {data_dir}. "
            "Stop it first, or give this one another TASKYARD_DATA_DIR."
        ) from None
    os.ftruncate(handle, 0)
    os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
