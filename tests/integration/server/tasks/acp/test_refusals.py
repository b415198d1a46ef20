"""Who may attach, and what no proper client sends."""

import asyncio
from collections.abc import Callable

import pytest
import websockets
from acp import RequestError, text_block
from websockets.asyncio.client import connect

from taskyard.protocol.acp import (
    INVALID_PARAMS,
    INVALID_REQUEST,
    MAX_FRAME_BYTES,
    METHOD_NOT_FOUND,
    NOT_FOUND,
    PARSE_ERROR,
    REFUSED,
    initial_message_id,
)
from taskyard.server.api import acp
from taskyard.server.db import topics
from taskyard.server.identity.actor import Role, Scope
from tests.conftest import make_account
from tests.integration.server.tasks.acp.scene import (
    Desk,
    answer_of,
    request_permission,
    rpc,
)
from tests.support.provisioning import ok
from tests.support.tasks import Active

pytestmark = pytest.mark.asyncio


async def test_a_foreign_task_is_not_there(desk: Desk) -> None:
    active = await desk.bench.active()
    mel = await make_account(desk.bench.app, "mel")
    async with mel.client:
        with pytest.raises(websockets.InvalidStatus) as refused:
            await desk.editor(f"/api/v2/tasks/ada/{active.id}/acp", token=mel.token)
        editor = await desk.editor(token=mel.token)
        with pytest.raises(RequestError) as not_found:
            await editor.agent.load_session(session_id=str(active.id), cwd="/")
        with pytest.raises(RequestError) as taken:
            await editor.agent.new_session(
                cwd="/", taskyard={"sessionId": str(active.id)}
            )

    assert refused.value.response.status_code == 404
    assert not_found.value.code == taken.value.code == NOT_FOUND
    assert (await editor.agent.list_sessions()).sessions == []


async def test_an_auditor_watches_and_is_not_asked_and_may_not_speak(
    desk: Desk,
) -> None:
    active = await desk.bench.active()
    auditor = await make_account(desk.bench.app, "aud", Role.AUDITOR)
    async with auditor.client:
        editor = await desk.attached(active, token=auditor.token)
        await request_permission(active)
        await editor.until(lambda: "needs_input" in str(editor.sent("session/update")))
        with pytest.raises(RequestError, match="Only the owner") as refused:
            await editor.agent.prompt(
                session_id=str(active.id), prompt=[text_block("stop it")]
            )

    assert refused.value.code == REFUSED
    assert editor.said() == "Done."
    assert editor.asked == []


async def test_an_auditor_cannot_take_back_the_first_prompt_by_its_name(
    desk: Desk,
) -> None:
    bench = desk.bench
    task = await bench.task("write a poem")
    runner = await bench.runner()
    active = Active(bench=bench, task=task, runner=runner)
    runner.start_session(external_id="agent-session")
    await runner.settled()
    auditor = await make_account(bench.app, "aud", Role.AUDITOR)

    session = {"sessionId": task["id"]}
    named = {"taskyard": {"messageId": str(initial_message_id(active.id))}}
    block = {"type": "text", "text": "write a poem"}
    async with auditor.client:
        socket = await desk.raw(active, token=auditor.token)
        await socket.send(rpc(1, "session/load", {**session, "cwd": "/"}))
        await answer_of(socket, 1)
        await socket.send(
            rpc(2, "session/prompt", {**session, "prompt": [block], "_meta": named})
        )
        await socket.send(rpc(None, "session/cancel", session))
        answer = await answer_of(socket, 2)

    assert "Only the owner" in answer["error"]["message"]
    messages = await bench.get(f"/tasks/me/{task['id']}/messages")
    assert [message["state"] for message in messages["messages"]] == ["queued"]


async def test_a_token_that_only_reads_may_watch(desk: Desk) -> None:
    active = await desk.bench.active()
    made = await desk.bench.client.post(
        "/api/v2/users/me/keys/tokens", json={"scope": Scope.READ, "token_name": "ro"}
    )

    editor = await desk.attached(active, token=ok(made)["key"])
    with pytest.raises(RequestError, match="scope is read"):
        await editor.agent.prompt(
            session_id=str(active.id), prompt=[text_block("stop it")]
        )

    assert editor.said() == "Done."


async def test_nobody_attaches_without_a_session(desk: Desk) -> None:
    active = await desk.bench.active()

    with pytest.raises(websockets.InvalidStatus) as refused:
        await desk.editor(f"/api/v2/tasks/ada/{active.id}/acp", token="nonsense")

    assert refused.value.response.status_code == 401


async def test_a_token_that_is_revoked_ends_the_connection(desk: Desk) -> None:
    active = await desk.bench.active()
    client = desk.bench.client
    made = ok(
        await client.post("/api/v2/users/me/keys/tokens", json={"token_name": "ed"})
    )
    socket = await desk.raw(active, token=made["key"])

    await client.delete(f"/api/v2/users/me/keys/{made['key'].partition('-')[0]}")
    with pytest.raises(websockets.ConnectionClosed):
        await answer_of(socket, 1)

    assert socket.close_code == 1008


async def test_a_page_of_another_site_cannot_attach_with_a_cookie(desk: Desk) -> None:
    token = desk.bench.yard.owner.token
    address = f"{desk.url.replace('http', 'ws', 1)}/api/v2/acp"
    cookie = {"Cookie": f"coder_session_token={token}"}

    with pytest.raises(websockets.InvalidStatus) as refused:
        await connect(address, additional_headers=cookie, origin="http://evil.test")  # pyright: ignore[reportArgumentType] # a NewType of str

    assert refused.value.response.status_code == 403


@pytest.mark.parametrize(
    ("frame", "id_", "code"),
    [
        ("{", None, PARSE_ERROR),
        ("[]", None, INVALID_REQUEST),
        ('{"id": 1, "method": 7}', None, INVALID_REQUEST),
        ('{"id": {}, "method": "initialize"}', None, INVALID_REQUEST),
        (rpc("a", "initialize", [1]), "a", INVALID_PARAMS),
        (rpc(1, "initialize", {}), 1, INVALID_PARAMS),
        (rpc(1, "session/delete", {"sessionId": "x"}), 1, METHOD_NOT_FOUND),
        (rpc(1, "session/load", {"sessionId": "x"}), 1, INVALID_PARAMS),
        (rpc(1, "session/prompt", {"sessionId": "x"}), 1, INVALID_PARAMS),
    ],
)
async def test_what_cannot_be_understood_is_answered_with_an_error(
    desk: Desk, frame: str, id_: int | str | None, code: int
) -> None:
    socket = await desk.raw(await desk.bench.active())

    await socket.send(frame)
    answer = await answer_of(socket, id_)
    await socket.send(rpc(9, "initialize", {"protocolVersion": 1}))

    assert answer["error"]["code"] == code
    assert answer["error"]["message"].endswith(".")
    assert (await answer_of(socket, 9))["result"]["protocolVersion"] == 1


async def test_unknown_notifications_and_answers_to_nothing_are_ignored(
    desk: Desk,
) -> None:
    socket = await desk.raw(await desk.bench.active())

    await socket.send(rpc(None, "_zed.dev/something", {}))
    await socket.send('{"jsonrpc": "2.0", "id": 4711, "result": {}}')
    await socket.send(b"binary")
    await socket.send(rpc(1, "initialize", {"protocolVersion": 1}))

    assert (await answer_of(socket, 1))["result"]["protocolVersion"] == 1


async def test_a_frame_that_is_too_large_ends_the_connection(desk: Desk) -> None:
    socket = await desk.raw(await desk.bench.active())

    await socket.send("x" * (MAX_FRAME_BYTES + 1))
    with pytest.raises(websockets.ConnectionClosed):
        await answer_of(socket, 1)

    assert socket.close_code == 1009


async def test_an_editor_that_does_not_read_is_dropped(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acp, "SEND_SECONDS", 0.2)
    active = await desk.bench.active()
    for number in range(100):
        tool = {"title": "cat big", "kind": "read", "raw_output": "x" * 200_000}
        active.runner.session_event(active.session, "tool", f"t{number}", **tool)
    await active.runner.settled()
    socket = await desk.raw(active)  # reads no more than one frame ahead

    await socket.send(rpc(1, "session/load", {"sessionId": str(active.id), "cwd": "/"}))
    await _until(lambda: _watchers(desk, active))
    await _until(lambda: not _watchers(desk, active))

    with pytest.raises(websockets.ConnectionClosed):
        await answer_of(socket, 1)


async def _until(condition: Callable[[], object]) -> None:
    """Nothing tells when the server lets go: look, and let it run."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - see above
            await asyncio.sleep(0)


def _watchers(desk: Desk, active: Active) -> object:
    waiters = desk.bench.process.broadcast._waiters  # pyright: ignore[reportPrivateUsage] # its memory is what this is about
    return waiters.get((topics.TASK, str(active.id)))


async def test_one_editor_can_ask_only_so_much_at_a_time(desk: Desk) -> None:
    active = await desk.bench.active()
    socket = await desk.raw(active)
    session = {"sessionId": str(active.id)}
    await socket.send(rpc(1, "session/resume", {**session, "cwd": "/"}))
    await answer_of(socket, 1)
    active.runner.state(active.session, "running")
    await active.runner.settled()

    block = {"type": "text", "text": "more"}
    for number in range(2, 67):
        await socket.send(rpc(number, "session/prompt", {**session, "prompt": [block]}))

    assert (await answer_of(socket, 66))["error"]["code"] == REFUSED
