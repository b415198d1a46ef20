"""How editors open, list, follow and leave sessions."""

import pytest
from acp import RequestError, text_block

from taskyard.protocol.acp import (
    INVALID_PARAMS,
)
from taskyard.server.tasks.acp import agent
from tests.integration.server.tasks.acp.scene import Desk, prompted, say
from tests.support.provisioning import ok

pytestmark = pytest.mark.asyncio


async def test_an_editor_learns_what_this_agent_can_do(desk: Desk) -> None:
    editor = await desk.editor()

    answer = await editor.agent.initialize(protocol_version=7)

    assert answer.protocol_version == 1
    assert answer.agent_info is not None
    assert answer.agent_info.name == "taskyard"
    assert answer.agent_capabilities is not None
    assert answer.agent_capabilities.load_session
    sessions = answer.agent_capabilities.session_capabilities
    assert sessions is not None
    assert sessions.list is not None
    assert sessions.resume is not None
    assert sessions.close is not None
    assert sessions.delete is None
    assert answer.auth_methods == []


async def test_tasks_are_listed_as_sessions_wherever_the_editor_is(desk: Desk) -> None:
    for number in range(3):
        await desk.bench.task(f"task {number}", name=f"task-{number}", run=False)
    editor = await desk.editor()

    answer = await editor.agent.list_sessions(cwd="/somewhere/else")

    names = [(session.field_meta or {})["taskyard"] for session in answer.sessions]
    assert sorted(str(name["name"]) for name in names) == ["task-0", "task-1", "task-2"]
    assert all(session.cwd.startswith("/") for session in answer.sessions)
    assert {session.title for session in answer.sessions} == {
        "Task 0",
        "Task 1",
        "Task 2",
    }


async def test_a_cursor_that_was_not_given_is_refused(desk: Desk) -> None:
    editor = await desk.editor()

    with pytest.raises(RequestError, match="cursor") as refused:
        await editor.agent.list_sessions(cursor="page two")

    assert refused.value.code == INVALID_PARAMS


async def test_the_socket_of_a_task_lists_that_task_only(desk: Desk) -> None:
    active = await desk.bench.active()
    await desk.bench.task("another", run=False)
    editor = await desk.editor(f"{active.path}/acp")

    answer = await editor.agent.list_sessions()

    assert [session.session_id for session in answer.sessions] == [str(active.id)]


async def test_loading_tells_the_whole_conversation_before_it_is_answered(
    desk: Desk,
) -> None:
    active = await desk.bench.active("fix the tests")
    for piece in ("One ", "two ", "three."):
        say(active, piece)
    await active.runner.settled()

    editor = await desk.editor()
    await editor.agent.load_session(session_id=str(active.id), cwd="/")

    answered = next(f for f in editor.frames if f.get("id") == 1)
    before = editor.frames[: editor.frames.index(answered)]
    updates = [f["params"]["update"] for f in before if "params" in f]
    words = [
        update["content"]["text"]
        for update in updates
        if update["sessionUpdate"] == "agent_message_chunk"
    ]
    assert words == ["Done.", "One two three."]


async def test_of_a_very_long_conversation_the_end_is_told_and_that_it_is_cut(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agent, "REPLAYED_EVENTS", 2)
    active = await desk.bench.active()
    for number in range(4):
        say(active, f"{number}", key=f"m{number}")
    await active.runner.settled()

    editor = await desk.attached(active)

    assert editor.said() == "23"
    assert "taskyard task logs" in editor.said("agent_thought_chunk")


async def test_resuming_tells_only_what_comes_from_then_on(desk: Desk) -> None:
    active = await desk.bench.active()
    editor = await desk.editor()

    await editor.agent.resume_session(session_id=str(active.id), cwd="/")
    say(active, "News.")
    await editor.until(editor.said)

    assert editor.said() == "News."


async def test_a_new_session_on_the_socket_of_a_task_is_that_task(desk: Desk) -> None:
    active = await desk.bench.active()
    editor = await desk.editor(f"{active.path}/acp")

    session = await editor.agent.new_session(cwd="/home/ada/project")
    await editor.until(editor.said)

    assert session.session_id == str(active.id)
    assert editor.said() == "Done."
    assert len(ok(await desk.bench.client.get("/api/v2/tasks"))["tasks"]) == 1


async def test_who_was_cut_off_goes_on_where_it_was(desk: Desk) -> None:
    active = await desk.bench.active()
    first = await desk.attached(active)
    seen = max(meta["taskyard"]["seq"] for meta in first.metas if meta.get("taskyard"))
    await first.agent.close()
    say(active, "Meanwhile.")
    await active.runner.settled()

    second = await desk.editor()
    await second.agent.resume_session(
        session_id=str(active.id), cwd="/", taskyard={"after": seen}
    )

    assert second.said() == "Meanwhile."


async def test_closing_the_view_leaves_the_work_alone(desk: Desk) -> None:
    active = await desk.bench.active()
    editor = await desk.attached(active)
    prompt = await prompted(active, editor, "a long piece of work")
    active.runner.state(active.session, "running")
    await active.runner.settled()

    await editor.agent.close_session(session_id=str(active.id))
    say(active, "Still here.")
    await active.runner.settled()

    assert (await prompt).stop_reason == "cancelled"
    assert not [c for c in active.runner.commands if c["name"] == "cancel"]
    with pytest.raises(RequestError, match="not open here"):
        await editor.agent.prompt(session_id=str(active.id), prompt=[text_block("x")])


async def test_deleting_the_task_ends_its_prompts(desk: Desk) -> None:
    active = await desk.bench.active()
    editor = await desk.attached(active)
    prompt = await prompted(active, editor, "a long piece of work")

    await desk.bench.client.delete(active.path)

    with pytest.raises(RequestError, match="deleted"):
        await prompt
