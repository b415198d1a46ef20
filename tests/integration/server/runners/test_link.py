"""The server's side of the link: what is stored, and that it is once."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from taskyard.server.background.signals import SIGNALS
from taskyard.server.db.tables import (
    AgentLogRow,
    MessageRow,
    SessionEventRow,
    SessionRow,
)
from taskyard.server.main import create_app
from taskyard.server.runners.ingest import Ingest
from taskyard.server.runners.limits import Limits
from taskyard.server.runners.link import NotConnected
from taskyard.server.runners.messages import Numbered
from taskyard.testing.runners import DoublingRunner, FakeRunner
from tests.support.tasks import Active, Bench

pytestmark = pytest.mark.asyncio


async def _titles(active: Active) -> list[str]:
    return [
        event["data"]["title"]
        for event in await active.events()
        if event["kind"] == "title"
    ]


class TestOnce:
    async def test_an_event_that_comes_twice_is_stored_once(self, bench: Bench) -> None:
        active = await bench.active(kind=DoublingRunner)

        for number in range(5):
            active.runner.session_event(
                active.session, "title", "title", title=f"t{number}"
            )
        await active.runner.settled()

        assert await _titles(active) == ["t0", "t1", "t2", "t3", "t4"]

    async def test_after_a_lost_acknowledgement_the_events_are_known(
        self, bench: Bench
    ) -> None:
        active = await bench.active()
        runner = active.runner
        runner.session_event(active.session, "title", "title", title="one")
        await runner.settled()
        runner.forget_acknowledgements()

        await runner.drop()
        await runner.connect()
        runner.session_event(active.session, "title", "title", title="two")
        await runner.settled()

        assert await _titles(active) == ["one", "two"]

    async def test_events_made_without_a_link_arrive_in_order(
        self, bench: Bench
    ) -> None:
        active = await bench.active()
        await active.runner.drop()
        for number in range(600):
            active.runner.session_event(
                active.session, "title", "title", title=str(number)
            )

        await active.runner.connect()
        await active.runner.settled()

        assert await _titles(active) == [str(number) for number in range(600)]

    async def test_a_link_lost_in_the_middle_of_events_loses_none(
        self, bench: Bench
    ) -> None:
        active = await bench.active()
        for round_ in range(6):
            for number in range(20):
                active.runner.session_event(
                    active.session, "title", "title", title=f"{round_}.{number}"
                )
            await active.runner.drop()
            await active.runner.connect()
        await active.runner.settled()

        assert await _titles(active) == [
            f"{r}.{n}" for r in range(6) for n in range(20)
        ]

    async def test_a_restart_of_the_server_changes_nothing(
        self, bench: Bench, database_url: str
    ) -> None:
        active = await bench.active("first")
        runner = active.runner
        for number in range(50):
            runner.session_event(active.session, "title", "title", title=str(number))
        await runner.drop()  # somewhere between storing and acknowledging

        second = create_app(
            bench.process.config,
            database_url=database_url,
            clock=bench.clock,
            loops=(),
        )
        async with second.router.lifespan_context(second):
            again = FakeRunner(second, runner.token, stream=runner.stream)
            again.go_on_from(runner)
            async with again:
                again.session_event(active.session, "title", "title", title="50")
                await again.settled()

        assert await _titles(active) == [str(number) for number in range(51)]
        async with bench.process.sessions.begin() as session:
            messages = list(await session.scalars(select(MessageRow)))
        assert [message.text for message in messages] == ["first"]

    async def test_what_a_killed_runner_tells_again_is_kept_once(
        self, bench: Bench
    ) -> None:
        active = await bench.active()
        runner, session = active.runner, active.session
        for _ in range(2):
            runner.session_event(session, "message", "user-1", role="user", text="hi")
            runner.session_event(session, "turn_ended", "t1", stop_reason="interrupted")
            await runner.settled()

        told = [(e["kind"], e["key"]) for e in await active.events()]
        assert told.count(("message", "user-1")) == 1
        assert told.count(("turn_ended", "t1")) == 1

    async def test_two_streams_of_one_workspace_do_not_disturb_each_other(
        self, bench: Bench
    ) -> None:
        active = await bench.active()
        await active.runner.drop()

        fresh = await bench.runner()  # the home volume was lost: numbers begin at 1
        fresh.session_event(active.session, "title", "title", title="anew")
        await fresh.settled()

        assert await _titles(active) == ["anew"]


class TestBadEvents:
    @pytest.mark.parametrize(
        "event",
        [
            {"name": "nonsense"},
            {"name": "lifecycle", "state": "asleep", "at": ""},
            {"name": "session_events", "session_id": "x", "events": []},
            {"name": "app_health", "app_id": "no uuid", "health": "healthy"},
            {"name": "app_health", "app_id": str(uuid4()), "health": "healthy"},
            "not an object",
        ],
    )
    async def test_a_bad_event_is_acknowledged_and_never_blocks_the_stream(
        self, bench: Bench, event: Any
    ) -> None:
        active = await bench.active()
        runner = active.runner
        runner.emit_raw(event)
        runner.session_event(active.session, "title", "title", title="after")

        await runner.settled()

        assert await _titles(active) == ["after"]

    async def test_a_bad_event_of_a_session_leaves_a_trace_in_it(
        self, bench: Bench
    ) -> None:
        active = await bench.active()
        active.runner.emit_raw(
            {"name": "session_identified", "session_id": str(active.session)}
        )
        active.runner.session_event(active.session, "message", "m", text=float("nan"))
        await active.runner.settled()

        kinds = [event["kind"] for event in await active.events()][4:]
        assert kinds == ["message"]

    async def test_text_that_cannot_be_stored_is_cleaned(self, bench: Bench) -> None:
        active = await bench.active()

        active.runner.session_event(
            active.session, "title", "ti\0tle", title="a\0b\ud800c"
        )
        await active.runner.settled()

        title = (await _titles(active))[0]
        assert title.startswith("a\ufffdb")
        assert title.endswith("c")

    async def test_control_messages_of_no_known_type_are_ignored(
        self, bench: Bench
    ) -> None:
        active = await bench.active()

        active.runner.say({"type": "surprise"})
        active.runner.say({"no": "type"})
        active.runner.say({"type": "event", "seq": "one", "event": {}})
        active.runner.lifecycle("ready")
        await active.runner.settled()

        assert (await bench.last_agent()).lifecycle == "ready"

    async def test_a_foreign_session_cannot_be_written_to(self, bench: Bench) -> None:
        victim = await bench.active()
        attacker = await bench.active()

        attacker.runner.session_event(victim.session, "title", "title", title="mine")
        await attacker.runner.settled()

        assert await _titles(victim) == []


class TestLogs:
    async def test_lines_are_kept_up_to_the_limit_then_marked(
        self, bench: Bench
    ) -> None:
        active = await bench.active()

        for _ in range(3):
            active.runner.logs(*["x" * 200_000] * 2)
        await active.runner.settled()

        row = await bench.last_agent()
        async with bench.process.sessions.begin() as session:
            lines = list(await session.scalars(select(AgentLogRow)))
        assert row.logs_overflowed
        assert row.logs_length == 200_000 * len(lines) <= 1024 * 1024
        assert len(lines) == 5

    async def test_script_results_are_kept(self, bench: Bench) -> None:
        active = await bench.active()

        active.runner.emit(
            {
                "name": "script_completed",
                "script_id": "s",
                "stage": "start",
                "status": "exit_failure",
                "exit_code": 3,
                "started_at": "2026-01-01T00:00:00Z",
                "ended_at": "2026-01-01T00:00:01Z",
            }
        )
        await active.runner.settled()

        results = (await bench.last_agent()).script_results
        assert (results[0]["status"], results[0]["exit_code"]) == ("exit_failure", 3)

    async def test_metadata_is_kept_in_memory_and_bounded(self, bench: Bench) -> None:
        active = await bench.active()
        for number in range(100):
            active.runner.say(
                {
                    "type": "metadata",
                    "key": f"k{number}",
                    "value": "v",
                    "error": "",
                    "collected_at": "2026-01-01T00:00:00Z",
                }
            )
        active.runner.lifecycle("ready")
        await active.runner.settled()

        link = bench.process.links.require((await bench.last_agent()).id)
        assert len(link.metadata) == 64
        assert link.metadata["k0"]["value"] == "v"


class TestSignals:
    async def test_links_are_written_as_heard_of(self, bench: Bench) -> None:
        await bench.active()
        bench.clock.advance(timedelta(minutes=5))

        await SIGNALS.step(bench.process)

        assert (await bench.last_agent()).last_connected_at == bench.clock.now()

    async def test_a_link_of_a_killed_server_is_marked_lost(self, bench: Bench) -> None:
        active = await bench.active()
        link = bench.process.links.require((await bench.last_agent()).id)
        bench.process.links.remove(link)  # as if this process had never held it
        bench.clock.advance(timedelta(minutes=5))

        await SIGNALS.step(bench.process)

        row = await bench.last_agent()
        assert row.disconnected_at == row.last_connected_at
        assert (await active.detail())["work"]["status"] == "no_signal"


class TestTrouble:
    async def test_events_wait_for_a_database_that_is_away(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("taskyard.server.runners.server._RETRY_SECONDS", 0.01)
        active = await bench.active()
        failures = iter([OperationalError("select", {}, OSError("away"))] * 3)
        apply = Ingest.apply

        async def flaky(self: Ingest, stream: UUID, events: Sequence[Numbered]) -> int:
            for failure in failures:
                raise failure
            return await apply(self, stream, events)

        monkeypatch.setattr(Ingest, "apply", flaky)
        active.runner.session_event(active.session, "title", "title", title="kept")
        await active.runner.settled()

        assert await _titles(active) == ["kept"]

    async def test_an_event_that_cannot_be_stored_does_not_stop_the_others(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        active = await bench.active()
        poisoned = active.runner.last_seq + 2
        apply = Ingest.apply

        async def picky(self: Ingest, stream: UUID, events: Sequence[Numbered]) -> int:
            if any(e.seq == poisoned and e.event is not None for e in events):
                raise ArithmeticError("cannot be stored")
            return await apply(self, stream, events)

        monkeypatch.setattr(Ingest, "apply", picky)
        await active.runner.drop()  # so that they arrive as one batch
        for title in ("one", "two", "three"):
            active.runner.session_event(active.session, "title", "title", title=title)
        await active.runner.connect()
        await active.runner.settled()

        assert await _titles(active) == ["one", "three"]
        errors = [e for e in await active.events() if e["kind"] == "error"]
        assert "could not store it" in errors[0]["data"]["detail"]


async def test_a_link_that_is_gone_raises_when_asked(bench: Bench) -> None:
    active = await bench.active()
    link = bench.process.links.require((await bench.last_agent()).id)
    await active.runner.drop()

    with pytest.raises(NotConnected):
        await link.command("cancel", {}, id="x", deadline=1)
    with pytest.raises(NotConnected):
        await link.open({"service": "tcp", "port": 1}, asyncio.Protocol)


async def test_the_app_status_history_tells_the_turn(bench: Bench) -> None:
    active = await bench.active()
    runner, session = active.runner, active.session
    runner.state(session, "running")
    runner.session_event(
        session,
        "report",
        "report",
        state="complete",
        summary="Opened a pull request",
        link="https://example.com/pull/1",
    )
    runner.state(session, "idle")
    await runner.settled()

    state = (await active.get())["current_state"]
    assert (state["state"], state["message"], state["uri"]) == (
        "idle",
        "Opened a pull request",
        "https://example.com/pull/1",
    )


async def test_a_reported_failure_is_shown_as_failed(bench: Bench) -> None:
    active = await bench.active()
    runner, session = active.runner, active.session
    runner.state(session, "running")
    runner.session_event(
        session, "report", "report", state="failure", summary="No access", link=""
    )
    runner.state(session, "idle")
    await runner.settled()

    state = (await active.get())["current_state"]
    assert (state["state"], state["message"]) == ("failed", "No access")


async def test_a_full_transcript_keeps_states_and_says_so(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    active = await bench.active()
    monkeypatch.setattr(
        bench.process.runner_server, "limits", Limits(session_bytes=2000)
    )

    for number in range(5):
        active.runner.session_event(
            active.session, "message", f"m{number}", role="agent", text="x" * 900
        )
    active.runner.state(active.session, "running")
    await active.runner.settled()

    kinds = [event["kind"] for event in await active.events()][4:]
    assert kinds == ["message", "error", "state"]


async def test_a_runner_that_tells_of_states_for_ever_fills_nothing(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    active = await bench.active()
    monkeypatch.setattr(
        bench.process.runner_server, "limits", Limits(session_bytes=2000)
    )

    for _ in range(200):
        active.runner.state(active.session, "running")
        active.runner.state(active.session, "idle")
    active.runner.state(active.session, "running")
    await active.runner.settled()

    assert len(await active.events()) < 100
    assert (await active.detail())["work"]["status"] == "working"


async def test_a_workspace_has_so_many_sessions_and_no_more(bench: Bench) -> None:
    active = await bench.active()

    for _ in range(300):
        active.runner.start_session()
    await active.runner.settled()

    async with bench.process.sessions.begin() as session:
        count = await session.scalar(select(func.count()).select_from(SessionRow))
    assert count == 200


async def test_the_names_of_a_session_are_cut(bench: Bench) -> None:
    active = await bench.active()
    long = "x" * 100_000

    id_ = active.runner.start_session(key=long, external_id=long)
    await active.runner.settled()

    async with bench.process.sessions.begin() as session:
        row = await session.get_one(SessionRow, id_)
    assert (len(row.key), len(row.external_id)) == (256, 256)


async def test_the_events_of_a_session_are_rows_in_order(bench: Bench) -> None:
    active = await bench.active()

    async with bench.process.sessions.begin() as session:
        rows = list(
            await session.scalars(
                select(SessionEventRow).where(
                    SessionEventRow.session_id == active.session
                )
            )
        )

    assert [row.seq for row in sorted(rows, key=lambda row: row.seq)] == [1, 2, 3, 4]
