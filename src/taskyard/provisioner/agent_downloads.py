"""Run a package manager for an agent, and say what to do where it fails."""

import re
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol

from taskyard.provisioner.agent_packages import AgentPackage

__all__ = ["AgentNotInstallable", "Progress", "Source", "download"]

Progress = Callable[[str], None]

_SECONDS: Final = 1800
_CURES: Final[Mapping[str, str]] = {
    r"ENOSPC|No space left": "The disk is full: free some space and try again.",
    r"EACCES|EPERM|Permission denied": (
        "This user may not write there: run as the user that owns the folder."
    ),
}


class Source(Protocol):
    """Where packages come from. Both raise `AgentNotInstallable`."""

    def check(self, package: AgentPackage, environment: Mapping[str, str], /) -> None:
        """Look for what is needed on this host."""
        ...

    def fetch(
        self,
        package: AgentPackage,
        folder: Path,
        progress: Progress,
        environment: Mapping[str, str],
        /,
    ) -> str:
        """Install into `folder`; returns the program's path in it."""
        ...


class AgentNotInstallable(Exception):
    """The agent cannot be installed; the text says what to do."""


def download(
    command: Sequence[str],
    package: AgentPackage,
    *,
    folder: Path,
    environment: Mapping[str, str],
    progress: Progress,
    cures: Mapping[str, str],
) -> None:
    """Run `command` in `folder`. `cures` says what to do about what it says.

    Raises `AgentNotInstallable`.
    """
    manager = Path(command[0]).name
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise AgentNotInstallable(
            f"{manager} did not finish {package.spec} within {_SECONDS // 60} minutes."
        ) from error

    if done.returncode != 0:
        for line in done.stdout.splitlines()[-10:]:
            progress(line)
        failed = f"{manager} could not install {package.spec}"
        raise AgentNotInstallable(f"{failed}{_reason(done.stdout, cures)}")


def _reason(output: str, cures: Mapping[str, str]) -> str:
    for pattern, cure in {**cures, **_CURES}.items():
        if re.search(pattern, output):
            return f". {cure}"
    last = next((line for line in reversed(output.splitlines()) if line.strip()), "")
    return f": {last.strip() or 'no message'}"
