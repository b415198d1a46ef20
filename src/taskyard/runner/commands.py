"""Commands of the server, each carried out once."""

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Final, final

from taskyard.protocol.link import Command, Reply
from taskyard.runner.agents.journal import Journal
from taskyard.runner.agents.sessions import Sessions

__all__ = ["Commands"]

log = logging.getLogger(__name__)

DEFAULT_STOP_SECONDS: Final = 45.0


@final
class Commands:
    """Remembers answers, so that a command asked for again is not carried out again.

    "Busy" is not remembered: the same command may be tried later. A command that comes
    again while it is under way waits for the same answer.
    """

    def __init__(self, *, journal: Journal, sessions: Sessions) -> None:
        self._journal = journal
        self._sessions = sessions
        self._stop: Callable[[float], Awaitable[None]] | None = None
        self._under_way: dict[str, asyncio.Future[Reply]] = {}

    def on_stop(self, stop: Callable[[float], Awaitable[None]]) -> None:
        """Say what `stop` does (the workspace is made after this object)."""
        self._stop = stop

    async def handle(self, command: Command) -> Reply:
        """Carry out `command`, or repeat its answer. Never raises."""
        running = self._under_way.get(command["id"])
        if running is not None:
            return await asyncio.shield(running)

        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._under_way[command["id"]] = future
        try:
            reply = await self._once(command)
        except Exception as exc:
            log.exception("command %r failed", command["name"])
            reply = _failed(command, f"the runner failed: {exc!r}")
        except BaseException:
            future.cancel()
            raise
        finally:
            del self._under_way[command["id"]]
        future.set_result(reply)
        return reply

    async def _once(self, command: Command) -> Reply:
        known = await self._journal.reply_to(command["id"])
        if known is not None:
            return known

        reply = await self._carry_out(command)
        if reply.get("code") not in _OF_THE_MOMENT:
            try:
                await self._journal.answered(reply)
            except sqlite3.Error as exc:
                # The prompt itself is journaled by its message id: still only once.
                log.warning(
                    "the answer to %s is not written down: %s", command["id"], exc
                )
        return reply

    async def _carry_out(self, command: Command) -> Reply:
        if self._sessions.knows(command["name"]):
            return await self._sessions.command(command)
        if command["name"] == "stop" and self._stop is not None:
            seconds = float(
                command["args"].get("deadline_seconds") or DEFAULT_STOP_SECONDS
            )
            await self._stop(seconds)
            return {"type": "reply", "id": command["id"], "ok": True, "result": {}}
        reply = _failed(
            command, f"this runner does not know the command {command['name']!r}"
        )
        reply["code"] = "unsupported"
        return reply


#: Asked again, the answer may be another, so it is not written down. A runner that was killed
#: is linked again before its sessions are resumed: whoever asks then has to ask again.
_OF_THE_MOMENT: Final = frozenset({"busy", "no_session"})


def _failed(command: Command, sentence: str) -> Reply:
    return {
        "type": "reply",
        "id": command["id"],
        "ok": False,
        "code": "failed",
        "error": sentence,
    }
