"""The body of `POST /message`, read and checked."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, Literal, cast

from taskyard.runner.agentapi.http import Request

__all__ = ["BadRequest", "Message", "read_message"]

_KINDS: Final = ("user", "raw")
_FIELDS: Final = ("content", "type")
_JSON: Final = frozenset({"", "application/json", "json"})


class BadRequest(Exception):
    """The body cannot be used; the errors say what to change."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        errors: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = errors


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    content: str
    kind: Literal["user", "raw"]


def read_message(request: Request) -> Message:
    """What is to be sent. Raises `BadRequest`."""
    if request.is_cut:
        raise BadRequest(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "request body is too large"
        )
    if not request.body:
        raise BadRequest(HTTPStatus.BAD_REQUEST, "request body is required")
    _check_kind(request.headers.get("content-type", ""))
    given = _parsed(request.body)
    if errors := _wrong(given):
        raise BadRequest(HTTPStatus.UNPROCESSABLE_ENTITY, "validation failed", errors)
    fields = cast("dict[str, Any]", given)
    return Message(content=fields["content"], kind=fields["type"])


def _check_kind(content_type: str) -> None:
    kind = content_type.partition(";")[0].rpartition("+")[2].strip().lower()
    if kind not in _JSON:
        error = _error(f"unknown content type: {content_type}", "body", None)
        raise BadRequest(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "validation failed", [error]
        )


def _parsed(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as exc:
        error = _error(str(exc), "body", body.decode("utf-8", "replace"))
        raise BadRequest(HTTPStatus.BAD_REQUEST, "validation failed", [error]) from exc


def _wrong(given: object) -> list[dict[str, Any]]:
    if not isinstance(given, dict):
        return [_error("expected object", "body", given)]
    fields = cast("dict[str, Any]", given)
    wrong = [
        _error(f"expected required property {name} to be present", "body", fields)
        for name in _FIELDS
        if name not in fields
    ]
    wrong += [
        _error("unexpected property", f"body.{name}", fields)
        for name in fields
        if name not in (*_FIELDS, "$schema")
    ]
    wrong += [
        _error("expected string", f"body.{name}", fields[name])
        for name in _FIELDS
        if name in fields and not isinstance(fields[name], str)
    ]
    kind = fields.get("type")
    if isinstance(kind, str) and kind not in _KINDS:
        expected = f'expected value to be one of "{", ".join(_KINDS)}"'
        wrong.append(_error(expected, "body.type", kind))
    return wrong


def _error(message: str, location: str, value: object) -> dict[str, Any]:
    return {"message": message, "location": location, "value": value}
