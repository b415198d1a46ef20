# The agent's own inputs first, then those that every agent module has.

variable "workdir" {
  type        = string
  description = "Folder the agent works in; made if it is missing. May start with ~ or $HOME."
}

variable "ai_prompt" {
  type        = string
  description = "What the agent is told first. In a task, empty means the task's own prompt."
  default     = ""
}

variable "codex_system_prompt" {
  type        = string
  description = "Added to the agent's own system prompt, where it can be."
  default     = ""
}

variable "openai_api_key" {
  type        = string
  description = "Key for the vendor's API. Empty = Taskyard's gateway, which keeps keys out of the workspace."
  sensitive   = true
  default     = ""
}

variable "enable_aibridge" {
  type        = bool
  description = "No effect: the server's gateway is used when no key is given."
  default     = false
}

variable "codex_model" {
  type        = string
  description = "Model the agent uses; empty = its own default."
  default     = ""
}

variable "model_reasoning_effort" {
  type        = string
  description = "Reasoning effort in the written config: low, medium, high; empty = the model's own."
  default     = ""
}

variable "base_config_toml" {
  type        = string
  description = "A whole config.toml instead of ours; name a model_provider in it, or OpenAI's own is used."
  default     = ""
}

variable "additional_mcp_servers" {
  type        = string
  description = "TOML with further mcp_servers tables."
  default     = ""
}

variable "additional_extensions" {
  type        = string
  description = "The older name of additional_mcp_servers."
  default     = ""
}

variable "continue" {
  type        = bool
  description = "Go on with the workspace's conversation after a restart; false = start afresh."
  default     = true
}

variable "install_codex" {
  type        = bool
  description = "No effect: the host shares the agent, or install it in pre_install_script."
  default     = true
}

variable "codex_version" {
  type        = string
  description = "No effect: the version is that of the host."
  default     = ""
}

variable "enable_boundary" {
  type        = bool
  description = "No effect: the sandbox's egress policy decides what leaves."
  default     = false
}

variable "boundary_version" {
  type        = string
  description = "No effect: see enable_boundary."
  default     = "latest"
}

variable "compile_boundary_from_source" {
  type        = bool
  description = "No effect: see enable_boundary."
  default     = false
}

variable "use_boundary_directly" {
  type        = bool
  description = "No effect: see enable_boundary."
  default     = false
}

variable "agent_id" {
  type        = string
  description = "Id of the coder_agent that Codex runs under."
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
  default     = "/icon/openai.svg"
}

variable "web_app" {
  type        = bool
  description = "Show the chat as an app. A task always has it."
  default     = true
}

variable "web_app_display_name" {
  type        = string
  description = "Name of the chat app."
  default     = "Codex"
}

variable "cli_app" {
  type        = bool
  description = "Add an app that opens the conversation in a terminal."
  default     = false
}

variable "cli_app_display_name" {
  type        = string
  description = "Name of the terminal app."
  default     = "Codex CLI"
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
