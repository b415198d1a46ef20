"""What was said: from the session's log, or from a module's snapshot."""

import json
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from tests.support.tasks import Active, Bench

pytestmark = pytest.mark.asyncio


async def test_the_conversation_is_folded_from_events(bench: Bench) -> None:
    active = await bench.active()
    runner, session = active.runner, active.session
    runner.session_events(
        session,
        [
            ("message", "u1", {"role": "user", "kind": "text", "text": "hello"}),
            ("message_chunk", "a1", {"role": "agent", "kind": "thought", "text": "hm"}),
            ("message_chunk", "a2", {"role": "agent", "kind": "text", "text": "Hi "}),
            ("tool", "t1", {"title": "Read", "status": "completed"}),
            ("message_chunk", "a2", {"role": "agent", "kind": "text", "text": "there"}),
        ],
    )
    await runner.settled()

    logs = (await bench.client.get(f"{active.path}/logs")).json()

    assert "snapshot" not in logs
    assert [(log["type"], log["content"]) for log in logs["logs"]] == [
        ("output", "Done."),
        ("input", "hello"),
        ("output", "Hi there"),
    ]
    assert [log["id"] for log in logs["logs"]] == [0, 1, 2]


async def test_a_paused_task_has_its_conversation_as_a_snapshot(bench: Bench) -> None:
    active = await bench.active()
    await active.pause()

    logs = (await bench.client.get(f"{active.path}/logs")).json()

    assert logs["snapshot"] is True
    assert logs["snapshot_at"]
    assert [log["content"] for log in logs["logs"]] == ["Done."]


async def test_a_task_that_never_said_anything_has_an_empty_snapshot(
    bench: Bench,
) -> None:
    task = await bench.task(run=False)

    answer = await bench.client.get(f"/api/v2/tasks/me/{task['id']}/logs")

    assert answer.json() == {"logs": [], "snapshot": True}


class TestSnapshotOfAModule:
    async def test_it_is_shown_where_there_is_no_session(self, bench: Bench) -> None:
        active = await _without_session(bench)
        sent = await _post(bench, active.id, _messages("hello", "Hi!"))
        await active.pause()

        logs = (await bench.client.get(f"{active.path}/logs")).json()

        assert sent.status_code == HTTPStatus.NO_CONTENT
        assert logs["snapshot"] is True
        assert [(log["type"], log["content"]) for log in logs["logs"]] == [
            ("input", "hello"),
            ("output", "Hi!"),
        ]

    @pytest.mark.parametrize(
        ("body", "query", "status", "message"),
        [
            pytest.param(
                "{}", "format=agentapi", 400, 'Missing required "messages" field.'
            ),
            pytest.param("{", "format=agentapi", 400, "Failed to decode"),
            pytest.param('{"messages":[]}', "", 400, "Query parameters"),
            pytest.param('{"messages":[]}', "format=x", 400, "Query parameters"),
            pytest.param(
                '{"messages":[]}', "format=agentapi&y=1", 400, "Query parameters"
            ),
            pytest.param(
                json.dumps({"messages": ["x" * 70_000]}), "format=agentapi", 413, "The"
            ),
        ],
    )
    async def test_a_bad_one_is_refused(
        self, bench: Bench, body: str, query: str, status: int, message: str
    ) -> None:
        active = await _without_session(bench)

        answer = await _post(bench, active.id, body, query=query)

        assert answer.status_code == status
        assert answer.json()["message"].startswith(message)

    async def test_a_foreign_task_is_not_found(self, bench: Bench) -> None:
        await _without_session(bench)

        answer = await _post(bench, uuid4(), _messages("a", "b"))

        assert answer.status_code == HTTPStatus.NOT_FOUND

    async def test_an_id_that_is_none_is_a_bad_request(self, bench: Bench) -> None:
        await _without_session(bench)

        answer = await _post(bench, "no-uuid", _messages("a", "b"))

        assert answer.status_code == HTTPStatus.BAD_REQUEST

    async def test_a_persons_token_is_not_an_agents(self, bench: Bench) -> None:
        active = await _without_session(bench)

        answer = await bench.client.post(_snapshot_path(active.id), content="{}")

        assert answer.status_code == HTTPStatus.UNAUTHORIZED


async def _without_session(bench: Bench) -> Active:
    task = await bench.task()
    runner = await bench.runner()
    runner.lifecycle("ready")
    await runner.settled()
    return Active(bench=bench, task=task, runner=runner)


def _messages(*texts: str) -> str:
    messages: list[dict[str, Any]] = [
        {
            "id": number,
            "role": "agent" if number % 2 else "user",
            "content": text,
            "time": "2026-01-01T00:00:00Z",
        }
        for number, text in enumerate(texts)
    ]
    return json.dumps({"messages": messages})


def _snapshot_path(task: UUID | str) -> str:
    return f"/api/v2/workspaceagents/me/tasks/{task}/log-snapshot?format=agentapi"


async def _post(
    bench: Bench, task: UUID | str, body: str, *, query: str = "format=agentapi"
) -> httpx.Response:
    token = list(bench.yard.provisioner.agent_tokens.values())[-1]
    path = _snapshot_path(task).partition("?")[0]
    return await bench.client.post(
        f"{path}?{query}", content=body, headers={"Coder-Session-Token": token}
    )
