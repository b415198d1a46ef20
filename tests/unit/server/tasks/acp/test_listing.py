"""Tasks as sessions, page by page."""

from datetime import timedelta
from uuid import UUID

import pytest
from acp.schema import ListSessionsResponse

from taskyard.kit.errors import InvalidRequest
from taskyard.server.tasks.acp.listing import Listed, listing
from tests.support import wire


def tasks(count: int, directory: str = "/work") -> list[Listed]:
    """Newest first, pairs of them made at the same moment."""
    return [
        Listed(
            wire.task(
                id=UUID(int=number + 1),
                created_at=wire.NOW - timedelta(seconds=number // 2),
            ),
            directory,
        )
        for number in range(count)
    ]


def test_every_task_is_on_one_page() -> None:
    all_, pages, cursor = tasks(120), list[list[str]](), ""
    while True:
        answer = listing(all_, cursor)
        ListSessionsResponse.model_validate(answer)
        pages.append([session["sessionId"] for session in answer["sessions"]])
        if "nextCursor" not in answer:
            break
        cursor = answer["nextCursor"]

    assert [len(page) for page in pages] == [50, 50, 20]
    assert [id_ for page in pages for id_ in page] == [
        str(listed.task.id) for listed in all_
    ]


def test_a_task_that_is_gone_leaves_its_cursor_good() -> None:
    all_ = tasks(60)
    cursor = listing(all_, "")["nextCursor"]

    answer = listing(all_[:49] + all_[50:], cursor)

    assert [s["sessionId"] for s in answer["sessions"]] == [
        str(listed.task.id) for listed in all_[50:]
    ]


@pytest.mark.parametrize(
    ("directory", "cwd"), [("/work/shop", "/work/shop"), ("~/shop", "/"), ("", "/")]
)
def test_the_folder_is_that_of_the_workspace_where_it_is_known(
    directory: str, cwd: str
) -> None:
    answer = listing(tasks(1, directory), "")

    assert answer["sessions"][0]["cwd"] == cwd


@pytest.mark.parametrize("cursor", ["2", "x/y", "/"])
def test_a_cursor_of_ones_own_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidRequest):
        listing(tasks(1), cursor)
