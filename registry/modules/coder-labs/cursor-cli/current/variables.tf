# The agent's own inputs first, then those that every agent module has.

variable "folder" {
  type        = string
  description = "Folder the agent works in; made if it is missing. May start with ~ or $HOME."
}

variable "ai_prompt" {
  type        = string
  description = "What the agent is told first. In a task, empty means the task's own prompt."
  default     = ""
}

variable "api_key" {
  type        = string
  description = "Key of a Cursor account."
  sensitive   = true
  default     = ""
}

variable "model" {
  type        = string
  description = "Model the agent uses; empty = its own default."
  default     = ""
}

variable "force" {
  type        = bool
  description = "Allow everything without asking, unless permission_policy is set."
  default     = true
}

variable "mcp" {
  type        = string
  description = "JSON with further MCP servers."
  default     = ""
}

variable "rules_files" {
  type        = map(string)
  description = "Rules: file name = text, written to .cursor/rules of the folder."
  default     = {}
}

variable "install_cursor_cli" {
  type        = bool
  description = "No effect: the host shares the agent, or install it in pre_install_script."
  default     = true
}

variable "cursor_cli_version" {
  type        = string
  description = "No effect: the version is that of the host."
  default     = ""
}

variable "agent_id" {
  type        = string
  description = "Id of the coder_agent that Cursor CLI runs under."
}

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
  default     = "/icon/cursor.svg"
}

variable "web_app" {
  type        = bool
  description = "Show the chat as an app. A task always has it."
  default     = true
}

variable "web_app_display_name" {
  type        = string
  description = "Name of the chat app."
  default     = "Cursor CLI"
}

variable "cli_app" {
  type        = bool
  description = "Add an app that opens the conversation in a terminal."
  default     = false
}

variable "cli_app_display_name" {
  type        = string
  description = "Name of the terminal app."
  default     = "Cursor terminal"
}

variable "subdomain" {
  type        = bool
  description = "Serve the chat on a sub-domain instead of a path."
  default     = false
}

variable "report_tasks" {
  type        = bool
  description = "Give the agent the report tool and ask it to use it."
  default     = true
}

variable "permission_policy" {
  type        = string
  description = "Ours: ask, allow_edits or allow_all; empty = allow all in a task, the server's policy elsewhere."
  default     = ""
}

variable "pre_install_script" {
  type        = string
  description = "Shell script to run first; its failure stops the start."
  default     = null
}

variable "post_install_script" {
  type        = string
  description = "Shell script to run before the agent starts."
  default     = null
}

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
