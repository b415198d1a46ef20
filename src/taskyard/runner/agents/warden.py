"""Stand between the runner and one agent, so that nothing the agent starts outlives it.

Run as a program of its own (`python -I -S -c <this file> COMMAND ARGS…`), standard input and
output are the agent's; a terminal there becomes the agent's controlling one. It adopts every process the agent leaves behind (subreaper), and
ends them all when the agent ends, when it is told to (SIGTERM), or when the runner dies,
however it dies (parent death signal). Daemons that fork twice, make a session of their
own or wipe their environment are children all the same.
"""

import ctypes
import os
import signal
import sys
import time
from typing import Any, Final

__all__ = ["main"]

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_CHILD_SUBREAPER: Final = 36
#: From SIGTERM to SIGKILL for what is left.
GRACE_SECONDS: Final = 2.0
POLL_SECONDS: Final = 0.02


def main(command: list[str]) -> int:
    """Run `command`; return its exit code once nothing of it is left."""
    told: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda got, _frame: told.append(got))
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    _prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    default = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGPIPE]
    try:
        agent = os.posix_spawnp(
            command[0],
            command,
            os.environ,
            setsid=True,
            setsigdef=default,
            file_actions=_terminal(),
        )
    except OSError as exc:
        sys.stderr.write(f"cannot start {command[0]}: {exc.strerror}\n")
        return 127

    # The agent alone holds the pipes: their end is the agent's end.
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    code = _wait(agent, told)
    _sweep()
    return code


def _terminal() -> list[tuple[Any, ...]]:
    """Open the terminal anew: what a new session opens first, controls it."""
    if not os.isatty(0):
        return []
    return [
        (os.POSIX_SPAWN_OPEN, 0, os.ttyname(0), os.O_RDWR, 0),
        (os.POSIX_SPAWN_DUP2, 0, 1),
        (os.POSIX_SPAWN_DUP2, 0, 2),
    ]


def _wait(agent: int, told: list[int]) -> int:
    """Reap until the agent has ended, or we are told to end it."""
    while not told:
        pid, status = _reap(block=True)
        if pid == agent:
            return os.waitstatus_to_exitcode(status) & 0xFF
        if pid < 0:
            break
    return 128 + signal.SIGTERM


def _sweep() -> None:
    """End every descendant."""
    deadline = time.monotonic() + GRACE_SECONDS
    asked: set[int] = set()
    while children := _descendants():
        late = time.monotonic() > deadline
        for pid in children:
            if late or pid not in asked:
                asked.add(pid)
                _kill(pid, signal.SIGKILL if late else signal.SIGTERM)
        while _reap(block=False)[0] > 0:
            pass
        time.sleep(POLL_SECONDS)  # noqa: TID251 - a process of its own, without a loop


def _reap(*, block: bool) -> tuple[int, int]:
    """A pid and status; (0, 0) for none yet or an interruption, (-1, 0) for no child."""
    try:
        # Not WAIT: a signal must be seen, and Python would go on waiting after it.
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0 and block:
            signal.sigtimedwait([signal.SIGCHLD], 0.2)
    except ChildProcessError:
        return -1, 0
    return pid, status


def _kill(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        return


def _descendants() -> set[int]:
    parents: dict[int, int] = {}
    for name in os.listdir("/proc"):  # noqa: PTH208 - pathlib costs 10 ms of start-up
        if name.isdigit() and (parent := _parent(name)):
            parents[int(name)] = parent
    found = {os.getpid()}
    while more := {p for p, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {os.getpid()}


def _parent(pid: str) -> int:
    """The parent of a process; 0 for a zombie, which only waits to be reaped."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 - see above
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return 0
    return 0 if fields[0] == b"Z" else int(fields[1])


def _prctl(option: int, value: int) -> None:
    """Linux only; elsewhere the agent's process group is all there is."""
    library = ctypes.CDLL(None)
    if hasattr(library, "prctl"):
        library.prctl(option, value, 0, 0, 0)


if __name__ == "__main__":
    # Blocked, so that sigtimedwait sees it.
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
    sys.exit(main(sys.argv[1:]))
