variable "agent_id" {
  type        = string
  description = "Id of the coder_agent that the agent runs under."
}

variable "folder" {
  type        = string
  description = "Folder the agent works in; made if it is missing. May start with ~ or $HOME."
  default     = "/home/coder"
}

variable "module_dir_name" {
  type        = string
  description = "Folder below the home for the scripts, logs and state of the calling module."

  validation {
    condition     = can(regex("^[A-Za-z0-9._-]+$", var.module_dir_name)) && !contains([".", ".."], var.module_dir_name)
    error_message = "module_dir_name must be one plain folder name: letters, digits, dot, dash, underscore."
  }
}

# -- scripts, in the order in which they run ----------------------------------------------

variable "pre_install_script" {
  type        = string
  description = "Shell script to run before install_script."
  default     = null
}

variable "install_script" {
  type        = string
  description = "Shell script that installs the agent."
  default     = ""
}

variable "post_install_script" {
  type        = string
  description = "Shell script to run after install_script."
  default     = null
}

variable "start_script" {
  type        = string
  description = "Shell script that runs `agentapi server ... -- agent` in the foreground. Arguments: true, port."
}

# -- how it shows -----------------------------------------------------------------------

variable "web_app" {
  type        = bool
  description = "Show the chat as an app. A task always has it."
  default     = true
}

variable "web_app_slug" {
  type        = string
  description = "Slug of the chat app; the agent's reports name it."
}

variable "web_app_display_name" {
  type        = string
  description = "Name of the chat app."
}

variable "web_app_icon" {
  type        = string
  description = "Icon of the chat app and the scripts."
}

variable "web_app_order" {
  type        = number
  description = "Position of the chat app among others; lowest first."
  default     = null
}

variable "web_app_group" {
  type        = string
  description = "Group of apps the chat app belongs to."
  default     = null
}

variable "cli_app" {
  type        = bool
  description = "Add an app that opens the conversation in a terminal."
  default     = false
}

variable "cli_app_slug" {
  type        = string
  description = "Slug of the terminal app."
  default     = null
}

variable "cli_app_display_name" {
  type        = string
  description = "Name of the terminal app."
  default     = null
}

variable "cli_app_icon" {
  type        = string
  description = "Icon of the terminal app."
  default     = "/icon/claude.svg"
}

variable "cli_app_order" {
  type        = number
  description = "Position of the terminal app among others."
  default     = null
}

variable "cli_app_group" {
  type        = string
  description = "Group of apps the terminal app belongs to."
  default     = null
}

# -- the API ----------------------------------------------------------------------------

variable "agentapi_port" {
  type        = number
  description = "Port on the workspace's loopback."
  default     = 3284
}

variable "agentapi_subdomain" {
  type        = bool
  description = "Serve the chat on a sub-domain instead of a path."
  default     = true
}

variable "enable_state_persistence" {
  type        = bool
  description = "Keep the conversation in a file of the home across restarts."
  default     = false
}

variable "state_file_path" {
  type        = string
  description = "That file; empty = agentapi-state.json in the module's folder."
  default     = ""
}

variable "pid_file_path" {
  type        = string
  description = "File with the process id; empty = agentapi.pid in the module's folder."
  default     = ""
}

variable "task_log_snapshot" {
  type        = bool
  description = "Send the last ten messages to the server when the workspace stops."
  default     = true
}

# -- accepted, without effect here ------------------------------------------------------

variable "install_agentapi" {
  type        = bool
  description = "No effect: every Taskyard workspace has the command agentapi."
  default     = true
}

variable "agentapi_version" {
  type        = string
  description = "No effect: every Taskyard workspace has the command agentapi."
  default     = "v0.10.0"
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
