"""The AgentAPI routes over one conversation.

Nothing here waits for the agent but `POST /message`, and that only until the turn begins:
reading status and messages never blocks behind a send.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, cast, final

from taskyard.runner.agentapi.access import AllowedHosts, AllowedOrigins
from taskyard.runner.agentapi.answers import json_answer, problem, text_answer
from taskyard.runner.agentapi.chat import chat_page
from taskyard.runner.agentapi.events import SSE_HEADERS, chat_events, screen_events
from taskyard.runner.agentapi.http import Request, Response
from taskyard.runner.agentapi.openapi import SCHEMAS, document
from taskyard.runner.agentapi.uploads import (
    NotMultipart,
    TooBig,
    Uploads,
    field_file,
)
from taskyard.runner.agents.conversation import Busy, Conversation
from taskyard.runner.agents.driver import AgentFailed, Unsupported
from taskyard.runner.agents.tui.profiles import type_of

__all__ = ["Access", "Surface"]

_KINDS: Final = ("user", "raw")
#: What the chat page's "control" keys mean to an agent without a terminal.
_INTERRUPTS: Final = frozenset({"\x1b", "\x03"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    hosts: AllowedHosts
    origins: AllowedOrigins
    chat_base_path: str = "/chat"  # as the browser sees it, without a final slash


@final
class Surface:
    """Call it with a request. One per session; holds no lock while the agent works."""

    def __init__(self, conversation: Conversation, access: Access) -> None:
        self._conversation = conversation
        self._access = access
        self._uploads = Uploads()
        self._routes: dict[tuple[str, str], Callable[[Request], Response]] = {
            ("GET", "/status"): self._status,
            ("GET", "/messages"): self._messages,
            ("GET", "/events"): self._events,
            ("GET", "/internal/screen"): self._screen,
            ("POST", "/upload"): self._upload,
        }

    async def __call__(self, request: Request) -> Response:
        if not self._access.hosts.allows(request.headers.get("host", "")):
            allowed = ", ".join(self._access.hosts.names)
            return text_answer(
                HTTPStatus.BAD_REQUEST,
                f"Invalid host header. Allowed hosts: {allowed}",
            )

        origin = request.headers.get("origin")
        preflight = request.method == "OPTIONS"
        response = Response() if preflight else await self._route(request)
        extra = self._access.origins.headers(origin, preflight=preflight)
        return Response(
            status=response.status,
            headers=[*response.headers, *extra],
            body=response.body,
        )

    async def _route(self, request: Request) -> Response:
        if (request.method, request.path) == ("POST", "/message"):
            return await self._message(request)

        handler = self._routes.get((request.method, request.path), self._page)
        return handler(request)

    def _events(self, _: Request) -> Response:
        return Response(headers=SSE_HEADERS, body=chat_events(self._conversation))

    def _screen(self, _: Request) -> Response:
        return Response(headers=SSE_HEADERS, body=screen_events(self._conversation))

    def _page(self, request: Request) -> Response:
        path = request.path.rstrip("/") or "/"
        if path == "/":
            target = f"{self._access.chat_base_path}/embed"
            return Response(
                status=HTTPStatus.TEMPORARY_REDIRECT, headers=[("location", target)]
            )
        if path == "/chat" or path.startswith("/chat/"):
            return chat_page(path)
        if path in {"/status", "/messages", "/message", "/upload", "/events"}:
            return problem(HTTPStatus.METHOD_NOT_ALLOWED, "method not allowed here")
        return _documentation(path)

    def _status(self, request: Request) -> Response:
        conversation = self._conversation
        body = {
            "status": conversation.status,
            "agent_type": type_of(conversation.agent),
            "transport": conversation.transport,
        }
        return json_answer(request, "StatusResponseBody", body)

    def _messages(self, request: Request) -> Response:
        messages = [
            {"id": m.id, "content": m.text, "role": m.role, "time": m.at}
            for m in self._conversation.transcript.messages
        ]
        return json_answer(request, "MessagesResponseBody", {"messages": messages})

    async def _message(self, request: Request) -> Response:
        try:
            given: object = json.loads(request.body)
        except ValueError:
            return problem(HTTPStatus.BAD_REQUEST, "the request body is not valid JSON")
        fields = cast("dict[str, Any]", given) if isinstance(given, dict) else {}
        if wrong := _wrong_fields(fields):
            return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "validation failed", wrong)
        reason = await self._say(str(fields["content"]), str(fields["type"]))
        if reason:
            return problem(
                HTTPStatus.INTERNAL_SERVER_ERROR,
                "unexpected error occurred",
                [{"message": f"failed to send message: {reason}"}],
            )
        return json_answer(request, "MessageResponseBody", {"ok": True})

    async def _say(self, content: str, kind: str) -> str:
        """Give it to the agent; what went wrong, or nothing."""
        if kind == "raw":
            return await self._type(content)
        if not content.strip():
            return "message must not be empty"
        try:
            await self._conversation.say(content.strip())
        except Busy as exc:
            return f"message can only be sent when the agent is waiting for user input ({exc})"
        return ""

    async def _type(self, keys: str) -> str:
        """Keys for the terminal; without one, the keys that interrupt still do."""
        conversation = self._conversation
        if conversation.transport == "acp":
            if keys not in _INTERRUPTS:
                return (
                    "this agent has no terminal: only Escape and Ctrl-C are understood"
                )
            await conversation.cancel()
            return ""
        try:
            await conversation.write_raw(keys.encode("utf-8", "replace"))
        except (AgentFailed, Busy, Unsupported) as exc:
            return str(exc)
        return ""

    def _upload(self, request: Request) -> Response:
        try:
            kind = request.headers.get("content-type", "")
            path = self._uploads.keep(field_file(kind, request.body, "file"))
        except NotMultipart as exc:
            return problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(exc))
        except TooBig as exc:
            return problem(HTTPStatus.BAD_REQUEST, str(exc))
        body = {"ok": True, "filePath": str(path)}
        return json_answer(request, "UploadResponseBody", body)


def _documentation(path: str) -> Response:
    if path == "/openapi.json":
        return Response(
            headers=[("content-type", "application/openapi+json")],
            body=json.dumps(document()).encode(),
        )
    name = path.removeprefix("/schemas/").removesuffix(".json")
    if path.startswith("/schemas/") and name in SCHEMAS:
        return Response(
            headers=[("content-type", "application/schema+json")],
            body=json.dumps(SCHEMAS[name]).encode(),
        )
    return text_answer(HTTPStatus.NOT_FOUND, "404 page not found")


def _wrong_fields(fields: dict[str, Any]) -> list[dict[str, Any]]:
    wrong: list[dict[str, Any]] = [
        {
            "message": f"expected required property {name} to be present",
            "location": "body",
            "value": fields,
        }
        for name in ("content", "type")
        if name not in fields
    ]
    if "content" in fields and not isinstance(fields["content"], str):
        wrong.append(
            {
                "message": "expected string",
                "location": "body.content",
                "value": fields["content"],
            }
        )
    if "type" in fields and fields["type"] not in _KINDS:
        wrong.append(
            {
                "message": f'expected value to be one of "{", ".join(_KINDS)}"',
                "location": "body.type",
                "value": fields["type"],
            }
        )
    return wrong
