"""Durable jobs: enqueue with your rows, run under a lease, finish with your rows.

Three promises, each kept by one statement:

* **Enqueue is transactional.** A job is a row; it exists exactly when the rows it is
  about exist.
* **One key, one runner.** Jobs of one key run one at a time, oldest first (`_CLAIM`
  takes the head of a key only; the unique index `uq_jobs_one_running_per_key` is the
  guard nobody can talk past).
* **The effects of a lost runner do not land.** Who works on a job writes its results and
  calls `finish` in one transaction; `finish` matches the current lease token only,
  otherwise `LeaseLost` rolls the results back.

`worker.py` runs jobs inside the server with these functions; a provisioner, on whatever
host, is given `claim`, `renew`, `finish` and `retry` over HTTP.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.kit.errors import Conflict

__all__ = [
    "ClaimedJob",
    "LeaseLost",
    "claim",
    "enqueue",
    "finish",
    "prune",
    "renew",
    "request_cancel",
    "retry",
]

_ENQUEUE: Final = text("""
insert into jobs (kind, key, payload, priority, run_at, unique_name)
values (:kind, :key, cast(:payload as jsonb), :priority, now() + :delay, :unique_name)
on conflict (unique_name) where state = 'ready' do nothing
returning id
""")
_CLAIM: Final = text("""
update jobs set state = 'running', lease_token = gen_random_uuid(),
                lease_until = now() + :ttl, worker = :worker, attempt = attempt + 1
where id in (
    select id from jobs j
    where j.kind = any(:kinds)
      and coalesce(j.payload -> 'tags', '{}') <@ cast(:tags as jsonb)
      and ((j.state = 'ready' and j.run_at <= now())
           or (j.state = 'running' and j.lease_until < now()))
      and (j.key is null or not exists (
          select 1 from jobs o
          where o.key = j.key and o.id <> j.id
            and ((o.state = 'ready' and o.id < j.id) or o.state = 'running')))
    order by j.priority desc, j.id
    limit :slots
    for update skip locked)
returning id, kind, key, payload, attempt, lease_token, cancel_requested_at
""")
_RENEW: Final = text("""
update jobs set lease_until = now() + :ttl
where id = :id and lease_token = :token and state = 'running'
returning cancel_requested_at is not null
""")
_FINISH: Final = text("""
update jobs set state = :state, error = :error, finished_at = now(),
                lease_token = null, lease_until = null
where id = :id and lease_token = :token
returning id
""")
_RETRY: Final = text("""
update jobs set state = 'ready', run_at = now() + :delay, error = :error,
                lease_token = null, lease_until = null
where id = :id and lease_token = :token
returning id
""")
_CANCEL: Final = text("""
update jobs set cancel_requested_at = now(),
       state = case state when 'ready' then 'cancelled' else state end,
       finished_at = case state when 'ready' then now() end
where id = :id and state in ('ready', 'running') and cancel_requested_at is null
returning state
""")
_PRUNE: Final = text("""
delete from jobs where finished_at < now() - :age
""")


class LeaseLost(Conflict):
    """This job is somebody else's now: stop acting, nothing of yours was stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedJob:
    """A job in the hands of one runner, until its lease lapses."""

    id: int
    kind: str
    key: str | None
    payload: Mapping[str, Any]
    attempt: int  # 1 for the first
    token: UUID
    cancel_requested: bool


async def enqueue(
    session: AsyncSession,
    kind: str,
    *,
    key: str | None = None,
    payload: Mapping[str, Any] | None = None,
    priority: int = 0,
    delay: timedelta = timedelta(0),
    unique_name: str | None = None,
) -> int | None:
    """Add a job; its id, or None when one of that `unique_name` already waits.

    `payload["tags"]` (name to value), when there, are what a claimer must offer.
    """
    return await session.scalar(
        _ENQUEUE,
        {
            "kind": kind,
            "key": key,
            "payload": json.dumps(dict(payload or {}), default=str),
            "priority": priority,
            "delay": delay,
            "unique_name": unique_name,
        },
    )


async def request_cancel(
    session: AsyncSession, job_id: int
) -> Literal["cancelled", "running", "over"]:
    """Ask for the end of a job.

    `cancelled`: it had not begun and never will; `running`: whoever runs it is told at
    its next `renew`; `over`: it had ended, or was asked already.
    """
    state = await session.scalar(_CANCEL, {"id": job_id})
    return state or "over"


async def claim(
    session: AsyncSession,
    kinds: Sequence[str],
    *,
    worker: str,
    ttl: timedelta,
    slots: int = 1,
    tags: Mapping[str, str] | None = None,
) -> list[ClaimedJob]:
    """Take up to `slots` jobs for `ttl`, oldest of the highest priority first.

    Raises sqlalchemy's IntegrityError when another claimer was faster for the same key:
    roll back and look again.
    """
    rows = await session.execute(
        _CLAIM,
        {
            "kinds": list(kinds),
            "worker": worker,
            "ttl": ttl,
            "slots": slots,
            "tags": json.dumps(dict(tags or {})),
        },
    )
    claimed = [_claimed(row) for row in rows]
    return sorted(claimed, key=lambda job: job.id)


def _claimed(row: Row[Any]) -> ClaimedJob:
    return ClaimedJob(
        id=row.id,
        kind=row.kind,
        key=row.key,
        payload=row.payload,
        attempt=row.attempt,
        token=row.lease_token,
        cancel_requested=row.cancel_requested_at is not None,
    )


async def renew(
    session: AsyncSession, job_id: int, token: UUID, *, ttl: timedelta
) -> bool:
    """Keep the lease for another `ttl`; True when the job is asked to stop.

    Raises LeaseLost.
    """
    cancel = await session.scalar(_RENEW, {"id": job_id, "token": token, "ttl": ttl})
    if cancel is None:
        raise LeaseLost
    return bool(cancel)


async def finish(
    session: AsyncSession,
    job_id: int,
    token: UUID,
    *,
    state: Literal["done", "failed", "cancelled"] = "done",
    error: str | None = None,
) -> None:
    """End the job, inside the transaction that writes its results. Raises LeaseLost."""
    values = {"id": job_id, "token": token, "state": state, "error": error}
    if await session.scalar(_FINISH, values) is None:
        raise LeaseLost


async def retry(
    session: AsyncSession, job_id: int, token: UUID, *, delay: timedelta, error: str
) -> None:
    """Give the job back, to be run again after `delay`. Raises LeaseLost."""
    values = {"id": job_id, "token": token, "delay": delay, "error": error}
    if await session.scalar(_RETRY, values) is None:
        raise LeaseLost


async def prune(session: AsyncSession, *, older_than: timedelta) -> None:
    """Forget jobs that ended longer than that ago."""
    await session.execute(_PRUNE, {"age": older_than})
