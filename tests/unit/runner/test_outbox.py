"""The outbox on disks that are good, full, old and lost."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from taskyard.kit.supervisor import Supervisor
from taskyard.protocol.link import DurableEvent
from taskyard.runner.link import outbox as module
from taskyard.runner.link.outbox import GAP, Outbox
from taskyard.runner.store import Store

pytestmark = pytest.mark.asyncio


def event(text: str) -> DurableEvent:
    return {"name": "lifecycle", "state": "ready", "at": text}


def log_event(size: int) -> DurableEvent:
    return {
        "name": "logs",
        "lines": [{"at": "", "source": "s", "level": "info", "output": "x" * size}],
    }


class Disk:
    """Opens outboxes on one file, as one runner after another does."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "runner.db"
        self.boot = "boot-1"
        self._store: Store | None = None
        self._supervisor = Supervisor()

    @property
    def store(self) -> Store:
        assert self._store is not None
        return self._store

    async def open(self) -> Outbox:
        self._store = await Store.open(self.path)
        self._supervisor = Supervisor()
        outbox = await Outbox.open(self._store, machine_boot=self.boot)
        self._supervisor.start(outbox.run(), name="outbox")
        return outbox

    async def close(self) -> None:
        await self._supervisor.close()
        if self._store is not None:
            await self._store.close()
            self._store = None

    async def fill(self) -> None:
        """From now on every write fails, as on a full disk."""
        await self.store.call(_deny_writes)

    async def free(self) -> None:
        await self.store.call(_allow_writes)


def _deny_writes(connection: sqlite3.Connection) -> None:
    def decide(action: int, *_: object) -> int:
        return (
            sqlite3.SQLITE_DENY
            if action == sqlite3.SQLITE_INSERT
            else sqlite3.SQLITE_OK
        )

    connection.set_authorizer(decide)


def _allow_writes(connection: sqlite3.Connection) -> None:
    connection.set_authorizer(None)


@pytest_asyncio.fixture
async def disk(tmp_path: Path) -> AsyncIterator[Disk]:
    made = Disk(tmp_path)
    yield made
    await made.close()


async def sendable(
    outbox: Outbox, count: int, after: int = 0
) -> list[tuple[int, bytes]]:
    """Wait until `count` events can be sent."""
    async with asyncio.timeout(5):
        while True:
            outbox.changed.clear()
            found = await outbox.after(after, 1000)
            if len(found) >= count:
                return [(entry.seq, entry.body) for entry in found]
            await outbox.changed.wait()


async def test_events_are_numbered_and_kept_until_they_are_acknowledged(
    disk: Disk,
) -> None:
    outbox = await disk.open()
    for number in range(5):
        outbox.append(event(f"{number}"))
    found = await sendable(outbox, 5)

    outbox.acknowledge(3)
    await outbox.flush()

    assert [seq for seq, _ in found] == [1, 2, 3, 4, 5]
    assert b'"at":"0"' in found[0][1]
    assert [seq for seq, _ in await sendable(outbox, 2)] == [4, 5]


async def test_the_next_runner_goes_on_with_stream_numbers_and_events(
    disk: Disk,
) -> None:
    first = await disk.open()
    first.append(event("a"))
    await sendable(first, 1)
    await disk.close()

    second = await disk.open()
    second.append(event("b"))

    assert second.stream == first.stream
    assert [seq for seq, _ in await sendable(second, 2)] == [1, 2]


async def test_after_a_crash_of_the_machine_no_number_is_given_twice(
    disk: Disk,
) -> None:
    first = await disk.open()
    first.append(event("a"))
    await sendable(first, 1)
    await disk.close()

    disk.boot = "boot-2"
    second = await disk.open()
    second.append(event("b"))

    assert [seq for seq, _ in await sendable(second, 2)] == [1, 1 + GAP + 1]


async def test_a_server_that_knows_more_than_the_file_starts_a_new_stream(
    disk: Disk,
) -> None:
    first = await disk.open()
    first.append(event("old"))
    await sendable(first, 1)
    await disk.close()
    second = await disk.open()
    second.append(event("new"))
    await sendable(second, 2)

    behind = second.is_behind(7, first=True)
    await second.fork()

    assert behind
    assert second.stream != first.stream
    assert [body for _, body in await sendable(second, 1)] == [
        b'{"name":"lifecycle","state":"ready","at":"new"}'
    ]


async def test_a_full_disk_loses_nothing_and_keeps_the_order(
    disk: Disk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.02)
    outbox = await disk.open()
    outbox.append(event("1"))
    await sendable(outbox, 1)

    await disk.fill()
    outbox.append(event("2"))
    outbox.append(event("3"))
    during = await sendable(outbox, 3)
    await disk.free()
    outbox.append(event("4"))
    after = await sendable(outbox, 4)

    assert [seq for seq, _ in during] == [1, 2, 3]
    assert [seq for seq, _ in after] == [1, 2, 3, 4]
    told = [record.message for record in caplog.records]
    assert len([text for text in told if "cannot be written" in text]) == 1


async def test_memory_is_bounded_and_log_lines_go_first(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MEMORY_LIMIT", 5000)
    outbox = await disk.open()
    await disk.fill()

    outbox.append(event("kept"))
    for _ in range(20):
        outbox.append(log_event(1000))
    await outbox.flush()

    found = await sendable(outbox, 1)
    assert b"kept" in found[0][1]
    assert 1 < len(found) < 6
    assert found[-1][0] == 21, "the newest is kept"


async def test_the_disk_is_bounded_and_log_lines_go_first(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "DISK_LIMIT", 20_000)
    monkeypatch.setattr(module, "RECENT_LIMIT", 0)
    outbox = await disk.open()

    outbox.append(event("kept"))
    for _ in range(100):
        outbox.append(log_event(1000))
        await outbox.flush()

    found = await sendable(outbox, 1)
    assert b"kept" in found[0][1]
    assert sum(len(body) for _, body in found) < 20_000
    assert found[-1][0] == 101, "the newest is kept"


async def test_a_damaged_file_is_moved_aside(disk: Disk, tmp_path: Path) -> None:
    disk.path.write_bytes(b"this is no database" * 100)

    outbox = await disk.open()
    outbox.append(event("a"))

    assert [seq for seq, _ in await sendable(outbox, 1)] == [1]
    assert (tmp_path / "runner.damaged").exists()


async def test_a_home_that_cannot_be_written_is_survived_in_memory(
    tmp_path: Path,
) -> None:
    (tmp_path / "blocked").write_text("a file where a folder should be")
    disk = Disk(tmp_path / "blocked")

    outbox = await disk.open()
    outbox.append(event("a"))

    assert [seq for seq, _ in await sendable(outbox, 1)] == [1]
    await disk.close()


@pytest.mark.parametrize("recent", [0, 500, 1 << 20])
async def test_a_commit_that_races_with_a_read_hides_nothing(
    disk: Disk, monkeypatch: pytest.MonkeyPatch, recent: int
) -> None:
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.0)
    monkeypatch.setattr(module, "RECENT_LIMIT", recent)
    outbox = await disk.open()
    await disk.fill()
    outbox.append(event("0"))
    await sendable(outbox, 1)
    seen: list[int] = []

    async def read(_: Any = None) -> None:
        while len(seen) < 200:
            batch = await outbox.after(seen[-1] if seen else 0, 7)
            seen.extend(entry.seq for entry in batch)
            await asyncio.sleep(0)

    reader = asyncio.get_running_loop().create_task(read())
    for number in range(199):
        outbox.append(event(f"{number}"))
        if number == 50:
            await disk.free()
        if number % 10 == 0:
            await asyncio.sleep(0)
    async with asyncio.timeout(10):
        await reader

    assert seen == list(range(1, 201))
