"""Our modules answer to the genuine addresses with the genuine inputs and outputs."""

from typing import Any

import pytest

from taskyard.protocol.provisioner import Resource, TaskInput
from tests.integration.provisioner.yard import Yard

pytestmark = pytest.mark.asyncio(loop_scope="module")

HEAD = """
terraform {
  required_providers {
    coder    = { source = "coder/coder" }
    taskyard = { source = "taskyard/taskyard" }
  }
}
data "coder_workspace" "me" {}
data "coder_task" "me" {}
resource "coder_agent" "main" {
  os   = "linux"
  arch = "amd64"
}
resource "taskyard_volume" "home" { name = "home" }
resource "taskyard_sandbox" "box" {
  count       = data.coder_workspace.me.start_count
  name        = "box"
  init_script = "sleep 60 # ${coder_agent.main.id}"
  home        = taskyard_volume.home.id
}
"""

#: Every input of claude-code 4.9.2, none at its default.
CLAUDE_EVERYTHING = """
module "claude-code" {
  count   = data.coder_task.me.enabled ? data.coder_workspace.me.start_count : 0
  source  = "registry.coder.com/coder/claude-code/coder"
  version = "4.9.2"

  agent_id                     = coder_agent.main.id
  order                        = 999
  group                        = "agents"
  icon                         = "/icon/other.svg"
  workdir                      = "/home/coder/project/"
  report_tasks                 = false
  web_app                      = false
  cli_app                      = true
  web_app_display_name         = "Claude"
  cli_app_display_name         = "Claude CLI"
  pre_install_script           = "echo before"
  post_install_script          = "echo after"
  install_agentapi             = false
  agentapi_version             = "v0.12.0"
  ai_prompt                    = data.coder_task.me.prompt
  subdomain                    = true
  install_claude_code          = false
  claude_code_version          = "2.1.330"
  disable_autoupdater          = true
  claude_api_key               = "sk-ant-own"
  model                        = "sonnet"
  resume_session_id            = "cd32e253-ca16-4fd3-9825-d837e74ae3c2"
  continue                     = false
  dangerously_skip_permissions = true
  permission_mode              = "plan"
  mcp                          = jsonencode({ mcpServers = { x = { command = "y" } } })
  mcp_config_remote_path       = ["https://example.com/mcp.json"]
  allowed_tools                = "Bash(git:*),Read"
  disallowed_tools             = "WebFetch"
  claude_code_oauth_token      = "token"
  system_prompt                = "Be brief."
  claude_md_path               = "$HOME/CLAUDE.md"
  claude_binary_path           = "/opt/claude/bin"
  install_via_npm              = true
  enable_boundary              = true
  boundary_version             = "v1"
  compile_boundary_from_source = true
  use_boundary_directly        = true
  enable_aibridge              = false
  enable_state_persistence     = false
}
resource "coder_ai_task" "task" {
  count  = data.coder_task.me.enabled ? data.coder_workspace.me.start_count : 0
  app_id = module.claude-code[count.index].task_app_id
}
"""

AGENTAPI_EVERYTHING = """
module "agentapi" {
  source  = "registry.coder.com/coder/agentapi/coder"
  version = "2.4.0"

  agent_id                     = coder_agent.main.id
  web_app                      = false
  web_app_slug                 = "mine"
  web_app_order                = 1
  web_app_group                = "agents"
  web_app_icon                 = "/icon/mine.svg"
  web_app_display_name         = "Mine"
  folder                       = "/home/coder/project"
  cli_app                      = true
  cli_app_slug                 = "mine-cli"
  cli_app_display_name         = "Mine CLI"
  cli_app_icon                 = "/icon/mine.svg"
  cli_app_order                = 2
  cli_app_group                = "agents"
  module_dir_name              = ".mine"
  pre_install_script           = "echo before"
  install_script               = "echo install"
  post_install_script          = "echo after"
  start_script                 = "agentapi server -- mine"
  install_agentapi             = false
  agentapi_version             = "v0.12.0"
  agentapi_port                = 3285
  agentapi_subdomain           = false
  task_log_snapshot            = false
  enable_boundary              = true
  boundary_version             = "v1"
  compile_boundary_from_source = true
  use_boundary_directly        = true
  enable_state_persistence     = true
  state_file_path              = "$HOME/state.json"
  pid_file_path                = "$HOME/pid"
}
resource "coder_ai_task" "task" {
  count  = data.coder_task.me.enabled ? data.coder_workspace.me.start_count : 0
  app_id = module.agentapi.task_app_id
}
"""


def _agent(resources: list[Resource]) -> Any:
    return next(agent for resource in resources for agent in resource.agents)


async def test_claude_code_takes_every_input_of_the_genuine_one(yard: Yard) -> None:
    found = await yard.imported({"main.tf": HEAD + CLAUDE_EVERYTHING})

    assert found.not_task_reason == ""
    assert found.warnings == []
    agent = _agent(found.resources_start)
    assert sorted(app.slug for app in agent.apps) == ["ccw", "ccw-cli"]
    assert [script.run_on_start for script in agent.scripts] == [True]


async def test_claude_code_is_the_tasks_app(yard: Yard) -> None:
    workspace = yard.workspace({"main.tf": HEAD + CLAUDE_EVERYTHING})
    task = TaskInput(id=workspace.id, prompt='it\'s "quoted" $(date)\n`x`')

    built = await workspace.build(task=task)

    [app] = [app for app in _agent(built.resources).apps if app.slug == "ccw"]
    assert built.ai_tasks[0].app_id == app.id
    assert app.url == "http://localhost:3284/"
    assert app.healthcheck is not None
    assert app.healthcheck.url == "http://localhost:3284/status"
    assert "$(date)" not in _agent(built.resources).scripts[0].script
    await workspace.build("delete", task=task)


async def test_without_a_task_claude_code_is_not_there(yard: Yard) -> None:
    workspace = yard.workspace({"main.tf": HEAD + CLAUDE_EVERYTHING})

    built = await workspace.build()

    assert built.ai_tasks == []
    assert _agent(built.resources).apps == []
    await workspace.build("delete")


@pytest.mark.parametrize("constraint", ["4.0.0", "~> 4.2.0", ">= 4.2, < 5.0", "4.7.3"])
async def test_versions_of_the_4_line_are_served(yard: Yard, constraint: str) -> None:
    short = f"""
module "claude-code" {{
  source   = "registry.coder.com/coder/claude-code/coder"
  version  = "{constraint}"
  agent_id = coder_agent.main.id
  workdir  = "/home/coder/project"
}}
resource "coder_ai_task" "task" {{
  count  = data.coder_task.me.enabled ? data.coder_workspace.me.start_count : 0
  app_id = module.claude-code.task_app_id
}}
"""
    found = await yard.imported({"main.tf": HEAD + short})

    assert found.has_ai_task


async def test_a_key_of_ones_own_and_the_gateway_exclude_each_other(yard: Yard) -> None:
    both = CLAUDE_EVERYTHING.replace(
        "= false\n  enable_state", "= true\n  enable_state"
    )

    refused = await yard.refused({"main.tf": HEAD + both})

    assert "claude_api_key and enable_aibridge exclude each other" in refused.error


async def test_agentapi_takes_every_input_of_the_genuine_one(yard: Yard) -> None:
    workspace = yard.workspace({"main.tf": HEAD + AGENTAPI_EVERYTHING})
    task = TaskInput(id=workspace.id, prompt="go")

    built = await workspace.build(task=task)

    agent = _agent(built.resources)
    [app] = [app for app in agent.apps if app.slug == "mine"]
    assert built.ai_tasks[0].app_id == app.id
    assert app.url == "http://localhost:3285/"
    assert sorted((s.run_on_start, s.run_on_stop) for s in agent.scripts) == [
        (False, True),
        (True, False),
    ]
    await workspace.build("delete", task=task)


async def test_a_module_folder_that_leaves_the_home_is_refused(yard: Yard) -> None:
    outside = AGENTAPI_EVERYTHING.replace('".mine"', '"../other"')

    refused = await yard.refused({"main.tf": HEAD + outside})

    assert "one plain folder name" in refused.error
