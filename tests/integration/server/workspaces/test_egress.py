"""What sandboxes report about the ways out."""

from http import HTTPStatus
from typing import Any
from uuid import uuid4

import httpx
import pytest

from taskyard.protocol.provisioner import BuildInput
from taskyard.server.workspaces import egress
from tests.support.provisioning import Yard

pytestmark = pytest.mark.asyncio


def report(host: str, **fields: Any) -> dict[str, Any]:
    return {
        "at": 1767225600.5,
        "verdict": "deny",
        "method": "CONNECT",
        "host": host,
        "port": 443,
        "path": "/",
        "rule": "",
        "why": "no rule allows it",
    } | fields


async def started(yard: Yard) -> tuple[dict[str, Any], str]:
    """A running workspace, and the token of its sandbox's supervisor."""
    workspace = await yard.workspace(await yard.template(), run=False)
    job = await yard.provisioner.acquire()
    assert job is not None
    assert isinstance(job.input, BuildInput)
    await yard.provisioner.work(job)
    return workspace, job.input.supervisor_token


async def send(
    client: httpx.AsyncClient, token: str, *decisions: dict[str, Any]
) -> httpx.Response:
    return await client.post(
        f"/api/v2/sandboxes/{uuid4()}/egress",
        json={"decisions": list(decisions)},
        headers={"Authorization": f"Bearer {token}"},
    )


async def test_decisions_are_written_down_for_the_owner(
    yard: Yard, anonymous: httpx.AsyncClient
) -> None:
    workspace, token = await started(yard)

    answer = await send(
        anonymous,
        token,
        report("evil.example\x1b[31m"),
        report("pypi.org", verdict="allow", rule="domain=pypi.org", why=""),
    )

    assert answer.status_code == HTTPStatus.NO_CONTENT
    told = await yard.get(f"/workspaces/{workspace['id']}/egress")
    assert told["count"] == 2
    newest, oldest = told["decisions"]
    assert (newest["host"], newest["rule"]) == ("pypi.org", "domain=pypi.org")
    assert (oldest["host"], oldest["reason"]) == ("evil.example", "no rule allows it")
    denied = await yard.get(f"/workspaces/{workspace['id']}/egress?verdict=deny")
    assert denied["count"] == 1


async def test_only_the_sandbox_of_a_running_workspace_reports(
    yard: Yard, anonymous: httpx.AsyncClient
) -> None:
    workspace, token = await started(yard)
    await yard.build(workspace, "stop")

    refused = [
        await send(anonymous, bad, report("x"))
        for bad in ("", "tyk-box-wrong", token, yard.owner.token)
    ]

    assert {answer.status_code for answer in refused} == {HTTPStatus.UNAUTHORIZED}


async def test_a_new_start_ends_the_token_of_the_one_before(
    yard: Yard, anonymous: httpx.AsyncClient
) -> None:
    workspace, token = await started(yard)
    await yard.build(workspace, "start")

    answer = await send(anonymous, token, report("x"))

    assert answer.status_code == HTTPStatus.UNAUTHORIZED


async def test_a_malformed_decision_is_refused(
    yard: Yard, anonymous: httpx.AsyncClient
) -> None:
    _, token = await started(yard)
    wrong: tuple[dict[str, Any], ...] = (
        {"verdict": "maybe"},
        {"port": 70_000},
        {"port": -1},
        {"at": "yesterday"},
        {"at": 1e300},
        {"host": None},
    )

    for bad in wrong:
        answer = await send(anonymous, token, report("x") | bad)

        assert answer.status_code == HTTPStatus.BAD_REQUEST, bad


async def test_the_newest_decisions_are_kept(
    yard: Yard, anonymous: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(egress, "MAX_DECISIONS", 3)
    workspace, token = await started(yard)

    for number in range(5):
        await send(anonymous, token, report(f"h{number}"))

    told = await yard.get(f"/workspaces/{workspace['id']}/egress")
    assert [d["host"] for d in told["decisions"]] == ["h4", "h3", "h2"]
