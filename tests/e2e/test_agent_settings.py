"""Options, policy and files of a real Claude Code in a real sandbox, through a pause."""

from collections.abc import Iterator
from typing import Any

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


def test_what_a_person_chose_and_what_the_agent_wrote_outlive_a_pause(
    taskyard: Installation,
) -> None:
    name = taskyard.create_task("document the project structure")["name"]
    taskyard.until("the agent wrote", lambda: bool(_files(taskyard, name)), seconds=120)
    taskyard.until_work(name, "idle")
    path = f"/api/v2/tasks/me/{name}"

    # What it wrote, now and as told
    document = next(f for f in _files(taskyard, name) if "STRUCTURE.md" in f["path"])
    told = taskyard.get(f"{path}/artifacts/{document['id']}")
    [present] = taskyard.homes()[0].rglob("STRUCTURE.md")
    with taskyard.api as api:
        fetched = api.get(f"{path}/artifacts/{document['id']}/content")
    assert document["kind"] == "created"
    assert told["text"] == present.read_text()
    assert fetched.content == present.read_bytes()
    assert fetched.headers["content-disposition"].startswith("attachment")

    # What a person chooses
    before = _options(taskyard, name)
    _send(taskyard, "PUT", f"{path}/options/effort", {"value": "high"})
    policy = _send(taskyard, "PATCH", f"{path}/permission-policy", {"policy": "ask"})
    assert policy == {"policy": "ask", "source": "task", "in_force": True}
    taskyard.until("its mode follows", lambda: _mode(taskyard, name) == "default")

    taskyard.post(f"{path}/pause")
    taskyard.until_work(name, "paused")
    assert taskyard.get(f"{path}/artifacts/{document['id']}") == told
    taskyard.post(f"{path}/resume")
    taskyard.until_work(name, "idle")

    chosen = {"effort": "high", "mode": "default"}
    taskyard.until(
        "the choices are back, and nothing else is another",
        lambda: _options(taskyard, name) == {**before, **chosen},
    )
    assert taskyard.detail(name)["permission_policy"] == "ask"
    taskyard.delete(path)


def _files(taskyard: Installation, name: str) -> list[dict[str, Any]]:
    return list(taskyard.get(f"/api/v2/tasks/me/{name}/artifacts")["artifacts"])


def _options(taskyard: Installation, name: str) -> dict[str, object]:
    told = taskyard.get(f"/api/v2/tasks/me/{name}/options")["options"]
    return {option["id"]: option["value"] for option in told}


def _mode(taskyard: Installation, name: str) -> object:
    return _options(taskyard, name)["mode"]


def _send(
    taskyard: Installation, method: str, path: str, body: dict[str, object]
) -> dict[str, Any]:
    with taskyard.api as api:
        answer = api.request(method, path, json=body)
    assert answer.is_success, answer.text
    return dict(answer.json())
