"""Who a process is: a pid alone is reused, a pid with its start time is not."""

import contextlib
import os
import select
import signal
import time
from collections.abc import Generator
from pathlib import Path
from typing import NamedTuple

__all__ = ["Process", "boot_id", "children", "command_of", "name_of"]


class Process(NamedTuple):
    """One process; `started` is its start in clock ticks since boot."""

    pid: int
    started: int

    @classmethod
    def of(cls, pid: int) -> "Process | None":
        """None when there is no such process, or only its unreaped rest."""
        fields = _stat(pid)
        if fields is None or fields[0] == "Z":
            return None
        return cls(pid, int(fields[19]))

    def is_alive(self) -> bool:
        return Process.of(self.pid) == self

    def signal(self, number: signal.Signals) -> bool:
        """Send a signal to exactly this process; False when it is gone."""
        with self._descriptor() as descriptor:
            if descriptor is None:
                return False
            try:
                signal.pidfd_send_signal(descriptor, number)
            except ProcessLookupError:
                return False
            return True

    def wait(self, seconds: float) -> bool:
        """Whether it has ended within this time; need not be our child."""
        with self._descriptor() as descriptor:
            if descriptor is None:
                return True
            poll = select.poll()
            poll.register(descriptor, select.POLLIN)
            return bool(poll.poll(max(0, int(seconds * 1000))))

    @contextlib.contextmanager
    def _descriptor(self) -> Generator[int | None]:
        # Open first, compare after: the descriptor then names what we compared.
        try:
            descriptor = os.pidfd_open(self.pid)
        except ProcessLookupError:
            yield None
            return
        try:
            yield descriptor if self.is_alive() else None
        finally:
            os.close(descriptor)


def boot_id() -> str:
    """Tell one boot of the machine from another: start times repeat after a reboot."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def name_of(pid: int) -> str:
    """The program's short name, empty when the process is gone."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def children(pid: int) -> list[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except FileNotFoundError:  # kernels without CONFIG_PROC_CHILDREN
        return [p for p in _all_pids() if (_stat(p) or ["", "0"])[1] == str(pid)]
    except OSError:
        return []
    return [int(word) for word in text.split()]


def command_of(init: int, seconds: float) -> Process | None:
    """The first process that `init`, pid 1 of a namespace, started: pid 2 in there.

    Waits until it runs a program of its own. None when it ended before that was seen.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for pid in children(init):
            if _pid_inside(pid) == "2" and name_of(pid) != name_of(init):
                return Process.of(pid)
        if Process.of(init) is None:
            return None
        _pause()
    return next(
        (Process.of(pid) for pid in children(init) if _pid_inside(pid) == "2"), None
    )


def _pause() -> None:
    select.select([], [], [], 0.002)


def _pid_inside(pid: int) -> str:
    """The pid that this process has in its innermost namespace."""
    try:
        text = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return ""
    for line in text.splitlines():
        if line.startswith("NSpid:"):
            return line.split()[-1]
    return ""


def _all_pids() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]  # noqa: PTH208 - pathlib's objects would be thrown away


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat from the state on (the name may hold anything)."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    return text.rpartition(")")[2].split()
