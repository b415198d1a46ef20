"""Templates that tests build on, as text."""

from typing import Final

__all__ = ["AGENT", "APP", "HEAD", "LEGACY_TASK", "SANDBOX", "TASK"]

HEAD: Final = """
terraform {
  required_providers {
    coder    = { source = "coder/coder" }
    taskyard = { source = "taskyard/taskyard" }
  }
}
data "coder_workspace" "me" {}
data "coder_workspace_owner" "me" {}
data "coder_provisioner" "me" {}
data "coder_task" "me" {}
"""

AGENT: Final = """
resource "coder_agent" "main" {
  os   = "linux"
  arch = data.coder_provisioner.me.arch
}
"""

APP: Final = """
resource "coder_app" "web" {
  agent_id = coder_agent.main.id
  slug     = "ccw"
  url      = "http://localhost:3284/"
}
"""

SANDBOX: Final = """
resource "taskyard_volume" "home" {
  name = "home"
}
resource "taskyard_sandbox" "box" {
  count       = data.coder_workspace.me.start_count
  name        = "box"
  init_script = coder_agent.main.init_script
  home        = taskyard_volume.home.id
  env         = { CODER_AGENT_TOKEN = coder_agent.main.token }
  stop_grace_seconds = 5
}
"""

TASK: Final = (
    HEAD
    + AGENT
    + APP
    + SANDBOX
    + """
resource "coder_ai_task" "task" {
  count  = data.coder_workspace.me.start_count
  app_id = coder_app.web.id
}
"""
)

LEGACY_TASK: Final = (
    HEAD
    + AGENT
    + APP
    + SANDBOX
    + """
data "coder_parameter" "prompt" {
  name    = "AI Prompt"
  default = ""
  mutable = true
}
resource "coder_env" "prompt" {
  agent_id = coder_agent.main.id
  name     = "PROMPT"
  value    = data.coder_parameter.prompt.value
}
resource "coder_ai_task" "task" {
  count = data.coder_workspace.me.start_count
  sidebar_app {
    id = coder_app.web.id
  }
}
"""
)
