"""Every status code of the tasks contract, from outside."""

import re
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from taskyard.protocol.provisioner import ImportResult
from taskyard.testing.provisioners import FailingProvisioner
from taskyard.testing.runners import BusyRunner, RefusingRunner
from tests.conftest import Account
from tests.support.provisioning import make_provisioner, ok
from tests.support.tasks import SECOND, Bench

pytestmark = pytest.mark.asyncio

REQUIRED = {
    "id",
    "organization_id",
    "owner_id",
    "owner_name",
    "name",
    "display_name",
    "template_id",
    "template_version_id",
    "template_name",
    "template_display_name",
    "template_icon",
    "workspace_id",
    "workspace_name",
    "workspace_agent_id",
    "workspace_agent_lifecycle",
    "workspace_agent_health",
    "workspace_app_id",
    "initial_prompt",
    "status",
    "current_state",
    "created_at",
    "updated_at",
}


@pytest_asyncio.fixture
async def other(member: Account) -> AsyncIterator[Account]:
    yield member


@pytest.mark.parametrize("prefix", ["/api/v2/tasks", "/api/experimental/tasks"])
async def test_both_prefixes_create_show_and_list(bench: Bench, prefix: str) -> None:
    created = await bench.client.post(
        f"{prefix}/me", json=bench.body("Make it fast, now!")
    )
    task = created.json()
    shown = await bench.client.get(f"{prefix}/ada/{task['name']}")
    listed = await bench.client.get(f"{prefix}?q=owner%3Aada")

    assert created.status_code == HTTPStatus.CREATED
    assert set(task) >= REQUIRED
    assert re.fullmatch(r"make-it-fast-now-[0-9a-f]{4}", task["name"])
    assert (task["status"], task["current_state"]) == ("pending", None)
    assert task["display_name"] == "Make it fast, now!"
    assert shown.json()["id"] == task["id"]
    assert listed.json()["count"] == 1
    assert listed.json()["tasks"][0]["id"] == task["id"]


async def test_a_task_that_starts_says_what_it_waits_for(bench: Bench) -> None:
    task = await bench.task()
    shown = await bench.get(f"/tasks/me/{task['id']}")

    assert shown["status"] == "initializing"
    assert shown["current_state"]["message"] == "Agent is connecting"
    assert shown["current_state"]["state"] == "working"
    assert shown["workspace_status"] == "running"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": "no spaces!"}, "Unable to create a Task with the provided name."),
        ({"name": "x" * 33}, "Unable to create a Task with the provided name."),
        ({"name": "-x"}, "Unable to create a Task with the provided name."),
        (
            {"display_name": "x" * 65},
            "Display name must be 64 characters or less.",
        ),
        (
            {"template_version_id": str(uuid4())},
            "Template version not found or you do not have access to this resource",
        ),
    ],
)
async def test_a_task_that_cannot_be_made_is_a_bad_request(
    bench: Bench, fields: dict[str, Any], message: str
) -> None:
    answer = await bench.client.post("/api/v2/tasks/me", json=bench.body("x") | fields)

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert answer.json()["message"] == message
    assert (await bench.get("/tasks"))["count"] == 0


async def test_a_template_that_is_not_for_tasks_says_exactly_why(bench: Bench) -> None:
    reason = "main.tf has no coder_ai_task; add one that names the chat's app."
    template = await bench.yard.template(
        "plain", ImportResult(has_ai_task=False, not_task_reason=reason)
    )

    answer = await bench.client.post(
        "/api/v2/tasks/me",
        json={"template_version_id": template["active_version_id"], "input": "x"},
    )

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert (
        answer.json()["message"]
        == 'Template does not have a valid "coder_ai_task" resource.'
    )
    assert answer.json()["detail"] == reason


async def test_a_name_that_is_taken_is_a_conflict(bench: Bench) -> None:
    await bench.task(name="mine", run=False)

    answer = await bench.client.post("/api/v2/tasks/me", json=bench.body(name="MINE"))

    assert answer.status_code == HTTPStatus.CONFLICT
    assert (await bench.get("/tasks"))["count"] == 1


async def test_a_name_that_a_workspace_has_leaves_no_half_made_task(
    bench: Bench,
) -> None:
    await bench.yard.workspace(bench.template, name="taken", run=False)

    answer = await bench.client.post("/api/v2/tasks/me", json=bench.body(name="taken"))

    assert answer.status_code == HTTPStatus.CONFLICT
    assert (await bench.get("/tasks"))["count"] == 0


async def test_an_unknown_owner_is_not_found(bench: Bench) -> None:
    answer = await bench.client.post("/api/v2/tasks/nobody", json=bench.body())

    assert answer.status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "", None),
        ("DELETE", "", None),
        ("PATCH", "/input", {"input": "x"}),
        ("POST", "/send", {"input": "x"}),
        ("GET", "/logs", None),
        ("POST", "/pause", None),
        ("POST", "/resume", None),
        ("GET", "/detail", None),
        ("GET", "/events", None),
        ("GET", "/events/page", None),
        ("POST", "/messages", {"input": "x"}),
        ("GET", "/messages", None),
        ("POST", "/cancel", None),
        ("GET", "/permissions", None),
    ],
)
async def test_a_foreign_task_is_not_found(
    bench: Bench, other: Account, method: str, path: str, body: Any
) -> None:
    task = await bench.task(run=False)

    by_name = await other.client.request(
        method, f"/api/v2/tasks/ada/{task['name']}{path}", json=body
    )
    by_id = await other.client.request(
        method, f"/api/v2/tasks/me/{task['id']}{path}", json=body
    )

    assert by_name.status_code == HTTPStatus.NOT_FOUND
    assert by_id.status_code == HTTPStatus.NOT_FOUND
    assert (await other.client.get("/api/v2/tasks")).json() == {"tasks": [], "count": 0}


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 2),
        ("owner:me", 1),
        ("owner:mel", 1),
        ('owner:"me" status:"pending"', 1),
        ("owner:me, status:paused", 0),
        ("status:pending organization:default", 2),
        ("mel", 1),
    ],
)
async def test_lists_are_filtered(
    bench: Bench, other: Account, query: str, count: int
) -> None:
    await bench.task(run=False)
    await bench.task(by=other, run=False)

    listed = await bench.client.get("/api/v2/tasks", params={"q": query})

    assert (listed.status_code, listed.json()["count"]) == (200, count)


@pytest.mark.parametrize(
    "query", ["colour:red", "owner:nobody", ":", "a:b:c", "status:x", "organization:y"]
)
async def test_a_query_that_makes_no_sense_is_a_bad_request(
    bench: Bench, query: str
) -> None:
    answer = await bench.client.get("/api/v2/tasks", params={"q": query})

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert answer.json()["message"] == "Invalid task search query."
    assert answer.json()["validations"]


async def test_the_newest_task_is_listed_first(bench: Bench) -> None:
    for name in ("one", "two", "three"):
        await bench.task(name=name, run=False)
        bench.clock.advance(SECOND)

    tasks = (await bench.get("/tasks"))["tasks"]

    assert [task["name"] for task in tasks] == ["three", "two", "one"]


class TestSend:
    async def test_an_idle_agent_gets_the_message(self, bench: Bench) -> None:
        active = await bench.active()

        answer = await bench.client.post(
            f"{active.path}/send", json={"input": "and the docs"}
        )

        assert (answer.status_code, answer.content) == (HTTPStatus.NO_CONTENT, b"")
        command = await active.runner.command("prompt", count=2)
        assert command["args"]["text"] == "and the docs"

    async def test_nothing_to_say_is_a_bad_request(self, bench: Bench) -> None:
        active = await bench.active()

        answer = await bench.client.post(f"{active.path}/send", json={"input": " \n"})

        assert answer.status_code == HTTPStatus.BAD_REQUEST
        assert answer.json()["message"] == "Task input is required."

    async def test_a_pending_task_is_a_conflict(self, bench: Bench) -> None:
        task = await bench.task(run=False)

        answer = await bench.client.post(
            f"/api/v2/tasks/me/{task['id']}/send", json={"input": "x"}
        )

        assert answer.status_code == HTTPStatus.CONFLICT
        assert answer.json()["message"] == "Task is pending."
        assert answer.json()["detail"].startswith("The task is resuming.")

    async def test_an_initializing_task_is_a_conflict(self, bench: Bench) -> None:
        task = await bench.task()

        answer = await bench.client.post(
            f"/api/v2/tasks/me/{task['id']}/send", json={"input": "x"}
        )

        assert answer.status_code == HTTPStatus.CONFLICT
        assert answer.json()["message"] == "Task is initializing."

    async def test_a_paused_task_is_a_conflict(self, bench: Bench) -> None:
        active = await bench.active()
        await active.pause()

        answer = await bench.client.post(f"{active.path}/send", json={"input": "x"})

        assert answer.status_code == HTTPStatus.CONFLICT
        assert answer.json()["message"] == "Task is paused."
        assert answer.json()["detail"] == "Resume the task to send messages."

    async def test_a_failed_task_is_a_bad_request(self, bench: Bench) -> None:
        task = await _failed(bench)

        answer = await bench.client.post(
            f"/api/v2/tasks/me/{task['id']}/send", json={"input": "x"}
        )

        assert answer.status_code == HTTPStatus.BAD_REQUEST
        assert answer.json()["message"] == "Task must be active."

    async def test_a_busy_agent_is_a_bad_gateway(self, bench: Bench) -> None:
        active = await bench.active()
        active.runner.state(active.session, "running")
        await active.runner.settled()

        answer = await bench.client.post(f"{active.path}/send", json={"input": "x"})

        assert answer.status_code == HTTPStatus.BAD_GATEWAY
        assert answer.json()["message"] == "Task app is not ready to accept input."
        assert answer.json()["detail"] == "Status: running"

    async def test_an_agent_that_just_became_busy_keeps_nothing(
        self, bench: Bench
    ) -> None:
        active = await bench.active(kind=BusyRunner)

        answer = await bench.client.post(f"{active.path}/send", json={"input": "x"})

        assert answer.status_code == HTTPStatus.BAD_GATEWAY
        assert (await active.detail())["queued_messages"] == 0

    async def test_an_agent_that_refuses_is_a_bad_gateway(self, bench: Bench) -> None:
        active = await bench.active(kind=RefusingRunner)

        answer = await bench.client.post(f"{active.path}/send", json={"input": "x"})

        assert answer.status_code == HTTPStatus.BAD_GATEWAY
        assert answer.json()["message"] == "Task app rejected the message."

    async def test_a_workspace_that_is_away_is_a_bad_gateway(
        self, bench: Bench
    ) -> None:
        active = await bench.active()
        await active.runner.drop()

        answer = await bench.client.post(f"{active.path}/send", json={"input": "x"})

        assert answer.status_code == HTTPStatus.BAD_GATEWAY
        assert answer.json()["message"] == "Failed to reach task app endpoint."


class TestInput:
    async def test_a_paused_task_gets_a_new_prompt(self, bench: Bench) -> None:
        active = await bench.active()
        await active.pause()

        answer = await bench.client.patch(
            f"{active.path}/input", json={"input": "do this instead"}
        )

        assert answer.status_code == HTTPStatus.NO_CONTENT
        assert (await active.get())["initial_prompt"] == "do this instead"

    async def test_a_running_task_is_a_conflict(self, bench: Bench) -> None:
        active = await bench.active()

        answer = await bench.client.patch(f"{active.path}/input", json={"input": "x"})

        assert answer.status_code == HTTPStatus.CONFLICT
        assert (
            answer.json()["message"]
            == "Unable to update task input, task must be paused."
        )
        assert (
            answer.json()["detail"]
            == "Please stop the task's workspace before updating the input."
        )

    async def test_an_empty_prompt_is_a_bad_request(self, bench: Bench) -> None:
        active = await bench.active()
        await active.pause()

        answer = await bench.client.patch(f"{active.path}/input", json={"input": "  "})

        assert answer.status_code == HTTPStatus.BAD_REQUEST
        assert answer.json()["message"] == "Task input is required."


class TestPauseAndResume:
    async def test_pausing_answers_with_the_build(self, bench: Bench) -> None:
        active = await bench.active()

        answer = await bench.client.post(f"{active.path}/pause")

        assert answer.status_code == HTTPStatus.ACCEPTED
        build = answer.json()["workspace_build"]
        assert (build["transition"], build["reason"]) == ("stop", "task_manual_pause")
        assert (await active.get())["status"] == "unknown"
        assert (await active.detail())["work"]["status"] == "pausing"

    async def test_a_paused_task_keeps_its_state_and_loses_its_agent(
        self, bench: Bench
    ) -> None:
        active = await bench.active()

        await active.pause()

        task = await active.get()
        assert (task["status"], task["workspace_agent_id"]) == ("paused", None)
        assert task["current_state"]["state"] == "idle"

    async def test_resuming_answers_with_the_build(self, bench: Bench) -> None:
        active = await bench.active()
        await active.pause()

        answer = await bench.client.post(f"{active.path}/resume")

        assert answer.status_code == HTTPStatus.ACCEPTED
        build = answer.json()["workspace_build"]
        assert (build["transition"], build["reason"]) == ("start", "task_resume")

    async def test_resuming_what_is_not_paused_is_a_conflict(
        self, bench: Bench
    ) -> None:
        active = await bench.active()

        answer = await bench.client.post(f"{active.path}/resume")

        assert answer.status_code == HTTPStatus.CONFLICT

    async def test_pausing_while_a_build_runs_is_a_conflict(self, bench: Bench) -> None:
        task = await bench.task(run=False)

        answer = await bench.client.post(f"/api/v2/tasks/me/{task['id']}/pause")

        assert answer.status_code == HTTPStatus.CONFLICT

    async def test_a_task_whose_build_failed_can_be_resumed(self, bench: Bench) -> None:
        task = await _failed(bench)

        answer = await bench.client.post(f"/api/v2/tasks/me/{task['id']}/resume")

        assert answer.status_code == HTTPStatus.ACCEPTED


class TestDelete:
    async def test_a_deleted_task_is_gone_and_its_workspace_follows(
        self, bench: Bench
    ) -> None:
        active = await bench.active()

        answer = await bench.client.delete(active.path)
        shown = await bench.client.get(active.path)
        listed = await bench.get("/tasks")
        await bench.yard.provisioner.run_all()
        workspace = await bench.client.get(
            f"/api/v2/workspaces/{active.task['workspace_id']}?include_deleted=true"
        )

        assert (answer.status_code, answer.content) == (HTTPStatus.ACCEPTED, b"")
        assert shown.status_code == HTTPStatus.NOT_FOUND
        assert listed["count"] == 0
        assert workspace.json()["latest_build"]["status"] == "deleted"

    async def test_deleting_while_it_starts_cancels_the_start(
        self, bench: Bench
    ) -> None:
        task = await bench.task(run=False)

        answer = await bench.client.delete(f"/api/v2/tasks/me/{task['id']}")

        assert answer.status_code == HTTPStatus.ACCEPTED

    async def test_the_name_is_free_again(self, bench: Bench) -> None:
        task = await bench.task(name="again", run=False)
        await bench.client.delete(f"/api/v2/tasks/me/{task['id']}")
        await bench.yard.provisioner.run_all()

        again = await bench.client.post(
            "/api/v2/tasks/me", json=bench.body(name="again")
        )

        assert again.status_code == HTTPStatus.CREATED

    async def test_deleting_the_workspace_deletes_the_task(self, bench: Bench) -> None:
        active = await bench.active()

        await bench.yard.build({"id": active.task["workspace_id"]}, "delete")

        assert (await bench.get("/tasks"))["count"] == 0


async def _failed(bench: Bench) -> dict[str, Any]:
    task = await bench.task(run=False)
    failing = await make_provisioner(
        bench.app, bench.client, name="failing", kind=FailingProvisioner
    )
    await failing.run_all()
    return dict(ok(await bench.client.get(f"/api/v2/tasks/me/{task['id']}")))
