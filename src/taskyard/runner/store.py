"""The runner's memory: one SQLite file in the workspace's home, used by one thread.

The event loop never touches SQLite: a disk that is slow or full must not stop the link,
the scripts or the agent. Callers hand in functions; they run one after another.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, Self, TypeVar, final

__all__ = ["Store"]

T = TypeVar("T")

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS outbox (
    seq INTEGER PRIMARY KEY, droppable INTEGER NOT NULL, body BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS commands (
    id TEXT PRIMARY KEY, reply TEXT NOT NULL, number INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS prompts (
    message_id TEXT PRIMARY KEY, session_id TEXT NOT NULL, turn TEXT NOT NULL,
    text TEXT NOT NULL, state TEXT NOT NULL, number INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS sessions (
    id TEXT PRIMARY KEY, key TEXT NOT NULL, agent TEXT NOT NULL,
    external_id TEXT NOT NULL, request TEXT NOT NULL, boot TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS permissions (
    request_id TEXT PRIMARY KEY, session_id TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS messages (
    session_id TEXT NOT NULL, id INTEGER NOT NULL, role TEXT NOT NULL,
    text TEXT NOT NULL, at TEXT NOT NULL, key TEXT NOT NULL,
    PRIMARY KEY (session_id, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS controls (
    session_id TEXT PRIMARY KEY, controller TEXT NOT NULL, boot TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS exchanges (
    session_id TEXT NOT NULL, number INTEGER NOT NULL, key TEXT NOT NULL,
    said TEXT NOT NULL, answer TEXT NOT NULL, PRIMARY KEY (session_id, number)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS scripts (
    boot TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (boot, id)
);
"""


@final
class Store:
    """Runs functions against the database, in order, in a thread of its own."""

    def __init__(
        self, connection: sqlite3.Connection, thread: ThreadPoolExecutor, problem: str
    ) -> None:
        self._connection = connection
        self._thread = thread
        #: What was wrong with the file, in a sentence; empty when nothing was.
        self.problem = problem

    @classmethod
    async def open(cls, path: Path) -> Self:
        """Open or create the file.

        A file that is no database any more is moved aside. Where nothing can be written
        at all the store lives in memory: the workspace works, a crash of the runner then
        forgets.
        """
        thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        loop = asyncio.get_running_loop()
        connection, problem = await loop.run_in_executor(thread, _open, path)
        return cls(connection, thread, problem)

    async def call(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` in one transaction; raises `sqlite3.Error` when it cannot commit."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._transaction, work)

    async def durably(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """As `call`, and on the disk itself when it returns (survives a power cut)."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._durable, work)

    async def close(self) -> None:
        """Wait for what is queued, then close."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, self._connection.close)
        self._thread.shutdown()

    def _transaction(self, work: Callable[[sqlite3.Connection], T]) -> T:
        with self._connection:
            return work(self._connection)

    def _durable(self, work: Callable[[sqlite3.Connection], T]) -> T:
        self._connection.execute("PRAGMA synchronous = FULL")
        try:
            return self._transaction(work)
        finally:
            self._connection.execute("PRAGMA synchronous = NORMAL")


def _open(path: Path) -> tuple[sqlite3.Connection, str]:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return _connect(str(path)), ""
    except sqlite3.DatabaseError as exc:
        if not isinstance(exc, sqlite3.OperationalError):
            return _start_over(path), f"{path} was damaged ({exc}) and is moved aside"
        reason = exc
    except OSError as exc:
        reason = exc
    problem = f"{path} cannot be written ({reason}): events are kept in memory only"
    return _connect(":memory:"), problem


def _start_over(path: Path) -> sqlite3.Connection:
    path.replace(path.with_suffix(".damaged"))
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    return _connect(str(path))


def _connect(name: str) -> sqlite3.Connection:
    connection = sqlite3.connect(name, check_same_thread=False, timeout=5)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA journal_size_limit = 4194304")
    connection.executescript(_SCHEMA)
    return connection
