"""Template versions: imported by a provisioner, then readable, archived, promoted."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import func
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.kit.clock import Clock
from taskyard.kit.crypto import Cipher
from taskyard.kit.errors import Validation
from taskyard.protocol.provisioner import ImportResult
from taskyard.server.db.tables import (
    FileRow,
    ProvisionerJobRow,
    TemplateRow,
    TemplateVersionRow,
)
from taskyard.server.identity.actor import Actor
from taskyard.server.provisioning.jobs import ProvisionerJobs
from taskyard.server.templates.errors import (
    FileUnknown,
    NameInvalid,
    NameTaken,
    TemplateNotFound,
    VersionInUse,
    VersionNotFound,
    VersionNotReady,
)
from taskyard.server.templates.names import (
    explain_invalid_version,
    random_version_name,
)
from taskyard.server.templates.store import TemplateStore, may_use

__all__ = ["NewVersion", "VersionService", "open_variables", "result_of"]

_SECRETS: Final = "template_versions.secrets"
#: Tags that Coder's clients send with every version; they say nothing of a provisioner.
_IMPLIED_TAGS: Final = frozenset({"scope", "owner"})


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVersion:
    organization_id: UUID
    file_id: UUID
    name: str = ""  # empty = a random one
    message: str = ""
    template_id: UUID | None = None
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    variables: Mapping[str, str] = field(default_factory=dict[str, str])


class VersionService:
    def __init__(
        self,
        *,
        session: AsyncSession,
        jobs: ProvisionerJobs,
        cipher: Cipher,
        clock: Clock,
    ) -> None:
        self._session = session
        self._store = TemplateStore(session)
        self._jobs = jobs
        self._cipher = cipher
        self._clock = clock

    async def create(self, actor: Actor, new: NewVersion) -> TemplateVersionRow:
        """The version and the job that imports it, in this transaction.

        Raises FileUnknown, NameInvalid, NameTaken, TemplateNotFound.
        """
        name = new.name or random_version_name()
        if reason := explain_invalid_version(name):
            raise NameInvalid("template version", reason)
        template = await self._template(actor, new)
        if await self._store.file(FileRow.id == new.file_id) is None:
            raise FileUnknown(
                detail="Upload the template's folder first: POST /api/v2/files.",
                validations=[Validation("file_id", "no such file")],
            )

        variables = await self._variables(template, new.variables)
        id_ = uuid4()
        job = await self._jobs.create(
            "template_version_import",
            organization_id=new.organization_id,
            initiator_id=actor.user_id,
            file_id=new.file_id,
            input_={"template_version_id": str(id_)},
            tags={k: v for k, v in new.tags.items() if k not in _IMPLIED_TAGS},
        )
        now = self._clock.now()
        row = TemplateVersionRow(
            id=id_,
            template_id=template.id if template else None,
            organization_id=new.organization_id,
            name=name,
            message=new.message,
            file_id=new.file_id,
            job_id=job.id,
            created_by=actor.user_id,
            secrets=self._seal(variables),
            created_at=now,
            updated_at=now,
        )
        try:
            async with self._session.begin_nested():
                await self._store.add(row)
        except IntegrityError:
            raise NameTaken("template version", name) from None
        return row

    async def _template(self, actor: Actor, new: NewVersion) -> TemplateRow | None:
        if new.template_id is None:
            return None
        template = await self._store.template(
            TemplateRow.id == new.template_id,
            TemplateRow.organization_id == new.organization_id,
            may_use(actor),
        )
        if template is None:
            raise TemplateNotFound
        return template

    async def _variables(
        self, template: TemplateRow | None, given: Mapping[str, str]
    ) -> dict[str, str]:
        """Values not given anew are those of the active version."""
        if template is None:
            return dict(given)
        active = await self._store.version(
            TemplateVersionRow.id == template.active_version_id
        )
        known = open_variables(self._cipher, active) if active else {}
        return known | dict(given)

    def _seal(self, variables: dict[str, str]) -> bytes | None:
        # Which are sensitive is known only after the import: so all are encrypted.
        if not variables:
            return None
        return self._cipher.encrypt(json.dumps(variables).encode(), purpose=_SECRETS)

    async def find(self, actor: Actor, id_: UUID) -> TemplateVersionRow:
        """If the actor may use its template. Raises VersionNotFound."""
        row = await self._store.version_for(actor, TemplateVersionRow.id == id_)
        if row is None:
            raise VersionNotFound
        return row

    async def find_by_name(
        self, actor: Actor, template: TemplateRow, name: str
    ) -> TemplateVersionRow:
        row = await self._store.version_for(
            actor,
            TemplateVersionRow.template_id == template.id,
            func.lower(TemplateVersionRow.name) == name.lower(),
        )
        if row is None:
            raise VersionNotFound
        return row

    async def list_of(
        self,
        template: TemplateRow,
        *,
        archived: bool = False,
        after_id: UUID | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> list[TemplateVersionRow]:
        """Newest first."""
        return await self._store.versions(
            template.id,
            archived=archived,
            after_id=after_id,
            limit=limit,
            offset=offset,
        )

    async def job(self, version: TemplateVersionRow) -> ProvisionerJobRow:
        return await self._jobs.get(version.job_id)

    async def cancel(self, version: TemplateVersionRow) -> None:
        """Raises JobOver."""
        await self._jobs.cancel(await self.job(version))

    async def change(
        self, version: TemplateVersionRow, *, name: str | None, message: str | None
    ) -> TemplateVersionRow:
        """Raises NameInvalid, NameTaken."""
        if name is not None and (reason := explain_invalid_version(name)):
            raise NameInvalid("template version", reason)
        values = {"name": name, "message": message}
        given = {key: value for key, value in values.items() if value is not None}
        try:
            async with self._session.begin_nested():
                await self._store.update_version(
                    version.id, updated_at=self._clock.now(), **given
                )
        except IntegrityError:
            raise NameTaken("template version", name or "") from None
        return version

    async def archive(self, version: TemplateVersionRow, *, archived: bool) -> None:
        """Hide it from lists, or show it again. Raises VersionInUse."""
        if archived and version.template_id is not None:
            template = await self._store.template(
                TemplateRow.id == version.template_id, lock=True
            )
            if template and template.active_version_id == version.id:
                raise VersionInUse(detail="Promote another version first.")
        await self._store.update_version(
            version.id, archived=archived, updated_at=self._clock.now()
        )


def result_of(version: TemplateVersionRow) -> ImportResult:
    """What the import found. Raises VersionNotReady."""
    if version.result is None:
        raise VersionNotReady(
            detail="Wait for the import to succeed; its logs say how it goes."
        )
    return ImportResult.model_validate(version.result)


def open_variables(cipher: Cipher, version: TemplateVersionRow) -> dict[str, str]:
    """The values that authors gave to the template's variables."""
    if version.secrets is None:
        return {}
    opened: dict[str, str] = json.loads(
        cipher.decrypt(version.secrets, purpose=_SECRETS)
    )
    return opened
