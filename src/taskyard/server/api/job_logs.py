"""The log of a job by WebSocket: one line a message, closed when the job has ended."""

from collections.abc import AsyncGenerator
from typing import Annotated
from uuid import UUID

from fastapi import Query, WebSocket

from taskyard.server.api.streams import send_all
from taskyard.server.factory import ProcessContext
from taskyard.server.provisioning.logs import follow

__all__ = ["LogAfter", "LogBefore", "follow_job"]

_MOST = 2**63 - 1  # a stream that has begun can answer no bad number
LogAfter = Annotated[
    int, Query(description="Only lines with a greater id", ge=-_MOST, le=_MOST)
]
LogBefore = Annotated[
    int | None,
    Query(description="Only lines with a smaller id", ge=-_MOST, le=_MOST),
]


async def follow_job(
    socket: WebSocket, process: ProcessContext, job_id: UUID, *, after: int
) -> None:
    async def messages() -> AsyncGenerator[str]:
        async for line in follow(
            job_id,
            after=after,
            sessions=process.sessions,
            broadcast=process.broadcast,
        ):
            yield line.model_dump_json()

    await send_all(socket, messages())
