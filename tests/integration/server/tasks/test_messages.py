"""Messages: queued, edited, delivered once and in order, whatever is restarted."""

from http import HTTPStatus
from typing import Any

import httpx
import pytest

from taskyard.testing.runners import (
    BusyRunner,
    FakeRunner,
    MuteRunner,
    RefusingRunner,
    SteerlessRunner,
)
from tests.support.provisioning import ok
from tests.support.tasks import SECOND, Active, Bench

pytestmark = pytest.mark.asyncio


async def _say(active: Active, text: str, **fields: Any) -> httpx.Response:
    return await active.bench.client.post(
        f"{active.path}/messages", json={"input": text, **fields}
    )


async def _states(active: Active) -> list[tuple[str, str]]:
    listed = ok(await active.bench.client.get(f"{active.path}/messages"))
    return [(message["input"], message["state"]) for message in listed["messages"]]


def _prompts(runner: FakeRunner) -> list[str]:
    return [
        command["args"]["text"]
        for command in runner.acted_on
        if command["name"] == "prompt"
    ]


async def _run(active: Active) -> None:
    """The agent begins a turn."""
    active.bench.clock.advance(SECOND)
    active.runner.state(active.session, "running")
    await active.runner.settled()


async def _rest(active: Active) -> None:
    """The agent's turn ends, and the courier comes by."""
    active.bench.clock.advance(SECOND)
    active.runner.state(active.session, "idle")
    await active.runner.settled()
    await active.bench.deliver()


async def test_the_tasks_prompt_is_the_first_message(bench: Bench) -> None:
    active = await bench.active("write a poem")

    assert _prompts(active.runner) == ["write a poem"]
    assert await _states(active) == [("write a poem", "delivered")]


async def test_the_modules_own_first_words_win_over_the_prompt(bench: Bench) -> None:
    await bench.task("a poem")
    runner = await bench.runner()
    session = runner.start_session(initial_prompt="You are a poet. A poem, please.")
    runner.state(session, "idle")
    await runner.settled()

    await bench.deliver()

    assert _prompts(runner) == ["You are a poet. A poem, please."]


async def test_a_message_to_a_busy_agent_waits_for_the_end_of_the_turn(
    bench: Bench,
) -> None:
    active = await bench.active()
    await _run(active)

    answer = await _say(active, "then lint")
    await bench.deliver()
    waiting = await _states(active)
    await _rest(active)

    assert answer.status_code == HTTPStatus.ACCEPTED
    assert answer.json()["state"] == "queued"
    assert waiting[-1] == ("then lint", "queued")
    assert (await _states(active))[-1] == ("then lint", "delivered")


async def test_messages_are_delivered_one_a_turn_in_order(bench: Bench) -> None:
    active = await bench.active("first")
    await _run(active)
    for text in ("second", "third", "fourth"):
        await _say(active, text)

    for _ in range(3):
        await _rest(active)
        await _run(active)

    assert _prompts(active.runner) == ["first", "second", "third", "fourth"]


async def test_a_queued_message_can_be_edited_moved_and_removed(bench: Bench) -> None:
    active = await bench.active("first")
    await _run(active)
    ids = [(await _say(active, text)).json()["id"] for text in ("b", "c", "d")]
    path = f"{active.path}/messages"

    moved = await bench.client.patch(f"{path}/{ids[2]}", json={"position": 0})
    edited = await bench.client.patch(f"{path}/{ids[1]}", json={"input": "C!"})
    removed = await bench.client.delete(f"{path}/{ids[0]}")

    assert moved.status_code == HTTPStatus.OK
    assert edited.json()["input"] == "C!"
    assert removed.status_code == HTTPStatus.NO_CONTENT
    for _ in range(3):
        await _rest(active)
        await _run(active)
    assert _prompts(active.runner) == ["first", "d", "C!"]


async def test_a_delivered_message_can_no_longer_be_changed(bench: Bench) -> None:
    active = await bench.active()
    listed = ok(await bench.client.get(f"{active.path}/messages"))
    path = f"{active.path}/messages/{listed['messages'][0]['id']}"

    edited = await bench.client.patch(path, json={"input": "x"})
    removed = await bench.client.delete(path)

    assert edited.status_code == HTTPStatus.CONFLICT
    assert removed.status_code == HTTPStatus.CONFLICT
    assert edited.json()["detail"].startswith("It is delivered")


async def test_now_is_refused_while_the_agent_is_busy(bench: Bench) -> None:
    active = await bench.active()
    await _run(active)

    answer = await _say(active, "quick", delivery="now")

    assert answer.status_code == HTTPStatus.CONFLICT
    assert len(await _states(active)) == 1


async def test_now_is_delivered_when_the_answer_comes(bench: Bench) -> None:
    active = await bench.active()

    answer = await _say(active, "quick", delivery="now")

    assert answer.json()["state"] == "delivered"


async def test_a_steering_message_goes_into_the_running_turn(bench: Bench) -> None:
    active = await bench.active()
    await _run(active)
    await _say(active, "later")
    await _say(active, "not that file!", delivery="steer")

    await bench.deliver()

    steer = await active.runner.command("steer")
    assert steer["args"]["text"] == "not that file!"
    assert (await _states(active))[1:] == [
        ("later", "queued"),
        ("not that file!", "delivered"),
    ]


async def test_an_agent_that_cannot_be_steered_gets_the_message_afterwards(
    bench: Bench,
) -> None:
    active = await bench.active(kind=SteerlessRunner)
    await _run(active)
    await _say(active, "hm", delivery="steer")

    await bench.deliver()
    waiting = await _states(active)
    await _rest(active)

    assert waiting[-1] == ("hm", "queued")
    assert (await _states(active))[-1] == ("hm", "delivered")


async def test_messages_queue_while_paused_and_may_resume_the_task(
    bench: Bench,
) -> None:
    active = await bench.active()
    await active.pause()

    queued = await _say(active, "one")
    await bench.yard.provisioner.run_all()
    paused = (await active.get())["status"]
    resuming = await _say(active, "two", resume=True)
    await bench.yard.provisioner.run_all()

    assert queued.status_code == resuming.status_code == HTTPStatus.ACCEPTED
    assert paused == "paused"
    assert (await active.get())["workspace_status"] == "running"


async def test_a_resumed_session_goes_on_without_the_first_prompt(
    bench: Bench,
) -> None:
    active = await bench.active("first")
    await active.pause()
    await _say(active, "go on", resume=True)
    await bench.yard.provisioner.run_all()

    runner = await bench.runner()
    seeds = runner.manifest["sessions"] if runner.manifest else []
    runner.start_session(
        id_=active.session, resumed=True, external_id=seeds[0]["external_id"]
    )
    runner.state(active.session, "idle")
    await runner.settled()
    await bench.deliver()

    assert seeds[0]["id"] == str(active.session)
    assert seeds[0]["external_id"] == "agent-session"
    assert _prompts(runner) == ["go on"]


async def test_a_fresh_session_after_a_resume_is_not_prompted_again(
    bench: Bench,
) -> None:
    active = await bench.active("first")
    await active.pause()
    await active.resume()

    runner = await bench.runner()
    session = runner.start_session(initial_prompt="first")
    runner.state(session, "idle")
    await runner.settled()
    await bench.deliver()

    assert _prompts(runner) == []


async def test_a_lost_acknowledgement_leads_to_the_same_command_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("taskyard.server.tasks.delivery._DEADLINE_SECONDS", 0.1)
    active = await bench.active(kind=MuteRunner)
    await _say(active, "once")
    await bench.deliver()
    unanswered = await _states(active)

    await active.replace(FakeRunner)
    await bench.deliver()

    assert unanswered[-1] == ("once", "sending")
    assert (await _states(active))[-1] == ("once", "delivered")
    assert len({command["id"] for command in active.runner.commands}) == 1


async def test_the_transcript_makes_good_a_lost_acknowledgement(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("taskyard.server.tasks.delivery._DEADLINE_SECONDS", 0.1)
    active = await bench.active(kind=MuteRunner)
    sent = (await _say(active, "once")).json()
    await bench.deliver()

    active.runner.session_event(
        active.session,
        "message",
        "u9",
        role="user",
        kind="text",
        text="once",
        message_id=sent["id"],
    )
    await active.runner.settled()

    assert (await _states(active))[-1] == ("once", "delivered")


async def test_a_busy_answer_puts_the_message_back(bench: Bench) -> None:
    active = await bench.active(kind=BusyRunner)
    await _say(active, "patience")

    await bench.deliver()

    assert (await _states(active))[-1] == ("patience", "queued")


async def test_an_agent_that_takes_nothing_fails_the_message_with_its_words(
    bench: Bench,
) -> None:
    active = await bench.active(kind=RefusingRunner)
    await _say(active, "hello?")

    await bench.deliver()

    listed = ok(await bench.client.get(f"{active.path}/messages"))
    last = listed["messages"][-1]
    assert (last["state"], last["error"]) == ("failed", "broken")


async def test_two_couriers_at_once_deliver_once(bench: Bench) -> None:
    active = await bench.active()
    await _say(active, "once")

    await bench.loop_step()
    await bench.loop_step()
    await bench.deliver()
    await active.runner.command("prompt", count=2)

    assert _prompts(active.runner)[1:] == ["once"]


async def test_cancel_ends_the_running_turn(bench: Bench) -> None:
    active = await bench.active()
    idle = await bench.client.post(f"{active.path}/cancel")
    await _run(active)

    running = await bench.client.post(f"{active.path}/cancel")

    assert idle.status_code == running.status_code == HTTPStatus.ACCEPTED
    cancels = [c for c in active.runner.commands if c["name"] == "cancel"]
    assert [c["args"]["session_id"] for c in cancels] == [str(active.session)]


async def test_cancel_without_a_link_is_a_bad_gateway(bench: Bench) -> None:
    active = await bench.active()
    await _run(active)
    await active.runner.drop()

    answer = await bench.client.post(f"{active.path}/cancel")

    assert answer.status_code == HTTPStatus.BAD_GATEWAY


async def test_text_that_cannot_be_stored_is_cleaned(bench: Bench) -> None:
    active = await bench.active()
    await _run(active)

    answer = await _say(active, "a\x00b")

    assert answer.json()["input"] == "a\ufffdb"
