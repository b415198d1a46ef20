"""Templates and their versions, with the archive they are made of."""

from collections.abc import AsyncGenerator
from typing import Literal
from uuid import UUID

from taskyard.protocol.api.templates import (
    CreateTemplate,
    CreateTemplateVersion,
    Preset,
    PromoteVersion,
    ProvisionerJobLog,
    RichParameter,
    Template,
    TemplateVersion,
    TemplateVersionVariable,
    UpdateTemplate,
    UploadResponse,
)
from taskyard.sdk.connection import Connection
from taskyard.sdk.logs import follow

__all__ = ["TemplateRoutes"]

ArchiveType = Literal["application/x-tar", "application/gzip", "application/zip"]


class TemplateRoutes:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def find(self, query: str = "") -> list[Template]:
        params = {"q": query} if query else None
        return await self._connection.get("/templates", list[Template], params=params)

    async def get(self, template: UUID) -> Template:
        return await self._connection.get(f"/templates/{template}", Template)

    async def named(self, name: str, *, organization: str = "default") -> Template:
        path = f"/organizations/{organization}/templates/{name}"
        return await self._connection.get(path, Template)

    async def create(
        self, body: CreateTemplate, *, organization: str = "default"
    ) -> Template:
        path = f"/organizations/{organization}/templates"
        return await self._connection.post(path, Template, body)

    async def update(self, template: UUID, body: UpdateTemplate) -> Template:
        return await self._connection.patch(f"/templates/{template}", Template, body)

    async def delete(self, template: UUID) -> None:
        """A conflict while workspaces still use it."""
        await self._connection.delete(f"/templates/{template}")

    async def upload(self, archive: bytes, kind: ArchiveType) -> UUID:
        response = await self._connection.send(
            "POST", "/files", content=archive, headers={"Content-Type": kind}
        )
        return UploadResponse.model_validate_json(response.content).hash

    async def download(self, file: UUID) -> bytes:
        """The archive as the server keeps it: a tar."""
        return (await self._connection.send("GET", f"/files/{file}")).content

    async def create_version(
        self, body: CreateTemplateVersion, *, organization: str = "default"
    ) -> TemplateVersion:
        path = f"/organizations/{organization}/templateversions"
        return await self._connection.post(path, TemplateVersion, body)

    async def versions(self, template: UUID) -> list[TemplateVersion]:
        path = f"/templates/{template}/versions"
        return await self._connection.get(path, list[TemplateVersion])

    async def version(self, version: UUID) -> TemplateVersion:
        return await self._connection.get(
            f"/templateversions/{version}", TemplateVersion
        )

    async def promote(self, template: UUID, version: UUID) -> None:
        """New tasks and workspaces use `version` from now on."""
        await self._connection.send(
            "PATCH", f"/templates/{template}/versions", body=PromoteVersion(id=version)
        )

    def follow_import(
        self, version: UUID, *, after: int = 0
    ) -> AsyncGenerator[ProvisionerJobLog]:
        """The import job's log until the job has ended."""
        path = f"/templateversions/{version}/logs"
        return follow(self._connection, path, ProvisionerJobLog, after=after)

    async def presets(self, version: UUID) -> list[Preset]:
        path = f"/templateversions/{version}/presets"
        return await self._connection.get(path, list[Preset])

    async def parameters(self, version: UUID) -> list[RichParameter]:
        path = f"/templateversions/{version}/rich-parameters"
        return await self._connection.get(path, list[RichParameter])

    async def variables(self, version: UUID) -> list[TemplateVersionVariable]:
        path = f"/templateversions/{version}/variables"
        return await self._connection.get(path, list[TemplateVersionVariable])
