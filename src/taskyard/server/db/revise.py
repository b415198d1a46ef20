"""`python -m taskyard.server.db.revise "add x"`: draft the migration that is missing."""

import asyncio
import sys
import tempfile
from pathlib import Path

from alembic import command
from sqlalchemy import create_engine

from taskyard.kit.postgres import THROWAWAY, EmbeddedPostgres
from taskyard.server.db.engine import normal_url
from taskyard.server.db.migrate import alembic_config, upgrade

__all__ = ["draft"]


def draft(url: str, message: str) -> None:
    """Write the next file of `migrations/versions`; `url` is an empty database."""
    upgrade(url)
    engine = create_engine(normal_url(url))
    with engine.connect() as connection:
        config = alembic_config(connection)
        count = len(list((Path(__file__).parent / "migrations/versions").glob("0*.py")))
        command.revision(
            config, message=message, autogenerate=True, rev_id=f"{count + 1:04}"
        )
    engine.dispose()


async def _main(data: Path, message: str) -> None:
    async with EmbeddedPostgres(data=data, settings=THROWAWAY).running() as postgres:
        await asyncio.to_thread(draft, postgres.url(), message)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # as root, PostgreSQL runs as another user
        asyncio.run(_main(Path(folder), " ".join(sys.argv[1:]) or "change"))
