"""Routes of what a person sets for a task's agent."""

from http import HTTPStatus

from fastapi import APIRouter

from taskyard.protocol.api.common import ErrorBody
from taskyard.protocol.api.tasks import (
    SetOption,
    SetPermissionPolicy,
    TaskOptions,
    TaskPermissionPolicy,
)
from taskyard.server.api.context import CurrentUser, Process

__all__ = ["router"]

router = APIRouter(prefix="/api/v2/tasks/{user}/{task}", tags=["tasks"])

_NOT_FOUND = {HTTPStatus.NOT_FOUND: {"model": ErrorBody}}


@router.get(
    "/options",
    summary="What the agent lets one choose: its mode, its model, its effort",
    responses={**_NOT_FOUND},
)
async def list_options(
    user: str, task: str, actor: CurrentUser, process: Process
) -> TaskOptions:
    return await process.agent_settings.options(actor, user, task)


@router.put(
    "/options/{option:path}",
    summary="Choose; also at every later start of the task",
    responses={
        **_NOT_FOUND,
        HTTPStatus.BAD_REQUEST: {"model": ErrorBody},
        HTTPStatus.CONFLICT: {"model": ErrorBody},
        HTTPStatus.BAD_GATEWAY: {"model": ErrorBody},
    },
)
async def set_option(
    *,
    user: str,
    task: str,
    option: str,
    body: SetOption,
    actor: CurrentUser,
    process: Process,
) -> TaskOptions:
    return await process.agent_settings.set_option(
        actor, user, task, option, value=body.value
    )


@router.patch(
    "/permission-policy",
    summary="What the agent may do without asking, for this task",
    responses={**_NOT_FOUND, HTTPStatus.BAD_REQUEST: {"model": ErrorBody}},
)
async def set_permission_policy(
    user: str,
    task: str,
    body: SetPermissionPolicy,
    actor: CurrentUser,
    process: Process,
) -> TaskPermissionPolicy:
    return await process.agent_settings.set_policy(actor, user, task, body.policy)
