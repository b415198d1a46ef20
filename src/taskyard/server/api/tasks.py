"""Routes of the tasks contract, under both of its prefixes."""

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Query, Response

from taskyard.protocol.api.common import ErrorBody
from taskyard.protocol.api.tasks import (
    CreateTask,
    Task,
    TaskDetail,
    TaskInput,
    TaskLogs,
    Tasks,
    WorkspaceBuildAnswer,
)
from taskyard.server.api.context import CurrentUser, Process, Services
from taskyard.server.factory import Factory
from taskyard.server.tasks.creation import new_task

__all__ = ["router"]

_routes = APIRouter()
_ATTEMPTS: Final = 3

_NOT_FOUND = {HTTPStatus.NOT_FOUND: {"model": ErrorBody}}
_CONFLICT = {**_NOT_FOUND, HTTPStatus.CONFLICT: {"model": ErrorBody}}


@_routes.get("", summary="List tasks", responses={400: {"model": ErrorBody}})
async def list_tasks(
    actor: CurrentUser, services: Services, q: Annotated[str, Query()] = ""
) -> Tasks:
    tasks = await services.tasks().search(actor, q)
    return Tasks(tasks=tasks, count=len(tasks))


@_routes.post(
    "/{user}",
    summary="Create a task",
    status_code=HTTPStatus.CREATED,
    responses={400: {"model": ErrorBody}, **_CONFLICT},
)
async def create_task(
    user: str, body: CreateTask, actor: CurrentUser, process: Process
) -> Task:
    new = await new_task(process.naming, body)
    async with process.sessions.begin() as session:
        service = Factory(process, session).tasks()
        return service.show(await service.create(actor, user, new))


@_routes.get("/{user}/{task}", summary="Get a task", responses={**_NOT_FOUND})
async def get_task(
    user: str, task: str, actor: CurrentUser, services: Services
) -> Task:
    service = services.tasks()
    return service.show(await service.find(actor, user, task))


@_routes.delete(
    "/{user}/{task}",
    summary="Delete a task and its workspace",
    status_code=HTTPStatus.ACCEPTED,
    responses={**_CONFLICT},
)
async def delete_task(
    user: str, task: str, actor: CurrentUser, services: Services
) -> Response:
    service = services.tasks()
    await service.delete(actor, await service.find(actor, user, task, write=True))
    return Response(status_code=HTTPStatus.ACCEPTED)


@_routes.patch(
    "/{user}/{task}/input",
    summary="Change the prompt of a paused task",
    status_code=HTTPStatus.NO_CONTENT,
    responses={400: {"model": ErrorBody}, **_CONFLICT},
)
async def update_task_input(
    user: str, task: str, body: TaskInput, actor: CurrentUser, services: Services
) -> None:
    service = services.tasks()
    record = await service.find(actor, user, task, write=True)
    await service.set_input(record, body.input)


@_routes.post(
    "/{user}/{task}/send",
    summary="Send a message to an idle agent",
    status_code=HTTPStatus.NO_CONTENT,
    responses={400: {"model": ErrorBody}, **_CONFLICT, 502: {"model": ErrorBody}},
)
async def send_task_input(
    user: str, task: str, body: TaskInput, actor: CurrentUser, process: Process
) -> None:
    await process.talk.send(actor, user, task, body.input)


@_routes.get(
    "/{user}/{task}/logs",
    summary="What was said",
    responses={**_CONFLICT, 502: {"model": ErrorBody}},
)
async def get_task_logs(
    user: str, task: str, actor: CurrentUser, process: Process
) -> TaskLogs:
    return await process.talk.logs(actor, user, task)


@_routes.post(
    "/{user}/{task}/pause",
    summary="Stop a task's workspace",
    status_code=HTTPStatus.ACCEPTED,
    responses={**_CONFLICT},
)
async def pause_task(
    user: str, task: str, actor: CurrentUser, services: Services
) -> WorkspaceBuildAnswer:
    service = services.tasks()
    record = await service.find(actor, user, task, write=True)
    build = await service.pause(actor, record)
    shown = await services.workspace_views().build(build)
    return WorkspaceBuildAnswer(workspace_build=shown)


@_routes.post(
    "/{user}/{task}/resume",
    summary="Start a paused task's workspace",
    status_code=HTTPStatus.ACCEPTED,
    responses={**_CONFLICT},
)
async def resume_task(
    user: str, task: str, actor: CurrentUser, services: Services
) -> WorkspaceBuildAnswer:
    service = services.tasks()
    record = await service.find(actor, user, task, write=True)
    build = await service.resume(actor, record)
    shown = await services.workspace_views().build(build)
    return WorkspaceBuildAnswer(workspace_build=shown)


_ours = APIRouter()


@_ours.get(
    "/{user}/{task}/detail",
    summary="A task, what its work is doing, and what waits in it",
    responses={**_NOT_FOUND},
)
async def get_task_detail(
    user: str, task: str, actor: CurrentUser, services: Services
) -> TaskDetail:
    service = services.tasks()
    return await service.detail(await service.find(actor, user, task))


router = APIRouter(tags=["tasks"])
router.include_router(_routes, prefix="/api/v2/tasks")
router.include_router(_ours, prefix="/api/v2/tasks")
# Where clients of the first version still look; not in the schema a second time.
router.include_router(
    _routes, prefix="/api/experimental/tasks", include_in_schema=False
)
