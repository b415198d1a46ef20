"""The starter template, imported and built by real Terraform."""

import pytest

from taskyard.protocol.provisioner import Agent, Resource, TaskInput
from tests.integration.provisioner.yard import Yard
from tests.integration.registry.conftest import TEMPLATE, files_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


def _agent(resources: list[Resource]) -> Agent:
    return next(agent for resource in resources for agent in resource.agents)


async def test_it_is_a_task_template_with_presets_and_parameters(yard: Yard) -> None:
    found = await yard.imported(files_of(TEMPLATE))

    assert found.not_task_reason == ""
    assert found.has_ai_task
    assert found.warnings == []
    assert [p.name for p in found.parameters] == ["model", "permissions", "memory_gb"]
    assert [p.name for p in found.presets if p.default] == ["Corkboard"]
    assert "document the project structure" in found.readme


async def test_only_the_home_is_left_when_it_stops(yard: Yard) -> None:
    found = await yard.imported(files_of(TEMPLATE))

    assert [r.type for r in found.resources_stop] == ["taskyard_volume"]


async def test_a_task_gets_the_agent_and_the_preview(yard: Yard) -> None:
    workspace = yard.workspace(files_of(TEMPLATE))
    task = TaskInput(id=workspace.id, prompt="document the project structure")

    built = await workspace.build(task=task, parameters={"permissions": "default"})

    agent = _agent(built.resources)
    apps = {app.slug: app for app in agent.apps}
    assert set(apps) == {"ccw", "preview"}
    assert built.ai_tasks[0].app_id == apps["ccw"].id
    assert [item.key for item in agent.metadata] == ["cpu", "memory", "disk"]
    assert {script.display_name for script in agent.scripts} == {
        "Claude Code",
        "Corkboard",
    }
    await workspace.build("stop", task=task)
    await workspace.build("delete", task=task)


async def test_an_ordinary_workspace_has_the_application_only(yard: Yard) -> None:
    workspace = yard.workspace(files_of(TEMPLATE))

    built = await workspace.build()

    assert built.ai_tasks == []
    assert [app.slug for app in _agent(built.resources).apps] == ["preview"]
    await workspace.build("delete")
