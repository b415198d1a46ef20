"""Who is let in over the link, and what they are told."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from sqlalchemy import select

from taskyard.kit.crypto import digest
from taskyard.server.background.signals import SIGNALS
from taskyard.server.db.tables import (
    GatewayKeyRow,
)
from taskyard.server.factory import ProcessContext
from taskyard.testing.runners import FakeRunner, TurnedAway
from tests.support.tasks import SECOND, Bench

pytestmark = pytest.mark.asyncio


class TestGreeting:
    async def test_the_manifest_has_what_the_workspace_needs(
        self, bench: Bench
    ) -> None:
        task = await bench.task("do it")
        runner = await bench.runner()

        manifest = runner.manifest
        assert manifest is not None
        assert manifest["task_id"] == task["id"]
        assert manifest["workspace_name"] == task["name"]
        assert (manifest["owner_name"], manifest["build_number"]) == ("ada", 1)
        assert [app["slug"] for app in manifest["apps"]] == ["ccw", "preview"]
        assert manifest["apps"][0]["healthcheck"] == {
            "url": "http://localhost:3284/status",
            "interval_seconds": 3,
            "threshold": 20,
        }
        assert manifest["permission_policy"] == "allow_edits"
        assert manifest["sessions"] == []

    async def test_its_gateway_key_is_the_same_for_the_whole_build(
        self, bench: Bench
    ) -> None:
        await bench.task()
        runner = await bench.runner()
        first = runner.manifest["secret_environment"] if runner.manifest else {}
        await runner.drop()
        again = (await runner.connect())["secret_environment"]

        assert first == again
        assert first["ANTHROPIC_BASE_URL"] == "http://test/gateway/anthropic"
        async with bench.process.sessions.begin() as session:
            keys = list(await session.scalars(select(GatewayKeyRow)))
        assert [key.key_hash for key in keys] == [digest(first["ANTHROPIC_AUTH_TOKEN"])]
        assert keys[0].revoked_at is None

    async def test_connections_are_facts_of_the_agent(self, bench: Bench) -> None:
        await bench.task()
        runner = await bench.runner()
        connected = await bench.last_agent()
        bench.clock.advance(SECOND)
        await runner.drop()
        gone = await bench.last_agent()

        assert connected.first_connected_at == connected.last_connected_at
        assert connected.disconnected_at is None
        assert connected.runner_version == "fake"
        assert gone.disconnected_at == bench.clock.now()

    async def test_a_second_connection_replaces_the_first(self, bench: Bench) -> None:
        await bench.task()
        first = await bench.runner()
        second = await bench.runner(stream=first.stream)

        code, reason = await first.closed()

        assert code == 4409
        assert "replaced" in reason
        row = await bench.last_agent()
        assert bench.process.links.is_connected(row.id)
        second.lifecycle("ready")
        await second.settled()
        assert (await bench.last_agent()).disconnected_at is None

    async def test_a_runner_that_says_no_hello_is_dropped(self, bench: Bench) -> None:
        await bench.task()
        runner = await bench.runner(connect=False)
        runner.stream = "no uuid"

        with pytest.raises(TurnedAway):
            await runner.connect()


class TestTokens:
    async def test_the_token_of_an_earlier_build_is_refused_for_good(
        self, bench: Bench
    ) -> None:
        active = await bench.active()
        await active.runner.drop()
        await active.pause()

        with pytest.raises(TurnedAway) as turned_away:
            await active.runner.connect()

        assert turned_away.value.code == 4403
        assert "later build" in turned_away.value.refused

    async def test_a_stop_under_way_lets_the_runner_in(self, bench: Bench) -> None:
        active = await bench.active()
        await active.runner.drop()
        await bench.client.post(f"{active.path}/pause")

        await active.runner.connect()
        active.runner.lifecycle("shutting_down")
        await active.runner.settled()

        assert (await bench.last_agent()).lifecycle == "shutting_down"

    async def test_a_link_ends_when_its_build_is_over(self, bench: Bench) -> None:
        active = await bench.active()
        await active.pause()

        await SIGNALS.step(bench.process)

        assert "later build" in (await active.runner.closed())[1]

    async def test_an_unknown_token_is_sent_away_but_not_for_good(
        self, bench: Bench
    ) -> None:
        _impatient(bench.process)

        with pytest.raises(TurnedAway) as turned_away:
            await FakeRunner(bench.app, str(uuid4())).connect()

        assert (turned_away.value.code, turned_away.value.refused) == (1013, "")

    async def test_a_runner_that_is_faster_than_its_build_is_kept_waiting(
        self, bench: Bench
    ) -> None:
        await bench.task(run=False)
        provisioner = bench.yard.provisioner
        job = await provisioner.acquire()
        assert job is not None
        result = provisioner.result_of(job)
        token = list(provisioner.agent_tokens.values())[-1]
        runner = FakeRunner(bench.app, token)

        async with _connecting(runner):
            await provisioner.complete(job, result)

        assert runner.manifest is not None

    async def test_without_a_token_nobody_is_let_in(self, bench: Bench) -> None:
        with pytest.raises(TurnedAway) as turned_away:
            await FakeRunner(bench.app, "").connect()

        assert turned_away.value.code == 4401


def _impatient(process: ProcessContext) -> None:
    process.runner_server.patience = 0.0


@asynccontextmanager
async def _connecting(runner: FakeRunner) -> AsyncGenerator[None]:
    """Connect in the background; after the block the link is there."""
    async with asyncio.TaskGroup() as group:
        connecting = group.create_task(runner.connect())
        yield
        await connecting
    await runner.drop()
