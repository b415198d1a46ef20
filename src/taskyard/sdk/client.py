"""The client of a Taskyard server."""

from types import TracebackType
from typing import Self

import httpx

from taskyard.protocol.api.users import BuildInfo
from taskyard.sdk.connection import Connection, Retry
from taskyard.sdk.tasks import TaskRoutes
from taskyard.sdk.templates import TemplateRoutes
from taskyard.sdk.users import UserRoutes
from taskyard.sdk.workspaces import WorkspaceRoutes

__all__ = ["Client"]


class Client:
    """Typed methods over the HTTP API, grouped as the API is.

    Methods raise `TaskyardError` subclasses (see `sdk.errors`); match them by class or
    by `code`. `transport` replaces the network in tests.

        async with Client("http://127.0.0.1:7080", token) as client:
            task = await client.tasks.create(CreateTask(...))
            async for item in client.tasks.watch("me", task.name):
                ...
    """

    def __init__(
        self,
        url: str,
        token: str = "",
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        retry: Retry | None = None,
    ) -> None:
        self._connection = Connection(url, token, transport=transport, retry=retry)
        self.tasks = TaskRoutes(self._connection)
        self.templates = TemplateRoutes(self._connection)
        self.users = UserRoutes(self._connection)
        self.workspaces = WorkspaceRoutes(self._connection)

    @property
    def url(self) -> str:
        return self._connection.url

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        await self._connection.__aexit__(exc_type, exc, tb)

    async def build_info(self) -> BuildInfo:
        return await self._connection.get("/buildinfo", BuildInfo)
