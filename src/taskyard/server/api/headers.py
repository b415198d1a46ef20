"""Headers that keep browsers from being used against the people behind them."""

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["PAGE_POLICY", "SecurityHeaders"]

#: What our own pages may load: this server's files, images of anywhere (template icons),
#: and frames for the apps of workspaces. No script that is not a file of ours.
PAGE_POLICY: Final = (
    "default-src 'self'; "
    "script-src 'self' 'wasm-unsafe-eval'; "  # terminal and highlighter are wasm
    "style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob: https:; "
    "font-src 'self' data:; "
    "connect-src 'self'; "
    "worker-src 'self' blob:; "
    "frame-src 'self' http: https:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)
_API_POLICY: Final = "default-src 'none'; frame-ancestors 'none'"


class SecurityHeaders:
    """ASGI middleware; leaves alone what comes from the apps of workspaces (`/@...`)."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/@"):
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add(MutableHeaders(scope=message), scope["path"])
            await send(message)

        await self._app(scope, receive, with_headers)

    def _add(self, headers: MutableHeaders, path: str) -> None:
        headers.setdefault("x-content-type-options", "nosniff")
        headers.setdefault("referrer-policy", "same-origin")
        if path.startswith(("/api/", "/gateway/")):
            headers.setdefault("content-security-policy", _API_POLICY)
            headers.setdefault("cache-control", "no-store")
        else:
            headers.setdefault("content-security-policy", PAGE_POLICY)
        if self._https:
            headers.setdefault("strict-transport-security", "max-age=31536000")
