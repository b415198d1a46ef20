"""The commands `taskyard`, `coder` and `agentapi` of the workspace: small shell scripts."""

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

__all__ = ["launcher", "write"]


#: Names on the PATH, and the words that stand before the caller's.
_COMMANDS: Final[dict[str, tuple[str, ...]]] = {
    "taskyard": (),
    "coder": (),
    "agentapi": ("agentapi",),
}


def launcher() -> tuple[str, ...]:
    """The command that starts this same runner's code again."""
    main = sys.modules["__main__"]
    entry = getattr(main, "TASKYARD_ENTRY", "")
    if entry:
        # Unpacked, or the archive itself: nothing of the user's Python is loaded.
        return (sys.executable, "-I", "-S", str(entry))
    return (sys.executable, "-m", "taskyard.runner")


def write(folder: Path, command: Sequence[str]) -> None:
    """Put the commands into `folder`. Raises `OSError`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, first in _COMMANDS.items():
        words = [*command, *first]
        text = f'#!/bin/sh\nTASKYARD_SHIM={name} exec {shlex.join(words)} "$@"\n'
        fresh = folder / f".{name}.new"
        fresh.write_text(text)
        fresh.chmod(0o755)
        fresh.replace(folder / name)
