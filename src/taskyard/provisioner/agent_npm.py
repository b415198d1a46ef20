"""Agents from the npm registry, which Node.js runs or unpacks."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from taskyard.provisioner.agent_downloads import (
    AgentNotInstallable,
    Progress,
    download,
)
from taskyard.provisioner.agent_packages import AgentPackage

__all__ = ["check", "fetch"]

_OLDEST_NODE: Final = 20
#: Milliseconds of silence after which npm tries again; after the third time it gives up.
_SILENCE: Final = 60_000
_CURES: Final[Mapping[str, str]] = {
    r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET": (
        "The npm registry cannot be reached. Check the network, or set a mirror with "
        "`npm config set registry URL` and a proxy with HTTPS_PROXY."
    ),
    r"E404|ETARGET": "The registry does not have this version: check the configured mirror.",
    r"E401|E403": "The registry refuses access: check npm's credentials.",
}


def check(_package: AgentPackage, environment: Mapping[str, str]) -> None:
    """Raises `AgentNotInstallable`."""
    path = environment.get("PATH", os.defpath)
    for program in ("node", "npm"):
        if shutil.which(program, path=path) is None:
            raise AgentNotInstallable(
                f"{program} is not on PATH: install Node.js {_OLDEST_NODE} or newer with npm."
            )

    answer = subprocess.run(
        ["node", "--version"],
        env=dict(environment),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    found = re.match(r"v(\d+)\.", answer.stdout)
    if found is None or int(found[1]) < _OLDEST_NODE:
        raise AgentNotInstallable(
            f"node {answer.stdout.strip() or '(no version)'} is too old: install Node.js "
            f"{_OLDEST_NODE} or newer."
        )


def fetch(
    package: AgentPackage,
    folder: Path,
    progress: Progress,
    environment: Mapping[str, str],
) -> str:
    """Install into `folder`; returns the program's path in it."""
    # An absolute prefix and no cwd of the caller: npm takes `name` for a folder otherwise.
    command = [
        "npm", "install", "--prefix", str(folder), "--no-audit", "--no-fund",
        "--no-save", "--loglevel=error", f"--fetch-timeout={_SILENCE}", package.spec,
    ]  # fmt: skip
    download(
        command,
        package,
        folder=folder,
        environment=environment,
        progress=progress,
        cures=_CURES,
    )
    return f"node_modules/.bin/{package.program}"
