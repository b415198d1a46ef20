"""What the sessions must remember over a crash of the runner."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, cast, final

from taskyard.protocol.link import Reply
from taskyard.runner.agents.conversation import ChatMessage
from taskyard.runner.store import Store

__all__ = [
    "Journal",
    "StoredControl",
    "StoredExchange",
    "StoredPrompt",
    "StoredSession",
]

#: Answers to commands that are kept; a server asks again within minutes, if at all.
COMMANDS_KEPT: Final = 1000
PROMPTS_KEPT: Final = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPrompt:
    message_id: str
    session_id: str
    turn: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSession:
    id: str
    key: str
    agent: str
    external_id: str
    request: dict[str, Any]
    boot: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredExchange:
    """What a person said and what the agent answered, cut; numbers count from 1."""

    number: int
    key: str  # of the person's message
    said: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredControl:
    #: `returning`: the chat, and what was said in the terminal is not told yet.
    controller: Literal["chat", "terminal", "returning"]
    boot: str  # of the workspace, when it got control


@final
class Journal:
    """Facts about commands, prompts and sessions, each written before it is acted upon."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # -- commands ---------------------------------------------------------------------

    async def reply_to(self, command_id: str) -> Reply | None:
        """The answer that was given to this command before."""

        def work(connection: sqlite3.Connection) -> Reply | None:
            row = connection.execute(
                "SELECT reply FROM commands WHERE id = ?", (command_id,)
            ).fetchone()
            return cast("Reply", json.loads(row[0])) if row else None

        return await self._store.call(work)

    async def answered(self, reply: Reply) -> None:
        def work(connection: sqlite3.Connection) -> None:
            number = _next(connection, "commands")
            connection.execute(
                "INSERT OR REPLACE INTO commands VALUES (?, ?, ?)",
                (reply["id"], json.dumps(reply), number),
            )
            connection.execute(
                "DELETE FROM commands WHERE number <= ?", (number - COMMANDS_KEPT,)
            )

        await self._store.call(work)

    # -- prompts ----------------------------------------------------------------------

    async def submit(self, prompt: StoredPrompt) -> bool:
        """Write down that the agent is about to see a prompt; False when it may have.

        Returns when that is on the disk itself.
        """

        def work(connection: sqlite3.Connection) -> bool:
            number = _next(connection, "prompts")
            connection.execute(
                "DELETE FROM prompts WHERE number <= ? AND state = 'done'",
                (number - PROMPTS_KEPT,),
            )
            cursor = connection.execute(
                "INSERT OR IGNORE INTO prompts VALUES (?, ?, ?, ?, 'submitted', ?)",
                (
                    prompt.message_id,
                    prompt.session_id,
                    prompt.turn,
                    prompt.text,
                    number,
                ),
            )
            return cursor.rowcount > 0

        return await self._store.durably(work)

    async def finish(self, message_id: str) -> None:
        """Its turn is over."""
        await self._store.call(
            lambda c: c.execute(
                "UPDATE prompts SET state = 'done', text = '' WHERE message_id = ?",
                (message_id,),
            )
        )

    async def unfinished(self, session_id: str) -> list[StoredPrompt]:
        """Prompts that were submitted and whose turns have not ended, oldest first."""

        def work(connection: sqlite3.Connection) -> list[StoredPrompt]:
            rows = connection.execute(
                "SELECT message_id, session_id, turn, text FROM prompts"
                " WHERE session_id = ? AND state != 'done' ORDER BY number",
                (session_id,),
            )
            return [
                StoredPrompt(message_id=m, session_id=s, turn=t, text=x)
                for m, s, t, x in rows
            ]

        return await self._store.call(work)

    # -- permission requests ----------------------------------------------------------

    async def asked(self, session_id: str, request_id: str) -> None:
        await self._store.call(
            lambda c: c.execute(
                "INSERT OR IGNORE INTO permissions VALUES (?, ?)",
                (request_id, session_id),
            )
        )

    async def resolved(self, request_id: str) -> None:
        await self._store.call(
            lambda c: c.execute(
                "DELETE FROM permissions WHERE request_id = ?", (request_id,)
            )
        )

    async def open_requests(self, session_id: str) -> list[str]:
        def work(connection: sqlite3.Connection) -> list[str]:
            rows = connection.execute(
                "SELECT request_id FROM permissions WHERE session_id = ?", (session_id,)
            )
            return [str(row[0]) for row in rows]

        return await self._store.call(work)

    # -- conversations ----------------------------------------------------------------

    async def messages(self, session_id: str) -> list[ChatMessage]:
        """What was kept of a conversation, in its order."""

        def work(connection: sqlite3.Connection) -> list[ChatMessage]:
            rows = connection.execute(
                "SELECT id, role, text, at, key FROM messages"
                " WHERE session_id = ? ORDER BY id",
                (session_id,),
            )
            return [
                ChatMessage(id=i, role=r, text=t, at=a, key=k) for i, r, t, a, k in rows
            ]

        return await self._store.call(work)

    async def keep_messages(
        self, session_id: str, messages: Sequence[ChatMessage], *, first: int
    ) -> None:
        """Write these, and forget those before `first`."""

        def work(connection: sqlite3.Connection) -> None:
            connection.executemany(
                "INSERT OR REPLACE INTO messages VALUES (?, ?, ?, ?, ?, ?)",
                [(session_id, m.id, m.role, m.text, m.at, m.key) for m in messages],
            )
            connection.execute(
                "DELETE FROM messages WHERE session_id = ? AND id < ?",
                (session_id, first),
            )

        await self._store.call(work)

    # -- sessions ---------------------------------------------------------------------

    async def remember(self, session: StoredSession) -> None:
        def work(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT OR REPLACE INTO sessions VALUES (?, ?, ?, ?, ?, ?)",
                (
                    session.id,
                    session.key,
                    session.agent,
                    session.external_id,
                    json.dumps(session.request),
                    session.boot,
                ),
            )

        await self._store.call(work)

    async def sessions(self) -> list[StoredSession]:
        def work(connection: sqlite3.Connection) -> list[StoredSession]:
            rows = connection.execute(
                "SELECT id, key, agent, external_id, request, boot FROM sessions"
            )
            return [
                StoredSession(
                    id=i, key=k, agent=a, external_id=e, request=json.loads(r), boot=b
                )
                for i, k, a, e, r, b in rows
            ]

        return await self._store.call(work)

    async def take_control(self, session_id: str, control: StoredControl) -> None:
        """Write down who is about to control the agent; on the disk when it returns."""
        await self._store.durably(
            lambda c: c.execute(
                "INSERT OR REPLACE INTO controls VALUES (?, ?, ?)",
                (session_id, control.controller, control.boot),
            )
        )

    async def control(self, session_id: str) -> StoredControl | None:
        """Who had control last; None = nobody ever took it from the chat."""

        def work(connection: sqlite3.Connection) -> StoredControl | None:
            row = connection.execute(
                "SELECT controller, boot FROM controls WHERE session_id = ?",
                (session_id,),
            ).fetchone()
            return StoredControl(controller=row[0], boot=row[1]) if row else None

        return await self._store.call(work)

    # -- exchanges --------------------------------------------------------------------

    async def keep_exchange(
        self, session_id: str, exchange: StoredExchange, *, before: int
    ) -> None:
        """Write one as it is now, and forget those with numbers up to `before`."""

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT OR REPLACE INTO exchanges VALUES (?, ?, ?, ?, ?)",
                (
                    session_id,
                    exchange.number,
                    exchange.key,
                    exchange.said,
                    exchange.answer,
                ),
            )
            connection.execute(
                "DELETE FROM exchanges WHERE session_id = ? AND number <= ?",
                (session_id, before),
            )

        await self._store.call(work)

    async def exchanges(self, session_id: str) -> list[StoredExchange]:
        """Those that are kept, oldest first."""

        def work(connection: sqlite3.Connection) -> list[StoredExchange]:
            rows = connection.execute(
                "SELECT number, key, said, answer FROM exchanges"
                " WHERE session_id = ? ORDER BY number",
                (session_id,),
            )
            return [
                StoredExchange(number=n, key=k, said=s, answer=a) for n, k, s, a in rows
            ]

        return await self._store.call(work)

    # -- scripts ----------------------------------------------------------------------

    async def scripts_done(self, boot: str) -> frozenset[str]:
        """Start scripts that ran to their end since the workspace was started."""

        def work(connection: sqlite3.Connection) -> frozenset[str]:
            connection.execute("DELETE FROM scripts WHERE boot != ?", (boot,))
            rows = connection.execute("SELECT id FROM scripts WHERE boot = ?", (boot,))
            return frozenset(str(row[0]) for row in rows)

        return await self._store.call(work)

    async def script_done(self, boot: str, script_id: str) -> None:
        await self._store.call(
            lambda c: c.execute(
                "INSERT OR IGNORE INTO scripts VALUES (?, ?)", (boot, script_id)
            )
        )


def _next(connection: sqlite3.Connection, table: Literal["commands", "prompts"]) -> int:
    newest = {
        "commands": "SELECT COALESCE(MAX(number), 0) FROM commands",
        "prompts": "SELECT COALESCE(MAX(number), 0) FROM prompts",
    }[table]
    return int(connection.execute(newest).fetchone()[0]) + 1
