"""Keys with which provisioners sign in: `tyk-prov-...`, stored as hashes."""

from collections.abc import Mapping
from typing import Final
from uuid import uuid4

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.kit.clock import Clock
from taskyard.kit.crypto import digest, random_text
from taskyard.kit.errors import Conflict, InvalidRequest, NotFound, Unauthenticated
from taskyard.kit.names import explain_invalid
from taskyard.server.db.tables import ProvisionerKeyRow

__all__ = [
    "BUILT_IN",
    "ProvisionerKeyInvalid",
    "ProvisionerKeyNameTaken",
    "ProvisionerKeyNotFound",
    "ProvisionerKeyService",
]

#: The key of the provisioners that the server starts itself: a new one at each start.
BUILT_IN: Final = "built-in"
_PREFIX: Final = "tyk-prov-"


class ProvisionerKeyInvalid(Unauthenticated):
    """This is not a provisioner key of this server, or it was deleted."""


class ProvisionerKeyNotFound(NotFound):
    """There is no provisioner key with this name."""


class ProvisionerKeyNameTaken(Conflict):
    """A provisioner key with this name already exists."""


class ProvisionerKeyService:
    def __init__(self, *, session: AsyncSession, clock: Clock) -> None:
        self._session = session
        self._clock = clock

    async def create(self, name: str, *, tags: Mapping[str, str] | None = None) -> str:
        """Returns the key, once. Raises InvalidRequest, ProvisionerKeyNameTaken."""
        if reason := explain_invalid(name):
            raise InvalidRequest(f"The name of a provisioner key {reason}.")
        if await self._session.scalar(
            select(ProvisionerKeyRow.id).where(ProvisionerKeyRow.name == name)
        ):
            raise ProvisionerKeyNameTaken
        return await self._add(name, tags or {})

    async def replace_built_in(self) -> str:
        """A new key for the server's own provisioners; the last one ends."""
        await self._session.execute(
            delete(ProvisionerKeyRow).where(ProvisionerKeyRow.name == BUILT_IN)
        )
        return await self._add(BUILT_IN, {})

    async def identify(self, key: str) -> ProvisionerKeyRow:
        """Raises ProvisionerKeyInvalid."""
        row = await self._session.scalar(
            select(ProvisionerKeyRow).where(
                ProvisionerKeyRow.secret_hash == digest(key)
            )
        )
        if row is None or not key.startswith(_PREFIX):
            raise ProvisionerKeyInvalid
        return row

    async def list_all(self) -> list[ProvisionerKeyRow]:
        rows = await self._session.scalars(
            select(ProvisionerKeyRow).order_by(ProvisionerKeyRow.name)
        )
        return list(rows)

    async def revoke(self, name: str) -> None:
        """Raises ProvisionerKeyNotFound."""
        done = await self._session.scalar(
            delete(ProvisionerKeyRow)
            .where(ProvisionerKeyRow.name == name)
            .returning(ProvisionerKeyRow.id)
        )
        if done is None:
            raise ProvisionerKeyNotFound

    async def _add(self, name: str, tags: Mapping[str, str]) -> str:
        key = _PREFIX + random_text(43)
        row = ProvisionerKeyRow(
            id=uuid4(),
            name=name,
            secret_hash=digest(key),
            tags=dict(tags),
            created_at=self._clock.now(),
        )
        self._session.add(row)
        await self._session.flush()
        return key
