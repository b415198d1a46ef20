"""Sessions that become tasks with their first prompt."""

import asyncio
from uuid import UUID

import pytest
from acp import RequestError

from taskyard.protocol.acp import (
    INVALID_PARAMS,
    initial_message_id,
)
from taskyard.server.tasks.acp import agent
from tests.integration.server.tasks.acp.scene import Desk, ask, prompts, turn
from tests.support.provisioning import ok
from tests.support.tasks import Active, Bench

pytestmark = pytest.mark.asyncio


async def test_the_first_prompt_of_a_new_session_makes_the_task(desk: Desk) -> None:
    bench = desk.bench
    editor = await desk.editor()

    session = await editor.agent.new_session(cwd="/home/ada/project")
    assert ok(await bench.client.get("/api/v2/tasks"))["tasks"] == []
    prompt = ask(editor, UUID(session.session_id), "write a poem")
    await editor.until(lambda: editor.told("session_info_update"))
    await bench.yard.provisioner.run_all()
    active = await _started(bench, session.session_id)
    await turn(active, answer="Roses are red.")

    assert (await prompt).stop_reason == "end_turn"
    assert editor.said() == "Roses are red."
    assert editor.said("user_message_chunk") == ""
    assert (await active.get())["initial_prompt"] == "write a poem"
    assert [args["message_id"] for args in prompts(active)] == [
        str(initial_message_id(active.id))
    ]


async def test_a_new_task_that_cannot_be_built_is_an_error_of_its_prompt(
    desk: Desk,
) -> None:
    editor = await desk.editor()
    session = await editor.agent.new_session(cwd="/")
    prompt = ask(editor, UUID(session.session_id), "write a poem")
    await editor.until(lambda: editor.told("session_info_update"))

    task = ok(await desk.bench.client.get("/api/v2/tasks"))["tasks"][0]
    workspace = await desk.bench.get(f"/workspaces/{task['workspace_id']}")
    await desk.bench.client.patch(
        f"/api/v2/workspacebuilds/{workspace['latest_build']['id']}/cancel"
    )

    with pytest.raises(RequestError, match="cannot go on"):
        await prompt


async def test_a_first_prompt_that_is_cancelled_in_time_is_never_carried_out(
    desk: Desk,
) -> None:
    bench = desk.bench
    editor = await desk.editor()
    session = await editor.agent.new_session(cwd="/")
    prompt = ask(editor, UUID(session.session_id), "write a poem")
    await editor.until(lambda: editor.told("session_info_update"))

    await editor.agent.cancel(session_id=session.session_id)
    assert (await prompt).stop_reason == "cancelled"
    await bench.yard.provisioner.run_all()
    runner = await bench.runner()
    runner.lifecycle("ready")
    agent_session = runner.start_session(external_id="agent-session")
    await runner.settled()
    await _removed(bench, session.session_id)
    runner.state(agent_session, "idle")
    await runner.settled()
    await bench.deliver()

    assert [command["name"] for command in runner.acted_on] == []


async def _removed(bench: Bench, task_id: str) -> None:
    async with asyncio.timeout(20):
        while True:
            listed = await bench.get(f"/tasks/me/{task_id}/messages")
            if [m["state"] for m in listed["messages"]] == ["removed"]:
                return


async def test_a_template_that_is_not_clear_is_asked_for(desk: Desk) -> None:
    await desk.bench.yard.template("second")
    editor = await desk.editor()

    with pytest.raises(RequestError, match="--template NAME") as refused:
        await editor.agent.new_session(cwd="/")
    named = await editor.agent.new_session(cwd="/", taskyard={"template": "Second"})

    assert "second, tasks" in str(refused.value)
    assert refused.value.code == INVALID_PARAMS
    assert named.session_id


async def test_of_many_sessions_without_a_prompt_the_newest_are_remembered(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agent, "DRAFTS", 2)
    editor = await desk.editor()
    opened = [await editor.agent.new_session(cwd="/") for _ in range(3)]

    with pytest.raises(RequestError, match="begin with session/new"):
        await ask(editor, UUID(opened[0].session_id), "write a poem")
    kept = ask(editor, UUID(opened[1].session_id), "write a poem")
    await editor.until(lambda: editor.told("session_info_update"))

    assert not kept.done()
    await editor.agent.cancel(session_id=opened[1].session_id)
    await kept


async def test_a_template_can_be_named_in_the_address(desk: Desk) -> None:
    await desk.bench.yard.template("second")
    editor = await desk.editor("/api/v2/acp?template=second&preset=nope")

    with pytest.raises(RequestError, match="no such preset"):
        await editor.agent.new_session(cwd="/")


async def test_an_editor_that_comes_back_goes_on_with_the_task_it_made(
    desk: Desk,
) -> None:
    bench = desk.bench
    first = await desk.editor()
    session = await first.agent.new_session(cwd="/")
    task_id = UUID(session.session_id)
    lost = ask(first, task_id, "write a poem")
    await first.until(lambda: first.told("session_info_update"))
    await first.agent.close()
    with pytest.raises(ConnectionError):
        await lost

    second = await desk.editor()
    name = str(initial_message_id(task_id))
    await second.agent.new_session(
        cwd="/", taskyard={"sessionId": str(task_id), "after": 0, "mine": [name]}
    )
    prompt = ask(second, task_id, "write a poem", taskyard={"messageId": name})
    await bench.yard.provisioner.run_all()
    active = await _started(bench, session.session_id)
    await turn(active, answer="Roses are red.")

    assert (await prompt).stop_reason == "end_turn"
    assert [args["text"] for args in prompts(active)] == ["write a poem"]
    assert second.said("user_message_chunk") == ""


async def _started(bench: Bench, task_id: str) -> Active:
    """The workspace's runner is there, and its agent has got the first prompt."""
    runner = await bench.runner()
    active = Active(bench=bench, task={"id": task_id}, runner=runner)
    runner.lifecycle("ready")
    runner.emit(await active.app_healthy())
    active.session = runner.start_session(external_id="agent-session")
    runner.state(active.session, "idle")
    await runner.settled()
    await bench.deliver()
    await runner.command("prompt")
    return active
