"""Who may do what with a task of somebody else, by every route that there is."""

from typing import Any, Final

import httpx
import pytest

from taskyard.server.identity.actor import Role
from taskyard.server.tasks.errors import NotTheOwner, TaskNotFound
from tests.conftest import Account, make_account
from tests.integration.server.api.test_every_route import filled, operations
from tests.support.tasks import Active, Bench

pytestmark = pytest.mark.asyncio

_TASK: Final = "/api/v2/tasks/{user}/{task}"
#: What a route wants to be told before it looks who asks.
_BODIES: Final[dict[tuple[str, str], dict[str, Any]]] = {
    ("PATCH", "/input"): {"input": "x"},
    ("POST", "/send"): {"input": "x"},
    ("POST", "/messages"): {"input": "x"},
    ("PATCH", "/messages/{message}"): {"input": "x"},
    ("PUT", "/control"): {"controller": "chat"},
    ("PUT", "/options/{option}"): {"value": "x"},
    ("PATCH", "/permission-policy"): {"policy": "ask"},
    ("POST", "/permissions/{permission}"): {"kind": "allow_once"},
}
#: Looks that show no more than the record of the task: who may read that may look.
_LOOKS: Final = {
    *("", "/detail", "/logs", "/events", "/events/page", "/messages"),
    *("/permissions", "/options", "/artifacts", "/artifacts/{artifact}"),
}


async def _answers(
    active: Active, account: Account
) -> dict[tuple[str, str], httpx.Response]:
    """Of every route below the task's own; nothing that changes the task may succeed."""
    found = dict[tuple[str, str], httpx.Response]()
    for method, path in operations(active.bench.app):
        if not path.startswith(_TASK):
            continue
        route = method, path.removeprefix(_TASK)
        found[route] = await account.client.request(
            method,
            f"/api/v2/tasks/ada/{active.id}{filled(route[1])}",
            json=_BODIES.get(route),
            headers={"accept": "application/json"},
        )
    return found


def _says(answer: httpx.Response, error: type[Exception]) -> bool:
    return bool(answer.json()["message"] == error.__doc__)


async def test_to_a_stranger_no_route_shows_that_there_is_a_task(bench: Bench) -> None:
    active = await bench.active()
    sam = await make_account(bench.app, "sam")

    async with sam.client:
        answers = await _answers(active, sam)

    assert len(answers) > 20
    for route, answer in answers.items():
        assert answer.status_code == 404, route
        assert _says(answer, TaskNotFound), route


async def test_an_auditor_may_look_and_change_nothing(bench: Bench) -> None:
    active = await bench.active()
    aud = await make_account(bench.app, "aud", Role.AUDITOR)

    async with aud.client:
        answers = await _answers(active, aud)

    for (method, path), answer in answers.items():
        if method == "GET" and path in _LOOKS:
            assert answer.status_code in {200, 404}, path
            assert answer.is_success or not _says(answer, TaskNotFound), path
        else:
            assert answer.status_code == 403, (method, path)
            assert _says(answer, NotTheOwner), (method, path)
