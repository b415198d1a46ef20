"""Which files a tool call changed, by what the agent tells of the call.

Agents that speak ACP send the texts before and after (`diff` blocks): of the whole file, or
of the places that changed. Others tell what they were asked to write (`raw_input`), or only
where they were (`locations`).
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from posixpath import normpath
from typing import Any, Final, Literal, final
from uuid import UUID, uuid5

from taskyard.kit.shapes import as_object, as_objects

__all__ = ["ChangeLog", "ChangedText", "FileChange", "changed_texts", "changes_of"]

Kind = Literal["created", "edited", "deleted"]
Json = Mapping[str, Any]

MAX_PATH: Final = 1024
#: One call names so many files at most; a patch of more is a check-out, not an edit.
MAX_FILES: Final = 200
_MAX_TOOL: Final = 200
#: Pairs of changed lines of one call that are compared; beyond them lines are counted
#: without finding out which moved. This runs where everybody's requests run.
_PAIRS: Final = 40_000

_EDITING: Final = frozenset({"edit", "delete", "move"})
_FINAL: Final = frozenset({"completed", "failed"})
#: Names of arguments, as tools of the known agents have them.
_PATHS: Final = ("file_path", "filePath", "path", "abs_path")
_WHOLE: Final = ("content", "file_text", "contents", "new_text")
_OLD: Final = ("old_string", "oldString", "old_str")
_NEW: Final = ("new_string", "newString", "new_str")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedText:
    """One place of a file; `old` None: the file was not there, `new` None: nor is it now."""

    path: str
    kind: Kind
    old: str | None = None
    new: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    path: str
    kind: Kind
    additions: int = 0
    deletions: int = 0


def changed_texts(data: Json) -> list[ChangedText]:
    """Every place that the call changed or would change; without texts where none are told."""
    found = list(_diffs(data))
    if not found and data.get("kind") in _EDITING:
        found = list(_asked_for(data)) or list(_located(data))
    return found


def changes_of(data: Json) -> list[FileChange]:
    """A change for each file; of a file with several places, the sum of them."""
    files: dict[str, list[ChangedText]] = {}
    for text in changed_texts(data):
        if text.path in files or len(files) < MAX_FILES:
            files.setdefault(text.path, []).append(text)
    counter = _Counter()
    return [_sum(path, texts, counter) for path, texts in files.items()]


def _sum(path: str, texts: Sequence[ChangedText], counter: "_Counter") -> FileChange:
    counts = [counter.count(text.old or "", text.new or "") for text in texts]
    return FileChange(
        path=path,
        kind=texts[-1].kind,
        additions=sum(added for added, _ in counts),
        deletions=sum(gone for _, gone in counts),
    )


class ChangeLog:
    """The changes of a batch of events, as rows; later news of a call replaces earlier."""

    def __init__(self) -> None:
        self.rows: dict[tuple[UUID, str, UUID], dict[str, Any]] = {}
        #: (session, status) -> calls that ended without saying again what they did
        self.ended: dict[tuple[UUID, str], set[str]] = {}

    def note(
        self,
        *,
        session_id: UUID,
        subject: UUID,
        key: str,
        seq: int,
        at: datetime,
        data: Json,
    ) -> None:
        """Take a `tool` event. `subject` is whom the files belong to: the task."""
        status = str(data.get("status", ""))
        changes = changes_of(data)
        for change in changes:
            artifact_id = uuid5(subject, change.path)
            before = self.rows.get((session_id, key, artifact_id))
            self.rows[session_id, key, artifact_id] = {
                "session_id": session_id,
                "tool_key": key,
                "artifact_id": artifact_id,
                "path": change.path,
                "kind": change.kind,
                "status": status,
                "tool": str(data.get("name") or data.get("kind") or "")[:_MAX_TOOL],
                "first_seq": before["first_seq"] if before else seq,
                "seq": seq,
                "at": at,
                "additions": change.additions,
                "deletions": change.deletions,
            }
        if not changes and status in _FINAL:
            self.ended.setdefault((session_id, status), set()).add(key)
            for (session, call, _), row in self.rows.items():
                if (session, call) == (session_id, key):
                    row["status"] = status


# -- what agents tell -----------------------------------------------------------------


def _diffs(data: Json) -> Iterator[ChangedText]:
    for block in as_objects(data.get("content")):
        path = _path(block.get("path"))
        if block.get("type") != "diff" or not path:
            continue
        old, new = _text(block.get("oldText")), _text(block.get("newText")) or ""
        kind = _kind(str(as_object(block.get("_meta")).get("kind", "")), data, old)
        yield ChangedText(
            path=path, kind=kind, old=old, new=None if kind == "deleted" else new
        )


def _kind(said: str, data: Json, old: str | None) -> Kind:
    if said == "delete" or data.get("kind") == "delete":
        return "deleted"
    if said == "add" or (old is None and said == ""):
        return "created"
    return "edited"


def _asked_for(data: Json) -> Iterator[ChangedText]:
    asked = as_object(data.get("raw_input"))
    path = next((p for name in _PATHS if (p := _path(asked.get(name)))), "")
    if not path:
        return
    whole, old, new = (_first(asked, names) for names in (_WHOLE, _OLD, _NEW))
    if data.get("kind") == "delete":
        yield ChangedText(path=path, kind="deleted")
    elif new is not None:
        yield ChangedText(path=path, kind="edited", old=old, new=new)
    elif whole is not None:
        yield ChangedText(path=path, kind="created", new=whole)


def _located(data: Json) -> Iterator[ChangedText]:
    kind: Kind = "deleted" if data.get("kind") == "delete" else "edited"
    for location in as_objects(data.get("locations")):
        if path := _path(location.get("path")):
            yield ChangedText(path=path, kind=kind)


@final
class _Counter:
    """Counts the lines of one call: what comparing costs is limited for all of them."""

    def __init__(self) -> None:
        self._left = _PAIRS

    def count(self, old: str, new: str) -> tuple[int, int]:
        """Lines added and deleted."""
        before, after = _trimmed(old.splitlines(), new.splitlines())
        pairs = len(before) * len(after)
        if pairs <= self._left:
            self._left -= pairs
            blocks = SequenceMatcher(None, before, after).get_matching_blocks()
            same = sum(block.size for block in blocks)
        else:
            same = (Counter(before) & Counter(after)).total()
        return len(after) - same, len(before) - same


def _trimmed(before: list[str], after: list[str]) -> tuple[list[str], list[str]]:
    """Without the lines at both ends that are the same."""
    while before and after and before[-1] == after[-1]:
        before.pop()
        after.pop()
    start = next(
        (i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b),
        min(len(before), len(after)),
    )
    return before[start:], after[start:]


# -- small things ---------------------------------------------------------------------


def _path(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > MAX_PATH:
        return ""
    return normpath(value)


def _first(of: Json, names: Sequence[str]) -> str | None:
    return next((of[name] for name in names if isinstance(of.get(name), str)), None)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
