# The agent's own inputs first, then those that every agent module has.

variable "workdir" {
  type        = string
  description = "Folder the agent works in; made if it is missing. May start with ~ or $HOME."
  default     = "/home/coder"
}

variable "ai_prompt" {
  type        = string
  description = "What the agent is told first. In a task, empty means the task's own prompt."
  default     = ""
}

variable "model" {
  type        = string
  description = "Model the agent uses, such as openai/gpt-5 or anthropic/claude-sonnet-5."
}

variable "ai_provider" {
  type        = string
  description = "openai, anthropic, google, or the name of another of aider's providers."
  default     = "google"
}

variable "credentials" {
  type        = string
  description = "Key for the provider's API. Empty = Taskyard's gateway, for openai and anthropic."
  sensitive   = true
  default     = ""
}

variable "api_key" {
  type        = string
  description = "The same as credentials."
  sensitive   = true
  default     = ""
}

variable "custom_env_var_name" {
  type        = string
  description = "Name of the variable that carries the key of another provider."
  default     = ""
}

variable "base_aider_config" {
  type        = string
  description = "Text of ~/.aider.conf.yml."
  default     = null
}

variable "system_prompt" {
  type        = string
  description = "For a file that goes with every prompt."
  default     = ""
}

variable "install_aider" {
  type        = bool
  description = "No effect: the host shares the agent, or install it in pre_install_script."
  default     = true
}

variable "aider_version" {
  type        = string
  description = "No effect: the version is that of the host."
  default     = ""
}

variable "agent_id" {
  type        = string
  description = "Id of the coder_agent that Aider runs under."
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
  default     = "/icon/aider.svg"
}

variable "web_app" {
  type        = bool
  description = "Show the chat as an app. A task always has it."
  default     = true
}

variable "web_app_display_name" {
  type        = string
  description = "Name of the chat app."
  default     = "Aider"
}

variable "cli_app" {
  type        = bool
  description = "Add an app that opens the conversation in a terminal."
  default     = false
}

variable "cli_app_display_name" {
  type        = string
  description = "Name of the terminal app."
  default     = "Aider CLI"
}

variable "subdomain" {
  type        = bool
  description = "Serve the chat on a sub-domain instead of a path."
  default     = false
}

variable "report_tasks" {
  type        = bool
  description = "No effect: Aider knows no MCP, so it has no report tool."
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
