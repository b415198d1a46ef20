"""What an agent says of its work through the report tool."""

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any, Final, final

from taskyard.runner.agents.sessions import Sessions
from taskyard.runner.control import ControlError

__all__ = ["STATES", "SUMMARY_CHARACTERS", "Reports"]

STATES: Final = ("working", "idle", "complete", "failure")
SUMMARY_CHARACTERS: Final = 160
REQUEST_SECONDS: Final = 10.0


@final
class Reports:
    """A report belongs to a session's log; an agent that is not ours reports by HTTP.

    The latter is an agent that a genuine module started without `session start`: its
    report becomes the status of the app it names.
    """

    def __init__(self, sessions: Sessions, *, url: str, token: str) -> None:
        self._sessions = sessions
        self._url = url.rstrip("/")
        self._token = token

    async def report(self, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """Take `{key, state, summary, link}`. Raises `ControlError` with what is wrong."""
        state, summary = str(params.get("state")), str(params.get("summary") or "")
        link, key = str(params.get("link") or ""), str(params.get("key") or "")
        if state not in STATES:
            raise ControlError(f"state must be one of {', '.join(STATES)}")
        if len(summary) > SUMMARY_CHARACTERS:
            raise ControlError("summary must be less than 160 characters")
        session = self._sessions.of_key(key)
        if session is not None:
            session.report(state, summary, link)
        elif key:
            body = {"app_slug": key, "state": state, "message": summary, "uri": link}
            await asyncio.to_thread(self._patch, body)
        else:
            raise ControlError(
                "no session runs here, and CODER_MCP_APP_STATUS_SLUG is not set"
            )
        return {}

    def _patch(self, body: Mapping[str, str]) -> None:
        request = urllib.request.Request(  # noqa: S310 - the server's own address
            f"{self._url}/api/v2/workspaceagents/me/app-status",
            data=json.dumps(body).encode(),
            method="PATCH",
            headers={
                "Coder-Session-Token": self._token,
                "Content-Type": "application/json",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=REQUEST_SECONDS):  # noqa: S310 - see above
                return
        except urllib.error.HTTPError as exc:
            detail = exc.read(2000).decode("utf-8", "replace")
            raise ControlError(f"the server refused the report: {detail}") from exc
        except OSError as exc:
            raise ControlError(f"the server cannot be reached: {exc}") from exc
