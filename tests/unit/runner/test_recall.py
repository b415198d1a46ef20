"""What an agent tells again is laid over what is known; only what is new is left."""

from collections.abc import Sequence

import pytest

from taskyard.runner.agents.recall import (
    COMPARED_EXCHANGES,
    Exchange,
    Told,
    exchanges_of,
    keyed,
    known_part,
    missing,
)


def talk(*turns: str) -> list[Exchange]:
    """Exchanges from `question/answer`; without an answer it is unknown."""
    return exchanges_of(
        event
        for number, turn in enumerate(turns)
        for event in _events(number, *turn.partition("/")[::2])
    )


def _events(number: int, said: str, answer: str) -> list[Told]:
    data = {"kind": "text", "role": "user", "text": said}
    events = [Told("message", f"u{number}", data)]
    if answer:
        said_back = {"kind": "text", "role": "agent", "text": answer}
        events.append(Told("message", f"a{number}", said_back))
    return events


def texts(events: Sequence[Told]) -> list[str]:
    return [str(event.data["text"]) for event in events]


def test_what_was_said_in_the_terminal_is_new() -> None:
    known = talk("one/1", "two/2")
    told = talk("one/1", "two/2", "three/3", "four/4")

    new = missing(known, told, is_complete=True)

    assert texts(new) == ["three", "3", "four", "4"]


@pytest.mark.parametrize(
    ("known", "told", "count"),
    [
        pytest.param([], [], 0, id="nothing at all"),
        pytest.param([], ["a/1"], 0, id="nothing was known"),
        pytest.param(["a/1"], [], 0, id="nothing is told"),
        pytest.param(["a/1", "b/2"], ["a/1", "b/2"], 2, id="nothing is new"),
        pytest.param(["go/1"], ["go/1", "go/2"], 1, id="the same words again"),
        pytest.param(["go", "go"], ["go", "go", "go"], 2, id="again, no answer known"),
        pytest.param(["a/1", "go/2"], ["go/2", "go/3"], 1, id="the beginning is gone"),
        pytest.param(
            ["a", "go/first", "go/second"],
            ["go/second", "go/third"],
            1,
            id="answers tell repeated words apart",
        ),
        pytest.param(
            ["a/1", "b/2"],
            ["Summary of what went before", "b/2", "c/3"],
            2,
            id="compacted to a summary",
        ),
        pytest.param(["a/1"], ["Summary", "c/3"], 0, id="compacted to nothing known"),
        pytest.param(
            ["a/1", "b/2"],
            ["a/1", "[interrupted]", "b/2", "c/3"],
            3,
            id="the agent has a message of its own",
        ),
        pytest.param(
            ["a/1", "never taken"], ["a/1", "c/3"], 1, id="one never reached the agent"
        ),
        pytest.param(["a  b\n c/1"], ["a b c/1", "d/2"], 1, id="blanks differ"),
        pytest.param(
            ["see file/A long and telling answer."],
            ["(context) see file/A long and telling answer.", "next/2"],
            1,
            id="the agent keeps the words in another form",
        ),
        pytest.param(["a/old words"], ["a/other words", "b/2"], 1, id="answers differ"),
        pytest.param(["/1", "a/2"], ["/1", "a/2", "b/3"], 2, id="an empty message"),
    ],
)
def test_how_much_is_known(known: list[str], told: list[str], count: int) -> None:
    assert known_part(talk(*known), talk(*told), is_complete=True) == count


def test_without_the_beginning_the_same_words_count_as_known() -> None:
    """Rather something is missing than said twice."""
    known, told = talk("go"), talk("go", "go")

    assert known_part(known, told, is_complete=False) == 2
    assert known_part(known, told, is_complete=True) == 1


def test_an_answer_that_was_never_heard_is_new() -> None:
    known = talk("one/1", "two")
    told = talk("one/1", "two/2")

    assert texts(missing(known, told, is_complete=True)) == ["2"]


def test_a_very_long_conversation_is_found_by_its_beginning() -> None:
    said = [f"question {number}/answer {number}" for number in range(2000)]

    new = missing(talk(*said), talk(*said, "last/words"), is_complete=True)

    assert texts(new) == ["last", "words"]


def test_a_very_long_conversation_that_was_cut_is_found_by_its_end() -> None:
    said = [f"question {number}/answer {number}" for number in range(2000)]
    told = talk("Summary", *said[-COMPARED_EXCHANGES // 2 :], "last/words")

    new = missing(talk(*said), told, is_complete=True)

    assert texts(new) == ["last", "words"]


def test_chunks_are_joined_and_tools_are_told_once_where_they_began() -> None:
    def chunk(role: str, key: str, text: str) -> Told:
        return Told("message_chunk", key, {"role": role, "kind": "text", "text": text})

    [before, exchange] = exchanges_of(
        [
            chunk("agent", "a0", "welcome"),
            chunk("user", "u1", "do "),
            chunk("user", "u1", "it"),
            Told("tool", "t1", {"status": "pending"}),
            chunk("agent", "a1", "do"),
            Told("tool", "t1", {"status": "completed"}),
            chunk("agent", "a1", "ne"),
            Told("message", "h1", {"role": "agent", "kind": "thought", "text": "hm"}),
        ]
    )

    assert (before.said, before.answer) == ("", "welcome")
    assert (exchange.said, exchange.answer) == ("do it", "done")
    assert [(e.kind, e.key) for e in exchange.events] == [
        ("message", "u1"),
        ("tool", "t1"),
        ("message", "a1"),
        ("message", "h1"),
    ]
    assert exchange.events[1].data == {"status": "completed"}


@pytest.mark.parametrize(
    "text",
    [
        "[Function Response: write_file]",
        "<command-name>/exit</command-name>\n<command-message>exit</command-message>",
        "<local-command-stdout>Bye!</local-command-stdout>",
        "[Request interrupted by user]",
    ],
)
def test_what_nobody_said_is_no_message_of_a_person(text: str) -> None:
    [exchange] = exchanges_of(
        [*_events(1, "do it", "working"), *_events(7, text, "done")]
    )

    assert (exchange.said, exchange.answer) == ("do it", "workingdone")


def test_words_that_only_look_so_are_a_persons() -> None:
    text = "why does it print [Function Response: x] twice?"

    assert exchanges_of(_events(1, text, ""))[0].said == text


def test_keys_are_the_same_when_the_same_is_told_again() -> None:
    [exchange] = talk("a/b")
    tool = Told("tool", "t1", {"status": "completed"})

    once = keyed([*exchange.events, tool], "session")

    assert once == keyed([*exchange.events, tool], "session")
    assert once != keyed([*exchange.events, tool], "another")
    assert once[2] == tool
    assert len({event.key for event in once}) == 3
