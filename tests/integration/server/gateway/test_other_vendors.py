"""OpenAI's and Google's protocols pass as Anthropic's does, each with its own key."""

import asyncio
import json
from typing import Any

import pytest

from taskyard.server.gateway.dialects import DialectName
from taskyard.server.gateway.usage import Usage
from tests.integration.server.gateway.house import KEY, opened_house

pytestmark = pytest.mark.asyncio

RESPONSES = (
    b'data: {"type":"response.created","response":{"usage":null}}\n\n'
    b'data: {"type":"response.completed","response":{"model":"gpt-5","usage":'
    b'{"input_tokens":10,"input_tokens_details":{"cached_tokens":4},"output_tokens":3}}}\n\n'
)
GEMINI = (
    b'data: {"modelVersion":"gemini-x","candidates":[{"finishReason":"STOP"}],'
    b'"usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":2,'
    b'"thoughtsTokenCount":1,"cachedContentTokenCount":4}}\r\n\r\n'
)
STREAM = "/v1beta/models/gemini-x:streamGenerateContent?alt=sse"


@pytest.mark.parametrize(
    ("dialect", "path", "sent", "credential", "answer"),
    [
        (
            "openai",
            "/gateway/openai/v1/responses",
            {"authorization": f"Bearer {KEY}"},
            (b"authorization", b"Bearer sk-vendor"),
            RESPONSES,
        ),
        (
            "gemini",
            f"/gateway/gemini{STREAM}",
            {"x-goog-api-key": KEY},
            (b"x-goog-api-key", b"sk-vendor"),
            GEMINI,
        ),
        (
            "gemini",
            f"/gateway/gemini{STREAM}&key={KEY}",
            {},
            (b"x-goog-api-key", b"sk-vendor"),
            GEMINI,
        ),
    ],
)
async def test_bytes_pass_and_only_the_key_is_changed(
    dialect: DialectName,
    path: str,
    sent: dict[str, str],
    credential: tuple[bytes, bytes],
    answer: bytes,
) -> None:
    body = b'{"x_future": 1,  "stream": true}'
    async with opened_house(dialect) as house:
        house.vendor.answer = answer

        async with house.client.post(
            house.url + path, data=body, headers=sent
        ) as reply:
            received = await reply.read()
        async with asyncio.timeout(5):
            used = await house.ledger.used.get()

    arrived_at, headers, arrived = house.vendor.requests[0]
    assert received == answer
    assert arrived == body
    assert credential in headers
    assert KEY not in arrived_at
    assert KEY.encode() not in b"".join(value for _, value in headers)
    assert (used.protocol, used.input_tokens, used.cache_read_tokens) == (dialect, 6, 4)
    assert used.output_tokens == 3


@pytest.mark.parametrize(
    ("dialect", "path", "setting", "body"),
    [
        (
            "openai",
            "/gateway/openai/v1/chat/completions",
            "OPENAI_API_KEY",
            {"messages": [{"role": "user", "content": "hi"}]},
        ),
        ("openai", "/gateway/openai/v1/responses", "OPENAI_API_KEY", {"input": "hi"}),
        (
            "gemini",
            "/gateway/gemini/v1beta/models/g:generateContent",
            "GEMINI_API_KEY",
            {"contents": [{"parts": [{"text": "hi"}]}]},
        ),
    ],
)
async def test_without_a_vendors_key_the_demo_model_names_the_setting(
    dialect: DialectName, path: str, setting: str, body: dict[str, Any]
) -> None:
    async with (
        opened_house(dialect, has_key=False) as house,
        house.client.post(
            house.url + path, json=body, headers={"x-goog-api-key": KEY}
        ) as reply,
    ):
        said = await reply.text()
        async with asyncio.timeout(5):
            used = await house.ledger.used.get()

    assert reply.status == 200
    assert f"Set `{setting}` on the server" in said
    assert used.model == "taskyard-demo"
    assert used.protocol == dialect


@pytest.mark.parametrize(
    ("dialect", "path"),
    [
        ("openai", "/gateway/openai/v1/chat/completions"),
        ("openai", "/gateway/openai/v1/responses"),
        ("gemini", "/gateway/gemini/v1beta/models/g:generateContent"),
    ],
)
async def test_the_demo_model_says_what_it_cannot_read(
    dialect: DialectName, path: str
) -> None:
    async with (
        opened_house(dialect, has_key=False) as house,
        house.client.post(
            house.url + path, data=b"{}", headers={"x-goog-api-key": KEY}
        ) as reply,
    ):
        error = (await reply.json())["error"]

    assert reply.status == 400
    assert reply.headers["x-should-retry"] == "false"
    assert "Field required" in error["message"]


async def test_chats_are_made_to_say_what_they_used() -> None:
    body = b'{"model": "m", "stream":true}'
    usage = b'data: {"model":"m","choices":[],"usage":{"prompt_tokens":5,"completion_tokens":1}}\n\n'
    async with opened_house("openai") as house:
        house.vendor.answer = usage
        async with house.client.post(
            f"{house.url}/gateway/openai/v1/chat/completions",
            data=body,
            headers={"api-key": KEY},
        ) as reply:
            await reply.read()
        async with asyncio.timeout(5):
            used = await house.ledger.used.get()

    sent = house.vendor.requests[0][2]
    assert json.loads(sent)["stream_options"] == {"include_usage": True}
    assert sent.endswith(body[1:])
    assert used == Usage(model="m", protocol="openai", input_tokens=5, output_tokens=1)


async def test_a_chat_too_deep_to_be_read_passes_as_it_is() -> None:
    body = b'{"stream":' * 100_000
    async with (
        opened_house("openai") as house,
        house.client.post(
            f"{house.url}/gateway/openai/v1/chat/completions",
            data=body,
            headers={"api-key": KEY},
        ) as reply,
    ):
        await reply.read()

    assert reply.status == 200
    assert house.vendor.requests[0][2] == body


@pytest.mark.parametrize(
    ("dialect", "path"),
    [
        ("openai", "/gateway/openai/v1/files"),
        ("gemini", "/gateway/gemini/v1beta/models/../files:generateContent"),
        ("gemini", "/gateway/gemini/v1beta/files"),
    ],
)
async def test_the_rest_of_their_apis_is_not_for_workspaces(
    dialect: DialectName, path: str
) -> None:
    async with (
        opened_house(dialect) as house,
        house.client.post(
            house.url + path, data=b"{}", headers={"x-api-key": KEY}
        ) as reply,
    ):
        await reply.read()

    assert reply.status == 404
    assert house.vendor.requests == []
