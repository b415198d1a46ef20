"""The registry as it ships, planned and applied by a real provisioner."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio

from taskyard.provisioner.agent_packages import PACKAGES
from taskyard.provisioner.engine.lookup import Engine, find_engine
from tests.integration.provisioner.yard import Yard, open_yard
from tests.integration.registry.home import Home

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


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "bin").mkdir()
    stub = tmp_path / "bin/taskyard"
    stub.write_text(
        f"#!{sys.executable}\nimport json, pathlib, sys\n"
        f"pathlib.Path({str(tmp_path)!r}, 'called.json').write_text(json.dumps(sys.argv[1:]))\n"
    )
    stub.chmod(0o755)
    version = PACKAGES["claude-code"].version
    (tmp_path / ".taskyard/agents/claude-code" / version).mkdir(parents=True)
    return Home(tmp_path)
