"""The gateway's rows: keys, and what was used."""

from sqlalchemy import case, delete, insert, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from typing_extensions import override

from taskyard.kit.clock import Clock
from taskyard.server.db import topics
from taskyard.server.db.broadcast import notify
from taskyard.server.db.engine import Sessions
from taskyard.server.db.tables import GatewayKeyRow, GatewayLimitRow, GatewayUsageRow
from taskyard.server.gateway.keys import Caller
from taskyard.server.gateway.limits import Limit
from taskyard.server.gateway.usage import Usage, UsageSink

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


class SqlUsage(UsageSink):
    def __init__(self, *, sessions: Sessions, clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock

    @override
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
        # Whatever it speaks: it has found a model that answers.
        over = delete(GatewayLimitRow).where(
            GatewayLimitRow.workspace_id == caller.workspace_id
        )
        async with self._sessions.begin() as session:
            await session.execute(insert(GatewayUsageRow).values(**values))
            gone = await session.execute(over.returning(GatewayLimitRow.protocol))
            if gone.first() is not None and caller.task_id is not None:
                await notify(session, topics.TASK, caller.task_id)

    @override
    async def limit(self, caller: Caller, protocol: str, limit: Limit) -> None:
        now = self._clock.now()
        known = {"detail": limit.detail, "resets_at": limit.resets_at}
        statement = pg_insert(GatewayLimitRow).values(
            workspace_id=caller.workspace_id,
            protocol=protocol,
            reached_at=now,
            **known,
        )
        # An agent that keeps asking hears the same: it is limited since the first time.
        is_another = GatewayLimitRow.resets_at <= now
        since = case((is_another, now), else_=GatewayLimitRow.reached_at)
        async with self._sessions.begin() as session:
            await session.execute(
                statement.on_conflict_do_update(
                    index_elements=["workspace_id", "protocol"],
                    set_={"reached_at": since, **known},
                )
            )
            if caller.task_id is not None:
                await notify(session, topics.TASK, caller.task_id)
