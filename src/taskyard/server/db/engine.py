"""Engine and sessions. One request, or one background step, is one transaction."""

import select
from collections.abc import Callable
from typing import cast

from psycopg import AsyncConnection
from sqlalchemy import event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import Session

__all__ = [
    "Sessions",
    "after_commit",
    "create_engine",
    "create_sessions",
    "listen_dsn",
    "normal_url",
]

Sessions = async_sessionmaker[AsyncSession]


def normal_url(url: str) -> str:
    """`postgres://` and `postgresql://` as people write them, with the driver we use."""
    return (
        make_url(url.replace("postgres://", "postgresql://", 1))
        .set(drivername="postgresql+psycopg")
        .render_as_string(hide_password=False)
    )


def listen_dsn(url: str) -> str:
    """The same database for psycopg itself, which does the LISTEN."""
    return (
        make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    )


def create_engine(url: str, *, pool_size: int = 20) -> AsyncEngine:
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,
        # The connection used last is the one whose statements are prepared.
        pool_use_lifo=True,
        # With any other zone, each value makes the driver look into the disk for it.
        connect_args={"options": "-c timezone=UTC"},
    )
    event.listen(engine.sync_engine, "checkout", _refuse_ended)
    return engine


def _refuse_ended(connection: DBAPIConnection, *_: object) -> None:
    """Let the pool replace a connection that the database has ended.

    After a restart of the database the first request must not be the one that finds out.
    Nothing arrives on an idle connection but the news of its end, so a look at the socket
    says it, and spares every transaction the round trip of a ping.
    """
    driver = cast("AsyncConnection", connection.driver_connection)
    socket = select.poll()
    socket.register(driver.pgconn.socket, select.POLLIN)
    if socket.poll(0):
        raise DisconnectionError


def create_sessions(engine: AsyncEngine) -> Sessions:
    return async_sessionmaker(engine, expire_on_commit=False)


def after_commit(session: AsyncSession, action: Callable[[], None]) -> None:
    """Call `action` when, and only when, this transaction has been committed."""

    def committed(_: Session) -> None:
        action()

    event.listen(session.sync_session, "after_commit", committed, once=True)
