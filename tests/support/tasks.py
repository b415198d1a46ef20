"""Tasks for tests: a server, a fake provisioner, and a fake runner in each workspace."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest_asyncio
from fastapi import FastAPI
from sqlalchemy import select

from taskyard.kit.clock import ManualClock
from taskyard.protocol.provisioner import ImportResult
from taskyard.server.background.delivery import DELIVERY
from taskyard.server.db.tables import (
    AgentRow,
    FileRow,
    ProvisionerJobRow,
    TemplateRow,
    TemplateVersionRow,
)
from taskyard.server.factory import ProcessContext
from taskyard.testing.runners import FakeRunner
from tests.conftest import Account
from tests.support.provisioning import Yard, ok

__all__ = ["SECOND", "Active", "Bench", "bench"]

SECOND = timedelta(seconds=1)


@dataclass(slots=True, kw_only=True)
class Bench:
    """What the tests of tasks work at. Everything made here is closed with it."""

    app: FastAPI
    yard: Yard
    clock: ManualClock
    template: dict[str, Any]
    stack: AsyncExitStack
    runners: dict[str, FakeRunner] = field(default_factory=dict[str, FakeRunner])

    @property
    def client(self) -> httpx.AsyncClient:
        return self.yard.owner.client

    @property
    def process(self) -> ProcessContext:
        process: ProcessContext = self.app.state.process
        return process

    def body(self, prompt: str = "fix the tests", **fields: Any) -> dict[str, Any]:
        version = self.template["active_version_id"]
        return {"template_version_id": version, "input": prompt, **fields}

    async def task(
        self,
        prompt: str = "fix the tests",
        *,
        by: Account | None = None,
        run: bool = True,
        **fields: Any,
    ) -> dict[str, Any]:
        """A task; its workspace started, unless told not to."""
        client = by.client if by else self.client
        answer = await client.post("/api/v2/tasks/me", json=self.body(prompt, **fields))
        task = ok(answer)
        if run:
            await self.yard.provisioner.run_all()
        return task

    async def runner(
        self,
        kind: type[FakeRunner] = FakeRunner,
        *,
        stream: str | None = None,
        connect: bool = True,
    ) -> FakeRunner:
        """The runner of the agent that was made last."""
        self.clock.advance(SECOND)
        token = list(self.yard.provisioner.agent_tokens.values())[-1]
        runner = kind(self.app, token, stream=stream)
        if connect:
            await self.stack.enter_async_context(runner)
        return runner

    async def active(
        self,
        prompt: str = "fix the tests",
        *,
        kind: type[FakeRunner] = FakeRunner,
        **fields: Any,
    ) -> "Active":
        """A task whose agent has had its first prompt, has answered and is idle."""
        task = await self.task(prompt, **fields)
        runner = await self.runner()
        active = Active(bench=self, task=task, runner=runner)
        runner.lifecycle("ready")
        runner.emit(await active.app_healthy())
        active.session = runner.start_session(external_id="agent-session")
        runner.state(active.session, "idle")
        await runner.settled()
        await self.deliver()
        await active.turn("Done.")
        if kind is not FakeRunner:
            await active.replace(kind)
        return active

    async def deliver(self) -> None:
        """One step of the delivery loop, and wait for what it started."""
        for task_id in await self.process.courier.tasks_with_post():
            await self.process.courier.deliver(task_id)

    async def loop_step(self) -> None:
        await DELIVERY.step(self.process)

    async def get(self, path: str) -> Any:
        return ok(await self.client.get(f"/api/v2{path}"))

    async def last_agent(self) -> AgentRow:
        """The agent that was made last, as it is stored."""
        async with self.process.sessions.begin() as session:
            rows = await session.scalars(select(AgentRow).order_by(AgentRow.created_at))
            return list(rows)[-1]


@dataclass(slots=True, kw_only=True)
class Active:
    """A task with a runner."""

    bench: Bench
    task: dict[str, Any]
    runner: FakeRunner
    session: UUID = field(default_factory=uuid4)

    @property
    def id(self) -> UUID:
        return UUID(self.task["id"])

    @property
    def path(self) -> str:
        return f"/api/v2/tasks/me/{self.task['id']}"

    async def replace(self, kind: type[FakeRunner]) -> None:
        """The same workspace, run by another kind of runner."""
        stream = self.runner.stream
        old = self.runner
        await old.drop()
        self.runner = await self.bench.runner(kind, stream=stream, connect=False)
        self.runner.go_on_from(old)
        await self.bench.stack.enter_async_context(self.runner)

    async def app_healthy(self) -> dict[str, Any]:
        manifest = self.runner.manifest
        assert manifest is not None
        app = next(app for app in manifest["apps"] if app["slug"] == "ccw")
        return {"name": "app_health", "app_id": app["id"], "health": "healthy"}

    async def turn(self, answer: str) -> None:
        """The agent runs, says something and is idle again."""
        self.bench.clock.advance(SECOND)
        self.runner.state(self.session, "running")
        self.runner.session_event(
            self.session,
            "message",
            f"m-{answer}",
            role="agent",
            kind="text",
            text=answer,
        )
        self.runner.state(self.session, "idle")
        await self.runner.settled()

    async def detail(self) -> Any:
        return ok(await self.bench.client.get(f"{self.path}/detail"))

    async def get(self) -> Any:
        return ok(await self.bench.client.get(self.path))

    async def events(self) -> list[dict[str, Any]]:
        page = await self.bench.client.get(f"{self.path}/events/page?limit=1000")
        return ok(page)

    async def pause(self) -> None:
        ok(await self.bench.client.post(f"{self.path}/pause"))
        await self.bench.yard.provisioner.run_all()

    async def resume(self) -> None:
        ok(await self.bench.client.post(f"{self.path}/resume"))
        await self.bench.yard.provisioner.run_all()


@pytest_asyncio.fixture
async def bench(app: FastAPI, yard: Yard, clock: ManualClock) -> AsyncIterator[Bench]:
    async with AsyncExitStack() as stack:
        yield Bench(
            app=app,
            yard=yard,
            clock=clock,
            template=await _template(app.state.process, yard),
            stack=stack,
        )


async def _template(process: ProcessContext, yard: Yard) -> dict[str, Any]:
    """As `yard.template`, by rows: every test needs one, and none is about making it."""
    now, owner = process.clock.now(), yard.owner
    template_id, version_id, file_id, job_id = (uuid4() for _ in range(4))
    async with process.sessions.begin() as session:
        session.add(
            FileRow(
                id=file_id,
                owner_id=owner.id,
                sha256="0" * 64,
                mimetype="application/x-tar",
                size=0,
                data=b"",
                created_at=now,
            )
        )
        await session.flush()
        session.add(
            ProvisionerJobRow(
                id=job_id,
                job_id=0,
                type="template_version_import",
                organization_id=owner.organization_id,
                initiator_id=owner.id,
                file_id=file_id,
                created_at=now,
                started_at=now,
                completed_at=now,
            )
        )
        await session.flush()
        version = TemplateVersionRow(
            id=version_id,
            organization_id=owner.organization_id,
            name="v1",
            file_id=file_id,
            job_id=job_id,
            created_by=owner.id,
            has_ai_task=True,
            result=ImportResult(has_ai_task=True).model_dump(mode="json"),
            created_at=now,
            updated_at=now,
        )
        session.add(version)
        await session.flush()
        session.add(
            TemplateRow(
                id=template_id,
                organization_id=owner.organization_id,
                name="tasks",
                active_version_id=version_id,
                created_by=owner.id,
                created_at=now,
                updated_at=now,
            )
        )
        await session.flush()
        version.template_id = template_id
    return {"id": str(template_id), "active_version_id": str(version_id)}
