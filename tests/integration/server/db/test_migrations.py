from collections.abc import Generator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from taskyard.kit.postgres import EmbeddedPostgres
from taskyard.server.db.base import Base
from taskyard.server.db.engine import normal_url
from taskyard.server.db.migrate import upgrade
from tests.support import postgres


@contextmanager
def connected(url: str) -> Generator[sa.Connection]:
    engine = sa.create_engine(normal_url(url))
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


@pytest.fixture
def fresh(cluster: EmbeddedPostgres) -> str:
    """The URL of a database that was just migrated."""
    with connected(cluster.url()) as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.exec_driver_sql("drop database if exists fresh with (force)")
    return postgres.migrated(cluster, "fresh")


def test_the_migrations_make_exactly_the_tables_of_the_code(fresh: str) -> None:
    with connected(fresh) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})

        differences = compare_metadata(context, Base.metadata)

    assert differences == []


def test_migrating_again_changes_nothing(fresh: str) -> None:
    upgrade(fresh)

    with connected(fresh) as connection:
        versions = connection.exec_driver_sql("select count(*) from alembic_version")
        assert versions.scalar_one() == 1
