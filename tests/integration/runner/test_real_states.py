"""What real agents make of a vendor that refuses, over ACP: the state and the sentence."""

import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from taskyard.testing.fake_llm.app import FakeLlm
from taskyard.testing.fake_llm.ask import FailureName
from tests.integration.runner.workspace import TestWorkspace
from tests.support.real_agents import AGENTS, require
from tests.support.serving import served

pytestmark = [pytest.mark.asyncio, pytest.mark.e2e, pytest.mark.timeout(180)]

KEY = "task-key-0123456789"
MODELS = {"claude-code": "", "codex": "gpt-5", "gemini": "gemini-2.5-pro"}


@asynccontextmanager
async def workspace(fails: FailureName) -> AsyncGenerator[TestWorkspace]:
    """Whatever the agent is asked, its vendor fails so."""
    fake = FakeLlm({"rules": [{"match": "please", "steps": [{"fails": fails}]}]})
    # Codex keeps its sandbox's helper out of /tmp.
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="ty-states-") as home:
        async with served(fake.app) as model:
            made = TestWorkspace(
                Path(home),
                secret_environment={
                    "ANTHROPIC_BASE_URL": model,
                    "ANTHROPIC_AUTH_TOKEN": KEY,
                    "CLAUDE_CODE_MAX_RETRIES": "1",
                    "OPENAI_BASE_URL": f"{model}/v1",
                    "OPENAI_API_KEY": KEY,
                    "GOOGLE_GEMINI_BASE_URL": model,
                    "GEMINI_API_KEY": KEY,
                },
            )
            made.environment["TASKYARD_AGENTS_DIR"] = str(AGENTS)
            async with made:
                yield made


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
    async with workspace(fails) as made:
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
