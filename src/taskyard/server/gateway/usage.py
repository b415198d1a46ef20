"""What a model call used, read from a copy of its answer."""

import json
from dataclasses import dataclass
from typing import Any, Final, Protocol, cast

from taskyard.server.gateway.keys import Caller

__all__ = ["AnthropicTap", "Usage", "UsageSink"]

#: A body that is not a stream is kept up to this size to find its usage; the end of a
#: longer one is not looked at.
_MAX_KEPT: Final = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens of one call. `input_tokens` excludes what the cache served or took."""

    model: str
    input_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0
    exact: bool = True  # False: the answer was cut off, its output is a lower bound


class UsageSink(Protocol):
    async def record(self, caller: Caller, usage: Usage) -> None: ...


class AnthropicTap:
    """Sees copies of the answer's bytes; parses only lines that mention usage."""

    def __init__(self) -> None:
        self._rest = b""
        self._is_stream: bool | None = None
        self._model = ""
        self._counts: dict[str, int] = {}
        self._finished = False

    def feed(self, chunk: bytes) -> None:
        if self._is_stream is None:
            self._is_stream = chunk.lstrip()[:1] != b"{"
        if not self._is_stream:
            if len(self._rest) < _MAX_KEPT:
                self._rest += chunk
            return

        # A line may be cut anywhere by the border of a chunk.
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            if line.startswith(b"data:") and b'"usage"' in line:
                self._take(line[5:])

    def result(self) -> Usage | None:
        """What is known; None when the answer named no usage at all."""
        if self._is_stream is False:
            self._take(self._rest)
        if not self._counts:
            return None

        return Usage(
            model=self._model,
            input_tokens=self._counts.get("input_tokens", 0),
            cache_read_tokens=self._counts.get("cache_read_input_tokens", 0),
            cache_write_tokens=self._counts.get("cache_creation_input_tokens", 0),
            output_tokens=self._counts.get("output_tokens", 0),
            exact=self._finished,
        )

    def _take(self, raw: bytes) -> None:
        try:
            event = _object(json.loads(raw))
        except ValueError:
            return

        message = _object(event.get("message")) or event
        counts = _object(message.get("usage"))
        if not counts:
            return

        # Deltas are cumulative and may repeat earlier counts: the later one wins.
        self._counts |= {k: v for k, v in counts.items() if isinstance(v, int)}
        self._model = str(message.get("model") or self._model)
        self._finished = event.get("type") in {"message_delta", "message"}


def _object(value: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}
