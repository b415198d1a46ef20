"""How vendors say no: status, headers and body, as their interfaces document them.

A momentary rate limit names seconds; a usage limit is over hours later, or when somebody
has paid. Most of them are 429.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from taskyard.testing.fake_llm.ask import Dialect, FailureName, Json, uid

__all__ = ["Failure", "fail"]

_MOMENT_SECONDS: Final = 2


@dataclass(frozen=True, slots=True)
class Failure:
    status: int
    body: Json
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


class _Words(NamedTuple):
    status: int
    kind: str
    message: str
    code: str | None = None


def fail(name: FailureName, dialect: Dialect, *, resets_in: float) -> Failure:
    """The answer of the dialect's vendor; a usage limit is over in `resets_in` seconds."""
    return _VENDORS[dialect](name, resets_in)


_ANTHROPIC: Final[Mapping[FailureName, _Words]] = {
    "login": _Words(401, "authentication_error", "invalid x-api-key"),
    "server_error": _Words(500, "api_error", "Internal server error"),
    "overloaded": _Words(529, "overloaded_error", "Overloaded"),
    "rate_limit": _Words(
        429,
        "rate_limit_error",
        "Number of request tokens has exceeded your per-minute rate limit",
    ),
    "usage_limit": _Words(
        429,
        "rate_limit_error",
        "This request would exceed your account's rate limit. Please try again later.",
    ),
    "no_credit": _Words(
        400,
        "invalid_request_error",
        "Your credit balance is too low to access the Anthropic API. Please go to "
        "Plans & Billing to upgrade or purchase credits.",
    ),
    "context": _Words(
        400,
        "invalid_request_error",
        "prompt is too long: 215000 tokens > 200000 maximum",
    ),
}
_OPENAI: Final[Mapping[FailureName, _Words]] = {
    "login": _Words(
        401,
        "invalid_request_error",
        "Incorrect API key provided: x. You can find your API key at "
        "https://platform.openai.com/account/api-keys.",
        "invalid_api_key",
    ),
    "server_error": _Words(
        500,
        "server_error",
        "The server had an error while processing your request. Sorry about that!",
    ),
    "overloaded": _Words(
        503,
        "server_error",
        "The engine is currently overloaded, please try again later",
    ),
    "rate_limit": _Words(
        429,
        "requests",
        "Rate limit reached for gpt-5 on requests per min (RPM): Limit 3, Used 3, "
        f"Requested 1. Please try again in {_MOMENT_SECONDS}s.",
        "rate_limit_exceeded",
    ),
    "usage_limit": _Words(
        429, "usage_limit_reached", "The usage limit has been reached"
    ),
    "no_credit": _Words(
        429,
        "insufficient_quota",
        "You exceeded your current quota, please check your plan and billing details.",
        "insufficient_quota",
    ),
    "context": _Words(
        400,
        "invalid_request_error",
        "Your input exceeds the context window of this model. Please adjust your "
        "input and try again.",
        "context_length_exceeded",
    ),
}
_QUOTA: Final = (
    "You exceeded your current quota, please check your plan and billing details."
)
_GEMINI: Final[Mapping[FailureName, _Words]] = {
    "login": _Words(
        400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key."
    ),
    "server_error": _Words(500, "INTERNAL", "An internal error has occurred."),
    "overloaded": _Words(
        503, "UNAVAILABLE", "The model is overloaded. Please try again later."
    ),
    "rate_limit": _Words(429, "RESOURCE_EXHAUSTED", _QUOTA, "Minute"),
    "usage_limit": _Words(429, "RESOURCE_EXHAUSTED", _QUOTA, "Day"),
    "no_credit": _Words(429, "RESOURCE_EXHAUSTED", _QUOTA, "Day"),
    "context": _Words(
        400,
        "INVALID_ARGUMENT",
        "The input token count (1200000) exceeds the maximum number of tokens allowed "
        "(1048576).",
    ),
}


def _anthropic(name: FailureName, resets_in: float) -> Failure:
    words, request = _ANTHROPIC[name], uid("req_")
    error = {"type": words.kind, "message": words.message}
    headers = {"request-id": request}
    if name == "rate_limit":
        headers["retry-after"] = str(_MOMENT_SECONDS)
    elif name == "usage_limit":
        headers |= _unified(resets_in)
    body = {"type": "error", "error": error, "request_id": request}
    return Failure(words.status, body, headers)


def _unified(resets_in: float) -> dict[str, str]:
    """What Anthropic sends to a subscription whose five hours are used up."""
    at, prefix = str(_at(resets_in)), "anthropic-ratelimit-unified"
    return {
        "retry-after": str(round(resets_in)),
        f"{prefix}-status": "rejected",
        f"{prefix}-reset": at,
        f"{prefix}-representative-claim": "five_hour",
        f"{prefix}-5h-status": "rejected",
        f"{prefix}-5h-reset": at,
        f"{prefix}-5h-utilization": "1.0",
        f"{prefix}-7d-status": "allowed",
        f"{prefix}-7d-reset": str(_at(resets_in + 400_000)),
        f"{prefix}-7d-utilization": "0.4",
        f"{prefix}-overage-status": "rejected",
        f"{prefix}-overage-disabled-reason": "org_level_disabled",
    }


def _openai(name: FailureName, resets_in: float) -> Failure:
    words = _OPENAI[name]
    error: Json = {
        "message": words.message,
        "type": words.kind,
        "param": None,
        "code": words.code,
    }
    headers = {"x-request-id": uid("req_")}
    if name == "rate_limit":
        headers["retry-after"] = str(_MOMENT_SECONDS)
    elif name == "usage_limit":  # what a ChatGPT plan that is used up answers to Codex
        error |= {
            "plan_type": "plus",
            "resets_at": _at(resets_in),
            "resets_in_seconds": round(resets_in),
        }
        headers |= {
            "x-codex-primary-used-percent": "100",
            "x-codex-primary-window-minutes": "300",
            "x-codex-primary-reset-at": str(_at(resets_in)),
        }
    return Failure(words.status, {"error": error}, headers)


def _gemini(name: FailureName, resets_in: float) -> Failure:
    words = _GEMINI[name]
    error: Json = {
        "code": words.status,
        "message": words.message,
        "status": words.kind,
    }
    google = "type.googleapis.com/google.rpc"
    if name == "login":
        reason = {"reason": "API_KEY_INVALID", "domain": "googleapis.com"}
        error["details"] = [{"@type": f"{google}.ErrorInfo", **reason}]
    elif words.code is not None:
        delay = f"{_MOMENT_SECONDS if name == 'rate_limit' else resets_in:g}s"
        violation = {
            "quotaMetric": "generativelanguage.googleapis.com/generate_requests",
            "quotaId": f"GenerateRequestsPer{words.code}PerProjectPerModel",
            "quotaDimensions": {"location": "global", "model": "gemini-2.5-pro"},
            "quotaValue": "100",
        }
        error["details"] = [
            {"@type": f"{google}.QuotaFailure", "violations": [violation]},
            {"@type": f"{google}.RetryInfo", "retryDelay": delay},
        ]
    return Failure(words.status, {"error": error})


_VENDORS: Final[Mapping[Dialect, Callable[[FailureName, float], Failure]]] = {
    "anthropic": _anthropic,
    "chat": _openai,
    "responses": _openai,
    "gemini": _gemini,
}


def _at(seconds: float) -> int:
    """A moment so many seconds from now, as vendors write it."""
    return round(time.time() + seconds)
