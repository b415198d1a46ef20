"""What modules inside a workspace call with the agent's token."""

from http import HTTPStatus
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select

from taskyard.server.db.tables import AgentLogRow, AgentRow
from tests.support.tasks import Bench

pytestmark = pytest.mark.asyncio


async def _call(
    bench: Bench, method: str, path: str, body: Any = None, *, token: str = ""
) -> httpx.Response:
    tokens = list(bench.yard.provisioner.agent_tokens.values())
    return await bench.client.request(
        method,
        f"/api/v2/workspaceagents/me/{path}",
        json=body,
        headers={"Coder-Session-Token": token or tokens[-1]},
    )


def _status(**fields: str) -> dict[str, str]:
    return {"app_slug": "ccw", "state": "working", "message": "m", "uri": ""} | fields


async def test_an_app_status_is_the_tasks_current_state(bench: Bench) -> None:
    task = await bench.task()
    await bench.runner()

    answer = await _call(
        bench, "PATCH", "app-status", _status(state="failure", uri="https://x")
    )

    assert answer.status_code == HTTPStatus.OK
    shown = await bench.get(f"/tasks/me/{task['id']}")
    assert shown["current_state"]["state"] == "failed"
    assert shown["current_state"]["uri"] == "https://x"


@pytest.mark.parametrize(
    ("fields", "message", "detail", "field"),
    [
        (
            {"message": "x" * 161},
            "Message is too long.",
            "",
            ("message", "Message must be less than 160 characters."),
        ),
        (
            {"state": "sleeping"},
            "Invalid state provided.",
            "",
            ("state", "State must be one of: complete, failure, working, idle."),
        ),
        (
            {"app_slug": "x"},
            "Failed to get workspace app.",
            'No app found with slug "x"',
            None,
        ),
    ],
)
async def test_a_status_that_makes_no_sense_is_a_bad_request(
    bench: Bench,
    fields: dict[str, str],
    message: str,
    detail: str,
    field: tuple[str, str] | None,
) -> None:
    await bench.task()

    answer = await _call(bench, "PATCH", "app-status", _status(**fields))

    body = answer.json()
    assert (answer.status_code, body["message"], body["detail"]) == (
        HTTPStatus.BAD_REQUEST,
        message,
        detail,
    )
    problems = [(v["field"], v["detail"]) for v in body["validations"]]
    assert problems == ([field] if field else [])


async def test_of_two_statuses_of_one_moment_the_last_counts(bench: Bench) -> None:
    task = await bench.task()
    await bench.runner()
    for state in ("working", "idle", "working", "complete"):
        await _call(bench, "PATCH", "app-status", _status(state=state))

    shown = await bench.get(f"/tasks/me/{task['id']}")

    assert shown["current_state"]["state"] == "complete"


async def test_logs_are_added_to_a_registered_source(bench: Bench) -> None:
    await bench.task()
    source = str(uuid4())
    line = {"created_at": "2026-01-01T00:00:00Z", "output": "hi", "level": "odd"}

    unknown = await _call(
        bench, "PATCH", "logs", {"log_source_id": source, "logs": [line]}
    )
    registered = await _call(
        bench, "POST", "log-source", {"id": source, "display_name": "Build", "icon": ""}
    )
    added = await _call(
        bench, "PATCH", "logs", {"log_source_id": source, "logs": [line]}
    )

    assert unknown.status_code == HTTPStatus.BAD_REQUEST
    assert registered.status_code == HTTPStatus.CREATED
    assert registered.json()["id"] == source
    assert added.status_code == HTTPStatus.OK
    async with bench.process.sessions.begin() as session:
        rows = list(await session.scalars(select(AgentLogRow)))
        agent = (await session.scalars(select(AgentRow))).one()
    assert [(row.source, row.level, row.output) for row in rows] == [
        (source, "info", "hi")
    ]
    assert agent.logs_length == len("hi")


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "external-auth?id=github"), ("GET", "gitsshkey")],
)
async def test_what_is_not_configured_is_not_found_with_a_sentence(
    bench: Bench, method: str, path: str
) -> None:
    await bench.task()

    answer = await _call(bench, method, path)

    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert answer.json()["message"].endswith(".")


@pytest.mark.parametrize("kind", ["unknown", "a person's", "an old build's"])
async def test_only_the_latest_builds_token_is_good(bench: Bench, kind: str) -> None:
    active = await bench.active()
    tokens = {
        "unknown": str(uuid4()),
        "a person's": bench.yard.owner.token,
        "an old build's": active.runner.token,
    }
    if kind == "an old build's":
        await active.pause()

    answer = await _call(bench, "PATCH", "app-status", _status(), token=tokens[kind])

    assert answer.status_code == HTTPStatus.UNAUTHORIZED
