"""What workspaces show of themselves: metadata, looked at once or followed."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from fastapi import APIRouter, WebSocket
from fastapi.responses import StreamingResponse
from pydantic import RootModel

from taskyard.protocol.api.common import ApiModel, ErrorBody
from taskyard.protocol.api.workspaces import AgentMetadata
from taskyard.server.api.context import CurrentUser, Process
from taskyard.server.api.streams import event_stream, send_all
from taskyard.server.factory import Factory, ProcessContext
from taskyard.server.identity.actor import Actor
from taskyard.server.runners.metadata import Item, items_of

__all__ = ["router", "watched"]

router = APIRouter(
    prefix="/api/v2/workspaceagents",
    tags=["agents"],
    responses={404: {"description": "Not one you may see", "model": ErrorBody}},
)

#: Values live in memory and change every few seconds: they are looked at, not hinted.
_LOOK_SECONDS: Final = 1.0
_SIGN_OF_LIFE: Final = 15
_NEVER: Final = datetime(1, 1, 1, tzinfo=UTC)  # how Coder's clients read "not yet"


class MetadataResult(ApiModel):
    collected_at: datetime
    age: int  # seconds
    value: str
    error: str


class MetadataDescription(ApiModel):
    display_name: str
    key: str
    script: str
    interval: int
    timeout: int


class WatchedMetadata(ApiModel):
    """One item, in the shape that Coder's clients watch."""

    result: MetadataResult
    description: MetadataDescription


class WatchedItems(RootModel[list[WatchedMetadata]]):
    """All items of an agent."""


@router.get("/{agent:uuid}/metadata", summary="Its metadata, with the last values")
async def get_metadata(
    agent: UUID, actor: CurrentUser, process: Process
) -> list[AgentMetadata]:
    items = await _items(process, actor, agent)
    return [
        AgentMetadata(
            key=item.key,
            display_name=item.display_name,
            value=item.value,
            error=item.error,
            collected_at=item.collected_at,
            interval=item.interval,
        )
        for item in items
    ]


@router.get(
    "/{agent:uuid}/watch-metadata",
    summary="Its metadata, as server-sent events, whenever it changes",
    response_class=StreamingResponse,
)
async def watch_metadata(
    agent: UUID, actor: CurrentUser, process: Process
) -> StreamingResponse:
    await _items(process, actor, agent)
    return event_stream(watched(process, actor, agent))


@router.websocket("/{agent:uuid}/watch-metadata-ws")
async def watch_metadata_by_socket(
    agent: UUID, socket: WebSocket, actor: CurrentUser, process: Process
) -> None:
    await _items(process, actor, agent)

    async def messages() -> AsyncGenerator[str]:
        async with aclosing(watched(process, actor, agent)) as values:
            async for value in values:
                if value is None:
                    yield '{"type":"ping","data":null}'
                else:
                    yield f'{{"type":"data","data":{value.model_dump_json()}}}'

    await send_all(socket, messages())


async def watched(
    process: ProcessContext, actor: Actor, agent: UUID
) -> AsyncGenerator[WatchedItems | None]:
    """The items at first and whenever one changes; None = a sign of life."""
    shown: list[Item] | None = None
    looks = 0
    while True:
        items = await _items(process, actor, agent)
        if items != shown:
            shown, looks = items, 0
            yield _wire(items, process.clock.now())
        elif looks % _SIGN_OF_LIFE == 0:
            yield None
        looks += 1
        await asyncio.sleep(_LOOK_SECONDS)


async def _items(process: ProcessContext, actor: Actor, agent: UUID) -> list[Item]:
    async with process.sessions() as session:
        row = await Factory(process, session).agents().find(actor, agent)
    return items_of(row, process.links.get(row.id), now=process.clock.now())


def _wire(items: list[Item], now: datetime) -> WatchedItems:
    return WatchedItems([_watched_item(item, now) for item in items])


def _watched_item(item: Item, now: datetime) -> WatchedMetadata:
    collected_at = item.collected_at
    age = (now - collected_at).total_seconds() if collected_at else 0
    return WatchedMetadata(
        result=MetadataResult(
            collected_at=collected_at or _NEVER,
            age=max(0, int(age)),
            value=item.value,
            error=item.error,
        ),
        description=MetadataDescription(
            display_name=item.display_name,
            key=item.key,
            script=item.script,
            interval=item.interval,
            timeout=item.timeout,
        ),
    )
