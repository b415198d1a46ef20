# Aider as the agent of a task: the module taskyard/agent with the inputs of
# registry.coder.com/coder/aider/coder. README.md says what differs.

terraform {
  required_version = ">= 1.5"

  required_providers {
    coder = {
      source  = "coder/coder"
      version = ">= 2.12"
    }
  }
}

locals {
  key = coalesce(nonsensitive(var.credentials), nonsensitive(var.api_key), " ") == " " ? "" : sensitive(coalesce(var.credentials, var.api_key))
  key_name = coalesce(var.custom_env_var_name, lookup(
    { openai = "OPENAI_API_KEY", anthropic = "ANTHROPIC_API_KEY", google = "GEMINI_API_KEY" },
    var.ai_provider,
    "${upper(var.ai_provider)}_API_KEY",
  ))

  # Its own system prompt cannot be added to: a file that it must not edit goes with it.
  rules = var.system_prompt == null || var.system_prompt == "" ? {} : {
    ".taskyard/modules/aider/system-prompt.md" = var.system_prompt
  }
}

module "agent" {
  source  = "registry.coder.com/taskyard/agent/coder"
  version = "1.0.0"

  agent_id     = var.agent_id
  agent        = "aider"
  driver       = "tui"
  slug         = "aider"
  display_name = var.web_app_display_name

  workdir     = var.workdir
  prompt      = var.ai_prompt
  model       = var.model
  environment = local.key == "" ? {} : { (local.key_name) = local.key }
  arguments   = flatten([for path in keys(local.rules) : ["--read", "~/${path}"]])
  files = merge(
    local.rules,
    var.base_aider_config == null ? {} : { ".aider.conf.yml" = var.base_aider_config },
  )

  permission_policy    = var.permission_policy
  report_tasks         = false
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
