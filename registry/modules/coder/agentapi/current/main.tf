# Runs any agent behind the AgentAPI surface: what agent modules of the registry stand on.
# Answers to the address registry.coder.com/coder/agentapi/coder.

terraform {
  required_version = ">= 1.5"

  required_providers {
    coder = {
      source  = "coder/coder"
      version = ">= 2.12"
    }
  }
}

data "coder_workspace" "me" {}

data "coder_workspace_owner" "me" {}

data "coder_task" "me" {}

locals {
  is_task = data.coder_task.me.enabled

  # Without a sub-domain the chat lives below the app's path and must know it.
  chat_base_path = var.agentapi_subdomain ? "" : join("", [
    "/@${data.coder_workspace_owner.me.name}/${data.coder_workspace.me.name}.${var.agent_id}",
    "/apps/${var.web_app_slug}/chat",
  ])

  # Values reach the shell as base64 only: no input can end a quote or run a command.
  arguments = {
    MODULE_DIR_NAME      = var.module_dir_name
    WORKDIR              = trimsuffix(var.folder, "/")
    PORT                 = tostring(var.agentapi_port)
    PRE_INSTALL_SCRIPT   = coalesce(var.pre_install_script, " ")
    INSTALL_SCRIPT       = coalesce(var.install_script, " ")
    POST_INSTALL_SCRIPT  = coalesce(var.post_install_script, " ")
    START_SCRIPT         = var.start_script
    CHAT_BASE_PATH       = local.chat_base_path
    STATE                = tostring(var.enable_state_persistence)
    STATE_FILE           = var.state_file_path
    PID_FILE             = var.pid_file_path
    TASK_ID              = local.is_task ? data.coder_task.me.id : ""
    TASK_LOG_SNAPSHOT    = tostring(var.task_log_snapshot)
    LOG_SNAPSHOT_PROGRAM = file("${path.module}/scripts/log_snapshot.py")
  }
  preamble = concat(
    ["#!/bin/bash"],
    [for name, value in local.arguments :
    "ARG_${name}=\"$(printf %s '${base64encode(value)}' | base64 -d)\""],
    [file("${path.module}/scripts/common.sh")],
  )
}

resource "coder_script" "agentapi" {
  agent_id     = var.agent_id
  display_name = "Install and start AgentAPI"
  icon         = var.web_app_icon
  run_on_start = true
  script       = join("\n", concat(local.preamble, [file("${path.module}/scripts/start.sh")]))
}

resource "coder_script" "agentapi_shutdown" {
  agent_id     = var.agent_id
  display_name = "AgentAPI Shutdown"
  icon         = var.web_app_icon
  run_on_stop  = true
  script       = join("\n", concat(local.preamble, [file("${path.module}/scripts/stop.sh")]))
}

resource "coder_app" "agentapi_web" {
  count = var.web_app || local.is_task ? 1 : 0

  agent_id     = var.agent_id
  slug         = var.web_app_slug
  display_name = var.web_app_display_name
  icon         = var.web_app_icon
  order        = var.web_app_order
  group        = var.web_app_group
  url          = "http://localhost:${var.agentapi_port}/"
  subdomain    = var.agentapi_subdomain

  healthcheck {
    url       = "http://localhost:${var.agentapi_port}/status"
    interval  = 3
    threshold = 20
  }
}

resource "coder_app" "agentapi_cli" {
  count = var.cli_app ? 1 : 0

  agent_id     = var.agent_id
  slug         = var.cli_app_slug
  display_name = var.cli_app_display_name
  icon         = var.cli_app_icon
  order        = var.cli_app_order
  group        = var.cli_app_group
  command      = "taskyard agentapi attach --url http://localhost:${var.agentapi_port}"
}

output "task_app_id" {
  description = "The app a coder_ai_task points at; empty where there is none."
  value       = try(coder_app.agentapi_web[0].id, "")
}
