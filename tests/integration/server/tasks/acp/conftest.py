"""Where editors connect to."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest_asyncio

from tests.integration.server.tasks.acp.scene import Desk
from tests.support.serving import served
from tests.support.tasks import Bench


@pytest_asyncio.fixture
async def desk(bench: Bench) -> AsyncIterator[Desk]:
    async with served(bench.app, sockets=True) as url, AsyncExitStack() as stack:
        yield Desk(bench=bench, url=url, stack=stack)
