"""`taskyard acp`, the program that editors start: a pipe that outlives connections."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from urllib.parse import urlsplit
from uuid import UUID

import pytest
import pytest_asyncio
from acp import RequestError
from fastapi import FastAPI

from taskyard.protocol.acp import INVALID_PARAMS, MAX_FRAME_BYTES, PARSE_ERROR
from tests.integration.server.tasks.acp.scene import (
    ask,
    prompted,
    prompts,
    request_permission,
    say,
    turn,
)
from tests.support.editor import editor_by_bridge, started_bridge
from tests.support.serving import served
from tests.support.tasks import Bench

pytestmark = pytest.mark.asyncio


class Server:
    """Can be stopped and started again at the same address."""

    def __init__(self, app: FastAPI, stack: AsyncExitStack) -> None:
        self._app = app
        self._stack = stack
        self._running = AsyncExitStack()
        self.url = ""

    async def start(self) -> None:
        port = urlsplit(self.url).port or 0
        serving = served(self._app, sockets=True, port=port)
        self.url = await self._running.enter_async_context(serving)

    async def stop(self) -> None:
        await self._running.aclose()


@pytest_asyncio.fixture
async def server(bench: Bench) -> AsyncIterator[Server]:
    async with AsyncExitStack() as stack:
        server = Server(bench.app, stack)
        await server.start()
        yield server
        await server.stop()


async def test_an_editor_works_with_a_task_through_its_pipes(
    bench: Bench, server: Server
) -> None:
    active = await bench.active()
    token = bench.yard.owner.token
    async with editor_by_bridge(active.task["name"], url=server.url, token=token) as (
        editor,
        bridge,
    ):
        session = await editor.agent.new_session(cwd="/home/ada/shop")
        prompt = await prompted(active, editor, "now the docs")
        await turn(active, answer="Written.")

        assert (await prompt).stop_reason == "end_turn"
        assert session.session_id == str(active.id)
        await editor.until(lambda: editor.said().endswith("Written."))

    assert bridge.returncode == 0


async def test_a_restart_of_the_server_is_a_pause_for_the_editor(
    bench: Bench, server: Server
) -> None:
    active = await bench.active()
    token = bench.yard.owner.token
    async with editor_by_bridge(url=server.url, token=token) as (editor, _):
        await editor.agent.load_session(session_id=str(active.id), cwd="/")
        prompt = await prompted(active, editor, "now the docs")
        say(active, "Begun. ")
        await active.runner.settled()
        await editor.until(lambda: "Begun." in editor.said())

        await server.stop()
        say(active, "Meanwhile. ")
        await active.runner.settled()
        await server.start()
        await editor.until(lambda: "Meanwhile." in editor.said())
        await turn(active, answer="Written.")

        assert (await prompt).stop_reason == "end_turn"
        assert editor.said() == "Done.Begun. Meanwhile. Written."
        assert "now the docs" not in editor.said("user_message_chunk")
        assert [p["text"] for p in prompts(active)].count("now the docs") == 1


async def test_a_permission_is_asked_again_after_a_restart_of_the_server(
    bench: Bench, server: Server
) -> None:
    active = await bench.active()
    token = bench.yard.owner.token
    async with editor_by_bridge(url=server.url, token=token) as (editor, _):
        await editor.agent.load_session(session_id=str(active.id), cwd="/")
        await request_permission(active)
        await editor.until(lambda: editor.asked)

        await server.stop()
        await editor.until(lambda: editor.sent("$/cancel_request"))
        await server.start()
        await editor.until(lambda: len(editor.asked) > 1)
        editor.asked[0].answer.set_result("no")
        editor.asked[1].answer.set_result("yes")

        async with asyncio.timeout(20):
            while not [c for c in active.runner.commands if c["name"] != "prompt"]:
                await bench.deliver()
        command = await active.runner.command("answer_permission")
        assert command["args"]["option_id"] == "yes"


async def test_a_task_that_was_asked_for_while_the_server_was_away_is_made(
    bench: Bench, server: Server
) -> None:
    token = bench.yard.owner.token
    async with editor_by_bridge("--template", "tasks", url=server.url, token=token) as (
        editor,
        _,
    ):
        session = await editor.agent.new_session(cwd="/")
        await server.stop()
        prompt = ask(editor, UUID(session.session_id), "write a poem")
        await server.start()
        await editor.until(lambda: editor.told("session_info_update"))

        task = await bench.get(f"/tasks/me/{session.session_id}")
        assert task["initial_prompt"] == "write a poem"
        await editor.agent.close_session(session_id=session.session_id)
        assert (await prompt).stop_reason == "cancelled"


async def test_a_message_that_is_too_large_is_refused_and_nothing_breaks(
    bench: Bench, server: Server
) -> None:
    active = await bench.active()
    token = bench.yard.owner.token
    async with editor_by_bridge(url=server.url, token=token) as (editor, _):
        await editor.agent.load_session(session_id=str(active.id), cwd="/")

        with pytest.raises(RequestError, match="leave out the longest") as refused:
            await ask(editor, active.id, "x" * MAX_FRAME_BYTES)

        assert refused.value.code == INVALID_PARAMS
        assert (await editor.agent.list_sessions()).sessions


async def test_what_is_no_message_is_answered_and_logs_go_to_stderr_only(
    bench: Bench, server: Server
) -> None:
    bridge = await started_bridge(url=server.url, token=bench.yard.owner.token)

    out, _ = await bridge.communicate(b"hello\n\n[]\n")

    codes = [json.loads(line)["error"]["code"] for line in out.splitlines()]
    assert codes == [PARSE_ERROR, PARSE_ERROR]
    assert bridge.returncode == 0


async def test_the_bridge_ends_cleanly_when_it_is_told_to(
    bench: Bench, server: Server
) -> None:
    token = bench.yard.owner.token
    async with editor_by_bridge(url=server.url, token=token) as (_, bridge):
        bridge.send_signal(signal.SIGTERM)

        async with asyncio.timeout(20):
            assert await bridge.wait() == 0


@pytest.mark.parametrize(
    ("arguments", "token", "expected"),
    [
        (["no-such-task"], "", (3, b"not found")),
        ([], "nonsense", (4, b"taskyard login")),
        (["a/b/c"], "", (2, b"OWNER/NAME")),
        (["mine", "--template", "t"], "", (2, b"--template")),
    ],
)
async def test_what_cannot_work_ends_with_a_sentence(
    bench: Bench,
    server: Server,
    arguments: list[str],
    token: str,
    expected: tuple[int, bytes],
) -> None:
    bridge = await started_bridge(
        *arguments, url=server.url, token=token or bench.yard.owner.token
    )

    async with asyncio.timeout(30):
        assert bridge.stderr is not None
        said = await bridge.stderr.read()

    status, words = expected
    assert words in said
    assert b"Traceback" not in said
    assert await bridge.wait() == status


async def test_a_server_that_is_not_there_is_said_at_once() -> None:
    bridge = await started_bridge(url="http://127.0.0.1:9", token="t")

    async with asyncio.timeout(30):
        assert bridge.stderr is not None
        said = await bridge.stderr.read()

    assert b"does not answer" in said
    assert b"Traceback" not in said
    assert await bridge.wait() == 6
