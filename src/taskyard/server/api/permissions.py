"""Routes of what agents ask people."""

from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter

from taskyard.protocol.api.common import ErrorBody
from taskyard.protocol.api.tasks import AnswerPermission, Permission, Permissions
from taskyard.server.api.context import CurrentUser, Services

__all__ = ["router"]

router = APIRouter(
    prefix="/api/v2/tasks/{user}/{task}/permissions", tags=["permissions"]
)


@router.get(
    "",
    summary="Permission requests of the task's agent, oldest first",
    responses={404: {"model": ErrorBody}},
)
async def list_permissions(
    user: str, task: str, actor: CurrentUser, services: Services
) -> Permissions:
    record = await services.tasks().find(actor, user, task)
    return Permissions(permissions=await services.permissions().list(record.task))


@router.post(
    "/{permission}",
    summary="Answer a request; the first answer wins",
    responses={
        HTTPStatus.BAD_REQUEST: {"model": ErrorBody},
        HTTPStatus.NOT_FOUND: {"model": ErrorBody},
        HTTPStatus.CONFLICT: {"model": ErrorBody},
    },
)
async def answer_permission(
    *,
    user: str,
    task: str,
    permission: UUID,
    body: AnswerPermission,
    actor: CurrentUser,
    services: Services,
) -> Permission:
    # Not locked: two answers at once are decided by the request's own row.
    tasks = services.tasks()
    record = await tasks.find(actor, user, task)
    tasks.check_may_change(actor, record)
    return await services.permissions().answer(
        record.task, permission, body, by=actor.user_id
    )
