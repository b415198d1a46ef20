"""Routes of messages to a task's agent: ours, beside the contract's `send`."""

from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter, Response

from taskyard.protocol.api.common import ErrorBody
from taskyard.protocol.api.tasks import (
    CreateMessage,
    Message,
    Messages,
    UpdateMessage,
)
from taskyard.server.api.context import CurrentUser, Process, Services

__all__ = ["router"]

router = APIRouter(prefix="/api/v2/tasks/{user}/{task}", tags=["task messages"])

_ERRORS = {
    HTTPStatus.BAD_REQUEST: {"model": ErrorBody},
    HTTPStatus.NOT_FOUND: {"model": ErrorBody},
    HTTPStatus.CONFLICT: {"model": ErrorBody},
}


@router.post(
    "/messages",
    summary="Leave a message for the agent",
    status_code=HTTPStatus.ACCEPTED,
    responses={**_ERRORS},
)
async def create_message(
    user: str, task: str, body: CreateMessage, actor: CurrentUser, process: Process
) -> Message:
    return await process.talk.post(actor, user, task, body)


@router.get(
    "/messages", summary="Messages, in order", responses={404: {"model": ErrorBody}}
)
async def list_messages(
    user: str, task: str, actor: CurrentUser, services: Services
) -> Messages:
    record = await services.tasks().find(actor, user, task)
    return Messages(messages=await services.messages().list(record.task))


@router.patch(
    "/messages/{message}",
    summary="Edit or move a queued message",
    responses={**_ERRORS},
)
async def update_message(
    *,
    user: str,
    task: str,
    message: UUID,
    body: UpdateMessage,
    actor: CurrentUser,
    services: Services,
) -> Message:
    record = await services.tasks().find(actor, user, task, write=True)
    messages = services.messages()
    await messages.change(record.task, message, text=body.input, position=body.position)
    return await messages.show(message)


@router.delete(
    "/messages/{message}",
    summary="Take a message out of the queue",
    status_code=HTTPStatus.NO_CONTENT,
    responses={**_ERRORS},
)
async def remove_message(
    user: str, task: str, message: UUID, actor: CurrentUser, services: Services
) -> None:
    record = await services.tasks().find(actor, user, task, write=True)
    await services.messages().remove(record.task, message)


@router.post(
    "/cancel",
    summary="End the running turn",
    status_code=HTTPStatus.ACCEPTED,
    responses={**_ERRORS, 502: {"model": ErrorBody}},
)
async def cancel_turn(
    user: str, task: str, actor: CurrentUser, process: Process
) -> Response:
    await process.talk.cancel(actor, user, task)
    return Response(status_code=HTTPStatus.ACCEPTED)
