"""Workspaces and builds as the API shows them; several at once cost as much as one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.kit.clock import Clock
from taskyard.protocol.api import workspaces as api
from taskyard.protocol.api.templates import ProvisionerJob
from taskyard.protocol.provisioner import App
from taskyard.server.db.tables import (
    AgentRow,
    AppRow,
    AppStatusRow,
    BuildRow,
    OrganizationRow,
    TemplateRow,
    TemplateVersionRow,
    UserRow,
    WorkspaceRow,
)
from taskyard.server.provisioning.jobs import ProvisionerJobs
from taskyard.server.provisioning.store import JobStore
from taskyard.server.templates.store import TemplateStore
from taskyard.server.templates.views import app_view
from taskyard.server.workspaces.parts import Parts, load_agent_parts, load_parts
from taskyard.server.workspaces.status import (
    agent_health,
    agent_status,
    workspace_status,
)
from taskyard.server.workspaces.store import WorkspaceStore

__all__ = ["WorkspaceViews", "log_source_id", "status_view"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Neighbours:
    """What views name beside the rows themselves, by id."""

    users: dict[UUID, UserRow]
    versions: dict[UUID, TemplateVersionRow]
    jobs: dict[UUID, ProvisionerJob]
    parts: Parts
    now: datetime


class WorkspaceViews:
    def __init__(
        self, *, session: AsyncSession, jobs: ProvisionerJobs, clock: Clock
    ) -> None:
        self._session = session
        self._store = WorkspaceStore(session)
        self._templates = TemplateStore(session)
        self._job_rows = JobStore(session)
        self._jobs = jobs
        self._clock = clock

    async def workspaces(self, rows: Sequence[WorkspaceRow]) -> list[api.Workspace]:
        ids = [row.id for row in rows]
        builds = await self._store.latest_builds(ids)
        shown = await self._builds(list(builds.values()), {row.id: row for row in rows})
        templates = await self._templates_of(rows)
        organizations = await self._templates.organizations(
            {row.organization_id for row in rows}
        )
        owners = await self._templates.users({row.owner_id for row in rows})
        tasks = await self._store.task_ids(ids)
        statuses = await self._latest_statuses(ids)
        return [
            _workspace(
                row,
                build=shown[builds[row.id].id],
                template=templates[row.template_id],
                owner=owners[row.owner_id],
                organization=organizations[row.organization_id],
                status=statuses.get(row.id),
                task_id=tasks.get(row.id),
            )
            for row in rows
            if row.id in builds
        ]

    async def workspace(self, row: WorkspaceRow) -> api.Workspace:
        return (await self.workspaces([row]))[0]

    async def builds(self, rows: Sequence[BuildRow]) -> list[api.WorkspaceBuild]:
        ids = {row.workspace_id for row in rows}
        found = await self._session.scalars(
            select(WorkspaceRow).where(WorkspaceRow.id.in_(ids))
        )
        shown = await self._builds(rows, {row.id: row for row in found})
        return [shown[row.id] for row in rows]

    async def build(self, row: BuildRow) -> api.WorkspaceBuild:
        return (await self.builds([row]))[0]

    async def agent(self, row: AgentRow) -> api.WorkspaceAgent:
        parts = await load_agent_parts(self._session, row)
        return _agent(row, parts, self._clock.now())

    async def timings(self, row: BuildRow) -> dict[str, list[dict[str, Any]]]:
        """Spans of the build itself, and of the scripts that ran after it."""
        job = (await self._job_rows.get_many([row.job_id]))[row.job_id]
        agents = await self._session.scalars(
            select(AgentRow).where(AgentRow.build_id == row.id)
        )
        scripts = [
            result
            | {"workspace_agent_id": agent.id, "workspace_agent_name": agent.name}
            for agent in agents
            for result in agent.script_results
        ]
        spans = [span | {"job_id": row.job_id} for span in job.timings]
        return {"provisioner_timings": spans, "agent_script_timings": scripts}

    async def _builds(
        self, rows: Sequence[BuildRow], workspaces: dict[UUID, WorkspaceRow]
    ) -> dict[UUID, api.WorkspaceBuild]:
        people = {row.initiator_id for row in rows}
        people |= {row.owner_id for row in workspaces.values()}
        jobs = await self._job_rows.get_many({row.job_id for row in rows})
        neighbours = _Neighbours(
            users=await self._templates.users(people),
            versions=await self._templates.versions_by_id(
                {row.template_version_id for row in rows}
            ),
            jobs=await self._jobs.views(list(jobs.values())),
            parts=await load_parts(self._session, [row.id for row in rows]),
            now=self._clock.now(),
        )
        return {
            row.id: _build(row, workspaces[row.workspace_id], neighbours)
            for row in rows
        }

    async def _templates_of(
        self, rows: Sequence[WorkspaceRow]
    ) -> dict[UUID, TemplateRow]:
        found = await self._session.scalars(
            select(TemplateRow).where(
                TemplateRow.id.in_({row.template_id for row in rows})
            )
        )
        return {row.id: row for row in found}

    async def _latest_statuses(self, ids: Sequence[UUID]) -> dict[UUID, AppStatusRow]:
        rows = await self._session.scalars(
            select(AppStatusRow)
            .where(AppStatusRow.workspace_id.in_(ids))
            .ext(distinct_on(AppStatusRow.workspace_id))
            .order_by(AppStatusRow.workspace_id, AppStatusRow.created_at.desc())
        )
        return {row.workspace_id: row for row in rows}


def _workspace(
    row: WorkspaceRow,
    *,
    build: api.WorkspaceBuild,
    template: TemplateRow,
    owner: UserRow,
    organization: OrganizationRow,
    status: AppStatusRow | None,
    task_id: UUID | None,
) -> api.Workspace:
    return api.Workspace(
        id=row.id,
        created_at=row.created_at,
        updated_at=row.updated_at,
        owner_id=row.owner_id,
        owner_name=owner.username,
        owner_avatar_url=owner.avatar_url,
        organization_id=row.organization_id,
        organization_name=organization.name,
        template_id=row.template_id,
        template_name=template.name,
        template_display_name=template.display_name,
        template_icon=template.icon,
        template_allow_user_cancel_workspace_jobs=template.allow_user_cancel_workspace_jobs,
        template_active_version_id=template.active_version_id,
        latest_build=build,
        latest_app_status=status_view(status) if status else None,
        outdated=template.active_version_id != build.template_version_id,
        name=row.name,
        last_used_at=row.last_used_at,
        health=_health(build),
        task_id=task_id,
    )


def _health(build: api.WorkspaceBuild) -> dict[str, Any]:
    """Of a running workspace: of its agents; any other is as it should be."""
    failing = [
        str(agent.id)
        for resource in build.resources
        for agent in resource.agents
        if not agent.health["healthy"]
    ]
    failing = failing if build.status == "running" else []
    return {"healthy": not failing, "failing_agents": failing}


def _build(
    row: BuildRow, workspace: WorkspaceRow, neighbours: _Neighbours
) -> api.WorkspaceBuild:
    job = neighbours.jobs[row.job_id]
    owner = neighbours.users[workspace.owner_id]
    transition = cast("api.Transition", row.transition)
    return api.WorkspaceBuild(
        id=row.id,
        created_at=row.created_at,
        updated_at=row.updated_at,
        workspace_id=workspace.id,
        workspace_name=workspace.name,
        workspace_owner_id=workspace.owner_id,
        workspace_owner_name=owner.username,
        workspace_owner_avatar_url=owner.avatar_url,
        template_version_id=row.template_version_id,
        template_version_name=neighbours.versions[row.template_version_id].name,
        build_number=row.build_number,
        transition=transition,
        initiator_id=row.initiator_id,
        initiator_name=neighbours.users[row.initiator_id].username,
        job=job,
        reason=row.reason,
        resources=_resources(row, neighbours),
        status=workspace_status(transition, job.status),
        daily_cost=row.daily_cost,
        template_version_preset_id=row.preset_id,
        has_ai_task=row.has_ai_task,
    )


def _resources(row: BuildRow, neighbours: _Neighbours) -> list[api.WorkspaceResource]:
    parts = neighbours.parts
    return [
        api.WorkspaceResource(
            id=resource.id,
            created_at=resource.created_at,
            job_id=row.job_id,
            workspace_transition=cast("api.Transition", row.transition),
            type=resource.type,
            name=resource.name,
            hide=resource.hide,
            icon=resource.icon,
            agents=[
                _agent(agent, parts, neighbours.now)
                for agent in parts.agents.get(resource.id, [])
            ],
            metadata=[_without_secrets(item) for item in resource.metadata_items],
            daily_cost=resource.daily_cost,
        )
        for resource in parts.resources.get(row.id, [])
    ]


def _without_secrets(item: dict[str, Any]) -> dict[str, Any]:
    return item | {"value": ""} if item.get("sensitive") else item


def _agent(row: AgentRow, parts: Parts, now: datetime) -> api.WorkspaceAgent:
    status = agent_status(row, now)
    spec = row.spec
    return api.WorkspaceAgent(
        id=row.id,
        created_at=row.created_at,
        updated_at=row.updated_at,
        first_connected_at=row.first_connected_at,
        last_connected_at=row.last_connected_at,
        disconnected_at=row.disconnected_at,
        started_at=row.started_at,
        ready_at=row.ready_at,
        status=status,
        lifecycle_state=row.lifecycle,
        name=row.name,
        resource_id=row.resource_id,
        architecture=spec.get("architecture", ""),
        operating_system=spec.get("operating_system", ""),
        directory=spec.get("directory", ""),
        expanded_directory=spec.get("directory", ""),
        logs_length=row.logs_length,
        logs_overflowed=row.logs_overflowed,
        version=row.runner_version,
        apps=[_app(app, parts) for app in parts.apps.get(row.id, [])],
        connection_timeout_seconds=spec.get("connection_timeout", 120),
        troubleshooting_url=spec.get("troubleshooting_url", ""),
        health=agent_health(status, row.lifecycle),
        display_apps=spec.get("display_apps", []),
        log_sources=_log_sources(row),
        scripts=[_script(row, script) for script in spec.get("scripts", [])],
        startup_script_behavior=spec.get("startup_script_behavior", "non-blocking"),
    )


def _app(row: AppRow, parts: Parts) -> api.WorkspaceApp:
    view = app_view(App.model_validate(row.spec), id_=row.id, health=row.health)
    view.statuses = [status_view(s) for s in parts.statuses.get(row.id, [])]
    return view


def status_view(row: AppStatusRow) -> api.WorkspaceAppStatus:
    return api.WorkspaceAppStatus(
        id=row.id,
        created_at=row.created_at,
        workspace_id=row.workspace_id,
        agent_id=row.agent_row_id,
        app_id=row.app_row_id,
        state=cast("Any", row.state),
        message=row.message,
        uri=row.uri,
    )


def log_source_id(agent_row_id: UUID, source: str) -> UUID:
    """Log sources are UUIDs on the wire; ours may have a name, such as `runner`."""
    try:
        return UUID(source)
    except ValueError:
        return uuid5(agent_row_id, source)


def _log_sources(row: AgentRow) -> list[dict[str, Any]]:
    known = [
        {
            "id": str(log_source_id(row.id, script["id"])),
            "display_name": script["display_name"],
            "icon": script["icon"],
            "created_at": row.created_at,
        }
        for script in row.spec.get("scripts", [])
    ]
    return [
        source | {"workspace_agent_id": str(row.id)}
        for source in [*known, *row.log_sources]
    ]


def _script(row: AgentRow, script: dict[str, Any]) -> dict[str, Any]:
    return script | {"log_source_id": str(log_source_id(row.id, script["id"]))}
