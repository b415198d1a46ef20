"""The starter template: imported for the first owner, once in the life of a server."""

import hashlib
import io
import tarfile
from importlib.resources import files
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.server.db.tables import (
    OrganizationRow,
    ProvisionerJobRow,
    TemplateRow,
    TemplateVersionRow,
    UserRow,
)
from taskyard.server.identity.actor import Actor, Role
from taskyard.server.provisioning.status import job_status
from taskyard.server.templates.files import FileService, Upload
from taskyard.server.templates.service import NewTemplate, TemplateService
from taskyard.server.templates.versions import NewVersion, VersionService

__all__ = ["StarterService", "read_starter"]

_NAME: Final = "tasks-local"
_DISPLAY_NAME: Final = "Tasks in a local sandbox"
_DESCRIPTION: Final = "Claude Code in its own sandbox, with a small application."
_ICON: Final = "/icon/task.svg"
_MESSAGE: Final = "Brought along by Taskyard."


def read_starter() -> bytes | None:
    """The archive of the bundled starter; None when there is none. Blocks."""
    package = Path(str(files("taskyard")))
    for root in (package / "_registry", package.parents[1] / "registry"):
        folder = root / "templates" / _NAME
        if folder.is_dir():
            return _archive(folder)
    return None


def _archive(folder: Path) -> bytes:
    """Equal content gives equal bytes: the version is named after them."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for path in sorted(folder.rglob("*")):
            if "__pycache__" in path.parts or not path.is_file():
                continue
            member = tar.gettarinfo(path, arcname=str(path.relative_to(folder)))
            member.mtime = member.uid = member.gid = 0
            member.uname = member.gname = ""
            with path.open("rb") as content:
                tar.addfile(member, content)
    return out.getvalue()


class StarterService:
    def __init__(
        self,
        *,
        session: AsyncSession,
        files: FileService,
        versions: VersionService,
        templates: TemplateService,
    ) -> None:
        self._session = session
        self._files = files
        self._versions = versions
        self._templates = templates

    async def is_due(self) -> bool:
        """There is an owner, and never was a template of this name."""
        if await self._owner() is None:
            return False
        found = await self._session.scalar(
            select(TemplateRow.id).where(func.lower(TemplateRow.name) == _NAME).limit(1)
        )
        return found is None

    async def advance(self, archive: Upload) -> None:
        """Begin the import, or make the template of one that has succeeded.

        One that failed is left for people to look at; changed content is tried anew.
        """
        owner = await self._owner()
        if owner is None:
            return
        name = f"starter-{hashlib.sha256(archive.data).hexdigest()[:12]}"
        version = await self._session.scalar(
            select(TemplateVersionRow)
            .where(TemplateVersionRow.name == name)
            .order_by(TemplateVersionRow.created_at.desc())
            .limit(1)
        )
        organization_id = next(iter(owner.organization_ids))
        if version is None:
            await self._import(owner, organization_id, archive, name)
        elif job_status(await self._job(version)) == "succeeded":
            await self._make(owner, organization_id, version)

    async def _import(
        self, owner: Actor, organization_id: UUID, archive: Upload, name: str
    ) -> None:
        file_id, _ = await self._files.add(owner, archive)
        await self._versions.create(
            owner,
            NewVersion(
                organization_id=organization_id,
                file_id=file_id,
                name=name,
                message=_MESSAGE,
            ),
        )

    async def _make(
        self, owner: Actor, organization_id: UUID, version: TemplateVersionRow
    ) -> None:
        await self._templates.create(
            owner,
            NewTemplate(
                organization_id=organization_id,
                version_id=version.id,
                name=_NAME,
                display_name=_DISPLAY_NAME,
                description=_DESCRIPTION,
                icon=_ICON,
            ),
        )

    async def _job(self, version: TemplateVersionRow) -> ProvisionerJobRow:
        return await self._versions.job(version)

    async def _owner(self) -> Actor | None:
        user = await self._session.scalar(
            select(UserRow)
            .where(
                UserRow.roles.contains([Role.OWNER.value]),
                UserRow.deleted_at.is_(None),
            )
            .order_by(UserRow.created_at)
            .limit(1)
        )
        if user is None:
            return None
        organization_id = (
            await self._session.scalars(
                select(OrganizationRow.id).where(OrganizationRow.is_default)
            )
        ).one()
        return Actor(
            user_id=user.id,
            username=user.username,
            roles=frozenset({Role.OWNER}),
            organization_ids=frozenset({organization_id}),
            token_id="",
        )
