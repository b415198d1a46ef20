"""What agents ask people: a row, answered once, by whoever is first."""

import asyncio
from http import HTTPStatus
from typing import Any

import pytest

from taskyard.server.identity.actor import Role
from tests.conftest import make_account
from tests.support.provisioning import ok
from tests.support.tasks import Active, Bench

pytestmark = pytest.mark.asyncio

OPTIONS = [
    {"id": "yes-always", "name": "Always", "kind": "allow_always"},
    {"id": "yes", "name": "Yes", "kind": "allow_once"},
    {"id": "no", "name": "No", "kind": "reject_once"},
]


async def _ask(active: Active, request: str = "r1") -> dict[str, Any]:
    """The agent asks; the request as a person sees it."""
    runner = active.runner
    runner.state(active.session, "running")
    runner.session_event(
        active.session,
        "permission_requested",
        request,
        title="Run make clean?",
        tool={"title": "make clean", "kind": "execute"},
        options=OPTIONS,
    )
    runner.state(active.session, "requires_action", detail="Run make clean?")
    await runner.settled()
    return (await _list(active))[-1]


async def _list(active: Active) -> list[dict[str, Any]]:
    listed = ok(await active.bench.client.get(f"{active.path}/permissions"))
    return list(listed["permissions"])


async def test_a_request_is_shown_with_what_it_is_about(bench: Bench) -> None:
    active = await bench.active()

    request = await _ask(active)

    assert request["state"] == "pending"
    assert request["title"] == "Run make clean?"
    assert request["tool"]["title"] == "make clean"
    assert [option["id"] for option in request["options"]] == [
        "yes-always",
        "yes",
        "no",
    ]
    detail = await active.detail()
    assert (detail["work"]["status"], detail["work"]["action"]) == (
        "needs_input",
        "answer",
    )
    assert detail["pending_permissions"] == 1
    assert detail["current_state"]["state"] == "working"


@pytest.mark.parametrize(
    ("body", "chosen"),
    [
        ({"kind": "allow_once"}, "yes"),
        ({"kind": "allow_always"}, "yes-always"),
        ({"option_id": "no"}, "no"),
    ],
)
async def test_an_answer_goes_to_the_agent(
    bench: Bench, body: dict[str, str], chosen: str
) -> None:
    active = await bench.active()
    request = await _ask(active)

    answered = await bench.client.post(
        f"{active.path}/permissions/{request['id']}", json=body
    )
    await bench.deliver()

    assert answered.status_code == HTTPStatus.OK
    assert (answered.json()["option_id"], answered.json()["answered_by"]) == (
        chosen,
        "ada",
    )
    command = await active.runner.command("answer_permission")
    assert command["args"] == {
        "session_id": str(active.session),
        "request_id": "r1",
        "option_id": chosen,
    }


@pytest.mark.parametrize(
    "body", [{}, {"option_id": "maybe"}, {"kind": "reject_always"}]
)
async def test_an_answer_that_is_not_offered_is_a_bad_request(
    bench: Bench, body: dict[str, str]
) -> None:
    active = await bench.active()
    request = await _ask(active)

    answer = await bench.client.post(
        f"{active.path}/permissions/{request['id']}", json=body
    )

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert "yes (allow_once)" in answer.json()["detail"]


async def test_the_same_answer_again_is_no_error_and_is_sent_once(
    bench: Bench,
) -> None:
    active = await bench.active()
    request = await _ask(active)
    path = f"{active.path}/permissions/{request['id']}"

    first = await bench.client.post(path, json={"kind": "allow_once"})
    await bench.deliver()
    again = await bench.client.post(path, json={"kind": "allow_once"})
    await bench.deliver()

    assert first.status_code == again.status_code == HTTPStatus.OK
    answers = [c for c in active.runner.commands if c["name"] == "answer_permission"]
    assert len(answers) == 1


async def test_of_two_people_the_first_wins_and_the_other_is_told(
    bench: Bench,
) -> None:
    active = await bench.active()
    request = await _ask(active)
    boss = await make_account(bench.app, "boss", Role.OWNER)
    path = f"/api/v2/tasks/ada/{active.id}/permissions/{request['id']}"

    async with boss.client:
        answers = await asyncio.gather(
            bench.client.post(path, json={"kind": "allow_once"}),
            boss.client.post(path, json={"kind": "reject_once"}),
        )

    by_code = {answer.status_code: answer.json() for answer in answers}
    assert set(by_code) == {HTTPStatus.OK, HTTPStatus.CONFLICT}
    winner = by_code[HTTPStatus.OK]["answered_by"]
    assert (
        by_code[HTTPStatus.CONFLICT]["message"]
        == f"{winner} has already answered this request."
    )


async def test_an_answer_survives_a_lost_link(bench: Bench) -> None:
    active = await bench.active()
    request = await _ask(active)
    await active.runner.drop()

    answered = await bench.client.post(
        f"{active.path}/permissions/{request['id']}", json={"kind": "allow_once"}
    )
    await bench.deliver()
    await active.runner.connect()
    await bench.deliver()

    assert answered.status_code == HTTPStatus.OK
    assert (await active.runner.command("answer_permission"))["args"]["option_id"] == (
        "yes"
    )


@pytest.mark.parametrize(
    ("data", "state"),
    [
        ({"outcome": "selected", "option_id": "yes", "by": "policy"}, "answered"),
        ({"outcome": "cancelled", "by": "user"}, "cancelled"),
        ({"outcome": "cancelled", "by": "timeout"}, "timed_out"),
    ],
)
async def test_the_runner_may_resolve_a_request_itself(
    bench: Bench, data: dict[str, str], state: str
) -> None:
    active = await bench.active()
    request = await _ask(active)

    active.runner.session_event(active.session, "permission_resolved", "r1", **data)
    await active.runner.settled()
    late = await bench.client.post(
        f"{active.path}/permissions/{request['id']}", json={"kind": "reject_once"}
    )

    assert (await _list(active))[0]["state"] == state
    assert late.status_code == HTTPStatus.CONFLICT


async def test_a_request_ends_with_the_agent_that_asked(bench: Bench) -> None:
    active = await bench.active()
    await _ask(active)

    active.runner.state(active.session, "exited")
    await active.runner.settled()

    assert (await _list(active))[0]["state"] == "cancelled"
    assert (await active.detail())["work"]["status"] == "crashed"


async def test_a_request_that_is_told_twice_is_one(bench: Bench) -> None:
    active = await bench.active()

    await _ask(active)
    await _ask(active)

    assert len(await _list(active)) == 1


async def test_an_unknown_request_is_not_found(bench: Bench) -> None:
    active = await bench.active()

    answer = await bench.client.post(
        f"{active.path}/permissions/{active.id}", json={"kind": "allow_once"}
    )

    assert answer.status_code == HTTPStatus.NOT_FOUND
