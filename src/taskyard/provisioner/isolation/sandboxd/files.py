"""The files of one sandbox, `{data}/sandboxes/<id>/`."""

import contextlib
import json
from pathlib import Path

from taskyard.provisioner.isolation.sandboxd.plan import StateRecord

__all__ = [
    "CONSOLE_LOG",
    "EGRESS_LOG",
    "clear",
    "read_state",
    "write_exit",
    "write_state",
]

CONSOLE_LOG = "console.log"
EGRESS_LOG = "egress.jsonl"  # and .1, the part before
_STATE = "state.json"
_EXIT = "exit.json"


def read_state(directory: Path) -> StateRecord | None:
    """None when there is none, or a crash left half of one."""
    try:
        state: StateRecord | None = json.loads((directory / _STATE).read_text())
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
    if not isinstance(state, dict) or not StateRecord.__required_keys__ <= state.keys():
        return None
    return state


def write_state(directory: Path, state: StateRecord) -> None:
    """Replace it whole: a reader sees the old one or the new one."""
    _write(directory / _STATE, json.dumps(state))


def write_exit(directory: Path, status: int) -> None:
    """The command ended by itself: its status (negative = signal) instead of a state."""
    with contextlib.suppress(OSError):
        _write(directory / _EXIT, json.dumps({"status": status}))
    with contextlib.suppress(OSError):
        (directory / _STATE).unlink(missing_ok=True)


def clear(directory: Path) -> None:
    """Remove everything but the egress log; the directory too when there is none."""
    with contextlib.suppress(FileNotFoundError):
        for path in list(directory.iterdir()):
            if not path.name.startswith(EGRESS_LOG):
                path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        directory.rmdir()


def _write(path: Path, text: str) -> None:
    half = path.with_suffix(".part")
    _ = half.write_text(text)
    _ = half.replace(path)
