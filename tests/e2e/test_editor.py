"""An editor, the real bridge, the real Claude Code in its sandbox; only the model is ours."""

from collections.abc import Iterator
from typing import Any

import pytest
from acp import text_block

from taskyard.testing.installation import Installation, installed
from tests.support.editor import Editor, editor_by_bridge

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.agents("claude-code"),
    pytest.mark.timeout(300),
    pytest.mark.asyncio,
]


@pytest.fixture(scope="module")
def taskyard() -> Iterator[Installation]:
    with installed() as installation:
        yield installation


async def test_a_prompt_in_an_editor_becomes_a_task_that_a_real_agent_works_on(
    taskyard: Installation,
) -> None:
    template = taskyard.starter()["name"]
    async with editor_by_bridge(
        "--template", template, url=taskyard.url, token=taskyard.token
    ) as (editor, bridge):
        session = (await editor.agent.new_session(cwd="/home/ada/shop")).session_id
        first = await _said(editor, session, "document the project structure")
        second = await _said(
            editor, session, "change the primary color theme to purple"
        )

    assert (first, second) == ("end_turn", "end_turn")
    assert bridge.returncode == 0
    assert taskyard.said_by_user(session) == [
        "document the project structure",
        "change the primary color theme to purple",
    ]
    assert editor.said()
    assert editor.said("user_message_chunk") == "", "the editor shows its own words"
    assert any("STRUCTURE.md" in call.title for call in editor.told("tool_call"))
    assert _diffs(editor), "changes are shown as diffs"
    assert editor.told("usage_update")
    assert editor.told("available_commands_update")


async def _said(editor: Editor, session: str, text: str) -> str:
    blocks = list[Any]([text_block(text)])
    answer = await editor.agent.prompt(session_id=session, prompt=blocks)
    return str(answer.stop_reason)


def _diffs(editor: Editor) -> list[Any]:
    calls = [*editor.told("tool_call"), *editor.told("tool_call_update")]
    shown = list[Any]()
    for call in calls:
        shown.extend(call.content or ())
    return [content for content in shown if content.type == "diff"]
