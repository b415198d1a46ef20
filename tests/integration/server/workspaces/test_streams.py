"""Logs and changes as they happen, over real sockets."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from taskyard.server.db import topics
from taskyard.server.db.broadcast import notify
from taskyard.server.db.tables import AgentLogRow
from taskyard.server.factory import ProcessContext
from taskyard.testing.provisioners import lines
from tests.conftest import Account
from tests.support.provisioning import Yard
from tests.support.serving import served

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def base(app: FastAPI) -> AsyncIterator[str]:
    async with served(app, sockets=True) as url:
        yield url.replace("http://", "ws://") + "/api/v2"


def dial(base: str, path: str, account: Account) -> connect:
    return connect(
        base + path, additional_headers={"Coder-Session-Token": account.token}
    )


async def said(socket: ClientConnection) -> Any:
    async with asyncio.timeout(20):
        return json.loads(await socket.recv())


async def test_the_log_of_a_build_is_followed_line_by_line_to_its_end(
    yard: Yard, base: str
) -> None:
    workspace = await yard.workspace(await yard.template(), run=False)
    job = await yard.provisioner.acquire()
    assert job is not None
    await yard.provisioner.log(job, 1, lines("one", "two"))
    path = f"/workspacebuilds/{workspace['latest_build']['id']}/logs?follow=true"

    async with dial(base, path, yard.owner) as socket:
        first, second = await said(socket), await said(socket)
        await yard.provisioner.log(job, 2, lines("three"))
        third = await said(socket)
        await yard.provisioner.complete(job)
        with pytest.raises(ConnectionClosed) as closed:
            await said(socket)

    assert [line["output"] for line in (first, second, third)] == [
        "one",
        "two",
        "three",
    ]
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1000
    async with dial(base, f"{path}&after={second['id']}", yard.owner) as socket:
        assert (await said(socket))["output"] == "three"


async def test_the_log_of_an_import_that_waits_ends_when_it_is_canceled(
    yard: Yard, base: str
) -> None:
    version = await yard.version(run=False)
    path = f"/templateversions/{version['id']}"

    async with dial(base, f"{path}/logs?follow=true", yard.owner) as socket:
        await yard.owner.client.patch(f"/api/v2{path}/cancel")
        with pytest.raises(ConnectionClosed) as closed:
            await said(socket)

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1000


async def test_logs_of_an_agent_come_as_arrays(
    yard: Yard, base: str, process: ProcessContext
) -> None:
    workspace = await yard.workspace(await yard.template())
    agent = workspace["latest_build"]["resources"][0]["agents"][0]["id"]

    async def write(*outputs: str) -> None:
        async with process.sessions.begin() as session:
            for output in outputs:
                session.add(
                    AgentLogRow(
                        agent_row_id=UUID(agent),
                        source="runner",
                        level="info",
                        output=output,
                        created_at=process.clock.now(),
                    )
                )
                await session.flush()
            await notify(session, topics.AGENT_LOGS, agent)

    await write("one", "two")
    path = f"/workspaceagents/{agent}/logs?follow=true"
    async with dial(base, path, yard.owner) as socket:
        first = await said(socket)
        await write("three")
        second = await said(socket)

    assert [line["output"] for line in first] == ["one", "two"]
    assert [line["output"] for line in second] == ["three"]


async def test_a_stranger_cannot_follow(yard: Yard, base: str, member: Account) -> None:
    workspace = await yard.workspace(await yard.template())
    build = workspace["latest_build"]
    agent = build["resources"][0]["agents"][0]["id"]
    for path in (
        f"/workspacebuilds/{build['id']}/logs",
        f"/workspaceagents/{agent}/logs",
        f"/workspaces/{workspace['id']}/watch-ws",
        f"/templateversions/{build['id']}/logs",
    ):
        with pytest.raises(InvalidStatus) as refused:
            async with dial(base, path, member):
                pass

        assert refused.value.response.status_code == 404, path


async def test_without_a_token_a_socket_is_refused(yard: Yard, base: str) -> None:
    workspace = await yard.workspace(await yard.template())

    with pytest.raises(InvalidStatus) as refused:
        async with connect(f"{base}/workspaces/{workspace['id']}/watch-ws"):
            pass

    assert refused.value.response.status_code == 401


async def test_a_watched_workspace_tells_its_changes_by_socket(
    yard: Yard, base: str
) -> None:
    workspace = await yard.workspace(await yard.template(), run=False)
    seen: list[str] = []

    async with dial(base, f"/workspaces/{workspace['id']}/watch-ws", yard.owner) as s:
        seen.append((await said(s))["data"]["latest_build"]["status"])
        await yard.provisioner.run_one()
        while seen[-1] != "running":
            event = await said(s)
            assert event["type"] == "data"
            seen.append(event["data"]["latest_build"]["status"])

    assert (seen[0], seen[-1]) == ("pending", "running")


async def test_a_watched_workspace_tells_its_changes_by_events(
    yard: Yard, base: str
) -> None:
    workspace = await yard.workspace(await yard.template(), run=False)
    url = f"{base.replace('ws://', 'http://')}/workspaces/{workspace['id']}/watch"
    headers = {"Coder-Session-Token": yard.owner.token}
    statuses: list[str] = []

    async with (
        asyncio.timeout(30),
        httpx.AsyncClient(headers=headers) as client,
        client.stream("GET", url) as stream,
    ):
        kind = stream.headers["content-type"]
        async for line in stream.aiter_lines():
            if not line.startswith("data: {"):
                continue
            data = json.loads(line.removeprefix("data: "))
            statuses.append(data["latest_build"]["status"])
            if statuses == ["pending"]:
                await yard.provisioner.run_one()
            if statuses[-1] == "running":
                break

    assert kind.startswith("text/event-stream")
    assert statuses[0] == "pending"
