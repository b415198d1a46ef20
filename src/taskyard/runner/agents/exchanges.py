"""The exchanges of a session that its log has, kept on the workspace's disk as well."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, final

from taskyard.protocol.sessions import EventKind
from taskyard.runner.agents.journal import Journal, StoredExchange
from taskyard.runner.agents.recall import (
    Exchange,
    Told,
    exchanges_of,
    keyed,
    missing,
)

__all__ = ["Exchanges"]

EXCHANGES_KEPT: Final = 500
TEXT_CHARACTERS: Final = 2000
#: Messages of an answer that are looked at: the beginning of it is kept.
PARTS: Final = 200


@final
class Exchanges:
    """Folds the session's events; an answer is written when its turn has ended."""

    def __init__(
        self,
        journal: Journal,
        session_id: str,
        *,
        write: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        self._journal = journal
        self._session_id = session_id
        self._write = write
        self._stored: list[StoredExchange] = []
        self._parts: dict[str, str] = {}  # texts of the open answer, by key
        self._is_open = False

    async def load(self) -> None:
        """Read what was kept; before the first event."""
        self._stored = await self._journal.exchanges(self._session_id)

    @property
    def known(self) -> Sequence[Exchange]:
        self._close()
        return [Exchange(said=e.said, answer=e.answer) for e in self._stored]

    @property
    def is_empty(self) -> bool:
        return not self._stored

    def news(self, told: Sequence[Told]) -> list[Told]:
        """What the log does not have yet of what an agent tells again."""
        fresh = missing(self.known, exchanges_of(told), is_complete=self._is_complete())
        # The same words said later are another message.
        place = self._stored[-1].number if self._stored else 0
        return keyed(fresh, f"{self._session_id}/{place}")

    def learn(self, told: Sequence[Told]) -> None:
        """The log has all of this, from before anything was kept here."""
        for number, exchange in enumerate(exchanges_of(told)):
            self._begin(f"learned-{number}", exchange.said)
            self._parts["learned"] = exchange.answer[:TEXT_CHARACTERS]
        self._close()

    def fold(self, kind: EventKind, key: str, data: Mapping[str, Any]) -> None:
        if kind == "turn_ended":
            self._close()
        if kind not in ("message", "message_chunk") or data.get("kind") != "text":
            return
        text = str(data.get("text", ""))
        if data.get("role") == "user":
            # A runner that was killed tells its last message again.
            if all(stored.key != key for stored in self._stored[-8:]):
                self._begin(key, text)
        elif self._stored and (key in self._parts or len(self._parts) < PARTS):
            before = "" if kind == "message" else self._parts.get(key, "")
            self._parts[key] = (before + text)[:TEXT_CHARACTERS]
            self._is_open = True

    def _is_complete(self) -> bool:
        """They go back to the beginning of the conversation."""
        return not self._stored or self._stored[0].number == 1

    def _begin(self, key: str, said: str) -> None:
        self._close()
        self._parts = {}
        number = self._stored[-1].number + 1 if self._stored else 1
        exchange = StoredExchange(
            number=number, key=key[:200], said=said[:TEXT_CHARACTERS], answer=""
        )
        self._stored = [*self._stored[-EXCHANGES_KEPT + 1 :], exchange]
        self._is_open = True

    def _close(self) -> None:
        """Write the newest exchange, as far as it is known."""
        if not self._is_open:
            return
        self._is_open = False
        answer = "".join(self._parts.values())[:TEXT_CHARACTERS]
        newest = replace(self._stored[-1], answer=answer or self._stored[-1].answer)
        self._stored[-1] = newest
        self._write(
            self._journal.keep_exchange(
                self._session_id, newest, before=newest.number - EXCHANGES_KEPT
            )
        )
