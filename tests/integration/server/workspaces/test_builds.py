"""Builds through the API, with a provisioner that runs no Terraform."""

import asyncio
from http import HTTPStatus
from typing import Any
from uuid import UUID

import httpx
import pytest

from taskyard.protocol.provisioner import BuildResult, ImportResult, Parameter
from taskyard.server.factory import Factory, ProcessContext
from taskyard.testing.provisioners import FailingProvisioner, lines
from tests.conftest import Account
from tests.support.provisioning import Yard, ok

pytestmark = pytest.mark.asyncio

CANCELED = "Job has been marked as canceled..."


async def post_build(
    account: Account, workspace: dict[str, Any], **body: Any
) -> httpx.Response:
    path = f"/api/v2/workspaces/{workspace['id']}/builds"
    return await account.client.post(path, json=body)


async def cancel(account: Account, workspace: dict[str, Any]) -> httpx.Response:
    build = workspace["latest_build"]["id"]
    return await account.client.patch(f"/api/v2/workspacebuilds/{build}/cancel")


async def status_of(yard: Yard, workspace: dict[str, Any]) -> str:
    shown = await yard.get(f"/workspaces/{workspace['id']}")
    return str(shown["latest_build"]["status"])


async def test_a_started_workspace_has_its_agent_and_apps(yard: Yard) -> None:
    workspace = await yard.workspace(await yard.template())

    build = workspace["latest_build"]
    assert (build["status"], build["job"]["status"]) == ("running", "succeeded")
    agent = build["resources"][0]["agents"][0]
    assert (agent["name"], agent["status"]) == ("main", "connecting")
    assert {app["slug"]: app["health"] for app in agent["apps"]} == {
        "ccw": "initializing",
        "preview": "disabled",
    }
    assert workspace["health"] == {"healthy": True, "failing_agents": []}
    own = await yard.get(f"/workspaceagents/{agent['id']}")
    assert own == agent


async def test_a_workspace_goes_through_its_statuses(yard: Yard) -> None:
    workspace = await yard.workspace(await yard.template(), run=False)
    seen = [await status_of(yard, workspace)]
    for transition in ("stop", "start", "delete"):
        job = await yard.provisioner.acquire()
        assert job is not None
        seen.append(await status_of(yard, workspace))
        await yard.provisioner.work(job)
        seen.append(await status_of(yard, workspace))
        await yard.build(workspace, transition, run=False)

    assert seen == [
        "pending",
        "starting",
        "running",
        "stopping",
        "stopped",
        "starting",
        "running",
    ]


async def test_a_stop_leaves_no_agent_and_a_delete_no_workspace(yard: Yard) -> None:
    workspace = await yard.workspace(await yard.template())

    stopped = await yard.build(workspace, "stop")
    deleted = await yard.build(workspace, "delete")

    assert (stopped["status"], deleted["status"]) == ("stopped", "deleted")
    assert stopped["resources"] == []
    path = f"/workspaces/{workspace['id']}"
    gone = await yard.owner.client.get(f"/api/v2{path}")
    assert gone.status_code == HTTPStatus.GONE
    assert "include_deleted=true" in gone.json()["message"]
    kept = await yard.get(f"{path}?include_deleted=true")
    assert kept["latest_build"]["status"] == "deleted"
    again = await post_build(yard.owner, workspace, transition="start")
    assert again.status_code == HTTPStatus.GONE


async def test_only_one_build_is_active(yard: Yard) -> None:
    workspace = await yard.workspace(await yard.template(), run=False)

    answers = [
        await post_build(yard.owner, workspace, transition=transition)
        for transition in ("start", "stop", "delete")
    ]

    assert {answer.status_code for answer in answers} == {HTTPStatus.CONFLICT}
    assert answers[0].json()["message"] == "A workspace build is already active."
    assert "Build 1 is a start" in answers[0].json()["detail"]


async def test_of_many_orders_at_once_one_is_taken(yard: Yard) -> None:
    workspace = await yard.workspace(await yard.template())

    answers = await asyncio.gather(
        *(post_build(yard.owner, workspace, transition="stop") for _ in range(6))
    )

    codes = sorted(answer.status_code for answer in answers)
    assert codes == [HTTPStatus.CREATED] + [HTTPStatus.CONFLICT] * 5


async def test_deletes_and_completions_at_once_do_not_wait_for_each_other(
    yard: Yard, process: ProcessContext
) -> None:
    template = await yard.template()
    for number in range(4):
        workspace = await yard.workspace(template, f"w{number}", run=False)
        job = await yard.provisioner.acquire()
        assert job is not None

        async with asyncio.TaskGroup() as group:
            group.create_task(_delete(process, workspace, yard.owner))
            completing = group.create_task(yard.provisioner.complete(job))
            group.create_task(yard.provisioner.log(job, 1, lines("late")))

        assert completing.result().status_code == HTTPStatus.NO_CONTENT
        await yard.provisioner.run_all()
        assert (await yard.get("/workspaces"))["count"] == 0


async def _delete(
    process: ProcessContext, workspace: dict[str, Any], owner: Account
) -> None:
    async with process.sessions.begin() as session:
        await (
            Factory(process, session)
            .workspaces()
            .delete(UUID(workspace["id"]), initiator_id=owner.id, when_active="cancel")
        )


async def test_a_failed_build_says_why_and_keeps_what_was_applied(
    yard: Yard, anonymous: httpx.AsyncClient
) -> None:
    workspace = await yard.workspace(await yard.template(), run=False)
    failing = FailingProvisioner(anonymous, yard.provisioner.key)

    await failing.run_one()

    shown = await yard.get(f"/workspaces/{workspace['id']}")
    build = shown["latest_build"]
    assert build["status"] == "failed"
    assert build["job"]["error_code"] == "apply_failed"
    assert build["job"]["error"].startswith("main.tf:12:")
    assert await yard.get(f"/workspacebuilds/{build['id']}/state") == {"half": True}
    deleted = await yard.build(workspace, "delete")
    assert deleted["status"] == "deleted"


async def test_a_build_can_be_started_again_after_a_failure(
    yard: Yard, anonymous: httpx.AsyncClient
) -> None:
    workspace = await yard.workspace(await yard.template(), run=False)
    await FailingProvisioner(anonymous, yard.provisioner.key).run_one()

    build = await yard.build(workspace, "start")

    assert (build["build_number"], build["status"]) == (2, "running")


async def test_two_apps_of_one_name_fail_the_build(yard: Yard) -> None:
    await yard.workspace(await yard.template(), run=False)
    job = await yard.provisioner.acquire()
    assert job is not None
    result = yard.provisioner.result_of(job)
    assert isinstance(result, BuildResult)
    agent = result.resources[0].agents[0]
    agent.apps[1].slug = agent.apps[0].slug

    answer = await yard.provisioner.complete(job, result)

    assert answer.status_code == HTTPStatus.NO_CONTENT
    found = await yard.get("/workspaces?q=status:failed")
    error = found["workspaces"][0]["latest_build"]["job"]["error"]
    assert error == "The template makes two agents or apps of one name."


# -- cancelation ----------------------------------------------------------------------


async def test_a_waiting_build_is_canceled_at_once(yard: Yard) -> None:
    workspace = await yard.workspace(await yard.template(), run=False)

    answer = await cancel(yard.owner, workspace)

    assert ok(answer)["message"] == CANCELED
    assert await status_of(yard, workspace) == "canceled"
    assert await yard.provisioner.acquire() is None


async def test_a_running_build_is_canceled_by_its_provisioner(yard: Yard) -> None:
    workspace = await yard.workspace(await yard.template(), run=False)
    job = await yard.provisioner.acquire()
    assert job is not None

    await cancel(yard.owner, workspace)
    between = await status_of(yard, workspace)
    told = await yard.provisioner.heartbeat(job)
    await yard.provisioner.fail(job, "Interrupted.", state=b"half")

    assert (between, told.cancel) == ("canceling", True)
    assert await status_of(yard, workspace) == "canceled"
    assert (await yard.build(workspace, "delete"))["status"] == "deleted"


async def test_a_build_that_succeeds_though_canceled_has_succeeded(yard: Yard) -> None:
    workspace = await yard.workspace(await yard.template(), run=False)
    job = await yard.provisioner.acquire()
    assert job is not None
    await cancel(yard.owner, workspace)

    await yard.provisioner.work(job)

    assert await status_of(yard, workspace) == "running"


async def test_a_build_that_has_ended_is_not_canceled(yard: Yard) -> None:
    workspace = await yard.workspace(await yard.template())

    answer = await cancel(yard.owner, workspace)

    assert answer.status_code == HTTPStatus.CONFLICT
    assert answer.json()["code"] == "job_over"


async def test_a_template_may_forbid_its_users_to_cancel(
    yard: Yard, member: Account
) -> None:
    template = await yard.template()
    await yard.owner.client.patch(
        f"/api/v2/templates/{template['id']}",
        json={"allow_user_cancel_workspace_jobs": False},
    )
    workspace = await yard.workspace(template, by=member, run=False)

    refused = await cancel(member, workspace)
    allowed = await cancel(yard.owner, workspace)

    assert refused.status_code == HTTPStatus.FORBIDDEN
    assert refused.json()["code"] == "cancel_forbidden"
    assert allowed.status_code == HTTPStatus.OK


# -- parameters and versions ----------------------------------------------------------


async def test_parameters_are_checked_by_name_before_anything_is_made(
    yard: Yard,
) -> None:
    template = await yard.template()

    answer = await yard.owner.client.post(
        "/api/v2/users/me/workspaces",
        json={
            "name": "web",
            "template_id": template["id"],
            "rich_parameter_values": [
                {"name": "Size", "value": "ten"},
                {"name": "Color", "value": "red"},
            ],
        },
    )

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    body = answer.json()
    assert body["code"] == "parameters_invalid"
    assert sorted(v["field"] for v in body["validations"]) == ["Color", "Size"]
    assert (await yard.get("/workspaces"))["count"] == 0


async def test_values_last_from_build_to_build(yard: Yard) -> None:
    workspace = await yard.workspace(
        await yard.template(), rich_parameter_values=[{"name": "Size", "value": "3"}]
    )
    await yard.build(workspace, "stop")

    again = await yard.build(workspace, "start")
    changed = await yard.build(
        workspace, "start", rich_parameter_values=[{"name": "Size", "value": "4"}]
    )

    async def values(build: dict[str, Any]) -> list[dict[str, str]]:
        return await yard.get(f"/workspacebuilds/{build['id']}/parameters")

    assert await values(again) == [{"name": "Size", "value": "3"}]
    assert await values(changed) == [{"name": "Size", "value": "4"}]


async def test_a_preset_sets_values_and_given_ones_win(yard: Yard) -> None:
    template = await yard.template()
    path = f"/templateversions/{template['active_version_id']}/presets"
    preset = (await yard.get(path))[0]["ID"]

    large = await yard.workspace(template, "large", template_version_preset_id=preset)
    small = await yard.workspace(
        template,
        "small",
        template_version_preset_id=preset,
        rich_parameter_values=[{"name": "Size", "value": "2"}],
    )
    unknown = await yard.owner.client.post(
        "/api/v2/users/me/workspaces",
        json={
            "name": "none",
            "template_id": template["id"],
            "template_version_preset_id": template["id"],
        },
    )

    sizes = [
        (await yard.get(f"/workspacebuilds/{w['latest_build']['id']}/parameters"))[0]
        for w in (large, small)
    ]
    assert [size["value"] for size in sizes] == ["9", "2"]
    assert large["latest_build"]["template_version_preset_id"] == preset
    assert unknown.status_code == HTTPStatus.BAD_REQUEST
    assert unknown.json()["code"] == "preset_unknown"


async def test_an_immutable_value_stays_once_a_build_succeeded(
    yard: Yard, anonymous: httpx.AsyncClient
) -> None:
    region = Parameter(name="Region", mutable=False)
    template = await yard.template(result=ImportResult(parameters=[region]))
    workspace = await yard.workspace(
        template, run=False, rich_parameter_values=[{"name": "Region", "value": "eu"}]
    )
    await FailingProvisioner(anonymous, yard.provisioner.key).run_one()
    us = [{"name": "Region", "value": "us"}]

    corrected = await yard.build(workspace, "start", rich_parameter_values=us)
    refused = await post_build(
        yard.owner,
        workspace,
        transition="start",
        rich_parameter_values=[{"name": "Region", "value": "eu"}],
    )

    assert corrected["status"] == "running"
    assert refused.status_code == HTTPStatus.BAD_REQUEST
    assert "immutable" in refused.json()["validations"][0]["detail"]


async def test_a_stop_takes_no_new_values(yard: Yard) -> None:
    workspace = await yard.workspace(await yard.template())

    answer = await post_build(
        yard.owner,
        workspace,
        transition="stop",
        rich_parameter_values=[{"name": "Size", "value": "5"}],
    )

    assert answer.status_code == HTTPStatus.BAD_REQUEST


async def test_a_start_may_bring_another_version_of_the_template(yard: Yard) -> None:
    template = await yard.template()
    workspace = await yard.workspace(template)
    second = await yard.version(template_id=template["id"])
    foreign = await yard.template("other")
    await yard.owner.client.patch(
        f"/api/v2/templates/{template['id']}/versions", json={"id": second["id"]}
    )
    outdated = await yard.get(f"/workspaces/{workspace['id']}")

    refused = await post_build(
        yard.owner,
        workspace,
        transition="start",
        template_version_id=foreign["active_version_id"],
    )
    kept = await yard.build(workspace, "start")
    updated = await yard.build(workspace, "start", template_version_id=second["id"])

    assert outdated["outdated"] is True
    assert refused.status_code == HTTPStatus.BAD_REQUEST
    assert kept["template_version_id"] == template["active_version_id"]
    assert updated["template_version_id"] == second["id"]
    assert (await yard.get(f"/workspaces/{workspace['id']}"))["outdated"] is False


# -- what is told ---------------------------------------------------------------------


async def test_builds_are_listed_newest_first_and_found_by_number(yard: Yard) -> None:
    workspace = await yard.workspace(await yard.template())
    await yard.build(workspace, "stop")

    builds = await yard.get(f"/workspaces/{workspace['id']}/builds")
    first = await yard.get("/users/me/workspace/web/builds/1")
    missing = await yard.owner.client.get("/api/v2/users/me/workspace/web/builds/9")

    assert [b["transition"] for b in builds] == ["stop", "start"]
    assert first["id"] == builds[1]["id"]
    assert missing.status_code == HTTPStatus.NOT_FOUND
    assert len(await yard.get(f"/workspaces/{workspace['id']}/builds?limit=1")) == 1


async def test_logs_resources_and_timings_of_a_build_are_told(yard: Yard) -> None:
    workspace = await yard.workspace(await yard.template())
    path = f"/workspacebuilds/{workspace['latest_build']['id']}"

    logs = await yard.get(f"{path}/logs")
    resources = await yard.get(f"{path}/resources")
    timings = await yard.get(f"{path}/timings")

    assert [line["output"] for line in logs] == ["Working."]
    assert resources == workspace["latest_build"]["resources"]
    assert timings["provisioner_timings"][0]["stage"] == "apply"
    assert timings["agent_script_timings"] == []


async def test_only_who_manages_templates_reads_a_state(
    yard: Yard, member: Account
) -> None:
    workspace = await yard.workspace(await yard.template(), by=member)

    path = f"/api/v2/workspacebuilds/{workspace['latest_build']['id']}/state"

    assert (await yard.owner.client.get(path)).status_code == HTTPStatus.OK
    assert (await member.client.get(path)).status_code == HTTPStatus.FORBIDDEN


async def test_an_orphaned_workspace_is_forgotten_at_once(
    yard: Yard, member: Account
) -> None:
    template = await yard.template()
    workspace = await yard.workspace(template)
    mels = await yard.workspace(template, by=member)

    refused = await post_build(member, mels, transition="delete", orphan=True)
    answer = await post_build(yard.owner, workspace, transition="delete", orphan=True)

    assert answer.json()["status"] == "deleted"
    assert refused.status_code == HTTPStatus.FORBIDDEN
    assert await yard.provisioner.acquire() is None
    assert (await yard.get("/workspaces"))["count"] == 1
