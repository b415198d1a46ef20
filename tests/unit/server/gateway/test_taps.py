"""What the protocols of OpenAI and Google say was used."""

import json

import pytest

from taskyard.server.gateway.taps import GeminiTap, OpenAiTap
from taskyard.server.gateway.usage import Tap, Usage


def _read(tap: Tap, data: bytes, size: int) -> Usage | None:
    for start in range(0, len(data), size):
        tap.feed(data[start : start + size])
    return tap.result()


@pytest.mark.parametrize("size", [1, 9, 5000])
def test_a_chat_names_its_usage_in_the_last_chunk(size: int) -> None:
    stream = (
        b'data: {"model":"m","choices":[{}],"usage":null}\n\n'
        b'data: {"model":"m","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":4,'
        b'"prompt_tokens_details":{"cached_tokens":8}}}\n\ndata: [DONE]\n\n'
    )

    assert _read(OpenAiTap(), stream, size) == Usage(
        model="m",
        protocol="openai",
        input_tokens=1,
        cache_read_tokens=8,
        output_tokens=4,
    )


def test_a_whole_response_is_read() -> None:
    body = {"model": "m", "usage": {"input_tokens": 2, "output_tokens": 3}}

    assert _read(OpenAiTap(), json.dumps(body).encode(), 7) == Usage(
        model="m", protocol="openai", input_tokens=2, output_tokens=3
    )


def test_a_chat_that_broke_off_names_nothing() -> None:
    assert _read(OpenAiTap(), b'data: {"usage":null}\n\n', 50) is None


def test_gemini_repeats_its_counts_and_the_last_ones_win() -> None:
    chunks = [
        {"usageMetadata": {"promptTokenCount": 5, "candidatesTokenCount": 1}},
        {
            "candidates": [{"finishReason": "STOP"}],
            "modelVersion": "g",
            "usageMetadata": {"promptTokenCount": 5, "candidatesTokenCount": 8},
        },
    ]

    found = _read(GeminiTap(), json.dumps(chunks).encode(), 10)

    assert found == Usage(
        model="g", protocol="gemini", input_tokens=5, output_tokens=8, exact=True
    )


def test_gemini_cut_off_is_a_lower_bound() -> None:
    found = _read(
        GeminiTap(), b'data: {"usageMetadata":{"promptTokenCount":5}}\n\n', 99
    )

    assert found is not None
    assert (found.input_tokens, found.exact) == (5, False)
