"""Prompts of editors: queued, answered at the end of their turns, cancelled."""

import asyncio
from typing import Any

import pytest
from acp import RequestError, image_block, resource_link_block, text_block

from taskyard.protocol.acp import (
    INVALID_PARAMS,
)
from tests.integration.server.tasks.acp.scene import (
    Desk,
    answer_of,
    ask,
    prompted,
    prompts,
    rpc,
    turn,
)
from tests.support.provisioning import ok
from tests.support.tasks import SECOND, Active

pytestmark = pytest.mark.asyncio


async def test_a_prompt_is_answered_when_its_turn_has_ended(desk: Desk) -> None:
    active = await desk.bench.active()
    editor = await desk.attached(active)

    prompt = await prompted(active, editor, "now the docs")
    await turn(active, answer="Written.")
    answer = await prompt

    assert answer.stop_reason == "end_turn"
    assert editor.said().endswith("Written.")
    assert prompts(active)[-1]["text"] == "now the docs"


async def test_what_an_editor_says_itself_is_told_to_others_only(desk: Desk) -> None:
    active = await desk.bench.active()
    one, other = await desk.attached(active), await desk.attached(active)

    prompt = await prompted(active, one, "now the docs")
    await turn(active, answer="Written.")
    await prompt
    await other.until(lambda: other.said().endswith("Written."))

    assert other.said("user_message_chunk").endswith("now the docs")
    assert "now the docs" not in one.said("user_message_chunk")


async def test_a_prompt_waits_in_the_queue_while_the_agent_works(desk: Desk) -> None:
    active = await desk.bench.active()
    editor = await desk.attached(active)
    active.runner.state(active.session, "running")
    await active.runner.settled()

    prompt = ask(editor, active.id, "and then the docs")
    await _queued(active, "and then the docs")
    assert not prompt.done()
    active.bench.clock.advance(SECOND)
    active.runner.state(active.session, "idle")
    await active.runner.settled()
    await active.bench.deliver()
    await turn(active)

    assert (await prompt).stop_reason == "end_turn"


async def test_a_prompt_that_is_sent_again_is_carried_out_once(desk: Desk) -> None:
    active = await desk.bench.active()
    editor = await desk.attached(active)
    name = {"taskyard": {"messageId": "6f3b8a7e-0000-4000-8000-000000000001"}}

    first = await prompted(active, editor, "once", **name)
    again = await desk.attached(active)
    second = ask(again, active.id, "once", **name)
    await turn(active)
    late = ask(again, active.id, "once", **name)

    assert (await first).stop_reason == "end_turn"
    assert (await second).stop_reason == "end_turn"
    assert (await late).stop_reason == "end_turn"
    assert [args["text"] for args in prompts(active)].count("once") == 1


async def test_an_agent_that_dies_in_the_turn_is_an_error_of_the_prompt(
    desk: Desk,
) -> None:
    active = await desk.bench.active()
    editor = await desk.attached(active)

    prompt = await prompted(active, editor, "now the docs")
    await turn(active, reason="interrupted")

    with pytest.raises(RequestError, match="Send the message again"):
        await prompt


async def test_a_prompt_resumes_a_paused_task(desk: Desk) -> None:
    active = await desk.bench.active()
    await active.pause()
    editor = await desk.attached(active)

    prompt = ask(editor, active.id, "go on")
    await editor.until(lambda: "workspace" in editor.said("agent_thought_chunk"))
    await editor.agent.cancel(session_id=str(active.id))

    assert (await prompt).stop_reason == "cancelled"
    assert (await active.detail())["work"]["status"] == "pending"


async def test_a_link_to_a_file_is_named_as_in_the_project(desk: Desk) -> None:
    active = await desk.bench.active()
    editor = await desk.editor()
    await editor.agent.resume_session(session_id=str(active.id), cwd="/home/ada/shop")
    file = "file:///home/ada/shop/src/main.py"
    blocks = list[Any](
        [text_block("Look at "), resource_link_block(name="main.py", uri=file)]
    )

    prompt = asyncio.get_running_loop().create_task(
        editor.agent.prompt(session_id=str(active.id), prompt=blocks)
    )
    await _queued(active, "Look at src/main.py")
    await editor.agent.cancel(session_id=str(active.id))

    assert (await prompt).stop_reason == "cancelled"


async def test_an_image_is_refused_with_the_reason(desk: Desk) -> None:
    active = await desk.bench.active()
    editor = await desk.attached(active)

    with pytest.raises(RequestError, match="'image'") as refused:
        await editor.agent.prompt(
            session_id=str(active.id), prompt=[image_block("aGk=", "image/png")]
        )

    assert refused.value.code == INVALID_PARAMS


async def _queued(active: Active, text: str) -> None:
    """The message is a row."""
    async with asyncio.timeout(20):
        while text not in str(await _messages(active)):
            pass


async def _messages(active: Active) -> list[dict[str, Any]]:
    listed = ok(await active.bench.client.get(f"{active.path}/messages"))
    return list(listed["messages"])


async def test_cancelling_ends_the_turn_and_answers_the_prompt(desk: Desk) -> None:
    active = await desk.bench.active()
    editor = await desk.attached(active)
    prompt = await prompted(active, editor, "count to a million")
    active.runner.state(active.session, "running")
    await active.runner.settled()

    await editor.agent.cancel(session_id=str(active.id))
    await active.runner.command("cancel")
    await turn(active, reason="cancelled")

    assert (await prompt).stop_reason == "cancelled"


async def test_cancelling_takes_back_what_waits_and_leaves_the_others_turn_alone(
    desk: Desk,
) -> None:
    active = await desk.bench.active()
    editor = await desk.attached(active)
    active.runner.state(active.session, "running")
    await active.runner.settled()
    prompt = ask(editor, active.id, "and then the docs")
    await _queued(active, "and then the docs")

    await editor.agent.cancel(session_id=str(active.id))

    assert (await prompt).stop_reason == "cancelled"
    assert (await _messages(active))[-1]["state"] == "removed"
    assert not [c for c in active.runner.commands if c["name"] == "cancel"]


async def test_a_message_taken_out_of_the_queue_elsewhere_ends_its_prompt(
    desk: Desk,
) -> None:
    active = await desk.bench.active()
    editor = await desk.attached(active)
    active.runner.state(active.session, "running")
    await active.runner.settled()
    prompt = ask(editor, active.id, "and then the docs")
    await _queued(active, "and then the docs")

    message = (await _messages(active))[-1]
    await active.bench.client.delete(f"{active.path}/messages/{message['id']}")

    assert (await prompt).stop_reason == "cancelled"


async def test_cancelling_the_request_itself_cancels_the_turn(desk: Desk) -> None:
    active = await desk.bench.active()
    socket = await desk.raw(active)
    session = {"sessionId": str(active.id)}
    await socket.send(rpc(1, "session/resume", {**session, "cwd": "/"}))
    await answer_of(socket, 1)
    active.runner.state(active.session, "running")
    await active.runner.settled()
    block = {"type": "text", "text": "later"}
    await socket.send(rpc(2, "session/prompt", {**session, "prompt": [block]}))
    await _queued(active, "later")

    await socket.send(rpc(None, "$/cancel_request", {"requestId": 2}))

    assert (await answer_of(socket, 2))["result"] == {"stopReason": "cancelled"}
