"""The runner as one file, for workspaces to fetch."""

import asyncio
import hashlib
from functools import cache
from typing import Annotated, Final

from fastapi import APIRouter, Header, Response, status

from taskyard.kit import zipapp

__all__ = ["router"]

router = APIRouter(prefix="/bin", tags=["runner"])

_TYPE: Final = "application/zip"


@cache
def _runner() -> tuple[bytes, str]:
    """The archive and its ETag; the same for the life of the process."""
    data = zipapp.build()
    return data, f'"{hashlib.sha256(data).hexdigest()[:32]}"'


@router.get(
    "/taskyard-runner.pyz",
    summary="The runner, for any Python from 3.11 on",
    response_class=Response,
    responses={304: {"description": "You have this one already"}},
)
async def get_runner(if_none_match: Annotated[str, Header()] = "") -> Response:
    data, tag = await asyncio.to_thread(_runner)
    headers = {"etag": tag, "cache-control": "no-cache"}
    known = {known.strip().removeprefix("W/") for known in if_none_match.split(",")}
    if tag in known:
        return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers=headers)
    return Response(data, media_type=_TYPE, headers=headers)


@router.head("/taskyard-runner.pyz", include_in_schema=False)
async def head_runner() -> Response:
    data, tag = await asyncio.to_thread(_runner)
    headers = {"etag": tag, "content-length": str(len(data))}
    return Response(media_type=_TYPE, headers=headers)
