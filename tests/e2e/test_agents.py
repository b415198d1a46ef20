"""Real agents in the real sandbox, by the modules people know them by, on the demo model.

Claude Code has its own test (`test_main_path`). `make test-agents` adds those that
`TASKYARD_TEST_AGENTS` names.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from taskyard.server.gateway.demo.model import note
from taskyard.testing.installation import Installation, installed, shared_agents
from taskyard.testing.processes import children, descendants, kill

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

TEMPLATE: Final = Path(__file__).with_name("agent_template.tf")
FIRST: Final = "create hello.txt containing 'hello from the sandbox'"
SECOND: Final = "create again.txt containing 'and once more'"
THIRD: Final = "write a summary of our conversation"


@dataclass(frozen=True, kw_only=True)
class Case:
    """An agent; what it cannot do is said by a reason."""

    agent: str
    source: str  # below registry.coder.com
    version: str
    inputs: str = 'workdir = "/home/coder/project"'
    program: str  # a word of its command line
    key_setting: str = "OPENAI_API_KEY"
    why_no_tools: str = ""
    why_no_question: str = ""
    why_no_report: str = ""


CASES: Final = (
    Case(
        agent="codex",
        source="coder-labs/codex/coder",
        version="4.3.1",
        program="codex-acp",
    ),
    Case(
        agent="gemini",
        source="coder-labs/gemini/coder",
        version="3.0.2",
        program="gemini",
        key_setting="GEMINI_API_KEY",
        inputs='folder = "/home/coder/project"',
    ),
    Case(
        agent="aider",
        source="coder/aider/coder",
        version="2.0.1",
        inputs='workdir = "/home/coder/project"\n  model = "openai/gpt-4o"',
        program="aider",
        why_no_tools="it edits files from the model's text",
        why_no_report="it knows no MCP",
    ),
)
#: Half a gigabyte each: for `make test-agents`.
MORE: Final = (
    Case(
        agent="opencode",
        source="coder-labs/opencode/coder",
        version="0.1.1",
        program="opencode",
        key_setting="ANTHROPIC_API_KEY",
    ),
    Case(
        agent="copilot",
        source="coder-labs/copilot/coder",
        version="0.3.0",
        program="copilot",
        key_setting="ANTHROPIC_API_KEY",
    ),
    Case(
        agent="qwen",
        source="taskyard/qwen/coder",
        version="1.0.0",
        program="qwen",
    ),
)
WANTED: Final = os.environ.get("TASKYARD_TEST_AGENTS", "").split()


@pytest.fixture(scope="module")
def taskyard() -> Iterator[Installation]:
    with installed() as installation:
        yield installation


def _cases() -> list[Any]:
    return [
        pytest.param(case, id=case.agent, marks=pytest.mark.agents(case.agent))
        for case in (*CASES, *(each for each in MORE if each.agent in WANTED))
    ]


@pytest.mark.parametrize("case", _cases())
def test_a_task_is_worked_on_asked_about_paused_resumed_and_deleted(
    taskyard: Installation, case: Case
) -> None:
    shared_agents(case.agent)
    version = taskyard.push_template(case.agent, {"main.tf": _template(case)})
    name = taskyard.create_task(FIRST, version=version)["name"]
    work = Work(taskyard, name)

    work.until_turns(1)
    [volume] = taskyard.homes()
    project = volume / "data/project"
    assert (project / "hello.txt").read_text() == "hello from the sandbox\n"
    _check_transcript(work, case)

    follow_up = {"input": SECOND}
    taskyard.post(f"/api/v2/tasks/me/{name}/messages", follow_up)
    work.until_turns(2)
    assert (project / "again.txt").read_text() == "and once more\n"
    session = taskyard.detail(name)["session_id"]

    taskyard.post(f"/api/v2/tasks/me/{name}/pause")
    taskyard.until_work(name, "paused")
    assert taskyard.sandbox_processes() == []
    taskyard.post(f"/api/v2/tasks/me/{name}/resume")
    assert taskyard.until_work(name, "idle")["session_id"] == session
    taskyard.post(f"/api/v2/tasks/me/{name}/messages", {"input": THIRD})
    work.until_turns(3)
    assert _words(FIRST) in _words(work.said()), (
        "it knows the conversation of before the pause"
    )
    assert taskyard.said_by_user(name) == [FIRST, SECOND, THIRD]
    _check_that_nothing_outlives_the_agent(taskyard, case)

    taskyard.delete(f"/api/v2/tasks/me/{name}")
    taskyard.until(
        "no process is left", lambda: not taskyard.sandbox_processes(), seconds=60
    )
    taskyard.until("no home is left", lambda: not taskyard.homes(), seconds=60)


def _check_transcript(work: "Work", case: Case) -> None:
    """Of the first turn."""
    assert work.taskyard.said_by_user(work.name) == [FIRST]
    assert work.states()[:3] == ["starting", "idle", "running"]
    assert work.states()[-1] == "idle"
    assert _words(note(case.key_setting)) in _words(work.said())
    assert bool(work.asked) is not bool(case.why_no_question)
    assert ("requires_action" in work.states()) is not bool(case.why_no_question)
    if not case.why_no_tools:
        tools = work.last_of_each("tool")
        assert {tool["status"] for tool in tools} == {"completed"}
    if not case.why_no_report:
        reports = [report["state"] for report in work.events("report")]
        assert reports == ["working", "complete"]
    assert not work.events("error")


def _words(text: str) -> str:
    """Without spaces: a terminal ends lines where it is full."""
    return "".join(text.split())


def _check_that_nothing_outlives_the_agent(taskyard: Installation, case: Case) -> None:
    """Daemons and children that an agent leaves end when its own process does."""
    [warden] = descendants(set(taskyard.supervisors()), "nothing the agent starts")
    family = {process.pid for process in descendants({warden.pid})} - {warden.pid}
    [agent] = children(warden.pid, "")
    assert case.program in agent.words
    kill(agent)
    taskyard.until(
        "all of it has ended",
        lambda: not family & set(taskyard.sandbox_processes()),
        seconds=30,
    )


@dataclass
class Work:
    """One task, followed as a person does: whoever is asked, allows it once."""

    taskyard: Installation
    name: str

    def __post_init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def events(self, kind: str) -> list[dict[str, Any]]:
        found = self.taskyard.events(self.name)
        return [event["data"] for event in found if event["kind"] == kind]

    def last_of_each(self, kind: str) -> list[dict[str, Any]]:
        found = self.taskyard.events(self.name)
        return list({e["key"]: e["data"] for e in found if e["kind"] == kind}.values())

    def states(self) -> list[str]:
        """What it did, one after the other."""
        states = [state["state"] for state in self.events("state")]
        return [
            s for s, before in zip(states, ["", *states], strict=False) if s != before
        ]

    def said(self) -> str:
        """All that the agent said, put together as the pages do."""
        texts: dict[str, str] = {}
        for event in self.taskyard.events(self.name):
            data = event["data"]
            if (
                event["kind"] in {"message", "message_chunk"}
                and data["role"] == "agent"
            ):
                before = texts.get(event["key"], "") if "chunk" in event["kind"] else ""
                texts[event["key"]] = before + data["text"]
        return "\n".join(texts.values())

    def until_turns(self, count: int) -> None:
        def ended() -> bool:
            self._allow()
            work = self.taskyard.detail(self.name)["work"]
            assert work["status"] not in {"failed", "crashed", "needs_login"}, work
            turns = len(self.events("turn_ended"))
            return turns >= count and work["status"] == "idle"

        self.taskyard.until(
            f"{count} turns of {self.name} are done", ended, seconds=180
        )

    def _allow(self) -> None:
        path = f"/api/v2/tasks/me/{self.name}/permissions"
        for asked in self.taskyard.get(path)["permissions"]:
            if asked["state"] == "pending":
                self.asked.append(asked)
                self.taskyard.post(f"{path}/{asked['id']}", {"kind": "allow_once"})


def _template(case: Case) -> str:
    text = TEMPLATE.read_text()
    for word, value in {
        "MODULE_SOURCE": f"registry.coder.com/{case.source}",
        "MODULE_VERSION": case.version,
        "MODULE_INPUTS": case.inputs,
    }.items():
        text = text.replace(word, value)
    return text
