"""Permissions and options: asked and set in the editor as anywhere else."""

import asyncio

import pytest
from acp import RequestError

from tests.integration.server.tasks.acp.scene import Desk, request_permission
from tests.support.provisioning import ok
from tests.support.tasks import Active

pytestmark = pytest.mark.asyncio


async def test_a_permission_is_asked_and_answered_in_the_editor(desk: Desk) -> None:
    active = await desk.bench.active()
    editor = await desk.attached(active)

    await request_permission(active)
    await editor.until(lambda: editor.asked)
    asked = editor.asked[0]
    asked.answer.set_result("yes")
    await _answered(active)
    await active.bench.deliver()
    command = await active.runner.command("answer_permission")

    assert asked.tool_call.title == "make clean"
    assert asked.tool_call.tool_call_id == "call-1"
    assert [option.kind for option in asked.options] == [
        "allow_always",
        "allow_once",
        "reject_once",
    ]
    assert command["args"]["option_id"] == "yes"
    listed = ok(await active.bench.client.get(f"{active.path}/permissions"))
    assert listed["permissions"][0]["answered_by"] == "ada"


async def test_a_permission_answered_elsewhere_is_taken_back(desk: Desk) -> None:
    active = await desk.bench.active()
    editor = await desk.attached(active)
    request = await request_permission(active)
    await editor.until(lambda: editor.asked)

    await active.bench.client.post(
        f"{active.path}/permissions/{request['id']}", json={"kind": "reject_once"}
    )
    await editor.until(lambda: editor.sent("$/cancel_request"))

    taken_back = editor.sent("$/cancel_request")[0]["params"]["requestId"]
    assert taken_back == editor.sent("session/request_permission")[0]["id"]


async def test_of_two_editors_the_first_answer_counts(desk: Desk) -> None:
    active = await desk.bench.active()
    one, other = await desk.attached(active), await desk.attached(active)
    await request_permission(active)
    await one.until(lambda: one.asked)
    await other.until(lambda: other.asked)

    one.asked[0].answer.set_result("yes")
    await _answered(active)
    other.asked[0].answer.set_result("no")
    await active.bench.deliver()
    command = await active.runner.command("answer_permission")

    assert command["args"]["option_id"] == "yes"


async def test_an_open_permission_is_asked_again_of_who_connects_later(
    desk: Desk,
) -> None:
    active = await desk.bench.active()
    first = await desk.attached(active)
    await request_permission(active)
    await first.until(lambda: first.asked)
    await first.agent.close()

    second = await desk.attached(active)
    await second.until(lambda: second.asked)

    assert second.asked[0].tool_call.tool_call_id == "call-1"


async def _answered(active: Active) -> None:
    async with asyncio.timeout(20):
        while True:
            listed = ok(await active.bench.client.get(f"{active.path}/permissions"))
            if listed["permissions"][-1]["state"] == "answered":
                return


MODES = {
    "id": "mode",
    "name": "Mode",
    "category": "mode",
    "type": "select",
    "value": "default",
    "choices": [
        {"value": "default", "name": "Default"},
        {"value": "plan", "name": "Plan"},
    ],
}


async def _offering(desk: Desk) -> Active:
    active = await desk.bench.active()
    active.runner.session_event(active.session, "options", "options", options=[MODES])
    await active.runner.settled()
    return active


async def test_an_editor_is_shown_the_options_of_the_agent(desk: Desk) -> None:
    active = await _offering(desk)
    editor = await desk.editor()

    answer = await editor.agent.resume_session(session_id=str(active.id), cwd="/")

    assert answer.modes is not None
    assert answer.modes.current_mode_id == "default"
    assert [mode.id for mode in answer.modes.available_modes] == ["default", "plan"]
    assert answer.config_options is not None
    assert [option.id for option in answer.config_options] == ["mode"]


async def test_a_mode_that_is_chosen_in_the_editor_goes_to_the_agent(
    desk: Desk,
) -> None:
    active = await _offering(desk)
    editor = await desk.attached(active)

    await editor.agent.set_session_mode(session_id=str(active.id), mode_id="plan")
    await editor.agent.set_config_option(
        session_id=str(active.id), config_id="mode", value="default"
    )
    first = await active.runner.command("set_option")
    second = await active.runner.command("set_option", count=2)

    assert (first["args"]["option_id"], first["args"]["value"]) == ("mode", "plan")
    assert second["args"]["value"] == "default"
    with pytest.raises(RequestError, match="Choose one of: default, plan"):
        await editor.agent.set_session_mode(session_id=str(active.id), mode_id="yolo")


async def test_an_option_that_changes_elsewhere_is_told(desk: Desk) -> None:
    active = await _offering(desk)
    editor = await desk.attached(active)

    active.runner.session_event(
        active.session, "options", "options", options=[{**MODES, "value": "plan"}]
    )
    await editor.until(lambda: len(editor.told("current_mode_update")) > 1)

    assert editor.told("current_mode_update")[-1].current_mode_id == "plan"
