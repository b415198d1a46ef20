"""Keep the runner running: start it, and start it again when it crashes.

The guardian is the process that the init script becomes. It imports little, does little
and so lives long; a runner that is killed comes back and goes on where it was.
"""

import ctypes
import os
import signal
import sys
import time
from typing import Final, NoReturn, final

from taskyard.runner import exits

__all__ = ["main"]

_PR_SET_CHILD_SUBREAPER: Final = 36
#: Codes with which starting again cannot help.
_FINAL: Final = frozenset(
    {exits.STOPPED, exits.MISCONFIGURED, exits.LOCKED, exits.REFUSED}
)
LONGEST_PAUSE_SECONDS: Final = 30.0
#: A runner that lived this long did not crash on its start.
LIVED_SECONDS: Final = 60.0


def main(entry: str) -> int:
    """Run the runner until it ends for good; `entry` is this archive."""
    if os.path.isfile(entry):  # noqa: PTH113 - pathlib costs memory for the whole life
        _settle(entry)
    # What the workspace's scripts leave behind becomes ours, and is reaped.
    library = ctypes.CDLL(None)
    if hasattr(library, "prctl"):
        library.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    keeper = _Keeper([sys.executable, *_code(entry), "run", "--child"])
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, keeper.stop)
    return keeper.run()


def _settle(archive: str) -> None:
    """Become the copy of the archive in the home, without what copying needed."""
    if os.path.basename(os.path.dirname(archive)).startswith("app-"):  # noqa: PTH119, PTH120 - see above
        return
    from pathlib import Path  # noqa: PLC0415 - not for the whole life

    from taskyard.runner.places import Places  # noqa: PLC0415 - see above
    from taskyard.runner.unpacking import unpack  # noqa: PLC0415 - see above

    copy = unpack(Path(archive), Places.of(os.environ))
    if copy != Path(archive):
        _become([sys.executable, "-I", "-S", str(copy), "run"])


def _become(command: list[str]) -> NoReturn:
    os.execv(command[0], command)  # noqa: S606 - our own code again


def _code(entry: str) -> list[str]:
    return ["-I", "-S", entry] if entry else ["-m", "taskyard.runner"]


@final
class _Keeper:
    """One child at a time."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._child = 0
        self._stopping = False

    def run(self) -> int:
        pause = 0.1
        while True:
            began = time.monotonic()
            code = self._run_once()
            if code in _FINAL or self._stopping:
                return code
            lived = time.monotonic() - began
            pause = (
                0.2 if lived > LIVED_SECONDS else min(pause * 2, LONGEST_PAUSE_SECONDS)
            )
            sys.stderr.write(
                f"the runner ended with {code}; starting it again in {pause:.1f} s\n"
            )
            self._nap(pause)
            if self._stopping:
                return exits.STOPPED

    def stop(self, _number: int, _frame: object) -> None:
        """Pass the wish to stop on; the runner takes its time to do it in order."""
        self._stopping = True
        if self._child:
            _terminate(self._child)

    def _run_once(self) -> int:
        """Start the runner and reap whatever ends, until it is the runner."""
        child = os.posix_spawn(self._command[0], self._command, os.environ)
        self._child = child
        if self._stopping:
            _terminate(child)
        while True:
            pid, status = os.waitpid(-1, 0)
            if pid == child:
                self._child = 0
                return os.waitstatus_to_exitcode(status)

    def _nap(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not self._stopping and time.monotonic() < deadline:
            time.sleep(0.05)  # noqa: TID251 - a process without an event loop


def _terminate(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        return
