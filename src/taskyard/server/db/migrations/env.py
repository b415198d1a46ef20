"""Alembic's entry: run inside the connection that `db.migrate` holds."""

from alembic import context
from sqlalchemy import Connection

from taskyard.server.db import tables
from taskyard.server.db.base import Base

__all__ = ["tables"]  # imported for its effect: the metadata knows every table


def run() -> None:
    connection: Connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
