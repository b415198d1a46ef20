"""Diffs of texts that a workspace may have made to be expensive."""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import uuid4

from taskyard.protocol.api.tasks import Artifact
from taskyard.server.runners.changes import ChangedText
from taskyard.server.tasks.artifacts import Recorded, describe

AT = datetime(2026, 1, 1, tzinfo=UTC)


def edited(old: Iterable[object], new: Iterable[object]) -> str:
    artifact = Artifact(
        id=uuid4(),
        path="/p/a",
        kind="edited",
        changes=1,
        additions=0,
        deletions=0,
        tool="Edit",
        first_at=AT,
        last_at=AT,
        first_seq=1,
        last_seq=1,
    )
    old_text, new_text = ("".join(f"{line}\n" for line in t) for t in (old, new))
    text = ChangedText(path="/p/a", kind="edited", old=old_text, new=new_text)
    return describe(Recorded(artifact, [text], cut=False)).diff


def test_texts_that_take_too_long_to_compare_are_shown_as_rewritten() -> None:
    # No two lines that follow each other do so in both: every match is of one line.
    old = ["same", *(n % 101 for n in range(3000)), "same"]
    new = ["same", *(n * 51 % 101 for n in range(3000)), "same"]

    lines = edited(old, new).splitlines()

    # Both begin with 0 as well.
    assert lines[:4] == ["--- a/p/a", "+++ b/p/a", "@@ -3,2999 +3,2999 @@", "-1"]
    assert lines[-1] == f"+{2999 * 51 % 101}"
    assert len(lines) == 3 + 2 * 2999


def test_a_few_changes_of_a_long_text_are_told_apart() -> None:
    old = list(range(5000))
    new = ["first", *old[1:-1], "last"]

    diff = edited(old, new)

    assert "@@ -1,4 +1,4 @@\n-0\n+first\n 1\n" in diff
    assert "@@ -4997,4 +4997,4 @@\n 4996\n" in diff
