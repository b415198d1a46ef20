"""Terminal agents that fail: what is said of it, and what works afterwards."""

import asyncio

import pytest

from taskyard.runner.agents.driver import AgentFailed
from taskyard.testing import tui_failures
from tests.integration.runner.tui.conftest import Driven
from tests.integration.runner.tui.test_driver import until

pytestmark = pytest.mark.asyncio

FAILS = tui_failures.command()


async def test_an_agent_that_complains_has_failed_its_turn_and_rests(
    driven: Driven,
) -> None:
    await driven.start(command=FAILS)

    await driven.say("trouble 500 Internal server error\nthink 0.3")
    after = driven.of("state")[-1]
    await driven.say("say fine\nthink 0.3")

    first, second = driven.of("turn_ended")
    assert (first["stop_reason"], first["detail"]) == (
        "error",
        "API Error: 500 Internal server error",
    )
    assert (after["state"], after["detail"]) == (
        "idle",
        "API Error: 500 Internal server error",
    )
    assert second["stop_reason"] == "end_turn"
    assert "detail" not in driven.of("state")[-1], "it is forgotten with the next turn"


async def test_an_agent_that_nobody_is_logged_in_at_wants_a_login(
    driven: Driven,
) -> None:
    await driven.start(command=FAILS)

    await driven.say("logout\nthink 0.3")

    last = driven.of("state")[-1]
    assert (last["state"], last["action"]) == ("auth_required", "login")
    assert last["detail"] == "Not logged in · Please run /login"


async def test_what_a_model_says_about_errors_is_no_error(driven: Driven) -> None:
    await driven.start(command=FAILS)

    await driven.say("say it printed: API Error: 500, not logged in\nthink 0.3")

    assert driven.of("turn_ended")[0]["stop_reason"] == "end_turn"
    assert driven.states[-1][0] == "idle"


async def test_two_questions_after_each_other_are_two(driven: Driven) -> None:
    await driven.start(command=FAILS)
    turn = asyncio.get_running_loop().create_task(driven.say("twice\nthink 0.3"))

    for number in (1, 2):
        await until(lambda n=number: len(driven.of("permission_requested")) == n)
        request = [k for kind, k, _ in driven.events if kind == "permission_requested"]
        await driven.driver.answer_permission(request[-1], str(number))

    assert (await turn).endswith("● chose 1 and 2")
    assert [asked["title"] for asked in driven.of("permission_requested")] == [
        "Do you want to create a.txt?",
        "Do you want to create b.txt?",
    ]


async def test_an_agent_that_asks_and_dies_leaves_no_question_behind(
    driven: Driven,
) -> None:
    await driven.start(command=FAILS)

    with pytest.raises(AgentFailed, match="exit code 3"):
        await driven.say("askdie")

    assert len(driven.of("permission_requested")) == 1
    assert [r["outcome"] for r in driven.of("permission_resolved")] == ["cancelled"]


@pytest.mark.parametrize("noise", ["garbage", "overlong 60000000"])
async def test_noise_does_no_harm(driven: Driven, noise: str) -> None:
    await driven.start(command=FAILS)

    said = await driven.say(f"{noise}\nsay fine\nthink 0.3")

    assert said.endswith("● fine")
    assert driven.of("turn_ended")[0]["stop_reason"] == "end_turn"


async def test_a_prompt_waits_for_slow_servers(driven: Driven) -> None:
    await driven.start(command=tui_failures.command("slow-servers"))

    assert await driven.say("say hello\nthink 0.3") == "● hello"
