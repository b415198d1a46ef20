"""Agents from PyPI, which the Python of the workspaces runs.

A virtual environment would name its interpreter by where it is on the host. So the
packages lie in a folder of their own, and a launcher finds an interpreter that is there,
on the host and in a sandbox alike. It runs isolated: what the user installs with pip, and
PYTHONPATH, are the user's and never the agent's.
"""

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from taskyard.provisioner.agent_downloads import (
    AgentNotInstallable,
    Progress,
    download,
)
from taskyard.provisioner.agent_packages import AgentPackage
from taskyard.provisioner.isolation.layout import PYTHON
from taskyard.provisioner.isolation.toolchain import find_toolchain

__all__ = ["check", "fetch"]

_PACKAGES: Final = "packages"
#: Seconds of silence after which it tries again; after the third time it gives up.
_SILENCE: Final = "60"
_CURES: Final[Mapping[str, str]] = {
    r"dns error|[Cc]onnection (?:refused|reset)|timed out|NewConnectionError|error sending": (
        "The package index cannot be reached. Check the network, or set a mirror with "
        "UV_DEFAULT_INDEX (PIP_INDEX_URL) and a proxy with HTTPS_PROXY."
    ),
    r"[Nn]o (?:matching distribution|solution found)|404 Not Found": (
        "The index does not have this version: check the configured mirror."
    ),
    r"401 |403 ": "The index refuses access: check its credentials.",
}
_LAUNCHER: Final = """\
#!/bin/sh
# Written at installation: the first interpreter of the right version runs {program}.
here="$(dirname "$(dirname "$(readlink -f "$0")")")"
for python in {pythons}; do
  if "$python" -I -S -c 'import sys; sys.exit(sys.version_info[:2] != {version})' 2>/dev/null; then
    exec "$python" -I -S "$here/bin/.{program}.py" "$here/packages" "$@"
  fi
done
echo "{program} was installed for Python {dotted}, which is not here: install it again." >&2
exit 127
"""
_PROGRAM: Final = """\
import site
import sys

packages = sys.argv.pop(1)
site.addsitedir(packages)
sys.argv[0] = {program!r}
{prelude}
from {module} import {function}

sys.exit({function}())
"""


def check(package: AgentPackage, _environment: Mapping[str, str]) -> None:
    """Raises `AgentNotInstallable`."""
    _interpreter(package)


def fetch(
    package: AgentPackage,
    folder: Path,
    progress: Progress,
    environment: Mapping[str, str],
) -> str:
    """Install into `folder`; returns the program's path in it."""
    python, version = _interpreter(package)
    target = folder / _PACKAGES
    download(
        _manager(package, target, python, environment.get("PATH", os.defpath)),
        package,
        folder=folder,
        environment={
            "UV_HTTP_TIMEOUT": _SILENCE,
            "PIP_DEFAULT_TIMEOUT": _SILENCE,
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            **environment,
        },
        progress=progress,
        cures=_CURES,
    )
    # They name an interpreter of this host; the launcher takes their place.
    shutil.rmtree(target / "bin", ignore_errors=True)
    return _write_launcher(package, folder, python, version)


def _manager(package: AgentPackage, target: Path, python: str, path: str) -> list[str]:
    """uv, beside our own interpreter or on PATH; else pip, which takes minutes."""
    beside = Path(sys.executable).with_name("uv")
    uv = str(beside) if beside.exists() else shutil.which("uv", path=path)
    words = ["--quiet", "--target", str(target), package.spec]
    if uv is not None:
        return [uv, "pip", "install", "--compile-bytecode", "--python", python, *words]
    return [sys.executable, "-m", "pip", "--python", python, "install", *words]


def _interpreter(package: AgentPackage) -> tuple[str, tuple[int, int]]:
    """One that workspaces have too, of a version that the agent runs on."""
    for python in _interpreters():
        version = _version(python)
        if version in package.pythons:
            return python, version

    wanted = " or ".join(f"{major}.{minor}" for major, minor in package.pythons)
    raise AgentNotInstallable(
        f"{package.name} runs on Python {wanted} only, and workspaces of this host have "
        f"none of them: install one below /usr (Debian: apt install python3)."
    )


def _interpreters() -> Iterable[str]:
    tools = find_toolchain()
    yield str(tools.python / "bin/python3" if tools.python_is_prefix else tools.python)
    # Everything below /usr is in the sandbox at the same place.
    yield from map(
        str, sorted(Path("/usr/bin").glob("python3.[0-9]*[0-9]"), reverse=True)
    )


def _version(python: str) -> tuple[int, int] | None:
    code = "import json, sys; print(json.dumps(sys.version_info[:2]))"
    try:
        done = subprocess.run(
            [python, "-I", "-S", "-c", code],
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    major, minor = json.loads(done.stdout)
    return major, minor


def _write_launcher(
    package: AgentPackage, folder: Path, python: str, version: tuple[int, int]
) -> str:
    programs = folder / "bin"
    programs.mkdir(exist_ok=True)
    module, _, function = package.entry.partition(":")
    (programs / f".{package.program}.py").write_text(
        _PROGRAM.format(
            program=package.program,
            prelude=package.prelude,
            module=module,
            function=function,
        )
    )
    launcher = programs / package.program
    launcher.write_text(
        _LAUNCHER.format(
            program=package.program,
            pythons=f"{PYTHON}/bin/python3 {shlex.quote(python)}",
            version=version,
            dotted=f"{version[0]}.{version[1]}",
        )
    )
    launcher.chmod(0o755)
    return f"bin/{package.program}"
