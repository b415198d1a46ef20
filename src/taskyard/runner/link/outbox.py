"""Durable events on their way to the server: numbered, kept until acknowledged.

How an event travels, and where each crash is caught:
1. `append` gives it the next number and puts it in memory;
2. the writer commits it to the store, many in one transaction;
3. the link sends it (`after`), in order; a lost connection sends again from `acked`;
4. the server stores event and number in one transaction and acknowledges;
5. `acknowledge` forgets it here.

While the disk is full the events of step 2 stay in memory (bounded) and are sent from
there, in the same order. Numbers may have gaps, never repeats: after a crash of the
*machine* the file may have lost its newest transactions, so numbering goes on a million
further up instead of using a number that the server may have seen.
"""

import asyncio
import json
import logging
import sqlite3
import uuid
from collections import deque
from collections.abc import Sequence
from typing import Final, NamedTuple, Self, final

from taskyard.protocol.link import DurableEvent
from taskyard.runner.store import Store

__all__ = ["Entry", "Outbox"]

log = logging.getLogger(__name__)

GAP: Final = 1 << 20
#: What may wait in memory while the disk refuses writes.
MEMORY_LIMIT: Final = 16 * 1024 * 1024
#: What may wait on disk while the server is away; old log lines are dropped first.
DISK_LIMIT: Final = 128 * 1024 * 1024
#: What is sent from memory without a look at the disk.
RECENT_LIMIT: Final = 2 * 1024 * 1024
RETRY_SECONDS: Final = 2.0


class Entry(NamedTuple):
    seq: int
    droppable: bool
    body: bytes  # JSON of the event


class _Start(NamedTuple):
    stream: str
    highest: int
    size: int


@final
class Outbox:
    """The queue. `run` must be running for events to become durable."""

    def __init__(self, store: Store, start: _Start) -> None:
        self.stream = start.stream
        self.changed = asyncio.Event()
        self._store = store
        self._opened_at = start.highest
        self._highest = start.highest
        self._acked = 0
        self._forgotten = 0
        self._disk_size = start.size
        #: What was committed lately; all that has a number above `_recent_after`.
        self._recent: deque[Entry] = deque()
        self._recent_size = 0
        self._recent_after = start.highest
        self._waiting: deque[Entry] = deque()
        self._waiting_size = 0
        self._work = asyncio.Event()
        self._degraded = False

    @classmethod
    async def open(cls, store: Store, *, machine_boot: str) -> Self:
        """Continue where the last runner of this home ended.

        `machine_boot` changes when the machine restarts.
        """
        start = await store.call(lambda connection: _start(connection, machine_boot))
        return cls(store, start)

    @property
    def highest(self) -> int:
        """The number of the newest event."""
        return self._highest

    @property
    def acked(self) -> int:
        return self._acked

    def append(self, event: DurableEvent) -> None:
        """Queue an event; never blocks, never fails."""
        self._highest += 1
        body = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
        encoded = body.encode("utf-8", "replace")
        self._waiting.append(Entry(self._highest, event["name"] == "logs", encoded))
        self._waiting_size += len(encoded)
        while self._waiting_size > MEMORY_LIMIT:
            self._drop_from_memory()
        self._work.set()

    async def after(self, seq: int, limit: int) -> Sequence[Entry]:
        """Up to `limit` sendable events that follow `seq`, oldest first."""
        # Memory is looked at before the disk: an event that moves in between is then in
        # both and counted once, never in neither.
        waiting = list(self._waiting) if self._degraded else []
        if seq >= self._recent_after:
            return [e for e in (*self._recent, *waiting) if e.seq > seq][:limit]
        rows = await self._store.call(lambda connection: _read(connection, seq, limit))
        found = {row.seq: row for row in rows}
        last_row = rows[-1].seq if len(rows) == limit else None
        for entry in waiting:
            if entry.seq > seq and (last_row is None or entry.seq <= last_row):
                found.setdefault(entry.seq, entry)
        return [found[number] for number in sorted(found)][:limit]

    def acknowledge(self, seq: int) -> None:
        """Forget everything up to `seq`: the server has it."""
        if seq <= self._acked:
            return

        self._acked = seq
        while self._waiting and self._waiting[0].seq <= seq:
            self._waiting_size -= len(self._waiting.popleft().body)
        while self._recent and self._recent[0].seq <= seq:
            self._forget_oldest()
        self._work.set()
        self.changed.set()

    def is_behind(self, acked: int, *, first: bool) -> bool:
        """Say whether the server knows numbers of this stream that this file has lost.

        `first` = nothing was sent by this process yet, so nothing newer than what the
        file held at the start can be known to the server.
        """
        return acked > (self._opened_at if first else self._highest)

    async def fork(self) -> None:
        """Begin a new stream: the server knows numbers that this file never gave out.

        That happens when the home was put back from an older copy. What this process
        has recorded since goes along; what the old file held was delivered in that past.
        """
        self.stream = str(uuid.uuid4())
        stream, opened_at = self.stream, self._opened_at

        def work(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM outbox WHERE seq <= ?", (opened_at,))
            _put(connection, "stream", stream)

        await self._store.call(work)
        self._acked = 0

    async def run(self) -> None:
        """Commit what waits, for ever."""
        while True:
            await self._work.wait()
            self._work.clear()
            if not await self._commit():
                self._work.set()
                await asyncio.sleep(RETRY_SECONDS)

    async def flush(self) -> None:
        """Commit what waits now; for the end of the process."""
        await self._commit()

    async def _commit(self) -> bool:
        batch = list(self._waiting)
        acked, forgotten = self._acked, self._forgotten

        def work(connection: sqlite3.Connection) -> int:
            connection.executemany(
                "INSERT OR IGNORE INTO outbox VALUES (?, ?, ?)", batch
            )
            if batch:
                _put(connection, "highest", str(batch[-1].seq))
            if acked <= forgotten:
                return -1
            connection.execute("DELETE FROM outbox WHERE seq <= ?", (acked,))
            return _size(connection)

        try:
            size = await self._store.call(work)
        except (sqlite3.Error, OSError) as exc:
            self._trouble(f"events cannot be written to the disk: {exc}")
            self.changed.set()
            return False

        self._committed(batch, size, acked)
        if self._disk_size > DISK_LIMIT:
            await self._prune()
        return True

    def _committed(self, batch: list[Entry], size: int, acked: int) -> None:
        if batch:
            while self._waiting and self._waiting[0].seq <= batch[-1].seq:
                self._waiting_size -= len(self._waiting.popleft().body)
        for entry in batch:
            if entry.seq > self._acked:
                self._recent.append(entry)
                self._recent_size += len(entry.body)
        while self._recent_size > RECENT_LIMIT:
            self._forget_oldest()
        grown = self._disk_size + sum(len(entry.body) for entry in batch)
        self._disk_size = grown if size < 0 else size
        self._forgotten = acked
        self._degraded = False
        self.changed.set()

    async def _prune(self) -> None:
        def work(connection: sqlite3.Connection) -> int:
            for rule in ("droppable", "1"):
                over = _size(connection) - DISK_LIMIT * 3 // 4
                if over <= 0:
                    break
                connection.execute(_PRUNE.format(rule=rule), (over,))
            return _size(connection)

        try:
            self._disk_size = await self._store.call(work)
        except (sqlite3.Error, OSError) as exc:
            self._trouble(f"the outbox cannot be shortened: {exc}")
            return

        log.warning("the server was away too long: old events were dropped")

    def _forget_oldest(self) -> None:
        entry = self._recent.popleft()
        self._recent_size -= len(entry.body)
        self._recent_after = entry.seq

    def _drop_from_memory(self) -> None:
        victim = next((e for e in self._waiting if e.droppable), self._waiting[0])
        self._waiting.remove(victim)
        self._waiting_size -= len(victim.body)

    def _trouble(self, sentence: str) -> None:
        if not self._degraded:
            self._degraded = True
            log.error("%s", sentence)


#: Oldest rows that a rule lets go, until `?` bytes are freed.
_PRUNE: Final = """
DELETE FROM outbox WHERE seq IN (
    SELECT seq FROM (
        SELECT seq, SUM(length(body)) OVER (ORDER BY seq) - length(body) AS before
        FROM outbox WHERE {rule}
    ) WHERE before < ?
)
"""


def _start(connection: sqlite3.Connection, machine_boot: str) -> _Start:
    stream = _get(connection, "stream")
    if not stream:
        stream = str(uuid.uuid4())
        _put(connection, "stream", stream)
    highest = int(_get(connection, "highest") or 0)
    if _get(connection, "machine_boot") not in ("", machine_boot):
        highest += GAP
        _put(connection, "highest", str(highest))
    _put(connection, "machine_boot", machine_boot)
    return _Start(stream, highest, _size(connection))


def _read(connection: sqlite3.Connection, seq: int, limit: int) -> list[Entry]:
    rows = connection.execute(
        "SELECT seq, droppable, body FROM outbox WHERE seq > ? ORDER BY seq LIMIT ?",
        (seq, limit),
    )
    return [Entry(number, bool(droppable), body) for number, droppable, body in rows]


def _size(connection: sqlite3.Connection) -> int:
    row = connection.execute("SELECT COALESCE(SUM(length(body)), 0) FROM outbox")
    return int(row.fetchone()[0])


def _get(connection: sqlite3.Connection, name: str) -> str:
    row = connection.execute(
        "SELECT value FROM meta WHERE name = ?", (name,)
    ).fetchone()
    return str(row[0]) if row else ""


def _put(connection: sqlite3.Connection, name: str, value: str) -> None:
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))
