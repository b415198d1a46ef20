# Copilot as the agent of a task: the module taskyard/agent with the inputs of
# registry.coder.com/coder-labs/copilot/coder. README.md says what differs.

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
  agent        = "copilot"
  driver       = "acp"
  slug         = "copilot"
  display_name = var.web_app_display_name

  workdir       = var.workdir
  prompt        = var.ai_prompt
  system_prompt = var.system_prompt
  model         = var.copilot_model
  continue      = var.resume_session
  mcp           = var.mcp_config
  arguments = concat(
    flatten([for folder in var.trusted_directories : ["--add-dir", folder]]),
    flatten([for tool in var.allow_tools : ["--allow-tool", tool]]),
    flatten([for tool in var.deny_tools : ["--deny-tool", tool]]),
  )
  files = var.copilot_config == "" ? {} : { ".copilot/config.json" = var.copilot_config }

  environment = nonsensitive(var.github_token) == "" ? {} : {
    COPILOT_GITHUB_TOKEN      = var.github_token
    COPILOT_OFFLINE           = ""
    COPILOT_PROVIDER_TYPE     = ""
    COPILOT_PROVIDER_BASE_URL = ""
    COPILOT_PROVIDER_API_KEY  = ""
  }

  permission_policy    = var.permission_policy == "" && var.allow_all_tools ? "allow_all" : var.permission_policy
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
