"""One WebSocket of a fake runner, with the multiplexer on it."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final, final

from starlette.types import ASGIApp

from taskyard.kit.mux.mux import Mux, MuxStream
from taskyard.kit.mux.pump import PumpCarrier
from taskyard.kit.supervisor import Supervisor
from taskyard.protocol.link import Manifest
from taskyard.testing.asgi_socket import AsgiSocket

__all__ = ["RunnerConnection", "TurnedAway"]

_DEADLINE: Final = 10.0


class TurnedAway(Exception):
    """The server closed the connection instead of a welcome."""

    def __init__(self, code: int, reason: str, refused: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason
        self.refused = refused  # of the message `refused`; "" when none came


@final
class RunnerConnection:
    """One WebSocket of a fake runner."""

    def __init__(
        self,
        app: ASGIApp,
        token: str,
        received: Callable[[dict[str, Any]], None],
        on_open: Callable[[MuxStream, dict[str, Any]], None],
    ) -> None:
        self._socket = AsgiSocket(app, token=token)
        self._received = received
        self._mux = Mux(
            dialled=True,
            on_open=on_open,
            on_message=self._message,
        )
        self._welcome: asyncio.Future[Manifest] = (
            asyncio.get_running_loop().create_future()
        )
        self._refused = ""
        self._ended = asyncio.Event()
        self._supervisor = Supervisor()
        self._supervisor.start(self._socket.run(), name="server-side")
        self._supervisor.start(self._pump(), name="runner-side")

    def send(self, message: Mapping[str, Any]) -> None:
        self._mux.send_message(dict(message))

    async def welcomed(self) -> Manifest:
        async with asyncio.timeout(_DEADLINE):
            return await self._welcome

    async def ended(self) -> tuple[int, str]:
        async with asyncio.timeout(_DEADLINE):
            await self._ended.wait()
        return self._socket.close_code, self._refused or self._socket.close_reason

    async def close(self) -> None:
        """Hang up and wait until the server has noticed."""
        self._socket.drop()
        async with asyncio.timeout(_DEADLINE):
            await self._socket.over.wait()
        await self._supervisor.close()

    async def _pump(self) -> None:
        carrier = PumpCarrier(
            self._mux, receive=self._socket.receive, send=self._socket.send
        )
        await carrier.run()
        self._ended.set()
        if not self._welcome.done():
            self._welcome.set_exception(
                TurnedAway(
                    self._socket.close_code, self._socket.close_reason, self._refused
                )
            )
            self._welcome.exception()  # seen, even when nobody waits

    def _message(self, body: dict[str, Any]) -> None:
        match body["type"]:
            case "welcome":
                if not self._welcome.done():
                    self._welcome.set_result(body["manifest"])
            case "refused":
                self._refused = str(body["reason"])
            case _:
                pass
        self._received(body)
