"""What an archive holds once it is read, and the errors and limits of reading it."""

from dataclasses import dataclass
from enum import StrEnum, auto

from taskyard.kit.errors import InvalidRequest, TooLarge

__all__ = ["ArchiveRefused", "ArchiveTooLarge", "Entry", "Kind", "Limits"]


class ArchiveRefused(InvalidRequest):
    """The archive cannot be accepted."""


class ArchiveTooLarge(TooLarge):
    """The archive is larger than this server accepts."""


class Kind(StrEnum):
    directory = auto()
    file = auto()
    symlink = auto()
    hardlink = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One member, as the archive names it. `target` is of links, `data` of files."""

    path: str
    kind: Kind
    data: bytes = b""
    target: str = ""
    executable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How large an archive of a template may be; all sizes in bytes.

    A template is text: the largest of the public ones has 40 files and 200 kB, so these
    leave two orders of magnitude and still bound what one upload can take of memory.
    """

    compressed: int = 20 * 1024 * 1024
    unpacked: int = 64 * 1024 * 1024
    entries: int = 4096
    path: int = 512
    component: int = 255  # what file systems accept
    depth: int = 32

    def too_many_bytes(self) -> ArchiveTooLarge:
        return ArchiveTooLarge(
            f"The archive unpacks to more than {_mib(self.unpacked)} MiB.",
            detail=(
                "Leave out what the template does not need, such as .terraform, .git "
                "and state files; download large files when the workspace starts."
            ),
        )

    def too_many_entries(self) -> ArchiveTooLarge:
        return ArchiveTooLarge(
            f"The archive has more than {self.entries} entries.",
            detail=(
                "Leave out what the template does not need, such as .terraform, .git "
                "and node_modules."
            ),
        )

    def too_large_upload(self) -> ArchiveTooLarge:
        return ArchiveTooLarge(
            f"The upload is larger than {_mib(self.compressed)} MiB.",
            detail=(
                "Leave out what the template does not need, such as .terraform, .git "
                "and state files."
            ),
        )


def _mib(size: int) -> int:
    return size // (1024 * 1024)
