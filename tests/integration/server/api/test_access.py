"""Streams end with the access of who opened them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from sqlalchemy import update
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from taskyard.server.db.tables import UserRow
from taskyard.server.factory import ProcessContext
from taskyard.server.identity.actor import Role
from tests.conftest import Account, make_account
from tests.support.provisioning import Yard, provisioner, yard
from tests.support.serving import served

__all__ = ["provisioner", "yard"]

pytestmark = pytest.mark.asyncio

Deed = Callable[[Account, Account], Awaitable[httpx.Response]]


@pytest_asyncio.fixture
async def base(app: FastAPI) -> AsyncIterator[str]:
    async with served(app, sockets=True) as url:
        yield url


async def _suspend(owner: Account, user: Account) -> httpx.Response:
    return await owner.client.put(f"/api/v2/users/{user.username}/status/suspend")


async def _log_out(_: Account, user: Account) -> httpx.Response:
    return await user.client.post("/api/v2/users/logout")


async def _revoke(_: Account, user: Account) -> httpx.Response:
    token = user.token.partition("-")[0]
    return await user.client.delete(f"/api/v2/users/me/keys/{token}")


async def _take_role(owner: Account, user: Account) -> httpx.Response:
    return await owner.client.put(
        f"/api/v2/users/{user.username}/roles", json={"roles": []}
    )


async def _listen(base: str, account: Account, seen: asyncio.Event) -> None:
    """Follow the list of tasks until the server ends it."""
    async with (
        httpx.AsyncClient(base_url=base, timeout=30) as client,
        client.stream(
            "GET",
            "/api/v2/events",
            headers={"Coder-Session-Token": account.token},
        ) as stream,
    ):
        assert stream.status_code == 200
        async for line in stream.aiter_lines():
            if line.startswith("event: tasks"):
                seen.set()


@pytest.mark.parametrize("deed", [_suspend, _log_out, _revoke, _take_role])
async def test_a_stream_ends_when_its_user_may_no_longer_have_it(
    app: FastAPI, base: str, owner: Account, deed: Deed
) -> None:
    user = await make_account(app, "eve", Role.AUDITOR)
    async with user.client, asyncio.timeout(30), asyncio.TaskGroup() as group:
        seen, others = asyncio.Event(), asyncio.Event()
        stream = group.create_task(_listen(base, user, seen))
        other = group.create_task(_listen(base, owner, others))
        await seen.wait()
        await others.wait()

        assert (await deed(owner, user)).is_success
        await stream

        assert not other.done()
        other.cancel()


async def test_a_stream_that_is_opened_in_the_moment_of_the_end_ends_too(
    app: FastAPI, process: ProcessContext
) -> None:
    user = await make_account(app, "eve")
    await user.client.aclose()
    actor = await process.authenticator.identify(user.token)
    async with process.sessions.begin() as session:
        # Without a hint: it has come before the stream was there.
        await session.execute(
            update(UserRow).where(UserRow.id == user.id).values(status="suspended")
        )

    ended = asyncio.Event()
    with process.access.hold(actor, ended.set):
        async with asyncio.timeout(30):
            await ended.wait()


async def test_a_websocket_closes_with_the_reason(base: str, yard: Yard) -> None:
    workspace = await yard.workspace(await yard.template(), run=False)
    path = f"/api/v2/workspacebuilds/{workspace['latest_build']['id']}/logs?follow=true"

    async with (
        asyncio.timeout(30),
        connect(
            base.replace("http", "ws") + path,
            additional_headers={"Coder-Session-Token": yard.owner.token},
        ) as socket,
    ):
        assert (await yard.owner.client.post("/api/v2/users/logout")).is_success
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1008
    assert "log in again" in closed.value.rcvd.reason
