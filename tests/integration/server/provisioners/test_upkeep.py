"""What is forgotten, and what never is."""

from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import func, select

from taskyard.kit.clock import ManualClock
from taskyard.server.background.builds import prune
from taskyard.server.db.tables import (
    AgentLogRow,
    AgentRow,
    AppRow,
    AppStatusRow,
    BuildRow,
    EgressDecisionRow,
    FileRow,
    GatewayUsageRow,
    ProvisionerJobLogRow,
    ProvisionerJobRow,
    RunnerStreamRow,
    TemplateVersionRow,
    TokenRow,
)
from taskyard.server.factory import Factory, ProcessContext
from taskyard.testing.provisioners import FailingProvisioner
from tests.support.provisioning import Yard

pytestmark = pytest.mark.asyncio


async def count(process: ProcessContext, table: type) -> int:
    async with process.sessions() as session:
        found = await session.scalar(select(func.count()).select_from(table))
        return found or 0


async def states(process: ProcessContext) -> list[int]:
    """Numbers of the builds that have one."""
    async with process.sessions() as session:
        rows = await session.scalars(
            select(BuildRow.build_number)
            .where(BuildRow.state.is_not(None))
            .order_by(BuildRow.build_number)
        )
        return list(rows)


async def test_old_states_go_but_for_the_newest_of_a_workspace(
    yard: Yard, process: ProcessContext, clock: ManualClock
) -> None:
    workspace = await yard.workspace(await yard.template())
    await yard.build(workspace, "stop")
    clock.advance(timedelta(days=31))

    await prune(process)
    before = await states(process)
    async with process.sessions.begin() as session:
        await (
            Factory(process, session)
            .workspaces()
            .delete(UUID(workspace["id"]), initiator_id=yard.owner.id)
        )
    await yard.provisioner.run_all()
    clock.advance(timedelta(days=31))
    await prune(process)

    assert before == [2]
    assert await states(process) == []


async def test_old_logs_go_and_the_jobs_stay(
    yard: Yard, process: ProcessContext, clock: ManualClock
) -> None:
    await yard.workspace(await yard.template())
    clock.advance(timedelta(days=89))
    await prune(process)
    before = await count(process, ProvisionerJobLogRow)
    clock.advance(timedelta(days=2))

    await prune(process)

    assert before == 2
    assert await count(process, ProvisionerJobLogRow) == 0
    assert await count(process, ProvisionerJobRow) == 2


async def test_uploads_that_nothing_uses_go(
    yard: Yard, process: ProcessContext, clock: ManualClock
) -> None:
    await yard.version()
    await yard.upload({"main.tf": "never imported"})
    clock.advance(timedelta(days=2))

    await prune(process)

    assert await count(process, FileRow) == 1


async def test_failed_imports_of_no_template_go(
    yard: Yard,
    process: ProcessContext,
    clock: ManualClock,
    anonymous: httpx.AsyncClient,
) -> None:
    template = await yard.template()
    failing = FailingProvisioner(anonymous, yard.provisioner.key)
    for place in (None, template["id"]):
        await yard.version(template_id=place, run=False)
        await failing.run_one()
    clock.advance(timedelta(days=8))

    await prune(process)

    assert await count(process, TemplateVersionRow) == 2


async def test_what_runners_and_sandboxes_said_goes_but_for_the_last_status(
    yard: Yard, process: ProcessContext, clock: ManualClock
) -> None:
    await yard.workspace(await yard.template())
    async with process.sessions.begin() as session:
        agent = await session.scalar(select(AgentRow))
        app = await session.scalar(select(AppRow))
        assert agent is not None
        assert app is not None
        for number in range(3):
            clock.advance(timedelta(seconds=1))
            now = clock.now()
            session.add_all(
                [
                    AppStatusRow(
                        id=uuid4(),
                        workspace_id=agent.workspace_id,
                        agent_row_id=agent.id,
                        app_row_id=app.id,
                        state="idle",
                        message=str(number),
                        uri="",
                        source="report",
                        created_at=now,
                    ),
                    AgentLogRow(
                        agent_row_id=agent.id,
                        source="runner",
                        level="info",
                        output="x",
                        created_at=now,
                    ),
                    EgressDecisionRow(
                        workspace_id=agent.workspace_id,
                        at=now,
                        verdict="deny",
                        method="CONNECT",
                        host="x",
                        port=443,
                        rule="",
                        reason="",
                    ),
                ]
            )
    clock.advance(timedelta(days=91))

    await prune(process)

    assert await count(process, AgentLogRow) == 0
    assert await count(process, EgressDecisionRow) == 0
    async with process.sessions() as session:
        kept = (await session.scalars(select(AppStatusRow.message))).all()
    assert kept == ["2"]


async def test_how_far_runners_were_heard_is_forgotten_with_their_workspace(
    yard: Yard, process: ProcessContext, clock: ManualClock
) -> None:
    template = await yard.template()
    kept, deleted = [await yard.workspace(template, name) for name in ("a", "b")]
    async with process.sessions.begin() as session:
        session.add_all(
            RunnerStreamRow(workspace_id=UUID(one["id"]), stream=uuid4(), last_seq=7)
            for one in (kept, deleted)
        )
    await yard.build(deleted, "delete")
    await prune(process)
    before = await count(process, RunnerStreamRow)
    clock.advance(timedelta(days=91))

    await prune(process)

    async with process.sessions() as session:
        rows = await session.scalars(select(RunnerStreamRow.workspace_id))
        assert [str(id_) for id_ in rows] == [kept["id"]]
    assert before == 2


async def test_of_the_statuses_of_a_workspace_the_newest_thousand_stay(
    yard: Yard, process: ProcessContext, clock: ManualClock
) -> None:
    await yard.workspace(await yard.template())
    async with process.sessions.begin() as session:
        rows = await session.execute(
            select(AgentRow, AppRow).join(AppRow, AppRow.agent_row_id == AgentRow.id)
        )
        agent, app = rows.first() or pytest.fail("the workspace has no app")
        session.add_all(
            AppStatusRow(
                id=uuid4(),
                workspace_id=agent.workspace_id,
                agent_row_id=agent.id,
                app_row_id=app.id,
                state="working",
                message=str(number),
                uri="",
                source="report",
                created_at=clock.now() + timedelta(microseconds=number),
            )
            for number in range(1003)
        )

    await prune(process)

    async with process.sessions() as session:
        messages = {int(m) for m in await session.scalars(select(AppStatusRow.message))}
    assert messages == set(range(3, 1003))


async def test_what_models_took_is_forgotten_after_a_year(
    yard: Yard, process: ProcessContext, clock: ManualClock
) -> None:
    del yard
    async with process.sessions.begin() as session:
        session.add(
            GatewayUsageRow(
                workspace_id=uuid4(),
                task_id=None,
                at=clock.now(),
                protocol="anthropic",
                model="demo",
                input_tokens=1,
                cache_read_tokens=0,
                cache_write_tokens=0,
                output_tokens=1,
                exact=True,
            )
        )
    clock.advance(timedelta(days=364))
    await prune(process)
    before = await count(process, GatewayUsageRow)
    clock.advance(timedelta(days=2))

    await prune(process)

    assert (before, await count(process, GatewayUsageRow)) == (1, 0)


async def test_tokens_are_forgotten_a_month_after_their_end(
    yard: Yard, process: ProcessContext, clock: ManualClock
) -> None:
    async with process.sessions.begin() as session:
        ends = await session.scalar(select(func.max(TokenRow.expires_at)))
    assert ends is not None
    clock.advance(ends - clock.now() + timedelta(days=29))
    await prune(process)
    before = await count(process, TokenRow)
    clock.advance(timedelta(days=2))

    await prune(process)

    assert before > 0
    assert await count(process, TokenRow) == 0
    del yard
