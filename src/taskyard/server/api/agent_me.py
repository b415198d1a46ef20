"""Routes of a workspace's agent itself, with the agent's own token (Coder's words)."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field
from starlette.requests import HTTPConnection

from taskyard.kit.errors import InvalidRequest, NotFound, Unauthenticated, Unavailable
from taskyard.kit.errors import Validation as FieldProblem
from taskyard.protocol.api.common import ApiModel, ErrorBody
from taskyard.protocol.api.workspaces import AppStatusUpdate
from taskyard.server.api.context import Process, Services, token_of
from taskyard.server.runners.admission import AgentIdentity
from taskyard.server.runners.reports import LogLine
from taskyard.server.runners.server import CLOSE_TRY_AGAIN, Admitted
from taskyard.server.tasks.logs import MAX_SNAPSHOT

__all__ = ["router"]

router = APIRouter(prefix="/api/v2/workspaceagents/me", tags=["agent"])


class AgentTokenInvalid(Unauthenticated):
    """This is not the token of an agent of a workspace's latest build."""


class ServerNotReady(Unavailable):
    """The server cannot check the token at the moment; try again."""


class ExternalAuthUnknown(NotFound):
    """No external authentication provider of this id is configured on this server."""


class GitKeyMissing(NotFound):
    """This server makes no SSH keys for git: use one of your own in the workspace."""


class QueryInvalid(InvalidRequest):
    """Query parameters have invalid values."""


async def _agent(connection: HTTPConnection, process: Process) -> AgentIdentity:
    token, by_cookie = token_of(connection)
    verdict = await process.runner_server.admit("" if by_cookie else token)
    if isinstance(verdict, Admitted):
        return verdict.agent
    if verdict.code == CLOSE_TRY_AGAIN and "database" in verdict.reason:
        raise ServerNotReady
    raise AgentTokenInvalid(detail=verdict.reason)


CurrentAgent = Annotated[AgentIdentity, Depends(_agent)]


class NewLogSource(ApiModel):
    id: UUID
    display_name: str = ""
    icon: str = ""


class AgentLog(ApiModel):
    created_at: datetime
    output: str = Field(max_length=1024 * 1024)
    level: str = "info"


class AgentLogs(ApiModel):
    log_source_id: UUID
    logs: list[AgentLog] = Field(max_length=10_000)


@router.patch(
    "/app-status",
    summary="Say how the work is going",
    responses={400: {"model": ErrorBody}, 401: {"model": ErrorBody}},
)
async def update_app_status(
    body: AppStatusUpdate, agent: CurrentAgent, services: Services
) -> dict[str, Any]:
    await services.agent_reports().app_status(agent, body)
    return {}


@router.post(
    "/log-source",
    summary="Register a source of logs",
    status_code=HTTPStatus.CREATED,
    responses={401: {"model": ErrorBody}},
)
async def create_log_source(
    body: NewLogSource, agent: CurrentAgent, services: Services
) -> dict[str, str]:
    return await services.agent_reports().add_log_source(
        agent, id_=body.id, display_name=body.display_name, icon=body.icon
    )


@router.patch(
    "/logs",
    summary="Add lines to the agent's logs",
    responses={400: {"model": ErrorBody}, 401: {"model": ErrorBody}},
)
async def add_logs(
    body: AgentLogs, agent: CurrentAgent, services: Services
) -> dict[str, Any]:
    lines = [
        LogLine(created_at=log.created_at, output=log.output, level=log.level)
        for log in body.logs
    ]
    await services.agent_reports().add_logs(agent, body.log_source_id, lines)
    return {}


@router.get(
    "/external-auth",
    summary="A token of an external provider",
    responses={401: {"model": ErrorBody}, 404: {"model": ErrorBody}},
)
async def get_external_auth(
    agent: CurrentAgent,
    id: Annotated[str, Query()] = "",  # noqa: A002 - the contract's word
    match: Annotated[str, Query()] = "",
) -> dict[str, Any]:
    del agent
    raise ExternalAuthUnknown(detail=f"Asked for: {id or match or 'nothing'}.")


@router.get(
    "/gitsshkey",
    summary="The owner's SSH key for git",
    responses={401: {"model": ErrorBody}, 404: {"model": ErrorBody}},
)
async def get_git_ssh_key(agent: CurrentAgent) -> dict[str, str]:
    del agent
    raise GitKeyMissing


@router.post(
    "/tasks/{task}/log-snapshot",
    summary="Keep the last messages of a task before its workspace stops",
    status_code=HTTPStatus.NO_CONTENT,
    responses={
        400: {"model": ErrorBody},
        401: {"model": ErrorBody},
        404: {"model": ErrorBody},
        413: {"model": ErrorBody},
    },
)
async def save_log_snapshot(
    task: UUID, request: Request, agent: CurrentAgent, services: Services
) -> Response:
    _check_snapshot_query(dict(request.query_params))
    record = await services.tasks().of_workspace(task, agent.workspace_id)
    body = await _read(request, MAX_SNAPSHOT + 1)
    await services.task_logs().save_snapshot(record.task, body)
    return Response(status_code=HTTPStatus.NO_CONTENT)


async def _read(request: Request, limit: int) -> bytes:
    """The body, or its first `limit` bytes when it is longer."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) >= limit:
            return body[:limit]
    return body


def _check_snapshot_query(params: dict[str, str]) -> None:
    format_ = params.pop("format", "")
    params.pop("coder_session_token", None)
    problems = [
        FieldProblem(name, f"{name!r} is not a valid query param") for name in params
    ]
    if not format_:
        problems.append(FieldProblem("format", "format is required: agentapi"))
    elif format_ != _FORMAT:
        problems.append(FieldProblem("format", f"{format_!r} is not agentapi"))
    if problems:
        raise QueryInvalid(validations=problems)


_FORMAT: Literal["agentapi"] = "agentapi"
