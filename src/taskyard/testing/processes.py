"""Find the processes of an installation by what they are, to end them one by one by id."""

import contextlib
import os
import signal
from pathlib import Path
from typing import NamedTuple

__all__ = ["Process", "children", "descendants", "kill"]


class Process(NamedTuple):
    pid: int
    parent: int
    words: str  # the command line, joined by blanks; empty for a zombie


def _all() -> list[Process]:
    found: list[Process] = []
    for proc in Path("/proc").iterdir():
        if proc.name.isdecimal():
            with contextlib.suppress(OSError, IndexError):
                after_name = (proc / "stat").read_text().rpartition(")")[2].split()
                words = (proc / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                found.append(Process(int(proc.name), int(after_name[1]), words))
    return found


def children(parent: int, containing: str) -> list[Process]:
    return [p for p in _all() if p.parent == parent and containing in p.words]


def descendants(ancestors: set[int], containing: str = "") -> list[Process]:
    """Whatever descends from `ancestors`, themselves included, oldest first."""
    family: list[Process] = []
    known = set(ancestors)
    pending = sorted(_all())
    while True:
        more = [p for p in pending if p.pid in known or p.parent in known]
        if not more:
            return [p for p in sorted(family) if containing in p.words]
        family += more
        known |= {p.pid for p in more}
        pending = [p for p in pending if p not in more]


def kill(process: Process) -> None:
    """SIGKILL, if it is still there."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(process.pid, signal.SIGKILL)
