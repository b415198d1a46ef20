# The agent's own inputs first, then those that every agent module has.

variable "folder" {
  type        = string
  description = "Folder the agent works in; made if it is missing. May start with ~ or $HOME."
  default     = "/home/coder"
}

variable "ai_prompt" {
  type        = string
  description = "Ours: what the agent is told first; empty = GOOSE_TASK_PROMPT, in a task its prompt."
  default     = ""
}

variable "system_prompt" {
  type        = string
  description = "Ours: for ~/.config/goose/.goosehints, with GOOSE_SYSTEM_PROMPT."
  default     = ""
}

variable "goose_provider" {
  type        = string
  description = "Provider of the model. The gateway is used for anthropic, openai and google."
}

variable "goose_model" {
  type        = string
  description = "Model the agent uses."
}

variable "additional_extensions" {
  type        = string
  description = "YAML with further extensions, for ~/.config/goose/config.yaml."
  default     = null
}

variable "mcp" {
  type        = string
  description = "Ours: JSON with further MCP servers."
  default     = ""
}

variable "session_name" {
  type        = string
  description = "No effect: the conversation is the task's."
  default     = ""
}

variable "install_goose" {
  type        = bool
  description = "No effect: the host shares the agent, or install it in pre_install_script."
  default     = true
}

variable "goose_version" {
  type        = string
  description = "No effect: the version is that of the host."
  default     = ""
}

variable "agent_id" {
  type        = string
  description = "Id of the coder_agent that Goose runs under."
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
  default     = "/icon/goose.svg"
}

variable "web_app" {
  type        = bool
  description = "Show the chat as an app. A task always has it."
  default     = true
}

variable "web_app_display_name" {
  type        = string
  description = "Name of the chat app."
  default     = "Goose"
}

variable "cli_app" {
  type        = bool
  description = "Add an app that opens the conversation in a terminal."
  default     = false
}

variable "cli_app_display_name" {
  type        = string
  description = "Name of the terminal app."
  default     = "Goose CLI"
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
