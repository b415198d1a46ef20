"""A vendor's usage limit, from its refusal to the status of the task and its end."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from taskyard.server.gateway.keys import Caller
from taskyard.server.gateway.limits import Limit
from taskyard.server.gateway.store import SqlUsage
from taskyard.server.gateway.usage import Usage
from tests.support.tasks import SECOND, Active, Bench

pytestmark = pytest.mark.asyncio

HOURS = timedelta(hours=3)


class Gateway:
    """The gateway's books, as its calls for one task write them."""

    def __init__(self, active: Active) -> None:
        bench = active.bench
        self._books = SqlUsage(sessions=bench.process.sessions, clock=bench.clock)
        self._caller = Caller(
            workspace_id=UUID(active.task["workspace_id"]), task_id=active.id
        )

    async def refuses(self, **limit: Any) -> None:
        told = Limit(detail="The limit is reached.", **limit)
        await self._books.limit(self._caller, "anthropic", told)

    async def answers(self) -> None:
        await self._books.record(self._caller, Usage(model="m", protocol="openai"))


async def _work(active: Active) -> tuple[str, str, str]:
    work = (await active.detail())["work"]
    return work["status"], work["source"], work["action"]


def _prompts(active: Active) -> list[str]:
    commands = active.runner.commands
    return [str(c["args"]["text"]) for c in commands if c["name"] == "prompt"]


async def test_a_limit_holds_until_its_time_and_no_longer(bench: Bench) -> None:
    active = await bench.active()
    end = bench.clock.now() + HOURS

    await Gateway(active).refuses(resets_at=end)
    limited = (await active.detail())["work"]
    bench.clock.advance(HOURS)
    active.runner.state(active.session, "idle")
    await active.runner.settled()

    assert (limited["status"], limited["source"]) == ("limited", "gateway")
    assert (limited["action"], limited["detail"]) == ("wait", "The limit is reached.")
    assert limited["resets_at"] == end.isoformat().replace("+00:00", "Z")
    assert (await _work(active))[0] == "idle"


async def test_the_next_answer_of_any_vendor_lifts_it(bench: Bench) -> None:
    active = await bench.active()
    gateway = Gateway(active)
    await gateway.refuses(resets_at=None)
    before = await _work(active)

    await gateway.answers()

    assert before == ("limited", "gateway", "wait")
    assert (await _work(active))[0] == "idle"


async def test_a_limit_told_again_is_as_old_as_the_first_time(bench: Bench) -> None:
    active = await bench.active()
    gateway, first = Gateway(active), bench.clock.now()
    await gateway.refuses(resets_at=first + HOURS)

    bench.clock.advance(SECOND)
    await gateway.refuses(resets_at=first + 2 * HOURS)
    work = (await active.detail())["work"]
    bench.clock.advance(3 * HOURS)
    another = bench.clock.now()
    await gateway.refuses(resets_at=another + HOURS)

    assert work["since"] == first.isoformat().replace("+00:00", "Z")
    assert work["resets_at"] == (first + 2 * HOURS).isoformat().replace("+00:00", "Z")
    again = (await active.detail())["work"]
    assert again["since"] == another.isoformat().replace("+00:00", "Z")


async def test_a_session_names_its_limit_and_is_tried_again_after_it(
    bench: Bench,
) -> None:
    active = await bench.active()
    end = bench.clock.now() + HOURS
    active.runner.session_event(
        active.session,
        "state",
        "state",
        state="limited",
        source="driver",
        action="wait",
        resets_at=end.isoformat(),
    )
    await active.runner.settled()
    await bench.client.post(f"{active.path}/messages", json={"input": "go on"})
    await bench.deliver()
    work, waiting = (await active.detail())["work"], _prompts(active)
    bench.clock.advance(HOURS)
    await bench.deliver()

    assert (work["status"], work["source"]) == ("limited", "driver")
    assert work["resets_at"] == end.isoformat().replace("+00:00", "Z")
    assert (waiting, _prompts(active)) == (
        ["fix the tests"],
        ["fix the tests", "go on"],
    )
