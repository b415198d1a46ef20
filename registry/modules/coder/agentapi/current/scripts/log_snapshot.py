"""Send the end of the conversation to the server, for reading while the task is paused.

Standard library only: runs inside the workspace, from the stop script.
"""

import argparse
import json
import os
import sys
import urllib.error
import urllib.request
from typing import Any

LAST_MESSAGES = 10
MAX_BYTES = 64 * 1024
#: What is kept of the newest message when it alone is too long.
KEPT_BYTES = 56 * 1024
TIMEOUT_SECONDS = 10

# The server and the agent are on loopback; a proxy in the environment is for the world.
urllib.request.install_opener(
    urllib.request.build_opener(urllib.request.ProxyHandler({}))
)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--task", required=True)
    options = parser.parse_args()

    with urllib.request.urlopen(
        f"http://127.0.0.1:{options.port}/messages", timeout=TIMEOUT_SECONDS
    ) as answer:
        messages = json.load(answer)["messages"]

    send(options.task, shortened(messages[-LAST_MESSAGES:]))


def shortened(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Drop the oldest until the rest fits; cut the last one when it alone does not."""
    while len(messages) > 1 and size(messages) > MAX_BYTES:
        messages = messages[1:]

    if messages and size(messages) > MAX_BYTES:
        text = str(messages[0].get("content", messages[0].get("message", "")))
        tail = text.encode()[-KEPT_BYTES:].decode(errors="ignore")
        messages = [
            {
                **messages[0],
                "content": f"[...content truncated, showing last 56KB...]\n{tail}",
            }
        ]
    return messages


def size(messages: list[dict[str, Any]]) -> int:
    return len(json.dumps({"messages": messages}).encode())


def send(task: str, messages: list[dict[str, Any]]) -> None:
    url = os.environ["CODER_AGENT_URL"].rstrip("/")
    request = urllib.request.Request(  # noqa: S310 - the server's own address
        f"{url}/api/v2/workspaceagents/me/tasks/{task}/log-snapshot?format=agentapi",
        data=json.dumps({"messages": messages}).encode(),
        headers={
            "Content-Type": "application/json",
            "Coder-Session-Token": os.environ["CODER_AGENT_TOKEN"],
        },
        method="POST",
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS):  # noqa: S310 - as above
            return
    except urllib.error.HTTPError as error:
        if error.code != 404:  # noqa: PLR2004 - a server that knows no snapshots
            sys.exit(f"agentapi: the server refused the snapshot: {error}")


if __name__ == "__main__":
    main()
