"""What passes the gateway, and what does not."""

import pytest

from taskyard.server.gateway.headers import (
    backward,
    credential_of,
    forward,
    without_key,
)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (b"authorization", b"Bearer the-key"),
        (b"authorization", b"bearer  the-key "),
        (b"x-api-key", b"the-key"),
        (b"x-goog-api-key", b"the-key"),
        (b"api-key", b"the-key"),
    ],
)
def test_a_key_is_found_wherever_a_client_puts_it(name: bytes, value: bytes) -> None:
    assert credential_of([(b"accept", b"*/*"), (name, value)]) == "the-key"


def test_no_key_is_an_empty_one() -> None:
    assert credential_of([(b"authorization", b"Bearer "), (b"accept", b"*/*")]) == ""


def test_no_credential_goes_to_the_vendor() -> None:
    names = [b"authorization", b"x-api-key", b"x-goog-api-key", b"api-key", b"cookie"]

    sent = forward([(name, b"secret") for name in names])

    assert sent == [(b"accept-encoding", b"identity")]


def test_headers_that_the_gateway_does_not_know_are_kept_in_order() -> None:
    headers = [
        (b"anthropic-beta", b"a,b"),
        (b"x-claude-code-session-id", b"1"),
        (b"anthropic-beta", b"c"),
    ]

    assert forward([(b"host", b"here"), *headers])[:-1] == headers


def test_answers_keep_limits_and_lose_cookies() -> None:
    headers = [
        (b"Request-Id", b"r1"),
        (b"anthropic-ratelimit-requests-remaining", b"9"),
        (b"Set-Cookie", b"session=1"),
        (b"Transfer-Encoding", b"chunked"),
    ]

    assert backward(headers) == [
        (b"request-id", b"r1"),
        (b"anthropic-ratelimit-requests-remaining", b"9"),
    ]


def test_a_key_in_the_query_is_taken_off() -> None:
    assert without_key("beta=true&key=secret&x=") == "beta=true&x="
