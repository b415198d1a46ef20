"""Routes of the files that a task's tools changed."""

import asyncio
from http import HTTPStatus
from typing import Final
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse

from taskyard.protocol.api.common import ErrorBody
from taskyard.protocol.api.tasks import ArtifactDetail, Artifacts
from taskyard.server.api.context import CurrentUser, Process, Services
from taskyard.server.factory import Factory
from taskyard.server.tasks.artifacts import describe

__all__ = ["router"]

router = APIRouter(prefix="/api/v2/tasks/{user}/{task}/artifacts", tags=["artifacts"])

#: Whatever a workspace calls its file, a browser only saves it.
_AS_A_DOWNLOAD: Final = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
}
_NOT_FOUND = {HTTPStatus.NOT_FOUND: {"model": ErrorBody}}


@router.get(
    "",
    summary="Files that the agent's tools created, edited or deleted; newest first",
    responses={**_NOT_FOUND},
)
async def list_artifacts(
    user: str, task: str, actor: CurrentUser, services: Services
) -> Artifacts:
    record = await services.tasks().find(actor, user, task)
    return await services.artifacts(record.id).list()


@router.get(
    "/{artifact}",
    summary="A file's diff and text, as the agent's tools told them",
    responses={**_NOT_FOUND},
)
async def get_artifact(
    user: str, task: str, artifact: UUID, actor: CurrentUser, process: Process
) -> ArtifactDetail:
    async with process.sessions.begin() as session:
        factory = Factory(process, session)
        record = await factory.tasks().find(actor, user, task)
        recorded = await factory.artifacts(record.id).find(artifact)
    return await asyncio.to_thread(describe, recorded)


@router.get(
    "/{artifact}/content",
    summary="The file as it is in the running workspace now",
    description="As a download, up to 16 MiB. 404 when the file is gone, 409 when it is "
    "outside of the home and of the agent's directory, 502 while the workspace is away.",
    responses={
        200: {"content": {"application/octet-stream": {}}},
        **_NOT_FOUND,
        HTTPStatus.CONFLICT: {"model": ErrorBody},
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: {"model": ErrorBody},
        HTTPStatus.BAD_GATEWAY: {"model": ErrorBody},
    },
    response_class=Response,
)
async def get_artifact_content(
    user: str, task: str, artifact: UUID, actor: CurrentUser, process: Process
) -> Response:
    file = await process.task_files.open(actor, user, task, artifact)
    name = quote(file.name, safe="")
    return StreamingResponse(
        file.chunks,
        media_type="application/octet-stream",
        headers={
            **_AS_A_DOWNLOAD,
            "content-disposition": f"attachment; filename*=UTF-8''{name}",
        },
    )
