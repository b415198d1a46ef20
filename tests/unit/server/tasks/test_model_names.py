import json

import httpx
import pytest
from pydantic import SecretStr

from taskyard.server.tasks.model_names import AnthropicNamer
from taskyard.server.tasks.naming import Suggestion

pytestmark = pytest.mark.asyncio


def _namer(handler: httpx.MockTransport) -> AnthropicNamer:
    return AnthropicNamer(
        base_url="http://vendor",
        api_key=SecretStr("sk-test"),
        model="small",
        new_client=lambda: httpx.AsyncClient(transport=handler),
    )


async def test_the_model_is_asked_with_the_servers_key_and_its_answer_read() -> None:
    seen = list[httpx.Request]()

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        text = json.dumps({"task_name": "dark-mode", "display_name": "Dark mode"})
        return httpx.Response(200, json={"content": [{"type": "text", "text": text}]})

    named = await _namer(httpx.MockTransport(answer)).suggest("make it dark")

    assert named == Suggestion("dark-mode", "Dark mode")
    assert str(seen[0].url) == "http://vendor/v1/messages"
    assert seen[0].headers["x-api-key"] == "sk-test"
    assert json.loads(seen[0].content)["model"] == "small"


@pytest.mark.parametrize(
    "response",
    [
        pytest.param(httpx.Response(529, json={}), id="overloaded"),
        pytest.param(httpx.Response(200, text="<html>"), id="not JSON"),
        pytest.param(httpx.Response(200, json=["a"]), id="another shape"),
        pytest.param(httpx.Response(200, json={"content": []}), id="empty"),
    ],
)
async def test_a_vendor_that_fails_names_nothing(response: httpx.Response) -> None:
    namer = _namer(httpx.MockTransport(lambda _: response))

    assert await namer.suggest("x") is None


async def test_a_vendor_that_cannot_be_reached_names_nothing() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route", request=request)

    assert await _namer(httpx.MockTransport(refuse)).suggest("x") is None
