"""`coder gitssh -- …`: ssh for git, with the key that the server keeps for the user."""

import os
import sys
import tempfile
from collections.abc import Sequence

from taskyard.runner.shim.call import CallFailed
from taskyard.runner.shim.server import get

__all__ = ["main"]


def main(arguments: Sequence[str]) -> int:
    """Run ssh; without a key from the server, with the user's own keys only."""
    words = list(arguments[1:] if arguments[:1] == ["--"] else arguments)
    try:
        key = str(get("gitsshkey", {}).get("private_key") or "")
    except CallFailed as exc:
        sys.stderr.write(f"coder gitssh: {exc}; trying the keys of this workspace\n")
        key = ""
    if not key:
        return _ssh(words)
    with tempfile.NamedTemporaryFile("w", prefix="taskyard-git-") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(key if key.endswith("\n") else key + "\n")
        file.flush()
        return _ssh(["-i", file.name, *words])


def _ssh(words: list[str]) -> int:
    """Not exec: the key's file is removed afterwards."""
    try:
        return os.waitstatus_to_exitcode(
            os.waitpid(os.posix_spawnp("ssh", ["ssh", *words], os.environ), 0)[1]
        )
    except OSError as exc:
        sys.stderr.write(f"coder gitssh: cannot run ssh: {exc.strerror}\n")
        return 127
