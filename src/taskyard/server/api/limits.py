"""Refuse request bodies that are larger than their route takes, before they are held."""

from collections.abc import Sequence
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from taskyard.protocol.api.common import ErrorBody

__all__ = ["BodyLimit"]

#: Routes that take archives, states, or a model's whole conversation.
_UPLOADS: Final[Sequence[str]] = ("/api/v2/files", "/api/v2/provisioners/", "/gateway/")
#: What the apps of workspaces take is their own business; it is passed on in pieces.
_UNLIMITED: Final[Sequence[str]] = ("/@",)
_STATUS: Final = 413


class BodyLimit:
    """ASGI middleware: counts what arrives, whatever Content-Length says."""

    def __init__(self, app: ASGIApp, *, normal: int, upload: int) -> None:
        self._app = app
        self._normal = normal
        self._upload = upload

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(tuple(_UNLIMITED)):
            await self._app(scope, receive, send)
            return

        is_upload = scope["path"].startswith(tuple(_UPLOADS))
        limit = self._upload if is_upload else self._normal
        if _declared_length(scope) > limit:
            await _refusal(limit)(scope, receive, send)
            return
        await self._app(scope, _counting(receive, limit), send)


def _counting(receive: Receive, limit: int) -> Receive:
    arrived = 0

    async def counted() -> Message:
        nonlocal arrived
        message = await receive()
        if message["type"] == "http.request":
            arrived += len(message.get("body", b""))
            if arrived > limit:
                # The one exception that the framework lets through while it reads.
                raise HTTPException(_STATUS, _sentence(limit))
        return message

    return counted


def _declared_length(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0


def _refusal(limit: int) -> JSONResponse:
    body = ErrorBody(message=_sentence(limit), code="too_large")
    return JSONResponse(
        body.model_dump(), status_code=_STATUS, headers={"connection": "close"}
    )


def _sentence(limit: int) -> str:
    return f"The request is larger than the {limit} bytes this server accepts here."
