"""The pid file: says who runs, and keeps a second one from starting beside it."""

import os
from pathlib import Path
from typing import Final

__all__ = ["AlreadyRunning", "PidFile"]

#: The times of processes and of files are not of the same clock.
_CLOCK_SECONDS: Final = 5.0


class AlreadyRunning(Exception):
    """The process that wrote the file is alive."""


class PidFile:
    """Held from `claim` to `release`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def claim(self) -> None:
        """Write our id. Raises `AlreadyRunning` or `OSError`."""
        holder = self._holder()
        if holder is not None and holder != os.getpid() and self._wrote(holder):
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

    def _wrote(self, pid: int) -> bool:
        """Whether the process that wrote the file lives; a later one may have its number.

        After a crash the file is still there, and in a workspace that starts anew the same
        numbers are given out again.
        """
        began = _began(pid) if _lives(pid) else None
        if began is None:
            return _lives(pid)
        return began <= self._path.stat().st_mtime + _CLOCK_SECONDS

    def _holder(self) -> int | None:
        try:
            number = int(self._path.read_text())
        except (OSError, ValueError):
            return None
        return number if number > 0 else None


def _began(pid: int) -> float | None:
    """When a process began (seconds since 1970), where /proc tells."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        lines = Path("/proc/stat").read_text().splitlines()
        boot = next(int(line.split()[1]) for line in lines if line.startswith("btime "))
        return boot + int(fields[19]) / os.sysconf("SC_CLK_TCK")
    except (OSError, StopIteration, IndexError, ValueError):
        return None


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):  # no process has such a number
        return False
    except PermissionError:
        return True
    return True
