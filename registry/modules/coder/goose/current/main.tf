# Goose as the agent of a task: the module taskyard/agent with the inputs of
# registry.coder.com/coder/goose/coder. README.md says what differs.

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
  agent        = "goose"
  driver       = "acp"
  slug         = "goose"
  display_name = var.web_app_display_name

  workdir                = var.folder
  prompt                 = var.ai_prompt
  prompt_variable        = "GOOSE_TASK_PROMPT"
  system_prompt          = var.system_prompt
  system_prompt_variable = "GOOSE_SYSTEM_PROMPT"
  model                  = var.goose_model
  mcp                    = var.mcp

  files = var.additional_extensions == null ? {} : {
    ".config/goose/config.yaml" = join("\n", [
      "GOOSE_PROVIDER: ${var.goose_provider}",
      "GOOSE_MODEL: ${var.goose_model}",
      "extensions:",
      "  developer: { type: builtin, name: developer, bundled: true, enabled: true, timeout: 300 }",
      "  ${indent(2, trimspace(var.additional_extensions))}",
      "",
    ])
  }

  environment = {
    GOOSE_PROVIDER = var.goose_provider
    GOOSE_MODEL    = var.goose_model
  }

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
