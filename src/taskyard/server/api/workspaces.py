"""Workspaces: made of templates, one owner each."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, WebSocket, status
from fastapi.responses import StreamingResponse

from taskyard.protocol.api.common import ErrorBody
from taskyard.protocol.api.workspaces import (
    CreateWorkspace,
    EgressDecision,
    EgressDecisions,
    Workspace,
    WorkspaceBuild,
    Workspaces,
)
from taskyard.server.api.context import CurrentUser, Process, Services
from taskyard.server.api.streams import changes, event_stream, send_all
from taskyard.server.db import topics
from taskyard.server.db.tables import EgressDecisionRow
from taskyard.server.factory import Factory, ProcessContext
from taskyard.server.identity.actor import Actor

__all__ = ["router"]

router = APIRouter(
    prefix="/api/v2",
    tags=["workspaces"],
    responses={404: {"description": "Not one you may see", "model": ErrorBody}},
)

Limit = Annotated[int, Query(ge=0, le=1000)]
Offset = Annotated[int, Query(ge=0)]


@router.get("/workspaces", summary="Workspaces that one may see")
async def list_workspaces(
    actor: CurrentUser,
    services: Services,
    q: str = "",
    limit: Limit = 0,
    offset: Offset = 0,
) -> Workspaces:
    rows, count = await services.workspaces().list_for(
        actor, query=q, limit=limit or 1000, offset=offset
    )
    shown = await services.workspace_views().workspaces(rows)
    return Workspaces(workspaces=shown, count=count)


@router.post(
    "/organizations/{organization}/members/{user}/workspaces",
    summary="Create one in an organization",
    status_code=status.HTTP_201_CREATED,
)
async def create_workspace_in_organization(
    organization: str,
    user: str,
    body: CreateWorkspace,
    actor: CurrentUser,
    services: Services,
) -> Workspace:
    await services.organizations().find(actor, organization)
    return await _create(user, body, actor, services)


@router.post(
    "/users/{user}/workspaces",
    summary="Create one",
    status_code=status.HTTP_201_CREATED,
)
async def create_workspace(
    user: str, body: CreateWorkspace, actor: CurrentUser, services: Services
) -> Workspace:
    return await _create(user, body, actor, services)


async def _create(
    user: str, body: CreateWorkspace, actor: Actor, services: Factory
) -> Workspace:
    owner = await services.users().find(actor, user)
    row, _ = await services.workspaces().create_for(
        actor,
        owner_id=owner.id,
        name=body.name,
        template_id=body.template_id,
        version_id=body.template_version_id,
        parameters=[(p.name, p.value) for p in body.rich_parameter_values],
        preset_id=body.template_version_preset_id,
    )
    return await services.workspace_views().workspace(row)


@router.get(
    "/workspaces/{workspace}",
    summary="One, by id; 410 when it was deleted",
    responses={410: {"model": ErrorBody}},
)
async def get_workspace(
    workspace: UUID,
    actor: CurrentUser,
    services: Services,
    *,
    include_deleted: bool = False,
) -> Workspace:
    row = await services.workspaces().by_id(actor, workspace, deleted=include_deleted)
    return await services.workspace_views().workspace(row)


@router.get("/users/{user}/workspace/{name}", summary="One, by owner and name")
async def get_workspace_by_name(
    user: str, name: str, actor: CurrentUser, services: Services
) -> Workspace:
    owner = await services.users().find(actor, user)
    row = await services.workspaces().by_name(actor, owner.id, name)
    return await services.workspace_views().workspace(row)


@router.get(
    "/users/{user}/workspace/{name}/builds/{number}",
    summary="A build, by owner, name and number",
)
async def get_build_by_number(
    user: str, name: str, number: int, actor: CurrentUser, services: Services
) -> WorkspaceBuild:
    owner = await services.users().find(actor, user)
    workspaces = services.workspaces()
    row = await workspaces.by_name(actor, owner.id, name)
    build = await workspaces.build_by_number(row, number)
    return await services.workspace_views().build(build)


# -- watching -------------------------------------------------------------------------


@router.get(
    "/workspaces/{workspace}/watch",
    summary="It, as server-sent events, whenever it changes",
    response_class=StreamingResponse,
)
async def watch_workspace(
    workspace: UUID, actor: CurrentUser, process: Process
) -> StreamingResponse:
    await _look(process, actor, workspace)
    return event_stream(_watched(process, actor, workspace))


@router.websocket("/workspaces/{workspace}/watch-ws")
async def watch_workspace_by_socket(
    workspace: UUID, socket: WebSocket, actor: CurrentUser, process: Process
) -> None:
    await _look(process, actor, workspace)

    async def messages() -> AsyncGenerator[str]:
        async with aclosing(_watched(process, actor, workspace)) as values:
            async for value in values:
                yield _socket_event(value)

    await send_all(socket, messages())


def _socket_event(value: Workspace | None) -> str:
    """Server-sent events in a WebSocket, as Coder's clients read them."""
    if value is None:
        return '{"type":"ping","data":null}'
    return f'{{"type":"data","data":{value.model_dump_json()}}}'


async def _watched(
    process: ProcessContext, actor: Actor, workspace: UUID
) -> AsyncGenerator[Workspace | None]:
    async def look() -> Workspace:
        return await _look(process, actor, workspace)

    async with (
        process.broadcast.subscribe(topics.WORKSPACE, workspace) as hints,
        aclosing(changes(look, hints)) as values,
    ):
        async for value in values:
            yield value


async def _look(process: ProcessContext, actor: Actor, workspace: UUID) -> Workspace:
    async with process.sessions() as session:
        services = Factory(process, session)
        row = await services.workspaces().by_id(actor, workspace)
        return await services.workspace_views().workspace(row)


# -- egress ---------------------------------------------------------------------------


@router.get(
    "/workspaces/{workspace}/egress", summary="What it tried to reach, newest first"
)
async def list_egress(
    workspace: UUID,
    actor: CurrentUser,
    services: Services,
    *,
    verdict: Annotated[str, Query(pattern="^(allow|deny|)$")] = "",
    limit: Limit = 100,
    offset: Offset = 0,
) -> EgressDecisions:
    row = await services.workspaces().by_id(actor, workspace)
    rows, count = await services.egress().page(
        row.id, verdict=verdict, limit=limit, offset=offset
    )
    return EgressDecisions(decisions=[_decision(row) for row in rows], count=count)


def _decision(row: EgressDecisionRow) -> EgressDecision:
    fields: dict[str, Any] = {
        name: getattr(row, name) for name in EgressDecision.model_fields
    }
    return EgressDecision.model_validate(fields)
