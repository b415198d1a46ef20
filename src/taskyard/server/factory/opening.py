"""Build what lives with the process, and take it down again in the opposite order."""

import asyncio
import hmac
import random
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from taskyard.kit.clock import Clock
from taskyard.kit.crypto import Cipher, load_key
from taskyard.kit.supervisor import Supervisor
from taskyard.server.config import Config
from taskyard.server.db.broadcast import Broadcast
from taskyard.server.db.engine import (
    Sessions,
    create_engine,
    create_sessions,
    listen_dsn,
    normal_url,
)
from taskyard.server.factory.context import ProcessContext
from taskyard.server.gateway.dialects import DialectName
from taskyard.server.gateway.service import GatewayService, upstream_of
from taskyard.server.gateway.store import SqlKeys, SqlUsage
from taskyard.server.identity.access import AccessWatch
from taskyard.server.identity.authenticator import Authenticator
from taskyard.server.identity.logins import Logins
from taskyard.server.identity.passwords import Passwords
from taskyard.server.identity.setup import ensure_deployment
from taskyard.server.identity.throttle import Throttle
from taskyard.server.provisioning.jobs import JOB_KIND
from taskyard.server.provisioning.store import JobStore
from taskyard.server.runners.link import LinkRegistry
from taskyard.server.runners.server import RunnerServer
from taskyard.server.tasks.delivery import Courier
from taskyard.server.tasks.model_names import AnthropicNamer
from taskyard.server.tasks.naming import Naming
from taskyard.server.workspaces.provisioners.bootstrap import read_bootstrap

__all__ = ["open_process"]

_HEAR_SECONDS: Final = 5.0


@asynccontextmanager
async def open_process(
    config: Config, *, database_url: str, clock: Clock
) -> AsyncGenerator[ProcessContext]:
    """Wire the parts on a migrated database, and listen.

    Shutdown: background tasks are cancelled and awaited while the database can still be
    written to, then its connections are closed.
    """
    url = normal_url(database_url)
    key = await asyncio.to_thread(
        load_key, _secret(config), config.data_dir / "secret.key"
    )
    engine = create_engine(url, pool_size=config.database_pool_size)
    try:
        async with Supervisor() as supervisor:
            parts = _Parts(
                config=config,
                clock=clock,
                sessions=create_sessions(engine),
                broadcast=Broadcast(listen_dsn(url)),
                supervisor=supervisor,
            )
            process = await _wire(parts, engine, key)
            supervisor.start(process.broadcast.run(), name="broadcast")
            supervisor.start(process.access.run(), name="access")
            await _hear(process.broadcast)
            try:
                yield process
            finally:
                await process.gateway.close()
    finally:
        await engine.dispose()


async def _hear(broadcast: Broadcast) -> None:
    """Let nobody wait before hints come; a database that does not notify is polled."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_HEAR_SECONDS):
            await broadcast.connected.wait()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """What most of the others are made of."""

    config: Config
    clock: Clock
    sessions: Sessions
    broadcast: Broadcast
    supervisor: Supervisor


async def _wire(parts: _Parts, engine: AsyncEngine, key: bytes) -> ProcessContext:
    config, sessions, clock = parts.config, parts.sessions, parts.clock
    links = LinkRegistry()
    passwords = _passwords(config)
    authenticator = Authenticator(sessions=sessions, clock=clock)
    return ProcessContext(
        config=config,
        engine=engine,
        sessions=sessions,
        clock=clock,
        supervisor=parts.supervisor,
        broadcast=parts.broadcast,
        cipher=Cipher(key),
        passwords=passwords,
        authenticator=authenticator,
        access=AccessWatch(authenticator=authenticator, broadcast=parts.broadcast),
        logins=_logins(parts, passwords),
        gateway=_gateway(parts),
        links=links,
        runner_server=RunnerServer(
            sessions=sessions,
            broadcast=parts.broadcast,
            links=links,
            clock=clock,
            access_url=config.access_url,
            secret=hmac.digest(key, b"runner secrets", "sha256"),
        ),
        courier=Courier(sessions=sessions, links=links, clock=clock),
        naming=_naming(config),
        agent_script=await asyncio.to_thread(read_bootstrap),
        deployment_id=await _begin(parts),
    )


async def _begin(parts: _Parts) -> UUID:
    """What each start writes; the id of the deployment."""
    async with parts.sessions.begin() as session:
        # While no server ran, no provisioner could keep its lease.
        await JobStore(session).extend_leases(
            JOB_KIND, parts.config.provisioner_lease.total_seconds()
        )
        return await ensure_deployment(session, parts.clock.now())


def _passwords(config: Config) -> Passwords:
    return Passwords(
        memory_kib=config.password_hash_memory_kib,
        rounds=config.password_hash_rounds,
        min_length=config.password_min_length,
    )


def _logins(parts: _Parts, passwords: Passwords) -> Logins:
    config = parts.config
    return Logins(
        sessions=parts.sessions,
        passwords=passwords,
        throttle=Throttle(
            attempts=config.login_attempts,
            window=config.login_window,
            clock=parts.clock,
        ),
        clock=parts.clock,
        lifetime=config.session_lifetime,
    )


def _gateway(parts: _Parts) -> GatewayService:
    config = parts.config
    return GatewayService(
        keys=SqlKeys(sessions=parts.sessions),
        upstreams={
            name: upstream_of(
                name, key=key, base_url=base_url, demo_pause=config.demo_pause
            )
            for name, key, base_url in _vendors(config)
        },
        usage=SqlUsage(sessions=parts.sessions, clock=parts.clock),
        clock=parts.clock,
        supervisor=parts.supervisor,
    )


def _vendors(config: Config) -> list[tuple[DialectName, SecretStr | None, str]]:
    return [
        ("anthropic", config.anthropic_api_key, config.anthropic_base_url),
        ("openai", config.openai_api_key, config.openai_base_url),
        ("gemini", config.gemini_api_key, config.gemini_base_url),
    ]


def _naming(config: Config) -> Naming:
    model = None
    if config.anthropic_api_key is not None:
        model = AnthropicNamer(
            base_url=config.anthropic_base_url,
            api_key=config.anthropic_api_key,
            model=config.task_naming_model,
        )
    return Naming(model=model, rng=random.Random())  # noqa: S311 - a suffix, no secret


def _secret(config: Config) -> str | None:
    return config.secret_key.get_secret_value() if config.secret_key else None
