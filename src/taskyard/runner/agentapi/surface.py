"""The AgentAPI routes over one conversation.

Nothing here waits for the agent but `POST /message`, and that only until it has taken the
message: reading status and messages never blocks behind a send.
"""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, final
from urllib.parse import quote

from taskyard.runner.agentapi.access import AllowedHosts, AllowedOrigins
from taskyard.runner.agentapi.answers import json_answer, problem, text_answer
from taskyard.runner.agentapi.chat import chat_page
from taskyard.runner.agentapi.documents import documentation
from taskyard.runner.agentapi.events import SSE_HEADERS, chat_events, screen_events
from taskyard.runner.agentapi.http import Request, Response
from taskyard.runner.agentapi.keys import NoTerminal, press
from taskyard.runner.agentapi.requests import BadRequest, read_message
from taskyard.runner.agentapi.uploads import (
    NoFile,
    NotMultipart,
    TooBig,
    Uploads,
    field_file,
)
from taskyard.runner.agents.conversation import (
    Busy,
    Conversation,
    NotStarted,
    Status,
)
from taskyard.runner.agents.driver import AgentFailed, Unsupported
from taskyard.runner.agents.question import Question
from taskyard.runner.agents.tui.profiles import type_of

__all__ = ["Access", "Surface"]

#: As they are in a path, percent signs of what is quoted already included.
_OF_PATHS: Final = "/%:@!$&'()*+,;="
_EMPTY: Final = "message must not be empty"
_BUSY: Final = "message can only be sent when the agent is waiting for user input"
_NOT_STARTED: Final = (
    "failed to send message: failed to wait for processing to start: "
    "timeout waiting for condition"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Who may call, from where, and what a pending permission looks like to them."""

    hosts: AllowedHosts
    origins: AllowedOrigins
    chat_base_path: str = "/chat"  # as the browser sees it, without a final slash
    #: A pending permission counts as waiting for a message, and the message answers it:
    #: for clients that send to a stable agent only.
    stable_while_asking: bool = False


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
        }
        self._posts = {"/message": self._message, "/upload": self._upload}
        self._methods = {path: method for method, path in self._routes}
        self._methods |= dict.fromkeys(self._posts, "POST")

    def remove_uploads(self) -> None:
        """For a server that ends: nobody reads them any more."""
        self._uploads.remove()

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
        post = self._posts.get(request.path)
        if request.method == "POST" and post is not None:
            return await post(request)

        handler = self._routes.get((request.method, request.path), self._page)
        return handler(request)

    def _events(self, _: Request) -> Response:
        events = chat_events(self._conversation, lambda: self._state)
        return Response(headers=SSE_HEADERS, body=events)

    def _screen(self, _: Request) -> Response:
        return Response(headers=SSE_HEADERS, body=screen_events(self._conversation))

    def _page(self, request: Request) -> Response:
        path = request.path
        if path == "/":
            base = self._access.chat_base_path.rstrip("/")
            target = quote(f"{base}/embed", safe=_OF_PATHS)
            return Response(
                status=HTTPStatus.TEMPORARY_REDIRECT, headers=[("location", target)]
            )
        if method := self._methods.get(path):
            refused = problem(
                request,
                HTTPStatus.METHOD_NOT_ALLOWED,
                f"{path} is for {method} requests",
            )
            return Response(
                status=refused.status,
                headers=[*refused.headers, ("allow", method)],
                body=refused.body,
            )
        if path == "/chat" or path.startswith("/chat/"):
            return chat_page(path.rstrip("/"))
        return documentation(path)

    @property
    def _state(self) -> Status:
        asks = self._conversation.transcript.question is not None
        if asks and self._access.stable_while_asking:
            return "stable"
        return self._conversation.status

    def _status(self, request: Request) -> Response:
        conversation = self._conversation
        body = {
            "status": self._state,
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
            message = read_message(request)
        except BadRequest as exc:
            return problem(request, exc.status, exc.detail, exc.errors)
        send = self._type if message.kind == "raw" else self._say
        if reason := await send(message.content):
            return problem(
                request,
                HTTPStatus.INTERNAL_SERVER_ERROR,
                "unexpected error occurred",
                [{"message": f"failed to send message: {reason}"}],
            )
        return json_answer(request, "MessageResponseBody", {"ok": True})

    async def _say(self, content: str) -> str:
        """Give it to the agent; what went wrong, or nothing."""
        text = content.strip()
        if not text:
            return _EMPTY
        try:
            question = self._conversation.transcript.question
            if question is not None and self._access.stable_while_asking:
                return await self._answer(question, text)
            await self._conversation.say(text)
        except Busy:
            return _BUSY
        except NotStarted:
            return _NOT_STARTED
        return ""

    async def _answer(self, question: Question, text: str) -> str:
        """Answer the open question with a message."""
        option = question.option_for(text)
        if option is None:
            return f"{question.title}: answer with the number or the name of an option"
        await self._conversation.answer(question.request, option["id"])
        return ""

    async def _type(self, keys: str) -> str:
        """Keys for the terminal; without one, those that mean something all the same."""
        conversation = self._conversation
        try:
            if conversation.transport == "acp":
                await press(conversation, keys)
            else:
                await conversation.write_raw(keys.encode("utf-8", "replace"))
        except (AgentFailed, Busy, NoTerminal, Unsupported) as exc:
            return str(exc)
        return ""

    async def _upload(self, request: Request) -> Response:
        try:
            path = await self._uploads.keep(field_file(request, "file"))
        except (NotMultipart, NoFile) as exc:
            place = "file" if isinstance(exc, NoFile) else "body"
            return problem(
                request,
                HTTPStatus.UNPROCESSABLE_ENTITY,
                "validation failed",
                [{"message": str(exc), "location": place}],
            )
        except TooBig as exc:
            return problem(request, HTTPStatus.BAD_REQUEST, str(exc))
        except OSError as exc:
            return problem(
                request,
                HTTPStatus.INTERNAL_SERVER_ERROR,
                "unexpected error occurred",
                [{"message": f"failed to store the file: {exc.strerror}"}],
            )
        body = {"ok": True, "filePath": str(path)}
        return json_answer(request, "UploadResponseBody", body)
