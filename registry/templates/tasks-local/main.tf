# A coding agent in a sandbox on this machine, with a small web application to work on.

terraform {
  required_version = ">= 1.9"

  required_providers {
    coder = {
      source  = "coder/coder"
      version = ">= 2.13"
    }
    taskyard = {
      source = "taskyard/taskyard"
    }
  }
}

data "coder_provisioner" "me" {}

data "coder_workspace" "me" {}

data "coder_workspace_owner" "me" {}

data "coder_task" "me" {}

# -- what a person may choose -----------------------------------------------------------

data "coder_parameter" "model" {
  name         = "model"
  display_name = "Model"
  description  = "Alias or full id of the model. Empty = the agent's default."
  icon         = "/icon/claude.svg"
  type         = "string"
  default      = ""
  mutable      = true
  order        = 1
}

data "coder_parameter" "permissions" {
  name         = "permissions"
  display_name = "Permissions"
  description  = "What the agent may do without asking. The sandbox holds in every case."
  type         = "string"
  form_type    = "radio"
  default      = "bypassPermissions"
  mutable      = true
  order        = 2

  option {
    name        = "Allow everything"
    value       = "bypassPermissions"
    description = "The sandbox is the limit"
  }
  option {
    name        = "Allow edits"
    value       = "acceptEdits"
    description = "Ask before commands"
  }
  option {
    name        = "Ask"
    value       = "default"
    description = "Ask before edits and commands"
  }
}

data "coder_parameter" "memory_gb" {
  name         = "memory_gb"
  display_name = "Memory (GB)"
  description  = "Limit for all processes of the workspace together."
  type         = "number"
  form_type    = "slider"
  default      = "4"
  mutable      = true
  order        = 3

  validation {
    min = 1
    max = 32
  }
}

data "coder_workspace_preset" "corkboard" {
  name        = "Corkboard"
  description = "The demo application; the agent may do everything inside its sandbox."
  icon        = "/emojis/1f4cc.png"
  default     = true
  parameters = {
    permissions = "bypassPermissions"
    memory_gb   = "4"
  }
}

data "coder_workspace_preset" "careful" {
  name        = "Corkboard, ask first"
  description = "The demo application; the agent asks before it edits or runs anything."
  icon        = "/emojis/270b.png"
  parameters = {
    permissions = "default"
    memory_gb   = "4"
  }
}

# -- the workspace ----------------------------------------------------------------------

locals {
  project = "/home/coder/project"
  port    = 8000

  # The demo application, file by file: path -> content in base64.
  files = {
    for file in fileset("${path.module}/project", "**") :
    file => filebase64("${path.module}/project/${file}")
    if !strcontains(file, "__pycache__")
  }
}

resource "coder_agent" "main" {
  os   = "linux"
  arch = data.coder_provisioner.me.arch
  dir  = "~/project"

  env = {
    GIT_AUTHOR_NAME     = coalesce(data.coder_workspace_owner.me.full_name, data.coder_workspace_owner.me.name)
    GIT_AUTHOR_EMAIL    = data.coder_workspace_owner.me.email
    GIT_COMMITTER_NAME  = coalesce(data.coder_workspace_owner.me.full_name, data.coder_workspace_owner.me.name)
    GIT_COMMITTER_EMAIL = data.coder_workspace_owner.me.email
  }

  metadata {
    key          = "cpu"
    display_name = "CPU"
    script       = "coder stat cpu"
    interval     = 10
    timeout      = 5
  }
  metadata {
    key          = "memory"
    display_name = "Memory"
    script       = "coder stat mem"
    interval     = 10
    timeout      = 5
  }
  metadata {
    key          = "disk"
    display_name = "Home disk"
    script       = "coder stat disk --path \"$HOME\""
    interval     = 60
    timeout      = 5
  }
}

module "claude-code" {
  count   = data.coder_task.me.enabled ? data.coder_workspace.me.start_count : 0
  source  = "registry.coder.com/coder/claude-code/coder"
  version = "4.9.2"

  agent_id        = coder_agent.main.id
  workdir         = local.project
  ai_prompt       = data.coder_task.me.prompt
  model           = data.coder_parameter.model.value
  permission_mode = data.coder_parameter.permissions.value

  # The agent must not look around before there is a project.
  pre_install_script = file("${path.module}/scripts/wait_for_project.sh")
}

resource "coder_ai_task" "task" {
  count  = data.coder_task.me.enabled ? data.coder_workspace.me.start_count : 0
  app_id = module.claude-code[count.index].task_app_id
}

resource "coder_script" "project" {
  agent_id     = coder_agent.main.id
  display_name = "Corkboard"
  icon         = "/emojis/1f4cc.png"
  run_on_start = true
  script = templatefile("${path.module}/scripts/start_project.sh.tftpl", {
    files = local.files
    port  = local.port
  })
}

resource "coder_app" "preview" {
  agent_id     = coder_agent.main.id
  slug         = "preview"
  display_name = "Corkboard"
  icon         = "/emojis/1f4cc.png"
  url          = "http://localhost:${local.port}/"
  share        = "owner"
  order        = 1

  healthcheck {
    url       = "http://localhost:${local.port}/api/health"
    interval  = 2
    threshold = 15
  }
}

resource "taskyard_volume" "home" {
  name = "home-${data.coder_workspace.me.id}"
}

resource "taskyard_sandbox" "workspace" {
  count = data.coder_workspace.me.start_count

  name        = data.coder_workspace.me.name
  init_script = coder_agent.main.init_script
  home        = taskyard_volume.home.id
  memory_mb   = data.coder_parameter.memory_gb.value * 1024
  cpus        = 2

  env = {
    CODER_AGENT_TOKEN = coder_agent.main.token
  }

  # Everything else is refused and written down. The agent's model is not in this list:
  # it is reached through the server's own gateway.
  egress = [
    "domain=registry.npmjs.org",
    "domain=pypi.org",
    "domain=files.pythonhosted.org",
    "domain=proxy.golang.org",
    "domain=sum.golang.org",
  ]

  # Stop scripts and the agent get this long before the sandbox is ended.
  stop_grace_seconds = 60
}
