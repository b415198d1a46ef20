"""Show a build while it runs, and wait until a task is in a state."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from datetime import timedelta
from typing import Final
from uuid import UUID

from taskyard.cli.errors import TaskBroke, TimedOut
from taskyard.cli.output import note
from taskyard.cli.reference import Reference
from taskyard.protocol.api.tasks import TaskDetail
from taskyard.protocol.api.templates import ProvisionerJobLog
from taskyard.protocol.api.workspaces import WorkspaceBuild
from taskyard.sdk import Client

__all__ = ["raise_if_broken", "show_build", "show_job_log", "until"]

#: Statuses that a task does not leave by itself.
BROKEN: Final = frozenset({"failed", "crashed"})


async def show_job_log(
    lines: AsyncGenerator[ProvisionerJobLog], *, quiet: bool = False
) -> None:
    """A heading for each stage, its lines under it."""
    stage = ""
    async with aclosing(lines):
        async for line in lines:
            if quiet or line.log_level in {"trace", "debug"}:
                continue
            if line.stage != stage:
                stage = line.stage
                note(f"==> {stage}", "bold")
            if line.output.strip():
                is_bad = line.log_level == "error"
                note(f"    {line.output.rstrip()}", "red" if is_bad else "dim")


async def show_build(
    client: Client, build: UUID, *, quiet: bool = False
) -> WorkspaceBuild:
    """The build when it has ended; `TaskBroke` when it did not succeed."""
    await show_job_log(client.workspaces.follow_build(build), quiet=quiet)
    ended = await client.workspaces.get_build(build)
    if ended.job.status != "succeeded":
        raise TaskBroke(
            f"The workspace build {ended.job.status}.",
            detail=ended.job.error or "Its log has the reason.",
        )
    return ended


async def until(
    client: Client,
    reference: Reference,
    is_reached: Callable[[TaskDetail], bool],
    *,
    limit: timedelta | None = None,
) -> TaskDetail:
    """The task as soon as `is_reached`; `TaskBroke` when it can no longer be."""
    try:
        async with asyncio.timeout(limit.total_seconds() if limit else None):
            return await _watch_until(client, reference, is_reached)
    except TimeoutError as error:
        raise TimedOut(detail=f"Waited {limit}; the task goes on.") from error


async def _watch_until(
    client: Client, reference: Reference, is_reached: Callable[[TaskDetail], bool]
) -> TaskDetail:
    watched = client.tasks.watch_status(reference.user, reference.name)
    async with aclosing(watched):
        async for task in watched:
            if is_reached(task):
                return task

            raise_if_broken(task)

    raise TaskBroke(f"The task {reference.name} was deleted.")


def raise_if_broken(task: TaskDetail) -> None:
    if task.work.status in BROKEN:
        raise TaskBroke(
            f"The task {task.name} {task.work.status}.", detail=task.work.detail
        )
