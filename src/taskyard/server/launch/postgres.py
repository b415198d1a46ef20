"""The database of people who bring none: started, watched, started again."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

import structlog

from taskyard.kit.postgres import (
    EmbeddedPostgres,
    EmbeddedPostgresError,
    find_binaries,
)
from taskyard.kit.supervisor import Supervisor
from taskyard.server.config import Config
from taskyard.server.launch.errors import CannotStart

__all__ = ["database", "keep_running"]

log: structlog.stdlib.BoundLogger = structlog.get_logger()

_FIRST_PAUSE: Final = 0.2
_LONGEST_PAUSE: Final = 10.0


@asynccontextmanager
async def database(config: Config) -> AsyncGenerator[str]:
    """The URL of the database: the configured one, else of our own, kept running.

    Raises CannotStart.
    """
    if config.database_url is not None:
        yield config.database_url.get_secret_value()
        return

    try:
        binaries = config.postgres_bin or find_binaries()
        postgres = EmbeddedPostgres(
            data=config.data_dir / "postgres", binaries=binaries
        )
        async with postgres.running(), Supervisor() as supervisor:
            supervisor.start(keep_running(postgres), name="postgres")
            yield postgres.url()
    except EmbeddedPostgresError as error:
        raise CannotStart(f"The database does not start. {error}") from error


async def keep_running(postgres: EmbeddedPostgres) -> None:
    """Start it again whenever it has died; requests get 503 meanwhile."""
    pause = _FIRST_PAUSE
    while True:
        code = await postgres.wait()
        log.error("postgres_died", exit_code=code, log_file=str(postgres.log_file))
        await asyncio.sleep(pause)
        try:
            await postgres.start()
        except (EmbeddedPostgresError, OSError, TimeoutError) as error:
            pause = min(pause * 2, _LONGEST_PAUSE)
            log.error("postgres_does_not_start", error=str(error), next_try=pause)  # noqa: TRY400 - the text says it all
        else:
            pause = _FIRST_PAUSE
            log.info("postgres_restarted", pid=postgres.pid)
