"""The server: every route and every background loop, in one list each."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from fastapi import APIRouter, FastAPI

from taskyard.kit.clock import Clock, SystemClock
from taskyard.server.api import (
    auth,
    errors,
    meta,
    organizations,
    pages,
    setup,
    tokens,
    users,
)
from taskyard.server.api.headers import SecurityHeaders
from taskyard.server.api.limits import BodyLimit
from taskyard.server.background.loop import Loop, run
from taskyard.server.config import COMPATIBLE_VERSION, Config
from taskyard.server.factory import ProcessContext

__all__ = ["LOOPS", "ROUTERS", "create_app"]

#: One line each; the order matters only where two routes could match one path.
ROUTERS: Final[Sequence[APIRouter]] = (
    meta.router,
    setup.router,  # before users: /users/first
    auth.router,  # before users: /users/authmethods
    users.router,
    tokens.router,
    organizations.router,
    pages.router,  # last: it answers every other path
)

#: One line each; see background.loop.
LOOPS: Final[Sequence[Loop]] = (
    # loops of the domains
)


def create_app(
    config: Config,
    *,
    database_url: str | None = None,
    clock: Clock | None = None,
    loops: Sequence[Loop] = LOOPS,
) -> FastAPI:
    """The application; its lifespan opens the ProcessContext as `app.state.process`.

    `database_url` is given when the server owns the database; else it is in `config`.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        async with ProcessContext.open(
            config,
            database_url=database_url or _configured_url(config),
            clock=clock or SystemClock(),
        ) as process:
            app.state.process = process
            for loop in loops:
                process.supervisor.start(run(process, loop), name=loop.name)
            yield

    app = FastAPI(
        title="Taskyard",
        version=COMPATIBLE_VERSION,
        lifespan=lifespan,
        openapi_url="/api/v2/openapi.json",
        docs_url=None,  # its page loads scripts from elsewhere
        redoc_url=None,
    )
    errors.install(app)
    app.add_middleware(
        BodyLimit, normal=config.max_body_bytes, upload=config.max_upload_bytes
    )
    app.add_middleware(SecurityHeaders, https=config.access_url.startswith("https:"))
    for router in ROUTERS:
        app.include_router(router)
    return app


def _configured_url(config: Config) -> str:
    if config.database_url is None:
        raise ValueError("no database: set TASKYARD_DATABASE_URL or pass database_url")
    return config.database_url.get_secret_value()
