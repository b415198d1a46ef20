"""Engine and sessions. One request, or one background step, is one transaction."""

from collections.abc import Callable

from sqlalchemy import event, make_url
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
    # Connections are checked before use: after a restart of the database the first
    # request must not be the one that finds out.
    return create_async_engine(
        url,
        pool_pre_ping=True,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,
        # With any other zone, each value makes the driver look into the disk for it.
        connect_args={"options": "-c timezone=UTC"},
    )


def create_sessions(engine: AsyncEngine) -> Sessions:
    return async_sessionmaker(engine, expire_on_commit=False)


def after_commit(session: AsyncSession, action: Callable[[], None]) -> None:
    """Call `action` when, and only when, this transaction has been committed."""

    def committed(_: Session) -> None:
        action()

    event.listen(session.sync_session, "after_commit", committed, once=True)
