"""Template versions: imported once, then read."""

from uuid import UUID

from fastapi import APIRouter, WebSocket, status

from taskyard.protocol.api.common import Done, ErrorBody
from taskyard.protocol.api.templates import (
    CreateTemplateVersion,
    Preset,
    ProvisionerJobLog,
    RichParameter,
    TemplateVersion,
    TemplateVersionVariable,
    UpdateTemplateVersion,
)
from taskyard.protocol.api.workspaces import WorkspaceResource
from taskyard.server.api.context import CurrentUser, Process, Services, TemplateAdmin
from taskyard.server.api.job_logs import LogAfter, LogBefore, follow_job
from taskyard.server.factory import Factory
from taskyard.server.templates import views
from taskyard.server.templates.versions import NewVersion

__all__ = ["router"]

router = APIRouter(
    prefix="/api/v2",
    tags=["template versions"],
    responses={404: {"description": "Not one you may see", "model": ErrorBody}},
)


@router.post(
    "/organizations/{organization}/templateversions",
    summary="Import an uploaded archive",
    status_code=status.HTTP_201_CREATED,
)
async def create_version(
    organization: str,
    body: CreateTemplateVersion,
    actor: TemplateAdmin,
    services: Services,
) -> TemplateVersion:
    found = await services.organizations().find(actor, organization)
    row = await services.versions().create(
        actor,
        NewVersion(
            organization_id=found.id,
            file_id=body.file_id,
            name=body.name,
            message=body.message,
            template_id=body.template_id,
            tags=body.tags,
            variables={v.name: v.value for v in body.user_variable_values},
        ),
    )
    return await services.template_views().version(row)


@router.get("/templateversions/{version}", summary="One, with its import job")
async def get_version(
    version: UUID, actor: CurrentUser, services: Services
) -> TemplateVersion:
    row = await services.versions().find(actor, version)
    return await services.template_views().version(row)


@router.patch("/templateversions/{version}", summary="Change its name or message")
async def update_version(
    version: UUID,
    body: UpdateTemplateVersion,
    actor: TemplateAdmin,
    services: Services,
) -> TemplateVersion:
    row = await services.versions().find(actor, version)
    changed = await services.versions().change(
        row, name=body.name, message=body.message
    )
    return await services.template_views().version(changed)


@router.patch("/templateversions/{version}/cancel", summary="End its import")
async def cancel_version(
    version: UUID, actor: TemplateAdmin, services: Services
) -> Done:
    row = await services.versions().find(actor, version)
    await services.versions().cancel(row)
    return Done(message="Job has been marked as canceled...")


@router.post("/templateversions/{version}/archive", summary="Hide it from lists")
async def archive_version(
    version: UUID, actor: TemplateAdmin, services: Services
) -> Done:
    row = await services.versions().find(actor, version)
    await services.versions().archive(row, archived=True)
    return Done(message="The version is archived.")


@router.post("/templateversions/{version}/unarchive", summary="Show it again")
async def unarchive_version(
    version: UUID, actor: TemplateAdmin, services: Services
) -> Done:
    row = await services.versions().find(actor, version)
    await services.versions().archive(row, archived=False)
    return Done(message="The version is not archived any more.")


@router.get("/templateversions/{version}/rich-parameters", summary="Its parameters")
async def get_rich_parameters(
    version: UUID, actor: CurrentUser, services: Services
) -> list[RichParameter]:
    return views.rich_parameters_of(await services.versions().find(actor, version))


@router.get("/templateversions/{version}/presets", summary="Its presets")
async def get_presets(
    version: UUID, actor: CurrentUser, services: Services
) -> list[Preset]:
    return views.presets_of(await services.versions().find(actor, version))


@router.get("/templateversions/{version}/variables", summary="Its variables")
async def get_variables(
    version: UUID, actor: TemplateAdmin, services: Services, process: Process
) -> list[TemplateVersionVariable]:
    row = await services.versions().find(actor, version)
    return views.variables_of(row, process.cipher)


@router.get("/templateversions/{version}/resources", summary="What it would make")
async def get_resources(
    version: UUID, actor: CurrentUser, services: Services
) -> list[WorkspaceResource]:
    return views.resources_of(await services.versions().find(actor, version))


@router.get(
    "/templateversions/{version}/external-auth",
    summary="Accounts elsewhere that it asks for",
)
async def get_external_auth(
    version: UUID, actor: CurrentUser, services: Services
) -> list[dict[str, str]]:
    await services.versions().find(actor, version)
    return []  # no provider can be configured yet, so nothing can be asked for


@router.get("/templateversions/{version}/logs", summary="What its import printed")
async def get_logs(
    version: UUID,
    actor: CurrentUser,
    services: Services,
    after: LogAfter = 0,
    before: LogBefore = None,
) -> list[ProvisionerJobLog]:
    row = await services.versions().find(actor, version)
    return await services.job_logs().page(row.job_id, after=after, before=before)


@router.websocket("/templateversions/{version}/logs")
async def follow_logs(
    version: UUID,
    socket: WebSocket,
    actor: CurrentUser,
    process: Process,
    after: LogAfter = 0,
) -> None:
    async with process.sessions() as session:
        row = await Factory(process, session).versions().find(actor, version)
    await follow_job(socket, process, row.job_id, after=after)
