"""Workspaces, their builds and their logs."""

from collections.abc import AsyncGenerator
from uuid import UUID

from taskyard.protocol.api.templates import ProvisionerJobLog
from taskyard.protocol.api.workspaces import (
    CreateBuild,
    Workspace,
    WorkspaceAgentLog,
    WorkspaceBuild,
    Workspaces,
)
from taskyard.sdk.connection import Connection
from taskyard.sdk.logs import follow

__all__ = ["WorkspaceRoutes"]


class WorkspaceRoutes:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def find(self, query: str = "") -> Workspaces:
        params = {"q": query} if query else None
        return await self._connection.get("/workspaces", Workspaces, params=params)

    async def get(self, workspace: UUID) -> Workspace:
        return await self._connection.get(f"/workspaces/{workspace}", Workspace)

    async def named(self, user: str, name: str) -> Workspace:
        return await self._connection.get(f"/users/{user}/workspace/{name}", Workspace)

    async def build(self, workspace: UUID, body: CreateBuild) -> WorkspaceBuild:
        """Start, stop or delete; a conflict while another build is under way."""
        path = f"/workspaces/{workspace}/builds"
        return await self._connection.post(path, WorkspaceBuild, body)

    async def get_build(self, build: UUID) -> WorkspaceBuild:
        return await self._connection.get(f"/workspacebuilds/{build}", WorkspaceBuild)

    async def cancel_build(self, build: UUID) -> None:
        await self._connection.send("PATCH", f"/workspacebuilds/{build}/cancel")

    def follow_build(
        self, build: UUID, *, after: int = 0
    ) -> AsyncGenerator[ProvisionerJobLog]:
        """The build's log until the build has ended."""
        path = f"/workspacebuilds/{build}/logs"
        return follow(self._connection, path, ProvisionerJobLog, after=after)

    async def build_logs(self, build: UUID) -> list[ProvisionerJobLog]:
        path = f"/workspacebuilds/{build}/logs"
        return await self._connection.get(path, list[ProvisionerJobLog])

    def follow_agent(
        self, agent: UUID, *, after: int = 0
    ) -> AsyncGenerator[WorkspaceAgentLog]:
        """The scripts' log until the server closes it."""
        path = f"/workspaceagents/{agent}/logs"
        return follow(self._connection, path, WorkspaceAgentLog, after=after)

    async def agent_logs(self, agent: UUID) -> list[WorkspaceAgentLog]:
        path = f"/workspaceagents/{agent}/logs"
        return await self._connection.get(path, list[WorkspaceAgentLog])
