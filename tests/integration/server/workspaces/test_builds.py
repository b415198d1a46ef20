"""Builds through the API, with a provisioner that runs no Terraform."""

from http import HTTPStatus

import pytest

from taskyard.kit.clock import ManualClock
from taskyard.server.factory import ProcessContext
from taskyard.testing.provisioners import FailingProvisioner
from tests.conftest import Account
from tests.support.provisioning import Yard, lapse_leases, make_provisioner, ok

pytestmark = pytest.mark.asyncio


async def test_a_started_workspace_has_its_agent_and_apps(yard: Yard) -> None:
    workspace = await yard.workspace(await yard.template())

    build = workspace["latest_build"]
    assert (build["status"], build["job"]["status"]) == ("running", "succeeded")
    agent = build["resources"][0]["agents"][0]
    assert (agent["name"], agent["status"]) == ("main", "connecting")
    assert {app["slug"]: app["health"] for app in agent["apps"]} == {
        "ccw": "initializing",
        "preview": "disabled",
    }


async def test_a_stop_leaves_no_agent_and_a_delete_no_workspace(yard: Yard) -> None:
    workspace = await yard.workspace(await yard.template())

    stopped = await yard.build(workspace, "stop")
    deleted = await yard.build(workspace, "delete")

    assert (stopped["status"], deleted["status"]) == ("stopped", "deleted")
    assert stopped["resources"] == []
    gone = await yard.owner.client.get(f"/api/v2/workspaces/{workspace['id']}")
    assert gone.status_code == HTTPStatus.NOT_FOUND
