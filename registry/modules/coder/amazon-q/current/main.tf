# Amazon Q as the agent of a task: the module taskyard/agent with the inputs of
# registry.coder.com/coder/amazon-q/coder. README.md says what differs.

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
  agent_name = try(jsondecode(var.agent_config).name, "agent")
}

module "agent" {
  source  = "registry.coder.com/taskyard/agent/coder"
  version = "1.0.0"

  agent_id     = var.agent_id
  agent        = "amazonq"
  driver       = "tui"
  slug         = "amazonq"
  display_name = var.web_app_display_name

  workdir = var.workdir
  prompt  = var.ai_prompt

  # The agent's definition brings a name; one that has none is called as its file.
  arguments = var.agent_config == null ? [] : ["--agent", local.agent_name]
  files = merge(
    var.agent_config == null ? {} : { ".aws/amazonq/cli-agents/${local.agent_name}.json" = var.agent_config },
    nonsensitive(var.auth_tarball) == "" ? {} : { ".taskyard/modules/amazonq/auth.b64" = var.auth_tarball },
  )

  permission_policy    = var.permission_policy == "" && var.trust_all_tools ? "allow_all" : var.permission_policy
  report_tasks         = var.report_tasks
  icon                 = var.icon
  order                = var.order
  group                = var.group
  web_app              = var.web_app
  cli_app              = var.cli_app
  cli_app_display_name = var.cli_app_display_name
  subdomain            = var.subdomain
  pre_install_script   = var.pre_install_script
  post_install_script = nonsensitive(var.auth_tarball) == "" ? var.post_install_script : join("\n", [
    "set -e; mkdir -p ~/.local/share/amazon-q",
    "base64 -d ~/.taskyard/modules/amazonq/auth.b64 | zstd -dc | tar -x -C ~/.local/share/amazon-q",
    coalesce(var.post_install_script, ":"),
  ])
}

output "task_app_id" {
  description = "The app a coder_ai_task points at; empty where there is none."
  value       = module.agent.task_app_id
}
