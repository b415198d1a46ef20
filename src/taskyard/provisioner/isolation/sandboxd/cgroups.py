"""Limits of memory, processors and processes, through whichever cgroups this host has."""

import contextlib
import os
import re
import signal
import time
from pathlib import Path
from typing import Literal, NamedTuple

__all__ = ["Amounts", "Places", "create", "enter", "kill", "locate", "remove"]

_TRIES = 50
_PERIOD = 100_000  # microseconds; the kernel's default
_CONTROLLERS = ("memory", "pids", "cpu")


class Amounts(NamedTuple):
    """None = not limited."""

    memory_bytes: int | None = None
    cpus: float | None = None
    pids: int | None = None


class Places(NamedTuple):
    """Where the groups of one sandbox are (or would be): one with v2, several with v1."""

    version: Literal["cgroup2", "cgroup1"]
    directories: tuple[str, ...]


def locate(
    name: str,
    *,
    mountinfo: Path = Path("/proc/self/mountinfo"),
    own: Path = Path("/proc/self/cgroup"),
) -> Places | None:
    """Choose where the groups of sandbox `name` go; None when nothing is writable.

    Under v2 the group stands at the top of what we may write: a group beside our own
    would end with the service that holds us, and ours has processes, so it may not
    share out controllers. Under v1 it stands below our own group: whatever limits us
    then limits the workspaces too.
    """
    mounts = _mounts(mountinfo)
    paths = _own_paths(own)
    unified = mounts.get("")
    if unified is not None and "memory" in _words(unified / "cgroup.controllers"):
        top = _highest_writable(unified, paths.get("", "/"))
        return top and Places("cgroup2", (str(top / "taskyard" / name),))

    directories: list[str] = []
    for controller in _CONTROLLERS:
        mount = mounts.get(controller)
        if mount is None:
            return None
        base = mount / paths.get(controller, "/").lstrip("/")
        if not os.access(base, os.W_OK):
            base = mount  # our own path is not visible in this cgroup namespace
        if not os.access(base, os.W_OK):
            return None
        directories.append(str(base / "taskyard" / name))
    return Places("cgroup1", tuple(dict.fromkeys(directories)))


def create(places: Places, amounts: Amounts) -> None:
    """Make the groups and set the limits; OSError when one cannot be set."""
    if places.version == "cgroup2":
        _create_v2(Path(places.directories[0]), amounts)
    else:
        for directory in places.directories:
            _create_v1(Path(directory), amounts)


def enter(directories: tuple[str, ...]) -> None:
    """Move the calling process in."""
    for directory in directories:
        Path(directory, "cgroup.procs").write_text("0")


def kill(directories: tuple[str, ...]) -> None:
    """SIGKILL whatever is inside."""
    for directory in directories:
        try:
            Path(directory, "cgroup.kill").write_text("1")
        except OSError:
            for pid in _words(Path(directory, "cgroup.procs")):
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(int(pid), signal.SIGKILL)


def remove(directories: tuple[str, ...], *, seconds: float = 5.0) -> list[str]:
    """Remove the groups and what a workspace nested in them; answers what is left."""
    deadline = time.monotonic() + seconds
    while True:
        left = [d for d in directories if not _remove_tree(Path(d))]
        if not left or time.monotonic() > deadline:
            break
        time.sleep(0.01)  # noqa: TID251 - the dying leave in their own time; no event tells
    for directory in directories:
        with contextlib.suppress(OSError):  # not empty: other sandboxes
            Path(directory).parent.rmdir()
    return left


def _create_v2(group: Path, amounts: Amounts) -> None:
    shared = group.parent
    _make(group)
    for level in (shared.parent, shared):
        for controller in _CONTROLLERS:
            with contextlib.suppress(OSError):  # missing ones show below
                (level / "cgroup.subtree_control").write_text(f"+{controller}")

    if amounts.memory_bytes is not None:
        (group / "memory.max").write_text(str(amounts.memory_bytes))
        with contextlib.suppress(OSError):  # a kernel without swap accounting
            (group / "memory.swap.max").write_text("0")
    if amounts.pids is not None:
        (group / "pids.max").write_text(str(amounts.pids))
    if amounts.cpus is not None:
        quota = max(1000, int(amounts.cpus * _PERIOD))
        (group / "cpu.max").write_text(f"{quota} {_PERIOD}")


def _create_v1(group: Path, amounts: Amounts) -> None:
    _make(group)
    limit = group / "memory.limit_in_bytes"
    if amounts.memory_bytes is not None and limit.exists():
        limit.write_text(str(amounts.memory_bytes))
        with contextlib.suppress(OSError):  # a kernel without swap accounting
            (group / "memory.memsw.limit_in_bytes").write_text(
                str(amounts.memory_bytes)
            )
    limit = group / "pids.max"
    if amounts.pids is not None and limit.exists():
        limit.write_text(str(amounts.pids))
    limit = group / "cpu.cfs_quota_us"
    if amounts.cpus is not None and limit.exists():
        (group / "cpu.cfs_period_us").write_text(str(_PERIOD))
        limit.write_text(str(max(1000, int(amounts.cpus * _PERIOD))))


def _make(group: Path) -> None:
    # 1. A leaving sandbox removes the empty shared parent; 2. we make it; 3. it goes
    # again before our own is in it: so try again.
    for _ in range(_TRIES):
        # "Exists" is what mkdir says of a parent that was there a moment ago and is not now.
        with contextlib.suppress(FileNotFoundError, FileExistsError):
            group.mkdir(parents=True, exist_ok=True)
            return
    raise FileNotFoundError(str(group))


def _remove_tree(group: Path) -> bool:
    if not group.is_dir():
        return True
    for path, directories, _ in os.walk(group, topdown=False):
        for name in directories:
            with contextlib.suppress(OSError):
                os.rmdir(os.path.join(path, name))  # noqa: PTH106, PTH118 - os.walk speaks strings
    try:
        group.rmdir()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def _highest_writable(mount: Path, own: str) -> Path | None:
    """The topmost group on the way to our own that we may add groups to."""
    parts = [part for part in own.split("/") if part not in ("", "..")]
    for depth in range(len(parts) + 1):
        group = mount.joinpath(*parts[:depth])
        if all(
            os.access(group / name, os.W_OK)
            for name in ("", "cgroup.procs", "cgroup.subtree_control")
        ):
            return group
    return None


def _mounts(mountinfo: Path) -> dict[str, Path]:
    """Mount points by v1 controller; v2 under the empty name."""
    found: dict[str, Path] = {}
    for line in mountinfo.read_text().splitlines():
        left, _, right = line.partition(" - ")
        kind, _, options = right.split(" ", 2)
        where = Path(re.sub(r"\\040", " ", left.split(" ")[4]))
        if kind == "cgroup2":
            found[""] = where
        elif kind == "cgroup":
            found.update(dict.fromkeys(options.split(","), where))
    return found


def _own_paths(own: Path) -> dict[str, str]:
    """Our own group by v1 controller; v2 under the empty name."""
    found: dict[str, str] = {}
    for line in own.read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        found.update(dict.fromkeys(controllers.split(","), path))
    return found


def _words(path: Path) -> list[str]:
    try:
        return path.read_text().split()
    except OSError:
        return []
