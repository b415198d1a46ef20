"""What becomes of a prompt, by what the rows say."""

import asyncio
from typing import Any

import pytest

from taskyard.server.tasks.acp.desk import Mail
from taskyard.server.tasks.acp.rpc import RpcError
from taskyard.server.tasks.acp.waiting import Waiting, ended, turn_verdict, verdict
from tests.support import wire


def mail(state: str, *, ended_at: int = 0, reason: str = "", error: str = "") -> Mail:
    return Mail(state, error, ended_at, reason)


@pytest.mark.parametrize(
    ("of", "status", "answer"),
    [
        (None, "pending", None),
        (None, "failed", "The task cannot go on"),
        (mail("queued"), "working", None),
        (mail("queued"), "paused", None),
        (mail("queued"), "failed", "The task cannot go on"),
        (mail("sending"), "working", None),
        (mail("removed"), "working", "cancelled"),
        (mail("failed", error="broken"), "working", "broken"),
        (mail("delivered"), "working", None),
        (mail("delivered"), "needs_login", None),
        (mail("delivered"), "paused", "The task is paused"),
        (mail("delivered", ended_at=7, reason="end_turn"), "paused", None),
    ],
)
def test_a_prompt_waits_until_the_rows_say_that_it_is_over(
    of: Mail | None, status: Any, answer: str | None
) -> None:
    found = verdict(of, wire.task(status))

    if answer is None:
        assert found is None
    else:
        assert answer in str(found)


@pytest.mark.parametrize(
    ("of", "told", "answer"),
    [
        (None, 9, None),
        (mail("delivered"), 9, None),
        (mail("delivered", ended_at=7, reason="refusal"), 6, None),
        (mail("delivered", ended_at=7, reason="refusal"), 7, "refusal"),
    ],
)
def test_a_turn_has_ended_when_all_that_was_said_in_it_was_told(
    of: Mail | None, told: int, answer: str | None
) -> None:
    assert ended(of, told=told) == answer


@pytest.mark.parametrize(
    "reason", ["end_turn", "max_tokens", "max_turn_requests", "refusal", "cancelled"]
)
def test_reasons_of_the_protocol_are_answers(reason: str) -> None:
    assert turn_verdict({"stop_reason": reason}) == reason


@pytest.mark.parametrize(
    ("reason", "words"),
    [("interrupted", "Send the message again"), ("error", "quota"), ("", "failed")],
)
def test_a_turn_that_failed_is_an_error_with_the_reason(
    reason: str, words: str
) -> None:
    found = turn_verdict({"stop_reason": reason, "detail": "no quota is left"})

    assert isinstance(found, RpcError)
    assert words in found.message


@pytest.mark.asyncio
async def test_the_first_verdict_counts() -> None:
    waiting = Waiting()

    waiting.end("cancelled")
    waiting.end(RpcError(1, "too late"))

    async with asyncio.timeout(5):
        assert await waiting.answer == "cancelled"
