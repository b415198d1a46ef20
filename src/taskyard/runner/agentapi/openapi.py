"""The OpenAPI document of the surface: five routes, as clients generate from it."""

from typing import Any, Final

__all__ = ["SCHEMAS", "document"]


def _object(**properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "$schema": {"type": "string", "format": "uri", "readOnly": True},
            **properties,
        },
        "required": list(properties),
    }


_TEXT: Final = {"type": "string"}
_TIME: Final = {"type": "string", "format": "date-time"}
_NUMBER: Final = {"type": "integer", "format": "int64"}
_ROLE: Final = {"type": "string", "enum": ["agent", "user"]}
_STATUS: Final = {"type": "string", "enum": ["running", "stable"]}
_TRUE: Final = {"type": "boolean"}

_MESSAGE: Final[dict[str, Any]] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"id": _NUMBER, "content": _TEXT, "role": _ROLE, "time": _TIME},
    "required": ["content", "id", "role", "time"],
}
SCHEMAS: Final[dict[str, dict[str, Any]]] = {
    "StatusResponseBody": _object(
        agent_type=_TEXT,
        status=_STATUS,
        transport={"type": "string", "enum": ["acp", "pty"]},
    ),
    "MessagesResponseBody": _object(messages={"type": "array", "items": _MESSAGE}),
    "MessageRequestBody": _object(
        content=_TEXT, type={"type": "string", "enum": ["user", "raw"]}
    ),
    "MessageResponseBody": _object(ok=_TRUE),
    "UploadResponseBody": _object(filePath=_TEXT, ok=_TRUE),
    "MessageUpdateBody": {
        "type": "object",
        "properties": {"id": _NUMBER, "message": _TEXT, "role": _ROLE, "time": _TIME},
        "required": ["id", "role", "message", "time"],
    },
    "StatusChangeBody": {
        "type": "object",
        "properties": {"agent_type": _TEXT, "status": _STATUS},
        "required": ["status", "agent_type"],
    },
    "ErrorModel": {
        "type": "object",
        "properties": {
            "title": _TEXT,
            "status": _NUMBER,
            "detail": _TEXT,
            "errors": {"type": "array", "items": {"type": "object"}},
        },
    },
}


def document() -> dict[str, Any]:
    """OpenAPI 3.1."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "AgentAPI",
            "version": "0.12.1",
            "description": "HTTP API of an agent's session in a workspace.",
        },
        "components": {"schemas": SCHEMAS},
        "paths": {
            "/events": {"get": _route("subscribeEvents", None, stream=True)},
            "/message": {
                "post": {
                    **_route("post-message", "MessageResponseBody"),
                    "requestBody": _json("MessageRequestBody"),
                }
            },
            "/messages": {"get": _route("get-messages", "MessagesResponseBody")},
            "/status": {"get": _route("get-status", "StatusResponseBody")},
            "/upload": {
                "post": {
                    **_route("upload", "UploadResponseBody"),
                    "requestBody": {"content": {"multipart/form-data": _FORM}},
                }
            },
        },
    }


_FORM: Final = {
    "schema": {
        "type": "object",
        "properties": {"file": {"type": "string", "format": "binary"}},
        "required": ["file"],
    }
}


def _json(schema: str, kind: str = "application/json") -> dict[str, Any]:
    return {"content": {kind: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}}


def _route(
    operation: str, schema: str | None, *, stream: bool = False
) -> dict[str, Any]:
    ok: dict[str, Any] = {"description": "OK"}
    if stream:
        ok["content"] = {"text/event-stream": {"schema": {"type": "string"}}}
    elif schema:
        ok |= _json(schema)
    error = {"description": "Error", **_json("ErrorModel", "application/problem+json")}
    return {"operationId": operation, "responses": {"200": ok, "default": error}}
