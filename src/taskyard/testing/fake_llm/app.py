"""The HTTP side: routes for each dialect, scenarios by key, a log of what was asked."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import asdict
from types import ModuleType
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from taskyard.testing.fake_llm import anthropic, chat, gemini, responses
from taskyard.testing.fake_llm.ask import Answer, Ask, Dialect, Json
from taskyard.testing.fake_llm.failures import fail
from taskyard.testing.fake_llm.scenario import DEFAULT, Decision, Scenario, decide

__all__ = ["FakeLlm"]

_RENDER: Final[Mapping[str, ModuleType]] = {
    "anthropic": anthropic,
    "chat": chat,
    "responses": responses,
    "gemini": gemini,
}
_MODELS: Final = ("fake-model", "claude-sonnet-4-5", "gpt-5", "gemini-2.5-pro")
_Handler = Callable[[Request], Awaitable[Response]]


class FakeLlm:
    """State of one server: `scenarios` by key ("" is the default), `requests` asked."""

    def __init__(
        self, scenario: Scenario | None = None, *, chunk_delay: float = 0.0
    ) -> None:
        self.scenarios: dict[str, Scenario] = {"": scenario or DEFAULT}
        self.requests: list[Json] = []
        self.chunk_delay = chunk_delay
        self.app = Starlette(routes=self._routes())

    def _routes(self) -> list[Route]:
        routes = [
            Route("/__requests", self._log, methods=["GET", "DELETE"]),
            Route("/__scenario", self._scenario, methods=["GET", "PUT"]),
            Route("/__scenario/{key}", self._scenario, methods=["GET", "PUT"]),
        ]
        posts: Mapping[str, _Handler] = {
            "messages": self._anthropic,
            "messages/count_tokens": self._count,
            "chat/completions": self._chat,
            "responses": self._responses,
        }
        for base in ("", "/v1", "/s/{key}", "/s/{key}/v1"):
            routes += [
                Route(f"{base}/{path}", handler, methods=["POST"])
                for path, handler in posts.items()
            ]
            routes.append(Route(f"{base}/models", self._models))
        routes += [
            Route(
                f"{base}/{version}/models/{{rest:path}}", self._gemini, methods=["POST"]
            )
            for base in ("", "/s/{key}")
            for version in ("v1beta", "v1", "v1beta1")
        ]
        methods = ["GET", "POST", "PUT", "HEAD", "DELETE"]
        return [*routes, Route("/{path:path}", self._other, methods=methods)]

    # -- models -----------------------------------------------------------------------

    async def _anthropic(self, request: Request) -> Response:
        return await self._answer(request, anthropic.parse(await _json(request)))

    async def _chat(self, request: Request) -> Response:
        return await self._answer(request, chat.parse(await _json(request)))

    async def _responses(self, request: Request) -> Response:
        return await self._answer(request, responses.parse(await _json(request)))

    async def _gemini(self, request: Request) -> Response:
        model, _, verb = request.path_params["rest"].rpartition(":")
        if verb == "countTokens":
            return JSONResponse({"totalTokens": 1000})
        body = await _json(request)
        ask = gemini.parse(body, model=model, stream=verb.startswith("stream"))
        return await self._answer(request, ask)

    async def _answer(self, request: Request, ask: Ask) -> Response:
        key: str = request.path_params.get("key", "")
        decision = decide(ask, self.scenarios.get(key) or self.scenarios[""])
        answer = decision.answer
        self.requests.append(_entry(request, key, ask, decision))
        await asyncio.sleep(answer.sleep)
        if answer.fails or answer.status != 200:  # noqa: PLR2004 - HTTP's OK
            return _failure(answer, ask.dialect)

        whole, events = _RENDER[ask.dialect].render(ask, answer)
        if not ask.stream:
            return JSONResponse(whole)
        delay = self.chunk_delay if answer.chunk_delay is None else answer.chunk_delay
        return StreamingResponse(
            _paced(events, delay),
            media_type="text/event-stream",
            headers={"cache-control": "no-cache"},
        )

    async def _count(self, _: Request) -> Response:
        return JSONResponse({"input_tokens": 1000})

    async def _models(self, _: Request) -> Response:
        data = [
            {
                "id": name,
                "object": "model",
                "type": "model",
                "display_name": name,
                "owned_by": "fake",
                "created": 0,
                "created_at": "2025-01-01T00:00:00Z",
            }
            for name in _MODELS
        ]
        return JSONResponse(
            {
                "object": "list",
                "has_more": False,
                "first_id": _MODELS[0],
                "last_id": _MODELS[-1],
                "data": data,
                "models": [{"name": f"models/{n}", "slug": n} for n in _MODELS],
            }
        )

    async def _other(self, request: Request) -> Response:
        path = request.url.path
        self.requests.append(
            {"key": "", "path": path, "dialect": "other", "method": request.method}
        )
        greeting = request.method in {"GET", "HEAD"} and path == "/"
        return JSONResponse({}, 200 if greeting else 404)

    # -- the test's side --------------------------------------------------------------

    async def _scenario(self, request: Request) -> Response:
        key: str = request.path_params.get("key", "")
        if request.method == "PUT":
            self.scenarios[key] = await request.json()
        return JSONResponse(self.scenarios.get(key) or {})

    async def _log(self, request: Request) -> Response:
        if request.method == "DELETE":
            self.requests.clear()
        key = request.query_params.get("key")
        return JSONResponse([e for e in self.requests if key in {None, e["key"]}])


def _entry(request: Request, key: str, ask: Ask, decision: Decision) -> Json:
    return {
        "key": key,
        "path": request.url.path,
        "dialect": ask.dialect,
        "model": ask.model,
        "stream": ask.stream,
        "kind": decision.kind,
        "step": decision.step,
        "last": [role for role, _ in ask.turns[-3:]],
        "tools": list(ask.tools),
        "text": decision.answer.text,
        "calls": [asdict(call) for call in decision.answer.calls],
        # Word for word, so that a test can see what an agent really sends.
        "body": ask.body,
    }


def _failure(answer: Answer, dialect: Dialect) -> Response:
    if answer.fails:
        known = fail(answer.fails, dialect, resets_in=answer.resets_in)
        return JSONResponse(known.body, known.status, headers=dict(known.headers))
    error = {
        "type": answer.error_type,
        "message": answer.error,
        "code": answer.status,
    }
    return JSONResponse({"type": "error", "error": error}, answer.status)


async def _json(request: Request) -> Json:
    body: Any = json.loads(await request.body() or b"{}")
    return body


async def _paced(events: list[str], delay: float) -> AsyncIterator[str]:
    for event in events:
        yield event
        await asyncio.sleep(delay)
