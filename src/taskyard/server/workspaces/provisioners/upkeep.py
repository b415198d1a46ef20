"""Find what nobody works on any more, and forget what nobody needs."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from taskyard.kit.clock import Clock
from taskyard.server.db import jobs as queue
from taskyard.server.db import topics
from taskyard.server.db.broadcast import notify
from taskyard.server.db.tables import (
    AgentLogRow,
    AppStatusRow,
    BuildRow,
    EgressDecisionRow,
    FileRow,
    GatewayUsageRow,
    ProvisionerJobRow,
    RunnerStreamRow,
    TemplateVersionRow,
    TokenRow,
    WorkspaceRow,
)
from taskyard.server.provisioning.jobs import (
    JOB_KIND,
    QUEUE_RETENTION,
    ProvisionerJobs,
)
from taskyard.server.provisioning.store import JobStore
from taskyard.server.workspaces.hints import hint_workspace
from taskyard.server.workspaces.provisioners.service import (
    TIMED_OUT,
    ProvisionerService,
)

__all__ = ["Retention", "Upkeep", "UpkeepSettings"]

#: Imports that failed and were never made a template: kept for a look at their logs.
_FAILED_IMPORTS: Final = timedelta(days=7)
#: Tokens and sessions of users after their end: kept for a look at who had one.
_ENDED_TOKENS: Final = timedelta(days=30)
#: Statuses of a workspace's apps: the newest so many, however young.
_APP_STATUSES: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class UpkeepSettings:
    attempts: int
    queue_timeout: timedelta
    build_timeout: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    logs: timedelta
    states: timedelta
    uploads: timedelta
    usage: timedelta


class Upkeep:
    """Each method is one step of a loop, and safe to run on several servers at once."""

    def __init__(
        self,
        *,
        session: AsyncSession,
        jobs: ProvisionerJobs,
        provisioners: ProvisionerService,
        clock: Clock,
        settings: UpkeepSettings,
        retention: Retention,
    ) -> None:
        self._session = session
        self._store = JobStore(session)
        self._jobs = jobs
        self._provisioners = provisioners
        self._clock = clock
        self._settings = settings
        self._retention = retention

    # -- what nobody works on ---------------------------------------------------------

    async def settle_lapsed(self) -> None:
        """End jobs whose provisioners went silent, or offer them to another one.

        A canceled one is canceled now; one that was begun often enough fails.
        """
        for lapsed in await self._store.lapsed(JOB_KIND):
            row = await self._store.by_job(lapsed.id)
            if row is None:
                continue
            if lapsed.cancel:
                await self._provisioners.end_canceled(row, lapsed.lease_token)
            elif lapsed.attempt >= self._settings.attempts:
                await self._provisioners.give_up(row, lapsed.lease_token)
            else:
                await notify(self._session, topics.PROVISIONER_READY, "any")

    async def give_up_waiting(self) -> None:
        """Fail jobs that no provisioner has taken for too long."""
        limit = self._settings.queue_timeout
        before = self._clock.now() - limit
        for row in await self._store.waiting_since(JOB_KIND, before):
            tags = f" with the tags {row.tags}" if row.tags else ""
            await self._jobs.give_up(
                row,
                error=(
                    f"No provisioner{tags} took this job within {_spoken(limit)}. Start "
                    "one (`taskyard provisioner`), or let the running ones do more at "
                    "a time (TASKYARD_PROVISIONER_SLOTS)."
                ),
                error_code="no_provisioner",
            )
            await self._hint(row)

    async def stop_late(self) -> None:
        """Ask for the end of jobs that run for too long; they fail, with this reason."""
        limit = self._settings.build_timeout
        late = await self._session.scalars(
            select(ProvisionerJobRow).where(
                ProvisionerJobRow.started_at < self._clock.now() - limit,
                ProvisionerJobRow.completed_at.is_(None),
                ProvisionerJobRow.canceled_at.is_(None),
                ProvisionerJobRow.error_code.is_(None),
            )
        )
        for row in late:
            if await queue.request_cancel(self._session, row.job_id) != "running":
                continue
            await self._store.update(
                row.id,
                error_code=TIMED_OUT,
                error=f"It ran longer than {_spoken(limit)} and was stopped.",
            )
            await notify(self._session, topics.JOB_CANCEL, row.id)

    async def _hint(self, row: ProvisionerJobRow) -> None:
        workspace_id = await self._session.scalar(
            select(BuildRow.workspace_id).where(BuildRow.job_id == row.id)
        )
        if workspace_id is not None:
            await hint_workspace(self._session, workspace_id)

    # -- what nobody needs ------------------------------------------------------------

    async def prune(self) -> None:
        now = self._clock.now()
        await self._store.prune_logs(now - self._retention.logs)
        await self._prune_agents(now - self._retention.logs)
        await self._prune_states(now - self._retention.states)
        await self._prune_imports(now - _FAILED_IMPORTS)
        await self._prune_uploads(now - self._retention.uploads)
        await self._prune_usage(now - self._retention.usage)
        await self._session.execute(
            delete(TokenRow).where(TokenRow.expires_at < now - _ENDED_TOKENS)
        )
        await queue.prune(self._session, older_than=QUEUE_RETENTION)

    async def _prune_agents(self, before: datetime) -> None:
        """What runners and sandboxes said; the newest status of a workspace stays.

        How far the outbox of a runner is stored must be known as long as it may dial: that
        is as long as its workspace is there.
        """
        newer = aliased(AppStatusRow)
        is_newest = ~(
            select(newer.id)
            .where(
                newer.workspace_id == AppStatusRow.workspace_id,
                newer.created_at > AppStatusRow.created_at,
            )
            .exists()
        )
        deleted = select(WorkspaceRow.id).where(WorkspaceRow.deleted_at < before)
        for gone in (
            delete(RunnerStreamRow).where(RunnerStreamRow.workspace_id.in_(deleted)),
            delete(AgentLogRow).where(AgentLogRow.created_at < before),
            delete(EgressDecisionRow).where(EgressDecisionRow.at < before),
            delete(AppStatusRow).where(AppStatusRow.created_at < before, ~is_newest),
        ):
            await self._session.execute(
                gone.execution_options(synchronize_session=False)
            )

        place = func.row_number().over(
            partition_by=AppStatusRow.workspace_id,
            order_by=AppStatusRow.created_at.desc(),
        )
        placed = select(AppStatusRow.id, place.label("place")).subquery()
        too_many = select(placed.c.id).where(placed.c.place > _APP_STATUSES)
        await self._session.execute(
            delete(AppStatusRow)
            .where(AppStatusRow.id.in_(too_many))
            .execution_options(synchronize_session=False)
        )

    async def _prune_usage(self, before: datetime) -> None:
        await self._session.execute(
            delete(GatewayUsageRow)
            .where(GatewayUsageRow.at < before)
            .execution_options(synchronize_session=False)
        )

    async def _prune_states(self, before: datetime) -> None:
        """Keep the newest state of each workspace that is there."""
        newest = (
            select(
                BuildRow.workspace_id, func.max(BuildRow.build_number).label("number")
            )
            .join(WorkspaceRow, WorkspaceRow.id == BuildRow.workspace_id)
            .where(BuildRow.state.is_not(None), WorkspaceRow.deleted_at.is_(None))
            .group_by(BuildRow.workspace_id)
            .subquery()
        )
        is_newest = (
            select(newest.c.number)
            .where(
                newest.c.workspace_id == BuildRow.workspace_id,
                newest.c.number == BuildRow.build_number,
            )
            .exists()
        )
        await self._session.execute(
            update(BuildRow)
            .where(
                BuildRow.state.is_not(None), BuildRow.created_at < before, ~is_newest
            )
            .values(state=None)
            .execution_options(synchronize_session=False)
        )

    async def _prune_imports(self, before: datetime) -> None:
        failed = (
            select(TemplateVersionRow.id, TemplateVersionRow.job_id)
            .join(ProvisionerJobRow, ProvisionerJobRow.id == TemplateVersionRow.job_id)
            .where(
                TemplateVersionRow.template_id.is_(None),
                ProvisionerJobRow.error.is_not(None),
                ProvisionerJobRow.completed_at < before,
            )
        )
        found = (await self._session.execute(failed)).all()
        await self._session.execute(
            delete(TemplateVersionRow).where(
                TemplateVersionRow.id.in_([row.id for row in found])
            )
        )
        await self._session.execute(
            delete(ProvisionerJobRow).where(
                ProvisionerJobRow.id.in_([row.job_id for row in found])
            )
        )

    async def _prune_uploads(self, before: datetime) -> None:
        used_by_version = select(TemplateVersionRow.file_id).where(
            TemplateVersionRow.file_id == FileRow.id
        )
        used_by_job = select(ProvisionerJobRow.file_id).where(
            ProvisionerJobRow.file_id == FileRow.id
        )
        await self._session.execute(
            delete(FileRow)
            .where(
                FileRow.created_at < before,
                ~used_by_version.exists(),
                ~used_by_job.exists(),
            )
            .execution_options(synchronize_session=False)
        )


def _spoken(duration: timedelta) -> str:
    minutes = round(duration.total_seconds() / 60)
    return f"{minutes} minutes" if minutes != 1 else "a minute"
