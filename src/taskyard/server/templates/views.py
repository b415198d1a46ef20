"""Templates and versions as the API shows them; several at once cost as much as one."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final, cast
from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.kit.clock import Clock
from taskyard.kit.crypto import Cipher
from taskyard.protocol.api import templates as api
from taskyard.protocol.api.workspaces import (
    Transition,
    WorkspaceAgent,
    WorkspaceApp,
    WorkspaceResource,
)
from taskyard.protocol.provisioner import Agent, App, Parameter, Resource
from taskyard.server.db.tables import TemplateRow, TemplateVersionRow, UserRow
from taskyard.server.provisioning.jobs import ProvisionerJobs
from taskyard.server.provisioning.store import JobStore
from taskyard.server.templates.store import TemplateStore
from taskyard.server.templates.versions import open_variables, result_of

__all__ = [
    "TemplateViews",
    "app_view",
    "presets_of",
    "resources_of",
    "rich_parameters_of",
    "variables_of",
]

_STATS_OVER: Final = timedelta(days=30)
_TRANSITIONS: Final = ("start", "stop", "delete")


class TemplateViews:
    def __init__(
        self, *, session: AsyncSession, jobs: ProvisionerJobs, clock: Clock
    ) -> None:
        self._store = TemplateStore(session)
        self._job_rows = JobStore(session)
        self._jobs = jobs
        self._clock = clock

    async def templates(self, rows: Sequence[TemplateRow]) -> list[api.Template]:
        ids = [row.id for row in rows]
        since = self._clock.now() - _STATS_OVER
        users = await self._store.users({row.created_by for row in rows})
        organizations = await self._store.organizations(
            {row.organization_id for row in rows}
        )
        versions = await self._store.versions_by_id(
            {row.active_version_id for row in rows}
        )
        counts = await self._store.user_counts(ids)
        stats: dict[UUID, dict[str, api.BuildTimeStats]] = {
            id_: {t: api.BuildTimeStats() for t in _TRANSITIONS} for id_ in ids
        }
        for row in await self._store.build_times(ids, since):
            stats[row.template_id][row.transition] = api.BuildTimeStats(
                P50=_milliseconds(row.p50), P95=_milliseconds(row.p95)
            )

        return [
            _template(
                row,
                active=versions[row.active_version_id],
                creator=users[row.created_by],
                organization=organizations[row.organization_id],
                user_count=counts.get(row.id, 0),
                stats=stats[row.id],
            )
            for row in rows
        ]

    async def template(self, row: TemplateRow) -> api.Template:
        return (await self.templates([row]))[0]

    async def versions(
        self, rows: Sequence[TemplateVersionRow]
    ) -> list[api.TemplateVersion]:
        users = await self._store.users({row.created_by for row in rows})
        jobs = await self._job_rows.get_many({row.job_id for row in rows})
        views = await self._jobs.views(list(jobs.values()))
        return [
            _version(row, job=views[row.job_id], creator=users[row.created_by])
            for row in rows
        ]

    async def version(self, row: TemplateVersionRow) -> api.TemplateVersion:
        return (await self.versions([row]))[0]


def _milliseconds(duration: timedelta | None) -> int | None:
    return None if duration is None else round(duration.total_seconds() * 1000)


def _template(
    row: TemplateRow,
    *,
    active: TemplateVersionRow,
    creator: UserRow,
    organization: Any,
    user_count: int,
    stats: dict[str, api.BuildTimeStats],
) -> api.Template:
    return api.Template.model_validate(
        {
            "id": row.id,
            "created_at": row.created_at,
            "updated_at": row.updated_at,
            "organization_id": row.organization_id,
            "organization_name": organization.name,
            "organization_display_name": organization.display_name,
            "organization_icon": organization.icon,
            "name": row.name,
            "display_name": row.display_name,
            "active_version_id": row.active_version_id,
            "active_user_count": user_count,
            "build_time_stats": stats,
            "description": row.description,
            "icon": row.icon,
            "created_by_id": row.created_by,
            "created_by_name": creator.username,
            "allow_user_cancel_workspace_jobs": row.allow_user_cancel_workspace_jobs,
            "has_ai_task": active.has_ai_task,
            "not_task_reason": active.not_task_reason,
            "permission_policy": row.permission_policy,
        }
    )


def _version(
    row: TemplateVersionRow, *, job: api.ProvisionerJob, creator: UserRow
) -> api.TemplateVersion:
    result = row.result or {}
    return api.TemplateVersion(
        id=row.id,
        template_id=row.template_id,
        organization_id=row.organization_id,
        created_at=row.created_at,
        updated_at=row.updated_at,
        name=row.name,
        message=row.message,
        job=job,
        readme=row.readme,
        created_by={
            "id": str(creator.id),
            "username": creator.username,
            "name": creator.name,
            "avatar_url": creator.avatar_url,
        },
        archived=row.archived,
        warnings=result.get("warnings", []),
        has_ai_task=row.has_ai_task,
        not_task_reason=row.not_task_reason,
        engine=result.get("engine", ""),
    )


# -- what an import found -------------------------------------------------------------


def rich_parameters_of(version: TemplateVersionRow) -> list[api.RichParameter]:
    """In the order that the template asks for. Raises VersionNotReady."""
    parameters = sorted(
        result_of(version).parameters, key=lambda p: (p.order, p.name.lower())
    )
    return [_rich_parameter(parameter) for parameter in parameters]


def _rich_parameter(parameter: Parameter) -> api.RichParameter:
    fields = parameter.model_dump(exclude={"order"})
    return api.RichParameter.model_validate(
        fields
        | {
            "display_name": parameter.display_name or parameter.name,
            "description_plaintext": parameter.description,
        }
    )


def presets_of(version: TemplateVersionRow) -> list[api.Preset]:
    """Always a list, also before the import has ended."""
    return [
        api.Preset(
            ID=preset["id"],
            Name=preset["name"],
            Parameters=[
                api.PresetParameter(Name=p["name"], Value=p["value"])
                for p in preset["parameters"]
            ],
            Default=preset["default"],
            DesiredPrebuildInstances=preset["prebuild_instances"],
            Description=preset["description"],
            Icon=preset["icon"],
        )
        for preset in version.presets
    ]


def variables_of(
    version: TemplateVersionRow, cipher: Cipher
) -> list[api.TemplateVersionVariable]:
    """With the values in force; those of sensitive ones are left out."""
    given = open_variables(cipher, version)
    return [
        api.TemplateVersionVariable(
            name=variable.name,
            description=variable.description,
            type=variable.type,
            value=(
                ""
                if variable.sensitive
                else given.get(variable.name, variable.default_value)
            ),
            default_value="" if variable.sensitive else variable.default_value,
            required=variable.required,
            sensitive=variable.sensitive,
        )
        for variable in result_of(version).variables
    ]


def resources_of(version: TemplateVersionRow) -> list[WorkspaceResource]:
    """What a start and a stop would make, as planned. Raises VersionNotReady."""
    result = result_of(version)
    planned: tuple[tuple[Transition, list[Resource]], ...] = (
        ("start", result.resources_start),
        ("stop", result.resources_stop),
    )
    return [
        _planned(version, transition, number, resource)
        for transition, resources in planned
        for number, resource in enumerate(resources)
    ]


def _planned(
    version: TemplateVersionRow, transition: Transition, number: int, resource: Resource
) -> WorkspaceResource:
    # Planned things have no ids of their own: these are the same at every look.
    id_ = uuid5(version.id, f"{transition}/{number}")
    agents = [_planned_agent(version, id_, agent) for agent in resource.agents]
    return WorkspaceResource(
        id=id_,
        created_at=version.created_at,
        job_id=version.job_id,
        workspace_transition=transition,
        type=resource.type,
        name=resource.name,
        hide=resource.hide,
        icon=resource.icon,
        agents=agents,
        metadata=[item.model_dump() for item in resource.metadata],
        daily_cost=resource.daily_cost,
    )


def _planned_agent(
    version: TemplateVersionRow, resource_id: UUID, agent: Agent
) -> WorkspaceAgent:
    return WorkspaceAgent(
        id=uuid5(resource_id, agent.name),
        created_at=version.created_at,
        updated_at=version.created_at,
        status="connecting",
        lifecycle_state="created",
        name=agent.name,
        resource_id=resource_id,
        architecture=agent.architecture,
        operating_system=agent.operating_system,
        directory=agent.directory,
        apps=[
            app_view(app, id_=uuid5(resource_id, f"{agent.name}/{app.slug}"))
            for app in agent.apps
        ],
        connection_timeout_seconds=agent.connection_timeout,
        troubleshooting_url=agent.troubleshooting_url,
        health={"healthy": True},
        display_apps=agent.display_apps,
        startup_script_behavior=agent.startup_script_behavior,
    )


def app_view(app: App, *, id_: UUID, health: str = "disabled") -> WorkspaceApp:
    check = app.healthcheck
    return WorkspaceApp(
        id=id_,
        url=app.url,
        external=app.external,
        slug=app.slug,
        display_name=app.display_name or app.slug,
        command=app.command,
        icon=app.icon,
        subdomain=app.subdomain,
        sharing_level=app.share,
        healthcheck=check.model_dump()
        if check
        else {"url": "", "interval": 0, "threshold": 0},
        health=cast("Any", health),
        group=app.group,
        hidden=app.hidden,
        open_in=app.open_in,
        tooltip=app.tooltip,
    )
