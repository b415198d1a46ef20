# Claude Code as the agent of a task, driven over ACP by Taskyard's runner.
# Answers to the address registry.coder.com/coder/claude-code/coder and takes the inputs
# of the 4.x line; README.md says what each one does here.

terraform {
  required_version = ">= 1.9"

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
  slug    = "ccw"
  port    = 3284
  is_task = data.coder_task.me.enabled

  # A task runs with nobody at the keyboard and inside a sandbox, so it may act unless
  # the template asked for something else. Empty = what the server says.
  permission_policy = lookup(
    {
      acceptEdits       = "allow_edits"
      bypassPermissions = "allow_all"
      default           = "ask"
      plan              = "ask"
    },
    var.permission_mode,
    var.dangerously_skip_permissions || local.is_task ? "allow_all" : "",
  )

  report_prompt = <<-EOT
    You work on a task that a person follows from a distance. Keep them informed with the
    tool report_task:
    - call it first thing after every new message from the user, with state "working" and
      what you are about to do;
    - call it again when you start a new step, with state "working";
    - call it with state "complete" when the request is done, and with state "failure" when
      you are stuck or need an answer from the user; then say what you need.
    Keep the summary under 160 characters, specific, and without markup. Give a link where
    there is one (a pull request, an issue), an empty string otherwise.
  EOT

  system_prompt = join("\n\n", compact([
    var.report_tasks ? trimspace(local.report_prompt) : "",
    trimspace(coalesce(var.system_prompt, " ")),
  ]))

  # A key of one's own goes to the vendor, not to Taskyard's gateway.
  own_credentials = (
    var.claude_api_key != "" ? {
      ANTHROPIC_API_KEY    = var.claude_api_key
      ANTHROPIC_AUTH_TOKEN = ""
      ANTHROPIC_BASE_URL   = "https://api.anthropic.com"
    }
    : var.claude_code_oauth_token != "" ? {
      CLAUDE_CODE_OAUTH_TOKEN = var.claude_code_oauth_token
      ANTHROPIC_AUTH_TOKEN    = ""
      ANTHROPIC_BASE_URL      = "https://api.anthropic.com"
    }
    : {}
  )

  environment = merge(
    var.disable_autoupdater ? { DISABLE_AUTOUPDATER = "1" } : {},
    local.own_credentials,
  )

  # Values reach the shell as base64 only: no input can end a quote or run a command.
  # They are shell variables, not exported: an exported value over 128 KiB breaks every
  # program that is started afterwards.
  arguments = {
    SLUG                = local.slug
    PORT                = tostring(local.port)
    WORKDIR             = trimsuffix(var.workdir, "/")
    PROMPT              = coalesce(var.ai_prompt, " ")
    SYSTEM_PROMPT       = local.system_prompt
    MODEL               = var.model
    PERMISSION_POLICY   = local.permission_policy
    CONTINUE            = tostring(var.continue)
    RESUME_SESSION_ID   = var.resume_session_id
    REPORT_TASKS        = tostring(var.report_tasks)
    ENVIRONMENT         = join("\n", [for name, value in local.environment : "${name}=${value}"])
    ALLOWED_TOOLS       = var.allowed_tools
    DISALLOWED_TOOLS    = var.disallowed_tools
    MCP                 = coalesce(var.mcp, " ")
    MCP_REMOTE          = join("\n", var.mcp_config_remote_path)
    INSTALL             = tostring(var.install_claude_code)
    VERSION             = var.claude_code_version
    BINARY_PATH         = var.claude_binary_path
    PRE_INSTALL_SCRIPT  = coalesce(var.pre_install_script, " ")
    POST_INSTALL_SCRIPT = coalesce(var.post_install_script, " ")
    MERGE_SETTINGS      = file("${path.module}/scripts/merge_settings.py")
  }
}

resource "coder_script" "claude_code" {
  agent_id     = var.agent_id
  display_name = "Claude Code"
  icon         = var.icon
  run_on_start = true
  script = join("\n", concat(
    ["#!/bin/bash"],
    [for name, value in local.arguments :
    "ARG_${name}=\"$(printf %s '${base64encode(value)}' | base64 -d)\""],
    [file("${path.module}/scripts/start.sh")],
  ))
}

# The chat: the runner serves it for the session, and the server knows the task's session
# by this app.
resource "coder_app" "web" {
  count = var.web_app || local.is_task ? 1 : 0

  agent_id     = var.agent_id
  slug         = local.slug
  display_name = var.web_app_display_name
  icon         = var.icon
  order        = var.order
  group        = var.group
  url          = "http://localhost:${local.port}/"
  subdomain    = var.subdomain

  healthcheck {
    url       = "http://localhost:${local.port}/status"
    interval  = 3
    threshold = 20
  }
}

resource "coder_app" "cli" {
  count = var.cli_app ? 1 : 0

  agent_id     = var.agent_id
  slug         = "${local.slug}-cli"
  display_name = var.cli_app_display_name
  icon         = var.icon
  order        = var.order
  group        = var.group
  command      = "taskyard agentapi attach --url http://localhost:${local.port}"
}

output "task_app_id" {
  description = "The app a coder_ai_task points at; empty where there is none."
  value       = try(coder_app.web[0].id, "")
}
