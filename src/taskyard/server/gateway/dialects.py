"""The vendors' protocols, as far as they differ for a gateway that forwards bytes."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, Literal

from taskyard.kit.shapes import as_object, parsed
from taskyard.server.gateway.exchange import Outgoing, Refused
from taskyard.server.gateway.taps import GeminiTap, OpenAiTap
from taskyard.server.gateway.usage import AnthropicTap, Tap

__all__ = ["DIALECTS", "Dialect", "DialectName"]

DialectName = Literal["anthropic", "openai", "gemini"]
Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """`routes` and `billed` match "METHOD path", the path below `prefix` as it was sent.

    The routes are all that agents need: files, batches and administration of the
    vendor's account are not for workspaces.
    """

    name: DialectName
    prefix: str  # where the gateway serves it; below it are the vendor's own paths
    routes: re.Pattern[str]
    billed: re.Pattern[str]
    greetings: frozenset[str] = frozenset()  # paths that only ask who is there
    tap: Callable[[], Tap]
    credential: Callable[[str], tuple[str, str]]  # the header that carries a key
    error: Callable[[Refused], Json]
    edit: Callable[[Outgoing], bytes]  # the body as it is forwarded
    key_setting: str  # what the administrator sets, as environment variables
    url_setting: str

    def takes(self, request: Outgoing) -> bool:
        return self.routes.fullmatch(f"{request.method} {request.path}") is not None

    def bills(self, request: Outgoing) -> bool:
        return self.billed.fullmatch(f"{request.method} {request.path}") is not None


def _untouched(request: Outgoing) -> bytes:
    return request.body


#: More are no conversation, and would hold the event loop up for seconds.
_MAX_SEPARATORS: Final = 1_000_000


def _with_usage(request: Outgoing) -> bytes:
    """Chat Completions say what a stream used only when asked to.

    The one edit the gateway makes, and it leaves every other byte where it was.
    """
    if request.path != "chat/completions" or b'"stream"' not in request.body:
        return request.body
    if sum(map(request.body.count, (b"{", b"[", b","))) > _MAX_SEPARATORS:
        return request.body
    body = as_object(parsed(request.body))
    if "stream_options" in body or not body.get("stream"):
        return request.body
    head, _, rest = request.body.partition(b"{")
    return head + b'{"stream_options":{"include_usage":true},' + rest


def _anthropic_error(refused: Refused) -> Json:
    error = {"type": refused.kind, "message": refused.message}
    return {"type": "error", "error": error}


def _openai_error(refused: Refused) -> Json:
    # `insufficient_quota` and 429 would make Codex put a text of its own for ours.
    return {
        "error": {
            "message": refused.message,
            "type": "invalid_request_error",
            "param": None,
            "code": refused.kind,
        }
    }


_GOOGLE_STATUS: Final[Mapping[int, str]] = {
    HTTPStatus.BAD_REQUEST: "INVALID_ARGUMENT",
    HTTPStatus.UNAUTHORIZED: "UNAUTHENTICATED",
    HTTPStatus.FORBIDDEN: "PERMISSION_DENIED",
    HTTPStatus.NOT_FOUND: "NOT_FOUND",
    HTTPStatus.TOO_MANY_REQUESTS: "RESOURCE_EXHAUSTED",
    HTTPStatus.BAD_GATEWAY: "UNAVAILABLE",
}


def _gemini_error(refused: Refused) -> Json:
    return {
        "error": {
            "code": int(refused.status),
            "message": refused.message,
            "status": _GOOGLE_STATUS.get(refused.status, "FAILED_PRECONDITION"),
        }
    }


_GEMINI_CALL: Final = r"POST v1(?:beta)?/models/[\w.-]+(?::|%3A)"

DIALECTS: Final[Mapping[DialectName, Dialect]] = {
    dialect.name: dialect
    for dialect in (
        Dialect(
            name="anthropic",
            prefix="/gateway/anthropic",
            routes=re.compile(
                r"POST v1/messages(?:/count_tokens)?|GET v1/models(?:/[\w.-]+)?"
            ),
            billed=re.compile("POST v1/messages"),
            greetings=frozenset({"", "api/hello"}),
            tap=AnthropicTap,
            credential=lambda key: ("x-api-key", key),
            error=_anthropic_error,
            edit=_untouched,
            key_setting="ANTHROPIC_API_KEY",
            url_setting="TASKYARD_ANTHROPIC_BASE_URL",
        ),
        Dialect(
            name="openai",
            prefix="/gateway/openai/v1",
            routes=re.compile(
                r"POST (?:responses(?:/compact)?|chat/completions|embeddings)"
                r"|GET models(?:/[\w.:-]+)?"
            ),
            billed=re.compile("POST (?:responses(?:/compact)?|chat/completions)"),
            greetings=frozenset({""}),
            tap=OpenAiTap,
            credential=lambda key: ("authorization", f"Bearer {key}"),
            error=_openai_error,
            edit=_with_usage,
            key_setting="OPENAI_API_KEY",
            url_setting="TASKYARD_OPENAI_BASE_URL",
        ),
        Dialect(
            name="gemini",
            prefix="/gateway/gemini",
            routes=re.compile(
                _GEMINI_CALL
                + r"(?:generateContent|streamGenerateContent|countTokens|embedContent)"
                + r"|GET v1(?:beta)?/models(?:/[\w.-]+)?"
            ),
            billed=re.compile(
                _GEMINI_CALL + r"(?:generateContent|streamGenerateContent)"
            ),
            greetings=frozenset({""}),
            tap=GeminiTap,
            credential=lambda key: ("x-goog-api-key", key),
            error=_gemini_error,
            edit=_untouched,
            key_setting="GEMINI_API_KEY",
            url_setting="TASKYARD_GEMINI_BASE_URL",
        ),
    )
}
