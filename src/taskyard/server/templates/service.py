"""Templates: made of an imported version, changed, promoted, deleted."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, exists, func
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.kit import search
from taskyard.kit.clock import Clock
from taskyard.kit.names import explain_invalid
from taskyard.server.db.tables import OrganizationRow, TemplateRow, TemplateVersionRow
from taskyard.server.identity.actor import Actor
from taskyard.server.provisioning.jobs import ProvisionerJobs
from taskyard.server.provisioning.status import job_status
from taskyard.server.templates.errors import (
    NameInvalid,
    NameTaken,
    TemplateInUse,
    TemplateNotFound,
    VersionNotFound,
    VersionNotPromotable,
)
from taskyard.server.templates.store import TemplateStore, may_use

__all__ = ["NewTemplate", "TemplateService"]

_KEYS: Final = ("organization", "name", "exact_name", "has-ai-task", "deprecated")
_BAD_QUERY: Final = "Invalid template search query."


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTemplate:
    organization_id: UUID
    version_id: UUID
    name: str
    display_name: str = ""
    description: str = ""
    icon: str = ""
    permission_policy: str = "allow_edits"


class TemplateService:
    def __init__(
        self, *, session: AsyncSession, jobs: ProvisionerJobs, clock: Clock
    ) -> None:
        self._session = session
        self._store = TemplateStore(session)
        self._jobs = jobs
        self._clock = clock

    async def create(self, actor: Actor, new: NewTemplate) -> TemplateRow:
        """Raises NameInvalid, NameTaken, VersionNotFound, VersionNotPromotable."""
        _check_name(new.name)
        version = await self._store.version(
            TemplateVersionRow.id == new.version_id,
            TemplateVersionRow.organization_id == new.organization_id,
            lock=True,
        )
        if version is None:
            raise VersionNotFound
        if version.template_id is not None:
            raise VersionNotPromotable(
                detail="The version belongs to another template already."
            )
        await self._check_imported(version)

        now = self._clock.now()
        row = TemplateRow(
            id=uuid4(),
            organization_id=new.organization_id,
            name=new.name,
            display_name=new.display_name,
            description=new.description,
            icon=new.icon,
            permission_policy=new.permission_policy,
            active_version_id=version.id,
            created_by=actor.user_id,
            created_at=now,
            updated_at=now,
        )
        try:
            async with self._session.begin_nested():
                await self._store.add(row)
        except IntegrityError:
            raise NameTaken("template", new.name) from None
        await self._store.update_version(version.id, template_id=row.id)
        return row

    async def find(
        self, actor: Actor, *conditions: ColumnElement[bool], lock: bool = False
    ) -> TemplateRow:
        """Raises TemplateNotFound."""
        row = await self._store.template(may_use(actor), *conditions, lock=lock)
        if row is None:
            raise TemplateNotFound
        return row

    async def by_id(
        self, actor: Actor, id_: UUID, *, lock: bool = False
    ) -> TemplateRow:
        return await self.find(actor, TemplateRow.id == id_, lock=lock)

    async def by_name(
        self, actor: Actor, organization_id: UUID, name: str
    ) -> TemplateRow:
        return await self.find(
            actor,
            TemplateRow.organization_id == organization_id,
            func.lower(TemplateRow.name) == name.lower(),
        )

    async def list_for(
        self, actor: Actor, *, query: str = "", organization_id: UUID | None = None
    ) -> list[TemplateRow]:
        """By name. Raises InvalidSearch."""
        conditions = _conditions(query)
        if organization_id is not None:
            conditions.append(TemplateRow.organization_id == organization_id)
        return await self._store.templates(may_use(actor), *conditions)

    async def change(
        self, template: TemplateRow, values: dict[str, Any]
    ) -> TemplateRow:
        """Set the named columns. Raises NameInvalid, NameTaken."""
        name = values.get("name")
        if name is not None:
            _check_name(name)
        try:
            async with self._session.begin_nested():
                await self._store.update_template(
                    template.id, updated_at=self._clock.now(), **values
                )
        except IntegrityError:
            raise NameTaken("template", str(name)) from None
        return template

    async def promote(self, template: TemplateRow, version_id: UUID) -> None:
        """Make a version of this template the one of new workspaces.

        Raises VersionNotFound, VersionNotPromotable.
        """
        version = await self._store.version(
            TemplateVersionRow.id == version_id,
            TemplateVersionRow.template_id == template.id,
        )
        if version is None:
            raise VersionNotFound
        if version.archived:
            raise VersionNotPromotable(detail="The version is archived: unarchive it.")
        await self._check_imported(version)
        await self._store.update_template(
            template.id, active_version_id=version.id, updated_at=self._clock.now()
        )

    async def _check_imported(self, version: TemplateVersionRow) -> None:
        status = job_status(await self._jobs.get(version.job_id))
        if status != "succeeded":
            raise VersionNotPromotable(
                detail=f"The import of the version is {status}: it must have succeeded."
            )

    async def delete(self, template: TemplateRow) -> None:
        """Raises TemplateInUse. `template` must be locked: see `find`."""
        count = await self._store.count_workspaces(template.id)
        if count:
            raise TemplateInUse(detail=f"{count} workspaces are made of it.")
        await self._store.update_template(template.id, deleted_at=self._clock.now())


def _check_name(name: str) -> None:
    if reason := explain_invalid(name):
        raise NameInvalid("template", reason)


def _conditions(query: str) -> list[ColumnElement[bool]]:
    terms = search.parse(query, keys=_KEYS, bare="name", message=_BAD_QUERY)
    name = func.lower(TemplateRow.name)
    conditions: list[ColumnElement[bool]] = []
    for key, value in terms.items():
        match key:
            case "name":
                conditions.append(name.contains(value, autoescape=True))
            case "exact_name":
                conditions.append(name == value)
            case "organization":
                conditions.append(_in_organization(value))
            case "has-ai-task":
                conditions.append(_is_task_template() == (value == "true"))
            case _:  # deprecated: none ever is
                conditions.append(TemplateRow.deleted_at.is_(None) == (value != "true"))
    return conditions


def _in_organization(name: str) -> ColumnElement[bool]:
    return exists().where(
        OrganizationRow.id == TemplateRow.organization_id,
        func.lower(OrganizationRow.name) == name,
    )


def _is_task_template() -> ColumnElement[bool]:
    return exists().where(
        TemplateVersionRow.id == TemplateRow.active_version_id,
        TemplateVersionRow.has_ai_task,
    )
