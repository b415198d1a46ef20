
pid=""
if [[ -s "$pid_file" ]]; then
  pid="$(<"$pid_file")"
fi

# Save first: what follows may take longer than the stop is allowed to.
if [[ "$ARG_STATE" == true && "$pid" =~ ^[0-9]+$ ]]; then
  kill -USR1 "$pid" 2>/dev/null || true
fi

if [[ "$ARG_TASK_LOG_SNAPSHOT" == true && -n "$ARG_TASK_ID" ]]; then
  printf '%s\n' "$ARG_LOG_SNAPSHOT_PROGRAM" >"$scripts_dir/log_snapshot.py"
  python "$scripts_dir/log_snapshot.py" --port "$ARG_PORT" --task "$ARG_TASK_ID" ||
    say "the conversation's end could not be saved" >&2
fi

if [[ ! "$pid" =~ ^[0-9]+$ ]]; then
  say "nothing to stop"
  exit 0
fi

kill -TERM "$pid" 2>/dev/null || exit 0
for ((attempt = 0; attempt < 100; attempt++)); do
  kill -0 "$pid" 2>/dev/null || exit 0
  sleep 0.1
done

fail "process $pid did not end within 10 s"
