"""The server: every route and every background loop, in one list each."""

import asyncio
import signal
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

import uvloop
from fastapi import APIRouter, FastAPI

from taskyard.kit import logs
from taskyard.kit.clock import Clock, SystemClock
from taskyard.server.api import (
    acp,
    agent_me,
    agent_metadata,
    agent_settings,
    artifacts,
    auth,
    builds,
    errors,
    files,
    gateway,
    mcp,
    meta,
    organizations,
    pages,
    permissions,
    runner_link,
    sandboxes,
    setup,
    task_control,
    task_events,
    task_messages,
    tasks,
    template_versions,
    templates,
    tokens,
    users,
    workspace_agents,
    workspaces,
)
from taskyard.server.api import (
    bin as bin_routes,
)
from taskyard.server.api import (
    provisioners as provisioner_routes,
)
from taskyard.server.api.access import EndWithAccess
from taskyard.server.api.headers import SecurityHeaders
from taskyard.server.api.limits import BodyLimit
from taskyard.server.background.builds import PRUNE, SETTLE
from taskyard.server.background.delivery import DELIVERY
from taskyard.server.background.loop import Loop, keep_going
from taskyard.server.background.signals import SIGNALS
from taskyard.server.background.starter import STARTER
from taskyard.server.config import COMPATIBLE_VERSION, OWN_VERSION, Config
from taskyard.server.db.migrate import upgrade
from taskyard.server.factory import Factory, ProcessContext, open_process
from taskyard.server.launch.banner import banner
from taskyard.server.launch.bind import bind, check_reach
from taskyard.server.launch.http import serving
from taskyard.server.launch.lock import locked
from taskyard.server.launch.postgres import database
from taskyard.server.launch.provisioners import (
    built_in_key,
    provisioners,
    release_jobs,
)

__all__ = ["LOOPS", "ROUTERS", "create_app", "run"]

#: One line each; the order matters only where two routes could match one path.
ROUTERS: Final[Sequence[APIRouter]] = (
    meta.router,
    setup.router,  # before users: /users/first
    auth.router,  # before users: /users/authmethods
    users.router,
    tokens.router,
    organizations.router,
    gateway.router,
    mcp.router,
    files.router,
    templates.router,
    template_versions.router,
    workspaces.router,
    builds.router,
    agent_me.router,  # before workspace_agents: /workspaceagents/me
    agent_metadata.router,
    workspace_agents.router,
    tasks.router,
    task_messages.router,
    task_control.router,
    task_events.router,
    acp.router,
    permissions.router,
    agent_settings.router,
    artifacts.router,
    runner_link.router,
    provisioner_routes.router,
    sandboxes.router,
    bin_routes.router,
    pages.router,  # last: it answers every other path
)

#: One line each; see background.loop.
LOOPS: Final[Sequence[Loop]] = (
    DELIVERY,
    SIGNALS,
    SETTLE,
    PRUNE,
    STARTER,
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
        async with open_process(
            config,
            database_url=database_url or _configured_url(config),
            clock=clock or SystemClock(),
        ) as process:
            app.state.process = process
            for loop in loops:
                process.supervisor.start(keep_going(process, loop), name=loop.name)
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
    app.add_middleware(EndWithAccess)
    app.add_middleware(SecurityHeaders, https=config.access_url.startswith("https:"))
    for router in ROUTERS:
        app.include_router(router)
    return app


def _configured_url(config: Config) -> str:
    if config.database_url is None:
        raise ValueError("no database: set TASKYARD_DATABASE_URL or pass database_url")
    return config.database_url.get_secret_value()


def run(config: Config) -> None:
    """Serve until SIGINT or SIGTERM. Raises CannotStart with what to do about it."""
    logs.configure(config.log_format, config.log_level)
    check_reach(config)
    with (
        locked(config.data_dir),
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        runner.run(_serve(config))


async def _serve(config: Config) -> None:
    """Start from the bottom up; stop, by leaving the blocks, in the opposite order.

    1. the provisioners, while they can still report what they did;
    2. HTTP: no new requests, those in progress end, streams are cut off;
    3. background loops, while the database is there to write to;
    4. connections to the database, then the database.
    """
    stop = _stop_signals()
    listener = bind(config)
    async with database(config) as url:
        await asyncio.to_thread(upgrade, url)
        app = create_app(config, database_url=url)
        async with serving(app, listener):
            process: ProcessContext = app.state.process
            async with provisioners(
                config,
                await built_in_key(process),
                ended=partial(release_jobs, process),
            ):
                print(await _greeting(process), flush=True)  # noqa: T201 - for people
                await stop.wait()
            process.links.go_away()
            process.broadcast.close()


def _stop_signals() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop


async def _greeting(process: ProcessContext) -> str:
    async with process.sessions.begin() as session:
        token = await Factory(process, session).setup().new_link_token()
    return banner(process.config, version=OWN_VERSION, setup_token=token)
