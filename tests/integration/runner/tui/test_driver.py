"""The terminal driver over a real PTY, with agents that misbehave."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from taskyard.protocol.terminal import TerminalSize
from taskyard.runner.agents.driver import AgentFailed, Unsupported
from taskyard.runner.agents.tui.driver import TuiDriver
from tests.integration.runner.tui.conftest import Driven

pytestmark = pytest.mark.asyncio


async def test_the_title_tells_when_the_agent_is_ready_and_when_its_turn_is_over(
    driven: Driven,
) -> None:
    """No need to wait for a still screen: that would be told as the source."""
    await driven.start()

    said = await driven.say("say hello\nthink 0.3")

    assert said == "● hello"
    assert driven.states == [
        ("starting", "driver"),
        ("idle", "title"),
        ("running", "driver"),
        ("idle", "title"),
    ]
    [end] = driven.of("turn_ended")
    assert end["stop_reason"] == "end_turn"
    assert end["duration_ms"] >= 300


async def test_without_a_title_a_still_screen_decides(driven: Driven) -> None:
    await driven.start("silent", profile="custom")

    said = await driven.say("say hello")

    assert said == "● hello"
    assert driven.states[-1] == ("idle", "screen")
    assert driven.of("turn_ended")[0]["duration_ms"] >= 2000


async def test_an_answer_is_told_as_it_grows_without_any_sign_of_work(
    driven: Driven,
) -> None:
    await driven.start("silent", profile="custom")

    said = await driven.say("say first\nthink 1.5\nsay last")

    told = [data["text"] for _, key, data in driven.events if key == "turn-1-answer"]
    assert said == "● first\n● last"
    assert told[0] == "● first"


async def test_a_bell_after_work_decides_as_well(driven: Driven) -> None:
    await driven.start("plain", profile="aider")

    said = await driven.say("say hello\nbell")

    assert said == "● hello"
    assert driven.states[-1][0] == "idle"


async def test_an_answer_longer_than_the_screen_is_whole(driven: Driven) -> None:
    await driven.start()

    said = await driven.say("lines 120\nthink 0.2")

    assert said.split("\n") == [f"● line {n}" for n in range(120)]


async def test_an_answer_that_repeats_the_one_before_is_not_lost(
    driven: Driven,
) -> None:
    await driven.start()
    await driven.say("say same\nthink 0.2")

    again = await driven.say("say same\nthink 0.2")

    assert again == "● same"


async def test_a_line_changed_further_up_is_no_part_of_the_answer(
    driven: Driven,
) -> None:
    await driven.start()
    await driven.say("say first\nthink 0.2")

    said = await driven.say("edit Tip of the day\nsay a > b\nsay <p>\nthink 0.2")

    assert said == "● a > b\n● <p>"


async def test_a_message_of_several_lines_is_one_message(driven: Driven) -> None:
    await driven.start()

    said = await driven.say("say one\nsay two\x1b[201~die\nthink 0.2")

    assert said.startswith("● one\n● two"), "the end of the paste cannot be forged"


async def test_the_terminal_has_the_size_asked_for_and_takes_another(
    driven: Driven,
) -> None:
    await driven.start(columns=90, rows=30)
    first = await driven.say("size\nthink 0.2")

    driven.driver.terminal.resize(TerminalSize(100, 50))
    second = await driven.say("size\nthink 0.2")

    assert (first, second) == ("● 90x30", "● 100x50")


async def test_the_agent_knows_what_its_terminal_can(driven: Driven) -> None:
    await driven.start()

    said = await driven.say("environment TERM\nenvironment COLORTERM\nthink 0.2")

    assert said == "● TERM=xterm-256color\n● COLORTERM=truecolor"


async def test_questions_of_the_agent_to_its_terminal_are_answered(
    driven: Driven,
) -> None:
    await driven.start("asks-terminal")

    assert driven.states[-1] == ("idle", "title")


async def test_a_permission_menu_is_asked_about_and_answered_with_its_key(
    driven: Driven,
) -> None:
    await driven.start()
    turn = asyncio.get_running_loop().create_task(driven.say("ask\nthink 0.2"))
    await until(lambda: bool(driven.of("permission_requested")))
    [asked] = driven.of("permission_requested")
    waiting = driven.states[-1]
    request = next(k for kind, k, _ in driven.events if kind == "permission_requested")

    await driven.driver.answer_permission("another", "1")
    await driven.driver.answer_permission(request, "3")
    said = await turn

    assert waiting == ("requires_action", "dialog")
    assert asked["title"] == "Do you want to proceed?"
    assert [option["kind"] for option in asked["options"]] == [
        "allow_once",
        "allow_always",
        "reject_once",
    ]
    assert "rm -rf build" in asked["tool"]["content"][0]["content"]["text"]
    assert said == "● chose 3"
    assert driven.of("permission_resolved") == [
        {"outcome": "selected", "option_id": "3", "by": "user"}
    ]


async def test_a_policy_that_allows_all_answers_by_itself(driven: Driven) -> None:
    await driven.start(policy="allow_all")

    said = await driven.say("ask\nthink 0.2")

    assert said == "● chose 1"
    assert driven.of("permission_resolved")[0]["by"] == "policy"


async def test_somebody_at_the_keyboard_may_answer_too(driven: Driven) -> None:
    await driven.start()
    turn = asyncio.get_running_loop().create_task(driven.say("confirm\nthink 0.2"))
    await until(lambda: driven.states[-1][0] == "requires_action")

    await driven.driver.write_raw(b"n\r")

    assert await turn == "● got n"
    assert driven.of("permission_resolved") == [{"outcome": "cancelled", "by": "user"}]


async def test_a_login_menu_that_looks_like_a_prompt_is_a_login(driven: Driven) -> None:
    await driven.start("wants-login", profile="custom")

    [state] = [d for d in driven.of("state") if d["state"] != "starting"]
    assert (state["state"], state["action"]) == ("auth_required", "login")
    assert not driven.of("permission_requested")


async def test_a_question_before_the_first_prompt_can_be_answered(
    driven: Driven,
) -> None:
    await driven.start("wants-trust")
    asked = driven.states[-1]

    await driven.driver.write_raw(b"1")
    await until(lambda: driven.states[-1][0] == "idle")

    assert asked == ("requires_action", "dialog")


async def test_a_cancelled_turn_ends_as_cancelled(driven: Driven) -> None:
    await driven.start()
    turn = asyncio.get_running_loop().create_task(driven.say("wait"))
    await until(
        lambda: (
            ("running", "title")
            in [(d["state"], d["source"]) for d in driven.of("state")]
        )
    )

    await driven.driver.cancel()
    said = await turn

    assert said == "● Interrupted"
    assert driven.of("turn_ended")[0]["stop_reason"] == "cancelled"


async def test_an_agent_deaf_to_cancel_is_ended_by_closing(driven: Driven) -> None:
    await driven.start("deaf-to-cancel")
    turn = asyncio.get_running_loop().create_task(driven.say("wait"))
    await until(lambda: driven.states[-1][0] == "running")
    await driven.driver.cancel()

    await driven.driver.close(0)

    with pytest.raises(AgentFailed):
        await turn


async def test_enter_is_pressed_again_when_nothing_happened(driven: Driven) -> None:
    await driven.start("eats-enter")

    assert await driven.say("say hello\nthink 0.2") == "● hello"


async def test_an_agent_that_dies_in_a_turn_fails_with_its_exit_code(
    driven: Driven,
) -> None:
    await driven.start()

    with pytest.raises(AgentFailed, match="exit code 3"):
        await driven.say("say x\ndie")

    assert "exit code 3" in await driven.driver.wait()
    assert "fatal: I die" in driven.driver.screen


async def test_an_agent_that_dies_at_once_says_its_last_words(driven: Driven) -> None:
    with pytest.raises(AgentFailed, match="fatal: no configuration"):
        await driven.start("dies-at-once")


async def test_a_program_that_is_not_there_is_named(driven: Driven) -> None:
    with pytest.raises(AgentFailed, match="cannot start no-such-agent"):
        await driven.start(command=("no-such-agent",))


async def test_an_agent_that_never_asks_for_input_is_given_up(tmp_path: Path) -> None:
    driven = Driven(tmp_path)
    driven.driver = TuiDriver(emit=driven.emit, verbatim=True, start_seconds=1)

    with pytest.raises(AgentFailed, match=r"did not ask for input.*Loading"):
        await driven.start("never-ready")

    await driven.driver.close(0)


async def test_a_flood_leaves_the_loop_free(driven: Driven) -> None:
    await driven.start()
    loop = asyncio.get_running_loop()
    turn = loop.create_task(driven.say("flood 8000\nsay done\nthink 0.2"))
    longest = 0.0
    while not turn.done():
        began = loop.time()
        await asyncio.sleep(0.01)
        longest = max(longest, loop.time() - began)

    assert (await turn).endswith("● done")
    assert longest < 1.0
    assert len(driven.events) < 100


async def test_an_agent_that_redraws_for_ever_becomes_idle(driven: Driven) -> None:
    await driven.start("repaints", profile="custom")

    assert await driven.say("say hello") == "● hello"


@pytest.mark.parametrize(
    ("profile", "why"), [("custom", "takes no words"), ("claude-code", "is idle")]
)
async def test_an_agent_that_cannot_be_steered_says_why(
    driven: Driven, profile: str, why: str
) -> None:
    await driven.start(profile=profile)

    with pytest.raises(Unsupported, match=why):
        await driven.driver.steer("more")


@pytest.mark.parametrize("agent", ["polite", "ignores-end"])
async def test_nothing_an_agent_started_outlives_it(driven: Driven, agent: str) -> None:
    await driven.start(agent)
    said = await driven.say("daemon\nthink 0.2")
    pid = int(said.split()[-1])

    await driven.driver.close(0.1)

    assert not lives(pid)


async def test_keys_after_the_end_are_refused(driven: Driven) -> None:
    await driven.start()
    await driven.driver.close(0)

    with pytest.raises(AgentFailed):
        await driven.driver.write_raw(b"x")


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - it looks at a list of events
            await asyncio.sleep(0.01)


def lives(pid: int) -> bool:
    """Also a zombie is dead: it waits for its new parent."""
    try:
        return (
            Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        )
    except FileNotFoundError:
        return False
