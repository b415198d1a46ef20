"""What a chat surface keeps of a session: the newest, within bounds, in order."""

import time

import pytest

from taskyard.runner.agents.conversation import (
    MESSAGE_CHARACTERS,
    MESSAGES_KEPT,
    TRANSCRIPT_CHARACTERS,
    Transcript,
)

AT = "2026-01-01T00:00:00Z"


@pytest.fixture
def transcript() -> Transcript:
    return Transcript(tells_questions=lambda: False)


def test_a_flood_of_messages_is_bounded_and_keeps_its_numbers(
    transcript: Transcript,
) -> None:
    for number in range(MESSAGES_KEPT + 50):
        transcript.fold("message", f"m{number}", {"text": f"{number}"}, AT)

    messages = transcript.messages
    assert len(messages) == MESSAGES_KEPT
    assert (messages[0].id, messages[0].text) == (50, "50")
    assert messages[-1].id == MESSAGES_KEPT + 49


def test_long_messages_together_are_bounded(transcript: Transcript) -> None:
    for number in range(30):
        text = "x" * (2 * MESSAGE_CHARACTERS)
        transcript.fold("message", f"m{number}", {"text": text}, AT)

    sizes = [len(m.text) for m in transcript.messages]
    assert sum(sizes) <= TRANSCRIPT_CHARACTERS
    assert max(sizes) == MESSAGE_CHARACTERS
    assert transcript.messages[-1].id == 29


def test_a_message_of_many_small_parts_costs_no_more_than_its_length(
    transcript: Transcript,
) -> None:
    began = time.process_time()
    for _ in range(200_000):
        transcript.fold("message_chunk", "m", {"text": "abc"}, AT)
    [message] = transcript.messages
    spent = time.process_time() - began

    assert message.text == "abc" * 200_000
    assert spent < 5, "joining each part to the whole takes minutes"


def test_half_a_character_does_not_keep_the_rest_from_being_stored(
    transcript: Transcript,
) -> None:
    transcript.fold("message", "m", {"text": "a\ud800b"}, AT)

    assert transcript.messages[0].text == "a?b"


@pytest.mark.parametrize(
    ("said", "detail", "told"),
    [
        (
            "half an ans",
            "out of order",
            ["half an ans", "The turn failed: out of order"],
        ),
        ("API Error: out of order", "out of order", ["API Error: out of order"]),
        ("half an ans", "", ["half an ans"]),
    ],
)
def test_a_turn_that_failed_says_why_once(
    transcript: Transcript, said: str, detail: str, told: list[str]
) -> None:
    transcript.fold("message", "m", {"text": said}, AT)

    ended = {"stop_reason": "error", "detail": detail, "duration_ms": 1}
    transcript.fold("turn_ended", "turn", ended, AT)
    transcript.fold("turn_ended", "next", {"stop_reason": "end_turn"}, AT)

    assert [m.text for m in transcript.messages] == told


def test_an_older_message_that_is_told_again_keeps_its_place(
    transcript: Transcript,
) -> None:
    transcript.fold("message", "one", {"text": "1"}, AT)
    transcript.fold("message", "two", {"text": "2"}, AT)
    transcript.fold("message", "one", {"text": "1, again"}, AT)
    transcript.fold("message_chunk", "thought", {"text": "x", "kind": "thought"}, AT)

    assert [m.text for m in transcript.messages] == ["1, again", "2"]
