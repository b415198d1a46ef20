"""Child processes: kept running, given their key and no other, ended with the server."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from taskyard.kit.clock import ManualClock
from taskyard.server.config import Config
from taskyard.server.factory import Factory, ProcessContext
from taskyard.server.identity.provisioner_keys import ProvisionerKeyInvalid
from taskyard.server.launch.provisioners import built_in_key, provisioners

pytestmark = pytest.mark.asyncio

#: Connects, says who it is, and lives until it is told to end or to die.
CHILD = """
import json, os, socket, sys
door = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
door.sendall(json.dumps([os.getpid(), dict(os.environ)]).encode() + b"\\n")
if door.recv(1) == b"x":
    sys.exit(1)
"""


class Door:
    """Where the children of a test report."""

    def __init__(self) -> None:
        self.arrivals: asyncio.Queue[tuple[int, dict[str, str], asyncio.StreamWriter]]
        self.arrivals = asyncio.Queue()
        self.port = 0

    async def welcome(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        pid, environment = json.loads(await reader.readline())
        await self.arrivals.put((pid, environment, writer))
        await reader.read()
        writer.close()


@pytest_asyncio.fixture
async def door() -> AsyncIterator[Door]:
    door = Door()
    server = await asyncio.start_server(door.welcome, "127.0.0.1", 0, limit=2**20)
    door.port = server.sockets[0].getsockname()[1]
    async with server:
        yield door


def command(door: Door) -> list[str]:
    return [sys.executable, "-c", CHILD, str(door.port)]


async def test_as_many_run_as_are_wanted_with_a_key_and_without_the_servers_secrets(
    door: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-secret")
    monkeypatch.setenv("TASKYARD_SECRET_KEY", "x" * 32)
    config = Config(data_dir=tmp_path, provisioners=2, listen="0.0.0.0:7999")

    async with provisioners(config, "tyk-prov-1", command=command(door)):
        first, second = await door.arrivals.get(), await door.arrivals.get()

    environment = first[1]
    names = {each[1]["TASKYARD_PROVISIONER_NAME"][:11] for each in (first, second)}
    assert names == {"built-in-1-", "built-in-2-"}
    assert environment["TASKYARD_PROVISIONER_KEY"] == "tyk-prov-1"
    assert environment["TASKYARD_SERVER_URL"] == "http://127.0.0.1:7999"
    assert environment["TASKYARD_DATA_DIR"] == str(tmp_path)
    assert not any("sk-ant" in value for value in environment.values())
    assert "TASKYARD_SECRET_KEY" not in environment


async def test_one_that_dies_is_replaced_and_all_end_with_the_server(
    door: Door, tmp_path: Path
) -> None:
    config = Config(data_dir=tmp_path, provisioners=1)
    ended: list[str] = []

    async def note(name: str) -> None:
        ended.append(name)

    async with provisioners(config, "key", command=command(door), ended=note):
        pid, first, writer = await door.arrivals.get()
        writer.write(b"x")
        again, second, _ = await door.arrivals.get()

    assert pid != again
    assert ended == [first["TASKYARD_PROVISIONER_NAME"]]
    assert ended != [second["TASKYARD_PROVISIONER_NAME"]]
    with pytest.raises(ProcessLookupError):
        os.kill(again, 0)


async def test_a_key_outlives_some_restarts_of_the_server_and_then_ends(
    process: ProcessContext, clock: ManualClock
) -> None:
    keys: list[str] = []
    for _ in range(5):
        clock.advance(timedelta(hours=1))
        keys.append(await built_in_key(process))

    good: list[bool] = []
    async with process.sessions.begin() as session:
        service = Factory(process, session).provisioner_keys()
        for key in keys:
            try:
                await service.identify(key)
            except ProvisionerKeyInvalid:
                good.append(False)
            else:
                good.append(True)

    assert good[-1] is True
    assert good[0] is False
    assert sum(good) == 4
