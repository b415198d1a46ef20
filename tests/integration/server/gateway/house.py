"""The gateway on real sockets, between a client and a vendor that records."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from uuid import UUID, uuid4

import aiohttp
from aiohttp import web
from pydantic import SecretStr
from starlette.applications import Starlette

from taskyard.kit.clock import SystemClock
from taskyard.kit.crypto import digest
from taskyard.kit.supervisor import Supervisor
from taskyard.server.api import gateway as api
from taskyard.server.gateway.demo.upstream import DemoModel
from taskyard.server.gateway.dialects import DIALECTS, DialectName
from taskyard.server.gateway.keys import Caller
from taskyard.server.gateway.limits import Limit
from taskyard.server.gateway.service import GatewayService
from taskyard.server.gateway.usage import Usage
from taskyard.server.gateway.vendor import Vendor
from tests.support.serving import served

__all__ = ["KEY", "TRICKY", "House", "Ledger", "Recorder", "opened_house"]

KEY = "sk-taskyard-test"
#: Pings, unknown events and fields, CRLF, UTF-8, no space after the colon.
TRICKY = (
    b'event: message_start\r\ndata: {"type":"message_start","message":{"model":"m",'
    b'"usage":{"input_tokens":3,"output_tokens":1}},"x_future":[1, 2]}\r\n\r\n'
    b": comment\n\nevent: ping\ndata:{}\n\n"
    b'event: unheard_of\ndata: {"\xc3\xa4":  "\xe2\x82\xac"}\n\n'
    b'data: {"type":"message_delta","usage":{"output_tokens":9}}\n\n'
)


@dataclass
class Recorder:
    """A vendor: keeps what arrives, answers what it is told."""

    answer: bytes = TRICKY
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict[str, str])
    requests: list[tuple[str, list[tuple[bytes, bytes]], bytes]] = field(
        default_factory=list[tuple[str, list[tuple[bytes, bytes]], bytes]]
    )
    endless: bool = False
    started: asyncio.Event = field(default_factory=asyncio.Event)
    aborted: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        headers = [(n.lower(), v) for n, v in request.raw_headers]
        self.requests.append((request.raw_path, headers, body))
        headers_back = {
            "content-type": "text/event-stream",
            "request-id": "req_1",
            "retry-after": "7",
            "set-cookie": "vendor=1",
            **self.headers,
        }
        response = web.StreamResponse(status=self.status, headers=headers_back)
        await response.prepare(request)
        try:
            await response.write(self.answer)
            self.started.set()
            while self.endless:
                await response.write(b": thinking\n\n")
                await asyncio.sleep(0.01)
        except (ConnectionError, asyncio.CancelledError):
            self.aborted.set()
            raise
        return response


@dataclass
class Ledger:
    caller: Caller = field(
        default_factory=lambda: Caller(workspace_id=uuid4(), task_id=UUID(int=1))
    )
    used: asyncio.Queue[Usage] = field(default_factory=asyncio.Queue[Usage])
    limits: asyncio.Queue[tuple[str, Limit]] = field(
        default_factory=asyncio.Queue[tuple[str, Limit]]
    )

    async def find(self, key_hash: bytes) -> Caller | None:
        return self.caller if key_hash == digest(KEY) else None

    async def record(self, caller: Caller, usage: Usage) -> None:
        assert caller == self.caller
        self.used.put_nowait(usage)

    async def limit(self, caller: Caller, protocol: str, limit: Limit) -> None:
        assert caller == self.caller
        self.limits.put_nowait((protocol, limit))


@dataclass
class House:
    url: str
    client: aiohttp.ClientSession
    vendor: Recorder
    ledger: Ledger

    def post(
        self, path: str = "/v1/messages"
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        return self.client.post(
            f"{self.url}/gateway/anthropic{path}",
            data=b'{"model": "m",  "x_future": {"b": 1, "a": 2}, "stream": true}\n',
            headers={
                "authorization": f"Bearer {KEY}",
                "content-type": "application/json",
            },
        )


@asynccontextmanager
async def opened_house(
    dialect: DialectName = "anthropic", *, has_key: bool = True
) -> AsyncGenerator[House]:
    """A gateway in front of a recording vendor, which stands at the path `/base`."""
    vendor, ledger = Recorder(), Ledger()
    async with AsyncExitStack() as stack:
        runner = web.AppRunner(
            _recording(vendor), handler_cancellation=True, shutdown_timeout=0.1
        )
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]

        supervisor = await stack.enter_async_context(Supervisor())
        service = GatewayService(
            keys=ledger,
            upstreams={
                dialect: Vendor(
                    dialect=DIALECTS[dialect],
                    base_url=f"http://127.0.0.1:{port}/base",
                    key=SecretStr("sk-vendor"),
                )
                if has_key
                else DemoModel(dialect=DIALECTS[dialect], pause=timedelta(0))
            },
            usage=ledger,
            clock=SystemClock(),
            supervisor=supervisor,
        )
        stack.push_async_callback(service.close)
        app = Starlette(routes=api.router.routes)
        app.state.process = SimpleNamespace(gateway=service)
        url = await stack.enter_async_context(served(app))
        client = await stack.enter_async_context(aiohttp.ClientSession())
        yield House(url=url, client=client, vendor=vendor, ledger=ledger)


def _recording(vendor: Recorder) -> web.Application:
    app = web.Application(client_max_size=128 << 20)
    app.router.add_route("*", "/{path:.*}", vendor.handle)
    return app
