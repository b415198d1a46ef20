"""Template versions through the API."""

import json
from datetime import timedelta
from http import HTTPStatus

import httpx
import pytest
from dirty_equals import IsStr

from taskyard.kit.clock import ManualClock
from taskyard.protocol.provisioner import (
    ImportResult,
    Parameter,
    ParameterOption,
    Preset,
    PresetParameter,
    Variable,
)
from taskyard.testing.provisioners import FailingProvisioner, lines
from tests.conftest import Account
from tests.support.provisioning import Yard

pytestmark = pytest.mark.asyncio

VERSIONS = "/api/v2/organizations/default/templateversions"


async def test_a_version_begins_with_a_pending_import_and_a_name(yard: Yard) -> None:
    version = await yard.version(run=False)

    assert version["name"]
    assert version["job"]["status"] == "pending"
    assert version["job"]["type"] == "template_version_import"
    assert version["created_by"]["username"] == "ada"
    assert await yard.get(f"/templateversions/{version['id']}/presets") == []


async def test_what_an_import_found_is_shown(yard: Yard) -> None:
    version = await yard.version(
        result=ImportResult(
            readme="# Hello",
            parameters=[
                Parameter(name="b", order=2),
                Parameter(
                    name="a",
                    order=1,
                    description="Where",
                    options=[ParameterOption(name="EU", value="eu")],
                ),
            ],
            presets=[
                Preset(
                    name="Europe",
                    default=True,
                    parameters=[PresetParameter(name="a", value="eu")],
                )
            ],
            warnings=["the preset names no b"],
            has_ai_task=True,
            engine="Terraform 1.15.5",
        )
    )

    path = f"/templateversions/{version['id']}"
    shown = await yard.get(path)
    assert shown["job"]["status"] == "succeeded"
    assert (shown["readme"], shown["engine"]) == ("# Hello", "Terraform 1.15.5")
    assert shown["warnings"] == ["the preset names no b"]
    assert (shown["has_ai_task"], shown["not_task_reason"]) == (True, "")
    parameters = await yard.get(f"{path}/rich-parameters")
    assert [p["name"] for p in parameters] == ["a", "b"]
    assert parameters[0]["options"][0]["value"] == "eu"
    assert await yard.get(f"{path}/presets") == [
        {
            "ID": IsStr(regex=r"[0-9a-f-]{36}"),
            "Name": "Europe",
            "Parameters": [{"Name": "a", "Value": "eu"}],
            "Default": True,
            "DesiredPrebuildInstances": None,
            "Description": "",
            "Icon": "",
        }
    ]
    assert await yard.get(f"{path}/external-auth") == []


async def test_why_a_version_is_no_task_template_is_said(yard: Yard) -> None:
    version = await yard.version(
        result=ImportResult(not_task_reason="There is no resource coder_ai_task.")
    )

    shown = await yard.get(f"/templateversions/{version['id']}")
    assert shown["has_ai_task"] is False
    assert shown["not_task_reason"] == "There is no resource coder_ai_task."


async def test_planned_resources_are_shown_for_start_and_stop(yard: Yard) -> None:
    version = await yard.version()

    resources = await yard.get(f"/templateversions/{version['id']}/resources")

    assert [(r["workspace_transition"], r["type"]) for r in resources] == [
        ("start", "taskyard_sandbox"),
        ("stop", "taskyard_volume"),
    ]


async def test_values_of_sensitive_variables_never_come_back(yard: Yard) -> None:
    secret = Variable(name="token", sensitive=True, default_value="d", value="s3cret")
    plain = Variable(name="region", default_value="eu")
    version = await yard.version(
        result=ImportResult(variables=[secret, plain]),
        user_variable_values=[
            {"name": "token", "value": "s3cret"},
            {"name": "region", "value": "us"},
        ],
    )

    variables = await yard.get(f"/templateversions/{version['id']}/variables")

    assert [(v["name"], v["value"]) for v in variables] == [
        ("token", ""),
        ("region", "us"),
    ]
    assert "s3cret" not in json.dumps(
        [variables, await yard.get(f"/templateversions/{version['id']}")]
    )


async def test_a_next_version_keeps_the_values_of_variables(yard: Yard) -> None:
    first = await yard.version(user_variable_values=[{"name": "a", "value": "1"}])
    template = await yard.owner.client.post(
        "/api/v2/organizations/default/templates",
        json={"name": "tasks", "template_version_id": first["id"]},
    )

    await yard.version(
        template_id=template.json()["id"],
        run=False,
        user_variable_values=[{"name": "b", "value": "2"}],
    )

    job = await yard.provisioner.acquire()
    assert job is not None
    assert getattr(job.input, "variables", None) == {"a": "1", "b": "2"}


async def test_a_failed_import_says_where_and_what(
    yard: Yard, anonymous: httpx.AsyncClient
) -> None:
    version = await yard.version(run=False)
    failing = FailingProvisioner(anonymous, yard.provisioner.key)

    await failing.run_one()

    shown = await yard.get(f"/templateversions/{version['id']}")
    assert shown["job"]["status"] == "failed"
    assert shown["job"]["error"].startswith("main.tf:12:")
    early = await yard.owner.client.get(
        f"/api/v2/templateversions/{version['id']}/rich-parameters"
    )
    assert early.status_code == HTTPStatus.PRECONDITION_FAILED


async def test_text_that_cannot_be_stored_is_cleaned_out_of_a_result(
    yard: Yard,
) -> None:
    version = await yard.version(
        result=ImportResult(readme="nul\0", parameters=[Parameter(name="a\0b")])
    )

    assert (await yard.get(f"/templateversions/{version['id']}"))["readme"] == "nul"


# -- the job --------------------------------------------------------------------------


async def test_a_waiting_import_is_canceled_at_once(yard: Yard) -> None:
    version = await yard.version(run=False)

    answer = await yard.owner.client.patch(
        f"/api/v2/templateversions/{version['id']}/cancel"
    )

    assert answer.status_code == HTTPStatus.OK
    job = (await yard.get(f"/templateversions/{version['id']}"))["job"]
    assert job["status"] == "canceled"
    assert await yard.provisioner.acquire() is None


async def test_a_running_import_is_canceled_by_its_provisioner(yard: Yard) -> None:
    version = await yard.version(run=False)
    path = f"/templateversions/{version['id']}"
    job = await yard.provisioner.acquire()
    assert job is not None

    before = await yard.provisioner.heartbeat(job)
    await yard.owner.client.patch(f"/api/v2{path}/cancel")
    await yard.owner.client.patch(f"/api/v2{path}/cancel")  # twice is once
    canceling = (await yard.get(path))["job"]["status"]
    after = await yard.provisioner.heartbeat(job)
    await yard.provisioner.fail(job, "Interrupted.", error_code="canceled")

    assert (before.cancel, after.cancel, canceling) == (False, True, "canceling")
    assert (await yard.get(path))["job"]["status"] == "canceled"


async def test_what_has_ended_cannot_be_canceled(yard: Yard) -> None:
    version = await yard.version()

    answer = await yard.owner.client.patch(
        f"/api/v2/templateversions/{version['id']}/cancel"
    )

    assert answer.status_code == HTTPStatus.CONFLICT
    assert answer.json()["message"] == "The job has already succeeded."


# -- names and places -----------------------------------------------------------------


async def test_illegal_names_are_refused(yard: Yard) -> None:
    file_id = await yard.upload()

    for name in ("-v1", "v 1", "ä", "v1/2", "x" * 65, "a\nb", "a\0b", "..", "a..b"):
        answer = await yard.owner.client.post(
            VERSIONS, json={"file_id": file_id, "name": name}
        )

        assert answer.status_code == HTTPStatus.BAD_REQUEST, name
        assert answer.json()["validations"][0]["field"] == "name", name


async def test_names_are_unique_within_a_template(yard: Yard) -> None:
    template = await yard.template()
    await yard.version(template_id=template["id"], name="v2")

    answer = await yard.owner.client.post(
        VERSIONS,
        json={
            "file_id": await yard.upload(),
            "template_id": template["id"],
            "name": "V2",
        },
    )

    assert answer.status_code == HTTPStatus.CONFLICT
    assert answer.json()["validations"][0]["field"] == "name"


async def test_a_file_that_was_not_uploaded_is_refused(yard: Yard) -> None:
    answer = await yard.owner.client.post(
        VERSIONS, json={"file_id": "00000000-0000-0000-0000-000000000000"}
    )

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert "POST /api/v2/files" in answer.json()["detail"]


async def test_a_version_is_changed_archived_and_listed(
    yard: Yard, clock: ManualClock
) -> None:
    template = await yard.template()
    for name in ("v2", "v3"):
        clock.advance(timedelta(seconds=1))
        await yard.version(template_id=template["id"], name=name)
    path = f"/templates/{template['id']}/versions"
    newest, middle, active = await yard.get(path)
    client = yard.owner.client

    renamed = await client.patch(
        f"/api/v2/templateversions/{newest['id']}", json={"name": "v3.1"}
    )
    await client.post(f"/api/v2/templateversions/{middle['id']}/archive")
    refused = await client.post(f"/api/v2/templateversions/{active['id']}/archive")

    assert renamed.json()["name"] == "v3.1"
    assert refused.status_code == HTTPStatus.BAD_REQUEST
    names = [v["name"] for v in await yard.get(path)]
    assert names == ["v3.1", active["name"]]
    everything = await yard.get(f"{path}?include_archived=true")
    assert len(everything) == 3
    page = await yard.get(f"{path}?include_archived=true&after_id={newest['id']}")
    assert [v["id"] for v in page] == [middle["id"], active["id"]]
    await client.post(f"/api/v2/templateversions/{middle['id']}/unarchive")
    assert len(await yard.get(path)) == 3
    by_name = "/organizations/default/templates/tasks/versions/V2"
    assert (await yard.get(by_name))["id"] == middle["id"]


async def test_a_member_reads_versions_of_templates_and_makes_none(
    yard: Yard, member: Account
) -> None:
    template = await yard.template()
    loose = await yard.version()
    versions = "/api/v2/templateversions"

    read = await member.client.get(f"{versions}/{template['active_version_id']}")
    hidden = await member.client.get(f"{versions}/{loose['id']}")
    made = await member.client.post(VERSIONS, json={"file_id": await yard.upload()})
    variables = await member.client.get(
        f"{versions}/{template['active_version_id']}/variables"
    )

    assert read.status_code == HTTPStatus.OK
    assert hidden.status_code == HTTPStatus.NOT_FOUND
    assert made.status_code == HTTPStatus.FORBIDDEN
    assert variables.status_code == HTTPStatus.FORBIDDEN


async def test_logs_of_an_import_can_be_read(yard: Yard) -> None:
    version = await yard.version(run=False)
    job = await yard.provisioner.acquire()
    assert job is not None
    await yard.provisioner.log(job, 1, lines("Initializing", stage="Init"))

    logs = await yard.get(f"/templateversions/{version['id']}/logs")

    assert [(line["stage"], line["output"]) for line in logs] == [
        ("Init", "Initializing")
    ]
    assert logs[0]["log_source"] == "provisioner"
