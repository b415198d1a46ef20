"""Collect an archive's members into a tree in which nothing points outside."""

from typing import Final

from taskyard.server.templates.archives.entries import (
    ArchiveRefused,
    Entry,
    Kind,
    Limits,
)

__all__ = ["Tree"]

_MAX_HOPS: Final = 40  # as many links as Linux follows in one path


class Tree:
    """Paths to entries. Adding refuses what could land outside, or twice."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._entries: dict[str, Entry] = {}
        self._unpacked = 0

    def add(self, entry: Entry) -> None:
        path = self._clean(entry.path)
        if not path:  # the root itself
            self._root(entry)
            return
        if len(self._entries) >= self._limits.entries:
            raise self._limits.too_many_entries()

        known = self._entries.get(path)
        if known is not None:
            if known.kind is Kind.directory and entry.kind is Kind.directory:
                return
            raise ArchiveRefused(
                f"{path!r} is in the archive twice.",
                detail="Make the archive again from a folder; do not append to one.",
            )
        if entry.kind is Kind.hardlink:
            entry = self._copy(entry)

        self._unpacked += len(entry.data)
        if self._unpacked > self._limits.unpacked:
            raise self._limits.too_many_bytes()

        self._entries[path] = entry

    def finish(self) -> dict[str, Entry]:
        """Check what can only be seen at the end, and return the entries by path."""
        files = [p for p, e in self._entries.items() if e.kind is not Kind.directory]
        if not files:
            raise ArchiveRefused(
                "The archive is empty.",
                detail="It must hold the files of the template, such as main.tf.",
            )

        for path in self._entries:
            self._check_parents(path)

        for path, entry in self._entries.items():
            if entry.kind is Kind.symlink:
                self._check_link(path, entry.target)

        return dict(sorted(self._entries.items()))

    def _root(self, entry: Entry) -> None:
        if entry.kind is not Kind.directory:
            raise ArchiveRefused(
                f"{entry.path!r} is not the name of a file.",
                detail="Rename the file and make the archive again.",
            )

    def _clean(self, path: str) -> str:
        problem = self._explain(path)
        if problem:
            raise ArchiveRefused(
                f"The name {_shown(path)} in the archive {problem}.",
                detail=(
                    "Names must be relative, with / between folders, and stay inside "
                    "the archive. Make it from within the template's folder."
                ),
            )
        return "/".join(part for part in path.split("/") if part not in {"", "."})

    def _explain(self, path: str) -> str:
        parts = path.split("/")
        rules = (
            (not path, "is empty"),
            (path.startswith("/"), "is absolute"),
            ("\\" in path, "has a backslash"),
            (path[1:2] == ":" and path[:1].isalpha(), "names a drive"),
            (".." in parts, "leads out of its folder (..)"),
            (not path.isprintable(), "has control characters"),
            (_size(path) > self._limits.path, "is too long"),
            (any(_size(p) > self._limits.component for p in parts), "is too long"),
            (len(parts) > self._limits.depth, "is nested too deeply"),
        )
        return next((problem for wrong, problem in rules if wrong), "")

    def _copy(self, entry: Entry) -> Entry:
        """A hard link becomes a copy: what it names must already be here."""
        source = self._entries.get(self._clean(entry.target) if entry.target else "")
        if source is None or source.kind is not Kind.file:
            raise ArchiveRefused(
                f"{entry.path!r} is a link to {_shown(entry.target)}, which is not a "
                "file before it in the archive.",
                detail="Replace the link by the file it stands for.",
            )
        return Entry(
            path=entry.path,
            kind=Kind.file,
            data=source.data,
            executable=source.executable,
        )

    def _check_parents(self, path: str) -> None:
        parts = path.split("/")
        for end in range(1, len(parts)):
            parent = self._entries.get("/".join(parts[:end]))
            if parent is not None and parent.kind is not Kind.directory:
                what = "a link" if parent.kind is Kind.symlink else "a file"
                raise ArchiveRefused(
                    f"{path!r} lies below {'/'.join(parts[:end])!r}, which is {what}.",
                    detail="Make the archive again from a folder.",
                )

    def _check_link(self, path: str, target: str) -> None:
        refused = ArchiveRefused(
            f"The link {path!r} points outside the archive, to {_shown(target)}.",
            detail="Copy what it points to into the template's folder.",
        )
        if not target or target.startswith("/") or "\\" in target or "\0" in target:
            raise refused

        # Walk as the kernel does, so that links that lead over links are seen through.
        walked = path.split("/")[:-1]
        ahead = target.split("/")[::-1]
        hops = 0
        while ahead:
            part = ahead.pop()
            if part in {"", "."}:
                continue
            if part == "..":
                if not walked:
                    raise refused
                walked.pop()
                continue
            walked.append(part)
            entry = self._entries.get("/".join(walked))
            if entry is None or entry.kind is not Kind.symlink:
                continue
            hops += 1
            if hops > _MAX_HOPS:
                raise ArchiveRefused(
                    f"The link {path!r} leads through too many links, or in a circle.",
                    detail="Replace the links by the files they stand for.",
                )
            walked.pop()
            ahead.extend(entry.target.split("/")[::-1])


def _size(text: str) -> int:
    return len(text.encode(errors="surrogatepass"))


def _shown(text: str) -> str:
    return repr(text if len(text) <= 80 else text[:77] + "...")  # noqa: PLR2004 - a line of a terminal
