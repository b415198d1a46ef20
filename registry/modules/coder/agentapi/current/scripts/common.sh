# Start of both scripts; main.tf puts the ARG_* variables in front of it.
set -o errexit -o nounset -o pipefail

module_dir="$HOME/$ARG_MODULE_DIR_NAME"
scripts_dir="$module_dir/scripts"
mkdir -p "$scripts_dir"

# ~ and $HOME in a path that was written by a template author.
in_home() {
  local path="$1"
  path="${path/#\~/$HOME}"
  printf %s "${path//\$HOME/$HOME}"
}

pid_file="$(in_home "${ARG_PID_FILE:-$module_dir/agentapi.pid}")"
state_file="$(in_home "${ARG_STATE_FILE:-$module_dir/agentapi-state.json}")"

say() { printf 'agentapi: %s\n' "$*"; }

fail() {
  say "$*" >&2
  exit 1
}

is_blank() { [[ -z "${1//[[:space:]]/}" ]]; }

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
