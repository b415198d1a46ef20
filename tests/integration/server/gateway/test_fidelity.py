"""What passes the gateway on its way to a vendor and back."""

import asyncio
import json
from collections.abc import AsyncIterator
from types import SimpleNamespace

import aiohttp
import pytest
import pytest_asyncio
from pydantic import SecretStr
from starlette.applications import Starlette

from taskyard.kit.clock import SystemClock
from taskyard.kit.supervisor import Supervisor
from taskyard.server.api import gateway as api
from taskyard.server.gateway.admission import MAX_BODY_BYTES
from taskyard.server.gateway.dialects import DIALECTS
from taskyard.server.gateway.service import GatewayService
from taskyard.server.gateway.usage import Usage
from taskyard.server.gateway.vendor import Vendor
from taskyard.testing.fake_llm.failures import fail
from tests.integration.server.gateway.house import KEY, TRICKY, House, opened_house
from tests.support.serving import served

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def house() -> AsyncIterator[House]:
    async with opened_house() as opened:
        yield opened


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
        f"{house.url}/gateway/anthropic/v1/messages", data=b"{}", headers=more
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
        f"{house.url}/gateway/anthropic/v1/messages",
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
            f"{house.url}/gateway/anthropic/v1/messages",
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
    async with house.client.request(
        method, f"{house.url}/gateway/anthropic{path}"
    ) as answer:
        assert answer.status == 200


async def test_a_vendor_that_is_not_there_is_said_to_be(house: House) -> None:
    async with Supervisor() as supervisor:
        upstream = Vendor(
            dialect=DIALECTS["anthropic"],
            base_url="http://127.0.0.1:9",
            key=SecretStr("k"),
        )
        service = GatewayService(
            keys=house.ledger,
            upstreams={"anthropic": upstream},
            usage=house.ledger,
            clock=SystemClock(),
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


async def test_a_usage_limit_is_noted_while_the_refusal_passes_untouched(
    house: House,
) -> None:
    refusal = fail("usage_limit", "anthropic", resets_in=7200)
    body = json.dumps(refusal.body).encode()
    house.vendor.status, house.vendor.answer = refusal.status, body
    house.vendor.headers = dict(refusal.headers)

    async with house.post() as answer:
        passed = await answer.read()
    protocol, limit = await asyncio.wait_for(house.ledger.limits.get(), 10)

    assert (answer.status, passed) == (429, body)
    assert answer.headers["anthropic-ratelimit-unified-status"] == "rejected"
    assert protocol == "anthropic"
    assert limit.detail == "Anthropic's usage limit of five hours is reached."
    assert limit.resets_at is not None
