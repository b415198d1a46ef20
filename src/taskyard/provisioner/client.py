"""The server, as a provisioner sees it."""

from typing import Final, Protocol
from uuid import UUID

import httpx
from pydantic import BaseModel
from typing_extensions import override

from taskyard.protocol.provisioner import (
    AcquireRequest,
    Completion,
    Failure,
    Heartbeat,
    HeartbeatReply,
    Job,
    LogBatch,
    StateUpload,
)
from taskyard.provisioner.errors import LeaseLost, ServerRefused

__all__ = ["HttpServer", "KeyRefused", "Server", "ServerUnreachable"]

# The server holds an acquire open for 25 seconds.
_TIMEOUT: Final = httpx.Timeout(30.0, read=60.0)
_CLIENT_ERROR: Final = 400
_SERVER_ERROR: Final = 500
_TRY_AGAIN: Final = frozenset({408, 425, 429})
_BASE: Final = "/api/v2/provisioners/"


class ServerUnreachable(Exception):
    """No answer, or one that says to try again."""


class KeyRefused(Exception):
    """The server does not take our key; trying again is of no use."""


class Server(Protocol):
    """Every call may raise `ServerUnreachable`, `ServerRefused` and `KeyRefused`.

    Calls about a job raise `LeaseLost` when it is somebody else's.
    """

    async def acquire(self, request: AcquireRequest) -> Job | None:
        """Wait for a job, half a minute at most."""
        ...

    async def file(self, file_id: UUID) -> bytes: ...

    async def modules(self, version_id: UUID) -> bytes | None: ...

    async def heartbeat(self, job_id: int, beat: Heartbeat) -> HeartbeatReply: ...

    async def log(self, job_id: int, batch: LogBatch) -> None: ...

    async def put_modules(
        self, job_id: int, lease_token: UUID, data: bytes
    ) -> None: ...

    async def put_state(self, job_id: int, upload: StateUpload) -> None: ...

    async def complete(self, job_id: int, completion: Completion) -> None: ...

    async def fail(self, job_id: int, failure: Failure) -> None: ...


class HttpServer(Server):
    """`client` has the server's URL as its base and is closed by its owner."""

    def __init__(self, client: httpx.AsyncClient, key: str) -> None:
        self._client = client
        self._headers = {"Authorization": f"Bearer {key}"}

    @override
    async def acquire(self, request: AcquireRequest) -> Job | None:
        answer = await self._send("POST", "jobs/acquire", request)
        if answer.status_code == httpx.codes.NO_CONTENT.value:
            return None
        return Job.model_validate_json(answer.content)

    @override
    async def file(self, file_id: UUID) -> bytes:
        return (await self._send("GET", f"files/{file_id}")).content

    @override
    async def modules(self, version_id: UUID) -> bytes | None:
        answer = await self._send("GET", f"versions/{version_id}/modules")
        return answer.content if answer.is_success else None

    @override
    async def heartbeat(self, job_id: int, beat: Heartbeat) -> HeartbeatReply:
        answer = await self._send("POST", f"jobs/{job_id}/heartbeat", beat)
        return HeartbeatReply.model_validate_json(answer.content)

    @override
    async def log(self, job_id: int, batch: LogBatch) -> None:
        await self._send("POST", f"jobs/{job_id}/logs", batch)

    @override
    async def put_modules(self, job_id: int, lease_token: UUID, data: bytes) -> None:
        path = f"jobs/{job_id}/modules?lease_token={lease_token}"
        await self._send("PUT", path, data)

    @override
    async def put_state(self, job_id: int, upload: StateUpload) -> None:
        await self._send("PUT", f"jobs/{job_id}/state", upload)

    @override
    async def complete(self, job_id: int, completion: Completion) -> None:
        await self._send("POST", f"jobs/{job_id}/complete", completion)

    @override
    async def fail(self, job_id: int, failure: Failure) -> None:
        await self._send("POST", f"jobs/{job_id}/fail", failure)

    async def _send(
        self, method: str, path: str, body: BaseModel | bytes | None = None
    ) -> httpx.Response:
        headers = dict(self._headers)
        if isinstance(body, BaseModel):
            headers["Content-Type"] = "application/json"
        content = body.model_dump_json() if isinstance(body, BaseModel) else body
        try:
            answer = await self._client.request(
                method, _BASE + path, content=content, headers=headers, timeout=_TIMEOUT
            )
        except httpx.HTTPError as error:
            raise ServerUnreachable(f"{type(error).__name__}: {error}") from error
        return _checked(answer, method, path)


def _checked(answer: httpx.Response, method: str, path: str) -> httpx.Response:
    match answer.status_code:
        case 401 | 403:
            raise KeyRefused("the server does not accept this provisioner's key")
        case 409:
            raise LeaseLost
        case 404 if path.endswith("/modules") and method == "GET":
            return answer
        case status if status in _TRY_AGAIN or status >= _SERVER_ERROR:
            raise ServerUnreachable(_described(answer, method, path))
        case status if status >= _CLIENT_ERROR:
            raise ServerRefused(_described(answer, method, path))
        case _:
            return answer


def _described(answer: httpx.Response, method: str, path: str) -> str:
    where = f"{method} {path.partition('?')[0]}"
    return f"The server answered {answer.status_code} to {where}: {answer.text[:300]}"
