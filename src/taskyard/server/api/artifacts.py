"""Routes of the files that a task's tools changed."""

import asyncio
from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter

from taskyard.protocol.api.common import ErrorBody
from taskyard.protocol.api.tasks import ArtifactDetail, Artifacts
from taskyard.server.api.context import CurrentUser, Process, Services
from taskyard.server.factory import Factory
from taskyard.server.tasks.artifacts import describe

__all__ = ["router"]

router = APIRouter(prefix="/api/v2/tasks/{user}/{task}/artifacts", tags=["artifacts"])

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
