"""The one edit that the gateway makes, on bodies of a hostile workspace."""

import time

from taskyard.server.gateway.dialects import DIALECTS
from taskyard.server.gateway.exchange import Outgoing

#: A quarter of what one request may be.
SIZE = 16 * 1024 * 1024
HEAD, END = b'{"stream":true,"messages":["', b'"]}'


def _chat(body: bytes) -> Outgoing:
    return Outgoing(
        method="POST", path="chat/completions", query="", headers=(), body=body
    )


def test_a_body_of_millions_of_lists_passes_unread() -> None:
    body = HEAD + b'"' + b",[[[[]]]]" * (SIZE // 9) + b"]}"

    started = time.process_time()
    forwarded = DIALECTS["openai"].edit(_chat(body))

    assert forwarded == body
    assert time.process_time() - started < 2


def test_a_long_text_or_picture_is_read() -> None:
    for text in (b"Words, and more of them. ", b"iVBORw0KGgo="):
        body = HEAD + text * (SIZE // len(text)) + END

        forwarded = DIALECTS["openai"].edit(_chat(body))

        assert forwarded.startswith(b'{"stream_options":{"include_usage":true},')
        assert forwarded.endswith(body[1:])
