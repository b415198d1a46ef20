"""The gateway's rows: keys, and what was used."""

from sqlalchemy import insert, select

from taskyard.kit.clock import Clock
from taskyard.server.db.engine import Sessions
from taskyard.server.db.tables import GatewayKeyRow, GatewayUsageRow
from taskyard.server.gateway.keys import Caller
from taskyard.server.gateway.usage import Usage

__all__ = ["SqlKeys", "SqlUsage"]


class SqlKeys:
    """Each lookup is one short transaction: a call to a model may last minutes."""

    def __init__(self, *, sessions: Sessions) -> None:
        self._sessions = sessions

    async def find(self, key_hash: bytes) -> Caller | None:
        statement = select(GatewayKeyRow.workspace_id, GatewayKeyRow.task_id).where(
            GatewayKeyRow.key_hash == key_hash, GatewayKeyRow.revoked_at.is_(None)
        )
        async with self._sessions.begin() as session:
            row = (await session.execute(statement)).one_or_none()

        if row is None:
            return None
        return Caller(workspace_id=row.workspace_id, task_id=row.task_id)


class SqlUsage:
    def __init__(self, *, sessions: Sessions, clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock

    async def record(self, caller: Caller, usage: Usage) -> None:
        values = {
            "workspace_id": caller.workspace_id,
            "task_id": caller.task_id,
            "at": self._clock.now(),
            "protocol": usage.protocol,
            "model": usage.model,
            "input_tokens": usage.input_tokens,
            "cache_read_tokens": usage.cache_read_tokens,
            "cache_write_tokens": usage.cache_write_tokens,
            "output_tokens": usage.output_tokens,
            "exact": usage.exact,
        }
        async with self._sessions.begin() as session:
            await session.execute(insert(GatewayUsageRow).values(**values))
