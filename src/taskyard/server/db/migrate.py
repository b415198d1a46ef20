"""Bring a database to this version's schema, one process at a time."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config as AlembicConfig
from sqlalchemy import Connection, create_engine, text

from taskyard.server.db.engine import normal_url

__all__ = ["alembic_config", "upgrade"]

_LOCK: Final = 7_080_001  # any number that no other program takes as an advisory lock


def alembic_config(connection: Connection) -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def upgrade(url: str) -> None:
    """Run what is missing; blocks. Waits while another server does the same."""
    engine = create_engine(normal_url(url))
    try:
        with engine.begin() as connection:
            connection.execute(text(f"select pg_advisory_xact_lock({_LOCK})"))
            command.upgrade(alembic_config(connection), "head")
    finally:
        engine.dispose()
