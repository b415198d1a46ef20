"""Routes that follow tasks as they happen."""

from collections.abc import AsyncGenerator
from typing import Annotated, Final

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import StreamingResponse

from taskyard.kit.errors import InvalidRequest, Validation
from taskyard.protocol.api.common import ErrorBody
from taskyard.protocol.api.tasks import StoredEvent
from taskyard.server.api.context import CurrentUser, Process, Services
from taskyard.server.factory import Factory
from taskyard.server.tasks.stream import Frame, encode
from taskyard.server.tasks.transcript import MAX_PAGE

__all__ = ["router"]

router = APIRouter(prefix="/api/v2", tags=["events"])

_HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE)]
_MOST: Final = 2**63 - 1  # a stream that has begun can answer no bad number
Seq = Annotated[int | None, Query(ge=0, le=_MOST)]


class LastEventIdInvalid(InvalidRequest):
    """The header Last-Event-ID must be the number of an event."""


@router.get(
    "/tasks/{user}/{task}/events",
    summary="Follow a task: its events and its status, resumable by number",
    description="`text/event-stream`: frames `event` (id = the event's number), "
    "`status` (a TaskDetail, at first and when it changes) and `end`. Begins after "
    "`Last-Event-ID` or `after`, or `tail` events before the end. With `Accept: "
    "application/json`: a page, as of `events/page`.",
    responses={
        200: {"content": {"text/event-stream": {}}},
        404: {"model": ErrorBody},
    },
    response_class=Response,
)
async def follow_task(
    *,
    user: str,
    task: str,
    actor: CurrentUser,
    process: Process,
    after: Seq = None,
    before: Seq = None,
    tail: Seq = None,
    limit: Limit = MAX_PAGE,
    accept: Annotated[str, Header()] = "",
    last_event_id: Annotated[str, Header()] = "",
) -> Response:
    start = _number(last_event_id) if last_event_id else after
    async with process.sessions.begin() as session:
        factory = Factory(process, session)
        record = await factory.tasks().find(actor, user, task)
        if accept.startswith("application/json"):
            transcript = factory.transcript(record.id)
            if start is not None:
                page = await transcript.after(start, limit=limit)
            else:
                page = await transcript.before(before, limit=tail or limit)
            body = ",".join(event.model_dump_json() for event in page)
            return Response(f"[{body}]", media_type="application/json")

    frames = process.task_streams.follow(
        record.id,
        record.task.workspace_id,
        after=start or 0,
        tail=tail if start is None else None,
    )
    return _stream(frames)


@router.get(
    "/tasks/{user}/{task}/events/page",
    summary="A page of a task's events, oldest first; the last page without `before`",
    responses={404: {"model": ErrorBody}},
)
async def page_of_events(
    *,
    user: str,
    task: str,
    actor: CurrentUser,
    services: Services,
    before: Seq = None,
    after: Seq = None,
    limit: Limit = 200,
) -> list[StoredEvent]:
    record = await services.tasks().find(actor, user, task)
    transcript = services.transcript(record.id)
    if after is not None:
        return await transcript.after(after, limit=limit)
    return await transcript.before(before, limit=limit)


@router.get(
    "/events",
    summary="Follow all tasks: which of them changed",
    description="`text/event-stream` with frames `tasks`: `{task_ids: [...]}`; null "
    "means that any may have changed. Hints only: look at the tasks themselves.",
    responses={200: {"content": {"text/event-stream": {}}}},
    response_class=Response,
)
async def follow_tasks(actor: CurrentUser, process: Process) -> Response:
    return _stream(process.task_streams.follow_list(actor))


def _stream(frames: AsyncGenerator[Frame]) -> StreamingResponse:
    async def body() -> AsyncGenerator[bytes]:
        yield b": hello\n\n"
        async for frame in frames:
            yield encode(frame)

    return StreamingResponse(body(), media_type="text/event-stream", headers=_HEADERS)


def _number(last_event_id: str) -> int:
    is_number = last_event_id.isdecimal() and len(last_event_id) < len(str(_MOST))
    if not is_number:
        detail = f"{last_event_id[:100]!r} is not a number"
        raise LastEventIdInvalid(validations=[Validation("Last-Event-ID", detail)])
    return int(last_event_id)
