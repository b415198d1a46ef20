# Codex as the agent of a task: the module taskyard/agent with the inputs of
# registry.coder.com/coder-labs/codex/coder. README.md says what differs.

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
  tables = join("\n", compact([var.additional_mcp_servers, var.additional_extensions]))
}

module "agent" {
  source  = "registry.coder.com/taskyard/agent/coder"
  version = "1.0.0"

  agent_id     = var.agent_id
  agent        = "codex"
  driver       = "acp"
  slug         = "codex"
  display_name = var.web_app_display_name

  workdir       = var.workdir
  prompt        = var.ai_prompt
  system_prompt = var.codex_system_prompt
  model         = var.codex_model
  continue      = var.continue

  # A whole file of the template's own; otherwise the runner writes it and puts these
  # tables to its end.
  files = var.base_config_toml == "" ? {} : {
    ".codex/config.toml" = join("\n", [var.base_config_toml, local.tables])
  }

  environment = merge(
    var.base_config_toml != "" ? {} : {
      TASKYARD_CODEX_EFFORT = var.model_reasoning_effort
      TASKYARD_CODEX_TABLES = base64encode(local.tables)
    },
    nonsensitive(var.openai_api_key) == "" ? {} : {
      OPENAI_API_KEY  = var.openai_api_key
      OPENAI_BASE_URL = "https://api.openai.com/v1"
    },
  )

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
