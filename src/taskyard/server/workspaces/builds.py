"""Builds: the one place where a start, a stop or a delete of a workspace is made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal
from uuid import UUID, uuid4

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.kit.clock import Clock
from taskyard.kit.errors import Validation
from taskyard.protocol.api.workspaces import Transition
from taskyard.server.db.tables import (
    BuildRow,
    ProvisionerJobRow,
    TaskAppRow,
    TaskRow,
    TemplateVersionRow,
    WorkspaceRow,
)
from taskyard.server.provisioning.jobs import ProvisionerJobs
from taskyard.server.provisioning.status import job_status
from taskyard.server.templates.parameters import PROMPT_PARAMETER, Request, resolve
from taskyard.server.templates.store import TemplateStore
from taskyard.server.templates.versions import result_of
from taskyard.server.workspaces.errors import (
    BuildActive,
    ParametersInvalid,
    PresetUnknown,
    VersionUnusable,
    WorkspaceNotFound,
)
from taskyard.server.workspaces.hints import hint_workspace
from taskyard.server.workspaces.store import WorkspaceStore

__all__ = ["BuildOrder", "BuildService"]

_ACTIVE: Final = frozenset({"pending", "running", "canceling"})


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildOrder:
    """A build that somebody asks for. `version` and `parameters` are of starts.

    `when_active`: what to do when a build of the workspace has not ended. `refuse` it
    with BuildActive, or `cancel` that one and begin when it has ended.
    """

    transition: Transition
    initiator_id: UUID
    reason: str = "initiator"
    version: TemplateVersionRow | None = None  # None = that of the latest build
    parameters: Sequence[tuple[str, str]] = ()
    preset_id: UUID | None = None
    when_active: Literal["refuse", "cancel"] = "refuse"


class BuildService:
    def __init__(
        self, *, session: AsyncSession, jobs: ProvisionerJobs, clock: Clock
    ) -> None:
        self._session = session
        self._store = WorkspaceStore(session)
        self._templates = TemplateStore(session)
        self._jobs = jobs
        self._clock = clock

    async def add(
        self, workspace_id: UUID, order: BuildOrder, *, task: TaskRow | None = None
    ) -> BuildRow:
        """The build and its job, in this transaction.

        `task` is given where its row has been made in this transaction too. Raises
        WorkspaceNotFound, BuildActive, ParametersInvalid, PresetUnknown, VersionUnusable.
        """
        workspace = await self._store.lock(workspace_id)
        if workspace is None:
            raise WorkspaceNotFound
        latest = await self._store.latest_build(workspace.id)
        await self._settle(latest, order.when_active)

        version = await self._version(workspace, latest, order)
        task = task or await self._store.task_of(workspace.id)
        values = await self._parameters(version, latest, order, task)
        build = await self._insert(workspace, latest, version, order, values)
        if task is not None:
            row = TaskAppRow(task_id=task.id, build_number=build.build_number)
            await self._store.add(row)
        await self._touch(workspace, order.transition)
        return build

    async def _settle(
        self, latest: BuildRow | None, when_active: Literal["refuse", "cancel"]
    ) -> None:
        if latest is None:
            return
        job = await self._jobs.get(latest.job_id)
        if job_status(job) not in _ACTIVE:
            return
        if when_active == "refuse":
            raise BuildActive(
                detail=f"Build {latest.build_number} is a {latest.transition}: wait "
                "until it has ended, or cancel it."
            )
        await self._jobs.cancel(job)

    async def _version(
        self, workspace: WorkspaceRow, latest: BuildRow | None, order: BuildOrder
    ) -> TemplateVersionRow:
        version = order.version
        if version is None and latest is not None:
            version = await self._templates.version(
                TemplateVersionRow.id == latest.template_version_id
            )
        if version is None or version.template_id != workspace.template_id:
            raise VersionUnusable(
                validations=[Validation("template_version_id", "not of this template")]
            )
        if version.result is None:
            raise VersionUnusable(
                "The template version has not been imported successfully.",
                detail="Wait for its import, or use another version.",
            )
        return version

    async def _parameters(
        self,
        version: TemplateVersionRow,
        latest: BuildRow | None,
        order: BuildOrder,
        task: TaskRow | None,
    ) -> dict[str, str]:
        previous = None if latest is None else latest.parameters
        if order.transition != "start" and previous is not None:
            return _unchanged(previous, order.parameters)

        fixed = latest is not None and await self._store.has_succeeded(
            latest.workspace_id
        )
        resolved = resolve(
            Request(
                parameters=result_of(version).parameters,
                given=order.parameters,
                preset=_preset(version, order.preset_id),
                previous=previous,
                is_fixed=fixed,
                prompt=_prompt(version, latest, order, task),
            )
        )
        if resolved.errors:
            raise ParametersInvalid(resolved.errors)
        return resolved.values

    async def _insert(
        self,
        workspace: WorkspaceRow,
        latest: BuildRow | None,
        version: TemplateVersionRow,
        order: BuildOrder,
        values: dict[str, str],
    ) -> BuildRow:
        id_ = uuid4()
        job = await self._jobs.create(
            "workspace_build",
            organization_id=workspace.organization_id,
            initiator_id=order.initiator_id,
            file_id=version.file_id,
            input_={"workspace_build_id": str(id_)},
            key=str(workspace.id),
            tags=await self._tags(version),
        )
        now = self._clock.now()
        build = BuildRow(
            id=id_,
            workspace_id=workspace.id,
            build_number=1 if latest is None else latest.build_number + 1,
            transition=order.transition,
            reason=order.reason,
            initiator_id=order.initiator_id,
            template_version_id=version.id,
            preset_id=_preset_id(latest, order),
            job_id=job.id,
            parameters=values,
            has_ai_task=version.has_ai_task and order.transition == "start",
            created_at=now,
            updated_at=now,
        )
        await self._store.add(build)
        return build

    async def _tags(self, version: TemplateVersionRow) -> dict[str, str]:
        """The provisioner of the import can do the builds too."""
        imported = await self._jobs.get(version.job_id)
        return imported.tags | result_of(version).tags

    async def _touch(self, workspace: WorkspaceRow, transition: Transition) -> None:
        now = self._clock.now()
        used: dict[str, Any] = {"last_used_at": now} if transition == "start" else {}
        await self._store.update_workspace(workspace.id, updated_at=now, **used)
        await hint_workspace(self._session, workspace.id)

    async def cancel(self, build: BuildRow) -> None:
        """Ask for the end of a build. Raises JobOver."""
        await self._jobs.cancel(await self._jobs.get(build.job_id))
        await hint_workspace(self._session, build.workspace_id)

    async def orphan(self, build: BuildRow) -> None:
        """End a delete without Terraform: what it made stays behind, unowned."""
        job = await self._jobs.get(build.job_id)
        await self._jobs.settle_unrun(job)
        now = self._clock.now()
        await self._store.update_workspace(build.workspace_id, deleted_at=now)
        await self._session.execute(
            update(TaskRow)
            .where(
                TaskRow.workspace_id == build.workspace_id, TaskRow.deleted_at.is_(None)
            )
            .values(deleted_at=now)
        )
        await hint_workspace(self._session, build.workspace_id)

    async def job(self, build: BuildRow) -> ProvisionerJobRow:
        return await self._jobs.get(build.job_id)


def _unchanged(
    previous: Mapping[str, str], given: Sequence[tuple[str, str]]
) -> dict[str, str]:
    """A stop or delete undoes what was started, so it has the values of that."""
    wrong = [
        Validation(name, "Parameters can be changed by a start only.")
        for name, value in given
        if previous.get(name) != value
    ]
    if wrong:
        raise ParametersInvalid(wrong)
    return dict(previous)


def _preset_id(latest: BuildRow | None, order: BuildOrder) -> UUID | None:
    return order.preset_id or (latest.preset_id if latest else None)


def _prompt(
    version: TemplateVersionRow,
    latest: BuildRow | None,
    order: BuildOrder,
    task: TaskRow | None,
) -> str | None:
    """The task's prompt, unless a preset has one of its own, now or at an earlier start."""
    chosen = str(_preset_id(latest, order))
    fixed = any(
        parameter["name"] == PROMPT_PARAMETER
        for preset in version.presets
        if preset["id"] == chosen
        for parameter in preset["parameters"]
    )
    return None if task is None or fixed else task.prompt


def _preset(version: TemplateVersionRow, preset_id: UUID | None) -> dict[str, str]:
    if preset_id is None:
        return {}
    for preset in version.presets:
        if preset["id"] == str(preset_id):
            return {p["name"]: p["value"] for p in preset["parameters"]}
    raise PresetUnknown(
        validations=[Validation("template_version_preset_id", "no such preset")]
    )
