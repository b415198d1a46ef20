"""Templates through the API."""

from datetime import timedelta
from http import HTTPStatus
from uuid import uuid4

import pytest
from fastapi import FastAPI

from taskyard.kit.clock import ManualClock
from taskyard.protocol.provisioner import ImportResult
from taskyard.server.identity.actor import Role
from tests.conftest import Account, make_account
from tests.support.provisioning import Yard

pytestmark = pytest.mark.asyncio

TEMPLATES = "/api/v2/organizations/default/templates"


async def test_a_template_is_made_of_an_imported_version(yard: Yard) -> None:
    template = await yard.template("tasks", description="Agents at work")

    assert template["organization_name"] == "default"
    assert (template["name"], template["description"]) == ("tasks", "Agents at work")
    assert template["has_ai_task"] is True
    assert template["build_time_stats"]["start"] == {"P50": None, "P95": None}
    assert await yard.get("/organizations/default/templates/TASKS") == template
    assert await yard.get(f"/templates/{template['id']}") == template


async def test_a_version_that_was_not_imported_makes_no_template(yard: Yard) -> None:
    version = await yard.version(run=False)

    answer = await yard.owner.client.post(
        TEMPLATES, json={"name": "tasks", "template_version_id": version["id"]}
    )

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert "is pending" in answer.json()["detail"]


async def test_a_version_belongs_to_one_template_only(yard: Yard) -> None:
    template = await yard.template()

    answer = await yard.owner.client.post(
        TEMPLATES,
        json={"name": "more", "template_version_id": template["active_version_id"]},
    )

    assert answer.status_code == HTTPStatus.BAD_REQUEST


async def test_illegal_names_are_refused(yard: Yard) -> None:
    version = await yard.version()

    for name in (
        *("", "-a", "a-", "a--b", "a b", "a_b", "a.b", "ä", "x" * 33, "a/b", "a\0b"),
        *("a\n", "..", "%2e", "<b>", "\uff41", "a\u200b", "🙂"),
    ):
        answer = await yard.owner.client.post(
            TEMPLATES, json={"name": name, "template_version_id": version["id"]}
        )

        assert answer.status_code == HTTPStatus.BAD_REQUEST, name
        assert answer.json()["validations"][0]["field"] == "name", name


async def test_a_name_is_used_once_whatever_its_case(yard: Yard) -> None:
    await yard.template("tasks")
    version = await yard.version()

    answer = await yard.owner.client.post(
        TEMPLATES, json={"name": "Tasks", "template_version_id": version["id"]}
    )

    assert answer.status_code == HTTPStatus.CONFLICT


async def test_templates_are_found_by_what_they_are(yard: Yard) -> None:
    await yard.template("alpha")
    await yard.template("beta", ImportResult(not_task_reason="No coder_ai_task."))

    async def names(query: str) -> list[str]:
        found = await yard.owner.client.get("/api/v2/templates", params={"q": query})
        return [template["name"] for template in found.json()]

    assert await names("") == ["alpha", "beta"]
    assert await names("has-ai-task:true") == ["alpha"]
    assert await names("has-ai-task:false") == ["beta"]
    assert await names("exact_name:alpha") == ["alpha"]
    assert await names("bet") == ["beta"]
    assert await names("organization:default deprecated:false") == ["alpha", "beta"]
    assert await names("organization:other") == []
    bad = await yard.owner.client.get("/api/v2/templates", params={"q": "color:red"})
    assert bad.status_code == HTTPStatus.BAD_REQUEST
    assert bad.json()["message"] == "Invalid template search query."


async def test_only_an_imported_version_of_the_template_is_promoted(
    yard: Yard,
) -> None:
    template = await yard.template()
    second = await yard.version(template_id=template["id"])
    waiting = await yard.version(template_id=template["id"], run=False)
    foreign = await yard.version(run=False)
    path = f"/api/v2/templates/{template['id']}/versions"

    async def promote(version: dict[str, str]) -> int:
        answer = await yard.owner.client.patch(path, json={"id": version["id"]})
        return answer.status_code

    codes = [await promote(v) for v in (waiting, foreign, second)]

    assert codes == [HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.OK]
    now = await yard.get(f"/templates/{template['id']}")
    assert now["active_version_id"] == second["id"]


async def test_an_archived_version_is_not_promoted(yard: Yard) -> None:
    template = await yard.template()
    second = await yard.version(template_id=template["id"])
    await yard.owner.client.post(f"/api/v2/templateversions/{second['id']}/archive")

    answer = await yard.owner.client.patch(
        f"/api/v2/templates/{template['id']}/versions", json={"id": second["id"]}
    )

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert "unarchive" in answer.json()["detail"]


async def test_a_template_is_changed_field_by_field(yard: Yard) -> None:
    template = await yard.template("tasks", description="old")

    answer = await yard.owner.client.patch(
        f"/api/v2/templates/{template['id']}",
        json={"name": "agents", "permission_policy": "ask", "unknown": 1},
    )

    changed = answer.json()
    assert (changed["name"], changed["description"]) == ("agents", "old")
    assert changed["permission_policy"] == "ask"


async def test_a_template_with_workspaces_is_not_deleted(yard: Yard) -> None:
    template = await yard.template()
    workspace = await yard.workspace(template)
    path = f"/api/v2/templates/{template['id']}"

    refused = await yard.owner.client.delete(path)
    await yard.build(workspace, "delete")
    deleted = await yard.owner.client.delete(path)

    assert refused.status_code == HTTPStatus.BAD_REQUEST
    assert "1 workspaces" in refused.json()["detail"]
    assert deleted.status_code == HTTPStatus.OK
    assert (await yard.owner.client.get(path)).status_code == HTTPStatus.NOT_FOUND
    assert await yard.get("/templates") == []
    await yard.template("tasks")  # its name is free again


async def test_how_long_builds_take_is_told(yard: Yard, clock: ManualClock) -> None:
    template = await yard.template()
    for seconds in (1, 2, 9):
        await yard.workspace(template, f"w{seconds}", run=False)
        job = await yard.provisioner.acquire()
        assert job is not None
        clock.advance(timedelta(seconds=seconds))
        await yard.provisioner.work(job)

    shown = await yard.get(f"/templates/{template['id']}")

    assert shown["build_time_stats"]["start"] == {"P50": 2000, "P95": 8300}
    assert shown["active_user_count"] == 1


async def test_roles_decide_who_writes(
    yard: Yard, app: FastAPI, member: Account
) -> None:
    template = await yard.template()
    path = f"/api/v2/templates/{template['id']}"
    admin = await make_account(app, "tom", Role.TEMPLATE_ADMIN)
    auditor = await make_account(app, "aud", Role.AUDITOR)

    async with admin.client, auditor.client:
        codes = {
            account.username: [
                (await account.client.get(path)).status_code,
                (await account.client.patch(path, json={"icon": "x"})).status_code,
                (await account.client.delete(path)).status_code,
            ]
            for account in (member, auditor, admin)
        }

    assert codes == {
        "mel": [200, 403, 403],
        "aud": [200, 403, 403],
        "tom": [200, 200, 200],
    }


async def test_what_is_not_there_is_not_found(yard: Yard) -> None:
    for path in (
        f"templates/{uuid4()}",
        f"templateversions/{uuid4()}",
        "organizations/default/templates/nothing",
        "organizations/nowhere/templates",
        f"templates/{uuid4()}/versions",
    ):
        answer = await yard.owner.client.get(f"/api/v2/{path}")

        assert answer.status_code == HTTPStatus.NOT_FOUND, path
