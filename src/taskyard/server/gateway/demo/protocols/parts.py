"""What the vendors' protocols have in common."""

import json
import uuid
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Final, Protocol

from pydantic import BaseModel, ConfigDict

from taskyard.kit.shapes import as_object, parsed
from taskyard.server.gateway.demo.asked import Answer, Asked

__all__ = [
    "MODEL_ID",
    "Json",
    "Lenient",
    "Request",
    "arguments_of",
    "count_tokens",
    "new_id",
    "pieces",
    "spoken_tokens",
]

Json = dict[str, Any]

MODEL_ID: Final = "taskyard-demo"

#: Length of one streamed piece of text or tool input, in characters.
_PIECE: Final = 24
#: Long tool inputs come in larger pieces, so that a file does not take half a minute.
_MAX_PIECES: Final = 60


class Lenient(BaseModel):
    """Reads what the demo model uses of a document; the rest may be anything."""

    model_config: ClassVar = ConfigDict(extra="ignore", frozen=True)


class Request(Protocol):
    """One request in a vendor's protocol, and how answers to it are written."""

    @property
    def stream(self) -> bool: ...

    def asked(self) -> Asked: ...

    def document(self, answer: Answer, input_tokens: int) -> Json:
        """The whole answer, as for a request that does not stream."""
        ...

    def events(self, answer: Answer, input_tokens: int) -> Iterator[bytes]:
        """The same answer as server-sent events, in the vendor's order."""
        ...


def pieces(text: str) -> list[str]:
    length = max(_PIECE, len(text) // _MAX_PIECES)
    return [text[start : start + length] for start in range(0, len(text), length)]


def new_id(prefix: str) -> str:
    return f"{prefix}{uuid.uuid4().hex[:24]}"


def count_tokens(size: int) -> int:
    """An estimate: about four bytes a token."""
    return max(1, size // 4)


def spoken_tokens(answer: Answer) -> int:
    called = sum(len(json.dumps(dict(call.input))) for call in answer.calls)
    return count_tokens(len(answer.text) + called)


def arguments_of(text: str) -> Mapping[str, Any]:
    """A call's arguments, which OpenAI's protocols send as text."""
    return as_object(parsed(text))
