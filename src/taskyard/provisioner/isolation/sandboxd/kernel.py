"""The kernel calls that Python 3.11 lacks, through ctypes; Linux only."""

import ctypes
import os

__all__ = [
    "NEW_NET",
    "NEW_NS",
    "NEW_USER",
    "bind",
    "die_with_parent",
    "make_slave",
    "mount_tmpfs",
    "reap_orphans",
    "setns",
    "unshare",
]

NEW_NS = 0x0002_0000
NEW_USER = 0x1000_0000
NEW_NET = 0x4000_0000

_MS_BIND = 1 << 12
_MS_REC = 1 << 14
_MS_SLAVE = 1 << 19
_MS_NOSUID = 1 << 1
_MS_NODEV = 1 << 2
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_SIGKILL = 9

_libc = ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def unshare(flags: int) -> None:
    _check(_libc.unshare(flags), "unshare")


def setns(descriptor: int, kind: int) -> None:
    _check(_libc.setns(descriptor, kind), "setns")


def die_with_parent() -> None:
    """Be killed when the thread that forked us ends; a change of uid forgets this."""
    _check(_libc.prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0), "prctl")


def reap_orphans() -> None:
    """Become the parent of descendants whose own parent died."""
    _check(_libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "prctl")


def make_slave() -> None:
    """Keep our mounts to ourselves, but let go of what the host unmounts."""
    _mount(None, "/", None, _MS_REC | _MS_SLAVE, None)


def mount_tmpfs(target: str, options: str) -> None:
    _mount("tmpfs", target, "tmpfs", _MS_NOSUID | _MS_NODEV, options)


def bind(source: str, target: str) -> None:
    """Make `source` and the mounts below it visible at `target`, which exists."""
    _mount(source, target, None, _MS_BIND | _MS_REC, None)


def _mount(
    source: str | None, target: str, kind: str | None, flags: int, data: str | None
) -> None:
    result = _libc.mount(
        source and source.encode(),
        target.encode(),
        kind and kind.encode(),
        ctypes.c_ulong(flags),
        data and data.encode(),
    )
    _check(result, f"mount {source or ''} on {target}")
