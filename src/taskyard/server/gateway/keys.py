"""Who may use the gateway: keys that are good for one build of one workspace."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

__all__ = ["Caller", "KeyLookup"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The workspace behind a key that is in force."""

    workspace_id: UUID
    task_id: UUID | None


class KeyLookup(Protocol):
    async def find(self, key_hash: bytes) -> Caller | None:
        """The caller of the key with this SHA-256; None when unknown or revoked."""
        ...
