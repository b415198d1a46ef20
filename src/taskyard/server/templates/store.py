"""The SQL of templates, their versions and the files they are made of."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    delete,
    func,
    or_,
    select,
    text,
    true,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.server.db.tables import (
    FileRow,
    ModulesRow,
    OrganizationRow,
    TemplateRow,
    TemplateVersionRow,
    UserRow,
    WorkspaceRow,
)
from taskyard.server.identity.actor import Actor

__all__ = ["TemplateStore", "may_use"]

_BUILD_TIMES: Final = text("""
select w.template_id, b.transition,
       percentile_cont(0.5) within group (order by j.completed_at - j.started_at) as p50,
       percentile_cont(0.95) within group (order by j.completed_at - j.started_at) as p95
from workspace_builds b
join workspaces w on w.id = b.workspace_id
join provisioner_jobs j on j.id = b.job_id
where w.template_id = any(:ids) and j.completed_at > :since
  and j.started_at is not null and j.error is null
group by w.template_id, b.transition
""")


def may_use(actor: Actor) -> ColumnElement[bool]:
    """The templates that the actor may make workspaces of, as a condition."""
    if actor.reads_everything or actor.manages_templates:
        return true()
    return TemplateRow.organization_id.in_(actor.organization_ids)


class TemplateStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    # -- templates --------------------------------------------------------------------

    async def add(self, row: TemplateRow | TemplateVersionRow | FileRow) -> None:
        self._session.add(row)
        await self._session.flush()

    async def template(
        self, *conditions: ColumnElement[bool], lock: bool = False
    ) -> TemplateRow | None:
        query = select(TemplateRow).where(TemplateRow.deleted_at.is_(None), *conditions)
        if lock:
            query = query.with_for_update(key_share=True)
        return await self._session.scalar(query)

    async def keep_template(self, template_id: UUID) -> TemplateRow | None:
        """The template, which cannot be deleted until this transaction has ended."""
        return await self._session.scalar(
            select(TemplateRow)
            .where(TemplateRow.id == template_id, TemplateRow.deleted_at.is_(None))
            .with_for_update(read=True)
        )

    async def templates(self, *conditions: ColumnElement[bool]) -> list[TemplateRow]:
        rows = await self._session.scalars(
            select(TemplateRow)
            .where(TemplateRow.deleted_at.is_(None), *conditions)
            .order_by(func.lower(TemplateRow.name), TemplateRow.id)
        )
        return list(rows)

    async def update_template(self, id_: UUID, **values: Any) -> None:
        await self._session.execute(
            update(TemplateRow)
            .where(TemplateRow.id == id_)
            .values(**values)
            .execution_options(synchronize_session="fetch")
        )

    async def count_workspaces(self, template_id: UUID) -> int:
        count = await self._session.scalar(
            select(func.count())
            .select_from(WorkspaceRow)
            .where(
                WorkspaceRow.template_id == template_id,
                WorkspaceRow.deleted_at.is_(None),
            )
        )
        return count or 0

    async def user_counts(self, ids: Collection[UUID]) -> dict[UUID, int]:
        """How many people have a workspace of each template."""
        rows = await self._session.execute(
            select(
                WorkspaceRow.template_id,
                func.count(WorkspaceRow.owner_id.distinct()),
            )
            .where(WorkspaceRow.template_id.in_(ids), WorkspaceRow.deleted_at.is_(None))
            .group_by(WorkspaceRow.template_id)
        )
        return {row[0]: row[1] for row in rows}

    async def build_times(
        self, ids: Collection[UUID], since: datetime
    ) -> Sequence[Row[Any]]:
        """(template_id, transition, p50, p95) of the builds that succeeded since."""
        values = {"ids": list(ids), "since": since}
        return (await self._session.execute(_BUILD_TIMES, values)).all()

    # -- versions ---------------------------------------------------------------------

    async def version(
        self, *conditions: ColumnElement[bool], lock: bool = False
    ) -> TemplateVersionRow | None:
        query = select(TemplateVersionRow).where(*conditions)
        if lock:
            query = query.with_for_update(key_share=True)
        return await self._session.scalar(query)

    async def version_for(
        self, actor: Actor, *conditions: ColumnElement[bool]
    ) -> TemplateVersionRow | None:
        """A version of a template the actor may use; of none yet: for who imports."""
        visible = TemplateVersionRow.template_id.in_(
            select(TemplateRow.id).where(
                TemplateRow.deleted_at.is_(None), may_use(actor)
            )
        )
        if actor.reads_everything or actor.manages_templates:
            visible = or_(visible, TemplateVersionRow.template_id.is_(None))
        return await self.version(visible, *conditions)

    async def versions(
        self,
        template_id: UUID,
        *,
        archived: bool,
        after_id: UUID | None,
        limit: int,
        offset: int,
    ) -> list[TemplateVersionRow]:
        """Newest first."""
        query = select(TemplateVersionRow).where(
            TemplateVersionRow.template_id == template_id
        )
        if not archived:
            query = query.where(TemplateVersionRow.archived.is_(False))
        if after_id is not None:
            last = select(TemplateVersionRow.created_at, TemplateVersionRow.id).where(
                TemplateVersionRow.id == after_id
            )
            pair = func.row(TemplateVersionRow.created_at, TemplateVersionRow.id)
            query = query.where(pair < last.scalar_subquery())
        rows = await self._session.scalars(
            query.order_by(
                TemplateVersionRow.created_at.desc(), TemplateVersionRow.id.desc()
            )
            .limit(limit)
            .offset(offset)
        )
        return list(rows)

    async def versions_by_id(
        self, ids: Collection[UUID]
    ) -> dict[UUID, TemplateVersionRow]:
        rows = await self._session.scalars(
            select(TemplateVersionRow).where(TemplateVersionRow.id.in_(ids))
        )
        return {row.id: row for row in rows}

    async def update_version(self, id_: UUID, **values: Any) -> None:
        await self._session.execute(
            update(TemplateVersionRow)
            .where(TemplateVersionRow.id == id_)
            .values(**values)
            .execution_options(synchronize_session="fetch")
        )

    async def modules(self, version_id: UUID) -> bytes | None:
        return await self._session.scalar(
            select(ModulesRow.data).where(ModulesRow.template_version_id == version_id)
        )

    async def replace_modules(self, row: ModulesRow) -> None:
        await self._session.execute(
            delete(ModulesRow).where(
                ModulesRow.template_version_id == row.template_version_id
            )
        )
        self._session.add(row)
        await self._session.flush()

    # -- files ------------------------------------------------------------------------

    async def file(self, *conditions: ColumnElement[bool]) -> FileRow | None:
        return await self._session.scalar(select(FileRow).where(*conditions))

    async def file_data(self, id_: UUID) -> bytes | None:
        return await self._session.scalar(select(FileRow.data).where(FileRow.id == id_))

    # -- neighbours -------------------------------------------------------------------

    async def users(self, ids: Collection[UUID]) -> dict[UUID, UserRow]:
        rows = await self._session.scalars(select(UserRow).where(UserRow.id.in_(ids)))
        return {row.id: row for row in rows}

    async def organizations(self, ids: Collection[UUID]) -> dict[UUID, OrganizationRow]:
        rows = await self._session.scalars(
            select(OrganizationRow).where(OrganizationRow.id.in_(ids))
        )
        return {row.id: row for row in rows}
