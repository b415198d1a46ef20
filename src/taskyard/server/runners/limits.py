"""How much of a workspace's words is kept."""

from dataclasses import dataclass
from typing import Any

from taskyard.server.db.tables import AgentRow
from taskyard.server.runners.store import RunnerStore

__all__ = ["Limits", "append_logs"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """In bytes.

    Beyond them an agent's logs are marked as overflowed, and a session keeps only what
    its state needs.
    """

    log_bytes: int = 1024 * 1024  # of one agent; the contract's own limit
    session_bytes: int = 1024 * 1024 * 1024  # of one session's events


async def append_logs(
    store: RunnerStore, agent: AgentRow, lines: list[dict[str, Any]], *, limit: int
) -> None:
    """Keep the lines that fit; the first that does not ends the log for good."""
    if agent.logs_overflowed:
        return
    kept, length = list[dict[str, Any]](), agent.logs_length
    for line in lines:
        size = len(line["output"].encode())
        if length + size > limit:
            agent.logs_overflowed = True
            break
        length += size
        kept.append(line)

    agent.logs_length = length
    await store.add_logs(agent.id, kept)
