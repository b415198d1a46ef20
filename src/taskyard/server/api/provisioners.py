"""What provisioners ask for; see `protocol.provisioner` for the whole conversation."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response, status

from taskyard.protocol.api.common import ErrorBody
from taskyard.protocol.provisioner import (
    AcquireRequest,
    Completion,
    Failure,
    Heartbeat,
    HeartbeatReply,
    Job,
    LogBatch,
    StateUpload,
)
from taskyard.server.api.context import Process, Services
from taskyard.server.db.tables import ProvisionerKeyRow
from taskyard.server.factory import Factory
from taskyard.server.workspaces.provisioners.waiting import (
    wait_for_cancel,
    wait_for_job,
)

__all__ = ["router"]


async def _key(
    process: Process, authorization: Annotated[str, Header()] = ""
) -> ProvisionerKeyRow:
    """In a session of its own: a long poll must not hold one."""
    scheme, _, key = authorization.partition(" ")
    async with process.sessions() as session:
        keys = Factory(process, session).provisioner_keys()
        return await keys.identify(key.strip() if scheme.lower() == "bearer" else "")


Key = Annotated[ProvisionerKeyRow, Depends(_key)]

router = APIRouter(
    prefix="/api/v2/provisioners",
    tags=["provisioners"],
    # Between our own programs: not part of the API that clients are generated from, and
    # its models have names that the API's own have too.
    include_in_schema=False,
    dependencies=[Depends(_key)],
    responses={
        401: {"description": "Not a provisioner's key", "model": ErrorBody},
        409: {"description": "The job is somebody else's now", "model": ErrorBody},
    },
)


@router.post(
    "/jobs/acquire",
    summary="Wait for a job",
    response_model=Job,
    responses={204: {"description": "There is none now: ask again"}},
)
async def acquire_job(
    body: AcquireRequest,
    key: Key,
    process: Process,
    request: Request,
    wait: Annotated[float, Query(ge=0, le=25, description="Seconds")] = 25,
) -> Job | Response:
    async def attempt() -> Job | None:
        async with process.sessions.begin() as session:
            services = Factory(process, session).provisioners()
            return await services.acquire(body, key.tags | body.tags)

    job = await wait_for_job(
        attempt,
        broadcast=process.broadcast,
        is_gone=request.is_disconnected,
        longest=timedelta(seconds=wait),
    )
    return job or Response(status_code=status.HTTP_204_NO_CONTENT)


@router.get("/files/{file}", summary="A template's archive", response_class=Response)
async def get_file(file: UUID, services: Services) -> Response:
    data = await services.provisioners().file(file)
    return Response(data, media_type="application/x-tar")


@router.get(
    "/versions/{version}/modules",
    summary="Modules archived at the import",
    response_class=Response,
)
async def get_modules(version: UUID, services: Services) -> Response:
    data = await services.provisioners().modules(version)
    return Response(data, media_type="application/gzip")


@router.post("/jobs/{job}/heartbeat", summary="Keep a job")
async def heartbeat(job: int, body: Heartbeat, process: Process) -> HeartbeatReply:
    async def beat() -> HeartbeatReply:
        async with process.sessions.begin() as session:
            services = Factory(process, session).provisioners()
            return await services.heartbeat(job, body.lease_token)

    if not body.wait_seconds:
        return await beat()

    async with process.sessions() as session:
        row = await Factory(process, session).provisioners().row_id(job)
    return await wait_for_cancel(
        beat,
        job_row=row,
        broadcast=process.broadcast,
        longest=timedelta(seconds=body.wait_seconds),
    )


@router.post(
    "/jobs/{job}/logs",
    summary="Lines of its log",
    status_code=status.HTTP_204_NO_CONTENT,
)
async def append_logs(job: int, body: LogBatch, services: Services) -> None:
    await services.provisioners().append_logs(job, body)


@router.put(
    "/jobs/{job}/modules",
    summary="Modules that an import downloaded",
    status_code=status.HTTP_204_NO_CONTENT,
)
async def put_modules(
    job: int, lease_token: UUID, request: Request, services: Services
) -> None:
    data = await request.body()
    await services.provisioners().store_modules(job, lease_token, data)


@router.put(
    "/jobs/{job}/state",
    summary="What was applied so far",
    status_code=status.HTTP_204_NO_CONTENT,
)
async def put_state(job: int, body: StateUpload, services: Services) -> None:
    await services.provisioners().store_state(job, body)


@router.post(
    "/jobs/{job}/complete",
    summary="Its result",
    status_code=status.HTTP_204_NO_CONTENT,
)
async def complete_job(job: int, body: Completion, services: Services) -> None:
    await services.provisioners().complete(job, body)


@router.post(
    "/jobs/{job}/fail",
    summary="Why it has none",
    status_code=status.HTTP_204_NO_CONTENT,
)
async def fail_job(job: int, body: Failure, services: Services) -> None:
    await services.provisioners().fail(job, body)
