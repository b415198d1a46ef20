"""Agents of workspaces, as their owners see them.

`{agent:uuid}`: what agents ask for themselves lies beside, under `/workspaceagents/me`.
"""

from collections.abc import AsyncGenerator
from uuid import UUID

from fastapi import APIRouter, WebSocket
from pydantic import TypeAdapter

from taskyard.protocol.api.common import ErrorBody
from taskyard.protocol.api.workspaces import WorkspaceAgent, WorkspaceAgentLog
from taskyard.server.api.context import CurrentUser, Process, Services
from taskyard.server.api.job_logs import LogAfter, LogBefore
from taskyard.server.api.streams import send_all
from taskyard.server.factory import Factory
from taskyard.server.workspaces.agents import follow_logs

__all__ = ["router"]

router = APIRouter(
    prefix="/api/v2/workspaceagents",
    tags=["agents"],
    responses={404: {"description": "Not one you may see", "model": ErrorBody}},
)
_LINES = TypeAdapter(list[WorkspaceAgentLog])


@router.get("/{agent:uuid}", summary="One, with its apps")
async def get_agent(
    agent: UUID, actor: CurrentUser, services: Services
) -> WorkspaceAgent:
    row = await services.agents().find(actor, agent)
    return await services.workspace_views().agent(row)


@router.get("/{agent:uuid}/logs", summary="What its scripts printed")
async def get_logs(
    agent: UUID,
    actor: CurrentUser,
    services: Services,
    after: LogAfter = 0,
    before: LogBefore = None,
) -> list[WorkspaceAgentLog]:
    row = await services.agents().find(actor, agent)
    return await services.agents().logs(row.id, after=after, before=before)


@router.websocket("/{agent:uuid}/logs")
async def follow_agent_logs(
    agent: UUID,
    socket: WebSocket,
    actor: CurrentUser,
    process: Process,
    after: LogAfter = 0,
) -> None:
    async with process.sessions() as session:
        row = await Factory(process, session).agents().find(actor, agent)

    async def messages() -> AsyncGenerator[str]:
        async for lines in follow_logs(
            row.id,
            after=after,
            sessions=process.sessions,
            broadcast=process.broadcast,
        ):
            yield _LINES.dump_json(lines).decode()

    await send_all(socket, messages())
