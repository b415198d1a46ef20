"""Keys of provisioners: minted once, stored as a hash."""

from collections.abc import Mapping
from typing import Final
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.kit.clock import Clock
from taskyard.kit.crypto import digest, random_text
from taskyard.server.db.tables import ProvisionerKeyRow
from taskyard.server.provisioning.errors import ProvisionerKeyInvalid
from taskyard.server.provisioning.store import JobStore

__all__ = ["KEY_PREFIX", "ProvisionerKeys"]

KEY_PREFIX: Final = "tyk-prov-"
_SECRET_LENGTH: Final = 43  # 256 bits: it is not changed often


class ProvisionerKeys:
    def __init__(self, *, session: AsyncSession, clock: Clock) -> None:
        self._store = JobStore(session)
        self._clock = clock

    async def mint(self, name: str, *, tags: Mapping[str, str] | None = None) -> str:
        """A new key under that name; an earlier one of the name stops working."""
        key = KEY_PREFIX + random_text(_SECRET_LENGTH)
        await self._store.replace_key(
            ProvisionerKeyRow(
                id=uuid4(),
                name=name,
                secret_hash=digest(key),
                tags=dict(tags or {}),
                created_at=self._clock.now(),
            )
        )
        return key

    async def authenticate(self, authorization: str) -> ProvisionerKeyRow:
        """The key behind an `Authorization` header. Raises ProvisionerKeyInvalid."""
        scheme, _, key = authorization.partition(" ")
        # Looked up by its hash: how long that takes says nothing about the key.
        if scheme.lower() == "bearer" and (
            row := await self._store.key_by_hash(digest(key.strip()))
        ):
            return row
        raise ProvisionerKeyInvalid(
            detail="Make a key with `taskyard provisioner key create NAME`."
        )
