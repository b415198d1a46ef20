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

variable "system_prompt" {
  type        = string
  description = "No effect: Amazon Q takes one from agent_config only."
  default     = ""
}

variable "auth_tarball" {
  type        = string
  description = "Base64 of a zstd tar of ~/.local/share/amazon-q: the agent's login."
  sensitive   = true
  default     = ""
}

variable "trust_all_tools" {
  type        = bool
  description = "Allow everything without asking. A task does so anyway unless permission_policy is set."
  default     = false
}

variable "agent_config" {
  type        = string
  description = "JSON of an agent for ~/.aws/amazonq/cli-agents, which is used then."
  default     = null
}

variable "coder_mcp_instructions" {
  type        = string
  description = "No effect: the report tool says itself how it is used."
  default     = null
}

variable "q_install_url" {
  type        = string
  description = "No effect: install it in pre_install_script or the image."
  default     = ""
}

variable "agentapi_chat_based_path" {
  type        = bool
  description = "No effect: see subdomain."
  default     = true
}

variable "install_amazon_q" {
  type        = bool
  description = "No effect: the host shares the agent, or install it in pre_install_script."
  default     = true
}

variable "amazon_q_version" {
  type        = string
  description = "No effect: the version is that of the host."
  default     = ""
}

variable "agent_id" {
  type        = string
  description = "Id of the coder_agent that Amazon Q runs under."
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
  default     = "/icon/amazon-q.svg"
}

variable "web_app" {
  type        = bool
  description = "Show the chat as an app. A task always has it."
  default     = true
}

variable "web_app_display_name" {
  type        = string
  description = "Name of the chat app."
  default     = "Amazon Q"
}

variable "cli_app" {
  type        = bool
  description = "Add an app that opens the conversation in a terminal."
  default     = false
}

variable "cli_app_display_name" {
  type        = string
  description = "Name of the terminal app."
  default     = "Amazon Q CLI"
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
