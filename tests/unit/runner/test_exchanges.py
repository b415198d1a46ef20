"""What is kept of a conversation, to know it again."""

from collections.abc import Coroutine
from typing import Any, cast

from taskyard.runner.agents.exchanges import PARTS, TEXT_CHARACTERS, Exchanges
from taskyard.runner.agents.journal import Journal, StoredExchange


class Disk:
    def __init__(self) -> None:
        self.kept: list[StoredExchange] = []

    async def keep_exchange(
        self, session_id: str, exchange: StoredExchange, *, before: int
    ) -> None:
        del session_id, before
        self.kept.append(exchange)

    def write(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            work.send(None)
        except StopIteration:
            return


def conversation() -> tuple[Exchanges, Disk]:
    disk = Disk()
    return Exchanges(cast("Journal", disk), "s1", write=disk.write), disk


def text(role: str, words: str) -> dict[str, str]:
    return {"role": role, "kind": "text", "text": words}


def test_an_exchange_is_written_when_its_turn_has_ended() -> None:
    exchanges, disk = conversation()

    exchanges.fold("message", "user-1", text("user", "hello"))
    exchanges.fold("message_chunk", "a", text("agent", "good "))
    exchanges.fold("message_chunk", "a", text("agent", "day"))
    before = list(disk.kept)
    exchanges.fold("turn_ended", "t", {})

    assert before == []
    assert [(e.said, e.answer) for e in disk.kept] == [("hello", "good day")]


def test_of_an_answer_of_many_messages_the_beginning_is_kept() -> None:
    exchanges, disk = conversation()
    exchanges.fold("message", "user-1", text("user", "hello"))

    for number in range(PARTS * 5):
        exchanges.fold("message", f"a{number}", text("agent", f"{number} "))
    exchanges.fold("turn_ended", "t", {})

    answer = disk.kept[-1].answer
    assert answer.startswith("0 1 2 3 ")
    assert answer.endswith(f"{PARTS - 1} ")
    assert len(answer) <= TEXT_CHARACTERS
