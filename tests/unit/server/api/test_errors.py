"""What a client is told when the database did not do what it should."""

import httpx
import pytest
from fastapi import FastAPI
from psycopg.errors import AdminShutdown, DeadlockDetected
from sqlalchemy.exc import OperationalError

from taskyard.server.api import errors

pytestmark = pytest.mark.asyncio


async def _answer_to(cause: Exception) -> httpx.Response:
    app = FastAPI()
    errors.install(app)

    @app.get("/")
    async def fail() -> None:
        raise OperationalError("UPDATE tasks", {}, cause)

    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.get("/")


async def test_an_outage_is_called_an_outage() -> None:
    answer = await _answer_to(AdminShutdown("terminating connection"))

    assert answer.status_code == 503
    assert "does not answer" in answer.json()["message"]


async def test_two_changes_that_collided_are_not_called_an_outage() -> None:
    answer = await _answer_to(DeadlockDetected("deadlock detected"))

    assert answer.status_code == 503
    assert "Another change" in answer.json()["message"]
    assert "UPDATE" not in answer.text
