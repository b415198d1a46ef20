"""Unpack archives that strangers made, and pack what Terraform fetched.

The server has checked an uploaded archive already; this is the process that unpacks it,
so it checks again.
"""

import io
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from taskyard.provisioner.errors import TemplateInvalid

__all__ = ["MODULES", "pack_modules", "unpack"]

_MAX_FILES: Final = 5_000
_MAX_BYTES: Final = 100 << 20
_MAX_NAME: Final = 1_024
_COPY_BYTES: Final = 1 << 20

#: Where Terraform keeps fetched modules; their archive has paths from the template's root.
MODULES: Final = ".terraform/modules"
_LOCK_FILE: Final = ".terraform.lock.hcl"


def unpack(data: bytes, directory: Path, *, is_template: bool = True) -> None:
    """Write the files of a tar (plain or gzip) below `directory`.

    Of a template, what Terraform would take for its own (`.terraform/`, state files) is
    left out. Raises `TemplateInvalid` for anything that is not a file or a directory
    inside, and for more than a template can reasonably be.
    """
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:*") as archive:
            _extract(archive, directory, is_template=is_template)
    except (tarfile.TarError, EOFError, OSError, ValueError, OverflowError) as error:
        raise TemplateInvalid(
            f"The archive cannot be unpacked ({error}). "
            "Upload a tar or zip of the template's directory."
        ) from error


def _extract(archive: tarfile.TarFile, directory: Path, *, is_template: bool) -> None:
    total = count = 0
    for member in archive:
        count += 1
        total += member.size
        if count > _MAX_FILES:
            raise TemplateInvalid(f"The archive has more than {_MAX_FILES} entries.")
        if total > _MAX_BYTES:
            raise TemplateInvalid(
                f"The archive unpacks to more than {_MAX_BYTES >> 20} MiB: "
                "leave out what Terraform does not need."
            )

        path = _checked(member)
        if is_template and _is_terraforms_own(path):
            continue
        target = directory.joinpath(*path.parts)
        if member.isdir():
            target.mkdir(parents=True, exist_ok=True)
        else:
            _write(archive, member, target)


def _checked(member: tarfile.TarInfo) -> PurePosixPath:
    name = member.name
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\0" in name or "\\" in name:
        raise TemplateInvalid(f'"{name[:200]}" leads out of the template: remove it.')
    if len(name) > _MAX_NAME:
        raise TemplateInvalid(f'The name "{name[:60]}..." is longer than {_MAX_NAME}.')
    if member.issym() or member.islnk():
        raise TemplateInvalid(f'"{name}" is a link: replace it by a copy of the file.')
    if not member.isfile() and not member.isdir():
        raise TemplateInvalid(f'"{name}" is not an ordinary file: remove it.')
    return path


def _is_terraforms_own(path: PurePosixPath) -> bool:
    return ".terraform" in path.parts or ".tfstate" in path.name


def _write(archive: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> None:
    source = archive.extractfile(member)
    if source is None:
        raise TemplateInvalid(f'"{member.name}" cannot be read from the archive.')
    target.parent.mkdir(parents=True, exist_ok=True)
    with source, target.open("xb") as file:
        while chunk := source.read(_COPY_BYTES):
            file.write(chunk)
    target.chmod(0o700 if member.mode & 0o100 else 0o600)


def pack_modules(directory: Path) -> bytes | None:
    """Fetched modules and the lock file as tar.gz; None when Terraform fetched none.

    Raises `TemplateInvalid` when they are too large to be kept.
    """
    buffer = io.BytesIO()
    count = total = 0
    with tarfile.open(fileobj=buffer, mode="w:gz", compresslevel=1) as archive:
        for path in _fetched(directory):
            count += 1
            total += path.stat().st_size
            if total > _MAX_BYTES or count > _MAX_FILES:
                raise TemplateInvalid(
                    f"The template's modules are more than {_MAX_BYTES >> 20} MiB or "
                    f"{_MAX_FILES} files: use modules that bring less along."
                )
            archive.add(path, arcname=str(path.relative_to(directory)))
    return buffer.getvalue() if count else None


def _fetched(directory: Path) -> Iterator[Path]:
    for path in sorted((directory / MODULES).rglob("*")):
        # A module from git brings its history, and links would be refused on the way back.
        if path.is_file() and not path.is_symlink() and ".git" not in path.parts:
            yield path
    if (directory / _LOCK_FILE).is_file():
        yield directory / _LOCK_FILE
