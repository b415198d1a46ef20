"""Words for an agent that works at its terminal, and options set by its own commands."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from taskyard.runner.agents.driver import Unsupported
from taskyard.testing.fake_llm.app import FakeLlm
from taskyard.testing.fake_llm.scenario import Scenario
from tests.integration.runner.tui.conftest import Driven
from tests.integration.runner.tui.talking import prompt, said
from tests.integration.runner.workspace import TestWorkspace, with_real_agents
from tests.support.real_agents import require

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(180)]

SCENARIO: Scenario = {
    "rules": [
        {"match": "mention blue", "steps": [{"say": "Blue it is."}]},
        {
            "match": "take your time",
            "steps": [{"say": "I take my time. " * 12, "chunk_delay": 0.5}],
        },
    ]
}


async def working(driven: Driven) -> None:
    async with asyncio.timeout(30):
        while "Working…" not in driven.driver.screen:  # noqa: ASYNC110 - a terminal
            await asyncio.sleep(0.02)


async def test_added_words_belong_to_the_turn_and_are_not_its_answer(
    driven: Driven,
) -> None:
    await driven.start("takes-words")
    turn = asyncio.get_running_loop().create_task(
        driven.say("say first\nthink 2\nsay second")
    )
    await working(driven)

    await driven.driver.steer("say third")
    answer = await turn

    assert [line for line in answer.split("\n") if line] == [
        *("● first", "● second", "● third")
    ]
    assert len(driven.of("turn_ended")) == 1


async def test_words_that_come_at_once_are_typed_one_after_the_other(
    driven: Driven,
) -> None:
    await driven.start("takes-words")
    turn = asyncio.get_running_loop().create_task(
        driven.say("say first\nthink 2\nsay second")
    )
    await working(driven)

    await asyncio.gather(*(driven.driver.steer(f"say {n}") for n in ("third", "last")))
    answer = await turn

    said = [line for line in answer.split("\n") if line]
    assert said == ["● first", "● second", "● third", "● last"]


async def test_a_prompt_waits_while_an_option_is_typed(driven: Driven) -> None:
    await driven.start("takes-words")

    _, said = await asyncio.gather(
        driven.driver.set_option("model", "small-5.5"),
        driven.say("say hello\nthink 0.3"),
    )

    assert said == "● hello"
    assert "Set model to small-5.5" in driven.driver.screen


async def test_words_are_not_typed_into_a_question(driven: Driven) -> None:
    await driven.start("takes-words")
    turn = asyncio.get_running_loop().create_task(driven.say("ask"))
    async with asyncio.timeout(30):
        while not driven.of("permission_requested"):  # noqa: ASYNC110 - a terminal
            await asyncio.sleep(0.02)

    with pytest.raises(Unsupported, match="waits for an answer"):
        await driven.driver.steer("1")
    await driven.driver.write_raw(b"3")

    assert "● chose 3" in await turn


async def test_a_model_is_set_by_the_agents_own_command(driven: Driven) -> None:
    await driven.start("takes-words")

    options = await driven.driver.set_option("model", "small-5.5")

    assert [(o["id"], o["value"]) for o in options] == [("model", "small-5.5")]
    assert "Set model to small-5.5" in driven.driver.screen


@pytest.mark.parametrize(
    ("profile", "option", "value", "why"),
    [
        ("claude-code", "volume", "11", "use its own command"),
        ("gemini", "model", "x", "use its own command"),
        ("claude-code", "model", "x\n/exit", "cannot be typed"),
        ("claude-code", "effort", "low", "did not confirm"),
    ],
)
async def test_what_cannot_be_set_at_a_terminal_says_why(
    driven: Driven, profile: str, option: str, value: str, why: str
) -> None:
    await driven.start("takes-words", profile=profile)

    with pytest.raises(Unsupported, match=why):
        await driven.driver.set_option(option, value)


# -- the real ones --------------------------------------------------------------------


@pytest.fixture
def llm() -> FakeLlm:
    return FakeLlm(SCENARIO)


@pytest_asyncio.fixture
async def workspace(llm: FakeLlm) -> AsyncIterator[TestWorkspace]:
    async with with_real_agents(llm) as made:
        yield made


@pytest.mark.parametrize(
    ("agent", "model"),
    [("claude-code", ""), ("codex", "gpt-5"), ("gemini", "gemini-2.5-pro")],
)
async def test_real_agents_take_words_while_they_work(
    workspace: TestWorkspace, llm: FakeLlm, agent: str, model: str
) -> None:
    require(agent, "tui")
    server = workspace.server
    session = await workspace.begin(
        agent, driver="tui", command=[], options={"model": model} if model else {}
    )

    await prompt(workspace, session, "please take your time")
    await server.until(lambda: any(r.get("kind") == "step" for r in llm.requests))
    reply = await server.command(
        "steer", session_id=session, message_id="more", text="also mention blue"
    )
    await server.until(lambda: "Blue it is" in str(said(workspace)), seconds=60)
    await server.until(lambda: server.state == "idle", seconds=60)

    told = said(workspace)
    assert reply["ok"], reply
    assert [text for role, text in told if role == "user"] == [
        *("please take your time", "also mention blue")
    ]
    assert "mention blue" not in "".join(text for role, text in told if role == "agent")


async def test_the_real_claude_takes_another_model_and_effort(
    workspace: TestWorkspace,
) -> None:
    require("claude-code", "tui")
    server = workspace.server
    session = await workspace.begin("claude-code", driver="tui", command=[])

    replies = [
        await server.command(
            "set_option", session_id=session, option_id=option, value=value
        )
        for option, value in (("model", "haiku"), ("effort", "low"))
    ]

    assert [reply["ok"] for reply in replies] == [True, True], replies
