"""The pid file: says who runs, and keeps a second one from starting beside it."""

import os
from pathlib import Path

__all__ = ["AlreadyRunning", "PidFile"]


class AlreadyRunning(Exception):
    """The process that wrote the file is alive."""


class PidFile:
    """Held from `claim` to `release`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def claim(self) -> None:
        """Write our id. Raises `AlreadyRunning` or `OSError`."""
        holder = self._holder()
        if holder is not None and holder != os.getpid() and _lives(holder):
            raise AlreadyRunning(
                f"another agentapi server is running (pid {holder} in {self._path})"
            )
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        fresh.write_text(f"{os.getpid()}\n")
        fresh.replace(self._path)

    def release(self) -> None:
        """Remove the file, if it is still ours."""
        if self._holder() == os.getpid():
            self._path.unlink(missing_ok=True)

    def _holder(self) -> int | None:
        try:
            text = self._path.read_text().strip()
        except OSError:
            return None
        return int(text) if text.isdecimal() else None


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
