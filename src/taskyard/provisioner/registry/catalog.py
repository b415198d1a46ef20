"""Modules on disk: `modules/<namespace>/<name>/<version>/*.tf` below each root.

Versions that share their files need no copies: `versions.txt` in a module's folder names
those that `current/` answers to, one a line. Roots come in order; a version that an earlier one has is taken from there. Looked up
anew each time: there are few, and who edits a module sees the change at once.
"""

import io
import re
import tarfile
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Final

__all__ = ["Catalog", "bundled_roots"]

_VERSION: Final = re.compile(r"(\d+)\.(\d+)\.(\d+)(?:-[0-9A-Za-z.\-]+)?")
_WORD: Final = re.compile(r"[0-9A-Za-z_\-]+")
_LIST: Final = "versions.txt"
_SHARED: Final = "current"
#: `registry.coder.com/modules/<name>/coder`, from before modules had namespaces.
_LEGACY: Final = "modules"


def bundled_roots(configured: Path | None) -> tuple[Path, ...]:
    """The configured registry, then the one in the package or beside the sources."""
    packaged = Path(str(files("taskyard"))) / "_registry"
    beside = Path(str(files("taskyard"))).parents[1] / "registry"
    roots = [root for root in (packaged, beside) if (root / "modules").is_dir()]
    return (configured, *roots[:1]) if configured else tuple(roots[:1])


class Catalog:
    def __init__(self, roots: Sequence[Path]) -> None:
        self._roots = [root / "modules" for root in roots]

    def names(self) -> list[str]:
        """`namespace/name` of every module."""
        found = {
            f"{module.parent.name}/{module.name}"
            for root in self._roots
            for module in root.glob("*/*")
            if any(_versions(module))
        }
        return sorted(found)

    def versions(self, namespace: str, name: str) -> list[str]:
        """Newest first; empty when there is no such module."""
        found = {
            version
            for module in self._directories(namespace, name)
            for version in _versions(module)
        }
        return sorted(found, key=_order, reverse=True)

    def archive(self, namespace: str, name: str, version: str) -> bytes | None:
        """The module as tar.gz, files at its root; None when there is no such version."""
        if not _VERSION.fullmatch(version):
            return None
        for module in self._directories(namespace, name):
            if (directory := _directory(module, version)) is not None:
                return _archived(directory)
        return None

    def _directories(self, namespace: str, name: str) -> Iterator[Path]:
        if not _WORD.fullmatch(namespace) or not _WORD.fullmatch(name):
            return
        for root in self._roots:
            if namespace == _LEGACY:
                yield from sorted(root.glob(f"*/{name}"))
            elif (root / namespace / name).is_dir():
                yield root / namespace / name


def _versions(module: Path) -> Iterator[str]:
    for entry in module.iterdir() if module.is_dir() else ():
        if _VERSION.fullmatch(entry.name) and any(entry.glob("*.tf")):
            yield entry.name
    yield from _sharing(module)


def _sharing(module: Path) -> list[str]:
    """The versions whose files are those of `current/`."""
    listed = module / _LIST
    lines = listed.read_text().split() if listed.is_file() else []
    return [line for line in lines if _VERSION.fullmatch(line)]


def _directory(module: Path, version: str) -> Path | None:
    if (module / version).is_dir():
        return module / version
    return module / _SHARED if version in _sharing(module) else None


def _order(version: str) -> tuple[tuple[int, ...], bool, str]:
    numbers, _, label = version.partition("-")
    # A release comes after its own release candidates.
    return tuple(map(int, numbers.split("."))), not label, label


def _archived(directory: Path) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", compresslevel=1) as archive:
        for path in sorted(directory.rglob("*")):
            if path.is_file():
                archive.add(path, arcname=str(path.relative_to(directory)))
    return buffer.getvalue()
