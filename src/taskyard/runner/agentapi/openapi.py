"""The OpenAPI document of the five documented routes; clients generate from it."""

from collections.abc import Mapping
from typing import Any, Final

__all__ = ["SCHEMAS", "document"]

Json = dict[str, Any]


def _object(**properties: Json) -> Json:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "$schema": {"type": "string", "format": "uri", "readOnly": True},
            **properties,
        },
        "required": list(properties),
    }


def _plain(**properties: Json) -> Json:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "required": list(properties),
    }


_TEXT: Final = {"type": "string"}
_TIME: Final = {"type": "string", "format": "date-time"}
_NUMBER: Final = {"type": "integer", "format": "int64"}
_ROLE: Final = {"type": "string", "enum": ["agent", "user"]}
_STATUS: Final = {"type": "string", "enum": ["running", "stable"]}
_TRUE: Final = {"type": "boolean"}

_MESSAGE: Final = _plain(id=_NUMBER, content=_TEXT, role=_ROLE, time=_TIME)
_DETAIL: Final = {
    "type": "object",
    "properties": {"message": _TEXT, "location": _TEXT, "value": {}},
}
SCHEMAS: Final[dict[str, Json]] = {
    "StatusResponseBody": _object(
        status=_STATUS,
        agent_type=_TEXT,
        transport={"type": "string", "enum": ["acp", "pty"]},
    ),
    "MessagesResponseBody": _object(messages={"type": "array", "items": _MESSAGE}),
    "MessageRequestBody": _object(
        content=_TEXT, type={"type": "string", "enum": ["user", "raw"]}
    ),
    "MessageResponseBody": _object(ok=_TRUE),
    "UploadResponseBody": _object(filePath=_TEXT, ok=_TRUE),
    "MessageUpdateBody": _plain(id=_NUMBER, role=_ROLE, message=_TEXT, time=_TIME),
    "StatusChangeBody": _plain(status=_STATUS, agent_type=_TEXT),
    "ErrorBody": _plain(
        message=_TEXT,
        level={"type": "string", "enum": ["error", "warning"]},
        time=_TIME,
    ),
    "ErrorModel": {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "$schema": {"type": "string", "format": "uri", "readOnly": True},
            "title": _TEXT,
            "status": _NUMBER,
            "detail": _TEXT,
            "errors": {"type": "array", "items": _DETAIL},
        },
    },
}
_EVENTS: Final = {
    "message_update": "MessageUpdateBody",
    "status_change": "StatusChangeBody",
    "agent_error": "ErrorBody",
}


def document() -> Json:
    """OpenAPI 3.1."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "AgentAPI",
            "version": "0.12.1",
            "description": "HTTP API of an agent's session in a workspace.",
        },
        "components": {"schemas": SCHEMAS},
        "paths": _paths(),
    }


def _paths() -> Json:
    return {
        "/events": {
            "get": {
                "operationId": "subscribeEvents",
                "summary": "Everything that was said, then every change, as it happens.",
                "responses": {
                    "200": {"description": "OK", "content": _stream()},
                    "default": _ERROR,
                },
            }
        },
        "/message": {
            "post": {
                **_route("post-message", "Give the agent a message, or keys."),
                "responses": _responses("MessageResponseBody"),
                "requestBody": {"required": True, **_json("MessageRequestBody")},
            }
        },
        "/messages": {
            "get": {
                **_route("get-messages", "The conversation."),
                "responses": _responses("MessagesResponseBody"),
            }
        },
        "/status": {
            "get": {
                **_route(
                    "get-status", "Whether the agent works or waits for a message."
                ),
                "responses": _responses("StatusResponseBody"),
            }
        },
        "/upload": {
            "post": {
                **_route("upload", "Store a file where the agent can read it."),
                "responses": _responses("UploadResponseBody"),
                "requestBody": {
                    "required": True,
                    "content": {"multipart/form-data": _FORM},
                },
            }
        },
    }


_FORM: Final = {
    "schema": {
        "type": "object",
        "properties": {"file": {"type": "string", "format": "binary"}},
        "required": ["file"],
    },
    "encoding": {"file": {"contentType": "application/octet-stream"}},
}


def _json(schema: str, kind: str = "application/json") -> Json:
    return {"content": {kind: {"schema": _reference(schema)}}}


def _reference(schema: str) -> Json:
    return {"$ref": f"#/components/schemas/{schema}"}


_ERROR: Final[Mapping[str, Any]] = {
    "description": "Error",
    **_json("ErrorModel", "application/problem+json"),
}


def _route(operation: str, summary: str) -> Json:
    return {"operationId": operation, "summary": summary}


def _responses(schema: str) -> Json:
    return {"200": {"description": "OK", **_json(schema)}, "default": _ERROR}


def _stream() -> Json:
    """Each item of the array is an event; that is how generators for Go read streams."""
    kinds = [
        {
            "title": f"Event {name}",
            "type": "object",
            "properties": {
                "event": {"type": "string", "const": name},
                "data": _reference(schema),
                "id": {"type": "integer"},
                "retry": {"type": "integer"},
            },
            "required": ["data", "event"],
        }
        for name, schema in _EVENTS.items()
    ]
    items = {"type": "array", "items": {"oneOf": kinds}}
    return {"text/event-stream": {"schema": items}}
