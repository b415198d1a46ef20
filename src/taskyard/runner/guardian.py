"""Keep the runner running: unpack it, start it, start it again when it crashes.

The guardian is the process that the init script becomes. It imports little, does little
and so lives long; a runner that is killed comes back and goes on where it was.
"""

import ctypes
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Final

from taskyard.runner import exits
from taskyard.runner.places import Places

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
    """Run the runner until it ends for good; `entry` is this archive or folder."""
    place = unpack(Path(entry), Places.of(os.environ))
    # What the workspace's scripts leave behind becomes ours, and is reaped.
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    keeper = _Keeper([sys.executable, "-I", "-S", str(place), "run", "--child"])
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, keeper.stop)
    return keeper.run()


class _Keeper:
    """One child at a time."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._child: subprocess.Popen[bytes] | None = None
        self._stopping = False

    def run(self) -> int:
        pause = 0.2
        while True:
            began = time.monotonic()
            self._child = subprocess.Popen(self._command)  # noqa: SIM115, RUF100
            if self._stopping:
                self._child.terminate()
            code = self._wait(self._child.pid)
            if code in _FINAL or self._stopping:
                return code
            pause = (
                0.2
                if time.monotonic() - began > LIVED_SECONDS
                else min(pause * 2, LONGEST_PAUSE_SECONDS)
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
        if self._child is not None:
            with suppress(ProcessLookupError):
                os.kill(self._child.pid, signal.SIGTERM)

    def _wait(self, child: int) -> int:
        """Reap whatever ends, until it is the child."""
        while True:
            pid, status = os.waitpid(-1, 0)
            if pid == child:
                return os.waitstatus_to_exitcode(status)

    def _nap(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not self._stopping and time.monotonic() < deadline:
            time.sleep(0.05)  # noqa: TID251 - a process without an event loop


def unpack(entry: Path, places: Places) -> Path:
    """Put the archive's files into the home, once, so that Python keeps their bytecode.

    Returns the folder, or `entry` itself where it is a folder already or cannot be
    unpacked (a full disk): then every start compiles anew, slower, and works.
    """
    if not zipfile.is_zipfile(entry):
        return entry
    name = hashlib.sha256(entry.read_bytes()).hexdigest()[:16]
    base = places.state / "runner"
    folder = base / f"app-{name}"
    if (folder / "__main__.py").is_file():
        return folder
    fresh = base / f".app-{name}.{os.getpid()}"
    try:
        base.mkdir(mode=0o700, parents=True, exist_ok=True)
        with zipfile.ZipFile(entry) as archive:
            archive.extractall(fresh)
        fresh.rename(folder)
    except OSError as exc:
        shutil.rmtree(fresh, ignore_errors=True)
        sys.stderr.write(
            f"cannot unpack the runner into {folder}: {exc}; running from the archive\n"
        )
        return folder if (folder / "__main__.py").is_file() else entry
    for old in base.glob("app-*"):
        if old != folder:
            shutil.rmtree(old, ignore_errors=True)
    _compile_later(folder)
    return folder


def _compile_later(folder: Path) -> None:
    """Write bytecode beside the start, for commands whose start must be quick."""
    code = "import compileall, os, sys; os.nice(10); compileall.compile_dir(sys.argv[1], quiet=2)"
    subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", code, str(folder)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
