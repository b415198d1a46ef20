"""The link under server restarts, cut connections, refusals and full disks."""

import asyncio
from pathlib import Path

import pytest

from taskyard.runner import exits
from taskyard.testing.link_server import make_script
from tests.integration.runner.workspace import TestWorkspace

pytestmark = pytest.mark.asyncio

COUNT = "i=0; while [ $i -lt 300 ]; do echo line-$i; i=$((i+1)); [ $((i % 40)) = 0 ] && sleep 0.3; done; true"
LINES = [f"line-{number}" for number in range(300)]


async def test_a_runner_introduces_itself_and_reports_its_life(tmp_path: Path) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        await workspace.server.until(lambda: "ready" in workspace.server.lifecycles)

        code = await workspace.stop()

        assert code == exits.STOPPED
        assert workspace.server.lifecycles == [
            "starting",
            "ready",
            "shutting_down",
            "off",
        ]
        assert workspace.server.hellos[0]["operating_system"] == "linux"


async def test_nothing_is_lost_or_doubled_when_connections_are_cut(
    tmp_path: Path,
) -> None:
    async with TestWorkspace(tmp_path, make_script(COUNT)) as workspace:
        server = workspace.server

        for cut in range(4):
            server.cut_after = cut
            await server.until_attached(cut + 2)
        await server.until(lambda: "ready" in server.lifecycles)

        assert server.logged().splitlines() == LINES
        assert len(server.received) > len(server.events), (
            "nothing was sent twice: no fault happened"
        )


async def test_a_server_that_restarts_gets_what_happened_meanwhile(
    tmp_path: Path,
) -> None:
    async with TestWorkspace(tmp_path, make_script(COUNT)) as workspace:
        server = workspace.server
        await server.until(lambda: "line-3" in server.logged())

        await server.stop()
        await asyncio.sleep(0.3)
        await server.start()
        await server.until(lambda: "ready" in server.lifecycles)

        assert server.logged().splitlines() == LINES


async def test_a_runner_that_crashed_goes_on_with_the_same_stream(
    tmp_path: Path,
) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        server = workspace.server
        await server.until(lambda: "ready" in server.lifecycles)
        server.acknowledging = False
        session = await workspace.begin()
        await server.until(lambda: server.state == "idle")
        await workspace.crash()

        server.acknowledging = True
        await workspace.start()
        await server.until(lambda: len(server.named("session_started")) == 2)

        assert server.hellos[0]["stream"] == server.hellos[1]["stream"]
        assert server.hellos[0]["boot_id"] != server.hellos[1]["boot_id"]
        started = server.named("session_started")
        assert [event["session_id"] for event in started] == [session, session]


async def test_a_refused_runner_stops_dialling_and_says_so(tmp_path: Path) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        server = workspace.server
        await server.until(lambda: "ready" in server.lifecycles)

        server.refusal = "a newer build has started"
        await server.cut()

        assert await workspace.ended() == exits.REFUSED
        attempts = len(server.hellos)
        await asyncio.sleep(0.2)
        assert len(server.hellos) == attempts


async def test_an_unknown_token_ends_the_runner_after_some_tries(
    tmp_path: Path,
) -> None:
    workspace = TestWorkspace(tmp_path)
    workspace.server.status = 401
    async with workspace:
        assert await workspace.ended() == exits.REFUSED


async def test_a_server_in_trouble_is_dialled_again(tmp_path: Path) -> None:
    workspace = TestWorkspace(tmp_path)
    workspace.server.status = 503
    async with workspace:
        await asyncio.sleep(0.2)
        workspace.server.status = 0

        await workspace.server.until(lambda: "ready" in workspace.server.lifecycles)


async def test_a_second_runner_of_a_workspace_is_turned_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("taskyard.runner.daemon.LOCK_SECONDS", 0.1)
    async with TestWorkspace(tmp_path) as workspace:
        await workspace.server.until(lambda: "ready" in workspace.server.lifecycles)

        assert await workspace.run() == exits.LOCKED


async def test_a_port_of_the_workspace_is_reached_through_a_stream(
    tmp_path: Path,
) -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write((await reader.readline()).upper())
        writer.close()

    async with TestWorkspace(tmp_path) as workspace:
        app = await asyncio.start_server(echo, "127.0.0.1", 0)
        port = app.sockets[0].getsockname()[1]
        reader = asyncio.StreamReader()

        stream = await workspace.server.open(
            {"service": "tcp", "port": port},
            lambda: asyncio.StreamReaderProtocol(reader),
        )
        stream.write(b"hello\n")

        assert await reader.readline() == b"HELLO\n"
        app.close()


async def test_a_stream_to_a_dead_port_is_refused(tmp_path: Path) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        with pytest.raises(ConnectionResetError, match="nothing answers on port 9"):
            await workspace.server.open({"service": "tcp", "port": 9}, asyncio.Protocol)
        with pytest.raises(ConnectionResetError, match="unsupported"):
            await workspace.server.open({"service": "ssh"}, asyncio.Protocol)
