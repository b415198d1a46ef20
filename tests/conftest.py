"""What every test of the server stands on: the real app on a real PostgreSQL."""

import os
import signal
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
import structlog
from blockbuster import BlockBuster, blockbuster_ctx
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from taskyard.kit.clock import ManualClock
from taskyard.kit.postgres import EmbeddedPostgres
from taskyard.server.config import Config
from taskyard.server.db import engine
from taskyard.server.factory import Factory, ProcessContext, opening
from taskyard.server.identity.actor import Role
from taskyard.server.identity.users import NewUser
from taskyard.server.main import create_app
from taskyard.testing.installation import install_in_background
from tests.support import postgres

PASSWORD = "correct horse battery"

# A shell starts what it runs in the background with SIGINT ignored, and a process hands
# that on to all it starts: programs that tests interrupt would never notice.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Download the real agents that tests name, while other tests run.

    Whoever needs one waits for it (`shared_agents`), and is told what went wrong.
    """
    is_first = os.environ.get("PYTEST_XDIST_WORKER", "gw0") == "gw0"
    if is_first and not session.config.option.collectonly:
        marks = (m for item in session.items for m in item.iter_markers("agents"))
        if installer := install_in_background({name for m in marks for name in m.args}):
            session.config.add_cleanup(installer)


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith(("TASKYARD_", "CODER_", "ANTHROPIC_")):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def _no_blocking_calls() -> Iterator[BlockBuster]:
    """A call that would block the event loop, made by code of the server, fails."""
    with blockbuster_ctx("taskyard.server") as blockbuster:
        yield blockbuster


@pytest.fixture(autouse=True, scope="session")
def _plain_logs() -> None:
    """Pretty tracebacks read source files, which would block the event loop."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.dev.ConsoleRenderer(
                colors=False, exception_formatter=structlog.dev.plain_traceback
            ),
        ]
    )


@pytest.fixture(scope="session")
def cluster() -> Iterator[EmbeddedPostgres]:
    with postgres.cluster() as running:
        yield running
        assert "deadlock detected" not in running.log_file.read_text()


@pytest.fixture(scope="session")
def _shared_database(cluster: EmbeddedPostgres) -> Iterator[postgres.Wiped]:
    shared = postgres.Wiped(postgres.migrated(cluster, "shared"))
    yield shared
    shared.close()


@pytest.fixture
def database_url(_shared_database: postgres.Wiped) -> Iterator[str]:
    """A migrated database without rows."""
    _shared_database.wipe()
    yield _shared_database.url
    _shared_database.wipe()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(
        data_dir=tmp_path,
        access_url="http://test",
        provisioners=0,
        demo_pause=timedelta(0),
        secret_key=SecretStr("0123456789abcdef0123456789abcdef"),
        password_hash_memory_kib=8,
        password_hash_rounds=1,
    )


_engines: dict[str, AsyncEngine] = {}


@pytest.fixture
def _shared_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """One engine for all tests of a database: it remembers statements it has compiled.

    Its connections are another matter: each test ends with `dispose`, which drops them.
    """

    def create_engine(url: str, *, pool_size: int = 20) -> AsyncEngine:
        if url not in _engines:
            _engines[url] = engine.create_engine(url, pool_size=pool_size)
        return _engines[url]

    monkeypatch.setattr(opening, "create_engine", create_engine)


@pytest_asyncio.fixture
async def app(
    config: Config, database_url: str, clock: ManualClock, _shared_engine: None
) -> AsyncIterator[FastAPI]:
    """The real application without its background loops; tests call their steps."""
    app = create_app(config, database_url=database_url, clock=clock, loops=())
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
def process(app: FastAPI) -> ProcessContext:
    context: ProcessContext = app.state.process
    return context


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A user of the test, and a client that is logged in as them."""

    id: UUID
    username: str
    email: str
    token: str
    organization_id: UUID
    client: httpx.AsyncClient


async def make_account(app: FastAPI, username: str, *roles: Role) -> Account:
    """The client's `aclose` is the caller's."""
    process: ProcessContext = app.state.process
    email = f"{username}@example.com"
    async with process.sessions.begin() as session:
        services = Factory(process, session)
        user = await services.users().create(
            NewUser(username=username, email=email, password=PASSWORD), roles=roles
        )
        token = await services.tokens().create_session(user.id)
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://test",
        headers={"Coder-Session-Token": token},
    )
    return Account(
        id=user.id,
        username=username,
        email=email,
        token=token,
        organization_id=user.organization_ids[0],
        client=client,
    )


@pytest_asyncio.fixture
async def owner(app: FastAPI) -> AsyncIterator[Account]:
    """The first user, with the role owner."""
    account = await make_account(app, "ada", Role.OWNER)
    async with account.client:
        yield account


@pytest_asyncio.fixture
async def member(app: FastAPI, owner: Account) -> AsyncIterator[Account]:
    """A second user, with no role; `owner` exists too."""
    del owner
    account = await make_account(app, "mel")
    async with account.client:
        yield account


@pytest.fixture
def client(owner: Account) -> httpx.AsyncClient:
    """Logged in as the owner."""
    return owner.client


@pytest_asyncio.fixture
async def anonymous(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Not logged in."""
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://test"
    ) as client:
        yield client
