"""The demo model in the place of a vendor: the same routes, the same shapes."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta
from http import HTTPStatus
from typing import Final

from pydantic import ValidationError

from taskyard.server.gateway.anthropic import MessagesRequest
from taskyard.server.gateway.demo import model
from taskyard.server.gateway.exchange import Header, Outgoing, Refused, Reply

__all__ = ["DemoModel"]

_MAX_BODY: Final = 8 * 1024 * 1024
_JSON: Final[list[Header]] = [(b"content-type", b"application/json")]
_EVENTS: Final[list[Header]] = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache"),
]


class DemoModel:
    """Answers at the pace of speech: `pause` between pieces of a streamed answer."""

    def __init__(self, *, pause: timedelta) -> None:
        self._pause = pause.total_seconds()

    async def close(self) -> None:
        """Nothing is held open."""

    @asynccontextmanager
    async def open(self, request: Outgoing) -> AsyncGenerator[Reply]:
        match request.method, request.path:
            case "POST", "v1/messages":
                yield self._message(request.body)
            case "POST", "v1/messages/count_tokens":
                tokens = model.count_tokens(len(request.body))
                yield _document({"input_tokens": tokens})
            case "GET", "v1/models":
                yield _document(model.models_body())
            case _:
                raise Refused(
                    HTTPStatus.NOT_FOUND,
                    "not_found_error",
                    f"The demo model has no {request.method} /{request.path}.",
                )

    def _message(self, body: bytes) -> Reply:
        if len(body) > _MAX_BODY:
            # Read on the event loop, so a limit of milliseconds.
            raise Refused(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                "request_too_large",
                f"The demo model reads conversations up to {_MAX_BODY >> 20} MB.",
            )
        try:
            request = MessagesRequest.model_validate_json(body)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(step) for step in first["loc"]) or "body"
            raise Refused(
                HTTPStatus.BAD_REQUEST,
                "invalid_request_error",
                f"{where}: {first['msg']}",
            ) from error

        if not request.stream:
            return _document(model.body(request, len(body)))
        events = model.stream(request, len(body))
        return Reply(status=200, headers=_EVENTS, chunks=self._paced(events))

    async def _paced(self, events: Iterable[bytes]) -> AsyncIterator[bytes]:
        for event in events:
            yield event
            await asyncio.sleep(self._pause)


def _document(document: object) -> Reply:
    return Reply(status=200, headers=_JSON, chunks=_once(json.dumps(document).encode()))


async def _once(chunk: bytes) -> AsyncIterator[bytes]:
    yield chunk
