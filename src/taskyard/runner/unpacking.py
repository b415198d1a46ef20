"""Unpack the single file into the home, so that Python keeps its bytecode."""

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from taskyard.runner.places import Places

__all__ = ["unpack"]


def unpack(entry: Path, places: Places) -> Path:
    """Put the archive's files into the home, once.

    Returns the folder, or `entry` itself where it is a folder already or cannot be
    unpacked (a full disk): then every start compiles anew, slower, and works.
    """
    if not zipfile.is_zipfile(entry):
        return entry
    name = hashlib.sha256(entry.read_bytes()).hexdigest()[:16]
    base = places.state / "runner"
    folder = base / f"app-{name}"
    if (folder / "__main__.py").is_file():
        return folder
    fresh = base / f".app-{name}.{os.getpid()}"
    try:
        base.mkdir(mode=0o700, parents=True, exist_ok=True)
        with zipfile.ZipFile(entry) as archive:
            archive.extractall(fresh)
        fresh.rename(folder)
    except OSError as exc:
        shutil.rmtree(fresh, ignore_errors=True)
        sys.stderr.write(
            f"cannot unpack the runner into {folder}: {exc}; running from the archive\n"
        )
        return folder if (folder / "__main__.py").is_file() else entry
    for old in base.glob("app-*"):
        if old != folder:
            shutil.rmtree(old, ignore_errors=True)
    _compile_later(folder)
    return folder


def _compile_later(folder: Path) -> None:
    """Write bytecode beside the start, for commands whose start must be quick."""
    code = "import compileall, os, sys; os.nice(10); compileall.compile_dir(sys.argv[1], quiet=2)"
    subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", code, str(folder)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
