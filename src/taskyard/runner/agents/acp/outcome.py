"""What became of a turn, from what agents say in fields: never from prose.

Seen with claude-agent-acp 0.101, codex-acp 2.6 and gemini 0.61:

- `-32000`: a login is needed. Claude and Codex send it for HTTP 401, too.
- Claude names the kind in `data.errorKind` (`rate_limit`, `billing_error`, ...), and the
  end of a subscription's limit beside its usage.
- Codex names the kind in `data.codexErrorInfo`. Where it has no kind it ends the turn as
  if all were well, after `threadStatus: systemError` and a message with the reason; while
  it tries again it says so in `codex.error`.
- Gemini gives HTTP's status as the code, and Google's body as the message.
"""

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, Literal, final

from taskyard.kit.shapes import as_list, as_object, as_objects
from taskyard.runner.agents.acp.rpc import RpcError
from taskyard.runner.agents.acp.updates import limit_of

__all__ = ["AUTH_REQUIRED", "Refusal", "TurnWatch", "login_hint", "refusal_of"]

Json = dict[str, Any]

AUTH_REQUIRED: Final = -32000
_LOGIN_CODES: Final = frozenset(
    {AUTH_REQUIRED, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
)
_LOGIN_KINDS: Final = frozenset(
    {
        "authentication_failed",
        "oauth_org_not_allowed",
        "unauthorized",
        "API_KEY_INVALID",
    }
)
#: The agent has tried again by itself for as long as it wanted to.
_LIMIT_KINDS: Final = frozenset({"rate_limit", "billing_error", "usageLimitExceeded"})
_WORDS: Final = 1000


@dataclass(frozen=True, slots=True)
class Refusal:
    kind: Literal["login", "limited", "error"]
    words: str  # for a person


def refusal_of(error: RpcError) -> Refusal:
    """Why a request was answered with an error."""
    data = as_object(error.data)
    inner = _inner(error.message)
    words = str(data.get("message") or inner.get("message") or error.message)
    words = words.removeprefix("Internal error: ").strip() or "the agent gave no reason"
    kinds = {str(data.get("errorKind")), str(data.get("codexErrorInfo"))}
    kinds |= {str(detail.get("reason")) for detail in as_objects(inner.get("details"))}
    return Refusal(_kind(error.code, kinds), words[:_WORDS])


def login_hint(methods: Sequence[Json]) -> str:
    """How to log in: in a terminal where the agent says by what command, else by name."""
    for method in methods:
        by_terminal = as_object(as_object(method.get("_meta")).get("terminal-auth"))
        if command := by_terminal.get("command"):
            words = [command, *as_list(by_terminal.get("args"))]
            return f"Run in the task's terminal: {shlex.join(map(str, words))}"
    names = [str(method.get("name") or method.get("id")) for method in methods]
    return f"It offers: {', '.join(names)}" if names else ""


def _kind(code: int, kinds: set[str]) -> Literal["login", "limited", "error"]:
    if code in _LOGIN_CODES or kinds & _LOGIN_KINDS:
        return "login"
    if code == HTTPStatus.TOO_MANY_REQUESTS or kinds & _LIMIT_KINDS:
        return "limited"
    return "error"


def _inner(message: str) -> Json:
    """The error of a vendor's body that was made the message."""
    if not message.startswith("{"):
        return {}
    try:
        return as_object(as_object(json.loads(message)).get("error"))
    except (ValueError, RecursionError):
        return {}


@final
class TurnWatch:
    """Sees the updates of one turn.

    `resets_at` is the end of the limit that was met (RFC 3339; empty = unknown), None
    without one. `trouble` says what went wrong in a turn that claims to have ended well.
    `retrying` is what the agent waits for now.
    """

    def __init__(self) -> None:
        self.resets_at: str | None = None
        self.retrying = ""
        self._failed = False
        self._last_words = ""
        self._is_open = False  # the last message still grows

    def see(self, update: Mapping[str, Any]) -> None:
        """Take in a `session/update`."""
        limit = limit_of(update)
        self.resets_at = self.resets_at if limit is None else limit
        kind = update.get("sessionUpdate")
        if kind == "agent_message_chunk":
            text = str(as_object(update.get("content")).get("text") or "")
            self._last_words = (self._last_words if self._is_open else "") + text
            self._is_open = True
            self.retrying = ""
            return
        self._is_open = False
        codex = as_object(as_object(update.get("_meta")).get("codex"))
        if as_object(codex.get("threadStatus")).get("type") == "systemError":
            self._failed = True
        if error := as_object(codex.get("error")):
            words = (error.get("message"), error.get("additionalDetails"))
            self.retrying = ": ".join(str(w) for w in words if w)[:_WORDS]

    @property
    def trouble(self) -> str:
        if not self._failed:
            return ""
        said = self._last_words.strip() or self.retrying or "the agent gave no reason"
        return (_inner(said).get("message") or said)[:_WORDS]
