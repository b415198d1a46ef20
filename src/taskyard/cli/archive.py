"""Template folders as archives, and back."""

import gzip
import io
import os
import tarfile
from pathlib import Path
from typing import Final, Literal

from taskyard.kit.errors import InvalidRequest, TooLarge

__all__ = ["pack", "read_archive", "unpack"]

ArchiveType = Literal["application/x-tar", "application/gzip", "application/zip"]

#: What Terraform and editors leave behind; never part of a template.
_LEFT_OUT: Final = frozenset({".git", ".terraform", "node_modules", "__pycache__"})
_SECRETS: Final = (".tfstate", ".tfstate.backup")

#: As much as a server takes by default; said here before a long upload.
MAX_BYTES: Final = 100 * 1024**2


def pack(folder: Path) -> bytes:
    """A gzipped tar of `folder`, the same bytes for the same files."""
    files = sorted(_files(folder))
    if not any(
        path.suffix == ".tf" or path.name.endswith(".tf.json") for path in files
    ):
        raise InvalidRequest(
            f"{folder} has no Terraform file.",
            detail="Name the folder that has main.tf in it.",
        )
    if sum(path.stat().st_size for path in files) > MAX_BYTES:
        raise TooLarge(
            f"{folder} is larger than {MAX_BYTES // 1024**2} MiB.",
            detail="Leave out what the template does not need.",
        )

    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as archive:
        for path in files:
            member = tarfile.TarInfo(path.relative_to(folder).as_posix())
            member.size = path.stat().st_size
            member.mode = 0o755 if os.access(path, os.X_OK) else 0o644
            with path.open("rb") as content:
                archive.addfile(member, content)
    return gzip.compress(plain.getvalue(), mtime=0)


def read_archive(path: Path) -> tuple[bytes, ArchiveType]:
    """A folder is packed; a .tar, .tar.gz or .zip file is taken as it is."""
    if path.is_dir():
        return pack(path), "application/gzip"
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InvalidRequest(
            f"{path} cannot be read.", detail=error.strerror or ""
        ) from error

    if content.startswith(b"\x1f\x8b"):
        return content, "application/gzip"
    if content.startswith(b"PK"):
        return content, "application/zip"
    return content, "application/x-tar"


def unpack(archive: bytes, folder: Path) -> list[str]:
    """Write the files of a tar under `folder`, never outside it; their names.

    Python 3.11.2, of Debian 12, has no `extractall(filter=...)` yet.
    """
    root, names = folder.resolve(), list[str]()
    with tarfile.open(fileobj=io.BytesIO(archive)) as opened:
        for member in opened:
            target = _inside(root, root / member.name, member)
            target.parent.mkdir(parents=True, exist_ok=True)
            if member.isdir():
                target.mkdir(exist_ok=True)
            elif member.issym():
                _inside(root, target.parent / member.linkname, member)
                target.symlink_to(member.linkname)
            elif content := opened.extractfile(member):
                target.write_bytes(content.read())
                target.chmod(0o755 if member.mode & 0o100 else 0o644)
                names.append(member.name)
    return names


def _inside(root: Path, target: Path, member: tarfile.TarInfo) -> Path:
    resolved = target.parent.resolve() / target.name
    if not resolved.is_relative_to(root) or target.name == "..":
        raise InvalidRequest(
            f"{member.name!r} in the server's archive leads out of the folder.",
            detail="Nothing was written there. Look at the template before you use it.",
        )
    return resolved


def _files(folder: Path) -> list[Path]:
    found: list[Path] = []
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in _LEFT_OUT]
        found += [
            path
            for name in names
            if not name.endswith(_SECRETS)
            and (path := Path(parent) / name).is_file()
            and not path.is_symlink()
        ]
    return found
