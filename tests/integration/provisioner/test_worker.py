"""The loop that takes jobs, with real jobs and a server in memory."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from typing_extensions import override

from taskyard.protocol.provisioner import (
    AcquireRequest,
    Completion,
    Heartbeat,
    HeartbeatReply,
    Job,
    LogBatch,
    StateUpload,
)
from taskyard.provisioner.client import HttpServer, KeyRefused, ServerUnreachable
from taskyard.provisioner.engine.lookup import Engine
from taskyard.provisioner.errors import LeaseLost, ServerRefused
from taskyard.provisioner.worker import Worker
from taskyard.testing.provisioning import FakeServer
from tests.integration.provisioner.templates import AGENT, HEAD, TASK
from tests.integration.provisioner.wire import KEY, application
from tests.integration.provisioner.yard import Yard, open_yard, settings_in

pytestmark = pytest.mark.asyncio(loop_scope="module")


@asynccontextmanager
async def _working(yard: Yard) -> AsyncGenerator[Worker]:
    worker = Worker(server=yard.server, workshop=yard.shop)
    async with asyncio.TaskGroup() as group:
        group.create_task(worker.run())
        try:
            yield worker
        finally:
            worker.finish()


async def test_jobs_are_taken_and_reported(yard: Yard) -> None:
    record = yard.server.add(yard.server.import_of({"main.tf": TASK}))

    async with _working(yard):
        await record.done.wait()

    assert record.completion
    assert record.batches == sorted(set(record.batches))
    assert yard.server.acquired[-1].slots == yard.shop.settings.concurrency


async def test_no_more_jobs_run_at_once_than_there_are_slots(
    tmp_path: Path, engine: Engine
) -> None:
    settings = settings_in(tmp_path, TASKYARD_PROVISIONER_CONCURRENCY="2")
    async with open_yard(tmp_path, engine, settings=settings) as yard:
        yard.server = server = _Counting()
        source = server.import_of({"main.tf": HEAD})
        records = [server.add(source) for _ in range(5)]

        async with _working(yard):
            for record in records:
                await record.done.wait()

    assert server.most == 2


class _Counting(FakeServer):
    """Counts jobs between their taking and their report."""

    most = 0
    _now = 0

    @override
    async def acquire(self, request: AcquireRequest) -> Job | None:
        job = await super().acquire(request)
        self._now += 1
        self.most = max(self.most, self._now)
        return job

    @override
    async def complete(self, job_id: int, completion: Completion) -> None:
        self._now -= 1
        await super().complete(job_id, completion)


async def test_finishing_waits_for_what_runs_and_takes_nothing_new(yard: Yard) -> None:
    source = yard.server.import_of({"main.tf": TASK})
    running = yard.server.add(source)

    async with _working(yard) as worker:
        await running.logged.wait()
        worker.finish()
        await running.done.wait()
        waiting = yard.server.add(source)

    assert running.completion
    assert not waiting.done.is_set()
    await yard.server.acquire(AcquireRequest(name="test"))


async def test_cancelling_ends_what_runs(yard: Yard) -> None:
    record = yard.server.add(yard.server.import_of({"main.tf": TASK}))

    async with _working(yard) as worker:
        await record.logged.wait()
        worker.cancel()

    assert record.failure
    assert record.failure.error_code == "canceled"
    assert "The provisioner was stopped" in record.failure.error


async def test_a_cancel_of_the_server_comes_with_a_heartbeat(
    tmp_path: Path, engine: Engine
) -> None:
    async with open_yard(tmp_path, engine) as yard:
        yard.server = FakeServer(lease_seconds=1)
        endless = 'resource "terraform_data" "x" {\n'
        endless += '  provisioner "local-exec" { command = "sleep 600" }\n}\n'
        workspace = yard.workspace({"main.tf": HEAD + AGENT + endless})
        record = yard.server.add(workspace.job())
        record.cancel = True

        async with _working(yard):
            await record.done.wait()

    assert record.failure
    assert record.failure.error_code == "canceled"


async def test_a_server_that_is_away_for_a_moment_loses_nothing(yard: Yard) -> None:
    record = yard.server.add(yard.server.import_of({"main.tf": TASK}))

    async with _working(yard):
        await record.logged.wait()
        yard.server.is_away = True
        await asyncio.sleep(1)  # longer than the import takes
        assert not record.done.is_set()
        yard.server.is_away = False
        await record.done.wait()

    assert record.completion
    assert record.batches == list(range(1, len(record.batches) + 1))
    assert len({id(line) for line in record.logs}) == len(record.logs)


async def test_without_an_answer_for_a_lease_the_job_is_given_up(
    tmp_path: Path, engine: Engine
) -> None:
    async with open_yard(tmp_path, engine) as yard:
        yard.server = FakeServer(lease_seconds=1)
        endless = 'resource "terraform_data" "x" {\n'
        endless += '  provisioner "local-exec" { command = "sleep 600" }\n}\n'
        workspace = yard.workspace({"main.tf": HEAD + AGENT + endless})
        record = await yard.take(workspace.job())
        yard.server.is_away = False
        runner = yard.runner(record)

        async with asyncio.TaskGroup() as group:
            group.create_task(runner.run())
            await record.logged.wait()
            yard.server.is_away = True

    assert runner.stop.killed.is_set()
    assert record.failure is None


class _RefusesResults(FakeServer):
    """Takes no result, as one too large would not be."""

    @override
    async def complete(self, job_id: int, completion: Completion) -> None:
        raise ServerRefused("The server answered 413 to POST complete: too large")


async def test_a_result_that_is_refused_becomes_a_failure_with_the_state(
    tmp_path: Path, engine: Engine
) -> None:
    async with open_yard(tmp_path, engine) as yard:
        yard.server = _RefusesResults()
        workspace = yard.workspace({"main.tf": HEAD + AGENT})

        record = await yard.run(workspace.job())

    assert record.failure
    assert "413" in record.failure.error
    assert record.failure.state


class _Refuses(FakeServer):
    @override
    async def acquire(self, request: AcquireRequest) -> Job | None:
        raise KeyRefused


async def test_a_refused_key_ends_the_worker(tmp_path: Path, engine: Engine) -> None:
    async with open_yard(tmp_path, engine) as yard:
        worker = Worker(server=_Refuses(), workshop=yard.shop)

        with pytest.raises(KeyRefused, match="Make a new one"):
            await worker.run()


# -- over HTTP ------------------------------------------------------------------------


@asynccontextmanager
async def _connected(server: FakeServer, key: str = KEY) -> AsyncGenerator[HttpServer]:
    transport = httpx.ASGITransport(application(server))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://127.0.0.1"
    ) as client:
        yield HttpServer(client, key)


async def test_every_call_arrives_over_http() -> None:
    fake = FakeServer()
    source = fake.import_of({"main.tf": TASK})
    record = fake.add(source)
    token = record.job.lease_token
    version = source.template.version_id

    async with _connected(fake) as server:
        job = await server.acquire(AcquireRequest(name="a"))
        assert job == record.job
        assert await server.file(source.file_id) == fake.files[source.file_id]
        assert await server.modules(version) is None
        await server.put_modules(1, token, b"modules")
        assert await server.modules(version) == b"modules"
        await server.log(1, LogBatch(lease_token=token, number=1, logs=[]))
        await server.put_state(1, StateUpload(lease_token=token, state=""))
        assert await server.heartbeat(
            1, Heartbeat(lease_token=token)
        ) == HeartbeatReply(cancel=False)

    assert record.batches == [1]
    assert record.states == [""]


async def test_answers_that_are_errors_are_told_apart() -> None:
    fake = FakeServer()
    record = fake.add(fake.import_of({"main.tf": TASK}))
    beat = Heartbeat(lease_token=record.job.lease_token)

    async with _connected(fake, key="wrong") as server:
        with pytest.raises(KeyRefused):
            await server.heartbeat(1, beat)
    async with _connected(fake) as server:
        with pytest.raises(ServerRefused, match="422"):
            await server.file("not an id")  # pyright: ignore[reportArgumentType] - so it says 422
        fake.is_away = True
        with pytest.raises(ServerUnreachable, match="503"):
            await server.heartbeat(1, beat)
        fake.is_away = False
        record.is_lost = True
        with pytest.raises(LeaseLost):
            await server.heartbeat(1, beat)


async def test_no_connection_is_a_server_that_is_away() -> None:
    async with httpx.AsyncClient(base_url="http://127.0.0.1:1") as client:
        with pytest.raises(ServerUnreachable):
            await HttpServer(client, KEY).acquire(AcquireRequest(name="a"))
