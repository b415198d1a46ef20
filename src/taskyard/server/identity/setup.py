"""The first start: the deployment's own row, and the one-time link for the first user."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.kit.clock import Clock
from taskyard.kit.crypto import digest, random_text
from taskyard.server.db.tables import (
    DeploymentRow,
    OrganizationRow,
    SetupTokenRow,
)
from taskyard.server.identity.actor import Role
from taskyard.server.identity.errors import AlreadySetUp, SetupTokenInvalid
from taskyard.server.identity.store import IdentityStore
from taskyard.server.identity.users import NewUser, UserDetails, UserService

__all__ = ["SetupService", "ensure_deployment"]


async def ensure_deployment(session: AsyncSession, now: datetime) -> UUID:
    """Make the deployment's row and the organization `default` if missing; its id."""
    store = IdentityStore(session)
    await store.lock_set_up()
    row = await store.deployment()
    if row is None:
        row = DeploymentRow(id=uuid4(), created_at=now)
        await store.add_deployment(row)
    if await store.default_organization() is None:
        organization = OrganizationRow(
            id=uuid4(),
            name="default",
            display_name="Default",
            is_default=True,
            created_at=now,
            updated_at=now,
        )
        await store.add_organization(organization)
    return row.id


class SetupService:
    def __init__(
        self,
        *,
        session: AsyncSession,
        users: UserService,
        clock: Clock,
        lifetime: timedelta,
    ) -> None:
        self._store = IdentityStore(session)
        self._users = users
        self._clock = clock
        self._lifetime = lifetime

    async def is_needed(self) -> bool:
        return await self._store.count_users() == 0

    async def new_link_token(self) -> str | None:
        """The secret of a new link, the only one that is valid; None once there are users."""
        await self._store.lock_set_up()
        if not await self.is_needed():
            return None
        secret = random_text(32)
        now = self._clock.now()
        row = SetupTokenRow(
            secret_hash=digest(secret), created_at=now, expires_at=now + self._lifetime
        )
        await self._store.replace_setup_token(row)
        return secret

    async def create_first_user(self, setup_token: str, user: NewUser) -> UserDetails:
        """Make the first owner. Raises SetupTokenInvalid, AlreadySetUp, WeakPassword."""
        await self._store.lock_set_up()
        if not await self.is_needed():
            raise AlreadySetUp
        row = await self._store.setup_token(digest(setup_token))
        if row is None or row.expires_at <= self._clock.now():
            raise SetupTokenInvalid(
                detail="The server prints a new link each time it starts, "
                "until there is a user."
            )

        created = await self._users.create(user, roles=[Role.OWNER])
        await self._store.delete_setup_tokens()
        return created
