"""Let a workspace talk to a model: check its key, pass the request on, note the usage."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from typing import Protocol

from pydantic import SecretStr

from taskyard.kit.clock import Clock
from taskyard.kit.crypto import digest
from taskyard.kit.supervisor import Supervisor
from taskyard.server.gateway.admission import Admission
from taskyard.server.gateway.demo.upstream import DemoModel
from taskyard.server.gateway.dialects import DIALECTS, DialectName
from taskyard.server.gateway.exchange import Outgoing, Refused, Reply, Upstream
from taskyard.server.gateway.keys import Caller, KeyLookup
from taskyard.server.gateway.limits import MAX_KEPT, limit_of
from taskyard.server.gateway.usage import Tap, UsageSink
from taskyard.server.gateway.vendor import Vendor

__all__ = ["ClosableUpstream", "GatewayService", "upstream_of"]


class ClosableUpstream(Upstream, Protocol):
    async def close(self) -> None: ...


def upstream_of(
    name: DialectName, *, key: SecretStr | None, base_url: str, demo_pause: timedelta
) -> ClosableUpstream:
    """The vendor when there is a key for it; otherwise the demo model."""
    dialect = DIALECTS[name]
    if key is not None:
        return Vendor(dialect=dialect, base_url=base_url, key=key)
    return DemoModel(dialect=dialect, pause=demo_pause)


class GatewayService:
    """One for the process."""

    def __init__(
        self,
        *,
        keys: KeyLookup,
        upstreams: Mapping[DialectName, ClosableUpstream],
        usage: UsageSink,
        clock: Clock,
        supervisor: Supervisor,
    ) -> None:
        self._keys = keys
        self._upstreams = upstreams
        self._usage = usage
        self._clock = clock
        self._supervisor = supervisor
        self.admission = Admission()

    async def close(self) -> None:
        for upstream in self._upstreams.values():
            await upstream.close()

    async def identify(self, key: str) -> Caller:
        """Who holds `key`. Raises `Refused` (401) when it is unknown or revoked."""
        caller = await self._keys.find(digest(key)) if key else None
        if caller is None:
            raise Refused(
                HTTPStatus.UNAUTHORIZED,
                "authentication_error",
                "This key of Taskyard's gateway is not valid: it ends with the start or "
                "stop of the workspace it was made for.",
            )
        return caller

    @asynccontextmanager
    async def open(
        self, name: DialectName, caller: Caller, request: Outgoing
    ) -> AsyncGenerator[Reply]:
        """Pass the request on. Raises `Refused` when there is nothing to pass back."""
        dialect = DIALECTS[name]
        if not dialect.takes(request):
            raise Refused(
                HTTPStatus.NOT_FOUND,
                "not_found_error",
                f"Taskyard's gateway does not pass on {request.method} /{request.path}.",
            )

        upstream = self._upstreams[name]
        async with upstream.open(request) as reply:
            if not dialect.bills(request):
                yield reply
                return
            if reply.status != HTTPStatus.OK:
                async with self._limits(name, caller, reply) as watched:
                    yield watched
                return

            tap = dialect.tap()
            try:
                yield replace(reply, chunks=_tapped(reply.chunks, tap))
            finally:
                # In the background: this may run while the request is being cancelled.
                if (used := tap.result()) is not None:
                    used = replace(used, model=upstream.model or used.model)
                    self._supervisor.start(
                        self._usage.record(caller, used), name="gateway usage"
                    )

    @asynccontextmanager
    async def _limits(
        self, name: DialectName, caller: Caller, reply: Reply
    ) -> AsyncGenerator[Reply]:
        """Look into a refusal while it is passed back: is a usage limit reached?"""
        body = bytearray()
        try:
            yield replace(reply, chunks=_copied(reply.chunks, body))
        finally:
            limit = limit_of(name, reply.status, reply.headers, body, self._clock.now())
            if limit is not None:
                self._supervisor.start(
                    self._usage.limit(caller, name, limit), name="gateway limit"
                )


async def _copied(
    chunks: AsyncIterator[bytes], into: bytearray
) -> AsyncIterator[bytes]:
    async for chunk in chunks:
        yield chunk
        if len(into) < MAX_KEPT:
            into += chunk


async def _tapped(chunks: AsyncIterator[bytes], tap: Tap) -> AsyncIterator[bytes]:
    async for chunk in chunks:
        yield chunk
        # After the chunk has been sent: accounting never delays a token.
        tap.feed(chunk)
