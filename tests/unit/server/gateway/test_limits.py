"""What is read from refusals, as vendors word them (`testing.fake_llm.failures`)."""

import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from taskyard.server.gateway.exchange import Header
from taskyard.server.gateway.limits import limit_of
from taskyard.testing.fake_llm.ask import Dialect, FailureName
from taskyard.testing.fake_llm.failures import fail

NOW = datetime.fromtimestamp(time.time(), tz=UTC)
HOURS = timedelta(hours=3)
PROTOCOLS: dict[str, Dialect] = {
    "anthropic": "anthropic",
    "openai": "responses",
    "gemini": "gemini",
}


def _headers(**named: str) -> Sequence[Header]:
    return [(n.replace("_", "-").encode(), v.encode()) for n, v in named.items()]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_usage_limit_is_known_with_its_end(protocol: str) -> None:
    # Not the file's: hours may lie between reading it and running this.
    now = datetime.fromtimestamp(time.time(), tz=UTC)
    refusal = fail("usage_limit", PROTOCOLS[protocol], resets_in=HOURS.total_seconds())
    headers = [(n.encode(), v.encode()) for n, v in refusal.headers.items()]

    limit = limit_of(
        protocol, refusal.status, headers, json.dumps(refusal.body).encode(), now
    )

    assert limit is not None
    assert limit.detail
    assert limit.resets_at is not None
    assert abs(limit.resets_at - now - HOURS) < timedelta(seconds=30)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    "name", ["login", "server_error", "overloaded", "rate_limit", "context"]
)
def test_other_refusals_are_no_usage_limit(protocol: str, name: FailureName) -> None:
    refusal = fail(name, PROTOCOLS[protocol], resets_in=HOURS.total_seconds())
    headers = [(n.encode(), v.encode()) for n, v in refusal.headers.items()]

    limit = limit_of(
        protocol, refusal.status, headers, json.dumps(refusal.body).encode(), NOW
    )

    assert limit is None


def test_an_account_without_credit_is_limited_without_an_end() -> None:
    refusal = fail("no_credit", "chat", resets_in=0)

    limit = limit_of("openai", 429, [], json.dumps(refusal.body).encode(), NOW)

    assert limit is not None
    assert limit.resets_at is None


def test_any_vendor_that_names_a_long_wait_is_believed() -> None:
    limit = limit_of("openai", 429, _headers(retry_after="3600"), b"", NOW)

    assert limit is not None
    assert limit.resets_at == (NOW + timedelta(hours=1)).replace(microsecond=0)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (_headers(retry_after="soon"), b"[" * 100_000),
        (_headers(retry_after="1e300"), b'{"error":{"details":[1,{"violations":2}]}}'),
        (_headers(retry_after="-5"), b'{"error":"usage_limit_reached"}'),
        (_headers(retry_after="nan"), b"\xff\xfe"),
        (_headers(), b'{"error":{"type":[],"code":{"a":1},"details":{}}}'),
    ],
)
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_nonsense_is_no_limit(
    protocol: str, headers: Sequence[Header], body: bytes
) -> None:
    assert limit_of(protocol, 429, headers, body, NOW) is None


def test_a_time_that_cannot_be_meant_leaves_the_end_open() -> None:
    headers = _headers(
        anthropic_ratelimit_unified_status="rejected",
        anthropic_ratelimit_unified_reset="99999999999999",
    )
    body = b'{"error":{"type":"usage_limit_reached","resets_at":1%b}}' % (b"0" * 400)

    for limit in (
        limit_of("anthropic", 429, headers, b"", NOW),
        limit_of("openai", 429, [], body, NOW),
    ):
        assert limit is not None
        assert limit.resets_at is None
