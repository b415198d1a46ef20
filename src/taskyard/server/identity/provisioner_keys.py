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

#: How the names of keys begin that the server makes for its own provisioners.
BUILT_IN: Final = "built-in"
_KEPT_BUILT_IN: Final = 3  # of earlier starts: a server may die a few times in a row
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

    async def new_built_in(self) -> str:
        """A key for the provisioners that this start of the server brings along.

        That of the start before stays good: a provisioner whose server was killed
        finishes its builds and reports them to the next one.
        """
        old = await self._session.scalars(
            select(ProvisionerKeyRow.id)
            .where(ProvisionerKeyRow.name.startswith(f"{BUILT_IN}-"))
            .order_by(ProvisionerKeyRow.created_at.desc(), ProvisionerKeyRow.id)
            .offset(_KEPT_BUILT_IN)
        )
        await self._session.execute(
            delete(ProvisionerKeyRow).where(ProvisionerKeyRow.id.in_(old.all()))
        )
        return await self._add(f"{BUILT_IN}-{random_text(8)}", {})

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
