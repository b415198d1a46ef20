"""A provisioner without a process of its own: jobs in, what the server got out."""

import asyncio
import json
import os
from base64 import b64decode
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from taskyard.kit.clock import SystemClock
from taskyard.protocol.provisioner import (
    AcquireRequest,
    BuildInput,
    BuildResult,
    Failure,
    ImportInput,
    ImportResult,
    TaskInput,
    Transition,
)
from taskyard.provisioner.engine.lookup import Engine
from taskyard.provisioner.jobs import JobRunner
from taskyard.provisioner.settings import Settings
from taskyard.provisioner.workshop import Workshop, open_workshop
from taskyard.testing.isolation import PlainIsolation
from taskyard.testing.provisioning import FakeServer, JobRecord

__all__ = ["Workspace", "Yard", "open_yard", "settings_in"]

Files = Mapping[str, str | bytes]


def settings_in(directory: Path, **environment: str) -> Settings:
    """No other registry is asked: tests stay on this machine."""
    return Settings.from_environment(
        {"TASKYARD_REGISTRY_UPSTREAM": "", **environment},
        server_url="http://127.0.0.1:7080",
        key="key",
        data_dir=directory,
    )


@dataclass(slots=True, kw_only=True)
class Yard:
    shop: Workshop
    isolation: PlainIsolation
    server: FakeServer = field(default_factory=FakeServer)

    async def run(
        self, input_: ImportInput | BuildInput, *, attempt: int = 1
    ) -> JobRecord:
        record = await self.take(input_, attempt=attempt)
        await self.runner(record).run()
        return record

    async def take(
        self, input_: ImportInput | BuildInput, *, attempt: int = 1
    ) -> JobRecord:
        record = self.server.add(input_, attempt=attempt)
        await self.server.acquire(AcquireRequest(name="test"))
        return record

    def runner(self, record: JobRecord) -> JobRunner:
        return JobRunner(job=record.job, server=self.server, workshop=self.shop)

    async def imported(
        self, files: Files, *, variables: dict[str, str] | None = None
    ) -> ImportResult:
        record = await self.run(self.server.import_of(files, variables=variables))
        assert record.completion, record.failure
        assert isinstance(record.completion.result, ImportResult)
        return record.completion.result

    async def refused(self, files: Files) -> Failure:
        record = await self.run(self.server.import_of(files))
        assert record.failure, record.completion
        return record.failure

    def workspace(
        self, files: Files, *, variables: dict[str, str] | None = None
    ) -> "Workspace":
        source = self.server.import_of(files, variables=variables)
        return Workspace(yard=self, source=source)


@dataclass(slots=True, kw_only=True)
class Workspace:
    """A workspace through its builds; each starts from the state of the one before."""

    yard: Yard
    source: ImportInput
    id: UUID = field(default_factory=uuid4)
    state: str = ""

    def job(
        self,
        transition: Transition = "start",
        *,
        task: TaskInput | None = None,
        parameters: dict[str, str] | None = None,
    ) -> BuildInput:
        return self.yard.server.build_of(
            self.source,
            transition,
            workspace_id=self.id,
            state=self.state,
            task=task,
            parameters=parameters,
        )

    async def run(self, job: BuildInput, *, attempt: int = 1) -> JobRecord:
        record = await self.yard.run(job, attempt=attempt)
        self.state = record.last_state
        return record

    async def build(
        self,
        transition: Transition = "start",
        *,
        task: TaskInput | None = None,
        parameters: dict[str, str] | None = None,
    ) -> BuildResult:
        record = await self.run(self.job(transition, task=task, parameters=parameters))
        assert record.completion, record.failure
        assert isinstance(record.completion.result, BuildResult)
        return record.completion.result

    def attributes(self, address: str) -> dict[str, Any]:
        """Of a resource of the root module in the state."""
        type_, name = address.split(".")
        state: dict[str, Any] = json.loads(b64decode(self.state))
        for resource in state["resources"]:
            if (resource["type"], resource["name"]) == (type_, name):
                return resource["instances"][0]["attributes"]
        raise KeyError(address)


@asynccontextmanager
async def open_yard(
    directory: Path,
    engine: Engine,
    *,
    isolation: PlainIsolation | None = None,
    settings: Settings | None = None,
) -> AsyncGenerator[Yard]:
    isolation = isolation or PlainIsolation()
    async with open_workshop(
        settings=settings or settings_in(directory),
        clock=SystemClock(),
        isolation=isolation,
        environment={"PATH": os.environ["PATH"]},
        parse_seconds=4.0,
        engine=engine,
    ) as shop:
        try:
            yield Yard(shop=shop, isolation=isolation)
        finally:
            await asyncio.to_thread(isolation.close)
