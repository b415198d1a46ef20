"""The environment of everything the runner starts in the workspace."""

import os
import pwd
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from taskyard.protocol.link import Manifest
from taskyard.runner.places import Places

__all__ = ["build", "directory", "login_shell"]

_VARIABLE: Final = re.compile(r"\$(?:\{(\w+)\}|(\w+))", re.ASCII)


def build(
    manifest: Manifest, *, process: Mapping[str, str], token: str, places: Places
) -> dict[str, str]:
    """Merge the sources of variables; a later one wins.

    1. defaults; 2. the runner's own process; 3. the template (`$NAME` is expanded);
    4. what this workspace is (`CODER_*`, `TASKYARD_*`); 5. the server's secrets.
    """
    merged = {
        "LANG": "C.UTF-8",
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "SHELL": login_shell(process),
        **process,
    }
    for name, value in manifest["environment"].items():
        merged[name] = _expand(value, merged)
    merged.update(_own(manifest, token=token, places=places))
    merged.update(manifest["secret_environment"])
    merged["PATH"] = _first_on_path(str(places.binaries), merged["PATH"])
    return merged


def directory(manifest: Manifest, environment: Mapping[str, str]) -> Path:
    """Make the workspace's directory and return it; the home when it cannot be made."""
    home = Path(environment.get("HOME", "/"))
    text = manifest["directory"]
    if text == "~" or text.startswith("~/"):
        text = f"{home}{text[1:]}"
    path = home / _expand(text, environment)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError:
        return home
    return path


def login_shell(process: Mapping[str, str]) -> str:
    """Find the user's shell: in the environment, the user database, else what is there."""
    candidates = [process.get("SHELL", "")]
    with suppress(KeyError):
        candidates.append(pwd.getpwuid(os.getuid()).pw_shell)
    candidates += ["/bin/bash", "/bin/sh"]
    usable = (
        c for c in candidates if c and "nologin" not in c and os.access(c, os.X_OK)
    )
    return next(usable, "/bin/sh")


def _own(manifest: Manifest, *, token: str, places: Places) -> dict[str, str]:
    return {
        "CODER": "true",
        "CODER_AGENT_TOKEN": token,
        "CODER_AGENT_URL": manifest["access_url"],
        "CODER_URL": manifest["access_url"],
        "CODER_WORKSPACE_NAME": manifest["workspace_name"],
        "CODER_WORKSPACE_AGENT_NAME": manifest["agent_name"],
        "CODER_WORKSPACE_OWNER_NAME": manifest["owner_name"],
        "CODER_SCRIPT_BIN_DIR": str(places.binaries),
        "CODER_SCRIPT_DATA_DIR": str(places.script_data),
        "CS_DISABLE_GETTING_STARTED_OVERRIDE": "1",
        "GIT_SSH_COMMAND": f"{places.binaries / 'coder'} gitssh --",
        "HOME": str(places.home),
        "TASKYARD": "true",
        "TASKYARD_RUNNER_SOCKET": str(places.socket),
        "TASKYARD_TASK_ID": manifest["task_id"],
        "TASKYARD_WORKSPACE_ID": manifest["workspace_id"],
    }


def _expand(value: str, known: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda found: known.get(found[1] or found[2], ""), value)


def _first_on_path(folder: str, path: str) -> str:
    rest = [part for part in path.split(":") if part and part != folder]
    return ":".join([folder, *rest])
