"""Files that a task's tools created, edited or deleted, by the record of its sessions."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from posixpath import commonprefix
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.kit.errors import NotFound
from taskyard.protocol.api.tasks import Artifact, ArtifactDetail, Artifacts
from taskyard.server.db.tables import (
    SessionEventRow,
    SessionFileChangeRow,
    SessionRow,
)
from taskyard.server.runners.changes import ChangedText, changed_texts

__all__ = ["ArtifactRecord", "ArtifactService", "Recorded", "describe"]

Kind = Literal["created", "edited", "deleted"]

MAX_LISTED: Final = 1000
#: Texts of one file that are looked at; the newest count.
_MAX_CHANGES: Final = 500
_MAX_BYTES: Final = 8 * 1024 * 1024
_MAX_TEXTS: Final = 2000
_CHUNK: Final = 25
#: What comparing the texts of one file may cost, see `_cost`: a few seconds. They come
#: from workspaces, and texts can be such that finding what is alike takes hours.
_MAX_COST: Final = 200_000_000
_MAX_DIFF: Final = 512 * 1024
_MAX_TEXT: Final = 256 * 1024


class ArtifactNotFound(NotFound):
    """No tool of this task changed such a file."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the log says of one file, oldest first; `cut`: there was more than is read."""

    artifact: Artifact
    texts: Sequence[ChangedText]
    cut: bool


@dataclass(frozen=True, slots=True)
class ArtifactRecord:
    """Where a file is, for who wants it as it is now."""

    path: str
    session_id: UUID


class ArtifactService:
    """Works in one transaction; needs neither a workspace nor an agent."""

    def __init__(self, session: AsyncSession, task_id: UUID) -> None:
        self._session = session
        self._task_id = task_id

    async def list(self) -> Artifacts:
        change = SessionFileChangeRow
        count = await self._session.scalar(
            select(func.count(change.artifact_id.distinct())).where(*self._of_task())
        )
        return Artifacts(
            artifacts=[_artifact(row) for row in await self._rows(limit=MAX_LISTED)],
            count=count or 0,
        )

    async def find(self, artifact_id: UUID) -> Recorded:
        """Raises `ArtifactNotFound`."""
        artifact = await self._one(artifact_id)
        newest_first, size, count, cut = list[list[ChangedText]](), 0, 0, False
        async for data in self._events(artifact_id):
            texts = [t for t in changed_texts(data) if t.path == artifact.path]
            size += sum(len(t.old or "") + len(t.new or "") for t in texts)
            count += len(texts)
            cut = cut or data.get("truncated") is not None
            if newest_first and (size > _MAX_BYTES or count > _MAX_TEXTS):
                cut = True
                break
            newest_first.append(texts)
        cut = cut or artifact.changes > _MAX_CHANGES
        oldest_first = [text for texts in reversed(newest_first) for text in texts]
        return Recorded(artifact, oldest_first, cut)

    async def place(self, artifact_id: UUID) -> ArtifactRecord:
        """Raises `ArtifactNotFound`."""
        change = SessionFileChangeRow
        statement = (
            select(change.path, change.session_id)
            .where(*self._of_task(), change.artifact_id == artifact_id)
            .order_by(change.seq.desc())
            .limit(1)
        )
        row = (await self._session.execute(statement)).one_or_none()
        if row is None:
            raise ArtifactNotFound
        return ArtifactRecord(row[0], row[1])

    async def _one(self, artifact_id: UUID) -> Artifact:
        rows = await self._rows(SessionFileChangeRow.artifact_id == artifact_id)
        if not rows:
            raise ArtifactNotFound
        return _artifact(rows[0])

    async def _rows(self, *conditions: Any, limit: int = 1) -> Sequence[Any]:
        change = SessionFileChangeRow
        ordered = aggregate_order_by(change.kind, change.seq)
        tools = aggregate_order_by(change.tool, change.seq.desc())
        statement = (
            select(
                change.artifact_id,
                func.max(change.path).label("path"),
                func.array_agg(ordered).label("kinds"),
                func.array_agg(tools)[1].label("tool"),
                func.count().label("changes"),
                func.sum(change.additions).label("additions"),
                func.sum(change.deletions).label("deletions"),
                func.min(change.at).label("first_at"),
                func.max(change.at).label("last_at"),
                func.min(change.first_seq).label("first_seq"),
                func.max(change.seq).label("last_seq"),
            )
            .where(*self._of_task(), *conditions)
            .group_by(change.artifact_id)
            .order_by(func.max(change.seq).desc())
            .limit(limit)
        )
        return (await self._session.execute(statement)).all()

    def _of_task(self) -> tuple[Any, ...]:
        sessions = select(SessionRow.id).where(SessionRow.task_id == self._task_id)
        change = SessionFileChangeRow
        return change.session_id.in_(sessions), change.status == "completed"

    async def _events(self, artifact_id: UUID) -> AsyncIterator[dict[str, Any]]:
        """What tools told of the file, newest first."""
        change, event = SessionFileChangeRow, SessionEventRow
        for start in range(0, _MAX_CHANGES, _CHUNK):
            statement = (
                select(event.data)
                .join(
                    change,
                    (change.session_id == event.session_id) & (change.seq == event.seq),
                )
                .where(*self._of_task(), change.artifact_id == artifact_id)
                .order_by(event.seq.desc())
                .offset(start)
                .limit(_CHUNK)
            )
            page = (await self._session.scalars(statement)).all()
            for data in page:
                yield data
            if len(page) < _CHUNK:
                return


def _artifact(row: Any) -> Artifact:
    return Artifact(
        id=row.artifact_id,
        path=row.path,
        kind=_kind_of(row.kinds),
        changes=row.changes,
        additions=row.additions,
        deletions=row.deletions,
        tool=row.tool,
        first_at=row.first_at,
        last_at=row.last_at,
        first_seq=row.first_seq,
        last_seq=row.last_seq,
    )


def _kind_of(kinds: Sequence[Kind]) -> Kind:
    """What all changes together make of the file."""
    if kinds[-1] == "deleted":
        return "deleted"
    return "created" if kinds[0] == "created" else "edited"


# -- texts ----------------------------------------------------------------------------


@dataclass(slots=True)
class _Place:
    """A part of the file (or the whole), before its first and after its last change."""

    before: str | None
    now: str | None
    is_whole: bool


def describe(recorded: Recorded) -> ArtifactDetail:
    """The file with its diff and its text; takes as long as the texts are.

    Changes of a place that was changed before become one: what comes out is the way from
    the first text to the last, as far as the texts are known.
    """
    places, last = list[_Place](), None
    for text in recorded.texts:
        last = _apply(places, text)
    path = recorded.artifact.path
    diff, diff_cut = _clip("".join(_sections(path, places)), _MAX_DIFF)
    text, text_cut = _clip(last.now if last else None, _MAX_TEXT)
    return ArtifactDetail(
        **recorded.artifact.model_dump(),
        diff=diff or "",
        text=text,
        text_is_whole=text is not None
        and not text_cut
        and last is not None
        and last.is_whole,
        truncated=recorded.cut or diff_cut or text_cut,
    )


def _apply(places: list[_Place], text: ChangedText) -> _Place | None:
    """Enter a change; the place it was made in, None when no text is known of it."""
    if text.kind == "deleted":
        gone = next((p for p in places if p.is_whole), None)
        before = gone.before if gone else text.old
        places[:] = [_Place(before, None, is_whole=True)]
        return places[0]
    if text.new is None:
        return None
    if text.kind == "created":
        known = next((p for p in places if p.is_whole), None)
        places[:] = [_Place(known.before if known else None, text.new, is_whole=True)]
        return places[0]

    old = text.old or ""
    for place in places:
        if place.now is not None and (place.now == old or _is_once(old, place.now)):
            place.now = place.now.replace(old, text.new) if old else text.new
            return place
    places.append(_Place(old, text.new, is_whole=False))
    return places[-1]


def _is_once(part: str, whole: str) -> bool:
    return bool(part) and whole.count(part) == 1


def _sections(path: str, places: Iterable[_Place]) -> Iterator[str]:
    shown, left = path.lstrip("/"), _MAX_COST
    for place in places:
        if place.before == place.now:
            continue
        before = (place.before or "").splitlines(keepends=True)
        after = (place.now or "").splitlines(keepends=True)
        cost = _cost(before, after)
        is_cheap = cost <= left
        left -= cost if is_cheap else 0
        diff = (unified_diff if is_cheap else _rewritten)(
            before,
            after,
            "/dev/null" if place.before is None else f"a/{shown}",
            "/dev/null" if place.now is None else f"b/{shown}",
        )
        for line in diff:
            yield (
                line
                if line.endswith("\n")
                else f"{line}\n\\ No newline at end of file\n"
            )


def _cost(before: list[str], after: list[str]) -> int:
    """Steps that `difflib` takes at most: all pairs of equal lines, for each of its finds.

    Lines that are on every hundredth line of a longer text are no pairs to it.
    """
    most = len(after) // 100 + 1 if len(after) >= 200 else len(after)  # noqa: PLR2004
    there = {line: n for line, n in Counter(after).items() if n <= most}
    pairs = sum(there.get(line, 0) for line in before)
    return (len(before) + pairs) * min(len(before), len(after))


def _rewritten(
    before: list[str], after: list[str], old_name: str, new_name: str
) -> Iterator[str]:
    """From the first line that differs to the last, as one change."""
    at = len(commonprefix([before, after]))
    before, after = before[at:], after[at:]
    alike = len(commonprefix([before[::-1], after[::-1]]))
    before, after = before[: len(before) - alike], after[: len(after) - alike]
    yield f"--- {old_name}\n"
    yield f"+++ {new_name}\n"
    yield f"@@ -{_range(at, before)} +{_range(at, after)} @@\n"
    yield from (f"-{line}" for line in before)
    yield from (f"+{line}" for line in after)


def _range(at: int, lines: list[str]) -> str:
    return f"{at + 1 if lines else at},{len(lines)}"


def _clip(text: str | None, limit: int) -> tuple[str | None, bool]:
    if text is None or len(text) <= limit:
        return text, False
    return text[:limit], True
