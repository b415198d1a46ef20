"""JSON-RPC 2.0 with one editor: who asks, who answers, and what it may cost us."""

import asyncio
import itertools
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol, cast, final

import structlog

from taskyard.kit.errors import (
    InvalidRequest,
    NotFound,
    TaskyardError,
)
from taskyard.kit.supervisor import Supervisor
from taskyard.protocol.acp import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    INVALID_REQUEST,
    NOT_FOUND,
    PARSE_ERROR,
    REFUSED,
    REQUEST_CANCELLED,
    Json,
)

__all__ = ["Answer", "Peer", "RpcError", "Wire"]

log: structlog.stdlib.BoundLogger = structlog.get_logger()

#: Requests of one editor that are worked on at a time, and as many notifications; prompts
#: wait as long as their turns.
_AT_A_TIME: Final = 64


class RpcError(Exception):
    """An answer that is an error, of ours or of the editor."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data


@dataclass(frozen=True, slots=True)
class _Running:
    """A request of the editor that is worked on."""

    method: str
    params: Json
    task: "asyncio.Task[Any] | None"


@dataclass(frozen=True, slots=True)
class Answer:
    """A result, and what may happen only after the editor has been sent it."""

    result: Json
    then: Callable[[], None] | None = None


class Wire(Protocol):
    """Frames to and from the editor."""

    async def receive(self) -> str | None:
        """The next frame; None when the editor is gone."""
        ...

    async def send(self, frame: str) -> None:
        """Returns when there is room for more. Raises ConnectionError."""
        ...


class Handler(Protocol):
    async def answer(self, method: str, params: Json) -> Answer:
        """Carry out a request, or take a notification. Raises RpcError, TaskyardError."""
        ...


@final
class Peer:
    """Every frame is sent when there is room for it: whoever sends waits, nothing piles up.

    Requests begin in the order in which they came, and run beside each other.
    """

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._sending = asyncio.Lock()
        # Not from 1 on: behind a bridge the same editor may still think about a request of
        # an earlier connection, and its answer must not be taken for another's.
        self._numbers = itertools.count(secrets.randbelow(2**31) * 2**16 + 1)
        self._asked: dict[int, asyncio.Future[Json]] = {}
        self._running: dict[int | str | None, _Running] = {}
        self._room = asyncio.Semaphore(_AT_A_TIME)  # for notifications
        self._supervisor = Supervisor()
        self._is_over = False

    async def serve(self, handler: Handler) -> None:
        """Until the editor is gone."""
        async with self._supervisor:
            try:
                while (frame := await self._wire.receive()) is not None:
                    await self._received(frame, handler)
            except ConnectionError:
                log.debug("acp_gone")
            finally:
                self._is_over = True

    # -- to the editor ----------------------------------------------------------------

    async def notify(self, method: str, params: Json) -> None:
        """Raises ConnectionError."""
        await self._send({"method": method, "params": params})

    async def request(self, method: str, params: Json) -> Json:
        """Ask and wait. Cancelled, it tells the editor that no answer is needed any more.

        Raises RpcError, ConnectionError.
        """
        number = next(self._numbers)
        answer = self._asked[number] = asyncio.get_running_loop().create_future()
        try:
            await self._send({"id": number, "method": method, "params": params})
            return await answer
        except asyncio.CancelledError:
            self._supervisor.start(self._withdraw(number), name="acp withdraw")
            raise
        finally:
            del self._asked[number]

    async def _withdraw(self, number: int) -> None:
        try:
            await self.notify("$/cancel_request", {"requestId": number})
        except ConnectionError:
            log.debug("acp_gone", request=number)

    async def _send(self, message: Json) -> None:
        frame = json.dumps(
            {"jsonrpc": "2.0", **message}, ensure_ascii=False, separators=(",", ":")
        )
        async with self._sending:
            await self._wire.send(frame)

    # -- from the editor --------------------------------------------------------------

    async def _received(self, frame: str, handler: Handler) -> None:
        try:
            message = json.loads(frame)
        except (ValueError, RecursionError):
            await self._refuse(None, RpcError(PARSE_ERROR, "The frame is not JSON."))
            return
        if not isinstance(message, dict):
            error = RpcError(INVALID_REQUEST, "Send one JSON-RPC message in a frame.")
            await self._refuse(None, error)
            return
        body = cast("Json", message)
        method, id_, params = body.get("method"), body.get("id"), body.get("params")
        if method is None:
            self._answered(id_, body)
        elif not isinstance(method, str) or not isinstance(id_, int | str | None):
            error = RpcError(INVALID_REQUEST, "The message has no valid method and id.")
            await self._refuse(None, error)
        elif not isinstance(params, dict | None):
            error = RpcError(INVALID_PARAMS, "params must be an object.")
            await self._refuse(id_, error)
        else:
            await self._begin(handler, body, method, cast("Json", params or {}))

    async def _begin(
        self, handler: Handler, message: Json, method: str, params: Json
    ) -> None:
        id_ = message.get("id")
        if method == "$/cancel_request":
            await self._cancel(handler, params.get("requestId"))
        elif "id" not in message:
            await self._notified(handler, method, params)
        elif id_ in self._running or len(self._running) >= _AT_A_TIME:
            error = RpcError(
                REFUSED,
                f"At most {_AT_A_TIME} requests, each with an id of its own, are worked "
                "on at a time: wait for an answer.",
            )
            await self._refuse(id_, error)
        else:
            self._running[id_] = _Running(method, params, None)
            self._supervisor.start(
                self._run(handler, id_, method, params), name=f"acp {method}"
            )

    async def _run(
        self, handler: Handler, id_: int | str | None, method: str, params: Json
    ) -> None:
        self._running[id_] = _Running(method, params, asyncio.current_task())
        try:
            answer = await _judged(handler, method, params)
        except asyncio.CancelledError:
            if self._is_over:
                raise
            answer = RpcError(REQUEST_CANCELLED, "The request was cancelled.")
        finally:
            self._running.pop(id_, None)
        try:
            if isinstance(answer, RpcError):
                await self._refuse(id_, answer)
                return
            await self._send({"id": id_, "result": answer.result})
            if answer.then is not None:
                answer.then()
        except ConnectionError:
            log.debug("acp_gone", method=method)

    async def _notified(self, handler: Handler, method: str, params: Json) -> None:
        """Nothing more is read from who sends more than is worked on."""
        await self._room.acquire()
        self._supervisor.start(
            self._take(handler, method, params), name=f"acp {method}"
        )

    async def _take(self, handler: Handler, method: str, params: Json) -> None:
        """A notification has no answer, not even an error."""
        try:
            error = await _judged(handler, method, params)
        finally:
            self._room.release()
        if isinstance(error, RpcError):
            log.info("acp_notification_refused", method=method, error=error.message)

    async def _cancel(self, handler: Handler, id_: object) -> None:
        """An unknown id is that of a request which has just been answered."""
        running = self._running.get(id_) if isinstance(id_, int | str) else None
        if running is None:
            return
        if running.method == "session/prompt":
            # Its answer comes when the turn has been cancelled.
            await self._notified(handler, "session/cancel", running.params)
        elif running.task is not None:
            running.task.cancel()

    def _answered(self, id_: object, message: Json) -> None:
        question = self._asked.get(id_) if isinstance(id_, int) else None
        if question is None or question.done():
            return
        error, result = message.get("error"), message.get("result")
        if isinstance(error, dict):
            body = cast("Json", error)
            question.set_exception(
                RpcError(INTERNAL_ERROR, str(body.get("message")), body.get("data"))
            )
        else:
            question.set_result(
                cast("Json", result) if isinstance(result, dict) else {}
            )

    async def _refuse(self, id_: object, error: RpcError) -> None:
        body: Json = {"code": error.code, "message": error.message}
        if error.data is not None:
            body["data"] = error.data
        await self._send({"id": id_, "error": body})


async def _judged(handler: Handler, method: str, params: Json) -> Answer | RpcError:
    try:
        return await handler.answer(method, params)
    except RpcError as error:
        return error
    except TaskyardError as error:
        return _of(error)
    except Exception:
        log.exception("acp_request_failed", method=method)
        return RpcError(
            INTERNAL_ERROR, "The server failed to do this; its log has the cause."
        )


def _of(error: TaskyardError) -> RpcError:
    """The same words as over HTTP; clients tell errors apart by `data.code`."""
    match error:
        case NotFound():
            code = NOT_FOUND
        case InvalidRequest():
            code = INVALID_PARAMS
        case _:
            code = REFUSED
    fields = [f"{v.field}: {v.detail}" for v in error.validations]
    message = " ".join([error.message, error.detail or "; ".join(fields)]).strip()
    return RpcError(code, message, {"code": error.code})
