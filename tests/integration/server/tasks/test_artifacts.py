"""Files that tools changed: listed, with their diffs, whatever became of the workspace."""

import asyncio
from http import HTTPStatus
from typing import Any
from uuid import UUID

import pytest
from httpx import Response
from typing_extensions import override

from taskyard.kit.mux.mux import MuxStream
from taskyard.testing.runners import FakeRunner
from tests.conftest import Account
from tests.support.provisioning import ok
from tests.support.tasks import Active, Bench

pytestmark = pytest.mark.asyncio


async def _change(
    active: Active,
    call: str,
    *content: dict[str, Any],
    status: str = "completed",
    kind: str = "edit",
    **fields: Any,
) -> None:
    active.runner.session_event(
        active.session,
        "tool",
        call,
        title=f"{kind} {call}",
        name="Write",
        kind=kind,
        status=status,
        content=list(content),
        **fields,
    )
    await active.runner.settled()


def _diff(path: str, old: str | None, new: str) -> dict[str, Any]:
    return {"type": "diff", "path": path, "oldText": old, "newText": new}


async def _listed(active: Active) -> list[dict[str, Any]]:
    answer = ok(await active.bench.client.get(f"{active.path}/artifacts"))
    assert answer["count"] == len(answer["artifacts"])
    return list(answer["artifacts"])


async def _one(active: Active, artifact: dict[str, Any]) -> dict[str, Any]:
    path = f"{active.path}/artifacts/{artifact['id']}"
    return dict(ok(await active.bench.client.get(path)))


async def test_files_are_listed_with_what_became_of_them(bench: Bench) -> None:
    active = await bench.active()

    await _change(active, "c1", _diff("/p/new.txt", None, "one\ntwo\n"))
    await _change(active, "c2", _diff("/p/old.txt", "a\n", "b\n"))
    await _change(active, "c3", _diff("/p/new.txt", "two\n", "three\n"))
    await _change(active, "c4", kind="delete", raw_input={"path": "/p/gone.txt"})
    await _change(active, "c5", _diff("/p/never.txt", None, "x"), status="failed")
    await _change(active, "c6", _diff("/p/waits.txt", None, "x"), status="pending")

    listed = await _listed(active)
    assert [(a["path"], a["kind"], a["changes"]) for a in listed] == [
        ("/p/gone.txt", "deleted", 1),
        ("/p/new.txt", "created", 2),
        ("/p/old.txt", "edited", 1),
    ]
    new = listed[1]
    assert (new["additions"], new["deletions"], new["tool"]) == (3, 1, "Write")
    assert new["first_seq"] < new["last_seq"]


async def test_a_diff_is_the_way_from_the_first_text_to_the_last(bench: Bench) -> None:
    active = await bench.active()
    await _change(active, "c1", _diff("/p/a.txt", None, "one\ntwo\n"))
    await _change(active, "c2", _diff("/p/a.txt", "two\n", "three"))
    await _change(active, "c3", _diff("/p/b.txt", "x\n", "y\n"))

    places, whole = [await _one(active, artifact) for artifact in await _listed(active)]

    assert whole["text"] == "one\nthree"
    assert whole["text_is_whole"] is True
    assert whole["diff"] == (
        "--- /dev/null\n+++ b/p/a.txt\n@@ -0,0 +1,2 @@\n+one\n+three\n"
        "\\ No newline at end of file\n"
    )
    assert places["text"] == "y\n"
    assert places["text_is_whole"] is False
    assert places["diff"].startswith("--- a/p/b.txt\n+++ b/p/b.txt\n")
    assert whole["truncated"] is places["truncated"] is False


async def test_what_was_changed_and_changed_back_has_no_diff(bench: Bench) -> None:
    active = await bench.active()
    await _change(active, "c1", _diff("/p/a.txt", "x\n", "y\n"))
    await _change(active, "c2", _diff("/p/a.txt", "y\n", "x\n"))

    [artifact] = await _listed(active)

    assert (await _one(active, artifact))["diff"] == ""


async def test_a_deleted_file_has_no_text(bench: Bench) -> None:
    active = await bench.active()
    await _change(active, "c1", _diff("/p/a.txt", None, "x\n"))
    await _change(active, "c2", kind="delete", locations=[{"path": "/p/a.txt"}])

    [artifact] = await _listed(active)
    detail = await _one(active, artifact)

    assert (artifact["kind"], detail["text"], detail["diff"]) == ("deleted", None, "")


async def test_a_call_that_tells_its_diff_before_its_end_counts(bench: Bench) -> None:
    active = await bench.active()
    await _change(active, "c1", _diff("/p/a.txt", None, "x\n"), status="pending")
    assert await _listed(active) == []

    await _change(active, "c1")

    [artifact] = await _listed(active)
    assert (await _one(active, artifact))["text"] == "x\n"


async def test_a_huge_text_is_cut_and_says_so(bench: Bench) -> None:
    active = await bench.active()
    lines = "line\n" * 40_000
    await _change(active, "c1", _diff("/p/a.txt", None, f"start\n{lines}"))
    await _change(active, "c2", _diff("/p/a.txt", "start\n", f"start\n{lines}"))

    detail = await _one(active, (await _listed(active))[0])

    assert detail["truncated"] is True
    assert len(detail["text"]) == 256 * 1024
    assert detail["text_is_whole"] is False


async def test_of_very_many_changes_the_newest_count(bench: Bench) -> None:
    active = await bench.active()
    for call in range(2):
        places = [_diff("/p/a.txt", f"{call}-{n}\n", "x\n") for n in range(1001)]
        await _change(active, f"c{call}", *places)

    detail = await _one(active, (await _listed(active))[0])

    assert detail["truncated"] is True
    assert "-1-1000\n" in detail["diff"]
    assert "-0-1000\n" not in detail["diff"]


async def test_they_can_be_read_of_a_paused_task(bench: Bench) -> None:
    active = await bench.active()
    await _change(active, "c1", _diff("/p/a.txt", None, "x\n"))
    await active.runner.drop()
    await active.pause()

    [artifact] = await _listed(active)

    assert (await _one(active, artifact))["text"] == "x\n"


async def test_those_of_another_task_or_person_are_not_there(
    bench: Bench, member: Account
) -> None:
    active = await bench.active()
    await _change(active, "c1", _diff("/p/a.txt", None, "x\n"))
    [artifact] = await _listed(active)
    other = await bench.task("something else", run=False)

    foreign = await member.client.get(
        f"/api/v2/tasks/{bench.yard.owner.username}/{active.id}/artifacts"
    )
    elsewhere = await bench.client.get(
        f"/api/v2/tasks/me/{other['id']}/artifacts/{artifact['id']}"
    )

    assert foreign.status_code == HTTPStatus.NOT_FOUND
    assert elsewhere.status_code == HTTPStatus.NOT_FOUND
    assert elsewhere.json()["message"] == "No tool of this task changed such a file."


# -- the file as it is now ------------------------------------------------------------


class _Lost(asyncio.Protocol):
    def __init__(self, event: asyncio.Event) -> None:
        self._event = event

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._event.set()


class FilingRunner(FakeRunner):
    """Its workspace has one file, and says why it does not hand out the others."""

    content = b"<script>alert(1)</script>"
    refusal = "not_found: /p/a.txt: No such file or directory"

    @override
    def opened(self, stream: MuxStream, target: dict[str, Any]) -> None:
        self.target = target
        if self.refusal and target["path"] != "/p/page ü.html":
            stream.reject(self.refusal)
            return
        self.given_back = asyncio.Event()
        stream.accept(_Lost(self.given_back))
        stream.write(self.content)
        stream.write_eof()


class EndlessRunner(FilingRunner):
    """Sends far more than any file may have."""

    content = b"x" * (20 * 1024 * 1024)


async def _fetch(active: Active, artifact: dict[str, Any]) -> Response:
    return await active.bench.client.get(
        f"{active.path}/artifacts/{artifact['id']}/content"
    )


async def test_the_present_file_is_only_ever_a_download(bench: Bench) -> None:
    active = await bench.active(kind=FilingRunner)
    await _change(active, "c1", _diff("/p/page ü.html", None, "old"))
    [artifact] = await _listed(active)

    answer = await _fetch(active, artifact)

    assert answer.content == FilingRunner.content
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"] == (
        "attachment; filename*=UTF-8''page%20%C3%BC.html"
    )
    assert isinstance(active.runner, FilingRunner)
    assert active.runner.target["session_id"] == str(active.session)


async def test_a_workspace_that_sends_without_end_is_cut(bench: Bench) -> None:
    active = await bench.active(kind=EndlessRunner)
    await _change(active, "c1", _diff("/p/page ü.html", None, "old"))
    [artifact] = await _listed(active)

    answer = await _fetch(active, artifact)

    assert len(answer.content) == 16 * 1024 * 1024


async def test_a_file_that_nobody_takes_is_given_back(bench: Bench) -> None:
    active = await bench.active(kind=EndlessRunner)
    await _change(active, "c1", _diff("/p/page ü.html", None, "old"))
    [artifact] = await _listed(active)
    actor = await bench.process.authenticator.identify(bench.yard.owner.token)

    file = await bench.process.task_files.open(
        actor, "me", str(active.id), UUID(artifact["id"])
    )
    del file

    assert isinstance(active.runner, FilingRunner)
    async with asyncio.timeout(20):
        await active.runner.given_back.wait()


@pytest.mark.parametrize(
    ("reason", "status", "code"),
    [
        ("not_found: /p/a.txt: gone", HTTPStatus.NOT_FOUND, "file_gone"),
        ("refused: /p/a.txt is outside", HTTPStatus.CONFLICT, "file_refused"),
        ("too_large: 17 MiB", HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "file_too_large"),
        ("unsupported: no files", HTTPStatus.BAD_GATEWAY, "file_not_reachable"),
    ],
)
async def test_what_the_workspace_refuses_has_a_code(
    bench: Bench, reason: str, status: HTTPStatus, code: str
) -> None:
    active = await bench.active(kind=FilingRunner)
    assert isinstance(active.runner, FilingRunner)
    active.runner.refusal = reason
    await _change(active, "c1", _diff("/p/a.txt", None, "old"))
    [artifact] = await _listed(active)

    answer = await _fetch(active, artifact)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_of_a_paused_task_no_file_can_be_fetched(bench: Bench) -> None:
    active = await bench.active()
    await _change(active, "c1", _diff("/p/a.txt", None, "old"))
    [artifact] = await _listed(active)
    await active.runner.drop()
    await active.pause()

    answer = await _fetch(active, artifact)

    assert answer.status_code in {HTTPStatus.CONFLICT, HTTPStatus.BAD_GATEWAY}
    assert "Resume the task" in answer.json()["detail"]
