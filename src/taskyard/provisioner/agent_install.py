"""Install agents once on a host, to be shared read-only by every workspace.

    {agents_dir}/<name>/<version>/      one complete installation, readable by all
        run                             speaks ACP on stdin and stdout, where the agent can
        node_modules/.bin/<program>     the agent's own command, from npm
        bin/<program>                   the same, from PyPI
    {agents_dir}/<name>/current         link to the version installed last
    {agents_dir}/.partial/, .locks/     ours alone

A version's folder appears by one rename, when it is complete and has answered an ACP
`initialize`, or said its version: an installation that was killed leaves only what the next
one clears away. Earlier versions stay, because running workspaces have them open.
"""

import fcntl
import os
import shutil
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from taskyard.provisioner import agent_npm, agent_pypi
from taskyard.provisioner.agent_check import answers_initialize, says_version
from taskyard.provisioner.agent_downloads import AgentNotInstallable, Progress, Source
from taskyard.provisioner.agent_packages import PACKAGES, AgentPackage

__all__ = ["AgentNotInstallable", "InstalledAgent", "install", "installed", "run_path"]

_RUN: Final = "run"
_CURRENT: Final = "current"


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
                _source(package).check(package, env)
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
    """The current installation's program; None when there is none."""
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
        program = _source(package).fetch(package, partial, progress, environment)
        _write_run(package, partial, program)
        progress("checking that it starts")
        if (problem := _problem(package, partial / _RUN, environment)) is not None:
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


def _source(package: AgentPackage) -> Source:
    return agent_pypi if package.pypi else agent_npm


def _problem(
    package: AgentPackage, run: Path, environment: Mapping[str, str]
) -> str | None:
    if package.speaks_acp:
        return answers_initialize(run, environment)
    return says_version(run, package.version, environment)


def _write_run(package: AgentPackage, folder: Path, program: str) -> None:
    arguments = "".join(f" {word}" for word in package.acp_arguments)
    run = folder / _RUN
    run.write_text(
        "#!/bin/sh\n"
        'here="$(dirname "$(readlink -f "$0")")"\n'
        f'exec "$here/{program}"{arguments} "$@"\n'
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


def _check_disk(agents_dir: Path, package: AgentPackage) -> None:
    free = shutil.disk_usage(agents_dir).free // 1_000_000
    # Package managers keep the archives in a cache while they unpack them.
    if free < 2 * package.megabytes:
        raise AgentNotInstallable(
            f"{package.name} needs {2 * package.megabytes} MB while it is installed, and "
            f"{agents_dir} has {free} MB left."
        )
