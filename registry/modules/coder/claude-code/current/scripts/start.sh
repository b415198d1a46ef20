# Body of the start script; main.tf puts the ARG_* variables in front of it.
set -o errexit -o nounset -o pipefail

module_dir="$HOME/.claude-module"
mkdir -p "$module_dir"
chmod 700 "$module_dir"

say() { printf 'claude-code: %s\n' "$*"; }

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

python() {
  local candidate
  for candidate in /opt/taskyard/python/bin/python3 "$(command -v python3 || true)"; do
    if [[ -n "$candidate" && -x "$candidate" ]]; then
      "$candidate" "$@"
      return
    fi
  done

  fail "python3 is missing in this workspace"
}

# One package at one exact version, in a folder that appears only when it is complete.
npm_install() {
  local package="$1" target="$2" work="$2.partial.$$"
  command -v npm >/dev/null ||
    fail "npm is missing. Run 'taskyard agents install claude-code' on the host, or add Node.js to the workspace."

  say "installing $package (once for this home)"
  mkdir -p "$(dirname "$target")"
  rm -rf "$work"
  npm install --prefix "$work" --no-audit --no-fund --loglevel=error "$package" ||
    { rm -rf "$work"; fail "npm could not install $package. Run 'taskyard agents install claude-code' on the host, or let the template's egress rules reach the npm registry."; }
  mv "$work" "$target"
}

# The adapter speaks ACP and brings a Claude Code along.
ADAPTER='@agentclientprotocol/claude-agent-acp'
ADAPTER_VERSION='0.101.0'

OWN_AGENTS="$HOME/.taskyard/agents"

is_shared() { compgen -G '/opt/taskyard/agents/claude-code/*/node_modules/.bin/claude-agent-acp' >/dev/null; }

ensure_agent() {
  local target="$OWN_AGENTS/claude-code/$ADAPTER_VERSION"
  if ! is_shared && [[ ! -d "$target" ]]; then
    npm_install "$ADAPTER@$ADAPTER_VERSION" "$target"
  fi
}

# A Claude Code of one's own instead of the one the adapter brings; empty = that one.
own_claude() {
  if [[ "$ARG_INSTALL" != true ]]; then
    local binary
    binary="$(in_home "$ARG_BINARY_PATH")/claude"
    if [[ -x "$binary" ]]; then
      printf %s "$binary"
    elif [[ "$ARG_BINARY_PATH" != '$HOME/.local/bin' ]]; then
      fail "install_claude_code is false and there is no executable $binary"
    fi
    return 0
  fi

  if [[ "$ARG_VERSION" =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]]; then
    local target="$HOME/.taskyard/claude-code-cli/$ARG_VERSION"
    if [[ ! -d "$target" ]]; then
      npm_install "@anthropic-ai/claude-code@$ARG_VERSION" "$target" >&2
    fi
    printf %s "$target/node_modules/.bin/claude"
  fi
}

write_settings() {
  printf '%s\n' "$ARG_MERGE_SETTINGS" >"$module_dir/merge_settings.py"
  printf %s "$ARG_MCP" >"$module_dir/mcp.json"
  printf '%s\n' "$ARG_MCP_REMOTE" >"$module_dir/mcp-urls.txt"
  python "$module_dir/merge_settings.py" \
    --settings "$HOME/.claude/settings.json" \
    --allow "$ARG_ALLOWED_TOOLS" --deny "$ARG_DISALLOWED_TOOLS" \
    --mcp "$module_dir/mcp.json" --mcp-urls "$module_dir/mcp-urls.txt" \
    --mcp-output "$module_dir/mcp-servers.json"
}

start_session() {
  local workdir claude
  workdir="$(in_home "$ARG_WORKDIR")"
  mkdir -p "$workdir"
  claude="$(own_claude)"

  local arguments=(
    session start --agent claude-code --key "$ARG_SLUG" --driver acp
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
  if [[ -s "$module_dir/mcp-servers.json" ]]; then
    arguments+=(--mcp-config-file "$module_dir/mcp-servers.json")
  fi
  [[ -z "$ARG_MODEL" ]] || arguments+=(--model "$ARG_MODEL")
  [[ -z "$ARG_PERMISSION_POLICY" ]] || arguments+=(--permission-policy "$ARG_PERMISSION_POLICY")
  [[ -z "$ARG_RESUME_SESSION_ID" ]] || arguments+=(--resume-id "$ARG_RESUME_SESSION_ID")
  [[ "$ARG_CONTINUE" == true ]] || arguments+=(--fresh)
  [[ "$ARG_REPORT_TASKS" == true ]] || arguments+=(--no-report)
  is_shared || arguments+=(--env "TASKYARD_AGENTS_DIR=$OWN_AGENTS")
  [[ -z "$claude" ]] || arguments+=(--env "CLAUDE_CODE_EXECUTABLE=$claude")
  local line
  while IFS= read -r line; do
    [[ -z "$line" ]] || arguments+=(--env "$line")
  done <<<"$ARG_ENVIRONMENT"

  exec taskyard "${arguments[@]}"
}

run_hook pre_install_script "$ARG_PRE_INSTALL_SCRIPT"
ensure_agent
run_hook post_install_script "$ARG_POST_INSTALL_SCRIPT"
write_settings
start_session
