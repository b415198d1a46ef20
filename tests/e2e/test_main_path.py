"""The main path with nothing faked but the model: real Terraform, sandbox, Claude Code."""

from collections.abc import Iterator

import pytest

from taskyard.testing.installation import Installation, installed

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.agents("claude-code"),
    pytest.mark.timeout(300),
]


@pytest.fixture(scope="module")
def taskyard() -> Iterator[Installation]:
    with installed() as installation:
        yield installation


def test_a_task_is_worked_on_followed_up_paused_resumed_and_deleted(
    taskyard: Installation,
) -> None:
    task = taskyard.create_task("document the project structure")
    name = task["name"]
    seen: set[str] = set()

    def finished() -> bool:
        work = taskyard.detail(name)["work"]
        seen.add(work["status"])
        return work["status"] == "idle" and "working" in seen

    taskyard.until("the first turn is done", finished, seconds=120)
    [home] = taskyard.homes()
    assert taskyard.sandbox_processes(), "a workspace is seen while it is there"
    documents = list(home.rglob("STRUCTURE.md"))
    assert documents, "the agent wrote its document"
    assert taskyard.said_by_user(name) == ["document the project structure"]

    follow_up = {"input": "change the primary color theme to purple"}
    taskyard.post(f"/api/v2/tasks/me/{name}/messages", follow_up)
    taskyard.until(
        "the follow-up is answered",
        lambda: (
            len(_turns(taskyard, name)) == 2
            and taskyard.detail(name)["work"]["status"] == "idle"
        ),
        seconds=90,
    )
    session = taskyard.detail(name)["session_id"]

    taskyard.post(f"/api/v2/tasks/me/{task['id']}/pause")
    taskyard.until_work(name, "paused")
    assert taskyard.sandbox_processes() == []
    taskyard.post(f"/api/v2/tasks/me/{task['id']}/resume")
    resumed = taskyard.until_work(name, "idle")
    assert resumed["session_id"] == session
    assert len(taskyard.said_by_user(name)) == 2, "nothing was sent again"
    assert documents[0].exists()

    taskyard.delete(f"/api/v2/tasks/me/{name}")
    taskyard.until(
        "no process is left", lambda: not taskyard.sandbox_processes(), seconds=60
    )
    taskyard.until("no home is left", lambda: not taskyard.homes(), seconds=60)
    assert taskyard.mounts() == []
    assert name not in {t["name"] for t in taskyard.get("/api/v2/tasks")["tasks"]}


def _turns(taskyard: Installation, name: str) -> list[dict[str, object]]:
    return [e for e in taskyard.events(name) if e["kind"] == "turn_ended"]
