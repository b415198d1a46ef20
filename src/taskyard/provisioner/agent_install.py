"""Install agents once on a host, to be shared read-only by every workspace.

    {agents_dir}/<name>/<version>/      one complete installation, readable by all
        run                             speaks ACP on stdin and stdout
        node_modules/.bin/<program>     the agent's own command
    {agents_dir}/<name>/current         link to the version installed last
    {agents_dir}/.partial/, .locks/     ours alone

A version's folder appears by one rename, when it is complete and has answered an ACP
`initialize`: an installation that was killed leaves only what the next one clears away.
Earlier versions stay, because running workspaces have them open.
"""

import fcntl
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from taskyard.provisioner.agent_check import answers_initialize
from taskyard.provisioner.agent_packages import PACKAGES, AgentPackage

__all__ = ["AgentNotInstallable", "InstalledAgent", "install", "installed", "run_path"]

Progress = Callable[[str], None]

_OLDEST_NODE: Final = 20
_NPM_SECONDS: Final = 1800
_RUN: Final = "run"
_CURRENT: Final = "current"
#: What npm says when it fails, and what the person at the host can do about it.
_CURES: Final[Mapping[str, str]] = {
    r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET": (
        "The npm registry cannot be reached. Check the network, or set a mirror with "
        "`npm config set registry URL` and a proxy with HTTPS_PROXY."
    ),
    r"ENOSPC": "The disk is full: free some space and try again.",
    r"EACCES|EPERM": "This user may not write there: run as the user that owns the folder.",
    r"E404|ETARGET": "The registry does not have this version: check the configured mirror.",
    r"E401|E403": "The registry refuses access: check npm's credentials.",
}


class AgentNotInstallable(Exception):
    """The agent cannot be installed; the text says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledAgent:
    name: str
    version: str
    path: Path
    is_current: bool


def install(
    name: str,
    agents_dir: Path,
    *,
    progress: Progress = lambda _: None,
    packages: Mapping[str, AgentPackage] = PACKAGES,
    environment: Mapping[str, str] | None = None,
) -> InstalledAgent:
    """Install the catalogue's version of `name`; does nothing when it is there.

    Blocks for up to minutes; safe to call from several processes at once. Raises
    AgentNotInstallable.
    """
    package = packages.get(name)
    if package is None:
        known = ", ".join(sorted(packages))
        raise AgentNotInstallable(f"There is no agent {name!r}. Known: {known}.")

    env = dict(os.environ if environment is None else environment)
    target = agents_dir / name / package.version
    try:
        agents_dir.mkdir(parents=True, exist_ok=True)
        agents_dir.chmod(0o755)
        with _locked(agents_dir, name, progress):
            if not (target / _RUN).is_file():
                _check_node(env)
                _check_disk(agents_dir, package)
                _install(package, agents_dir, target, progress, env)
            _make_current(target)
    except OSError as error:
        raise AgentNotInstallable(
            f"{name} could not be installed in {agents_dir}: {error}."
        ) from error

    return InstalledAgent(
        name=name, version=package.version, path=target, is_current=True
    )


def installed(agents_dir: Path) -> list[InstalledAgent]:
    """What is complete on this host, by name and version."""
    return [
        InstalledAgent(
            name=path.parent.parent.name,
            version=path.parent.name,
            path=path.parent,
            is_current=_is_current(path.parent),
        )
        for path in sorted(agents_dir.glob(f"[!.]*/[!.]*/{_RUN}"))
        if not path.parent.is_symlink()
    ]


def run_path(agents_dir: Path, name: str) -> Path | None:
    """The current installation's program that speaks ACP; None when there is none."""
    path = agents_dir / name / _CURRENT / _RUN
    return path if path.is_file() else None


def _install(
    package: AgentPackage,
    agents_dir: Path,
    target: Path,
    progress: Progress,
    environment: Mapping[str, str],
) -> None:
    partial = agents_dir / ".partial" / package.name
    replaced = agents_dir / ".partial" / f"{package.name}.replaced"
    # Ours: the lock is held. A killed installation may have left them.
    for leftover in (partial, replaced):
        shutil.rmtree(leftover, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        progress(f"downloading {package.spec} (about {package.megabytes} MB)")
        _npm_install(package, partial, progress, environment)
        _write_run(package, partial)
        progress("checking that it starts")
        if (problem := answers_initialize(partial / _RUN, environment)) is not None:
            raise AgentNotInstallable(
                f"{package.spec} was downloaded but does not start: {problem}"
            )
        _open_to_all(partial)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.parent.chmod(0o755)
        if target.exists():
            # Not complete, so not made by this function; whoever has it open keeps it.
            target.rename(replaced)
        partial.rename(target)
    finally:
        for leftover in (partial, replaced):
            shutil.rmtree(leftover, ignore_errors=True)
    progress(f"installed {package.name} {package.version}")


def _npm_install(
    package: AgentPackage,
    folder: Path,
    progress: Progress,
    environment: Mapping[str, str],
) -> None:
    # An absolute prefix and no cwd of the caller: npm takes `name` for a folder otherwise.
    command = [
        "npm", "install", "--prefix", str(folder), "--no-audit", "--no-fund",
        "--no-save", "--loglevel=error", package.spec,
    ]  # fmt: skip
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
            timeout=_NPM_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise AgentNotInstallable(
            f"npm did not finish {package.spec} within {_NPM_SECONDS // 60} minutes."
        ) from error

    if done.returncode != 0:
        for line in done.stdout.splitlines()[-10:]:
            progress(line)
        raise AgentNotInstallable(_explained(package, done.stdout))


def _explained(package: AgentPackage, output: str) -> str:
    for pattern, cure in _CURES.items():
        if re.search(pattern, output):
            return f"npm could not install {package.spec}. {cure}"
    last = next((line for line in reversed(output.splitlines()) if line.strip()), "")
    return f"npm could not install {package.spec}: {last.strip() or 'no message'}"


def _write_run(package: AgentPackage, folder: Path) -> None:
    arguments = "".join(f" {word}" for word in package.acp_arguments)
    run = folder / _RUN
    run.write_text(
        "#!/bin/sh\n"
        'here="$(dirname "$(readlink -f "$0")")"\n'
        f'exec "$here/node_modules/.bin/{package.program}"{arguments} "$@"\n'
    )
    run.chmod(0o755)


def _open_to_all(folder: Path) -> None:
    """Readable by the workspaces' users, whatever the umask was."""
    for root, _, files in os.walk(folder):
        Path(root).chmod(0o755)
        for file in files:
            path = Path(root, file)
            if not path.is_symlink():
                mode = path.stat().st_mode
                path.chmod((mode | 0o444 | (0o111 if mode & 0o100 else 0)) & 0o755)


def _make_current(target: Path) -> None:
    link = target.parent / _CURRENT
    if _is_current(target):
        return

    fresh = target.parent / f".{_CURRENT}"
    with suppress(FileNotFoundError):
        fresh.unlink()
    fresh.symlink_to(target.name)
    fresh.replace(link)


def _is_current(target: Path) -> bool:
    link = target.parent / _CURRENT
    return link.is_symlink() and link.readlink() == Path(target.name)


@contextmanager
def _locked(agents_dir: Path, name: str, progress: Progress) -> Generator[None]:
    """One installation of an agent at a time; the kernel frees the lock of who dies."""
    locks = agents_dir / ".locks"
    locks.mkdir(parents=True, exist_ok=True)
    with (locks / name).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress(f"another process is installing {name}; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _check_node(environment: Mapping[str, str]) -> None:
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


def _check_disk(agents_dir: Path, package: AgentPackage) -> None:
    free = shutil.disk_usage(agents_dir).free // 1_000_000
    # npm keeps the archives in its cache while it unpacks them.
    if free < 2 * package.megabytes:
        raise AgentNotInstallable(
            f"{package.name} needs {2 * package.megabytes} MB while it is installed, and "
            f"{agents_dir} has {free} MB left."
        )
