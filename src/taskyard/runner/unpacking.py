"""Keep the single file in the home, and beside it what cannot be loaded from inside it."""

import hashlib
import os
import shutil
import sys
import zipfile
from pathlib import Path
from typing import Final

from taskyard.runner.places import Places

__all__ = ["PREFIX", "unpack"]

#: Folders of unpacked runners are named so, with the hash of the file behind it.
PREFIX: Final = "app-"


def unpack(archive: Path, places: Places) -> Path:
    """Copy the archive into the home, once; return the copy, or `archive` on a full disk.

    The modules stay inside: they come with their bytecode, and making hundreds of small
    files is what takes long on the disk of a busy machine. Shared libraries are put
    beside the copy.
    """
    content = archive.read_bytes()
    base = places.state / "runner"
    folder = base / f"{PREFIX}{hashlib.sha256(content).hexdigest()[:16]}"
    copy = folder / "runner.pyz"
    if copy.is_file():
        return copy
    fresh = base / f".{folder.name}.{os.getpid()}"
    try:
        fresh.mkdir(mode=0o700, parents=True)
        (fresh / copy.name).write_bytes(content)
        _libraries(archive, fresh)
        fresh.rename(folder)
    except OSError as exc:
        shutil.rmtree(fresh, ignore_errors=True)
        sys.stderr.write(
            f"cannot keep the runner in {folder}: {exc}; using {archive}\n"
        )
        return copy if copy.is_file() else archive
    for old in base.glob(f"{PREFIX}*"):
        if old != folder:
            shutil.rmtree(old, ignore_errors=True)
    return copy


def _libraries(archive: Path, folder: Path) -> None:
    with zipfile.ZipFile(archive) as inside:
        for name in inside.namelist():
            if name.startswith("lib/"):
                inside.extract(name, folder)
