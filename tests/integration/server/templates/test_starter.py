"""The starter template: brought in once, for the first owner."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from taskyard.server.background.starter import bring_starter
from taskyard.server.config import Config
from taskyard.server.factory import ProcessContext
from taskyard.testing.provisioners import FailingProvisioner
from tests.support.provisioning import Yard, make_provisioner

pytestmark = pytest.mark.asyncio


@pytest.fixture
def config(config: Config) -> Config:
    return config.model_copy(update={"import_starter": True})


async def templates(yard: Yard) -> list[str]:
    found: list[dict[str, Any]] = await yard.get("/templates")
    return [template["name"] for template in found]


async def test_it_is_imported_and_becomes_a_template(
    process: ProcessContext, yard: Yard
) -> None:
    await bring_starter(process)
    await bring_starter(process)  # while the import waits, once more changes nothing
    jobs = await yard.provisioner.run_all()
    await bring_starter(process)
    await bring_starter(process)

    assert await templates(yard) == ["tasks-local"]
    assert jobs == 1


async def test_nothing_happens_while_there_is_nobody_to_own_it(
    app: FastAPI, anonymous: httpx.AsyncClient, process: ProcessContext
) -> None:
    provisioner = await make_provisioner(app, anonymous)

    await bring_starter(process)

    assert await provisioner.run_all() == 0


async def test_a_starter_that_was_deleted_stays_away(
    process: ProcessContext, yard: Yard
) -> None:
    await bring_starter(process)
    await yard.provisioner.run_all()
    await bring_starter(process)
    (template,) = await yard.get("/templates")
    await yard.owner.client.delete(f"/api/v2/templates/{template['id']}")

    await bring_starter(process)
    await yard.provisioner.run_all()
    await bring_starter(process)

    assert await templates(yard) == []


async def test_an_import_that_failed_is_not_tried_again_and_again(
    app: FastAPI, anonymous: httpx.AsyncClient, process: ProcessContext, yard: Yard
) -> None:
    failing = await make_provisioner(
        app, anonymous, name="failing", kind=FailingProvisioner
    )
    await bring_starter(process)
    await failing.run_all()

    await bring_starter(process)

    assert await yard.provisioner.run_all() == 0
    assert await templates(yard) == []
