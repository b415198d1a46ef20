"""What builds made, loaded for many builds at once: resources, agents, apps, statuses."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.server.db.tables import (
    AgentRow,
    AppRow,
    AppStatusRow,
    ResourceRow,
)

__all__ = ["MAX_STATUSES", "Parts", "load_parts"]

#: Statuses of an app that are shown; Coder's clients show the last few.
MAX_STATUSES = 20


@dataclass(frozen=True, slots=True)
class Parts:
    """Each by the id of what it belongs to."""

    resources: dict[UUID, list[ResourceRow]] = field(
        default_factory=lambda: defaultdict(list)
    )
    agents: dict[UUID, list[AgentRow]] = field(
        default_factory=lambda: defaultdict(list)
    )
    apps: dict[UUID, list[AppRow]] = field(default_factory=lambda: defaultdict(list))
    statuses: dict[UUID, list[AppStatusRow]] = field(
        default_factory=lambda: defaultdict(list)
    )


async def load_parts(session: AsyncSession, build_ids: Collection[UUID]) -> Parts:
    """Four queries, however many builds."""
    parts = Parts()
    if not build_ids:
        return parts

    for resource in await session.scalars(
        select(ResourceRow)
        .where(ResourceRow.build_id.in_(build_ids))
        .order_by(ResourceRow.type, ResourceRow.name, ResourceRow.id)
    ):
        parts.resources[resource.build_id].append(resource)

    agents = await session.scalars(
        select(AgentRow).where(AgentRow.build_id.in_(build_ids)).order_by(AgentRow.name)
    )
    for agent in agents:
        parts.agents[agent.resource_id].append(agent)

    await _load_apps(session, parts)
    return parts


async def load_agent_parts(session: AsyncSession, agent: AgentRow) -> Parts:
    """The same of one agent."""
    parts = Parts()
    parts.agents[agent.resource_id].append(agent)
    await _load_apps(session, parts)
    return parts


async def _load_apps(session: AsyncSession, parts: Parts) -> None:
    agent_ids = [row.id for rows in parts.agents.values() for row in rows]
    if not agent_ids:
        return
    apps = await session.scalars(
        select(AppRow).where(AppRow.agent_row_id.in_(agent_ids)).order_by(AppRow.slug)
    )
    for app in apps:
        parts.apps[app.agent_row_id].append(app)

    for status in await session.scalars(_last_statuses(agent_ids)):
        parts.statuses[status.app_row_id].append(status)


def _last_statuses(agent_ids: list[UUID]) -> Select[AppStatusRow]:
    """The newest of each app, newest first; an app may have thousands."""
    number = (
        func.row_number()
        .over(
            partition_by=AppStatusRow.app_row_id,
            order_by=AppStatusRow.created_at.desc(),
        )
        .label("number")
    )
    ranked = (
        select(AppStatusRow.id, number)
        .where(AppStatusRow.agent_row_id.in_(agent_ids))
        .subquery()
    )
    return (
        select(AppStatusRow)
        .join(ranked, ranked.c.id == AppStatusRow.id)
        .where(ranked.c.number <= MAX_STATUSES)
        .order_by(AppStatusRow.created_at.desc())
    )
