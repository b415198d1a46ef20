"""What is kept of a conversation that an agent tells again."""

from taskyard.runner.agents.acp.retold import CHARACTERS, EVENTS, Retold
from taskyard.runner.agents.acp.updates import Translated


def said(key: str, text: str = "x") -> Translated:
    data = {"role": "agent", "kind": "text", "text": text}
    return Translated("message_chunk", key, data)


def test_it_is_told_once_in_its_order() -> None:
    told = Retold()
    told.add([said("a"), said("b")])

    assert [event.key for event in told.take()] == ["a", "b"]
    assert told.take() == []


def test_of_many_events_the_newest_are_kept() -> None:
    told = Retold()

    told.add(said(str(number)) for number in range(EVENTS + 5))

    kept = told.take()
    assert len(kept) == EVENTS
    assert kept[-1].key == str(EVENTS + 4)


def test_of_large_events_the_newest_are_kept() -> None:
    told = Retold()
    half = "x" * (CHARACTERS // 2)

    for key in "abcd":
        told.add([said(key, half)])

    assert [event.key for event in told.take()] == ["d"]
