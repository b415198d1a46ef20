"""Handing an agent to its terminal and back, and watching that terminal."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from http import HTTPStatus

import pytest
import pytest_asyncio
from fastapi import FastAPI
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from taskyard.kit.mux.mux import StreamReset
from taskyard.protocol.terminal import FrameKind, encode, encode_object
from taskyard.server.identity.actor import Role
from taskyard.server.tasks import control
from taskyard.testing.runners import FakeRunner
from tests.conftest import Account, make_account
from tests.integration.server.tasks.terminals import (
    SilentRunner,
    StubbornRunner,
    TerminalRunner,
    end_of,
    said,
)
from tests.support.serving import served
from tests.support.tasks import Active, Bench

pytestmark = pytest.mark.asyncio

#: Sent to a watcher that reads nothing: far more than may be on the way to it.
FLOOD = 64 * 1024 * 1024


@pytest_asyncio.fixture
async def base(app: FastAPI) -> AsyncIterator[str]:
    async with served(app, sockets=True) as url:
        yield url.replace("http://", "ws://")


async def with_terminal(
    bench: Bench, *, terminal: str = "live", kind: type[FakeRunner] = TerminalRunner
) -> Active:
    """A task whose agent is idle and has a terminal of this kind."""
    active = await bench.active()
    await active.replace(kind)
    active.runner.start_session(id_=active.session, terminal=terminal)
    active.runner.state(active.session, "idle")
    await active.runner.settled()
    return active


def attach(
    base: str,
    active: Active,
    token: str,
    *,
    size: str = "?columns=120&rows=40",
    **headers: str,
) -> connect:
    given = {"Coder-Session-Token": token} if token else {}
    path = f"{active.path}/terminal".replace("/me/", f"/{active.task['owner_name']}/")
    return connect(base + path + size, additional_headers={**given, **headers})


# -- control --------------------------------------------------------------------------


async def test_control_goes_to_the_terminal_and_messages_wait(bench: Bench) -> None:
    active = await with_terminal(bench, terminal="handover")
    before = await active.detail()

    answer = await bench.client.put(
        f"{active.path}/control", json={"controller": "terminal", "cancel_turn": True}
    )
    active.runner.session_event(
        active.session, "control", "control", controller="terminal", by="user"
    )
    await active.runner.settled()
    posted = await bench.client.post(f"{active.path}/messages", json={"input": "hi"})
    await bench.deliver()

    assert (before["controller"], before["terminal"]) == ("chat", "handover")
    assert answer.status_code == HTTPStatus.OK
    assert answer.json() == {
        "controller": "terminal",
        "terminal": "handover",
        "switching": False,
    }
    command = await active.runner.command("set_control")
    assert command["args"] == {
        "session_id": str(active.session),
        "controller": "terminal",
        "cancel_turn": True,
    }
    assert posted.json()["state"] == "queued"
    assert [c["name"] for c in active.runner.acted_on].count("prompt") == 0
    detail = await active.detail()
    assert detail["controller"] == "terminal"
    assert detail["work"]["status"] == "idle"
    assert detail["work"]["detail"].startswith("In the terminal")


async def test_what_waited_is_delivered_when_the_chat_has_control_again(
    bench: Bench,
) -> None:
    active = await with_terminal(bench, terminal="handover")
    event = (active.session, "control", "control")
    active.runner.session_event(*event, controller="terminal", by="user")
    await active.runner.settled()
    await bench.client.post(f"{active.path}/messages", json={"input": "go on"})

    active.runner.session_event(*event, controller="chat", by="agent")
    await active.runner.settled()
    await bench.deliver()

    prompt = await active.runner.command("prompt")
    assert prompt["args"]["text"] == "go on"


async def test_nothing_is_sent_at_once_to_an_agent_in_its_terminal(
    bench: Bench,
) -> None:
    active = await with_terminal(bench, terminal="handover")
    active.runner.session_event(
        active.session, "control", "control", controller="terminal", by="user"
    )
    await active.runner.settled()

    now = await bench.client.post(
        f"{active.path}/messages", json={"input": "x", "delivery": "now"}
    )
    contract = await bench.client.post(f"{active.path}/send", json={"input": "x"})

    assert now.status_code == HTTPStatus.CONFLICT
    assert "in the agent's terminal" in now.json()["detail"]
    assert contract.status_code == HTTPStatus.BAD_GATEWAY


async def test_a_running_turn_is_a_conflict_in_the_runners_words(bench: Bench) -> None:
    active = await with_terminal(bench, terminal="handover", kind=StubbornRunner)

    answer = await bench.client.put(
        f"{active.path}/control", json={"controller": "terminal"}
    )

    assert answer.status_code == HTTPStatus.CONFLICT
    assert answer.json()["code"] == "control_not_moved"
    assert answer.json()["detail"].startswith("a turn is running")


async def test_an_agent_without_a_terminal_keeps_the_chat(bench: Bench) -> None:
    active = await with_terminal(bench, terminal="none")

    answer = await bench.client.put(
        f"{active.path}/control", json={"controller": "terminal"}
    )

    assert answer.status_code == HTTPStatus.CONFLICT
    assert answer.json()["code"] == "agent_has_no_terminal"
    assert not [c for c in active.runner.commands if c["name"] == "set_control"]


async def test_control_needs_a_running_agent_and_a_linked_runner(bench: Bench) -> None:
    body = {"controller": "terminal"}
    task = await bench.task()
    early = await bench.client.put(f"/api/v2/tasks/me/{task['id']}/control", json=body)
    active = await with_terminal(bench, terminal="handover")
    await active.runner.drop()

    away = await bench.client.put(f"{active.path}/control", json=body)

    assert (early.status_code, early.json()["code"]) == (409, "no_running_agent")
    assert away.status_code == HTTPStatus.BAD_GATEWAY


async def test_only_who_may_change_a_task_moves_control(
    bench: Bench, app: FastAPI
) -> None:
    active = await with_terminal(bench, terminal="handover")
    path = active.path.replace("/me/", f"/{active.task['owner_name']}/")
    auditor = await make_account(app, "audrey", Role.AUDITOR)
    stranger = await make_account(app, "sam")

    answers = [
        await account.client.put(f"{path}/control", json={"controller": "terminal"})
        for account in (auditor, stranger)
    ]

    assert [answer.status_code for answer in answers] == [403, 404]
    for account in (auditor, stranger):
        await account.client.aclose()


# -- the terminal ---------------------------------------------------------------------


async def test_a_person_watches_types_and_resizes(
    bench: Bench, base: str, owner: Account
) -> None:
    active = await with_terminal(bench)
    runner = active.runner
    assert isinstance(runner, TerminalRunner)

    async with attach(base, active, owner.token) as socket:
        replay = [await said(socket) for _ in range(3)]
        await socket.send(b"ls\r")
        await socket.send(json.dumps({"type": "resize", "columns": 90, "rows": 20}))
        typed = await runner.terminals[0].got(2)
        runner.terminals[0].say(
            encode_object(FrameKind.SIZE, columns=90, rows=20)
            + encode(FrameKind.OUTPUT, b"\xff\x00live")
        )
        live = [await said(socket) for _ in range(2)]

    assert runner.targets == [
        {
            "service": "terminal",
            "session_id": str(active.session),
            "columns": 120,
            "rows": 40,
        }
    ]
    assert replay == [
        {"type": "replay", "columns": 100, "rows": 30},
        b"\x1b[Hpainted",
        {"type": "replay-end"},
    ]
    assert [(f.kind, f.content) for f in typed] == [
        (FrameKind.INPUT, b"ls\r"),
        (FrameKind.RESIZE, b'{"columns": 90, "rows": 20}'),
    ]
    assert live == [{"type": "size", "columns": 90, "rows": 20}, b"\xff\x00live"]
    async with asyncio.timeout(20):
        await runner.terminals[0].gone.wait()


async def test_the_end_of_the_terminal_is_told_with_its_reason(
    bench: Bench, base: str, owner: Account
) -> None:
    active = await with_terminal(bench)
    runner = active.runner
    assert isinstance(runner, TerminalRunner)

    async with attach(base, active, owner.token) as socket:
        assert await said(socket)
        runner.terminals[0].say(encode_object(FrameKind.CLOSED, reason="claude ended"))
        messages, code = await end_of(socket)

    assert messages[-1] == {"type": "closed", "reason": "claude ended"}
    assert code == 1000


async def test_a_lost_runner_is_no_end_but_a_reason_to_come_back(
    bench: Bench, base: str, owner: Account
) -> None:
    active = await with_terminal(bench)

    async with attach(base, active, owner.token) as socket:
        assert await said(socket)
        await active.runner.drop()
        messages, code = await end_of(socket)

    assert "attach again" in messages[-1]["reason"]
    assert code == 1013


async def test_an_agent_in_the_chat_says_to_hand_it_over(
    bench: Bench, base: str, owner: Account
) -> None:
    active = await with_terminal(bench, terminal="handover")
    assert isinstance(active.runner, TerminalRunner)
    active.runner.refusal = "the agent is in the chat: hand it over first"

    async with attach(base, active, owner.token) as socket:
        messages, code = await end_of(socket)

    assert code == 4409
    assert messages == [
        {
            "type": "closed",
            "reason": "The terminal of this task cannot be reached now. The agent is in "
            "the chat: hand it over first.",
        }
    ]


async def test_a_runner_that_is_away_is_worth_another_try(
    bench: Bench, base: str, owner: Account
) -> None:
    active = await with_terminal(bench)
    await active.runner.drop()

    async with attach(base, active, owner.token) as socket:
        messages, code = await end_of(socket)

    assert code == 1013
    assert "not connected" in messages[-1]["reason"]


async def test_a_runner_that_neither_accepts_nor_refuses_is_not_waited_for(
    bench: Bench, base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control, "OPEN_SECONDS", 0.05)
    active = await with_terminal(bench, kind=SilentRunner)

    async with attach(base, active, bench.yard.owner.token) as socket:
        [closed], code = await end_of(socket)

    assert code == 1013
    assert "did not answer" in closed["reason"]
    assert isinstance(active.runner, SilentRunner)
    with pytest.raises(StreamReset, match="aborted"):
        await active.runner.asked[0].accepted


async def test_a_task_without_a_running_agent_says_to_resume_it(
    bench: Bench, base: str, owner: Account
) -> None:
    active = await with_terminal(bench)
    await active.pause()

    async with attach(base, active, owner.token) as socket:
        messages, code = await end_of(socket)

    assert code == 4409
    assert "Resume the task" in messages[-1]["reason"]


async def test_the_runners_refusal_reaches_the_person(
    bench: Bench, base: str, owner: Account
) -> None:
    active = await with_terminal(bench)
    assert isinstance(active.runner, TerminalRunner)
    active.runner.refusal = "the agent is starting"

    async with attach(base, active, owner.token) as socket:
        messages, code = await end_of(socket)

    assert messages[-1]["reason"].endswith("The agent is starting.")
    assert code == 4409


async def test_who_may_only_read_watches_and_changes_nothing(
    bench: Bench, base: str, app: FastAPI, owner: Account
) -> None:
    active = await with_terminal(bench)
    runner = active.runner
    assert isinstance(runner, TerminalRunner)
    auditor = await make_account(app, "audrey", Role.AUDITOR)
    made = await owner.client.post(
        "/api/v2/users/me/keys/tokens", json={"token_name": "r", "scope": "read"}
    )

    for number, token in enumerate((auditor.token, made.json()["key"])):
        async with attach(base, active, token) as socket:
            assert await said(socket) == {"type": "replay", "columns": 100, "rows": 30}
            await socket.send(b"rm -rf /\r")
            await socket.send('{"type": "resize", "columns": 10, "rows": 10}')
            runner.terminals[number].say(encode(FrameKind.OUTPUT, b"still"))
            while await said(socket) != b"still":
                pass
        async with asyncio.timeout(20):
            await runner.terminals[number].gone.wait()

    assert [terminal.frames for terminal in runner.terminals] == [[], []]
    assert [target["columns"] for target in runner.targets] == [0, 0]
    await auditor.client.aclose()


@pytest.mark.parametrize("token", ["", "nonsense"])
async def test_nobody_watches_without_a_session(
    bench: Bench, base: str, token: str
) -> None:
    active = await with_terminal(bench)

    with pytest.raises(InvalidStatus) as refused:
        await attach(base, active, token)

    assert refused.value.response.status_code == HTTPStatus.UNAUTHORIZED


async def test_a_foreign_task_is_not_there(
    bench: Bench, base: str, member: Account
) -> None:
    active = await with_terminal(bench)

    with pytest.raises(InvalidStatus) as refused:
        await attach(base, active, member.token)

    assert refused.value.response.status_code == HTTPStatus.NOT_FOUND
    assert isinstance(active.runner, TerminalRunner)
    assert not hasattr(active.runner, "targets")


async def test_every_way_to_bring_a_token_is_known(
    bench: Bench, base: str, owner: Account
) -> None:
    active = await with_terminal(bench)
    token = owner.token
    ways: list[tuple[str, dict[str, str]]] = [
        ("", {"Authorization": f"Bearer {token}"}),
        (f"?coder_session_token={token}", {}),
        (
            "",
            {
                "Cookie": f"coder_session_token={token}",
                "Sec-Fetch-Site": "same-origin",
            },
        ),
    ]

    for query, headers in ways:
        async with attach(base, active, "", size=query, **headers) as socket:
            assert (await said(socket))["type"] == "replay"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Sec-Fetch-Site": "same-site"},
        {},
    ],
)
async def test_another_sites_page_cannot_use_the_cookie(
    bench: Bench, base: str, owner: Account, headers: dict[str, str]
) -> None:
    active = await with_terminal(bench)
    cookie = {"Cookie": f"coder_session_token={owner.token}"}

    with pytest.raises(InvalidStatus) as refused:
        await attach(base, active, "", **cookie, **headers)

    assert refused.value.response.status_code == HTTPStatus.FORBIDDEN


async def test_of_what_a_workspace_says_of_a_size_only_the_size_is_told(
    bench: Bench, base: str, owner: Account
) -> None:
    active = await with_terminal(bench)
    assert isinstance(active.runner, TerminalRunner)
    hostile = {"columns": 10**9, "rows": 24, "kind": "x", "websocket": 1}

    async with attach(base, active, owner.token) as socket:
        painting = [await said(socket) for _ in range(3)]
        words = json.dumps(hostile).encode()
        active.runner.terminals[0].say(encode(FrameKind.SIZE, words))
        size = await said(socket)

    assert painting[0] == {"type": "replay", "columns": 100, "rows": 30}
    assert size == {"type": "size", "columns": 1000, "rows": 24}


@pytest.mark.parametrize("words", ['{"type": "resize", "columns": "x"}', "[" * 10**5])
async def test_what_is_no_instruction_ends_with_a_hint(
    bench: Bench, base: str, owner: Account, words: str
) -> None:
    active = await with_terminal(bench)

    async with attach(base, active, owner.token) as socket:
        await socket.send(words)
        messages, code = await end_of(socket)

    assert code == 1003
    assert "resize" in messages[-1]["reason"]


async def test_a_slow_watcher_makes_the_runner_wait_not_the_server_grow(
    bench: Bench, base: str, owner: Account
) -> None:
    active = await with_terminal(bench)
    runner = active.runner
    assert isinstance(runner, TerminalRunner)

    async with attach(base, active, owner.token) as slow:
        assert await said(slow)
        terminal = runner.terminals[0]
        slow.transport.pause_reading()
        sent, part = 0, os.urandom(32768)  # what compression does not make small
        while not terminal.paused.is_set() and sent < FLOOD:
            terminal.say(encode(FrameKind.OUTPUT, part))
            sent += len(part)
            await asyncio.sleep(0)
        async with attach(base, active, owner.token) as quick:
            assert (await said(quick))["type"] == "replay"
        slow.transport.resume_reading()

    assert terminal.paused.is_set()
    assert sent < FLOOD
