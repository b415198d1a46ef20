"""The gateway on real sockets, between a client and a vendor that records."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field
from types import SimpleNamespace
from uuid import UUID, uuid4

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from pydantic import SecretStr
from starlette.applications import Starlette

from taskyard.kit.crypto import digest
from taskyard.kit.supervisor import Supervisor
from taskyard.server.api import gateway as api
from taskyard.server.gateway.admission import MAX_BODY_BYTES
from taskyard.server.gateway.keys import Caller
from taskyard.server.gateway.service import GatewayService
from taskyard.server.gateway.usage import Usage
from taskyard.server.gateway.vendor import AnthropicVendor
from tests.support.serving import served

pytestmark = pytest.mark.asyncio

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

    async def find(self, key_hash: bytes) -> Caller | None:
        return self.caller if key_hash == digest(KEY) else None

    async def record(self, caller: Caller, usage: Usage) -> None:
        assert caller == self.caller
        self.used.put_nowait(usage)


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
            f"{self.url}{api.PREFIX}{path}",
            data=b'{"model": "m",  "x_future": {"b": 1, "a": 2}, "stream": true}\n',
            headers={
                "authorization": f"Bearer {KEY}",
                "content-type": "application/json",
            },
        )


@pytest_asyncio.fixture
async def house() -> AsyncIterator[House]:
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
            upstream=AnthropicVendor(
                base_url=f"http://127.0.0.1:{port}/base", key=SecretStr("sk-vendor")
            ),
            usage=ledger,
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


async def test_request_and_answer_pass_byte_for_byte(house: House) -> None:
    async with house.post("/v1/messages?beta=true") as answer:
        received = await answer.read()

    path, _, body = house.vendor.requests[0]
    assert received == TRICKY
    assert path == "/base/v1/messages?beta=true"
    assert body == b'{"model": "m",  "x_future": {"b": 1, "a": 2}, "stream": true}\n'


async def test_the_vendor_sees_its_own_key_and_nothing_of_ours(house: House) -> None:
    async with house.post() as answer:
        await answer.read()

    _, headers, body = house.vendor.requests[0]
    assert (b"x-api-key", b"sk-vendor") in headers
    assert KEY.encode() not in b"".join(value for _, value in headers) + body
    assert not [name for name, _ in headers if name == b"authorization"]


async def test_unknown_headers_reach_the_vendor_and_limits_come_back(
    house: House,
) -> None:
    more = {"anthropic-beta": "a,b", "x-future": "1", "authorization": f"Bearer {KEY}"}
    async with house.client.post(
        f"{house.url}{api.PREFIX}/v1/messages", data=b"{}", headers=more
    ) as answer:
        back = answer.headers

    _, headers, _ = house.vendor.requests[0]
    assert (b"anthropic-beta", b"a,b") in headers
    assert (b"x-future", b"1") in headers
    assert back["request-id"] == "req_1"
    assert back["retry-after"] == "7"
    assert "set-cookie" not in back


async def test_what_was_used_is_noted_after_the_answer(house: House) -> None:
    async with house.post() as answer:
        await answer.read()

    async with asyncio.timeout(5):
        usage = await house.ledger.used.get()
    assert usage == Usage(model="m", input_tokens=3, output_tokens=9, exact=True)


async def test_an_agent_that_hangs_up_stops_the_vendor(house: House) -> None:
    house.vendor.endless = True

    async with asyncio.timeout(10):
        async with house.post() as answer:
            await answer.content.readany()
            answer.close()
        await house.vendor.aborted.wait()
        usage = await house.ledger.used.get()

    assert usage.input_tokens == 3


async def test_an_unknown_key_is_refused_in_the_vendors_shape(house: House) -> None:
    async with house.client.post(
        f"{house.url}{api.PREFIX}/v1/messages",
        data=b"{}",
        headers={"x-api-key": "other"},
    ) as answer:
        body = await answer.json()

    assert answer.status == 401
    assert answer.headers["x-should-retry"] == "false"
    assert body["type"] == "error"
    assert body["error"]["type"] == "authentication_error"
    assert house.vendor.requests == []


async def test_a_vendors_own_error_passes_as_it_is(house: House) -> None:
    house.vendor.status, house.vendor.answer = 529, b'{"type":"error"}'

    async with house.post() as answer:
        body = await answer.read()

    assert (answer.status, body) == (529, b'{"type":"error"}')


async def test_other_parts_of_the_vendors_api_are_not_for_workspaces(
    house: House,
) -> None:
    async with house.post("/v1/files") as answer:
        body = await answer.json()

    assert answer.status == 404
    assert body["error"]["type"] == "not_found_error"
    assert house.vendor.requests == []


async def test_a_body_over_the_limit_is_refused(house: House) -> None:
    async def flood() -> AsyncIterator[bytes]:
        for _ in range((MAX_BODY_BYTES >> 20) + 2):
            yield b"x" * (1 << 20)

    try:
        async with house.client.post(
            f"{house.url}{api.PREFIX}/v1/messages",
            data=flood(),
            headers={"authorization": f"Bearer {KEY}"},
        ) as answer:
            assert answer.status == 413
    except aiohttp.ClientConnectionError:
        # The answer came, and the connection was closed, while the client still wrote.
        pass
    assert house.vendor.requests == []


@pytest.mark.parametrize(("method", "path"), [("HEAD", "/"), ("GET", "/api/hello")])
async def test_greetings_need_no_key(house: House, method: str, path: str) -> None:
    async with house.client.request(method, f"{house.url}{api.PREFIX}{path}") as answer:
        assert answer.status == 200


async def test_a_vendor_that_is_not_there_is_said_to_be(house: House) -> None:
    async with Supervisor() as supervisor:
        upstream = AnthropicVendor(base_url="http://127.0.0.1:9", key=SecretStr("k"))
        service = GatewayService(
            keys=house.ledger,
            upstream=upstream,
            usage=house.ledger,
            supervisor=supervisor,
        )
        app = Starlette(routes=api.router.routes)
        app.state.process = SimpleNamespace(gateway=service)
        async with served(app) as url:
            house.url = url
            async with house.post() as answer:
                body = await answer.json()
        await service.close()

    assert answer.status == 502
    assert answer.headers["x-should-retry"] == "true"
    assert "could not reach the model's API" in body["error"]["message"]
