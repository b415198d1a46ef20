"""Workspaces: created, found, listed, started, stopped, deleted.

`create`, `start`, `stop` and `delete` write rows only, in the caller's transaction: a
task, its workspace, the build and the job exist together or not at all. Who may do it is
decided by whoever looked the workspace up (`find(..., write=True)`).
"""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.kit.clock import Clock
from taskyard.kit.errors import Validation
from taskyard.kit.names import explain_invalid
from taskyard.server.db.tables import (
    BuildRow,
    TaskRow,
    TemplateRow,
    TemplateVersionRow,
    WorkspaceRow,
)
from taskyard.server.identity.actor import Actor
from taskyard.server.templates.store import TemplateStore
from taskyard.server.workspaces.builds import BuildOrder, BuildService
from taskyard.server.workspaces.errors import (
    BuildNotFound,
    CancelForbidden,
    NotYours,
    VersionUnusable,
    WorkspaceDeleted,
    WorkspaceNameInvalid,
    WorkspaceNameTaken,
    WorkspaceNotFound,
)
from taskyard.server.workspaces.search import conditions_of
from taskyard.server.workspaces.store import WorkspaceStore, may_read, may_write

__all__ = ["Parameters", "WorkspaceService"]

Parameters = Sequence[tuple[str, str]]


class WorkspaceService:
    def __init__(
        self, *, session: AsyncSession, builds: BuildService, clock: Clock
    ) -> None:
        self._session = session
        self._store = WorkspaceStore(session)
        self._templates = TemplateStore(session)
        self._builds = builds
        self._clock = clock

    # -- changes ----------------------------------------------------------------------

    async def create(
        self,
        *,
        owner_id: UUID,
        initiator_id: UUID,
        version: TemplateVersionRow,
        name: str,
        parameters: Parameters = (),
        preset_id: UUID | None = None,
        reason: str = "initiator",
        task: TaskRow | None = None,
    ) -> tuple[WorkspaceRow, BuildRow]:
        """A workspace and its first start.

        `task`: already added to the session, its `workspace_id` is set here. Raises
        WorkspaceNameInvalid, WorkspaceNameTaken, VersionUnusable, ParametersInvalid,
        PresetUnknown.
        """
        if problem := explain_invalid(name):
            raise WorkspaceNameInvalid(problem)
        template = await self._usable_template(version, owner_id)
        now = self._clock.now()
        workspace = WorkspaceRow(
            id=uuid4(),
            organization_id=template.organization_id,
            owner_id=owner_id,
            template_id=template.id,
            name=name,
            created_at=now,
            updated_at=now,
            last_used_at=now,
        )
        try:
            async with self._session.begin_nested():
                await self._store.add(workspace)
        except IntegrityError:
            raise WorkspaceNameTaken(name) from None

        if task is not None:
            task.workspace_id = workspace.id
            await self._session.flush()
        order = BuildOrder(
            transition="start",
            initiator_id=initiator_id,
            reason=reason,
            version=version,
            parameters=parameters,
            preset_id=preset_id,
        )
        return workspace, await self._builds.add(workspace.id, order, task=task)

    async def create_for(
        self,
        actor: Actor,
        *,
        owner_id: UUID,
        name: str,
        template_id: UUID | None,
        version_id: UUID | None,
        parameters: Parameters = (),
        preset_id: UUID | None = None,
    ) -> tuple[WorkspaceRow, BuildRow]:
        """As `create`, of a version or of the active one of a template. NotYours, too."""
        if owner_id != actor.user_id and not actor.manages_everything:
            raise NotYours("Only people with the role owner can create for others.")
        version = await self.usable_version(
            actor, template_id=template_id, version_id=version_id
        )
        return await self.create(
            owner_id=owner_id,
            initiator_id=actor.user_id,
            version=version,
            name=name,
            parameters=parameters,
            preset_id=preset_id,
        )

    async def usable_version(
        self, actor: Actor, *, template_id: UUID | None, version_id: UUID | None
    ) -> TemplateVersionRow:
        """The version, else the template's active one. Raises VersionUnusable."""
        wanted = TemplateVersionRow.id == version_id
        if version_id is None:
            active = select(TemplateRow.active_version_id).where(
                TemplateRow.id == template_id, TemplateRow.deleted_at.is_(None)
            )
            wanted = TemplateVersionRow.id == active.scalar_subquery()
        version = await self._templates.version_for(actor, wanted)
        if version is None:
            field = "template_id" if version_id is None else "template_version_id"
            raise VersionUnusable(validations=[Validation(field, "no such one")])
        return version

    async def _usable_template(
        self, version: TemplateVersionRow, owner_id: UUID
    ) -> TemplateRow:
        """Its template, which stays until this transaction has ended."""
        template = version.template_id and await self._templates.keep_template(
            version.template_id
        )
        if not template or version.archived:
            raise VersionUnusable(
                detail="It is archived, or belongs to no template.",
                validations=[Validation("template_version_id", "cannot be used")],
            )
        if not await self._store.is_member(template.organization_id, owner_id):
            # As for a template that is not there: the owner cannot see it.
            raise VersionUnusable(
                detail="The owner is not a member of the template's organization."
            )
        return template

    async def start(
        self,
        workspace_id: UUID,
        *,
        initiator_id: UUID,
        version: TemplateVersionRow | None = None,
        parameters: Parameters = (),
        preset_id: UUID | None = None,
        reason: str = "initiator",
    ) -> BuildRow:
        """Start it, or bring a running one up to date.

        `version`: None = that of its latest build. Raises BuildActive and as `create`.
        """
        order = BuildOrder(
            transition="start",
            initiator_id=initiator_id,
            reason=reason,
            version=version,
            parameters=parameters,
            preset_id=preset_id,
        )
        return await self._builds.add(workspace_id, order)

    async def stop(
        self,
        workspace_id: UUID,
        *,
        initiator_id: UUID,
        parameters: Parameters = (),
        reason: str = "initiator",
        when_active: Literal["refuse", "cancel"] = "refuse",
    ) -> BuildRow:
        """Raises BuildActive unless an active build is to be canceled.

        `parameters` may only repeat what the last start had (ParametersInvalid).
        """
        order = BuildOrder(
            transition="stop",
            initiator_id=initiator_id,
            parameters=parameters,
            reason=reason,
            when_active=when_active,
        )
        return await self._builds.add(workspace_id, order)

    async def delete(
        self,
        workspace_id: UUID,
        *,
        initiator_id: UUID,
        reason: str = "initiator",
        when_active: Literal["refuse", "cancel"] = "refuse",
        orphan: bool = False,
    ) -> BuildRow:
        """Destroy what it is made of; with `orphan` only forget it, at once.

        Raises BuildActive unless an active build is to be canceled.
        """
        order = BuildOrder(
            transition="delete",
            initiator_id=initiator_id,
            reason=reason,
            when_active=when_active,
        )
        if orphan:
            await self._store.lock_with_task(workspace_id)
        build = await self._builds.add(workspace_id, order)
        if orphan:
            await self._builds.orphan(build)
        return build

    def check_may_orphan(self, actor: Actor) -> None:
        """What is left behind costs whoever runs the machines. Raises NotYours."""
        if not actor.manages_templates:
            raise NotYours(
                "Only people who manage templates can orphan a workspace.",
                detail="Delete it without `orphan`.",
            )

    async def cancel(self, actor: Actor, build: BuildRow) -> None:
        """Ask for the end of an active build. Raises CancelForbidden, JobOver."""
        workspace = await self._store.workspace(WorkspaceRow.id == build.workspace_id)
        template = workspace and await self._templates.template(
            TemplateRow.id == workspace.template_id
        )
        allowed = template is None or template.allow_user_cancel_workspace_jobs
        if not (allowed or actor.manages_templates):
            raise CancelForbidden
        await self._builds.cancel(build)

    # -- looks ------------------------------------------------------------------------

    async def find(
        self, actor: Actor, *conditions: ColumnElement[bool], write: bool = False
    ) -> WorkspaceRow:
        """If the actor may see it. Raises WorkspaceNotFound, NotYours."""
        row = await self._store.workspace(may_read(actor), *conditions)
        if row is None:
            raise WorkspaceNotFound
        if write and not may_write(actor, row):
            raise NotYours
        return row

    async def by_id(
        self, actor: Actor, id_: UUID, *, write: bool = False, deleted: bool = True
    ) -> WorkspaceRow:
        """Also a deleted one, unless `deleted` is false. Raises WorkspaceDeleted."""
        row = await self.find(actor, WorkspaceRow.id == id_, write=write)
        if row.deleted_at is not None and not deleted:
            raise WorkspaceDeleted
        return row

    async def by_name(self, actor: Actor, owner_id: UUID, name: str) -> WorkspaceRow:
        return await self.find(
            actor,
            WorkspaceRow.owner_id == owner_id,
            func.lower(WorkspaceRow.name) == name.lower(),
            WorkspaceRow.deleted_at.is_(None),
        )

    async def list_for(
        self, actor: Actor, *, query: str = "", limit: int = 100, offset: int = 0
    ) -> tuple[list[WorkspaceRow], int]:
        """One page, last used first, and the number in all. Raises InvalidSearch."""
        conditions = [may_read(actor), *conditions_of(query, actor)]
        return await self._store.list_all(conditions, limit=limit, offset=offset)

    async def build(self, actor: Actor, id_: UUID, *, write: bool = False) -> BuildRow:
        """Raises BuildNotFound, NotYours."""
        row = await self._store.build(BuildRow.id == id_)
        if row is None:
            raise BuildNotFound
        await self.by_id(actor, row.workspace_id, write=write)
        return row

    async def build_by_number(self, workspace: WorkspaceRow, number: int) -> BuildRow:
        row = await self._store.build(
            BuildRow.workspace_id == workspace.id, BuildRow.build_number == number
        )
        if row is None:
            raise BuildNotFound
        return row

    async def builds_of(
        self, workspace: WorkspaceRow, *, limit: int = 25, offset: int = 0
    ) -> list[BuildRow]:
        """Newest first."""
        return await self._store.builds(workspace.id, limit=limit, offset=offset)

    async def latest_build(self, workspace_id: UUID) -> BuildRow:
        row = await self._store.latest_build(workspace_id)
        if row is None:
            raise BuildNotFound
        return row
