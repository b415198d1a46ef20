"""Waiting for processes that are not our children."""

import threading
from pathlib import Path

__all__ = ["wait_until_gone"]


def wait_until_gone(pid: int) -> None:
    """Return when no process (a zombie is none) has that pid; the test's limit is ours.

    A process that was killed is gone a moment later: when its parent knows it, it may
    still be letting go of its memory.
    """
    path = Path(f"/proc/{pid}/stat")
    pause = threading.Event()
    try:
        while path.read_text().rsplit(")", 1)[1].split()[0] not in {"Z", "X"}:
            pause.wait(0.02)  # nothing would wake us
    except OSError:
        return
