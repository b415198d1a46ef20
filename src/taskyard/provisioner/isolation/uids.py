"""A user of its own on the host for every workspace, when the provisioner is root.

Workspaces then cannot read each other's files even through a mount they share, and no
process of theirs is root outside. Without root all of them are the provisioner's user.
"""

import fcntl
import json
import os
from pathlib import Path

__all__ = ["FIRST_UID", "UID_COUNT", "UidRange", "own"]

#: Above what useradd, subuid files and systemd's containers give out (to 1 879 048 191),
#: below the highest that every file system and tool takes as signed.
FIRST_UID = 1_900_000_000
UID_COUNT = 1_000_000


class UidRange:
    """Remembers which home belongs to which user, in one small file.

    Safe to call from several threads and processes. A home that is gone frees its user
    for later, once the range has been gone through.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def uid_for(self, home: Path) -> int:
        """The user (and group) that owns `home`: the same one every time."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
        lock = os.open(self._path.with_suffix(".lock"), flags, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            return self._given_to(str(home))
        finally:
            os.close(lock)

    def _given_to(self, home: str) -> int:
        given: dict[str, int] = {}
        if self._path.exists():
            given = json.loads(self._path.read_text())
        if home not in given:
            # Counting on from the highest ever given: a user is not reused while a
            # process of its last holder may still be dying.
            highest = max(given.values(), default=FIRST_UID - 1)
            given = {path: uid for path, uid in given.items() if os.path.lexists(path)}
            given[home] = _free(set(given.values()), highest + 1)
            half = self._path.with_suffix(".part")
            _ = half.write_text(json.dumps(given))
            _ = half.replace(self._path)
        return given[home]


def own(path: Path, uid: int) -> None:
    """Make `path` and all below it belong to `uid` alone, unless it already does.

    Links are not followed: what is below may have been made by somebody hostile.
    """
    if path.lstat().st_uid == uid:
        return
    for _, directories, files, directory in os.fwalk(path, follow_symlinks=False):
        for name in (*directories, *files):
            os.chown(name, uid, uid, dir_fd=directory, follow_symlinks=False)
    path.chmod(0o700)
    os.chown(path, uid, uid, follow_symlinks=False)  # last: its owner says "done"


def _free(taken: set[int], start: int) -> int:
    for offset in range(UID_COUNT):
        uid = FIRST_UID + (start - FIRST_UID + offset) % UID_COUNT
        if uid not in taken:
            return uid
    raise RuntimeError(f"all {UID_COUNT} users for workspaces are taken")
