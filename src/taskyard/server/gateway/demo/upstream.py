"""The demo model in the place of a vendor: the same routes, the same shapes."""

import asyncio
import json
import re
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Callable,
    Collection,
    Iterable,
    Mapping,
)
from contextlib import asynccontextmanager
from datetime import timedelta
from http import HTTPStatus
from typing import ClassVar, Final, cast
from urllib.parse import unquote

from pydantic import ValidationError
from pydantic_core import from_json

from taskyard.server.gateway.demo import model
from taskyard.server.gateway.demo.listing import LISTINGS
from taskyard.server.gateway.demo.protocols.anthropic import MessagesRequest
from taskyard.server.gateway.demo.protocols.chat import ChatRequest
from taskyard.server.gateway.demo.protocols.gemini import GenerateRequest
from taskyard.server.gateway.demo.protocols.parts import (
    MODEL_ID,
    Request,
    count_tokens,
)
from taskyard.server.gateway.demo.protocols.responses import ResponsesRequest
from taskyard.server.gateway.dialects import Dialect
from taskyard.server.gateway.exchange import Header, Outgoing, Refused, Reply

__all__ = ["DemoModel"]

# A conversation is read on the event loop, and a workspace may send anything: what is read
# is limited to a fraction of a second.
_MAX_BODY: Final = 8 * 1024 * 1024
#: Far more than stand in the text of a conversation; each that does not makes an object.
_MAX_BRACKETS: Final = 250_000
#: An agent's tools have some thousand values, a turn has ten.
_MAX_VALUES: Final = 30_000
_JSON: Final[list[Header]] = [(b"content-type", b"application/json")]
_EVENTS: Final[list[Header]] = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache"),
]
#: What answers a POST to a path; of Gemini's, what stands behind the model's name.
_POSTS: Final[Mapping[str, Callable[[object], Request]]] = {
    "v1/messages": MessagesRequest.model_validate,
    "chat/completions": ChatRequest.model_validate,
    "responses": ResponsesRequest.model_validate,
    ":generateContent": GenerateRequest.model_validate,
    ":streamGenerateContent": GenerateRequest.model_validate,
}
_COUNTS: Final[Mapping[str, str]] = {
    "v1/messages/count_tokens": "input_tokens",
    ":countTokens": "totalTokens",
}


#: "models/NAME:verb", as Google's addresses end; what is left is ":verb".
_MODEL: Final = re.compile(r"v1(?:beta)?/models/[^:/]+(?=:)")
_STREAMING: Final = ":streamGenerateContent"


class DemoModel:
    """Answers at the pace of speech: `pause` between pieces of a streamed answer."""

    model: ClassVar = MODEL_ID

    def __init__(self, *, dialect: Dialect, pause: timedelta) -> None:
        self._dialect = dialect
        self._pause = pause.total_seconds()

    async def close(self) -> None:
        """Nothing is held open."""

    @asynccontextmanager
    async def open(self, request: Outgoing) -> AsyncGenerator[Reply]:
        path = _MODEL.sub("", unquote(request.path))
        if request.method == "POST" and path in _POSTS:
            yield self._reply(request, path)
        elif request.method == "POST" and path in _COUNTS:
            yield _document({_COUNTS[path]: count_tokens(len(request.body))})
        elif request.method == "GET" and path.endswith("models"):
            yield _document(LISTINGS[self._dialect.name])
        else:
            raise Refused(
                HTTPStatus.NOT_FOUND,
                "not_found_error",
                f"The demo model has no {request.method} /{request.path}.",
            )

    def _reply(self, request: Outgoing, path: str) -> Reply:
        asked = _read(_POSTS[path], request.body)
        answer = model.answer(asked.asked(), key_setting=self._dialect.key_setting)
        tokens = count_tokens(len(request.body))
        if path == _STREAMING and "alt=sse" not in request.query:
            # Without it, Google streams the elements of one JSON list.
            return _document(list(GenerateRequest.chunks(answer, tokens)))
        if path != _STREAMING and not asked.stream:
            return _document(asked.document(answer, tokens))
        events = self._paced(asked.events(answer, tokens))
        return Reply(status=200, headers=_EVENTS, chunks=events)

    async def _paced(self, events: Iterable[bytes]) -> AsyncIterator[bytes]:
        for event in events:
            yield event
            await asyncio.sleep(self._pause)


def _read(protocol: Callable[[object], Request], body: bytes) -> Request:
    brackets = sum(map(body.count, (b"{", b"[")))
    if len(body) > _MAX_BODY or brackets > _MAX_BRACKETS:
        raise _too_large()
    try:
        document = from_json(body)
    except ValueError as error:
        raise _unreadable(f"body: {error}") from error
    if _has_more_values(document, _MAX_VALUES):
        raise _too_large()
    try:
        return protocol(document)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(step) for step in first["loc"]) or "body"
        raise _unreadable(f"{where}: {first['msg']}") from error


def _has_more_values(document: object, most: int) -> bool:
    left = [document]
    while left:
        inside = _inside(left.pop())
        most -= len(inside)
        if most < 0:
            return True
        left += inside
    return False


def _inside(value: object) -> Collection[object]:
    if isinstance(value, dict):
        return cast("dict[str, object]", value).values()
    return cast("list[object]", value) if isinstance(value, list) else ()


def _too_large() -> Refused:
    return Refused(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "request_too_large",
        f"The demo model reads conversations up to {_MAX_BODY >> 20} MB, with "
        f"{_MAX_VALUES} values in them.",
    )


def _unreadable(why: str) -> Refused:
    return Refused(HTTPStatus.BAD_REQUEST, "invalid_request_error", why)


def _document(document: object) -> Reply:
    return Reply(status=200, headers=_JSON, chunks=_once(json.dumps(document).encode()))


async def _once(chunk: bytes) -> AsyncIterator[bytes]:
    yield chunk
