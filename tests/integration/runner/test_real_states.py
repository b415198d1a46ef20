"""What real agents make of a vendor that refuses, over ACP: the state and the sentence."""

import pytest

from taskyard.testing.fake_llm.app import FakeLlm
from taskyard.testing.fake_llm.ask import FailureName
from tests.integration.runner.workspace import with_real_agents
from tests.support.real_agents import require

pytestmark = [pytest.mark.asyncio, pytest.mark.e2e, pytest.mark.timeout(180)]

MODELS = {"claude-code": "", "codex": "gpt-5", "gemini": "gemini-2.5-pro"}


@pytest.mark.parametrize(
    ("agent", "fails", "state", "action", "words"),
    [
        ("claude-code", "login", "auth_required", "login", "auth login --claudeai"),
        ("claude-code", "usage_limit", "limited", "wait", "rejected (429)"),
        ("claude-code", "no_credit", "limited", "wait", "Credit balance is too low"),
        ("claude-code", "overloaded", "idle", "", "529 Overloaded"),
        ("claude-code", "context", "idle", "", "Prompt is too long"),
        ("codex", "login", "auth_required", "login", "Authentication required"),
        ("codex", "usage_limit", "limited", "wait", "usage limit"),
        ("codex", "context", "idle", "", "exceeds the context window"),
        ("gemini", "login", "auth_required", "login", "API key not valid"),
        ("gemini", "usage_limit", "limited", "wait", "daily quota"),
        ("gemini", "context", "idle", "", "exceeds the maximum number of tokens"),
    ],
)
async def test_a_refusal_of_the_vendor_becomes_a_state_with_a_sentence(
    agent: str, fails: FailureName, state: str, action: str, words: str
) -> None:
    require(agent)
    # Whatever the agent is asked, its vendor fails so.
    model = FakeLlm({"rules": [{"match": "please", "steps": [{"fails": fails}]}]})
    async with with_real_agents(model, CLAUDE_CODE_MAX_RETRIES="1") as made:
        server = made.server
        session = await made.begin(
            agent, command=[], options={"model": MODELS[agent]}, report_tool=False
        )

        end = await made.turn(session, "please try it")
        await server.until(lambda: server.state == state)

        told = server.session_events("state")[-1]["data"]
        assert end["stop_reason"] == "error"
        assert end["detail"]
        assert (told.get("action", ""), told["source"]) == (action, "driver")
        assert words in told["detail"]
        assert "{" not in told["detail"], "a sentence, no JSON"
