"""JSON-RPC 2.0 over an agent's standard input and output, one object a line."""

import asyncio
import itertools
import json
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, Protocol, cast, final

from taskyard.kit.supervisor import Supervisor
from taskyard.runner.agents.driver import AgentFailed
from taskyard.runner.agents.process import Oversized

__all__ = ["METHOD_NOT_FOUND", "Peer", "RpcError", "Wire"]

log = logging.getLogger(__name__)

METHOD_NOT_FOUND: Final = -32601
_INTERNAL: Final = -32603
_ID: Final = re.compile(rb'"id"\s*:\s*(\d+)')

Json = dict[str, Any]


class RpcError(Exception):
    """The other side answered with an error."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data

    def sentence(self) -> str:
        """The message and what the agent adds to it."""
        extra = json.dumps(self.data)[:500] if self.data else ""
        return f"{self.message} {extra}".strip()


class Wire(Protocol):
    async def send(self, line: bytes) -> None: ...


@final
class Peer:
    """Matches answers to requests; hands requests and notifications of the agent on.

    Notifications are handled one after another in the order of their arrival, and before
    the answer that follows them; requests run beside each other.
    """

    def __init__(
        self,
        *,
        wire: Wire,
        supervisor: Supervisor,
        on_notification: Callable[[str, Json], None],
        on_request: Callable[[str, Json], Awaitable[Json]],
        on_garbage: Callable[[str], None],
    ) -> None:
        self._wire = wire
        self._supervisor = supervisor
        self._on_notification = on_notification
        self._on_request = on_request
        self._on_garbage = on_garbage
        self._ids = itertools.count(1)
        self._pending: dict[int, asyncio.Future[Json]] = {}
        self._ended = ""

    async def request(self, method: str, params: Json) -> Json:
        """Ask and wait. Raises `RpcError`, or `AgentFailed` when the agent is gone."""
        if self._ended:
            raise AgentFailed(self._ended)
        number = next(self._ids)
        future: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._pending[number] = future
        try:
            await self._send({"id": number, "method": method, "params": params})
            return await future
        finally:
            self._pending.pop(number, None)

    async def notify(self, method: str, params: Json) -> None:
        await self._send({"method": method, "params": params})

    def receive(self, line: bytes | Oversized) -> None:
        """Act on one line; lines that are not JSON-RPC are garbage and harmless."""
        if isinstance(line, Oversized):
            self._skip(line)
            return
        if not line.strip():
            return
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            self._on_garbage(line[:2000].decode("utf-8", "replace"))
            return
        if isinstance(message, dict):
            self._dispatch(cast("Json", message))
        else:
            self._on_garbage(line[:2000].decode("utf-8", "replace"))

    def end(self, reason: str) -> None:
        """Fail what is still waited for: the agent is gone."""
        self._ended = reason
        for future in self._pending.values():
            if not future.done():
                future.set_exception(AgentFailed(reason))

    def _dispatch(self, message: Json) -> None:
        method, number = message.get("method"), message.get("id")
        params = message.get("params")
        body = cast("Json", params) if isinstance(params, dict) else {}
        if isinstance(method, str) and number is not None:
            self._supervisor.start(
                self._answer(number, method, body), name=f"acp {method}"
            )
        elif isinstance(method, str):
            self._notice(method, body)
        elif isinstance(number, int) and (future := self._pending.get(number)):
            _settle(future, message)

    def _notice(self, method: str, params: Json) -> None:
        """One that we stumble over must not keep us from reading the next."""
        try:
            self._on_notification(method, params)
        except Exception:
            log.exception("notification %r of the agent failed", method)

    async def _answer(self, number: Any, method: str, params: Json) -> None:
        try:
            answer: Json = {"result": await self._on_request(method, params)}
        except RpcError as exc:
            answer = {"error": {"code": exc.code, "message": exc.message}}
        except Exception as exc:
            log.exception("request %r of the agent failed", method)
            answer = {"error": {"code": _INTERNAL, "message": repr(exc)}}
        try:
            await self._send({"id": number, **answer})
        except AgentFailed:
            log.info("the agent ended before its %r was answered", method)

    async def _send(self, message: Json) -> None:
        await self._wire.send(json.dumps({"jsonrpc": "2.0", **message}).encode())

    def _skip(self, line: Oversized) -> None:
        """A line that is too long may have been the answer to a request: fail that one."""
        self._on_garbage(f"a line of {line.size} bytes was skipped: {line.head!r}")
        found = _ID.search(line.head)
        if found and (future := self._pending.get(int(found[1]))) and not future.done():
            future.set_exception(
                RpcError(_INTERNAL, f"the answer has {line.size} bytes")
            )


def _settle(future: asyncio.Future[Json], message: Mapping[str, Any]) -> None:
    if future.done():
        return
    error = message.get("error")
    if isinstance(error, dict):
        body = cast("Json", error)
        code = body.get("code")
        future.set_exception(
            RpcError(
                code if isinstance(code, int) else _INTERNAL,
                str(body.get("message") or "the agent gave no reason"),
                body.get("data"),
            )
        )
    else:
        result = message.get("result")
        future.set_result(cast("Json", result) if isinstance(result, dict) else {})
