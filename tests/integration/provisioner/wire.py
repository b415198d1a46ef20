"""The fake server over HTTP, as the real one answers a provisioner."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, FastAPI, Header, HTTPException, Request, Response

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
from taskyard.provisioner.client import ServerUnreachable
from taskyard.provisioner.errors import LeaseLost
from taskyard.testing.provisioning import FakeServer

__all__ = ["KEY", "application"]

KEY = "tyk-prov-test"
_BASE = "/api/v2/provisioners"


def application(server: FakeServer) -> FastAPI:
    """Takes only `KEY`; says 409 for a lost lease and 503 while it is away."""
    app = FastAPI(dependencies=[Depends(_check_key)])
    app.add_exception_handler(LeaseLost, _lost)
    app.add_exception_handler(ServerUnreachable, _away)
    _add_sources(app, server)
    _add_jobs(app, server)
    return app


def _check_key(authorization: Annotated[str, Header()] = "") -> None:
    if authorization != f"Bearer {KEY}":
        raise HTTPException(401)


async def _lost(_request: Request, _error: Exception) -> Response:
    return Response(status_code=409)


async def _away(_request: Request, _error: Exception) -> Response:
    return Response(status_code=503)


def _add_sources(app: FastAPI, server: FakeServer) -> None:
    async def file(file_id: UUID) -> Response:
        return Response(await server.file(file_id))

    async def modules(version_id: UUID) -> Response:
        found = await server.modules(version_id)
        if found is None:
            raise HTTPException(404)
        return Response(found)

    app.get(f"{_BASE}/files/{{file_id}}")(file)
    app.get(f"{_BASE}/versions/{{version_id}}/modules")(modules)


def _add_jobs(app: FastAPI, server: FakeServer) -> None:
    async def acquire(body: AcquireRequest) -> Job | Response:
        return await server.acquire(body) or Response(status_code=204)

    async def heartbeat(job: int, body: Heartbeat) -> HeartbeatReply:
        return await server.heartbeat(job, body)

    async def log(job: int, body: LogBatch) -> None:
        await server.log(job, body)

    async def put_modules(job: int, lease_token: UUID, request: Request) -> None:
        await server.put_modules(job, lease_token, await request.body())

    async def put_state(job: int, body: StateUpload) -> None:
        await server.put_state(job, body)

    async def complete(job: int, body: Completion) -> None:
        await server.complete(job, body)

    async def fail(job: int, body: Failure) -> None:
        await server.fail(job, body)

    app.post(f"{_BASE}/jobs/acquire", response_model=None)(acquire)
    app.post(f"{_BASE}/jobs/{{job}}/heartbeat")(heartbeat)
    app.post(f"{_BASE}/jobs/{{job}}/logs", status_code=204)(log)
    app.put(f"{_BASE}/jobs/{{job}}/modules", status_code=204)(put_modules)
    app.put(f"{_BASE}/jobs/{{job}}/state", status_code=204)(put_state)
    app.post(f"{_BASE}/jobs/{{job}}/complete", status_code=204)(complete)
    app.post(f"{_BASE}/jobs/{{job}}/fail", status_code=204)(fail)
