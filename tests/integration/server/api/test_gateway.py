"""The gateway in the real application: keys and usage are rows."""

import asyncio
import json
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from sqlalchemy import insert, select, text, update

from taskyard.kit.clock import ManualClock
from taskyard.kit.crypto import digest
from taskyard.server.db.tables import GatewayKeyRow, GatewayUsageRow
from taskyard.server.factory import ProcessContext

pytestmark = pytest.mark.asyncio

KEY = "sk-taskyard-0123456789"
HELLO = {
    "model": "any",
    "max_tokens": 100,
    "messages": [{"role": "user", "content": "hi"}],
}


@pytest_asyncio.fixture
async def task_id(process: ProcessContext, clock: ManualClock) -> UUID:
    """The task of a key that is in force; its workspace's other rows do not matter here."""
    task = uuid4()
    async with process.sessions.begin() as session:
        await session.execute(text("SET LOCAL session_replication_role = replica"))
        await session.execute(
            insert(GatewayKeyRow).values(
                id=uuid4(),
                key_hash=digest(KEY),
                workspace_id=uuid4(),
                build_id=uuid4(),
                task_id=task,
                created_at=clock.now(),
            )
        )
    return task


async def _ask(
    app: FastAPI, path: str = "/v1/messages", **body: object
) -> httpx.Response:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.post(
            f"/gateway/anthropic{path}",
            json={**HELLO, **body},
            headers={"authorization": f"Bearer {KEY}"},
        )


@pytest.mark.usefixtures("task_id")
async def test_without_a_vendors_key_the_demo_model_answers(app: FastAPI) -> None:
    answer = await _ask(app)

    assert answer.status_code == 200
    assert answer.json()["model"] == HELLO["model"]
    assert "demo model" in answer.json()["content"][0]["text"]


async def test_what_the_model_used_is_noted_for_the_task(
    app: FastAPI, process: ProcessContext, task_id: UUID
) -> None:
    await _ask(app, stream=True)
    # It is written in the background, so that no token waits for the database.
    writing = [t for t in asyncio.all_tasks() if t.get_name() == "gateway usage"]
    await asyncio.gather(*writing)

    async with process.sessions.begin() as session:
        row = (await session.execute(select(GatewayUsageRow))).scalar_one()
    assert (row.task_id, row.model, row.exact) == (task_id, "taskyard-demo", True)
    assert row.input_tokens > 0
    assert row.output_tokens > 0


@pytest.mark.usefixtures("task_id")
async def test_a_revoked_key_is_refused(
    app: FastAPI, process: ProcessContext, clock: ManualClock
) -> None:
    async with process.sessions.begin() as session:
        await session.execute(update(GatewayKeyRow).values(revoked_at=clock.now()))

    answer = await _ask(app)

    assert answer.status_code == 401
    assert answer.json()["error"]["type"] == "authentication_error"


async def test_an_unknown_key_is_refused(app: FastAPI) -> None:
    assert (await _ask(app)).status_code == 401


@pytest.mark.usefixtures("task_id")
async def test_tokens_can_be_counted(app: FastAPI) -> None:
    answer = await _ask(app, "/v1/messages/count_tokens")

    assert answer.json() == {
        "input_tokens": len(json.dumps(HELLO, separators=(",", ":"))) // 4
    }


@pytest.mark.usefixtures("task_id")
async def test_a_request_that_is_not_understood_says_what_is_wrong(
    app: FastAPI,
) -> None:
    answer = await _ask(app, messages=[])

    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_request_error"
    assert answer.json()["error"]["message"].startswith("messages: ")
