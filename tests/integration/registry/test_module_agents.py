"""Every module starts its agent: real Terraform, real scripts, real runner, a fake agent.

One template has all modules at their genuine addresses and is applied once. Then each
module's script runs in a workspace where a program of the agent's name speaks as the real
one does.
"""

import json
import re
from base64 import b64decode
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from taskyard.protocol.provisioner import Agent, App, Script, TaskInput
from taskyard.testing import acp_agents, tui_agents
from taskyard.testing.link_server import make_script
from tests.integration.provisioner.yard import Yard
from tests.integration.registry.agent_cases import CASES, Case
from tests.integration.registry.test_modules import HEAD
from tests.integration.runner.workspace import TestWorkspace

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]

TASK = """
resource "coder_ai_task" "task" {
  count  = data.coder_task.me.enabled ? 1 : 0
  app_id = module.claude-code.task_app_id
}
"""
#: The chat's port: each script is run by itself, and none may listen where another test does.
_PORT = re.compile(r"^ARG_PORT=.*$", re.MULTILINE)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def built(yard: Yard) -> AsyncIterator[Agent]:
    modules = "".join(case.module() for case in CASES)
    workspace = yard.workspace({"main.tf": HEAD + modules + TASK})
    task = TaskInput(id=workspace.id, prompt="the task's own words")
    result = await workspace.build(task=task)
    yield next(agent for resource in result.resources for agent in resource.agents)
    await workspace.build("delete", task=task)


@pytest.fixture(params=CASES, ids=lambda case: case.address)
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.param
    return found


def _apps(agent: Agent, case: Case) -> tuple[App, App]:
    apps = {app.slug: app for app in agent.apps}
    cli = next(
        slug for slug in apps if slug.startswith(case.slug) and slug != case.slug
    )
    return apps[case.slug], apps[cli]


def _script(agent: Agent, case: Case) -> Script:
    """By the folder that the module was given: scripts share their names."""
    name = f"~/work of {case.name}"
    return next(s for s in agent.scripts if _given(s.script, "WORKDIR") == name)


def _given(script: str, argument: str) -> str:
    found = re.search(
        rf"^(?:export )?ARG_{argument}=.*?'([A-Za-z0-9+/=]*)'", script, re.MULTILINE
    )
    return b64decode(found[1]).decode() if found else ""


# -- what Terraform makes of it -------------------------------------------------------


async def test_its_apps_are_as_asked(built: Agent, case: Case) -> None:
    chat, cli = _apps(built, case)

    assert (chat.order, chat.group, chat.icon) == (7, "helpers", "/icon/mine.svg")
    assert chat.subdomain is True
    assert chat.display_name == "Its chat"
    assert chat.healthcheck is not None
    assert chat.healthcheck.url == "http://localhost:3284/status"
    assert (cli.display_name, cli.order, cli.group) == ("Its terminal", 7, "helpers")
    assert "attach" in cli.command
    variable = f"APP_{case.name.upper().replace('-', '_')}"
    assert built.environment[variable] == str(chat.id), "the output task_app_id"


# -- what the agent makes of it -------------------------------------------------------


def _install(home: Path, case: Case) -> Path:
    """The fake agent under the real one's name."""
    folder = home / case.place
    folder.mkdir(parents=True)
    words = (
        acp_agents.command("choosy")
        if case.speaks == "acp"
        else tui_agents.command(case.draws)
    )
    program = folder / case.program
    program.write_text("#!/bin/sh\nexec " + " ".join(words) + ' "$@"\n')
    program.chmod(0o755)
    return folder


@pytest_asyncio.fixture(loop_scope="module")
async def workspace(
    built: Agent, case: Case, tmp_path: Path
) -> AsyncIterator[TestWorkspace]:
    folder = _install(tmp_path, case)
    (tmp_path / "servers.json").write_text(
        json.dumps({"mcpServers": {"extra": {"command": "extra-server"}}})
    )
    script = _PORT.sub("ARG_PORT=0", _script(built, case).script)
    made = TestWorkspace(
        tmp_path,
        make_script(script),
        environment={
            "GOOSE_TASK_PROMPT": "go",
            "GOOSE_SYSTEM_PROMPT": "These words are from the environment.",
        },
        secret_environment={
            "TASKYARD_GATEWAY_URL": "http://gateway",
            "ANTHROPIC_BASE_URL": "http://gateway/anthropic",
            "ANTHROPIC_AUTH_TOKEN": "key-of-the-gateway",
            "OPENAI_BASE_URL": "http://gateway/openai/v1",
            "OPENAI_API_KEY": "key-of-the-gateway",
            "GOOGLE_GEMINI_BASE_URL": "http://gateway/gemini",
            "GEMINI_API_KEY": "key-of-the-gateway",
        },
    )
    made.environment["PATH"] = f"{folder}:{made.environment['PATH']}"
    async with made:
        await made.server.until(lambda: _is_up(made), seconds=20)
        yield made


def _is_up(workspace: TestWorkspace) -> bool:
    failed = [e for e in workspace.server.named("script_completed") if e["exit_code"]]
    assert not failed, [e for e in workspace.server.events if e["name"] == "logs"]
    return workspace.server.state == "idle"


async def test_the_agent_works_as_its_module_was_told_and_goes_on_after_a_pause(
    workspace: TestWorkspace, case: Case
) -> None:
    server, home = workspace.server, workspace.home
    [started] = server.named("session_started")
    session = started["session_id"]
    assert started["initial_prompt"] == "go"
    assert started["permission_policy"] == "ask"
    assert started["key"] == case.slug

    said = await _interview(workspace, session, case)

    # A terminal breaks long lines anywhere.
    line, position = "".join(said["arguments"].split()), 0
    for word in case.arguments:
        position = line.index(word, position) + len(word)
    for name, value in case.environment.items():
        assert said[f"environment {name}"] == value, name
    for path, text in case.files.items():
        assert text in (home / path).read_text(), path
    if case.servers == "session":
        assert "extra-server" in said["place"]
    elif case.servers:
        assert "extra-server" in (home / case.servers).read_text()
    assert (home / f"work of {case.name}").is_dir()
    order = (home / "order").read_text().split()
    assert (order[0], order[-1]) == ("pre", "post")
    if case.speaks == "acp":
        assert json.loads(said["place"])["cwd"] == str(home / f"work of {case.name}")
    if case.model_option:
        assert _option(server, case.model_option) == "large"

    await _asks_a_person(workspace, session)
    await _goes_on_after_a_pause(workspace, session, case)


async def _goes_on_after_a_pause(
    workspace: TestWorkspace, session: str, case: Case
) -> None:
    server = workspace.server
    identified = server.named("session_identified")
    external = identified[-1]["external_id"] if identified else ""
    await workspace.stop()
    agent = server.named("session_started")[0]["agent"]
    server.manifest["build_id"] = "the-next-build"
    server.manifest["sessions"] = [
        {"id": session, "key": case.slug, "external_id": external, "agent": agent}
    ]
    await workspace.start()
    await server.until(lambda: len(server.named("session_started")) == 2, seconds=20)
    await server.until(lambda: server.state == "idle", seconds=20)
    said = await _interview(workspace, session, case, message="m2")

    again = server.named("session_started")[-1]
    assert (again["session_id"], again["resumed"]) == (session, True)
    assert again["external_id"] == external
    if case.speaks == "acp":
        assert json.loads(said["place"])["sessionId"] == external
    else:
        assert said["arguments"] != ""
    assert not [
        e for e in server.session_events("error") if "resume" in e["data"]["detail"]
    ]


async def _interview(
    workspace: TestWorkspace, session: str, case: Case, message: str = "m1"
) -> dict[str, str]:
    """Ask the agent what it was given; one turn, in the fakes' own words."""
    questions = ["arguments", *(f"environment {name}" for name in case.environment)]
    if case.speaks == "acp":
        questions.append("place")
    before = len(workspace.server.said())
    lines = [line for question in questions for line in ("say <<", question, "say >>")]
    await workspace.turn(session, "\n".join(lines), message=message)
    said = workspace.server.said()[before:]
    answers = [_answer(part.rpartition("<<")[2]) for part in said.split(">>")]
    states = [e["data"]["state"] for e in workspace.server.session_events("state")]
    assert states[-2:] == ["running", "idle"]
    return dict(zip(questions, answers, strict=False))


def _answer(text: str) -> str:
    """Without the marks of a terminal's agent, and the name that a variable's value has."""
    words = " ".join(text.replace("●", " ").split())
    return words.partition("=")[2] if re.match(r"[A-Z_]+=", words) else words


async def _asks_a_person(workspace: TestWorkspace, session: str) -> None:
    server = workspace.server
    question = {"session_id": session, "message_id": "ask", "text": "ask execute"}
    await server.command("prompt", **question)
    await server.until(lambda: server.state == "requires_action", seconds=30)
    await server.command("set_policy", session_id=session, policy="allow_all")
    await server.until(lambda: server.state == "idle", seconds=30)
    resolved = server.session_events("permission_resolved")[-1]["data"]
    assert (resolved["outcome"], resolved["by"]) == ("selected", "policy")


def _option(server: Any, id_: str) -> object:
    told = server.session_events("options")[-1]["data"]["options"]
    return next(option["value"] for option in told if option["id"] == id_)
