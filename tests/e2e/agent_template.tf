# One agent in a sandbox, by the module that people know it by.

terraform {
  required_providers {
    coder = {
      source = "coder/coder"
    }
    taskyard = {
      source = "taskyard/taskyard"
    }
  }
}

data "coder_provisioner" "me" {}

data "coder_workspace" "me" {}

data "coder_task" "me" {}

resource "coder_agent" "main" {
  os   = "linux"
  arch = data.coder_provisioner.me.arch
  dir  = "~/project"
}

module "agent" {
  count    = data.coder_workspace.me.start_count
  source   = "MODULE_SOURCE"
  version  = "MODULE_VERSION"
  agent_id = coder_agent.main.id

  permission_policy  = "ask"
  pre_install_script = "mkdir -p ~/project && cd ~/project && git init -q"
  MODULE_INPUTS
}

resource "coder_ai_task" "task" {
  count  = data.coder_workspace.me.start_count
  app_id = module.agent[count.index].task_app_id
}

resource "taskyard_volume" "home" {
  name = "home-${data.coder_workspace.me.id}"
}

resource "taskyard_sandbox" "workspace" {
  count       = data.coder_workspace.me.start_count
  name        = data.coder_workspace.me.name
  init_script = coder_agent.main.init_script
  home        = taskyard_volume.home.id
  memory_mb   = 4096

  env = {
    CODER_AGENT_TOKEN = coder_agent.main.token
  }
}
