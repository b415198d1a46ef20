"""Forward requests to a vendor's API, byte for byte, with the server's own key."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import ClassVar, Final

import aiohttp
from pydantic import SecretStr
from yarl import URL

from taskyard.server.gateway.dialects import Dialect
from taskyard.server.gateway.exchange import Broken, Outgoing, Refused, Reply
from taskyard.server.gateway.headers import backward, forward, without_key

__all__ = ["Vendor"]

_CONNECT_SECONDS: Final = 10
#: The longest silence inside an answer: a model may think for minutes.
_SILENCE_SECONDS: Final = 600
_READ_BUFFER: Final = 256 * 1024
_MAX_HEADER: Final = 32 * 1024


class Vendor:
    """A vendor's API, or anything that speaks it. Close it to drop its connections."""

    model: ClassVar = ""

    def __init__(self, *, dialect: Dialect, base_url: str, key: SecretStr) -> None:
        self._dialect = dialect
        self._base_url = base_url.rstrip("/")
        self._key = key
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    @asynccontextmanager
    async def open(self, request: Outgoing) -> AsyncGenerator[Reply]:
        response = await self._send(request)
        try:
            yield Reply(
                status=response.status,
                headers=backward(response.raw_headers),
                chunks=_chunks(response),
            )
        finally:
            # Not `release`: an answer that nobody reads to its end must stop being made.
            response.close()

    async def _send(self, request: Outgoing) -> aiohttp.ClientResponse:
        query = without_key(request.query)
        url = f"{self._base_url}/{request.path}" + (f"?{query}" if query else "")
        headers = [
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, value in forward(request.headers)
        ]
        try:
            return await self._client().request(
                request.method,
                URL(url, encoded=True),
                data=self._dialect.edit(request) or None,
                headers=[
                    *headers,
                    self._dialect.credential(self._key.get_secret_value()),
                ],
                allow_redirects=False,
            )
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Refused(
                HTTPStatus.BAD_GATEWAY,
                "api_error",
                "Taskyard's gateway could not reach the model's API "
                f"({type(error).__name__}). Check the server's network and "
                f"{self._dialect.url_setting}.",
                worth_retrying=True,
            ) from error

    def _client(self) -> aiohttp.ClientSession:
        """One for the process; made here because it belongs to the running loop."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, ttl_dns_cache=60),
                auto_decompress=False,
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=("User-Agent", "Accept", "Content-Type"),
                read_bufsize=_READ_BUFFER,
                max_field_size=_MAX_HEADER,
                max_line_size=_MAX_HEADER,
                trust_env=True,
                timeout=aiohttp.ClientTimeout(
                    total=None,
                    sock_connect=_CONNECT_SECONDS,
                    sock_read=_SILENCE_SECONDS,
                ),
            )
        return self._session


async def _chunks(response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    try:
        async for chunk in response.content.iter_any():
            yield chunk
    except (aiohttp.ClientError, TimeoutError) as error:
        raise Broken(f"{type(error).__name__}: {error}") from error
