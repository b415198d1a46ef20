# Auggie as the agent of a task: the module taskyard/agent with the inputs of
# registry.coder.com/coder-labs/auggie/coder. README.md says what differs.

terraform {
  required_version = ">= 1.5"

  required_providers {
    coder = {
      source  = "coder/coder"
      version = ">= 2.12"
    }
  }
}

module "agent" {
  source  = "registry.coder.com/taskyard/agent/coder"
  version = "1.0.0"

  agent_id     = var.agent_id
  agent        = "auggie"
  driver       = "acp"
  slug         = "auggie"
  display_name = var.web_app_display_name

  workdir   = var.folder
  prompt    = var.ai_prompt
  model     = var.auggie_model
  mcp       = var.mcp
  mcp_files = var.mcp_files
  continue  = var.continue_previous_conversation
  files     = var.rules == "" ? {} : { ".augment/rules/module.md" = var.rules }

  environment = nonsensitive(var.augment_session_token) == "" ? {} : { AUGMENT_SESSION_AUTH = var.augment_session_token }

  permission_policy    = var.permission_policy
  report_tasks         = var.report_tasks
  icon                 = var.icon
  order                = var.order
  group                = var.group
  web_app              = var.web_app
  cli_app              = var.cli_app
  cli_app_display_name = var.cli_app_display_name
  subdomain            = var.subdomain
  pre_install_script   = var.pre_install_script
  post_install_script  = var.post_install_script
}

output "task_app_id" {
  description = "The app a coder_ai_task points at; empty where there is none."
  value       = module.agent.task_app_id
}
