"""Builds: starts, stops and deletes of workspaces."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response, WebSocket, status

from taskyard.protocol.api.common import Done, ErrorBody
from taskyard.protocol.api.templates import ProvisionerJobLog
from taskyard.protocol.api.workspaces import (
    BuildParameter,
    CreateBuild,
    WorkspaceBuild,
    WorkspaceResource,
)
from taskyard.server.api.context import CurrentUser, Process, Services, TemplateAdmin
from taskyard.server.api.job_logs import LogAfter, LogBefore, follow_job
from taskyard.server.db.tables import BuildRow
from taskyard.server.factory import Factory
from taskyard.server.identity.actor import Actor

__all__ = ["router"]

router = APIRouter(
    prefix="/api/v2",
    tags=["builds"],
    responses={404: {"description": "Not one you may see", "model": ErrorBody}},
)


@router.get("/workspaces/{workspace}/builds", summary="Builds, newest first")
async def list_builds(
    workspace: UUID,
    actor: CurrentUser,
    services: Services,
    limit: Annotated[int, Query(ge=0, le=1000)] = 25,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> list[WorkspaceBuild]:
    workspaces = services.workspaces()
    row = await workspaces.by_id(actor, workspace)
    rows = await workspaces.builds_of(row, limit=limit or 1000, offset=offset)
    return await services.workspace_views().builds(rows)


@router.post(
    "/workspaces/{workspace}/builds",
    summary="Start, stop or delete a workspace",
    status_code=status.HTTP_201_CREATED,
    responses={409: {"description": "A build is active", "model": ErrorBody}},
)
async def create_build(
    workspace: UUID, body: CreateBuild, actor: CurrentUser, services: Services
) -> WorkspaceBuild:
    row = await services.workspaces().by_id(actor, workspace, write=True, deleted=False)
    build = await _add(row.id, body, actor, services)
    return await services.workspace_views().build(build)


async def _add(
    workspace_id: UUID, body: CreateBuild, actor: Actor, services: Factory
) -> BuildRow:
    workspaces = services.workspaces()
    initiator_id, reason = actor.user_id, body.reason or "initiator"
    parameters = [(p.name, p.value) for p in body.rich_parameter_values]
    match body.transition:
        case "start":
            version = body.template_version_id and await workspaces.usable_version(
                actor, template_id=None, version_id=body.template_version_id
            )
            return await workspaces.start(
                workspace_id,
                initiator_id=initiator_id,
                version=version or None,
                parameters=parameters,
                preset_id=body.template_version_preset_id,
                reason=reason,
            )
        case "stop":
            return await workspaces.stop(
                workspace_id,
                initiator_id=initiator_id,
                parameters=parameters,
                reason=reason,
            )
        case "delete":
            if body.orphan:
                workspaces.check_may_orphan(actor)
            return await workspaces.delete(
                workspace_id,
                initiator_id=initiator_id,
                reason=reason,
                orphan=body.orphan,
            )


@router.get("/workspacebuilds/{build}", summary="One, with its job and resources")
async def get_build(
    build: UUID, actor: CurrentUser, services: Services
) -> WorkspaceBuild:
    row = await services.workspaces().build(actor, build)
    return await services.workspace_views().build(row)


@router.patch("/workspacebuilds/{build}/cancel", summary="End it")
async def cancel_build(build: UUID, actor: CurrentUser, services: Services) -> Done:
    row = await services.workspaces().build(actor, build, write=True)
    await services.workspaces().cancel(actor, row)
    return Done(message="Job has been marked as canceled...")


@router.get("/workspacebuilds/{build}/resources", summary="What it made")
async def get_resources(
    build: UUID, actor: CurrentUser, services: Services
) -> list[WorkspaceResource]:
    row = await services.workspaces().build(actor, build)
    return (await services.workspace_views().build(row)).resources


@router.get("/workspacebuilds/{build}/parameters", summary="Values it was made with")
async def get_parameters(
    build: UUID, actor: CurrentUser, services: Services
) -> list[BuildParameter]:
    row = await services.workspaces().build(actor, build)
    return [
        BuildParameter(name=name, value=value)
        for name, value in sorted(row.parameters.items())
    ]


@router.get(
    "/workspacebuilds/{build}/state",
    summary="Its Terraform state",
    response_class=Response,
)
async def get_state(build: UUID, actor: TemplateAdmin, services: Services) -> Response:
    row = await services.workspaces().build(actor, build)
    state = await services.provisioners().state_of(row)
    return Response(state, media_type="application/json")


@router.get("/workspacebuilds/{build}/timings", summary="How long its steps took")
async def get_timings(
    build: UUID, actor: CurrentUser, services: Services
) -> dict[str, list[dict[str, Any]]]:
    row = await services.workspaces().build(actor, build)
    return await services.workspace_views().timings(row)


@router.get("/workspacebuilds/{build}/logs", summary="What it printed")
async def get_logs(
    build: UUID,
    actor: CurrentUser,
    services: Services,
    after: LogAfter = 0,
    before: LogBefore = None,
) -> list[ProvisionerJobLog]:
    row = await services.workspaces().build(actor, build)
    return await services.job_logs().page(row.job_id, after=after, before=before)


@router.websocket("/workspacebuilds/{build}/logs")
async def follow_logs(
    build: UUID,
    socket: WebSocket,
    actor: CurrentUser,
    process: Process,
    after: LogAfter = 0,
) -> None:
    async with process.sessions() as session:
        row = await Factory(process, session).workspaces().build(actor, build)
    await follow_job(socket, process, row.job_id, after=after)
