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
  description = "For ~/.qwen/QWEN.md, which the agent reads at every start."
  default     = ""
}

variable "openai_api_key" {
  type        = string
  description = "A key of your own for openai_base_url. Empty = Taskyard's gateway."
  sensitive   = true
  default     = ""
}

variable "openai_base_url" {
  type        = string
  description = "Where openai_api_key is good: any server that speaks OpenAI's chat protocol."
  default     = "https://api.openai.com/v1"
}

variable "mcp" {
  type        = string
  description = "JSON with further MCP servers."
  default     = ""
}

variable "model" {
  type        = string
  description = "Model the agent uses; empty = its own default."
  default     = ""
}

variable "session_id" {
  type        = string
  description = "Resume this session of the agent."
  default     = ""
}

variable "continue" {
  type        = bool
  description = "Go on with the workspace's conversation after a restart; false = start afresh."
  default     = true
}

variable "agent_id" {
  type        = string
  description = "Id of the coder_agent that Qwen Code runs under."
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
  default     = "/icon/qwen.svg"
}

variable "web_app" {
  type        = bool
  description = "Show the chat as an app. A task always has it."
  default     = true
}

variable "web_app_display_name" {
  type        = string
  description = "Name of the chat app."
  default     = "Qwen Code"
}

variable "cli_app" {
  type        = bool
  description = "Add an app that opens the conversation in a terminal."
  default     = false
}

variable "cli_app_display_name" {
  type        = string
  description = "Name of the terminal app."
  default     = "Qwen terminal"
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
