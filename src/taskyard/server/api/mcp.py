"""Taskyard's tools for MCP clients, over streamable HTTP without the stream.

Each message is a POST and its answer is JSON; nothing is ever sent unasked, so there is no
session to keep. The tools go through the API itself, with the caller's own token: what a
person may not do, their MCP client may not do.
"""

from http import HTTPStatus

import httpx
from fastapi import APIRouter, Request, Response

from taskyard.kit.errors import InvalidRequest
from taskyard.sdk import Client
from taskyard.sdk.mcp.server import McpServer
from taskyard.server.api.context import CurrentUser, Process, token_of

__all__ = ["router"]

router = APIRouter()

PATH = "/api/experimental/mcp/http"


@router.post(PATH, include_in_schema=False)
async def message(request: Request, process: Process, _user: CurrentUser) -> Response:
    token, by_cookie = token_of(request)
    if by_cookie:
        raise InvalidRequest("send the token in the header Authorization: Bearer")

    transport = httpx.ASGITransport(app=request.app)
    url = process.config.access_url
    async with Client(url, token, transport=transport) as client:
        answer = await McpServer(client).respond(await request.body())

    if answer is None:
        return Response(status_code=HTTPStatus.ACCEPTED)
    return Response(answer, media_type="application/json")


@router.get(PATH, include_in_schema=False)
async def no_stream() -> Response:
    return Response(
        status_code=HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": "POST"}
    )
