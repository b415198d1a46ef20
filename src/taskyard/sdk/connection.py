"""One server, one token: send requests, retry where it is safe, raise refusals."""

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import Any, Final, Self, TypeVar
from urllib.parse import unquote

import httpx
from pydantic import BaseModel, SecretStr, TypeAdapter, ValidationError

from taskyard.kit.errors import InvalidRequest
from taskyard.sdk.errors import ServerFailed, ServerUnreachable, from_response

__all__ = ["Connection", "Retry"]

Shape = TypeVar("Shape")
Params = Mapping[str, str | int | bool]

TOKEN_HEADER: Final = "Coder-Session-Token"  # noqa: S105 - a header's name
_SAFE: Final = frozenset({"GET", "HEAD"})
_TRANSIENT: Final = frozenset(
    {
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """How often a request is tried, and how long the pauses are (seconds, with jitter).

    A request that may have reached the server is sent again only when it reads.
    """

    attempts: int = 3
    first_pause: float = 0.2
    longest_pause: float = 5.0
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def pause(self, attempt: int) -> None:
        """Wait before the next try; `attempt` counts from 0."""
        limit = min(self.longest_pause, self.first_pause * 2.0 ** min(attempt, 16))
        await self.sleep(limit * random.uniform(0.5, 1.0))  # noqa: S311 - jitter


class Connection:
    """Closed with `async with`; safe to use from many tasks at once."""

    def __init__(
        self,
        url: str,
        token: str = "",
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        retry: Retry | None = None,
        request_timeout: float = 60.0,
    ) -> None:
        self.url = url.rstrip("/")
        self.retry = retry or Retry()
        headers = {TOKEN_HEADER: token} if token else {}
        self.headers = headers
        self._http = httpx.AsyncClient(
            base_url=self.url,
            headers={**headers, "User-Agent": "taskyard"},
            transport=transport,
            timeout=request_timeout,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        await self._http.aclose()

    async def get(
        self, path: str, shape: type[Shape], *, params: Params | None = None
    ) -> Shape:
        return _parse(await self.send("GET", path, params=params), shape)

    async def post(
        self, path: str, shape: type[Shape], body: BaseModel | None = None
    ) -> Shape:
        return _parse(await self.send("POST", path, body=body), shape)

    async def patch(
        self, path: str, shape: type[Shape], body: BaseModel | None = None
    ) -> Shape:
        return _parse(await self.send("PATCH", path, body=body), shape)

    async def put(
        self, path: str, shape: type[Shape], body: BaseModel | None = None
    ) -> Shape:
        return _parse(await self.send("PUT", path, body=body), shape)

    async def delete(self, path: str) -> None:
        await self.send("DELETE", path)

    async def send(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        body: BaseModel | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Send and answer with a 2xx response; anything else is raised."""
        request = self._request(
            method,
            path,
            params=params,
            json=None if body is None else payload(body),
            content=content,
            headers=headers,
        )
        for attempt in range(self.retry.attempts):
            is_last = attempt == self.retry.attempts - 1
            try:
                response = await self._http.send(request)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                # Nothing was sent, so any request may be tried again.
                failure = self.unreachable(error)
            except httpx.TransportError as error:
                failure = self.unreachable(error)
                is_last = is_last or method not in _SAFE
            else:
                if response.is_success:
                    return response

                failure = from_response(response)
                is_transient = response.status_code in _TRANSIENT and method in _SAFE
                is_last = is_last or not is_transient

            if is_last:
                raise failure

            await self.retry.pause(attempt)

        raise AssertionError  # pragma: no cover - the loop raises or returns

    @asynccontextmanager
    async def stream(
        self,
        path: str,
        *,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        silence: float,
    ) -> AsyncGenerator[httpx.Response]:
        """A long GET. `silence`: seconds without a byte after which it counts as lost."""
        request = self._request(
            "GET",
            path,
            params=params,
            headers=headers,
            timeout=httpx.Timeout(10.0, read=silence),
        )
        response: httpx.Response | None = None
        try:
            response = await self._http.send(request, stream=True)
            if not response.is_success:
                await response.aread()
                raise from_response(response)

            yield response
        except httpx.TransportError as error:
            raise self.unreachable(error) from error
        finally:
            if response is not None:
                await response.aclose()

    def _request(self, method: str, path: str, **content: Any) -> httpx.Request:
        """Raises `InvalidRequest` where a name in `path` would lead to another route."""
        whole = f"/api/v2{path}"
        try:
            request = self._http.build_request(method, whole, **content)
        except (httpx.InvalidURL, UnicodeError) as error:
            raise InvalidRequest(
                "There can be no such name.", detail=f"{path[:100]!r}: {error}"
            ) from error
        # `..` was resolved, and what follows `?` or `#` is no path any more.
        if not request.url.path.endswith(unquote(whole)):
            raise InvalidRequest("There can be no such name.", detail=f"{path[:100]!r}")
        return request

    def unreachable(self, error: Exception) -> ServerUnreachable:
        reason = str(error) or type(error).__name__
        return ServerUnreachable(
            f"The Taskyard server at {self.url} does not answer.",
            detail=f"{reason}. Is it running (`taskyard server`), and is the URL right?",
        )


def payload(body: BaseModel) -> dict[str, Any]:
    """The JSON of a request; secrets are revealed here and nowhere else."""
    fields = body.model_dump(mode="json", exclude_none=True)
    for name, value in body:
        if isinstance(value, SecretStr):
            fields[name] = value.get_secret_value()
    return fields


def _parse(response: httpx.Response, shape: type[Shape]) -> Shape:
    if shape is type(None):
        return TypeAdapter(shape).validate_python(None)

    try:
        return TypeAdapter(shape).validate_json(response.content)
    except ValidationError as error:
        raise ServerFailed(
            "The server answered in a form that this client does not know.",
            detail=f"{response.request.method} {response.request.url.path}: "
            f"{error.error_count()} differences; is the client older than the server?",
        ) from error
