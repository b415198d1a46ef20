#!/bin/sh
# Start the Taskyard runner in this workspace: find a Python, fetch the runner, become it.
# The server puts its own address and the kind of token in; the rest is plain POSIX shell.

SERVER="${ACCESS_URL}"
export CODER_AGENT_AUTH="${AUTH_TYPE}"
: "${CODER_AGENT_URL:=${SERVER%/}}"
export CODER_AGENT_URL

say() { echo "taskyard: $*" >&2; }

# Kept for someone to look at, as long as the token could still be of use.
give_up() {
    say "$*"
    say "the workspace cannot be reached until this is put right; waiting for inspection"
    sleep 86400 &
    waiting=$!
    trap 'kill "$waiting" 2>/dev/null; exit 1' TERM INT HUP
    wait "$waiting"
    exit 1
}

find_python() {
    for candidate in /opt/taskyard/python/bin/python3 \
        python3.13 python3.12 python3.11 python3 python3.14 python3.15; do
        found=$(command -v "$candidate" 2>/dev/null) || continue
        if "$found" -I -S -c 'import sys, sqlite3, ssl; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            PYTHON=$found
            return 0
        fi
    done
    return 1
}

# Any of three ways; none may leave half a file.
download() {
    if command -v curl >/dev/null 2>&1; then
        curl -fsSL --connect-timeout 15 --max-time 120 "$1" -o "$2" && return 0
    fi
    if command -v wget >/dev/null 2>&1; then
        wget -q -T 60 -O "$2" "$1" && return 0
    fi
    "$PYTHON" -I -S -c '
import sys, urllib.request
with urllib.request.urlopen(sys.argv[1], timeout=60) as answer, open(sys.argv[2], "wb") as out:
    out.write(answer.read())
' "$1" "$2"
}

is_runner() {
    "$PYTHON" -I -S -c '
import sys, zipfile
sys.exit(not zipfile.is_zipfile(sys.argv[1]) or zipfile.ZipFile(sys.argv[1]).testzip() is not None)
' "$1" 2>/dev/null
}

[ -n "$CODER_AGENT_TOKEN" ] || give_up "CODER_AGENT_TOKEN is not set: the template must pass the agent's token to the workspace"
find_python || give_up "there is no Python 3.11 or newer in this workspace; install python3 in the image, or mount one at /opt/taskyard/python"

FOLDER=$(mktemp -d "${TMPDIR:-/tmp}/taskyard.XXXXXX") || give_up "cannot make a temporary folder in ${TMPDIR:-/tmp}"
RUNNER="$FOLDER/taskyard-runner.pyz"
pause=1
tries=0
until download "${SERVER}bin/taskyard-runner.pyz" "$RUNNER" && is_runner "$RUNNER"; do
    tries=$((tries + 1))
    say "cannot fetch the runner from ${SERVER}bin/taskyard-runner.pyz (try $tries); again in $pause s"
    sleep "$pause"
    [ "$pause" -ge 30 ] || pause=$((pause * 2))
done

exec "$PYTHON" -I -S "$RUNNER" run
