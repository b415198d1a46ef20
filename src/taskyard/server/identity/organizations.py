"""Organizations: what holds templates, and the people who may use them."""

from contextlib import suppress
from uuid import UUID

from sqlalchemy import func, or_
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.server.db.tables import OrganizationRow
from taskyard.server.identity.actor import Actor
from taskyard.server.identity.errors import OrganizationNotFound
from taskyard.server.identity.store import IdentityStore
from taskyard.server.identity.users import UserDetails

__all__ = ["OrganizationService"]


class OrganizationService:
    def __init__(self, *, session: AsyncSession) -> None:
        self._store = IdentityStore(session)

    async def find(self, actor: Actor, reference: str) -> OrganizationRow:
        """A uuid, a name or `default`, if the actor may see it."""
        named = func.lower(OrganizationRow.name) == reference.lower()
        if reference == "default":
            named = or_(named, OrganizationRow.is_default)
        with suppress(ValueError):
            named = OrganizationRow.id == UUID(reference)
        found = await self._store.find_organizations(named)
        visible = [row for row in found if _may_see(actor, row.id)]
        if not visible:
            raise OrganizationNotFound
        return visible[0]

    async def list_of(self, actor: Actor, user_id: UUID) -> list[OrganizationRow]:
        """Those that the user is in and the actor may see, the default one first."""
        ids = (await self._store.organizations_of([user_id]))[user_id]
        rows = await self._store.find_organizations(OrganizationRow.id.in_(ids))
        return [row for row in rows if _may_see(actor, row.id)]

    async def find_of(
        self, actor: Actor, user_id: UUID, reference: str
    ) -> OrganizationRow:
        """As `find`, among those that the user is in."""
        found = await self.find(actor, reference)
        if not await self.has_member(found.id, user_id):
            raise OrganizationNotFound
        return found

    async def list_all(self, actor: Actor) -> list[OrganizationRow]:
        rows = await self._store.find_organizations()
        return [row for row in rows if _may_see(actor, row.id)]

    async def members(self, actor: Actor, organization_id: UUID) -> list[UserDetails]:
        """Everybody in it for those who manage; else the actor alone."""
        rows = await self._store.members_of(organization_id)
        sees_all = actor.reads_everything or actor.manages_templates
        mine = [row for row in rows if sees_all or row.id == actor.user_id]
        organizations = await self._store.organizations_of([row.id for row in mine])
        return [UserDetails(row, organizations[row.id]) for row in mine]

    async def has_member(self, organization_id: UUID, user_id: UUID) -> bool:
        ids = (await self._store.organizations_of([user_id]))[user_id]
        return organization_id in ids


def _may_see(actor: Actor, organization_id: UUID) -> bool:
    return organization_id in actor.organization_ids or actor.reads_everything
