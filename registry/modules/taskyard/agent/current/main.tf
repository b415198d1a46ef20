# Any agent as the agent of a task: what the modules of known agents stand on, and how a
# template brings one of its own.

terraform {
  required_version = ">= 1.5"

  required_providers {
    coder = {
      source  = "coder/coder"
      version = ">= 2.12"
    }
  }
}

data "coder_task" "me" {}

locals {
  is_task = data.coder_task.me.enabled

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

  # Values reach the shell as base64 only: no input can end a quote or run a command.
  # They are shell variables, not exported: an exported value over 128 KiB breaks every
  # program that is started afterwards.
  arguments = {
    AGENT               = var.agent
    DRIVER              = var.driver
    SLUG                = var.slug
    PORT                = tostring(var.port)
    WORKDIR             = trimsuffix(var.workdir, "/")
    PROMPT              = coalesce(var.prompt, " ")
    PROMPT_VARIABLE     = var.prompt_variable
    SYSTEM_PROMPT       = local.system_prompt
    SYSTEM_VARIABLE     = var.system_prompt_variable
    MODEL               = coalesce(var.model, " ")
    PERMISSION_POLICY   = var.permission_policy != "" || !local.is_task ? var.permission_policy : "allow_all"
    CONTINUE            = tostring(var.continue)
    RESUME_SESSION_ID   = var.resume_session_id
    REPORT_TASKS        = tostring(var.report_tasks)
    COMMAND             = join("\n", var.command)
    ARGUMENTS           = join("\n", var.arguments)
    ENVIRONMENT         = join("\n", [for name, value in var.environment : "${name}=${value}"])
    FILES               = join("\n", [for path, text in var.files : "${base64encode(path)} ${base64encode(text)}"])
    PROJECT_FILES       = join("\n", [for path, text in var.project_files : "${base64encode(path)} ${base64encode(text)}"])
    MCP                 = coalesce(var.mcp, " ")
    MCP_FILES           = join("\n", var.mcp_files)
    PRE_INSTALL_SCRIPT  = coalesce(var.pre_install_script, " ")
    INSTALL_SCRIPT      = coalesce(var.install_script, " ")
    POST_INSTALL_SCRIPT = coalesce(var.post_install_script, " ")
  }
}

resource "coder_script" "agent" {
  agent_id     = var.agent_id
  display_name = var.display_name
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
  slug         = var.slug
  display_name = var.display_name
  icon         = var.icon
  order        = var.order
  group        = var.group
  url          = "http://localhost:${var.port}/"
  subdomain    = var.subdomain

  healthcheck {
    url       = "http://localhost:${var.port}/status"
    interval  = 3
    threshold = 20
  }
}

resource "coder_app" "cli" {
  count = var.cli_app ? 1 : 0

  agent_id     = var.agent_id
  slug         = "${var.slug}-cli"
  display_name = coalesce(var.cli_app_display_name, "${var.display_name} CLI")
  icon         = var.icon
  order        = var.order
  group        = var.group
  command      = "taskyard agentapi attach --url http://localhost:${var.port}"
}

output "task_app_id" {
  description = "The app a coder_ai_task points at; empty where there is none."
  value       = try(coder_app.web[0].id, "")
}
