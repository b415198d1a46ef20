"""What a provisioner is given, and what it may say while it works."""

import base64
import json
from datetime import timedelta
from http import HTTPStatus

import pytest
from sqlalchemy import text

from taskyard.kit.clock import ManualClock
from taskyard.protocol.provisioner import BuildInput, ImportInput, Job
from taskyard.server.background.builds import settle
from taskyard.server.factory import ProcessContext
from taskyard.server.provisioning.logs import MAX_LINE, MAX_LOG_BYTES
from taskyard.testing.provisioners import FakeProvisioner, lines
from tests.support.provisioning import Yard, tar_of

pytestmark = pytest.mark.asyncio


async def taken(provisioner: FakeProvisioner) -> Job:
    job = await provisioner.acquire()
    assert job is not None
    return job


async def outputs(yard: Yard, version: dict[str, str]) -> list[str]:
    logs = await yard.get(f"/templateversions/{version['id']}/logs")
    return [line["output"] for line in logs]


# -- what it is given -----------------------------------------------------------------


async def test_an_import_gets_the_archive_and_the_values_of_variables(
    yard: Yard,
) -> None:
    await yard.version(
        run=False, user_variable_values=[{"name": "token", "value": "s3cret"}]
    )

    job = await taken(yard.provisioner)

    assert isinstance(job.input, ImportInput)
    assert job.input.variables == {"token": "s3cret"}
    assert "${ACCESS_URL}" in job.input.agent_scripts["linux_amd64"]
    archive = await yard.provisioner.call("GET", f"files/{job.input.file_id}")
    assert tar_of({"main.tf": "# nothing"})[:9] == archive.content[:9]


async def test_a_start_gets_the_owner_the_parameters_and_tokens_of_its_own(
    yard: Yard,
) -> None:
    template = await yard.template("tasks")
    workspace = await yard.workspace(
        template, run=False, rich_parameter_values=[{"name": "Size", "value": "4"}]
    )

    job = await taken(yard.provisioner)

    build = job.input
    assert isinstance(build, BuildInput)
    assert str(build.workspace_id) == workspace["id"]
    assert (build.workspace_name, build.transition) == ("web", "start")
    assert (build.template.name, build.parameters) == ("tasks", {"Size": "4"})
    assert (build.owner.name, build.owner.groups) == ("ada", ["Everyone"])
    assert build.access_url == "http://test"
    assert build.supervisor_token
    me = await yard.owner.client.get(
        "/api/v2/users/me",
        headers={"Coder-Session-Token": build.owner.session_token},
    )
    assert me.json()["username"] == "ada"


async def test_a_stop_gets_the_state_and_ends_the_token_of_the_start(
    yard: Yard,
) -> None:
    workspace = await yard.workspace(await yard.template(), run=False)
    start = await taken(yard.provisioner)
    await yard.provisioner.work(start)
    await yard.build(workspace, "stop", run=False)

    stop = await taken(yard.provisioner)
    await yard.provisioner.work(stop)

    assert isinstance(start.input, BuildInput)
    assert isinstance(stop.input, BuildInput)
    assert stop.input.previous_parameters == start.input.parameters
    assert json.loads(base64.b64decode(stop.input.state)) == {"serial": 1}
    assert (stop.input.owner.session_token, stop.input.supervisor_token) == ("", "")
    me = await yard.owner.client.get(
        "/api/v2/users/me",
        headers={"Coder-Session-Token": start.input.owner.session_token},
    )
    assert me.status_code == HTTPStatus.UNAUTHORIZED


async def test_the_state_is_not_readable_in_the_database(
    yard: Yard, process: ProcessContext
) -> None:
    workspace = await yard.workspace(await yard.template())
    build = workspace["latest_build"]["id"]

    async with process.sessions() as session:
        stored = await session.scalar(text("select state from workspace_builds"))

    assert b"serial" not in stored
    assert await yard.get(f"/workspacebuilds/{build}/state") == {"serial": 1}


async def test_modules_of_the_import_are_given_to_builds(yard: Yard) -> None:
    version = await yard.version(run=False)
    job = await taken(yard.provisioner)
    path = f"jobs/{job.id}/modules?lease_token={job.lease_token}"

    before = await yard.provisioner.call("GET", f"versions/{version['id']}/modules")
    await yard.provisioner.call("PUT", path, content=b"first")
    await yard.provisioner.call("PUT", path, content=b"modules")
    after = await yard.provisioner.call("GET", f"versions/{version['id']}/modules")

    assert before.status_code == HTTPStatus.NOT_FOUND
    assert after.content == b"modules"


# -- logs -----------------------------------------------------------------------------


async def test_a_batch_of_logs_that_is_sent_again_is_stored_once(yard: Yard) -> None:
    version = await yard.version(run=False)
    job = await taken(yard.provisioner)

    for number, said in ((1, "one"), (1, "one"), (2, "two"), (1, "one"), (2, "x")):
        await yard.provisioner.log(job, number, lines(said))

    assert await outputs(yard, version) == ["one", "two"]


async def test_lines_are_cleaned_and_cut(yard: Yard) -> None:
    version = await yard.version(run=False)
    job = await taken(yard.provisioner)

    await yard.provisioner.log(
        job, 1, lines("nul\0 and \x1b[31mred\x1b[0m\n", "x" * (MAX_LINE + 9))
    )

    first, second = await outputs(yard, version)
    assert first == "nul and red"
    assert (len(second), second[-1]) == (MAX_LINE, "…")


async def test_logs_beyond_the_limit_are_dropped_and_said_to_be(yard: Yard) -> None:
    version = await yard.version(run=False)
    job = await taken(yard.provisioner)
    full = lines(*["x" * 8000] * 40)

    for number in range(1, 6):
        await yard.provisioner.log(job, number, full)

    shown = await yard.get(f"/templateversions/{version['id']}")
    assert shown["job"]["logs_overflowed"]
    assert len("".join(await outputs(yard, version))) > MAX_LOG_BYTES - 9000


async def test_pages_of_logs_are_cut_by_id(yard: Yard) -> None:
    version = await yard.version(run=False)
    job = await taken(yard.provisioner)
    await yard.provisioner.log(job, 1, lines("one", "two", "three"))
    ids = [
        line["id"] for line in await yard.get(f"/templateversions/{version['id']}/logs")
    ]

    page = await yard.get(
        f"/templateversions/{version['id']}/logs?after={ids[0]}&before={ids[2]}"
    )

    assert [line["output"] for line in page] == ["two"]


# -- time -----------------------------------------------------------------------------


async def test_a_job_that_nobody_takes_fails_and_says_what_to_do(
    yard: Yard, process: ProcessContext, clock: ManualClock
) -> None:
    version = await yard.version(run=False, tags={"gpu": "yes"})
    clock.advance(timedelta(minutes=29))
    await settle(process)
    waiting = await yard.get(f"/templateversions/{version['id']}")
    clock.advance(timedelta(minutes=2))
    await settle(process)

    job = (await yard.get(f"/templateversions/{version['id']}"))["job"]
    assert waiting["job"]["status"] == "pending"
    assert (job["status"], job["error_code"]) == ("failed", "no_provisioner")
    assert "'gpu': 'yes'" in job["error"]
    assert "taskyard provisioner" in job["error"]


async def test_a_build_that_never_ends_is_stopped_and_fails_with_the_reason(
    yard: Yard, process: ProcessContext, clock: ManualClock
) -> None:
    workspace = await yard.workspace(await yard.template(), run=False)
    job = await taken(yard.provisioner)
    clock.advance(timedelta(minutes=61))
    await settle(process)
    await settle(process)

    assert (await yard.provisioner.heartbeat(job)).cancel
    await yard.provisioner.fail(job, "Interrupted.", error_code="canceled")
    build = (await yard.get(f"/workspaces/{workspace['id']}"))["latest_build"]
    assert (build["status"], build["job"]["error_code"]) == ("failed", "timed_out")
    assert "longer than 60 minutes" in build["job"]["error"]


async def test_waiting_jobs_know_their_place(yard: Yard) -> None:
    versions = [await yard.version(run=False) for _ in range(3)]

    shown = [await yard.get(f"/templateversions/{v['id']}") for v in versions]

    places = [(v["job"]["queue_position"], v["job"]["queue_size"]) for v in shown]
    assert places == [(1, 3), (2, 3), (3, 3)]
