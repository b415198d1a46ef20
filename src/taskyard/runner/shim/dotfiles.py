"""`coder dotfiles URI`: fetch a person's dotfiles and put them in place."""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from taskyard.runner.shim.call import fail

__all__ = ["main"]

#: The first of these that exists is run, in the repository.
INSTALLERS: Final = (
    "install.sh",
    "install",
    "bootstrap.sh",
    "bootstrap",
    "script/bootstrap",
    "setup.sh",
    "setup",
    "script/setup",
)
_NOT_LINKED: Final = frozenset({".git", ".github", ".gitignore", ".gitmodules"})


def main(arguments: Sequence[str]) -> int:
    """Clone or pull, then run the installer, or else link every dotfile into the home."""
    parser = argparse.ArgumentParser(prog="coder dotfiles", allow_abbrev=False)
    parser.add_argument("uri")
    parser.add_argument(
        "-y", "--yes", action="store_true", help="accepted; nothing is asked"
    )
    parser.add_argument("-b", "--branch", default="")
    parser.add_argument("--repo-dir", default="dotfiles")
    parser.add_argument("--symlink-dir", default="")
    options = parser.parse_args(arguments)
    home = Path(os.environ.get("HOME", "~")).expanduser()
    folder = home / ".config/coderv2" / options.repo_dir
    _fetch(options.uri, folder, options.branch)
    installer = next((folder / n for n in INSTALLERS if (folder / n).is_file()), None)
    if installer is not None:
        return _run([*_starter(installer), str(installer)], folder)
    _link(folder, Path(options.symlink_dir or home).expanduser())
    return 0


def _fetch(uri: str, folder: Path, branch: str) -> None:
    which = ["--branch", branch] if branch else []
    if (folder / ".git").exists():
        code = _run(["git", "pull", "--ff-only"], folder)
    else:
        folder.parent.mkdir(parents=True, exist_ok=True)
        code = _run(["git", "clone", *which, "--", uri, str(folder)], folder.parent)
    if code != 0:
        fail(f"git could not fetch {uri}")


def _starter(installer: Path) -> list[str]:
    return [] if os.access(installer, os.X_OK) else ["sh"]


def _link(folder: Path, target: Path) -> None:
    """A file that is in the way is kept as NAME.bak."""
    for file in sorted(folder.iterdir()):
        if not file.name.startswith(".") or file.name in _NOT_LINKED:
            continue
        place = target / file.name
        if place.is_symlink() and place.resolve() == file.resolve():
            continue
        if place.exists() or place.is_symlink():
            place.rename(place.with_name(place.name + ".bak"))
        place.symlink_to(file)
        sys.stdout.write(f"linked {place}\n")


def _run(command: list[str], folder: Path) -> int:
    try:
        return subprocess.run(command, cwd=folder, check=False).returncode
    except OSError as exc:
        fail(f"cannot run {command[0]}: {exc.strerror}")
