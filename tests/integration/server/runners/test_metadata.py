"""Metadata of workspaces: measured inside, kept in memory, shown to who may see it."""

from contextlib import aclosing
from http import HTTPStatus
from typing import Any
from uuid import UUID

import pytest
from typing_extensions import override

from taskyard.protocol.provisioner import Agent, Metadata
from taskyard.server.api import agent_metadata
from taskyard.testing.provisioners import FakeProvisioner
from taskyard.testing.runners import FakeRunner
from tests.conftest import Account
from tests.support.provisioning import make_provisioner
from tests.support.tasks import Bench

pytestmark = pytest.mark.asyncio


class MeasuringProvisioner(FakeProvisioner):
    """Its agents have metadata."""

    @override
    def agent(self) -> Agent:
        cpu = Metadata(
            key="cpu", display_name="CPU", script="stat cpu", interval=10, order=2
        )
        disk = Metadata(
            key="disk", display_name="Disk", script="stat disk", interval=60, order=1
        )
        return super().agent().model_copy(update={"metadata": [cpu, disk]})


async def _measured(bench: Bench) -> tuple[str, FakeRunner]:
    """The id of an agent with metadata, and its runner."""
    task = await bench.task(run=False)
    provisioner = await make_provisioner(
        bench.app, bench.client, name="measuring", kind=MeasuringProvisioner
    )
    await provisioner.run_all()
    bench.yard.provisioner.agent_tokens = provisioner.agent_tokens
    runner = await bench.runner()
    shown = await bench.get(f"/tasks/me/{task['id']}")
    return shown["workspace_agent_id"], runner


async def _tell(runner: FakeRunner, key: str, value: str, error: str = "") -> None:
    runner.say(
        {
            "type": "metadata",
            "key": key,
            "value": value,
            "error": error,
            "collected_at": "2026-01-01T00:00:00Z",
        }
    )
    runner.lifecycle("ready")
    await runner.settled()


def _fields(items: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return [(item["key"], item["value"], item["error"]) for item in items]


async def test_items_are_shown_in_the_templates_order_with_their_values(
    bench: Bench,
) -> None:
    agent, runner = await _measured(bench)
    path = f"/api/v2/workspaceagents/{agent}/metadata"
    before = (await bench.client.get(path)).json()

    await _tell(runner, "cpu", "3 %")
    await _tell(runner, "disk", "", "no such disk")
    await _tell(runner, "unknown", "x")
    after = (await bench.client.get(path)).json()

    assert _fields(before) == [("disk", "", ""), ("cpu", "", "")]
    assert before[0]["collected_at"] is None
    assert _fields(after) == [("disk", "", "no such disk"), ("cpu", "3 %", "")]


async def test_changes_can_be_followed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agent_metadata, "_LOOK_SECONDS", 0.01)
    agent, runner = await _measured(bench)
    actor = await bench.process.authenticator.identify(bench.yard.owner.token)

    watching = agent_metadata.watched(bench.process, actor, UUID(agent))
    async with aclosing(watching) as values:
        first = await anext(values)
        await _tell(runner, "cpu", "9 %")
        second = await anext(values)
        while second is None:
            second = await anext(values)

    assert first is not None
    assert first.root[1].result.value == ""
    assert second.root[1].result.value == "9 %"
    assert second.root[1].description.display_name == "CPU"


async def test_a_foreign_agent_is_not_found(bench: Bench, member: Account) -> None:
    agent, _ = await _measured(bench)

    for path in ("metadata", "watch-metadata"):
        answer = await member.client.get(f"/api/v2/workspaceagents/{agent}/{path}")

        assert answer.status_code == HTTPStatus.NOT_FOUND
