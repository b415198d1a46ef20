"""What a model call used, read from a copy of its answer."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Literal, Protocol

from typing_extensions import override

from taskyard.kit.shapes import as_object, as_objects, parsed
from taskyard.server.gateway.keys import Caller
from taskyard.server.gateway.limits import Limit

__all__ = ["AnthropicTap", "Tap", "Usage", "UsageSink", "numbers"]

#: A body that is not a stream is kept up to this size to find its usage; the end of a
#: longer one is not looked at.
_MAX_KEPT: Final = 4 * 1024 * 1024

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens of one call. `input_tokens` excludes what the cache served or took."""

    model: str
    protocol: Literal["anthropic", "openai", "gemini"] = "anthropic"
    input_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0
    exact: bool = True  # False: the answer was cut off, its output is a lower bound


class UsageSink(Protocol):
    async def record(self, caller: Caller, usage: Usage) -> None:
        """A call was answered; a limit that stood before is over."""
        ...

    async def limit(self, caller: Caller, protocol: str, limit: Limit) -> None:
        """The vendor says that a usage limit is reached."""
        ...


class Tap(ABC):
    """Sees copies of the answer's bytes; parses only lines that mention usage."""

    #: What stands in every line worth parsing.
    marker: ClassVar[bytes]

    def __init__(self) -> None:
        self._rest = b""
        self._is_stream: bool | None = None

    def feed(self, chunk: bytes) -> None:
        if self._is_stream is None:
            self._is_stream = chunk.lstrip()[:1] not in (b"{", b"[")
        if not self._is_stream:
            if len(self._rest) < _MAX_KEPT:
                self._rest += chunk
            return

        # A line may be cut anywhere by the border of a chunk.
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            if line.startswith(b"data:") and self.marker in line:
                self._parse(line[5:])

    def result(self) -> Usage | None:
        """What is known; None when the answer named no usage at all."""
        if self._is_stream is False:
            self._parse(self._rest)
        return self._found()

    def _parse(self, raw: bytes) -> None:
        document = parsed(raw)
        for event in as_objects(document) or [as_object(document)]:
            self._take(event)

    @abstractmethod
    def _take(self, event: Json) -> None:
        """Read one event, or the whole body."""

    @abstractmethod
    def _found(self) -> Usage | None: ...


class AnthropicTap(Tap):
    marker = b'"usage"'

    def __init__(self) -> None:
        super().__init__()
        self._model = ""
        self._counts: dict[str, int] = {}
        self._finished = False

    @override
    def _take(self, event: Json) -> None:
        message = as_object(event.get("message")) or event
        counts = numbers(message.get("usage"))
        if not counts:
            return

        # Deltas are cumulative and may repeat earlier counts: the later one wins.
        self._counts |= counts
        self._model = str(message.get("model") or self._model)
        self._finished = event.get("type") in {"message_delta", "message"}

    @override
    def _found(self) -> Usage | None:
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


def numbers(value: Any) -> dict[str, int]:
    """The counts of a usage object; everything else in it is left out."""
    return {k: v for k, v in as_object(value).items() if isinstance(v, int)}
