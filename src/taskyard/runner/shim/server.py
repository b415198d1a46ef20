"""Ask the Taskyard server, with the workspace's own token, from a command."""

import json
import os
import urllib.error
import urllib.parse
import urllib.request
from typing import Any, Final

from taskyard.kit.shapes import as_object
from taskyard.runner.shim.call import CallFailed

__all__ = ["get"]

REQUEST_SECONDS: Final = 30.0


def get(path: str, query: dict[str, str]) -> dict[str, Any]:
    """GET `/api/v2/workspaceagents/me/{path}`. Raises `CallFailed`."""
    url = os.environ.get("CODER_AGENT_URL", "").rstrip("/")
    token = os.environ.get("CODER_AGENT_TOKEN", "")
    if not url.startswith(("http://", "https://")) or not token:
        raise CallFailed(
            "CODER_AGENT_URL and CODER_AGENT_TOKEN must be set; is this a workspace?"
        )
    request = urllib.request.Request(  # noqa: S310 - http(s), see above
        f"{url}/api/v2/workspaceagents/me/{path}?{urllib.parse.urlencode(query)}",
        headers={"Coder-Session-Token": token},
    )
    try:
        with urllib.request.urlopen(request, timeout=REQUEST_SECONDS) as answer:  # noqa: S310 - see above
            return as_object(json.load(answer))
    except urllib.error.HTTPError as exc:
        raise CallFailed(f"the server answered {exc.code}: {_message(exc)}") from exc
    except (OSError, ValueError) as exc:
        raise CallFailed(f"the server cannot be reached at {url}: {exc}") from exc


def _message(exc: urllib.error.HTTPError) -> str:
    body = exc.read(4000)
    try:
        answer = as_object(json.loads(body))
    except ValueError:
        return body.decode("utf-8", "replace")
    return " ".join(str(answer[n]) for n in ("message", "detail") if answer.get(n))
