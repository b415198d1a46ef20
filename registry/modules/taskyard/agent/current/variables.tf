variable "agent_id" {
  type        = string
  description = "Id of the coder_agent that the agent runs under."
}

variable "agent" {
  type        = string
  description = "Name of a known agent (codex, gemini, ...), or a name of your own with command."
}

variable "command" {
  type        = list(string)
  description = "Program and arguments, one each; empty = what Taskyard knows of this agent."
  default     = []

  validation {
    condition     = alltrue([for word in var.command : !strcontains(word, "\n")])
    error_message = "command must not hold line breaks: put them into a script and name that."
  }
}

variable "arguments" {
  type        = list(string)
  description = "Words to add to the command, whoever gave it, one each."
  default     = []

  validation {
    condition     = alltrue([for word in var.arguments : word != "" && !strcontains(word, "\n")])
    error_message = "arguments must not be empty or hold line breaks."
  }
}

variable "driver" {
  type        = string
  description = "acp: it speaks the Agent Client Protocol; tui: it draws on a terminal."
  default     = "acp"

  validation {
    condition     = contains(["acp", "tui"], var.driver)
    error_message = "driver must be acp or tui."
  }
}

variable "environment" {
  type        = map(string)
  description = "Environment of the agent; an empty value takes a name away."
  default     = {}

  validation {
    condition     = alltrue([for value in values(var.environment) : !strcontains(nonsensitive(value), "\n")])
    error_message = "values of environment must not hold line breaks: put them into files."
  }
}

variable "files" {
  type        = map(string)
  description = "Files of the home to write before the agent starts: path below the home = text."
  default     = {}

  validation {
    condition     = alltrue([for path in keys(var.files) : can(regex("^[^/~.]|^\\.[^./]", path)) && !strcontains(path, "..")])
    error_message = "paths of files must be relative to the home, without \"..\"."
  }
}

variable "project_files" {
  type        = map(string)
  description = "Files of workdir to write before the agent starts: path below it = text."
  default     = {}

  validation {
    condition     = alltrue([for path in keys(var.project_files) : can(regex("^[^/~.]|^\\.[^./]", path)) && !strcontains(path, "..")])
    error_message = "paths of project_files must be relative to workdir, without \"..\"."
  }
}

variable "workdir" {
  type        = string
  description = "Folder the agent works in; made if it is missing. May start with ~ or $HOME."
}

variable "prompt" {
  type        = string
  description = "What the agent is told first. In a task, empty means the task's own prompt."
  default     = ""
}

variable "prompt_variable" {
  type        = string
  description = "Variable of the workspace's environment that holds the prompt, where prompt is empty."
  default     = ""

  validation {
    condition     = can(regex("^([A-Za-z_][A-Za-z0-9_]*)?$", var.prompt_variable))
    error_message = "prompt_variable must be the name of a variable."
  }
}

variable "system_prompt_variable" {
  type        = string
  description = "Variable of the workspace's environment that holds a further system prompt."
  default     = ""

  validation {
    condition     = can(regex("^([A-Za-z_][A-Za-z0-9_]*)?$", var.system_prompt_variable))
    error_message = "system_prompt_variable must be the name of a variable."
  }
}

variable "system_prompt" {
  type        = string
  description = "Added to the agent's own system prompt, where it can be."
  default     = ""
}

variable "report_tasks" {
  type        = bool
  description = "Give the agent the report tool (MCP) and ask it to use it."
  default     = true
}

variable "model" {
  type        = string
  description = "Model the agent uses; empty = its own default."
  default     = ""
}

variable "permission_policy" {
  type        = string
  description = "ask, allow_edits or allow_all; empty = allow all in a task, the server's policy elsewhere."
  default     = ""

  validation {
    condition     = contains(["", "ask", "allow_edits", "allow_all"], var.permission_policy)
    error_message = "permission_policy must be empty or one of: ask, allow_edits, allow_all."
  }
}

variable "mcp" {
  type        = string
  description = "JSON with further MCP servers: {\"mcpServers\": {\"name\": {\"command\": ...}}}."
  default     = ""
}

variable "mcp_files" {
  type        = list(string)
  description = "Files in the workspace with further MCP servers, in the same form."
  default     = []
}

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

# -- how it shows -----------------------------------------------------------------------

variable "slug" {
  type        = string
  description = "Slug of the chat app."
  default     = "agent"
}

variable "display_name" {
  type        = string
  description = "Name of the chat app and the script."
  default     = "Agent"
}

variable "icon" {
  type        = string
  description = "Icon of the apps and the script."
  default     = "/icon/terminal.svg"
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

variable "web_app" {
  type        = bool
  description = "Show the chat as an app. A task always has it."
  default     = true
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
  default     = ""
}

variable "port" {
  type        = number
  description = "Port of the chat on the workspace's loopback."
  default     = 3284
}

# -- installation -----------------------------------------------------------------------

variable "pre_install_script" {
  type        = string
  description = "Shell script to run first; its failure stops the start."
  default     = null
}

variable "install_script" {
  type        = string
  description = "Shell script that installs the agent, where the host does not share it."
  default     = null
}

variable "post_install_script" {
  type        = string
  description = "Shell script to run before the agent starts."
  default     = null
}
