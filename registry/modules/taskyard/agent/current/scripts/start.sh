# Body of the start script; main.tf puts the ARG_* variables in front of it.
set -o errexit -o nounset -o pipefail

module_dir="$HOME/.taskyard/modules/$ARG_SLUG"
mkdir -p "$module_dir"
chmod 700 "$module_dir"

say() { printf '%s: %s\n' "$ARG_AGENT" "$*"; }

fail() {
  say "$*" >&2
  exit 1
}

# ~ and $HOME in a path that was written by a template author.
in_home() {
  local path="$1"
  path="${path/#\~/$HOME}"
  printf %s "${path//\$HOME/$HOME}"
}

is_blank() { [[ -z "${1//[[:space:]]/}" ]]; }

run_hook() {
  local name="$1" body="$2" file="$module_dir/$1.sh"
  if is_blank "$body"; then
    return 0
  fi

  say "running $name"
  printf '%s\n' "$body" >"$file"
  chmod 700 "$file"
  if [[ "$body" == '#!'* ]]; then
    "$file" || fail "$name failed with exit code $?"
  else
    /bin/bash "$file" || fail "$name failed with exit code $?"
  fi
}

# Below a folder, one file a line: path and text, both as base64.
write_files() {
  local folder="$1" path text target
  while read -r path text; do
    if [[ -z "$path" ]]; then
      continue
    fi
    target="$folder/$(printf %s "$path" | base64 -d)"
    mkdir -p "$(dirname "$target")"
    printf %s "$text" | base64 -d >"$target.partial"
    chmod 600 "$target.partial"
    mv "$target.partial" "$target"
  done <<<"$2"
}

# Text of a variable that the template may have set; nothing where it has not.
from_environment() {
  if [[ -n "$1" ]]; then
    printf %s "${!1:-}"
  fi
}

add_prompts() {
  if is_blank "$ARG_PROMPT"; then
    ARG_PROMPT="$(from_environment "$ARG_PROMPT_VARIABLE")"
  fi
  local more
  more="$(from_environment "$ARG_SYSTEM_VARIABLE")"
  is_blank "$more" || ARG_SYSTEM_PROMPT+=$'\n\n'"$more"
}

start_session() {
  local line

  local arguments=(
    session start --agent "$ARG_AGENT" --key "$ARG_SLUG" --driver "$ARG_DRIVER"
    --workdir "$workdir" --agentapi-port "$ARG_PORT"
  )
  if ! is_blank "$ARG_PROMPT"; then
    printf %s "$ARG_PROMPT" >"$module_dir/prompt.txt"
    arguments+=(--prompt-file "$module_dir/prompt.txt")
  fi
  if ! is_blank "$ARG_SYSTEM_PROMPT"; then
    printf %s "$ARG_SYSTEM_PROMPT" >"$module_dir/system-prompt.txt"
    arguments+=(--system-prompt-file "$module_dir/system-prompt.txt")
  fi
  if ! is_blank "$ARG_MCP"; then
    printf %s "$ARG_MCP" >"$module_dir/mcp.json"
    arguments+=(--mcp-config-file "$module_dir/mcp.json")
  fi
  while IFS= read -r line; do
    if [[ -n "$line" ]]; then
      line="$(in_home "$line")"
      [[ -r "$line" ]] || fail "the file with MCP servers $line cannot be read"
      arguments+=(--mcp-config-file "$line")
    fi
  done <<<"$ARG_MCP_FILES"
  is_blank "$ARG_MODEL" || arguments+=(--model "$ARG_MODEL")
  [[ -z "$ARG_PERMISSION_POLICY" ]] || arguments+=(--permission-policy "$ARG_PERMISSION_POLICY")
  [[ -z "$ARG_RESUME_SESSION_ID" ]] || arguments+=(--resume-id "$ARG_RESUME_SESSION_ID")
  [[ "$ARG_CONTINUE" == true ]] || arguments+=(--fresh)
  [[ "$ARG_REPORT_TASKS" == true ]] || arguments+=(--no-report)
  while IFS= read -r line; do
    [[ -z "$line" ]] || arguments+=(--env "$line")
  done <<<"$ARG_ENVIRONMENT"
  while IFS= read -r line; do
    [[ -z "$line" ]] || arguments+=("--argument=$(in_home "$line")")
  done <<<"$ARG_ARGUMENTS"
  if [[ -n "$ARG_COMMAND" ]]; then
    arguments+=(--)
    while IFS= read -r line; do
      arguments+=("$(in_home "$line")")
    done <<<"$ARG_COMMAND"
  fi

  exec taskyard "${arguments[@]}"
}

run_hook pre_install_script "$ARG_PRE_INSTALL_SCRIPT"
run_hook install_script "$ARG_INSTALL_SCRIPT"
workdir="$(in_home "$ARG_WORKDIR")"
mkdir -p "$workdir"
write_files "$HOME" "$ARG_FILES"
write_files "$workdir" "$ARG_PROJECT_FILES"
add_prompts
run_hook post_install_script "$ARG_POST_INSTALL_SCRIPT"
start_session
