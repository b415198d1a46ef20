variable "agent_id" {
  type        = string
  description = "Id of the coder_agent that Claude Code runs under."
}

variable "workdir" {
  type        = string
  description = "Folder the agent works in; made if it is missing. May start with ~ or $HOME."
}

variable "ai_prompt" {
  type        = string
  description = "What the agent is told first. In a task, empty means the task's own prompt."
  default     = ""
}

# -- how it shows -----------------------------------------------------------------------

variable "order" {
  type        = number
  description = "Position of the apps among others; lowest first."
  default     = null
}

variable "group" {
  type        = string
  description = "Group of apps these belong to."
  default     = null
}

variable "icon" {
  type        = string
  description = "Icon of the apps and the script."
  default     = "/icon/claude.svg"
}

variable "web_app" {
  type        = bool
  description = "Show the chat as an app. A task always has it."
  default     = true
}

variable "web_app_display_name" {
  type        = string
  description = "Name of the chat app."
  default     = "Claude Code"
}

variable "subdomain" {
  type        = bool
  description = "Serve the chat on a sub-domain instead of a path."
  default     = false
}

variable "cli_app" {
  type        = bool
  description = "Add an app that opens the conversation in a terminal."
  default     = false
}

variable "cli_app_display_name" {
  type        = string
  description = "Name of the terminal app."
  default     = "Claude Code CLI"
}

# -- what the agent may and knows -------------------------------------------------------

variable "model" {
  type        = string
  description = "Model alias or full id; empty = the agent's default."
  default     = ""
}

variable "permission_mode" {
  type        = string
  description = "default (ask), acceptEdits, plan or bypassPermissions; empty = allow all in a task, the server's policy elsewhere."
  default     = ""

  validation {
    condition     = can(regex("^(default|acceptEdits|plan|bypassPermissions)?$", var.permission_mode))
    error_message = "permission_mode must be empty or one of: default, acceptEdits, plan, bypassPermissions."
  }
}

variable "dangerously_skip_permissions" {
  type        = bool
  description = "Allow everything without asking. A task does so anyway unless permission_mode is set."
  default     = false
}

variable "allowed_tools" {
  type        = string
  description = "Comma-separated permission rules to allow, such as \"Bash(git:*),Read\"."
  default     = ""
}

variable "disallowed_tools" {
  type        = string
  description = "Comma-separated permission rules to deny."
  default     = ""
}

variable "system_prompt" {
  type        = string
  description = "Added to the agent's own system prompt."
  default     = ""
}

variable "report_tasks" {
  type        = bool
  description = "Give the agent the report tool and ask it to use it."
  default     = true
}

variable "mcp" {
  type        = string
  description = "JSON with further MCP servers: {\"mcpServers\": {\"name\": {\"command\": ...}}}."
  default     = ""
}

variable "mcp_config_remote_path" {
  type        = list(string)
  description = "URLs of such JSON, fetched when the agent starts."
  default     = []
}

# -- sessions ---------------------------------------------------------------------------

variable "continue" {
  type        = bool
  description = "Go on with the workspace's conversation after a restart; false = start afresh."
  default     = true
}

variable "resume_session_id" {
  type        = string
  description = "Resume this session of the agent."
  default     = ""
}

# -- credentials ------------------------------------------------------------------------

variable "claude_api_key" {
  type        = string
  description = "Key for the vendor's API. Empty = Taskyard's gateway, which keeps keys out of the workspace."
  default     = ""
}

variable "claude_code_oauth_token" {
  type        = string
  description = "Long-lived token of a Claude subscription (from `claude setup-token`)."
  sensitive   = true
  default     = ""
}

variable "enable_aibridge" {
  type        = bool
  description = "No effect but to exclude a key and a token: without them the server's gateway is used."
  default     = false

  validation {
    condition     = !var.enable_aibridge || var.claude_api_key == ""
    error_message = "claude_api_key and enable_aibridge exclude each other: the gateway has its own credentials. Remove one."
  }

  validation {
    condition     = !var.enable_aibridge || nonsensitive(var.claude_code_oauth_token) == ""
    error_message = "claude_code_oauth_token and enable_aibridge exclude each other: the gateway has its own credentials. Remove one."
  }
}

# -- installation -----------------------------------------------------------------------

variable "install_claude_code" {
  type        = bool
  description = "Install the agent when the host does not share one; false = use claude_binary_path."
  default     = true
}

variable "claude_code_version" {
  type        = string
  description = "latest = the version shared by the host; an exact version is installed into the home."
  default     = "latest"
}

variable "install_via_npm" {
  type        = bool
  description = "No effect: installation is always by npm, at an exact version."
  default     = false
}

variable "claude_binary_path" {
  type        = string
  description = "Folder of a claude binary of one's own; only with install_claude_code = false."
  default     = "$HOME/.local/bin"

  validation {
    condition     = !(var.install_claude_code && var.claude_binary_path != "$HOME/.local/bin")
    error_message = "claude_binary_path works with install_claude_code = false only."
  }
}

variable "disable_autoupdater" {
  type        = bool
  description = "Set DISABLE_AUTOUPDATER for the agent. The shared copy never updates itself."
  default     = false
}

variable "pre_install_script" {
  type        = string
  description = "Shell script to run before the agent is installed; its failure stops the start."
  default     = null
}

variable "post_install_script" {
  type        = string
  description = "Shell script to run after the agent is installed, before it starts."
  default     = null
}

# -- accepted, without effect here ------------------------------------------------------
# The chat surface is the runner's own, and what a workspace may reach is the template's
# egress policy; README.md tells it to template authors.

variable "install_agentapi" {
  type        = bool
  description = "No effect: the runner serves this API itself."
  default     = true
}

variable "agentapi_version" {
  type        = string
  description = "No effect: the runner serves this API itself."
  default     = "v0.11.8"
}

variable "enable_state_persistence" {
  type        = bool
  description = "No effect: the server always keeps the conversation."
  default     = true
}

variable "claude_md_path" {
  type        = string
  description = "No effect: instructions go to the session, files of the user stay untouched."
  default     = "$HOME/.claude/CLAUDE.md"
}

variable "enable_boundary" {
  type        = bool
  description = "No effect: the sandbox's egress policy decides what leaves."
  default     = false
}

variable "boundary_version" {
  type        = string
  description = "No effect, see enable_boundary."
  default     = "latest"
}

variable "compile_boundary_from_source" {
  type        = bool
  description = "No effect, see enable_boundary."
  default     = false
}

variable "use_boundary_directly" {
  type        = bool
  description = "No effect, see enable_boundary."
  default     = false
}

# Inputs that only earlier 4.x versions had.

variable "boundary_log_dir" {
  type        = string
  description = "No effect, see enable_boundary."
  default     = "/tmp/boundary_logs"
}

variable "boundary_unprivileged" {
  type        = bool
  description = "No effect, see enable_boundary."
  default     = true
}
