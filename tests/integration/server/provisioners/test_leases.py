"""Who holds a job, and what becomes of it when its holder goes."""

import asyncio
from http import HTTPStatus
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from taskyard.protocol.provisioner import BuildInput, Job
from taskyard.server.background.builds import settle
from taskyard.server.factory import Factory, ProcessContext
from taskyard.server.launch.provisioners import release_jobs
from taskyard.server.provisioning.jobs import JOB_KIND
from taskyard.server.provisioning.store import JobStore
from taskyard.testing.provisioners import FakeProvisioner, lines
from tests.support.provisioning import Yard, lapse_leases, make_provisioner

pytestmark = pytest.mark.asyncio


async def taken(provisioner: FakeProvisioner) -> Job:
    job = await provisioner.acquire()
    assert job is not None
    return job


async def test_without_a_good_key_there_is_no_job(
    yard: Yard, anonymous: httpx.AsyncClient
) -> None:
    answers = [
        await FakeProvisioner(anonymous, key).call(
            "POST", "jobs/acquire", {"name": "x"}
        )
        for key in ("", "tyk-prov-wrong", yard.owner.token)
    ]

    assert {answer.status_code for answer in answers} == {HTTPStatus.UNAUTHORIZED}
    assert answers[0].json()["code"] == "provisioner_key_invalid"


async def test_of_many_who_ask_at_once_one_gets_the_build(
    yard: Yard, app: FastAPI, anonymous: httpx.AsyncClient
) -> None:
    template = await yard.template()
    await yard.workspace(template, run=False)
    others = [
        await make_provisioner(app, anonymous, name=f"other-{n}") for n in range(8)
    ]

    jobs = await asyncio.gather(*(other.acquire() for other in others))

    assert sum(job is not None for job in jobs) == 1


async def test_builds_of_different_workspaces_run_at_once(yard: Yard) -> None:
    template = await yard.template()
    for name in ("one", "two"):
        await yard.workspace(template, name, run=False)

    first, second = await taken(yard.provisioner), await taken(yard.provisioner)

    assert first.id != second.id


async def test_a_waiting_provisioner_is_woken_by_a_job(yard: Yard) -> None:
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(yard.provisioner.acquire(wait=20))
        await yard.version(run=False)

    assert waiting.result() is not None


async def test_a_job_goes_to_who_offers_its_tags(
    yard: Yard, app: FastAPI, anonymous: httpx.AsyncClient
) -> None:
    tagged = await make_provisioner(app, anonymous, name="gpu", tags={"gpu": "yes"})

    await yard.version(run=False, tags={"gpu": "yes", "scope": "organization"})

    assert await yard.provisioner.acquire() is None
    assert await tagged.acquire() is not None


async def test_who_lost_the_lease_can_store_nothing(
    yard: Yard, process: ProcessContext
) -> None:
    workspace = await yard.workspace(await yard.template(), run=False)
    lost = await taken(yard.provisioner)
    await lapse_leases(process)
    held = await taken(yard.provisioner)

    refused = [
        await yard.provisioner.log(lost, 1, lines("from the grave")),
        await yard.provisioner.checkpoint(lost, b"{}"),
        await yard.provisioner.complete(lost),
        await yard.provisioner.fail(lost, "no"),
        await yard.provisioner.call(
            "POST",
            f"jobs/{lost.id}/heartbeat",
            {"lease_token": str(lost.lease_token)},
        ),
    ]

    assert [answer.status_code for answer in refused] == [HTTPStatus.CONFLICT] * 5
    assert {answer.json()["code"] for answer in refused} == {"lease_lost"}
    assert (held.id, held.attempt) == (lost.id, 2)
    build = (await yard.get(f"/workspaces/{workspace['id']}"))["latest_build"]
    assert build["job"]["status"] == "running"
    logs = await yard.get(f"/workspacebuilds/{build['id']}/logs")
    assert [line["stage"] for line in logs] == ["Starting again"]
    assert "'fake' stopped answering" in logs[0]["output"]


async def test_what_an_ended_provisioner_held_can_be_taken_at_once(
    yard: Yard, process: ProcessContext, app: FastAPI, anonymous: httpx.AsyncClient
) -> None:
    await yard.version(run=False)
    held = await taken(yard.provisioner)
    other = await make_provisioner(app, anonymous, name="other")
    await release_jobs(process, "somebody-else")
    before = await other.acquire()

    await release_jobs(process, "fake")

    after = await taken(other)
    assert before is None
    assert (after.id, after.attempt) == (held.id, 2)


async def test_a_lapsed_lease_that_nobody_took_can_be_renewed(
    yard: Yard, process: ProcessContext
) -> None:
    await yard.version(run=False)
    job = await taken(yard.provisioner)
    await lapse_leases(process)

    await yard.provisioner.heartbeat(job)

    assert await yard.provisioner.acquire() is None


async def test_a_server_that_starts_gives_leases_time_but_not_lapsed_ones(
    yard: Yard, process: ProcessContext
) -> None:
    await yard.version(run=False)
    await taken(yard.provisioner)

    async def seconds_left() -> float:
        async with process.sessions.begin() as session:
            await JobStore(session).extend_leases(JOB_KIND, 600)
            left = await session.scalar(
                text("select extract(epoch from max(lease_until) - now()) from jobs")
            )
            return float(left)

    held = await seconds_left()
    await lapse_leases(process)
    lapsed = await seconds_left()

    assert held > 590
    assert lapsed < 0


async def test_a_second_attempt_goes_on_from_the_checkpoint_of_the_first(
    yard: Yard, process: ProcessContext
) -> None:
    await yard.workspace(await yard.template(), run=False)
    first = await taken(yard.provisioner)
    await yard.provisioner.checkpoint(first, b"so far")
    await yard.provisioner.log(first, 1, lines("one", "two"))
    await lapse_leases(process)

    second = await taken(yard.provisioner)

    assert isinstance(first.input, BuildInput)
    assert isinstance(second.input, BuildInput)
    assert (first.input.state, second.input.state) == ("", "c28gZmFy")
    assert first.input.supervisor_token != second.input.supervisor_token
    assert first.input.owner.session_token != second.input.owner.session_token
    answer = await yard.provisioner.log(second, 1, lines("again"))
    assert answer.status_code == HTTPStatus.NO_CONTENT


async def test_a_job_whose_provisioners_all_die_fails_with_the_reason(
    yard: Yard, process: ProcessContext
) -> None:
    version = await yard.version(run=False)
    for _ in range(3):
        await taken(yard.provisioner)
        await lapse_leases(process)
        await settle(process)

    job = (await yard.get(f"/templateversions/{version['id']}"))["job"]
    assert (job["status"], job["error_code"]) == ("failed", "provisioner_lost")
    assert "stopped answering 3 times" in job["error"]
    assert "'fake'" in job["error"]
    assert await yard.provisioner.acquire() is None


async def test_a_waiting_heartbeat_hears_of_a_cancelation_at_once(yard: Yard) -> None:
    version = await yard.version(run=False)
    job = await taken(yard.provisioner)

    async with asyncio.timeout(15), asyncio.TaskGroup() as group:
        waiting = group.create_task(yard.provisioner.heartbeat(job, wait=29))
        await yard.provisioner.heartbeat(job)
        await yard.owner.client.patch(
            f"/api/v2/templateversions/{version['id']}/cancel"
        )

    assert waiting.result().cancel


async def test_who_waits_is_answered_at_once_when_the_server_stops(
    yard: Yard, process: ProcessContext
) -> None:
    await yard.version(run=False)
    job = await taken(yard.provisioner)

    async with asyncio.timeout(15), asyncio.TaskGroup() as group:
        beating = group.create_task(yard.provisioner.heartbeat(job, wait=29))
        idle = group.create_task(yard.provisioner.acquire(wait=25))
        await yard.provisioner.heartbeat(job)
        process.broadcast.close()

    assert not beating.result().cancel
    assert idle.result() is None


async def test_a_silent_job_that_was_canceled_is_not_begun_again(
    yard: Yard, process: ProcessContext
) -> None:
    version = await yard.version(run=False)
    await taken(yard.provisioner)
    await yard.owner.client.patch(f"/api/v2/templateversions/{version['id']}/cancel")
    await lapse_leases(process)

    await settle(process)

    job = (await yard.get(f"/templateversions/{version['id']}"))["job"]
    assert (job["status"], job["error"]) == ("canceled", None)
    assert await yard.provisioner.acquire() is None


async def test_the_next_build_of_a_workspace_waits_for_the_one_before(
    yard: Yard, process: ProcessContext
) -> None:
    workspace = await yard.workspace(await yard.template(), run=False)
    start = await taken(yard.provisioner)
    async with process.sessions.begin() as session:
        await (
            Factory(process, session)
            .workspaces()
            .delete(
                UUID(workspace["id"]), initiator_id=yard.owner.id, when_active="cancel"
            )
        )

    assert await yard.provisioner.acquire() is None
    assert (await yard.provisioner.heartbeat(start)).cancel
    await yard.provisioner.fail(start, "interrupted", state=b"half")
    delete = await taken(yard.provisioner)
    assert isinstance(delete.input, BuildInput)
    assert (delete.input.transition, delete.input.state) == ("delete", "aGFsZg==")
