"""One engine for all tests, one workshop for each module."""

import asyncio
import os
from collections.abc import AsyncGenerator, Iterator

import pytest
import pytest_asyncio
from blockbuster import BlockBuster, blockbuster_ctx

from taskyard.provisioner.engine.lookup import Engine, find_engine
from tests.integration.provisioner.yard import Yard, open_yard


@pytest.fixture(autouse=True)
def _no_blocking_calls_here() -> Iterator[BlockBuster]:
    """A call that would block the event loop, made by code of the provisioner, fails."""
    with blockbuster_ctx("taskyard.provisioner") as blockbuster:
        yield blockbuster


@pytest.fixture(scope="session")
def engine() -> Engine:
    return asyncio.run(find_engine(configured=None, search_path=os.environ["PATH"]))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def yard(
    tmp_path_factory: pytest.TempPathFactory, engine: Engine
) -> AsyncGenerator[Yard]:
    async with open_yard(tmp_path_factory.mktemp("data"), engine) as opened:
        yield opened
