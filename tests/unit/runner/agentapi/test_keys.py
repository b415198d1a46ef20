"""Keys for an agent without a terminal: what they answer, and what they must not."""

from typing import Literal

import pytest

from taskyard.runner.agentapi import keys
from taskyard.runner.agentapi.keys import NoTerminal, press
from taskyard.runner.agents.conversation import Problem, Status, Transcript

pytestmark = pytest.mark.asyncio
AT = "2026-01-01T00:00:00Z"
OPTIONS = [
    {"id": "a", "name": "Always", "kind": "allow_always"},
    {"id": "o", "name": "Once", "kind": "allow_once"},
    {"id": "n", "name": "No", "kind": "reject_once"},
]


class Asking:
    """An agent that asks for permission."""

    agent = "codex"
    transport: Literal["acp", "pty"] = "acp"
    status: Status = "running"
    screen = ""
    problems: tuple[Problem, ...] = ()

    def __init__(self) -> None:
        self.transcript = Transcript(tells_questions=lambda: True)
        self.answers: list[str] = []
        self.cancelled = 0

    def ask(self, request: str = "r1") -> None:
        self.transcript.fold(
            "permission_requested", request, {"title": "run it", "options": OPTIONS}, AT
        )

    async def say(self, text: str) -> None:
        raise NotImplementedError(text)

    async def cancel(self) -> None:
        self.cancelled += 1

    async def answer(self, request: str, option_id: str) -> None:
        assert request == "r1"
        self.answers.append(option_id)

    async def write_raw(self, data: bytes) -> None:
        raise NotImplementedError(data)

    @property
    def shown(self) -> str:
        return self.transcript.messages[-1].text


@pytest.mark.parametrize(
    ("keys", "answers"),
    [
        ("2", ["o"]),
        ("2\r", ["o"]),
        ("3", ["n"]),
        ("\x1b[B\x1b[B", []),
        ("\t", []),
        ("\x1b[3~\x1b[H\x1b[F\x1b[5~\b", []),
    ],
)
async def test_a_digit_answers_and_other_keys_do_not(
    keys: str, answers: list[str]
) -> None:
    agent = Asking()
    agent.ask()

    await press(agent, keys)

    assert agent.answers == answers
    assert agent.cancelled == 0


async def test_arrows_move_the_cursor_round_and_enter_takes_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keys, "SETTLE_SECONDS", 0.0)
    agent = Asking()
    agent.ask()

    await press(agent, "\x1b[A")
    last = agent.shown
    await press(agent, "\x1bOB\x1b[B\r")

    assert last.endswith("❯ 3. No")
    assert "❯ 2. Once" in agent.shown
    assert agent.answers == ["o"]


async def test_enter_right_after_a_question_does_not_answer_it() -> None:
    agent = Asking()
    agent.ask()

    await press(agent, "\r")

    assert agent.answers == []


@pytest.mark.parametrize("key", ["\x1b", "\x03"])
async def test_escape_and_ctrl_c_end_the_turn(key: str) -> None:
    agent = Asking()
    agent.ask()

    await press(agent, key)

    assert agent.cancelled == 1


@pytest.mark.parametrize("keys", ["hello", "9", "2"])
async def test_what_means_nothing_is_explained(keys: str) -> None:
    agent = Asking()
    if keys == "9":
        agent.ask()

    with pytest.raises(NoTerminal):
        await press(agent, keys)


async def test_a_question_that_the_policy_answers_is_never_shown() -> None:
    agent = Asking()
    agent.ask()
    answer = {"outcome": "selected", "option_id": "o", "by": "policy"}

    agent.transcript.fold("permission_resolved", "r1", answer, AT)

    assert agent.transcript.messages == ()


async def test_a_question_keeps_its_answer_in_the_conversation() -> None:
    agent = Asking()
    agent.ask()
    answer = {"outcome": "selected", "option_id": "n", "by": "user"}

    agent.transcript.fold("permission_resolved", "r1", answer, AT)

    assert agent.shown == "Permission asked: run it\n\n→ No"
    assert agent.transcript.question is None


async def test_a_question_of_an_earlier_life_counts_as_not_answered() -> None:
    before, after = Asking(), Asking()
    before.ask()
    after.transcript.restore(before.transcript.messages)

    cancelled = {"outcome": "cancelled", "by": "timeout"}
    after.transcript.fold("permission_resolved", "r1", cancelled, AT)

    assert [m.text for m in after.transcript.messages] == [
        "Permission asked: run it\n\n→ not answered"
    ]


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        *(("1", "a"), ("2.", "o"), ("once", "o"), ("Always", "a"), ("yes", "o")),
        *(
            ("NO", "n"),
            ("n", "n"),
            ("4", None),
            ("0", None),
            ("maybe", None),
            ("", None),
        ),
    ],
)
async def test_words_choose_an_option(words: str, meant: str | None) -> None:
    agent = Asking()
    agent.ask()
    question = agent.transcript.question
    assert question is not None

    option = question.option_for(words)

    assert (option and option["id"]) == meant
