
run_step() {
  local name="$1" body="$2" file="$scripts_dir/$1.sh"
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

# Unmodified modules call `agentapi`: ours is a part of the runner.
provide_command() {
  if command -v agentapi >/dev/null; then
    return 0
  fi

  mkdir -p "$HOME/.local/bin"
  printf '#!/bin/sh\nexec taskyard agentapi "$@"\n' >"$HOME/.local/bin/agentapi"
  chmod 755 "$HOME/.local/bin/agentapi"
  export PATH="$HOME/.local/bin:$PATH"
}

answers() {
  python - "$ARG_PORT" <<'PYTHON'
import sys
import urllib.request

urllib.request.install_opener(urllib.request.build_opener(urllib.request.ProxyHandler({})))
try:
    with urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/status", timeout=1):
        sys.exit(0)
except OSError:
    sys.exit(1)
PYTHON
}

# Ready = three answers in a row, as one may still come from a server that is going down.
wait_until_ready() {
  local attempt good=0
  for ((attempt = 0; attempt < 150; attempt++)); do
    if answers; then
      good=$((good + 1))
      [[ $good -lt 3 ]] || return 0
    else
      good=0
      kill -0 "$1" 2>/dev/null ||
        fail "the agent ended while it started; the end of $module_dir/agentapi-start.log: $(tail -n 20 "$module_dir/agentapi-start.log")"
    fi
    sleep 0.1
  done

  fail "no answer on port $ARG_PORT after 15 s; see $module_dir/agentapi-start.log"
}

run_step pre_install "$ARG_PRE_INSTALL_SCRIPT"
run_step install "$ARG_INSTALL_SCRIPT"
provide_command
run_step post_install "$ARG_POST_INSTALL_SCRIPT"

workdir="$(in_home "$ARG_WORKDIR")"
mkdir -p "$workdir"
cd "$workdir"

export AGENTAPI_ALLOWED_HOSTS='*'
export AGENTAPI_PID_FILE="$pid_file"
if [[ -n "$ARG_CHAT_BASE_PATH" ]]; then
  export AGENTAPI_CHAT_BASE_PATH="$ARG_CHAT_BASE_PATH"
fi
if [[ "$ARG_STATE" == true ]]; then
  export AGENTAPI_STATE_FILE="$state_file" AGENTAPI_SAVE_STATE=true AGENTAPI_LOAD_STATE=true
fi

printf '%s\n' "$ARG_START_SCRIPT" >"$scripts_dir/agentapi-start.sh"
chmod 700 "$scripts_dir/agentapi-start.sh"
nohup "$scripts_dir/agentapi-start.sh" true "$ARG_PORT" \
  >"$module_dir/agentapi-start.log" 2>&1 </dev/null &
wait_until_ready $!
say "ready on port $ARG_PORT"
