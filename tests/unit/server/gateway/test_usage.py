"""Tokens are read from copies of answers, however they are cut."""

import json

import pytest

from taskyard.server.gateway.usage import AnthropicTap, Usage

STREAM = (
    b'event: message_start\ndata: {"type":"message_start","message":{"model":"claude-x",'
    b'"usage":{"input_tokens":12,"cache_read_input_tokens":100,'
    b'"cache_creation_input_tokens":7,"output_tokens":1}}}\n\n'
    b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,'
    b'"delta":{"type":"text_delta","text":"\xc3\xa4 \\"usage\\": 5"}}\n\n'
    b'event: message_delta\ndata: {"type":"message_delta","delta":{},'
    b'"usage":{"output_tokens":42}}\n\n'
    b'event: message_stop\ndata: {"type":"message_stop"}\n\n'
)
EXACT = Usage(
    model="claude-x",
    input_tokens=12,
    cache_read_tokens=100,
    cache_write_tokens=7,
    output_tokens=42,
    exact=True,
)


def _tapped(data: bytes, size: int) -> Usage | None:
    tap = AnthropicTap()
    for start in range(0, len(data), size):
        tap.feed(data[start : start + size])
    return tap.result()


@pytest.mark.parametrize("size", [1, 7, 100, 10_000])
def test_a_stream_is_read_however_it_is_cut(size: int) -> None:
    assert _tapped(STREAM, size) == EXACT


def test_a_stream_that_broke_off_is_not_exact() -> None:
    cut = STREAM[: STREAM.index(b"event: message_delta")]

    found = _tapped(cut, 50)

    assert found is not None
    assert (found.input_tokens, found.output_tokens, found.exact) == (12, 1, False)


def test_a_whole_message_is_read_at_its_end() -> None:
    message = {
        "type": "message",
        "model": "claude-x",
        "usage": {
            "input_tokens": 12,
            "cache_read_input_tokens": 100,
            "cache_creation_input_tokens": 7,
            "output_tokens": 42,
            "service_tier": "standard",
        },
    }

    assert _tapped(json.dumps(message).encode(), 9) == EXACT


@pytest.mark.parametrize("data", [b"", b"data: nonsense\n\n", b"{not json", b'{"a":1}'])
def test_an_answer_without_usage_has_none(data: bytes) -> None:
    assert _tapped(data, 5) is None
