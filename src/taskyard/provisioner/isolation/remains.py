"""Find and clear away what a sandbox left, whoever died at whatever point."""

import shutil
from datetime import datetime
from pathlib import Path
from signal import SIGKILL

from taskyard.provisioner.isolation.sandboxd import cgroups, files
from taskyard.provisioner.isolation.sandboxd.plan import StateRecord
from taskyard.provisioner.isolation.sandboxd.processes import Process, boot_id

__all__ = ["any_in", "clear_away", "is_stale", "kill_orphans", "remove_tree"]

_KILLED_SECONDS = 10.0


def any_in(directory: Path) -> bool:
    """Whether there is more than an egress log."""
    return any(not p.name.startswith(files.EGRESS_LOG) for p in directory.iterdir())


def is_stale(directory: Path, before: datetime) -> bool:
    """Whether only an egress log is here, not written to since `before`."""
    if not directory.exists() or any_in(directory):
        return False
    last = max((path.stat().st_mtime for path in directory.iterdir()), default=0.0)
    return last < before.timestamp()


def clear_away(directory: Path, *, keep_egress_log: bool = True) -> None:
    """Kill every process of the sandbox, remove its cgroups and files.

    Mounts and namespaces go with the processes: nothing of them is in the host's own.
    """
    state = files.read_state(directory)
    # After a reboot the record speaks of processes and groups that are long gone.
    if state is not None and state["boot_id"] == boot_id():
        _kill(state)
    if keep_egress_log:
        files.clear(directory)
    else:
        remove_tree(directory)


def kill_orphans(directory: Path) -> None:
    """Make sure that a workspace has not outlived its supervisor; files stay."""
    state = files.read_state(directory)
    if state is None or state["boot_id"] != boot_id():
        return
    if not Process(state["pid"], state["started"]).is_alive():
        _kill(state)


def remove_tree(path: Path) -> None:
    shutil.rmtree(path, ignore_errors=True)


def _kill(state: StateRecord) -> None:
    groups = tuple(state["cgroups"])
    for pid, started in (
        (state["pid"], state["started"]),
        (state["init_pid"], state["init_started"]),
    ):
        process = Process(pid, started)
        if pid and process.signal(SIGKILL):
            _ = process.wait(_KILLED_SECONDS)
    cgroups.kill(groups)
    _ = cgroups.remove(groups)
