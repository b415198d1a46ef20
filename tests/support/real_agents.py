"""Which real agents run in a test: few whenever the tests run, all on request."""

import os
from typing import Final, Literal

import pytest

from taskyard.runner.agents.definitions import DEFINITIONS, find
from taskyard.runner.agents.driver import AgentFailed
from taskyard.testing.installation import TEST_DATA, shared_agents

__all__ = ["AGENTS", "require"]

AGENTS: Final = TEST_DATA / "agents"
#: Set by `make test-agents`, which has installed them.
_REQUESTED: Final = frozenset(os.environ.get("TASKYARD_TEST_AGENTS", "").split())


def require(
    agent: str,
    *kinds: Literal["acp", "tui"],
    every_run: frozenset[str] = frozenset({"claude-code"}),
) -> None:
    """Skip the test where `agent` is not to run; wait for its installation where it is.

    `every_run`: the agents with which this test runs also without being asked to.
    """
    if agent in _REQUESTED or agent in every_run:
        places = {"TASKYARD_AGENTS_DIR": str(shared_agents(agent)), "PATH": ""}
        try:
            for kind in kinds or ("acp",):
                find(DEFINITIONS[agent], kind, places)
        except AgentFailed as missing:
            pytest.fail(str(missing))
    else:
        pytest.skip(f"make test-agents runs this with the real {agent}")
