"""Workspaces of tasks: what builds do for the task that a workspace is made for."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from taskyard.kit.clock import ManualClock
from taskyard.protocol.provisioner import (
    BuildInput,
    ImportResult,
    Job,
    Parameter,
    Preset,
    PresetParameter,
)
from taskyard.server.db.tables import (
    AppRow,
    AppStatusRow,
    GatewayKeyRow,
    TaskAppRow,
    TaskRow,
    TemplateVersionRow,
)
from taskyard.server.factory import Factory, ProcessContext
from taskyard.testing.provisioners import FakeProvisioner
from tests.support.provisioning import Yard

pytestmark = pytest.mark.asyncio

OLDER_FORM = ImportResult(
    has_ai_task=True,
    prompt_parameter=True,
    parameters=[Parameter(name="AI Prompt", mutable=False)],
    presets=[
        Preset(
            name="Fixed",
            parameters=[PresetParameter(name="AI Prompt", value="as the preset says")],
        )
    ],
)


async def make_task(
    yard: Yard, process: ProcessContext, template: dict[str, str], *, preset: str = ""
) -> TaskRow:
    """The rows of a task with its workspace and build, as one transaction."""
    async with process.sessions.begin() as session:
        version = await session.get_one(
            TemplateVersionRow, UUID(template["active_version_id"])
        )
        task = TaskRow(
            id=uuid4(),
            organization_id=version.organization_id,
            owner_id=yard.owner.id,
            name="fix-it",
            template_version_id=version.id,
            prompt="fix the tests",
            created_at=process.clock.now(),
        )
        session.add(task)
        await session.flush()
        await (
            Factory(process, session)
            .workspaces()
            .create(
                owner_id=yard.owner.id,
                initiator_id=yard.owner.id,
                version=version,
                name="fix-it",
                preset_id=UUID(preset) if preset else None,
                task=task,
            )
        )
    return task


async def build_input(provisioner: FakeProvisioner) -> tuple[Job, BuildInput]:
    job = await provisioner.acquire()
    assert job is not None
    assert isinstance(job.input, BuildInput)
    return job, job.input


async def test_a_build_of_a_task_is_told_the_task_and_says_its_app(
    yard: Yard, process: ProcessContext
) -> None:
    task = await make_task(yard, process, await yard.template())

    job, given = await build_input(yard.provisioner)
    async with process.sessions() as session:
        before = await session.get_one(TaskAppRow, (task.id, 1))
    await yard.provisioner.work(job)

    assert given.task is not None
    assert (given.task.id, given.task.prompt) == (task.id, "fix the tests")
    assert (before.agent_row_id, before.app_row_id) == (None, None)
    async with process.sessions() as session:
        after = await session.get_one(TaskAppRow, (task.id, 1))
        assert after.app_row_id is not None
        app = await session.get_one(AppRow, after.app_row_id)
    assert (app.slug, app.agent_row_id) == ("ccw", after.agent_row_id)
    shown = await yard.get(f"/workspaces/{task.workspace_id}")
    assert shown["task_id"] == str(task.id)
    assert shown["latest_build"]["has_ai_task"] is True
    assert (await yard.get("/workspaces?q=has-ai-task:true"))["count"] == 1


async def test_the_older_form_gets_the_prompt_as_a_parameter(
    yard: Yard, process: ProcessContext
) -> None:
    task = await make_task(yard, process, await yard.template(result=OLDER_FORM))
    first, given = await build_input(yard.provisioner)
    await yard.provisioner.work(first)
    await yard.build({"id": task.workspace_id}, "stop")
    async with process.sessions.begin() as session:
        row = await session.get_one(TaskRow, task.id)
        row.prompt = "fix the docs"
    await yard.build({"id": task.workspace_id}, "start", run=False)

    _, again = await build_input(yard.provisioner)

    assert given.parameters == {"AI Prompt": "fix the tests"}
    assert again.parameters == {"AI Prompt": "fix the docs"}
    assert again.previous_parameters == {"AI Prompt": "fix the tests"}


async def test_a_preset_that_fixes_the_prompt_fixes_it_for_every_start(
    yard: Yard, process: ProcessContext
) -> None:
    template = await yard.template(result=OLDER_FORM)
    presets = await yard.get(
        f"/templateversions/{template['active_version_id']}/presets"
    )
    task = await make_task(yard, process, template, preset=presets[0]["ID"])
    first, given = await build_input(yard.provisioner)
    await yard.provisioner.work(first)
    await yard.build({"id": task.workspace_id}, "stop")
    await yard.build({"id": task.workspace_id}, "start", run=False)

    _, again = await build_input(yard.provisioner)

    assert given.parameters == {"AI Prompt": "as the preset says"}
    assert again.parameters == {"AI Prompt": "as the preset says"}


async def test_a_stop_revokes_the_gateways_keys_and_names_no_app(
    yard: Yard, process: ProcessContext
) -> None:
    task = await make_task(yard, process, await yard.template())
    await yard.provisioner.run_all()
    assert task.workspace_id is not None
    async with process.sessions.begin() as session:
        build = (
            await Factory(process, session).workspaces().latest_build(task.workspace_id)
        )
        session.add(
            GatewayKeyRow(
                id=uuid4(),
                key_hash=b"hash",
                workspace_id=task.workspace_id,
                build_id=build.id,
                task_id=task.id,
                created_at=process.clock.now(),
            )
        )

    await yard.build({"id": task.workspace_id}, "stop")

    async with process.sessions() as session:
        key = await session.scalar(select(GatewayKeyRow))
        app = await session.get_one(TaskAppRow, (task.id, 2))
    assert key is not None
    assert key.revoked_at is not None
    assert (app.agent_row_id, app.app_row_id) == (None, None)


async def test_a_deleted_workspace_takes_its_task_along(
    yard: Yard, process: ProcessContext
) -> None:
    task = await make_task(yard, process, await yard.template())
    await yard.provisioner.run_all()

    await yard.build({"id": task.workspace_id}, "delete")

    async with process.sessions() as session:
        row = await session.get_one(TaskRow, task.id)
    assert row.deleted_at is not None


async def test_the_last_statuses_of_an_app_are_shown(
    yard: Yard, process: ProcessContext, clock: ManualClock
) -> None:
    task = await make_task(yard, process, await yard.template())
    await yard.provisioner.run_all()
    async with process.sessions.begin() as session:
        place = await session.get_one(TaskAppRow, (task.id, 1))
        assert place.agent_row_id is not None
        assert place.app_row_id is not None
        for number in range(30):
            clock.advance(timedelta(seconds=1))
            session.add(
                AppStatusRow(
                    id=uuid4(),
                    workspace_id=task.workspace_id,
                    agent_row_id=place.agent_row_id,
                    app_row_id=place.app_row_id,
                    state="working",
                    message=f"step {number}",
                    uri="",
                    source="report",
                    created_at=clock.now(),
                )
            )

    shown = await yard.get(f"/workspaces/{task.workspace_id}")

    apps = shown["latest_build"]["resources"][0]["agents"][0]["apps"]
    statuses = next(app["statuses"] for app in apps if app["slug"] == "ccw")
    assert [len(statuses), statuses[0]["message"]] == [20, "step 29"]
    assert shown["latest_app_status"]["message"] == "step 29"
