# Qwen Code as the agent of a task: the module taskyard/agent with inputs like those of the
# modules that have a genuine address; Qwen has none.

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
  agent        = "qwen"
  driver       = "acp"
  slug         = "qwen"
  display_name = var.web_app_display_name

  workdir           = var.workdir
  prompt            = var.ai_prompt
  system_prompt     = var.system_prompt
  model             = var.model
  mcp               = var.mcp
  continue          = var.continue
  resume_session_id = var.session_id

  # A key of one's own goes to the address beside it, not to the gateway.
  environment = nonsensitive(var.openai_api_key) == "" ? {} : {
    OPENAI_API_KEY  = var.openai_api_key
    OPENAI_BASE_URL = var.openai_base_url
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
