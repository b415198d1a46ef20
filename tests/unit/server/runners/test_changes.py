"""Which files a tool call changed: the shapes that known agents tell it in."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from taskyard.server.runners.changes import ChangeLog, FileChange, changes_of

AT = datetime(2026, 1, 1, tzinfo=UTC)


def diff(path: str, old: str | None, new: str, **meta: str) -> dict[str, Any]:
    block: dict[str, Any] = {
        "type": "diff",
        "path": path,
        "oldText": old,
        "newText": new,
    }
    return block | ({"_meta": meta} if meta else {})


def edit(*content: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"kind": "edit", "status": "completed", "content": list(content), **fields}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(
            edit(diff("/p/a.txt", None, "one\ntwo\n")),
            [FileChange(path="/p/a.txt", kind="created", additions=2)],
            id="Claude and Codex create",
        ),
        pytest.param(
            edit(diff("/p/a.txt", "", "one\n", kind="add")),
            [FileChange(path="/p/a.txt", kind="created", additions=1)],
            id="Gemini creates",
        ),
        pytest.param(
            edit(diff("/p/a", "a\nb\n", "a\nc\n"), diff("/p/a", "x\n", "x\ny\n")),
            [FileChange(path="/p/a", kind="edited", additions=2, deletions=1)],
            id="two places of one file",
        ),
        pytest.param(
            edit(diff("/p/a", "a\n", "", kind="delete")),
            [FileChange(path="/p/a", kind="deleted", deletions=1)],
            id="Codex deletes",
        ),
        pytest.param(
            edit(diff("/p/a", "1\n", "2\n"), diff("/p/b", None, "3\n")),
            [
                FileChange(path="/p/a", kind="edited", additions=1, deletions=1),
                FileChange(path="/p/b", kind="created", additions=1),
            ],
            id="a patch of two files",
        ),
        pytest.param(
            edit(raw_input={"file_path": "/p/a", "content": "one\n"}),
            [FileChange(path="/p/a", kind="created", additions=1)],
            id="a hook of Claude's Write",
        ),
        pytest.param(
            edit(raw_input={"filePath": "a", "oldString": "x", "newString": "y"}),
            [FileChange(path="a", kind="edited", additions=1, deletions=1)],
            id="OpenCode's edit",
        ),
        pytest.param(
            {
                "kind": "delete",
                "locations": [{"path": "/p/../p/a"}],
                "content": [],
            },
            [FileChange(path="/p/a", kind="deleted")],
            id="only where it was",
        ),
        pytest.param({"kind": "read", "locations": [{"path": "/p/a"}]}, [], id="read"),
        pytest.param(
            {"kind": "execute", "raw_input": {"command": "rm a"}}, [], id="a command"
        ),
        pytest.param(
            {
                "kind": "edit",
                "content": [
                    "text",
                    {"type": "diff", "path": 7},
                    {"type": "diff", "path": "x" * 2000},
                ],
            },
            [],
            id="garbage",
        ),
    ],
)
def test_changes_are_read_from_what_an_agent_tells(
    data: dict[str, Any], expected: list[FileChange]
) -> None:
    assert changes_of(data) == expected


def test_moved_lines_of_a_large_text_are_not_counted_one_by_one() -> None:
    lines = [f"{n}\n" for n in range(20_000)]

    [change] = changes_of(edit(diff("/p/a", "".join(lines), "".join(lines[::-1]))))

    assert (change.additions, change.deletions) == (0, 0)


def test_of_many_places_only_the_first_are_compared_line_by_line() -> None:
    moved = diff("/p/a", "\n".join("ab" * 50), "\n".join("ba" * 50))

    [few] = changes_of(edit(*[moved] * 4))
    [many] = changes_of(edit(*[moved] * 5))

    assert (few.additions, few.deletions) == (4, 4)
    assert (many.additions, many.deletions) == (4, 4)  # of the fifth: none


def note(log: ChangeLog, session: UUID, seq: int, data: dict[str, Any]) -> None:
    log.note(session_id=session, subject=session, key="call", seq=seq, at=AT, data=data)


def test_a_call_that_ends_without_its_diff_keeps_the_one_told_before() -> None:
    log, session = ChangeLog(), uuid4()

    note(log, session, 1, edit(diff("/p/a", None, "one\n"), status="pending"))
    note(log, session, 2, edit(status="completed"))

    [row] = log.rows.values()
    assert (row["status"], row["seq"], row["additions"]) == ("completed", 1, 1)


def test_the_end_of_a_call_of_an_earlier_batch_is_remembered() -> None:
    log, session = ChangeLog(), uuid4()

    note(log, session, 2, edit(status="failed"))

    assert log.ended == {(session, "failed"): {"call"}}
