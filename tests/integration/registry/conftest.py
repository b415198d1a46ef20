"""The registry as it ships, planned and applied by a real provisioner."""

import asyncio
import os
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio

from taskyard.provisioner.engine.lookup import Engine, find_engine
from tests.integration.provisioner.yard import Yard, open_yard

REGISTRY = Path(__file__).parents[3] / "registry"
TEMPLATE = REGISTRY / "templates/tasks-local"


@pytest.fixture(scope="session")
def engine() -> Engine:
    return asyncio.run(find_engine(configured=None, search_path=os.environ["PATH"]))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def yard(
    tmp_path_factory: pytest.TempPathFactory, engine: Engine
) -> AsyncGenerator[Yard]:
    async with open_yard(tmp_path_factory.mktemp("data"), engine) as opened:
        yield opened


def files_of(folder: Path) -> dict[str, str | bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }
