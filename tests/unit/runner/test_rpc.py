"""The other side of an agent's pipes."""

import json
from typing import Any

import pytest

from taskyard.kit.supervisor import Supervisor
from taskyard.runner.agents.acp.rpc import Peer

pytestmark = pytest.mark.asyncio


class Nowhere:
    async def send(self, line: bytes) -> None: ...


async def test_a_notification_that_fails_does_not_keep_the_next_from_being_read() -> (
    None
):
    heard: list[str] = []

    def notice(method: str, params: dict[str, Any]) -> None:
        heard.append(method)
        assert params["good"]

    async def refuse(method: str, params: dict[str, Any]) -> dict[str, Any]:
        raise NotImplementedError(method, params)

    async with Supervisor() as supervisor:
        peer = Peer(
            wire=Nowhere(),
            supervisor=supervisor,
            on_notification=notice,
            on_request=refuse,
            on_garbage=heard.append,
        )
        for method in ("one", "two"):
            peer.receive(json.dumps({"method": method, "params": {}}).encode())

    assert heard == ["one", "two"]
