"""Modules of agents at the genuine addresses: planned, applied, and their script run."""

import re
from typing import Any

import pytest

from taskyard.protocol.provisioner import Resource, TaskInput
from taskyard.runner.agents.definitions import DEFINITIONS
from taskyard.runner.agents.tui.profiles import profile_of
from tests.integration.provisioner.yard import Yard
from tests.integration.registry.conftest import REGISTRY
from tests.integration.registry.home import Home
from tests.integration.registry.test_modules import HEAD

pytestmark = pytest.mark.asyncio(loop_scope="module")

TASK = """
resource "coder_ai_task" "task" {
  count  = data.coder_task.me.enabled ? data.coder_workspace.me.start_count : 0
  app_id = module.it.task_app_id
}
"""
WORKDIR = 'workdir = "/home/coder/project"'
FOLDER = 'folder = "/home/coder/project"'

#: Address, version, slug, and inputs that the genuine module takes.
MODULES = [
    (
        "coder-labs/codex",
        "4.3.1",
        "codex",
        (
            f'{WORKDIR}\nopenai_api_key = "sk-own"\ncodex_model = "gpt-5.4"\n'
            'additional_mcp_servers = "[mcp_servers.x]\\ncommand = \\"y\\""\ncontinue = false'
        ),
    ),
    (
        "coder-labs/gemini",
        "3.0.2",
        "gemini",
        f'{FOLDER}\ngemini_api_key = "AI"\nuse_vertexai = true\ntask_prompt = "go"',
    ),
    (
        "coder-labs/opencode",
        "0.1.2",
        "opencode",
        f'{WORKDIR}\nauth_json = "{{}}"\nconfig_json = "{{}}"',
    ),
    ("coder-labs/copilot", "0.4.1", "copilot", f'{WORKDIR}\ngithub_token = "ghp"'),
    (
        "coder/goose",
        "3.0.1",
        "goose",
        f'{FOLDER}\ngoose_provider = "anthropic"\ngoose_model = "m"',
    ),
    (
        "coder/aider",
        "2.0.1",
        "aider",
        f'{WORKDIR}\nmodel = "m"\nai_provider = "openai"\napi_key = "k"',
    ),
    ("coder-labs/cursor-cli", "0.3.0", "cursorcli", f'{FOLDER}\napi_key = "k"'),
    ("coder-labs/auggie", "0.3.0", "auggie", f'{FOLDER}\naugment_session_token = "k"'),
    ("coder-labs/sourcegraph-amp", "3.0.0", "amp", f'{WORKDIR}\namp_api_key = "k"'),
    ("coder/amazon-q", "3.0.1", "amazonq", f"{WORKDIR}\ntrust_all_tools = true"),
    (
        "taskyard/agent",
        "1.0.0",
        "mine",
        (
            f'{WORKDIR}\nagent = "mine"\nslug = "mine"\ncommand = ["python3", "a b.py"]\n'
            'environment = { A = "1" }\nfiles = { ".mine/x" = "text" }'
        ),
    ),
]


def template(address: str, version: str, inputs: str) -> dict[str, str | bytes]:
    body = inputs.replace("\n", "\n  ")
    module = f"""
module "it" {{
  source   = "registry.coder.com/{address}/coder"
  version  = "{version}"
  agent_id = coder_agent.main.id
  {body}
}}
"""
    return {"main.tf": HEAD + module + TASK}


def _agent(resources: list[Resource]) -> Any:
    return next(agent for resource in resources for agent in resource.agents)


@pytest.mark.parametrize(
    ("address", "version", "slug", "inputs"), MODULES, ids=[m[0] for m in MODULES]
)
async def test_it_is_a_tasks_agent_at_the_genuine_address(
    yard: Yard, address: str, version: str, slug: str, inputs: str
) -> None:
    found = await yard.imported(template(address, version, inputs))

    assert found.not_task_reason == ""
    assert found.warnings == []
    [app] = _agent(found.resources_start).apps
    assert app.slug == slug
    assert app.url == "http://localhost:3284/"


async def test_the_script_starts_a_session(yard: Yard, home: Home) -> None:
    address, version, _, inputs = MODULES[-1]
    workspace = yard.workspace(template(address, version, inputs))
    task = TaskInput(id=workspace.id, prompt="go")

    built = await workspace.build(task=task)
    agent = _agent(built.resources)
    done = home.run(agent.scripts[0].script)
    await workspace.build("delete", task=task)

    assert done.returncode == 0, done.stderr
    assert built.ai_tasks[0].app_id == agent.apps[0].id
    assert home.after("--agent") == ["mine"]
    assert home.after("--permission-policy") == ["allow_all"]
    assert home.after("--env") == ["A=1"]
    assert home.called_with[-3:] == ["--", "python3", "a b.py"]
    assert (home.path / ".mine/x").read_text() == "text"
    assert "report_task" in home.read_after("--system-prompt-file")


async def test_keys_of_ones_own_go_to_the_vendor(yard: Yard, home: Home) -> None:
    address, version, _, inputs = MODULES[0]
    workspace = yard.workspace(template(address, version, inputs))

    built = await workspace.build()
    done = home.run(_agent(built.resources).scripts[0].script)
    await workspace.build("delete")

    assert done.returncode == 0, done.stderr
    environment = home.after("--env")
    assert "OPENAI_API_KEY=sk-own" in environment
    assert "OPENAI_BASE_URL=https://api.openai.com/v1" in environment
    assert home.after("--model") == ["gpt-5.4"]
    assert "--fresh" in home.called_with


async def test_a_file_outside_of_the_home_is_refused(yard: Yard) -> None:
    address, version, _, inputs = MODULES[-1]

    refused = await yard.refused(
        template(address, version, inputs.replace(".mine/x", "../x"))
    )

    assert "relative to the home" in refused.error


async def test_every_module_names_an_agent_that_the_runner_knows() -> None:
    for main in sorted((REGISTRY / "modules").glob("*/*/current/main.tf")):
        named = re.search(r'^\s+agent\s+= "(.+)"$', main.read_text(), re.MULTILINE)
        driver = re.search(r'^\s+driver\s+= "(.+)"$', main.read_text(), re.MULTILINE)
        if named is None or driver is None:
            continue  # the modules that start their agents themselves
        if driver[1] == "acp":
            assert DEFINITIONS[named[1]].acp_command, main
        else:
            assert profile_of(named[1]).command, main
