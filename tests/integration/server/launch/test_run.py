"""The real process: starting, refusing to, surviving, ending."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import httpx
import pytest

from taskyard.testing.installation import free_port
from tests.support.server_process import (
    ServerProcess,
    data_dir,
    running_server,
)

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(120)]


@pytest.fixture
def data() -> Iterator[Path]:
    with data_dir() as path:
        yield path


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Another process tells nobody when it is done; so it is asked."""
    async with asyncio.timeout(30):
        while not await condition():  # noqa: ASYNC110 - see above
            await asyncio.sleep(0.02)


async def until_health_is(client: httpx.AsyncClient, status: int) -> None:
    async def is_so() -> bool:
        return (await client.get("/healthz")).status_code == status

    await until(is_so)


async def until_dead(pid: int) -> None:
    async def is_dead() -> bool:
        return not is_alive(pid)

    await until(is_dead)


async def test_a_server_starts_sets_up_refuses_a_second_one_and_ends_cleanly(
    data: Path,
) -> None:
    async with running_server(data) as (server, client):
        token = await server.create_owner(client)
        postgres = server.postgres_pid
        second = ServerProcess(data=data)
        await second.spawn()

        second_code = await second.ended()
        me = await client.get(
            "/api/v2/users/me", headers={"Coder-Session-Token": token}
        )
        code = await server.stop()

    assert second_code != 0
    assert f"(process {server.process.pid})" in second.output
    assert "TASKYARD_DATA_DIR" in second.output
    assert me.json()["username"] == "ada"
    assert (code, is_alive(postgres)) == (0, False)
    assert token not in server.output


async def test_what_was_stored_survives_the_death_of_database_and_server(
    data: Path,
) -> None:
    async with running_server(data) as (server, client):
        token = await server.create_owner(client)
        client.headers["Coder-Session-Token"] = token

        os.kill(server.postgres_pid, signal.SIGKILL)
        await until_health_is(client, 503)
        await until_health_is(client, 200)
        after_database = await client.get("/api/v2/users/me")

        postgres = server.postgres_pid
        await server.kill()
        await until_dead(postgres)

    async with running_server(data) as (again, client):
        after_server = await client.get(
            "/api/v2/users/me", headers={"Coder-Session-Token": token}
        )

    assert (after_database.status_code, after_server.status_code) == (200, 200)
    assert again.setup_token is None


async def test_a_port_that_is_taken_is_named(data: Path) -> None:
    port = free_port()
    other = await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", port)
    server = ServerProcess(data=data, port=port)

    async with other:
        await server.spawn()
        code = await server.ended()

    assert code != 0
    assert f"127.0.0.1:{port}" in server.output
