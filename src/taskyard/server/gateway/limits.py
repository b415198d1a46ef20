"""What a vendor's refusal says about a usage limit: that it is reached, and until when.

Only headers and fields count, never prose. A rate limit of seconds is none: agents wait
for those by themselves.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

from taskyard.kit.shapes import as_object, as_objects, parsed
from taskyard.server.gateway.exchange import Header

__all__ = ["MAX_KEPT", "Limit", "limit_of"]

#: Of a refusal's body, as much is looked at.
MAX_KEPT: Final = 64 * 1024
#: A shorter wait is an agent's own business.
_WORTH_TELLING: Final = timedelta(minutes=2)
#: Longer than any plan's period: a vendor's clock or unit is wrong.
_LONGEST: Final = timedelta(days=40)

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    detail: str  # a sentence for a person
    resets_at: datetime | None  # None: the vendor does not say


@dataclass(frozen=True, slots=True)
class _Refusal:
    headers: Mapping[str, str]
    error: Json
    now: datetime

    def at(self, seconds: object) -> datetime | None:
        """Seconds since 1970; None for what cannot be meant."""
        number = _number(seconds)
        if number is None:
            return None
        return self._sane(number - self.now.timestamp())

    def after(self, seconds: object) -> datetime | None:
        """So many seconds from now."""
        number = _number(seconds)
        return None if number is None else self._sane(number)

    def _sane(self, seconds: float) -> datetime | None:
        if not 0 <= seconds <= _LONGEST.total_seconds():
            return None
        return (self.now + timedelta(seconds=seconds)).replace(microsecond=0)


def limit_of(
    protocol: str,
    status: int,
    headers: Sequence[Header],
    body: bytes | bytearray,
    now: datetime,
) -> Limit | None:
    """None when nothing says that a usage limit is reached."""
    read = _READERS.get(protocol)
    if status != HTTPStatus.TOO_MANY_REQUESTS or read is None:
        return None
    named = {n.decode("latin-1").lower(): v.decode("latin-1") for n, v in headers}
    refusal = _Refusal(named, _error_of(body), now.astimezone(UTC))
    found = read(refusal)
    if found is not None:
        return found
    until = refusal.after(named.get("retry-after"))
    if until is None or until - refusal.now < _WORTH_TELLING:
        return None
    return Limit(detail="The vendor takes no more requests for now.", resets_at=until)


def _error_of(body: bytes | bytearray) -> Json:
    document = parsed(body)
    whole = as_objects(document) or [as_object(document)]  # Google's streams are lists
    return as_object(whole[0].get("error"))


_CLAIMS: Final[Mapping[str, str]] = {
    "five_hour": "five hours",
    "seven_day": "seven days",
    "seven_day_opus": "seven days for the largest models",
    "seven_day_sonnet": "seven days for the middle models",
}


def _anthropic(refusal: _Refusal) -> Limit | None:
    prefix = "anthropic-ratelimit-unified"
    if refusal.headers.get(f"{prefix}-status") != "rejected":
        return None
    claim = refusal.headers.get(f"{prefix}-representative-claim", "")
    period = f" of {_CLAIMS[claim]}" if claim in _CLAIMS else ""
    return Limit(
        detail=f"Anthropic's usage limit{period} is reached.",
        resets_at=refusal.at(refusal.headers.get(f"{prefix}-reset")),
    )


def _openai(refusal: _Refusal) -> Limit | None:
    kinds = [refusal.error.get("type"), refusal.error.get("code")]
    if "insufficient_quota" in kinds:
        return Limit(
            detail="The OpenAI account has no credit left, or its monthly budget is "
            "used up.",
            resets_at=None,
        )
    if "usage_limit_reached" not in kinds:
        return None
    error = refusal.error
    return Limit(
        detail="The usage limit of the OpenAI plan is reached.",
        resets_at=refusal.at(error.get("resets_at"))
        or refusal.after(error.get("resets_in_seconds")),
    )


def _gemini(refusal: _Refusal) -> Limit | None:
    """A quota a day; that of a minute is an agent's own business."""
    details = as_objects(refusal.error.get("details"))
    quotas = [
        str(violation.get("quotaId", ""))
        for detail in details
        for violation in as_objects(detail.get("violations"))
    ]
    if not any("PerDay" in quota for quota in quotas):
        return None
    delays = [str(d["retryDelay"]) for d in details if d.get("retryDelay")]
    until = refusal.after(delays[0].removesuffix("s")) if delays else None
    # Beside the quota of a day Google may name the seconds of a minute's.
    known = until is not None and until - refusal.now >= _WORTH_TELLING
    return Limit(
        detail="Google's quota for a day is used up.",
        resets_at=until if known else None,
    )


_READERS: Final[Mapping[str, Callable[[_Refusal], Limit | None]]] = {
    "anthropic": _anthropic,
    "openai": _openai,
    "gemini": _gemini,
}


def _number(value: object) -> float | None:
    if not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None
